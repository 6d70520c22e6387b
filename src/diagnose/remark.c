/* SPDX-License-Identifier: MIT */
/* What else the asker should know, besides the verdict. */
#include "conflict.h"
#include "program.h"
#include "device.h"
#include "sentence.h"

#include <errno.h>

#include "base/array.h"

typedef bool account_test(const struct account *account);

#define IS(name) static bool name(const struct account *account)

/* Sockets on the wanted port that the test is true of. */
typedef bool socket_test(const struct account *account, const struct socket *sk);

static const struct socket *find(const struct account *account, socket_test *test)
{
	const struct bind_facts *facts = account->facts;

	for (size_t i = 0; i < bind_facts_count(facts); i++) {
		const struct socket *sk = &facts->snap->sockets[bind_facts_socket(facts, i)];

		if (sk->local.port == account->request->local.port && test(account, sk))
			return sk;
	}
	return NULL;
}

static bool is_of_other_protocol(const struct account *account, const struct socket *sk)
{
	return sk->protocol != account->request->protocol && protocols[sk->protocol].has_ports &&
	       socket_is_listener(sk);
}

static bool is_listener_of_same(const struct account *account, const struct socket *sk)
{
	return sk->protocol == account->request->protocol && socket_is_listener(sk);
}

static bool is_taken(const struct account *account)
{
	return account->diagnosis->verdict == VERDICT_BLOCKED &&
	       account->diagnosis->error == EADDRINUSE && account->request->local.port;
}

IS(has_other_protocol)
{
	return account_is_free(account) && !find(account, is_listener_of_same) &&
	       find(account, is_of_other_protocol);
}

/* It would be in the way, were the port not shared by an option. */
static bool is_partner(const struct account *account, const struct socket *sk)
{
	const uint32_t index = (uint32_t)(sk - account->facts->snap->sockets);
	struct meeting meeting;

	return is_listener_of_same(account, sk) &&
	       meeting_init(&meeting, account->request, account->facts, index) &&
	       meeting_overlaps(&meeting) != TRUTH_NO;
}

/* TCP of another VRF: it would be in the way, were the two in one. */
static bool is_of_other_vrf(const struct account *account, const struct socket *sk)
{
	const uint32_t index = (uint32_t)(sk - account->facts->snap->sockets);
	struct meeting meeting;

	return is_listener_of_same(account, sk) &&
	       meeting_init(&meeting, account->request, account->facts, index) &&
	       meeting.domain == TRUTH_NO;
}

IS(has_other_vrf)
{
	return account_is_free(account) && account->request->local.port &&
	       find(account, is_of_other_vrf);
}

IS(has_other_address)
{
	return account_is_free(account) && account->request->local.port &&
	       find(account, is_listener_of_same) && !find(account, is_partner) &&
	       !find(account, is_of_other_vrf);
}

static bool is_twin_loopback(const struct account *account, const struct socket *sk)
{
	return is_listener_of_same(account, sk) && address_is_loopback(&sk->local.address) &&
	       sk->local.address.family != account->request->local.address.family;
}

IS(is_localhost_split)
{
	return account_is_free(account) && address_is_loopback(&account->request->local.address) &&
	       find(account, is_twin_loopback);
}

/* Whom the same server, started again by the same user, would join. */
static bool is_joined(const struct account *account, const struct blocker *blocker,
		      enum truth *surely)
{
	const struct socket *sk = blocker_socket(account, blocker);
	const struct process *process = owner_first_process(account->facts->snap, sk);
	const struct program *program = process ? program_of(process) : NULL;
	uint8_t reuseport = account->facts->options[blocker->socket].reuseport;

	if (!socket_is_listener(sk) || reuseport == TRUTH_NO)
		return false;
	if (reuseport == TRUTH_MAYBE)
		*surely = TRUTH_MAYBE;
	return reuseport == TRUTH_YES || (program && program->joins);
}

/* YES: all that is in the way has SO_REUSEPORT; MAYBE: as far as is known of such programs. */
static enum truth would_be_joined(const struct account *account)
{
	const struct diagnosis *diagnosis = account->diagnosis;
	enum truth surely = TRUTH_YES;

	if (!is_taken(account) || account->request->reuseport || !diagnosis->count ||
	    !socket_is_listener(blocker_socket(account, diagnosis->blockers)))
		return TRUTH_NO;
	for (size_t i = 0; i < diagnosis->count; i++)
		if (socket_is_listener(blocker_socket(account, &diagnosis->blockers[i])) &&
		    !is_joined(account, &diagnosis->blockers[i], &surely))
			return TRUTH_NO;
	return surely;
}

IS(is_second_joining)
{
	return would_be_joined(account) == TRUTH_YES;
}

IS(is_second_perhaps_joining)
{
	return would_be_joined(account) == TRUTH_MAYBE;
}

IS(is_joining)
{
	return account_is_free(account) && account->request->protocol == PROTOCOL_TCP &&
	       find(account, is_partner);
}

IS(is_sharing)
{
	return account_is_free(account) && account->request->protocol != PROTOCOL_TCP &&
	       find(account, is_partner);
}

bool account_is_reserved(const struct account *account)
{
	const struct bind_facts *facts = account->facts;
	const char *list = snapshot_sysctl(facts->snap, facts->netns,
					   "net.ipv4.ip_local_reserved_ports");
	unsigned long first, last, port = account->request->local.port;

	while (list && port_list_next(&list, &first, &last))
		if (port >= first && port <= last)
			return true;
	return false;
}

IS(is_reserved_port)
{
	return !account->connecting && account->request->local.port &&
	       account_is_reserved(account);
}

IS(is_ephemeral)
{
	const struct netns *netns = &account->facts->snap->netns[account->facts->netns];
	uint16_t port = account->request->local.port;

	return account_is_free(account) && port && netns_gives_port(netns, port) &&
	       !account_is_reserved(account);
}

IS(is_hiding_blockers)
{
	const struct diagnosis *diagnosis = account->diagnosis;

	return diagnosis->count && diagnosis->error && diagnosis->error != EADDRINUSE;
}

static bool is_taken_by_none(const struct account *account)
{
	return account->diagnosis->error == EADDRINUSE && account->request->local.port &&
	       !account->diagnosis->count && !account->connecting;
}

IS(is_over)
{
	return account->happened && is_taken_by_none(account) && account->facts->whole &&
	       !account->facts->hides_bound;
}

IS(is_redirected)
{
	return account->redirected;
}

IS(is_incomplete)
{
	return !account->facts->whole;
}

/* Where it matters: somebody has the port, and is not in the table. */
IS(is_hidden)
{
	return account->facts->hides_bound && is_taken_by_none(account) &&
	       !account->facts->hidden.pid;
}

IS(is_found)
{
	return account->facts->hidden.pid;
}

IS(may_be_hidden)
{
	return account->facts->hides_bound && !account->diagnosis->certain &&
	       (account_is_free(account) || account->diagnosis->verdict == VERDICT_UNKNOWN);
}

IS(is_taken_meanwhile)
{
	return !account->facts->hides_bound && account->facts->whole && !account->happened &&
	       is_taken_by_none(account);
}

IS(has_gone_device)
{
	const struct diagnosis *diagnosis = account->diagnosis;

	for (size_t i = 0; i < diagnosis->count && account->request->local.port; i++)
		if (device_is_gone(account->facts,
				   blocker_socket(account, &diagnosis->blockers[i])->interface))
			return true;
	return false;
}

IS(is_sandboxed)
{
	return account->facts->sandboxed && account_is_free(account) &&
	       !account->diagnosis->certain;
}

static const struct {
	account_test *test;
	const char *sentence;
} remarks[] = {
	{ is_hiding_blockers,
	  "When that is mended, a socket will be in the way too (EADDRINUSE): see below." },
	{ is_over,
	  "No socket is in the way any more: who had the port has let go of it meanwhile. Try it "
	  "again." },
	{ has_other_protocol,
	  "A socket of another protocol has port {port}, which does not matter: each protocol has "
	  "ports of its own." },
	{ is_second_joining,
	  "The holder of the port has set SO_REUSEPORT: the same server would start a second "
	  "time for the same user, and take part of the {traffic}." },
	{ is_second_perhaps_joining,
	  "Such programs set SO_REUSEPORT: the same server may start a second time for the same "
	  "user, and take part of the {traffic}." },
	{ is_joining,
	  "Others have this port already, and SO_REUSEPORT lets you join them: what comes in goes "
	  "to one of you. If that is not meant, a second copy is running." },
	{ is_sharing,
	  "Others have this port already, which may be shared: {delivery}." },
	{ is_localhost_split,
	  "127.0.0.1 and ::1 are two addresses with ports of their own: who connects to "
	  "\"localhost\" may reach either." },
	{ has_other_address,
	  "Others have port {port} on other addresses, and are not in the way of {wanted}." },
	{ is_reserved_port,
	  "Port {port} is reserved (net.ipv4.ip_local_reserved_ports): that keeps outgoing "
	  "connections off it, and forbids no bind()." },
	{ is_ephemeral,
	  "Port {port} is one of those that outgoing connections are given ({range}): one may "
	  "take it at any time. To keep it: sysctl -w "
	  "net.ipv4.ip_local_reserved_ports={reserved}" },
	{ is_redirected,
	  "A rule of netfilter sends what comes for port {port} elsewhere before any socket is "
	  "asked (published container ports do so): nft list ruleset" },
	{ has_other_vrf,
	  "Others have port {port} in another VRF, which has TCP ports of its own while "
	  "net.ipv4.tcp_l3mdev_accept is 0: they are not in the way of {wanted}." },
	{ has_gone_device,
	  "A socket in the way is bound to an interface that is gone: nothing comes in there any "
	  "more, but it keeps its port until it is closed." },
	{ is_found,
	  "{hidden_command} (pid {hidden_pid}) has the port, by a socket that is bound but does "
	  "not listen: this kernel has no such socket in its tables, Linux 6.8 has." },
	{ is_hidden,
	  "What has the port is something this kernel does not tell of: most likely a socket "
	  "that is bound but does not listen, which Linux lists since 6.8." },
	{ may_be_hidden,
	  "This kernel does not tell of sockets that are bound but do not listen (Linux 6.8 "
	  "does): there may be one." },
	{ is_taken_meanwhile,
	  "No socket is in the table that would be in the way: one may have come meanwhile. Ask "
	  "again." },
	{ is_sandboxed,
	  "This process is in a sandbox (seccomp, or no new privileges), which may refuse what "
	  "the kernel's rules allow." },
	{ is_incomplete,
	  "Not all sockets could be read, so there may be more." },
};

bool explain_remark(const struct account *account, size_t index, struct buf *out)
{
	for (size_t i = 0; i < ARRAY_SIZE(remarks); i++) {
		if (!remarks[i].test(account) || index--)
			continue;
		sentence_add(account, NULL, remarks[i].sentence, QUOTING_TEXT, out);
		return true;
	}
	return false;
}
