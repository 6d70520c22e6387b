/* SPDX-License-Identifier: MIT */
/*
 * Which of several UDP sockets that share a port gets what comes there
 * (__udp4_lib_lookup(), compute_score()): the exact address before wildcards, a
 * device before none, 0.0.0.0 before a [::] that takes IPv4 too, then the last to
 * bind, or one of a SO_REUSEPORT group.  Multicast and broadcast go to all.
 */
#include "conflict.h"
#include "sentence.h"

static bool is_to_all(const struct account *account, const struct meeting *meeting)
{
	return account->facts->address == ADDRESS_MULTICAST ||
	       account->facts->address == ADDRESS_BROADCAST ||
	       address_is_multicast(&meeting->holder->local.address);
}

static bool is_holder_exact(const struct account *account, const struct meeting *meeting)
{
	(void)account;
	return side_is_any(&meeting->left) && !side_is_any(&meeting->right);
}

static bool is_wanted_exact(const struct account *account, const struct meeting *meeting)
{
	(void)account;
	return !side_is_any(&meeting->left) && side_is_any(&meeting->right);
}

static bool is_holder_on_device(const struct account *account, const struct meeting *meeting)
{
	return meeting->holder->interface && !account->request->interface;
}

static bool is_wanted_on_device(const struct account *account, const struct meeting *meeting)
{
	return !meeting->holder->interface && account->request->interface;
}

static bool is_holder_ipv4(const struct account *account, const struct meeting *meeting)
{
	(void)account;
	return meeting->right.inet && !meeting->left.inet;
}

static bool is_wanted_ipv4(const struct account *account, const struct meeting *meeting)
{
	(void)account;
	return meeting->left.inet && !meeting->right.inet;
}

static bool is_group(const struct account *account, const struct meeting *meeting)
{
	(void)account;
	return meeting_shares_port(meeting) != TRUTH_NO;
}

static bool is_last(const struct account *account, const struct meeting *meeting)
{
	(void)account;
	(void)meeting;
	return true;
}

/* The first that applies to a holder; each is said once. */
static const struct {
	bool (*applies)(const struct account *account, const struct meeting *meeting);
	const char *sentence;
} deliveries[] = {
	{ is_to_all, "what comes to a multicast or broadcast address goes to each of them" },
	{ is_holder_exact,
	  "what comes to {holder_address} goes to {holder}, whose address is the exact one" },
	{ is_wanted_exact,
	  "what comes to {wanted_address} goes to the new socket, whose address is the exact one, "
	  "and what comes to others to {holder}" },
	{ is_holder_on_device,
	  "what comes in by its interface goes to {holder}, which is bound to it" },
	{ is_wanted_on_device,
	  "what comes in by {device} goes to the new socket, which is bound to it, and the rest "
	  "to {holder}" },
	{ is_holder_ipv4,
	  "what comes by IPv4 goes to {holder}, as 0.0.0.0 goes before [::], and what comes by "
	  "IPv6 to the new socket" },
	{ is_wanted_ipv4,
	  "what comes by IPv4 goes to the new socket, as 0.0.0.0 goes before [::], and what "
	  "comes by IPv6 to {holder}" },
	{ is_group,
	  "{holder} and the new socket share what comes there by SO_REUSEPORT, each datagram goes "
	  "to one of them" },
	{ is_last,
	  "what else comes to {wanted_address} goes to the last to bind, which is the new socket, "
	  "and no more to {holder}" },
};

enum { DELIVERIES = sizeof(deliveries) / sizeof(*deliveries) };

static bool is_told(const struct account *account, uint32_t index, size_t which)
{
	const struct socket *sk = &account->facts->snap->sockets[index];
	struct meeting meeting;
	size_t i = 0;

	if (!socket_is_listener(sk) ||
	    !meeting_init(&meeting, account->request, account->facts, index) ||
	    meeting_overlaps(&meeting) == TRUTH_NO)
		return false;
	while (!deliveries[i].applies(account, &meeting))
		i++;
	return i == which;
}

void explain_delivery(const struct account *account, struct buf *out)
{
	const struct bind_facts *facts = account->facts;
	const size_t before = out->length;
	bool all = false;

	for (size_t which = 0; which < DELIVERIES; which++) {
		for (size_t i = 0; i < bind_facts_count(facts); i++) {
			const struct blocker blocker = { .socket = bind_facts_socket(facts, i) };

			if (!is_told(account, blocker.socket, which))
				continue;
			all |= deliveries[which].applies == is_to_all;
			buf_add_text(out, out->length > before ? "; " : "");
			sentence_add(account, &blocker, deliveries[which].sentence, QUOTING_TEXT,
				     out);
			break;
		}
	}
	if (out->length > before && !all)
		buf_add_literal(out, "; multicast and broadcast go to all");
}
