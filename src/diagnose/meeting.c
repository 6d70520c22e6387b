/* SPDX-License-Identifier: MIT */
/*
 * The wanted socket and one that is there: do they share what both cover?
 * Follows inet_bind_conflict(), udp_lib_lport_inuse() and sk_reuseport_match().
 */
#include <string.h>
#include <sys/socket.h>

#include "conflict.h"
#include "device.h"

/* FIN-WAIT-2 becomes so, too (tcp_time_wait()). */
bool socket_is_time_wait(const struct socket *sk)
{
	return sk->state == STATE_TIME_WAIT ||
	       (sk->state == STATE_FIN_WAIT_2 && sk->timer == TIMER_TIME_WAIT);
}

/*
 * Who asks for a connection and is not answered yet is no socket in the
 * kernel's sense, and holds no port: the listener does.
 */
static bool is_request(const struct socket *sk)
{
	return sk->protocol == PROTOCOL_TCP && sk->state == STATE_SYN_RECV &&
	       (sk->have & HAVE_INODE) && !sk->inode;
}

static bool is_elsewhere(const struct socket *sk, const struct bind_request *request,
			 const struct bind_facts *facts)
{
	return sk->netns != facts->netns || sk->protocol != request->protocol ||
	       !protocols[sk->protocol].has_ports || !sk->local.port ||
	       (request->local.port && sk->local.port != request->local.port);
}

static bool is_wanted_itself(const struct socket *sk, const struct bind_request *request)
{
	return request->cookie && (sk->have & HAVE_COOKIE) && sk->cookie == request->cookie;
}

static uint8_t v6only_of(const struct socket *sk, uint8_t option)
{
	if (sk->local.address.family == AF_INET || address_is_mapped(&sk->local.address))
		return TRUTH_NO;
	return sk->have & HAVE_V6ONLY ? truth_of(sk->v6only) : option;
}

/* setup_udp_tunnel_sock(): a tunnel of the kernel is deaf to its own, and shares nothing. */
static bool is_tunnel(const struct socket *sk)
{
	return sk->protocol == PROTOCOL_UDP && sk->deaf && sk->missing == MISSING_KERNEL;
}

static struct bind_options options_of(const struct bind_facts *facts, uint32_t socket)
{
	struct bind_options options = { TRUTH_MAYBE, TRUTH_MAYBE, TRUTH_MAYBE };
	const struct socket *sk = &facts->snap->sockets[socket];

	if (facts->options)
		options = facts->options[socket];
	options.v6only = v6only_of(sk, options.v6only);
	if (is_tunnel(sk))
		options.reuseaddr = options.reuseport = TRUTH_NO;
	return options;
}

/* bind() to an IPv6 address makes the socket IPv6 only (__inet6_bind()). */
static struct side wanted_side(const struct bind_request *request)
{
	struct side side = side_of(&request->local.address, truth_of(request->v6only));

	if (side.kind == KIND_IPV6)
		side.v6only = TRUTH_YES;
	return side;
}

/* The device of the wanted socket; a link-local address has its own. */
static uint32_t wanted_device(const struct bind_request *request)
{
	return request->scope && address_needs_scope(&request->local.address)
		? request->scope : request->interface;
}

bool meeting_init(struct meeting *meeting, const struct bind_request *request,
	       const struct bind_facts *facts, uint32_t socket)
{
	const struct socket *sk = &facts->snap->sockets[socket];
	const char *reuse;

	if (is_elsewhere(sk, request, facts) || is_wanted_itself(sk, request) || is_request(sk))
		return false;
	*meeting = (struct meeting){ .wanted = request, .holder = sk };
	meeting->options = options_of(facts, socket);
	meeting->left = wanted_side(request);
	meeting->right = side_of(&sk->local.address, meeting->options.v6only);
	meeting->listening = sk->protocol == PROTOCOL_TCP && sk->state == STATE_LISTEN;
	meeting->time_wait = socket_is_time_wait(sk);
	meeting->by_old_kernel = facts->hides_bound;
	meeting->domain = TRUTH_YES;
	if (sk->protocol == PROTOCOL_TCP && sk->interface != wanted_device(request))
		meeting->domain = devices_share_ports(facts, wanted_device(request), sk->interface);
	meeting->any_port = !request->local.port;
	if (meeting->any_port) {
		reuse = snapshot_sysctl(facts->snap, facts->netns, "net.ipv4.ip_autobind_reuse");
		meeting->autobind_reuse = reuse && strcmp(reuse, "0") != 0;
	}
	return true;
}

/*
 * For one v4-mapped address some kernels before 6.8 look among the wildcards for
 * :: and 0.0.0.0, and not for ::ffff:0.0.0.0 (inet_bind2_bucket_match_addr_any()).
 */
static bool is_overlooked(const struct meeting *meeting)
{
	const struct side *wanted = &meeting->left, *holder = &meeting->right;

	return meeting->by_old_kernel && !wanted->inet && wanted->kind == KIND_IPV4 &&
	       wanted->ipv4 && !holder->inet && holder->kind == KIND_IPV4 && !holder->ipv4;
}

enum truth meeting_overlaps(const struct meeting *meeting)
{
	uint32_t device = wanted_device(meeting->wanted), other = meeting->holder->interface;
	enum truth addresses = sides_overlap(meeting->wanted->protocol, &meeting->left,
					     &meeting->right);

	if (device && other && device != other)
		return TRUTH_NO;
	if (is_overlooked(meeting))
		addresses = truth_and(addresses, TRUTH_MAYBE);
	return truth_and(meeting->domain, addresses);
}

/* ---- sharing --------------------------------------------------------- */

static enum truth same_user(const struct meeting *meeting)
{
	if (meeting->time_wait)
		return TRUTH_YES;
	if (!(meeting->holder->have & HAVE_UID))
		return TRUTH_MAYBE;
	return truth_of(meeting->holder->uid == meeting->wanted->uid);
}

enum truth meeting_shares_address(const struct meeting *meeting)
{
	if (!meeting->wanted->reuseaddr || meeting->listening)
		return TRUTH_NO;
	return meeting->options.reuseaddr;
}

enum truth meeting_shares_port(const struct meeting *meeting)
{
	if (!meeting->wanted->reuseport)
		return TRUTH_NO;
	return truth_and(meeting->options.reuseport, same_user(meeting));
}

/*
 * inet_csk_find_open_port() takes no port that is shared by SO_REUSEPORT, and
 * one that is shared by SO_REUSEADDR only when told so.
 */
static enum truth shares_any_port(const struct meeting *meeting)
{
	if (!meeting->autobind_reuse)
		return TRUTH_NO;
	return truth_and(meeting_shares_address(meeting), truth_not(meeting_shares_port(meeting)));
}

enum truth meeting_blocks(const struct meeting *meeting)
{
	enum truth shares = truth_or(meeting_shares_address(meeting), meeting_shares_port(meeting));

	if (meeting->any_port && meeting->wanted->protocol == PROTOCOL_TCP)
		shares = shares_any_port(meeting);
	return truth_and(meeting_overlaps(meeting), truth_not(shares));
}

/* Then it does not matter whether the holder has set it, where that can't be told. */
static bool is_other_user(const struct meeting *meeting)
{
	return meeting->wanted->reuseport &&
	       (meeting->options.reuseport == TRUTH_YES ||
		(meeting->options.reuseport == TRUTH_MAYBE && same_user(meeting) == TRUTH_NO));
}

static bool is_port_not_shared_by_holder(const struct meeting *meeting)
{
	return meeting->wanted->reuseport;
}

static bool is_address_not_shared_by_wanted(const struct meeting *meeting)
{
	return !meeting->listening && !meeting->wanted->reuseaddr &&
	       meeting->options.reuseaddr == TRUTH_YES;
}

static bool is_port_not_shared_by_wanted(const struct meeting *meeting)
{
	return meeting->options.reuseport == TRUTH_YES && same_user(meeting) == TRUTH_YES;
}

static bool is_listener(const struct meeting *meeting)
{
	return meeting->listening;
}

static bool is_address_not_shared_by_holder(const struct meeting *meeting)
{
	return meeting->wanted->reuseaddr;
}

static bool is_holder_unknown(const struct meeting *meeting)
{
	return meeting->options.reuseaddr == TRUTH_MAYBE;
}

static bool is_not_shared_at_all(const struct meeting *meeting)
{
	(void)meeting;
	return true;
}

/* The first that applies is the nearest to a remedy. */
static const struct {
	enum sharing sharing;
	bool (*applies)(const struct meeting *meeting);
} clauses[] = {
	{ SHARING_PORT_USER, is_other_user },
	{ SHARING_PORT_HOLDER, is_port_not_shared_by_holder },
	{ SHARING_WANTED, is_address_not_shared_by_wanted },
	{ SHARING_PORT_WANTED, is_port_not_shared_by_wanted },
	{ SHARING_LISTENER, is_listener },
	{ SHARING_HOLDER, is_address_not_shared_by_holder },
	{ SHARING_UNKNOWN, is_holder_unknown },
	{ SHARING_NEITHER, is_not_shared_at_all },
};

_Static_assert(sizeof(clauses) / sizeof(*clauses) == SHARING_COUNT, "a row for each clause");

enum sharing meeting_sharing(const struct meeting *meeting)
{
	size_t i = 0;

	while (i < SHARING_COUNT - 1 && !clauses[i].applies(meeting))
		i++;
	return clauses[i].sharing;
}

/* ---- the short cut --------------------------------------------------- */

/* The kernel remembers SO_REUSEADDR of those that were bound until one listens. */
static bool may_have_shared_address(const struct meeting *meeting)
{
	const struct bind_request *wanted = meeting->wanted;

	return wanted->reuseaddr && !wanted->listen && !meeting->listening;
}

bool meeting_may_be_skipped(const struct meeting *meeting)
{
	const struct bind_request *wanted = meeting->wanted;

	return wanted->protocol == PROTOCOL_TCP && !meeting->any_port &&
	       (wanted->reuseport || may_have_shared_address(meeting));
}
