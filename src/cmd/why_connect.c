/* SPDX-License-Identifier: MIT */
/* conntab why --connect HOST:PORT: why is a connection there refused? */
#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collect/facts.h"
#include "collect/lookup.h"
#include "why_show.h"
#include "why_target.h"

enum { HOST_MAX = 256, ADDRESSES_MOST = 8, PORTS_OF_NAME = 1 };

/* ---- what is asked --------------------------------------------------- */

static enum status refuse(const struct settings *settings, const char *why)
{
	complain("--connect", settings->connect, why);
	return STATUS_USAGE;
}

/* "example.org:443", "[::1]:https": the host, and behind its colon the port. */
static const char *split(const char *text, char host[HOST_MAX])
{
	const char *colon = strrchr(text, ':'), *end = colon;

	if (!colon || colon == text)
		return NULL;
	if (*text == '[' && colon[-1] == ']') {
		text++;
		end--;
	} else if (memchr(text, ':', (size_t)(colon - text))) {
		return NULL;
	}
	if (end == text || (size_t)(end - text) >= HOST_MAX)
		return NULL;
	memcpy(host, text, (size_t)(end - text));
	host[end - text] = '\0';
	return colon + 1;
}

static bool read_port(const char *text, uint16_t *port)
{
	char *end;
	unsigned long number = strtoul(text, &end, 10);

	if (*text < '0' || *text > '9')
		return lookup_service(text, port, PORTS_OF_NAME) > 0;
	*port = (uint16_t)number;
	return !*end && number && number <= UINT16_MAX;
}

static size_t read_host(const char *host, struct address *addresses)
{
	*addresses = (struct address){ .family = strchr(host, ':') ? AF_INET6 : AF_INET };
	if (inet_pton(addresses->family, host, addresses->bytes) == 1)
		return 1;
	return lookup_host(host, addresses, ADDRESSES_MOST);
}

static enum status read_question(struct inquiries *all)
{
	const struct settings *settings = all->settings;
	struct address addresses[ADDRESSES_MOST];
	char host[HOST_MAX];
	const char *port_text = split(settings->connect, host);
	struct inquiry *inquiry;
	uint32_t scope = 0;
	uint16_t port = 0;
	size_t count;

	if (!port_text || !read_port(port_text, &port))
		return refuse(settings, "expected an address or a host, and a port: "
					"127.0.0.1:8080, [::1]:443, db.example.org:5432");
	if (!why_take_scope(all, host, &scope))
		return refuse(settings, "there is no interface of the name behind the %");
	count = read_host(host, addresses);
	if (count == 1 && address_needs_scope(addresses) && !scope)
		return refuse(settings, "such an address means nothing without its interface: "
					"[fe80::1%eth0]:80");
	if (!count)
		return refuse(settings, "no address of that host is known");
	for (size_t i = 0; i < count; i++) {
		if (!why_is_asked(settings, &addresses[i]))
			continue;
		inquiry = why_add_inquiry(all);
		if (!inquiry) {
			complain_memory("the question could not be asked");
			return STATUS_INCOMPLETE;
		}
		inquiry->request.protocol = settings->protocols & PROTOCOL_BIT(PROTOCOL_UDP) ?
					    PROTOCOL_UDP : PROTOCOL_TCP;
		inquiry->request.local = (struct endpoint){ addresses[i], port };
		inquiry->request.scope = address_needs_scope(&addresses[i]) ? scope : 0;
		inquiry->request.uid = geteuid();
	}
	return all->count ? STATUS_FOUND : refuse(settings, "it has no address of that IP version");
}

/* ---- the answer ------------------------------------------------------ */

static struct connect_request request_of(struct inquiries *all,
					 const struct inquiry *inquiry)
{
	const struct bind_request *wanted = &inquiry->request;
	const uint8_t address = inquiry->facts.address;
	uint32_t device = inquiry->facts.address_device;

	return (struct connect_request){
		.protocol = wanted->protocol,
		.peer = wanted->local,
		.group = address == ADDRESS_BROADCAST || address == ADDRESS_MULTICAST,
		.nonlocal = address == ADDRESS_ABSENT || address == ADDRESS_NO_DEVICE,
		.interface = device ? device : wanted->interface,
		.from = wanted->scope ? wanted->scope : wanted->interface,
		.other_vrf = address == ADDRESS_OTHER_VRF,
		.exhausted = (uint8_t)why_lacks_client_port(all, inquiry),
	};
}

int why_judge_connect(struct inquiries *all)
{
	int err = why_find_facts(all);
	bool nobody = false;

	for (size_t i = 0; i < all->count && !err; i++) {
		struct inquiry *inquiry = &all->items[i];
		const struct connect_request request = request_of(all, inquiry);

		err = connect_judge(&request, &inquiry->facts, &inquiry->connect);
		nobody |= inquiry->connect.finding == CONNECT_NOBODY;
	}
	if (!err && nobody && !all->settings->replay)
		why_look_elsewhere(all);
	return err;
}

#define REFUSED { "refused", "ECONNREFUSED", STATUS_NOTHING }

struct connect_outcome why_connect_outcome(const struct inquiry *inquiry)
{
	static const struct connect_outcome again = { "unavailable", "EAGAIN", STATUS_NOTHING };
	static const struct connect_outcome unknown = { "unknown", NULL, STATUS_INCOMPLETE };
	static const struct connect_outcome outcomes[CONNECT_COUNT] = {
		[CONNECT_NO_PORT] = { "unavailable", "EADDRNOTAVAIL", STATUS_NOTHING },
		[CONNECT_NOT_HERE] = { "unknown", NULL, STATUS_INCOMPLETE },
		[CONNECT_NOT_FROM_HERE] = { "unknown", NULL, STATUS_INCOMPLETE },
		[CONNECT_GROUP] = { "unavailable", "ENETUNREACH", STATUS_NOTHING },
		[CONNECT_QUEUE_FULL] = { "stalled", NULL, STATUS_NOTHING },
		[CONNECT_LISTENS] = { "accepted", NULL, STATUS_FOUND },
		[CONNECT_OTHER_DEVICE] = REFUSED,
		[CONNECT_IPV6_ONLY] = REFUSED,
		[CONNECT_IPV4_ONLY] = REFUSED,
		[CONNECT_LOOPBACK_ONLY] = REFUSED,
		[CONNECT_OTHER_ADDRESS] = REFUSED,
		[CONNECT_BOUND_NOT_LISTENING] = REFUSED,
		[CONNECT_OTHER_PROTOCOL] = REFUSED,
		[CONNECT_NOBODY] = REFUSED,
	};

	const struct connect_diagnosis *connect = &inquiry->connect;

	if (connect->finding == CONNECT_GROUP && !connect->certain)
		return unknown;
	/* udp_lib_get_port() of a socket without a port (inet_autobind()). */
	if (connect->finding == CONNECT_NO_PORT && inquiry->request.protocol != PROTOCOL_TCP)
		return again;
	return outcomes[connect->finding];
}

static enum status status_of(const struct inquiry *inquiry)
{
	return why_connect_outcome(inquiry).status;
}

/* A client tries one address after the other: one that works is enough. */
static enum status show(const struct inquiries *all)
{
	bool json = all->settings->view == VIEW_JSON;
	enum status status = status_of(&all->items[0]);
	struct buf out;

	if (buf_init(&out, STDOUT_FILENO) < 0) {
		complain_memory("the answer could not be shown");
		return STATUS_INCOMPLETE;
	}
	for (size_t i = 0; i < all->count; i++) {
		if (status_of(&all->items[i]) < status)
			status = status_of(&all->items[i]);
		if (all->settings->quiet)
			continue;
		buf_add_text(&out, i && !json ? "\n" : "");
		(json ? why_show_connect_json : why_show_connect)(all, &all->items[i], &out);
	}
	say_notes(all->settings, all->snap, false);
	return finish(&out, status);
}

enum status why_connect(const struct settings *settings)
{
	struct inquiries all = { .settings = settings };
	enum status status = open_input(settings, &all.source);
	uint32_t device = 0;
	int err;

	if (status == STATUS_FOUND)
		status = why_read_device(settings, all.source, &device);
	if (status == STATUS_FOUND)
		status = read_question(&all);
	for (size_t i = 0; i < all.count; i++)
		all.items[i].request.interface = device;
	if (status == STATUS_FOUND) {
		err = why_judge_connect(&all);
		if (err)
			complain("the sockets could not be read", NULL, strerror(-err));
		status = err ? STATUS_INCOMPLETE : show(&all);
	}
	why_done(&all);
	return status;
}
