#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Connections: direction, both ends on this machine, v4-mapped and link-local addresses, MPTCP.

# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC2016
. "${BASH_SOURCE%/*}/lib.sh"

new_ns
sock conn port=7001 bytes=300 back=40 fork=1
client=$(of cookie client) server=$(of cookie server)
ctj -t
expect_row client '.role == "outbound" and .recv_queue == 40 and pids == [$pid | tonumber]' \
	"client: outbound, 40 bytes unread, owned by the child"
expect_row server '.role == "inbound" and .recv_queue == 300 and pids == [$pid | tonumber]' \
	"server: inbound, 300 bytes unread, owned by the parent"
expect_json '[row($c)][0].other_end | [.. | numbers] | any(. == ($pid | tonumber))' \
	"the client's other end is joined: the server's process" c "$client" pid "$(of pid server)"
expect_json '[row($s)][0].other_end | [.. | numbers] | any(. == ($pid | tonumber))' \
	"the server's other end is joined: the client's process" s "$server" pid "$(of pid client)"
expect_row listener '.other_end == null' "a listener has no other end"
ct -t
expect_out '^.*:7001\b.*127\.0\.0\.1:[0-9]+|127\.0\.0\.1:[0-9]+.*:7001\b' "both ends in the table"
listener_line=$(grep -n -m 1 'LISTEN\|:7001' "$OUT" | cut -d: -f1)
client_line=$(grep -n -m 1 ":$(port_of client)\\b" "$OUT" | cut -d: -f1)
if [ "${listener_line:-9999}" -lt "${client_line:-0}" ]; then
	ok "listeners come before connections"
else
	not_ok "listeners come before connections" "$OUT"
fi
stop_sock

new_ns
sock conn listener=0
ctj -t
expect_row server '.role != "inbound" and .listener_cookie == null' \
	"with its listener closed, a connection is nobody's inbound one"

new_ns
sock conn addr=:: to=127.0.0.1 port=7002
ctj -t
expect_row server '.family == "inet6" and .local.address == "::ffff:127.0.0.1" and
	.peer.address == "::ffff:127.0.0.1" and .role == "inbound" and
	.listener_cookie == ($listener | tonumber)' "v4-mapped: inbound at the dual-stack listener" \
	listener "$(of cookie listener)"
expect_row client '.family == "inet" and .local.address == "127.0.0.1" and .role == "outbound"' \
	"its IPv4 client: outbound"
expect_json '[row($c)][0].other_end | [.. | numbers] | any(. == ($pid | tonumber))' \
	"the two ends are joined across families" c "$(of cookie client)" pid "$(of pid server)"
expect_json '[row($c)][0].other_end != null and [row($s)][0].other_end != null' \
	"in both directions" c "$(of cookie client)" s "$(of cookie server)"
ct -t
expect_out '^tcp .* 127\.0\.0\.1:7002 .* 127\.0\.0\.1:[0-9]+ ' "v4-mapped addresses are IPv4 in the table"
ctj -4 -t
expect_row listener '.scope == "any"' "the dual-stack listener is in the IPv4 view"
expect_row server '.state == "ESTAB"' "and so is its v4-mapped connection"
ctj -6 -t
expect_json 'all(.sockets[]; .family == "inet6") and (.sockets | length) == 2' "-6: those of family inet6"

new_ns
sock conn addr=:: to=::1
ctj -4 -t
expect_json 'any(row($s); true) | not' "-4: an IPv6 connection of a dual-stack listener is not IPv4" \
	s "$(of cookie server)"
ctj -6 -t
expect_row server '.local.address == "::1"' "-6: it is there"

new_ns
veth ct
sock conn addr=fe80::1%ct0 to=fe80::1%ct0 port=7003
ctj -t
expect_row server '.local.address == "fe80::1" and .local.interface == "ct0"' "link-local connection: interface"
ct -t
expect_out 'fe80::1%ct0\]:7003' "link-local connection in the table"

new_ns
sock conn keepalive=1
ctj -t -o
expect_row client '.timer.name == "keepalive" and .timer.expires_ms > 60000 and .timer.retransmits == 0' \
	"-o: the keepalive timer in milliseconds"
ctj -t
expect_row server '.timer == null' "no timer is null"
ct -t -o
expect_out 'keepalive' "-o: the timer in the table"

# One MPTCP connection is one TCP row at each end; 262 mod 256 is TCP's number.
new_ns
if sock mptcp; then
	ctj -a -t
	expect_json '[.sockets[] | select(.inode != 0 and .inode != null) | .inode] |
		length == (unique | length) and length == 3' "MPTCP: each inode once"
	expect_json 'all(.sockets[]; .protocol == "tcp")' "MPTCP: a TCP list has TCP rows"
	expect_json '[.sockets[] | select(.inode == ($ino | tonumber))][0] | pids == [$pid | tonumber]' \
		"MPTCP: a subflow has its owner" ino "$(of ino client)" pid "$(of pid client)"
fi

end
