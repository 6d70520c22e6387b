/* SPDX-License-Identifier: MIT */
/*
 * The field table.  A new datum is a member in the model, a row here, and a
 * line in a unit test: every view, sort and filter then has it.
 */
#include "model/field.h"

#include <stddef.h>

#include "field_get.h"
#include "model/query.h"

const char *const unit_suffixes[UNIT_COUNT] = {
	[UNIT_NONE] = "", [UNIT_BYTES] = "", [UNIT_US] = "_us", [UNIT_MS] = "_ms",
	[UNIT_BPS] = "_bps",
};

/* A datum of the socket itself: getter, type, name, title, help, and what is special. */
#define SOCKET(getter, kind, key, heading, text, ...)					\
	{										\
		.get = get_##getter, .type = VALUE_##kind, .name = key,			\
		.title = heading, .help = text, __VA_ARGS__				\
	}

/* A figure of struct tcp_info: name, label, help, type, unit, offset, size. */
#define FIGURE(key, label, text, kind, measure, where, bytes, ...)			\
	{										\
		.name = key, .title = label, .help = text, .get = get_tcp,		\
		.needs = NEED_TCP, .type = kind, .unit = measure, .group = GROUP_TCP,	\
		.right = true, .place = { where, bytes, __VA_ARGS__ },			\
	}
#define FIGURE_BY(getter, ...)								\
	{										\
		.get = getter, .needs = NEED_TCP, .group = GROUP_TCP, __VA_ARGS__	\
	}
#define COUNT(key, label, text, where, bytes) \
	FIGURE(key, label, text, VALUE_UNSIGNED, UNIT_NONE, where, bytes, 0)
#define BYTES(key, label, text, where, bytes) \
	FIGURE(key, label, text, VALUE_UNSIGNED, UNIT_BYTES, where, bytes, 0)
#define TIME(key, label, text, measure, where, bytes) \
	FIGURE(key, label, text, VALUE_UNSIGNED, measure, where, bytes, 0)
#define FLAG(key, label, text, where, bit) \
	FIGURE(key, label, text, VALUE_BOOL, UNIT_NONE, where, 1, bit, 1)
#define RATE(key, label, text, where)							\
	FIGURE_BY(get_tcp_rate, .name = key, .title = label, .help = text,		\
		  .type = VALUE_UNSIGNED, .unit = UNIT_BPS, .right = true,		\
		  .place = { where, 8, 0, 0, UINT64_MAX })

/* A word of SK_MEMINFO. */
#define MEMORY(key, label, text, measure, where)					\
	{										\
		.name = key, .title = label, .help = text, .get = get_memory,		\
		.needs = NEED_MEMORY, .type = VALUE_UNSIGNED, .unit = measure,		\
		.group = GROUP_MEMORY, .right = true, .place = { .offset = where },	\
	}

const struct field fields[FIELD_COUNT] = {
	[FIELD_PROTOCOL] = SOCKET(protocol, TEXT, "protocol", "PROTO", "transport protocol"),
	[FIELD_FAMILY] = SOCKET(family, TEXT, "family", "FAMILY",
		"address family of the socket: inet or inet6", .width = 6),
	[FIELD_STATE] = SOCKET(state, TEXT, "state", "STATE",
		"TCP state; UNCONN: datagram socket without a peer; BOUND: bound, not listening"),
	[FIELD_ROLE] = SOCKET(role, TEXT, "role", "ROLE",
		"listener, inbound (its local end belongs to a listener here), outbound",
		.needs = NEED_LISTENER, .width = 8),
	[FIELD_SCOPE] = SOCKET(scope, TEXT, "scope", "SCOPE",
		"how far a listener reaches: any, any4, any6, loopback, address, device",
		.width = 8),
	[FIELD_PORT_CLASS] = SOCKET(port_class, TEXT, "port_class", "PORT-CLASS",
		"well-known, registered, or ephemeral by this kernel's own range",
		.needs = NEED_PORT_CLASS, .width = 10),
	[FIELD_LOCAL] = SOCKET(local, ENDPOINT, "local", "LOCAL", "local address and port",
		.needs = NEED_INTERFACE),
	[FIELD_PEER] = SOCKET(peer, ENDPOINT, "peer", "PEER", "address and port of the peer",
		.needs = NEED_INTERFACE),
	[FIELD_RECV_QUEUE] = SOCKET(recv_queue, UNSIGNED, "recv_queue", "RECVQ",
		"bytes received and not read; UDP and raw: kernel memory they take",
		.unit = UNIT_BYTES, .right = true),
	[FIELD_SEND_QUEUE] = SOCKET(send_queue, UNSIGNED, "send_queue", "SENDQ",
		"bytes sent and not acknowledged (SYN and FIN count); UDP and raw: kernel memory",
		.unit = UNIT_BYTES, .right = true),
	[FIELD_ACCEPT_QUEUE] = SOCKET(accept_queue, UNSIGNED, "accept_queue", "ACCEPTQ",
		"connections that wait for the process to accept them", .right = true),
	[FIELD_BACKLOG] = SOCKET(backlog, UNSIGNED, "backlog", "BACKLOG",
		"connections that may wait; the kernel lets in one more", .right = true),
	[FIELD_UID] = SOCKET(uid, UNSIGNED, "uid", "UID", "user id of the socket", .right = true),
	[FIELD_USER] = SOCKET(user, TEXT, "user", "USER", "user name of the socket's uid",
		.needs = NEED_USER),
	[FIELD_INODE] = SOCKET(inode, UNSIGNED, "inode", "INODE",
		"inode of the socket, as in /proc/PID/fd", .right = true),
	[FIELD_COOKIE] = SOCKET(cookie, UNSIGNED, "cookie", "COOKIE",
		"the kernel's identity of the socket, never used twice until reboot",
		.right = true),
	[FIELD_INTERFACE] = SOCKET(interface, TEXT, "interface", "INTERFACE",
		"interface the socket is bound to", .needs = NEED_INTERFACE),
	[FIELD_MARK] = SOCKET(mark, HEX, "mark", "MARK", "firewall mark (needs CAP_NET_ADMIN)",
		.right = true),
	[FIELD_V6ONLY] = SOCKET(v6only, BOOL, "v6only", "V6ONLY",
		"an IPv6 socket that takes no IPv4"),
	[FIELD_SHUTDOWN] = SOCKET(shutdown, TEXT, "shutdown", "SHUTDOWN",
		"direction that was shut down: receive, send, both", .width = 8),
	[FIELD_NETNS] = SOCKET(whole, NETNS, "netns", "NETNS", "network namespace: inode and name",
		.needs = NEED_NETNS),
	[FIELD_CGROUP] = SOCKET(cgroup, TEXT, "cgroup", "CGROUP",
		"control group the socket was made in", .needs = NEED_CGROUP),
	[FIELD_UNIT] = SOCKET(unit, TEXT, "unit", "UNIT",
		"systemd unit of the socket, else of its first owner",
		.needs = NEED_CGROUP | NEED_PROCESS),
	[FIELD_CONTAINER] = SOCKET(container, TEXT, "container", "CONTAINER",
		"container of the socket, else of its first owner",
		.needs = NEED_CGROUP | NEED_PROCESS),
	[FIELD_OWNERS] = SOCKET(whole, OWNERS, "owners", "PROCESS",
		"processes that hold the socket, or (in brackets) why none is named",
		.needs = NEED_OWNER),
	[FIELD_OWNER_MISSING] = SOCKET(owner_missing, TEXT, "owner_missing", "OWNER-MISSING",
		"why no process is named", .needs = NEED_OWNER),
	[FIELD_TIMER] = SOCKET(timer, TIMER, "timer", "TIMER",
		"what the kernel waits for, how long still, tries so far"),
	[FIELD_RX_BYTES] = SOCKET(rx_bytes, UNSIGNED, "rx_bytes", "received",
		"data bytes received in order", .needs = NEED_TCP, .unit = UNIT_BYTES,
		.right = true),
	[FIELD_TX_BYTES] = SOCKET(tx_bytes, UNSIGNED, "tx_bytes", "sent",
		"data bytes sent, retransmissions not counted again",
		.needs = NEED_TCP | NEED_LISTENER, .unit = UNIT_BYTES, .right = true),
	[FIELD_TCP] = SOCKET(whole, TCP, "tcp", "TCP", "figures of tcp_info", .needs = NEED_TCP),
	[FIELD_MEMORY] = SOCKET(whole, MEMORY, "memory", "MEMORY", "kernel memory of the socket",
		.needs = NEED_MEMORY),
	[FIELD_LISTENER_COOKIE] = SOCKET(listener_cookie, UNSIGNED, "listener_cookie", "LISTENER",
		"cookie of the listener a connection came in through", .needs = NEED_LISTENER,
		.right = true),
	[FIELD_TWIN_COOKIE] = SOCKET(twin_cookie, UNSIGNED, "twin_cookie", "TWIN",
		"cookie of the listener for the other IP version of the same process and port",
		.needs = NEED_LISTENER | NEED_OWNER, .right = true),
	[FIELD_OTHER_END] = SOCKET(other_end, PAIR, "other_end", "OTHER-END",
		"process at the far end, when that is on this machine", .needs = NEED_PAIR),
	[FIELD_DIRECTION] = SOCKET(direction, TEXT, "direction", "DIR",
		"<- came in through a listener here, -> went out", .needs = NEED_LISTENER,
		.width = 3),
	[FIELD_USER_SHOWN] = SOCKET(user_shown, TEXT, "user_or_uid", "USER",
		"user name of the socket's uid, or the uid", .needs = NEED_USER),
	[FIELD_QUEUE] = SOCKET(queue, QUEUE, "queue", "QUEUE",
		"waiting connections/backlog; for datagrams, memory of unread ones", .right = true),
	[FIELD_SERVICE] = SOCKET(service, TEXT, "service", "SERVICE",
		"name of the local port in /etc/services", .needs = NEED_SERVICE),
	[FIELD_CONNECTIONS] = SOCKET(connections, UNSIGNED, "connections", "CONNS",
		"connections that came in through this listener", .needs = NEED_LISTENER,
		.right = true),
	[FIELD_SOCKETS] = SOCKET(sockets, UNSIGNED, "sockets", "SOCKETS",
		"sockets that share the address by SO_REUSEPORT", .needs = NEED_LISTENER,
		.right = true),
	/* The figures of tcp_info follow in the order in which they are shown. */
	[FIELD_TCP_FIRST] = TIME("rtt", "round trip", "smoothed round-trip time", UNIT_US, 68,
		4),
	TIME("rttvar", "variation", "mean deviation of the round-trip time", UNIT_US, 72, 4),
	FIGURE("min_rtt", "least round trip",
		"smallest round-trip time seen lately", VALUE_UNSIGNED, UNIT_US, 148, 4, 0, 0,
		UINT32_MAX),
	TIME("rto", "retransmit after", "retransmission timeout", UNIT_US, 8, 4),
	TIME("ato", "acknowledge after", "delayed-acknowledgement timeout", UNIT_US, 12, 4),
	FIGURE_BY(get_tcp_name, .name = "congestion",
		.title = "congestion control", .help = "congestion control algorithm",
		.type = VALUE_TEXT, .place = { .offset = offsetof(struct tcp, congestion) }),
	FIGURE_BY(get_tcp_phase, .name = "congestion_state",
		.title = "congestion state", .help = "open, disorder, cwr, recovery, loss",
		.type = VALUE_TEXT),
	FIGURE_BY(get_tcp_name, .name = "ulp", .title = "upper layer",
		.help = "protocol on top of the connection in the kernel: tls, mptcp",
		.type = VALUE_TEXT, .place = { .offset = offsetof(struct tcp, ulp) }),
	COUNT("cwnd", "congestion window", "segments that may be in flight", 80, 4),
	FIGURE("ssthresh", "slow start up to",
		"congestion window at which slow start ends, in segments", VALUE_UNSIGNED,
		UNIT_NONE, 76, 4, 0, 0, 0x7fffffff),
	RATE("delivery_rate", "delivery rate", "most recent rate at which data was delivered", 160),
	RATE("pacing_rate", "pacing rate", "rate the kernel spreads sending to", 104),
	RATE("max_pacing_rate", "pacing limit", "highest pacing rate allowed", 112),
	FLAG("app_limited", "limited by the sender",
		"the delivery rate was limited by the application", 7, 0),
	TIME("busy_time", "busy", "time with data to send or to be acknowledged", UNIT_US, 168, 8),
	TIME("rwnd_limited", "held by receiver",
		"time limited by the receiver's window", UNIT_US, 176, 8),
	TIME("sndbuf_limited", "held by send buffer",
		"time limited by the send buffer", UNIT_US, 184, 8),
	BYTES("bytes_sent", "bytes sent", "data bytes sent, retransmissions included", 200, 8),
	BYTES("bytes_retrans", "bytes sent again", "data bytes retransmitted", 208, 8),
	BYTES("bytes_acked", "bytes acknowledged",
		"bytes acknowledged; counts the SYN and the FIN", 120, 8),
	BYTES("bytes_received", "bytes received", "bytes received; counts the FIN", 128, 8),
	BYTES("notsent", "not sent yet", "bytes in the send queue that were never sent", 144, 4),
	COUNT("segs_out", "segments out", "segments sent", 136, 4),
	COUNT("segs_in", "segments in", "segments received", 140, 4),
	COUNT("data_segs_out", "data segments out", "segments with data sent", 156, 4),
	COUNT("data_segs_in", "data segments in", "segments with data received", 152, 4),
	COUNT("delivered", "delivered", "segments delivered to the peer", 192, 4),
	COUNT("delivered_ce", "delivered with mark",
		"segments delivered with a congestion mark", 196, 4),
	COUNT("unacked", "unacknowledged", "segments in flight", 24, 4),
	COUNT("sacked", "selectively acknowledged", "segments acknowledged out of order", 28, 4),
	COUNT("lost", "lost", "segments taken for lost", 32, 4),
	COUNT("retrans", "retransmitting", "retransmitted segments in flight", 36, 4),
	COUNT("fackets", "forward acknowledged", "no longer counted by kernels since 4.15", 40, 4),
	COUNT("total_retrans", "retransmitted", "segments retransmitted in all", 100, 4),
	COUNT("retransmits", "tries", "timeouts in a row without an answer", 2, 1),
	COUNT("probes", "probes", "window probes without an answer", 3, 1),
	COUNT("backoff", "backoff", "doublings of the timeout", 4, 1),
	COUNT("reordering", "reordering", "segments a packet may be late", 88, 4),
	COUNT("reord_seen", "reorderings", "reorderings seen", 220, 4),
	COUNT("dsack_dups", "duplicates reported",
		"needless retransmissions the peer reported", 216, 4),
	COUNT("rcv_ooopack", "out of order", "segments received out of order", 224, 4),
	BYTES("snd_mss", "segment size", "largest segment sent", 16, 4),
	BYTES("rcv_mss", "their segment size", "estimate of the peer's segments", 20, 4),
	BYTES("advmss", "announced size", "largest segment announced to the peer", 84, 4),
	BYTES("pmtu", "path MTU", "largest packet the path takes", 60, 4),
	BYTES("snd_wnd", "send window", "window the peer announced", 228, 4),
	BYTES("rcv_wnd", "receive window", "window announced to the peer", 232, 4),
	BYTES("rcv_space", "receive space", "data the application reads in a round trip", 96, 4),
	BYTES("rcv_ssthresh", "receive limit",
		"window that will be offered at most for now", 64, 4),
	TIME("rcv_rtt", "receiver round trip",
		"round-trip time as the receiver estimates it", UNIT_US, 92, 4),
	TIME("last_data_sent", "sent data", "time since data was sent", UNIT_MS, 44, 4),
	TIME("last_data_recv", "received data", "time since data was received", UNIT_MS, 52, 4),
	TIME("last_ack_sent", "sent acknowledgement",
		"time since an acknowledgement was sent; kernels leave it 0", UNIT_MS, 48, 4),
	TIME("last_ack_recv", "received acknowledgement",
		"time since an acknowledgement was received", UNIT_MS, 56, 4),
	FIGURE("snd_wscale", "their window scale",
		"window scaling of the peer, as a power of two", VALUE_UNSIGNED, UNIT_NONE, 6, 1, 0,
		4),
	FIGURE("rcv_wscale", "our window scale",
		"window scaling of ours, as a power of two", VALUE_UNSIGNED, UNIT_NONE, 6, 1, 4, 4),
	FLAG("timestamps", "timestamps", "TCP timestamps in use", 5, 0),
	FLAG("sack", "sack", "selective acknowledgements in use", 5, 1),
	FLAG("ecn", "ecn", "explicit congestion notification negotiated", 5, 3),
	FLAG("ecn_seen", "ecn seen", "a packet with an ECN mark came in", 5, 4),
	FLAG("fastopen", "fast open", "data in the SYN was acknowledged (TCP fast open)", 5, 5),
	FIGURE("fastopen_fail", "fast open failure",
		"why fast open failed as a client: 0 did not", VALUE_UNSIGNED, UNIT_NONE, 7, 1, 1,
		2),
	COUNT("rehash", "rehashes", "times the flow was moved to another path", 236, 4),
	COUNT("total_rto", "timeouts", "retransmission timeouts", 240, 2),
	COUNT("total_rto_recoveries", "timeouts recovered",
		"timeouts that were recovered from", 242, 2),
	TIME("total_rto_time", "timeouts took",
		"time spent in retransmission timeouts", UNIT_MS, 244, 4),
	COUNT("received_ce", "received with mark",
		"segments received with a congestion mark", 248, 4),
	BYTES("delivered_e1_bytes", "delivered ECT(1)",
		"bytes by their ECN field, as AccECN reports them", 252, 4),
	BYTES("delivered_e0_bytes", "delivered ECT(0)",
		"bytes by their ECN field, as AccECN reports them", 256, 4),
	BYTES("delivered_ce_bytes", "delivered CE",
		"bytes by their ECN field, as AccECN reports them", 260, 4),
	BYTES("received_e1_bytes", "received ECT(1)",
		"bytes by their ECN field, as AccECN reports them", 264, 4),
	BYTES("received_e0_bytes", "received ECT(0)",
		"bytes by their ECN field, as AccECN reports them", 268, 4),
	BYTES("received_ce_bytes", "received CE",
		"bytes by their ECN field, as AccECN reports them", 272, 4),
	COUNT("accecn_fail_mode", "AccECN failure", "AccECN failure mode bits", 276, 2),
	COUNT("accecn_opt_seen", "AccECN option", "AccECN option was seen", 278, 2),
	FLAG("usec_timestamps", "microsecond timestamps",
		"TCP timestamps count microseconds", 5, 6),
	FLAG("fastopen_child", "opened by fast open",
		"the connection was accepted by TCP fast open", 5, 7),
	[FIELD_MEMORY_FIRST + MEMORY_RECV] = MEMORY("recv", "received",
		"memory of received data not read yet", UNIT_BYTES, MEMORY_RECV),
	[FIELD_MEMORY_FIRST + MEMORY_RECV_LIMIT] = MEMORY("recv_limit", "receive buffer",
		"most that received data may take (SO_RCVBUF)", UNIT_BYTES, MEMORY_RECV_LIMIT),
	[FIELD_MEMORY_FIRST + MEMORY_SEND] = MEMORY("send", "in the device",
		"memory of sent packets the device has not let go", UNIT_BYTES, MEMORY_SEND),
	[FIELD_MEMORY_FIRST + MEMORY_SEND_LIMIT] = MEMORY("send_limit", "send buffer",
		"most that data to send may take (SO_SNDBUF)", UNIT_BYTES, MEMORY_SEND_LIMIT),
	[FIELD_MEMORY_FIRST + MEMORY_FORWARD] = MEMORY("forward", "reserved",
		"memory reserved for this socket", UNIT_BYTES, MEMORY_FORWARD),
	[FIELD_MEMORY_FIRST + MEMORY_SEND_QUEUED] = MEMORY("send_queued", "to send",
		"memory of data to send or to be acknowledged", UNIT_BYTES, MEMORY_SEND_QUEUED),
	[FIELD_MEMORY_FIRST + MEMORY_OPTIONS] = MEMORY("options", "options",
		"memory of socket options and filters", UNIT_BYTES, MEMORY_OPTIONS),
	[FIELD_MEMORY_FIRST + MEMORY_BACKLOG] = MEMORY("backlog", "backlog",
		"memory of packets that wait for the socket's lock", UNIT_BYTES, MEMORY_BACKLOG),
	[FIELD_MEMORY_FIRST + MEMORY_DROPS] = MEMORY("drops", "drops",
		"packets dropped; of a listener, connections refused for a full queue", UNIT_NONE,
		MEMORY_DROPS),
};
