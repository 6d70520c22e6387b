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
	[UNIT_NONE] = "", [UNIT_BYTES] = "", [UNIT_US] = "_us", [UNIT_MS] = "_ms", [UNIT_BPS] = "_bps",
};

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
	[FIELD_PROTOCOL] = {
		.name = "protocol", .title = "PROTO",
		.help = "transport protocol",
		.get = get_protocol, .type = VALUE_TEXT,
	},
	[FIELD_FAMILY] = {
		.name = "family", .title = "FAMILY",
		.help = "address family of the socket: inet or inet6",
		.get = get_family, .type = VALUE_TEXT,
		.width = 6,
	},
	[FIELD_STATE] = {
		.name = "state", .title = "STATE",
		.help = "TCP state; UNCONN: datagram socket without a peer; BOUND: bound, not listening",
		.get = get_state, .type = VALUE_TEXT,
	},
	[FIELD_ROLE] = {
		.name = "role", .title = "ROLE",
		.help = "listener, inbound (its local end belongs to a listener here), outbound",
		.get = get_role, .type = VALUE_TEXT, .needs = NEED_LISTENER,
		.width = 8,
	},
	[FIELD_SCOPE] = {
		.name = "scope", .title = "SCOPE",
		.help = "how far a listener reaches: any, any4, any6, loopback, address, device",
		.get = get_scope, .type = VALUE_TEXT,
		.width = 8,
	},
	[FIELD_PORT_CLASS] = {
		.name = "port_class", .title = "PORT CLASS",
		.help = "well-known, registered, or ephemeral by this kernel's own range",
		.get = get_port_class, .type = VALUE_TEXT, .needs = NEED_PORT_CLASS,
		.width = 10,
	},
	[FIELD_LOCAL] = {
		.name = "local", .title = "LOCAL",
		.help = "local address and port",
		.get = get_local, .type = VALUE_ENDPOINT, .needs = NEED_INTERFACE,
	},
	[FIELD_PEER] = {
		.name = "peer", .title = "PEER",
		.help = "address and port of the peer",
		.get = get_peer, .type = VALUE_ENDPOINT, .needs = NEED_INTERFACE,
	},
	[FIELD_RECV_QUEUE] = {
		.name = "recv_queue", .title = "RECVQ",
		.help = "bytes received and not read; UDP and raw: kernel memory they take",
		.get = get_recv_queue, .type = VALUE_UNSIGNED,
		.unit = UNIT_BYTES, .right = true,
	},
	[FIELD_SEND_QUEUE] = {
		.name = "send_queue", .title = "SENDQ",
		.help = "bytes sent and not acknowledged (a SYN or FIN counts as one); UDP and raw: kernel memory",
		.get = get_send_queue, .type = VALUE_UNSIGNED,
		.unit = UNIT_BYTES, .right = true,
	},
	[FIELD_ACCEPT_QUEUE] = {
		.name = "accept_queue", .title = "ACCEPTQ",
		.help = "connections that wait for the process to accept them",
		.get = get_accept_queue, .type = VALUE_UNSIGNED,
		.right = true,
	},
	[FIELD_BACKLOG] = {
		.name = "backlog", .title = "BACKLOG",
		.help = "connections that may wait; the kernel lets in one more",
		.get = get_backlog, .type = VALUE_UNSIGNED,
		.right = true,
	},
	[FIELD_UID] = {
		.name = "uid", .title = "UID",
		.help = "user id of the socket",
		.get = get_uid, .type = VALUE_UNSIGNED,
		.right = true,
	},
	[FIELD_USER] = {
		.name = "user", .title = "USER",
		.help = "user name of the socket's uid",
		.get = get_user, .type = VALUE_TEXT, .needs = NEED_USER,
	},
	[FIELD_INODE] = {
		.name = "inode", .title = "INODE",
		.help = "inode of the socket, as in /proc/PID/fd",
		.get = get_inode, .type = VALUE_UNSIGNED,
		.right = true,
	},
	[FIELD_COOKIE] = {
		.name = "cookie", .title = "COOKIE",
		.help = "the kernel's identity of the socket, never used twice until reboot",
		.get = get_cookie, .type = VALUE_UNSIGNED,
		.right = true,
	},
	[FIELD_INTERFACE] = {
		.name = "interface", .title = "INTERFACE",
		.help = "interface the socket is bound to",
		.get = get_interface, .type = VALUE_TEXT, .needs = NEED_INTERFACE,
	},
	[FIELD_MARK] = {
		.name = "mark", .title = "MARK",
		.help = "firewall mark (needs CAP_NET_ADMIN)",
		.get = get_mark, .type = VALUE_HEX,
		.right = true,
	},
	[FIELD_V6ONLY] = {
		.name = "v6only", .title = "V6ONLY",
		.help = "an IPv6 socket that takes no IPv4",
		.get = get_v6only, .type = VALUE_BOOL,
	},
	[FIELD_SHUTDOWN] = {
		.name = "shutdown", .title = "SHUTDOWN",
		.help = "direction that was shut down: receive, send, both",
		.get = get_shutdown, .type = VALUE_TEXT,
		.width = 8,
	},
	[FIELD_NETNS] = {
		.name = "netns", .title = "NETNS",
		.help = "network namespace: inode and name",
		.get = get_whole, .type = VALUE_NETNS,
	},
	[FIELD_CGROUP] = {
		.name = "cgroup", .title = "CGROUP",
		.help = "control group the socket was made in",
		.get = get_cgroup, .type = VALUE_TEXT, .needs = NEED_CGROUP,
	},
	[FIELD_UNIT] = {
		.name = "unit", .title = "UNIT",
		.help = "systemd unit of the socket, else of its first owner",
		.get = get_unit, .type = VALUE_TEXT, .needs = NEED_CGROUP | NEED_PROCESS,
	},
	[FIELD_CONTAINER] = {
		.name = "container", .title = "CONTAINER",
		.help = "container of the socket, else of its first owner",
		.get = get_container, .type = VALUE_TEXT, .needs = NEED_CGROUP | NEED_PROCESS,
	},
	[FIELD_OWNERS] = {
		.name = "owners", .title = "PROCESS",
		.help = "processes that hold the socket, or (in brackets) why none is named",
		.get = get_whole, .type = VALUE_OWNERS, .needs = NEED_OWNER,
	},
	[FIELD_OWNER_MISSING] = {
		.name = "owner_missing", .title = "OWNER MISSING",
		.help = "why no process is named",
		.get = get_owner_missing, .type = VALUE_TEXT, .needs = NEED_OWNER,
	},
	[FIELD_TIMER] = {
		.name = "timer", .title = "TIMER",
		.help = "what the kernel waits for, how long still, tries so far",
		.get = get_timer, .type = VALUE_TIMER,
	},
	[FIELD_RX_BYTES] = {
		.name = "rx_bytes", .title = "received",
		.help = "data bytes received in order",
		.get = get_rx_bytes, .type = VALUE_UNSIGNED, .needs = NEED_TCP,
		.unit = UNIT_BYTES, .right = true,
	},
	[FIELD_TX_BYTES] = {
		.name = "tx_bytes", .title = "sent",
		.help = "data bytes sent, retransmissions not counted again",
		.get = get_tx_bytes, .type = VALUE_UNSIGNED, .needs = NEED_TCP | NEED_LISTENER,
		.unit = UNIT_BYTES, .right = true,
	},
	[FIELD_TCP] = {
		.name = "tcp", .title = "TCP",
		.help = "figures of tcp_info",
		.get = get_whole, .type = VALUE_TCP, .needs = NEED_TCP,
	},
	[FIELD_MEMORY] = {
		.name = "memory", .title = "MEMORY",
		.help = "kernel memory of the socket",
		.get = get_whole, .type = VALUE_MEMORY, .needs = NEED_MEMORY,
	},
	[FIELD_LISTENER_COOKIE] = {
		.name = "listener_cookie", .title = "LISTENER",
		.help = "cookie of the listener a connection came in through",
		.get = get_listener_cookie, .type = VALUE_UNSIGNED, .needs = NEED_LISTENER,
		.right = true,
	},
	[FIELD_TWIN_COOKIE] = {
		.name = "twin_cookie", .title = "TWIN",
		.help = "cookie of the listener for the other IP version of the same process and port",
		.get = get_twin_cookie, .type = VALUE_UNSIGNED, .needs = NEED_LISTENER | NEED_OWNER,
		.right = true,
	},
	[FIELD_OTHER_END] = {
		.name = "other_end", .title = "OTHER END",
		.help = "process at the far end, when that is on this machine",
		.get = get_other_end, .type = VALUE_PAIR, .needs = NEED_PAIR,
	},
	[FIELD_DIRECTION] = {
		.name = "direction", .title = "DIR",
		.help = "<- came in through a listener here, -> went out",
		.get = get_direction, .type = VALUE_TEXT, .needs = NEED_LISTENER,
		.width = 3,
	},
	[FIELD_QUEUE] = {
		.name = "queue", .title = "QUEUE",
		.help = "waiting connections/backlog; for datagrams, memory of unread ones",
		.get = get_queue, .type = VALUE_QUEUE,
		.right = true,
	},
	[FIELD_SERVICE] = {
		.name = "service", .title = "SERVICE",
		.help = "name of the local port in /etc/services",
		.get = get_service, .type = VALUE_TEXT, .needs = NEED_SERVICE,
	},
	[FIELD_CONNECTIONS] = {
		.name = "connections", .title = "CONNS",
		.help = "connections that came in through this listener",
		.get = get_connections, .type = VALUE_UNSIGNED, .needs = NEED_LISTENER,
		.right = true,
	},
	[FIELD_SOCKETS] = {
		.name = "sockets", .title = "SOCKETS",
		.help = "sockets that share the address by SO_REUSEPORT",
		.get = get_sockets, .type = VALUE_UNSIGNED, .needs = NEED_LISTENER,
		.right = true,
	},
	[FIELD_TCP_FIRST + 0] = TIME("rtt", "round trip", "smoothed round-trip time", UNIT_US, 68, 4),
	[FIELD_TCP_FIRST + 1] = TIME("rttvar", "variation", "mean deviation of the round-trip time", UNIT_US, 72, 4),
	[FIELD_TCP_FIRST + 2] = FIGURE("min_rtt", "least round trip", "smallest round-trip time seen lately", VALUE_UNSIGNED, UNIT_US, 148, 4, 0, 0, UINT32_MAX),
	[FIELD_TCP_FIRST + 3] = TIME("rto", "retransmit after", "retransmission timeout", UNIT_US, 8, 4),
	[FIELD_TCP_FIRST + 4] = TIME("ato", "acknowledge after", "delayed-acknowledgement timeout", UNIT_US, 12, 4),
	[FIELD_TCP_FIRST + 5] = FIGURE_BY(get_tcp_name, .name = "congestion", .title = "congestion control", .help = "congestion control algorithm",
		.type = VALUE_TEXT, .place = { .offset = offsetof(struct tcp, congestion) }),
	[FIELD_TCP_FIRST + 6] = FIGURE_BY(get_tcp_phase, .name = "congestion_state", .title = "congestion state",
		.help = "open, disorder, cwr, recovery, loss", .type = VALUE_TEXT),
	[FIELD_TCP_FIRST + 7] = FIGURE_BY(get_tcp_name, .name = "ulp", .title = "upper layer", .help = "protocol on top of the connection in the kernel: tls, mptcp",
		.type = VALUE_TEXT, .place = { .offset = offsetof(struct tcp, ulp) }),
	[FIELD_TCP_FIRST + 8] = COUNT("cwnd", "congestion window", "segments that may be in flight", 80, 4),
	[FIELD_TCP_FIRST + 9] = FIGURE("ssthresh", "slow start up to", "congestion window at which slow start ends, in segments", VALUE_UNSIGNED, UNIT_NONE, 76, 4, 0, 0, 0x7fffffff),
	[FIELD_TCP_FIRST + 10] = RATE("delivery_rate", "delivery rate", "most recent rate at which data was delivered", 160),
	[FIELD_TCP_FIRST + 11] = RATE("pacing_rate", "pacing rate", "rate the kernel spreads sending to", 104),
	[FIELD_TCP_FIRST + 12] = RATE("max_pacing_rate", "pacing limit", "highest pacing rate allowed", 112),
	[FIELD_TCP_FIRST + 13] = FLAG("app_limited", "limited by the sender", "the delivery rate was limited by the application", 7, 0),
	[FIELD_TCP_FIRST + 14] = TIME("busy_time", "busy", "time with data to send or to be acknowledged", UNIT_US, 168, 8),
	[FIELD_TCP_FIRST + 15] = TIME("rwnd_limited", "held by receiver", "time limited by the receiver's window", UNIT_US, 176, 8),
	[FIELD_TCP_FIRST + 16] = TIME("sndbuf_limited", "held by send buffer", "time limited by the send buffer", UNIT_US, 184, 8),
	[FIELD_TCP_FIRST + 17] = BYTES("bytes_sent", "bytes sent", "data bytes sent, retransmissions included", 200, 8),
	[FIELD_TCP_FIRST + 18] = BYTES("bytes_retrans", "bytes sent again", "data bytes retransmitted", 208, 8),
	[FIELD_TCP_FIRST + 19] = BYTES("bytes_acked", "bytes acknowledged", "bytes acknowledged; counts the SYN and the FIN", 120, 8),
	[FIELD_TCP_FIRST + 20] = BYTES("bytes_received", "bytes received", "bytes received; counts the FIN", 128, 8),
	[FIELD_TCP_FIRST + 21] = BYTES("notsent", "not sent yet", "bytes in the send queue that were never sent", 144, 4),
	[FIELD_TCP_FIRST + 22] = COUNT("segs_out", "segments out", "segments sent", 136, 4),
	[FIELD_TCP_FIRST + 23] = COUNT("segs_in", "segments in", "segments received", 140, 4),
	[FIELD_TCP_FIRST + 24] = COUNT("data_segs_out", "data segments out", "segments with data sent", 156, 4),
	[FIELD_TCP_FIRST + 25] = COUNT("data_segs_in", "data segments in", "segments with data received", 152, 4),
	[FIELD_TCP_FIRST + 26] = COUNT("delivered", "delivered", "segments delivered to the peer", 192, 4),
	[FIELD_TCP_FIRST + 27] = COUNT("delivered_ce", "delivered with mark", "segments delivered with a congestion mark", 196, 4),
	[FIELD_TCP_FIRST + 28] = COUNT("unacked", "unacknowledged", "segments in flight", 24, 4),
	[FIELD_TCP_FIRST + 29] = COUNT("sacked", "selectively acknowledged", "segments acknowledged out of order", 28, 4),
	[FIELD_TCP_FIRST + 30] = COUNT("lost", "lost", "segments taken for lost", 32, 4),
	[FIELD_TCP_FIRST + 31] = COUNT("retrans", "retransmitting", "retransmitted segments in flight", 36, 4),
	[FIELD_TCP_FIRST + 32] = COUNT("fackets", "forward acknowledged", "no longer counted by kernels since 4.15", 40, 4),
	[FIELD_TCP_FIRST + 33] = COUNT("total_retrans", "retransmitted", "segments retransmitted in all", 100, 4),
	[FIELD_TCP_FIRST + 34] = COUNT("retransmits", "tries", "timeouts in a row without an answer", 2, 1),
	[FIELD_TCP_FIRST + 35] = COUNT("probes", "probes", "window probes without an answer", 3, 1),
	[FIELD_TCP_FIRST + 36] = COUNT("backoff", "backoff", "doublings of the timeout", 4, 1),
	[FIELD_TCP_FIRST + 37] = COUNT("reordering", "reordering", "segments a packet may be late", 88, 4),
	[FIELD_TCP_FIRST + 38] = COUNT("reord_seen", "reorderings", "reorderings seen", 220, 4),
	[FIELD_TCP_FIRST + 39] = COUNT("dsack_dups", "duplicates reported", "needless retransmissions the peer reported", 216, 4),
	[FIELD_TCP_FIRST + 40] = COUNT("rcv_ooopack", "out of order", "segments received out of order", 224, 4),
	[FIELD_TCP_FIRST + 41] = BYTES("snd_mss", "segment size", "largest segment sent", 16, 4),
	[FIELD_TCP_FIRST + 42] = BYTES("rcv_mss", "their segment size", "estimate of the peer's segments", 20, 4),
	[FIELD_TCP_FIRST + 43] = BYTES("advmss", "announced size", "largest segment announced to the peer", 84, 4),
	[FIELD_TCP_FIRST + 44] = BYTES("pmtu", "path MTU", "largest packet the path takes", 60, 4),
	[FIELD_TCP_FIRST + 45] = BYTES("snd_wnd", "send window", "window the peer announced", 228, 4),
	[FIELD_TCP_FIRST + 46] = BYTES("rcv_wnd", "receive window", "window announced to the peer", 232, 4),
	[FIELD_TCP_FIRST + 47] = BYTES("rcv_space", "receive space", "data the application reads in a round trip", 96, 4),
	[FIELD_TCP_FIRST + 48] = BYTES("rcv_ssthresh", "receive limit", "window that will be offered at most for now", 64, 4),
	[FIELD_TCP_FIRST + 49] = TIME("rcv_rtt", "receiver round trip", "round-trip time as the receiver estimates it", UNIT_US, 92, 4),
	[FIELD_TCP_FIRST + 50] = TIME("last_data_sent", "sent data", "time since data was sent", UNIT_MS, 44, 4),
	[FIELD_TCP_FIRST + 51] = TIME("last_data_recv", "received data", "time since data was received", UNIT_MS, 52, 4),
	[FIELD_TCP_FIRST + 52] = TIME("last_ack_sent", "sent acknowledgement", "time since an acknowledgement was sent; kernels leave it 0", UNIT_MS, 48, 4),
	[FIELD_TCP_FIRST + 53] = TIME("last_ack_recv", "received acknowledgement", "time since an acknowledgement was received", UNIT_MS, 56, 4),
	[FIELD_TCP_FIRST + 54] = FIGURE("snd_wscale", "their window scale", "window scaling of the peer, as a power of two",
		VALUE_UNSIGNED, UNIT_NONE, 6, 1, 0, 4),
	[FIELD_TCP_FIRST + 55] = FIGURE("rcv_wscale", "our window scale", "window scaling of ours, as a power of two",
		VALUE_UNSIGNED, UNIT_NONE, 6, 1, 4, 4),
	[FIELD_TCP_FIRST + 56] = FLAG("timestamps", "timestamps", "TCP timestamps in use", 5, 0),
	[FIELD_TCP_FIRST + 57] = FLAG("sack", "sack", "selective acknowledgements in use", 5, 1),
	[FIELD_TCP_FIRST + 58] = FLAG("ecn", "ecn", "explicit congestion notification negotiated", 5, 3),
	[FIELD_TCP_FIRST + 59] = FLAG("ecn_seen", "ecn seen", "a packet with an ECN mark came in", 5, 4),
	[FIELD_TCP_FIRST + 60] = FLAG("fastopen", "fast open", "data in the SYN was acknowledged (TCP fast open)", 5, 5),
	[FIELD_TCP_FIRST + 61] = FIGURE("fastopen_fail", "fast open failure", "why fast open failed as a client: 0 did not",
		VALUE_UNSIGNED, UNIT_NONE, 7, 1, 1, 2),
	[FIELD_TCP_FIRST + 62] = COUNT("rehash", "rehashes", "times the flow was moved to another path", 236, 4),
	[FIELD_TCP_FIRST + 63] = COUNT("total_rto", "timeouts", "retransmission timeouts", 240, 2),
	[FIELD_TCP_FIRST + 64] = COUNT("total_rto_recoveries", "timeouts recovered", "timeouts that were recovered from", 242, 2),
	[FIELD_TCP_FIRST + 65] = TIME("total_rto_time", "timeouts took", "time spent in retransmission timeouts", UNIT_MS, 244, 4),
	[FIELD_TCP_FIRST + 66] = COUNT("received_ce", "received with mark", "segments received with a congestion mark", 248, 4),
	[FIELD_TCP_FIRST + 67] = BYTES("delivered_e1_bytes", "delivered ECT(1)", "bytes by their ECN field, as AccECN reports them", 252, 4),
	[FIELD_TCP_FIRST + 68] = BYTES("delivered_e0_bytes", "delivered ECT(0)", "bytes by their ECN field, as AccECN reports them", 256, 4),
	[FIELD_TCP_FIRST + 69] = BYTES("delivered_ce_bytes", "delivered CE", "bytes by their ECN field, as AccECN reports them", 260, 4),
	[FIELD_TCP_FIRST + 70] = BYTES("received_e1_bytes", "received ECT(1)", "bytes by their ECN field, as AccECN reports them", 264, 4),
	[FIELD_TCP_FIRST + 71] = BYTES("received_e0_bytes", "received ECT(0)", "bytes by their ECN field, as AccECN reports them", 268, 4),
	[FIELD_TCP_FIRST + 72] = BYTES("received_ce_bytes", "received CE", "bytes by their ECN field, as AccECN reports them", 272, 4),
	[FIELD_TCP_FIRST + 73] = COUNT("accecn_fail_mode", "AccECN failure", "AccECN failure mode bits", 276, 2),
	[FIELD_TCP_FIRST + 74] = COUNT("accecn_opt_seen", "AccECN option", "AccECN option was seen", 278, 2),
	[FIELD_TCP_FIRST + 75] = FLAG("usec_timestamps", "microsecond timestamps",
		"TCP timestamps count microseconds", 5, 6),
	[FIELD_TCP_FIRST + 76] = FLAG("fastopen_child", "opened by fast open",
		"the connection was accepted by TCP fast open", 5, 7),
	[FIELD_MEMORY_FIRST + MEMORY_RECV] = MEMORY("recv", "received", "memory of received data not read yet", UNIT_BYTES, MEMORY_RECV),
	[FIELD_MEMORY_FIRST + MEMORY_RECV_LIMIT] = MEMORY("recv_limit", "receive buffer", "most that received data may take (SO_RCVBUF)", UNIT_BYTES, MEMORY_RECV_LIMIT),
	[FIELD_MEMORY_FIRST + MEMORY_SEND] = MEMORY("send", "in the device", "memory of sent packets the device has not let go", UNIT_BYTES, MEMORY_SEND),
	[FIELD_MEMORY_FIRST + MEMORY_SEND_LIMIT] = MEMORY("send_limit", "send buffer", "most that data to send may take (SO_SNDBUF)", UNIT_BYTES, MEMORY_SEND_LIMIT),
	[FIELD_MEMORY_FIRST + MEMORY_FORWARD] = MEMORY("forward", "reserved", "memory reserved for this socket", UNIT_BYTES, MEMORY_FORWARD),
	[FIELD_MEMORY_FIRST + MEMORY_SEND_QUEUED] = MEMORY("send_queued", "to send", "memory of data to send or to be acknowledged", UNIT_BYTES, MEMORY_SEND_QUEUED),
	[FIELD_MEMORY_FIRST + MEMORY_OPTIONS] = MEMORY("options", "options", "memory of socket options and filters", UNIT_BYTES, MEMORY_OPTIONS),
	[FIELD_MEMORY_FIRST + MEMORY_BACKLOG] = MEMORY("backlog", "backlog", "memory of packets that wait for the socket's lock", UNIT_BYTES, MEMORY_BACKLOG),
	[FIELD_MEMORY_FIRST + MEMORY_DROPS] = MEMORY("drops", "drops", "packets dropped; of a listener, connections refused for a full queue", UNIT_NONE, MEMORY_DROPS),
};
