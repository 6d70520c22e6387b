#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Each TCP state as the kernel tells it: name, owner or the reason for none, user, queues, timer.

# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC2016
. "${BASH_SOURCE%/*}/lib.sh"

# Rows without a descriptor are found by both their ends.
expect_end() {
	expect_json '[between($local; $peer)[] | '"$2"'] == [true]' "$3" \
		local "$(of local "$1")" peer "$(of peer "$1")" \
		listener "$(of cookie listener)" pid "$(of pid "$1")" "${@:4}"
}

# state FIXTURE NAME STATE [KEY=VALUE...]: a state held with a descriptor
state() {
	local fixture=$1 name=$2 state=$3
	shift 3
	new_ns
	sock "$fixture" "$@" || return
	ctj -a -t
	expect_row "$name" '.state == $state and pids == [$pid | tonumber] and .owner_missing == null and
		.inode == ($ino | tonumber) and .uid == 0 and (.peer | text) == ($peer | plain)' \
		"$fixture: $state with its owner" state "$state" peer "$(of peer "$name")"
}

# ownerless FIXTURE NAME STATE REASON [KEY=VALUE...]: one without
ownerless() {
	local fixture=$1 name=$2 state=$3 reason=$4
	shift 4
	new_ns
	sock "$fixture" "$@" || return
	ctj -a -t
	expect_end "$name" '.state == $state and .owners == [] and .owner_missing == $reason and
		(.inode == 0 or .inode == null)' "$fixture $*: $state without, because: $reason" \
		state "$state" reason "$reason"
}

state conn client ESTAB
expect_row client '.role == "outbound" and .scope == null and .listener_cookie == null' \
	"a client is outbound"
expect_row server '.role == "inbound" and .listener_cookie == ($listener | tonumber)' \
	"a connection of a listener is inbound and names it" listener "$(of cookie listener)"
expect_row client '.recv_queue == 0 and .send_queue == 0 and .accept_queue == null and
	.backlog == null' "a connection has no accept queue and no backlog"

state syn-sent client SYN-SENT
expect_row client '.send_queue == 1 and .role == "outbound"' "SYN-SENT is outbound"
ctj -a -t -o
expect_row client '.timer.expires_ms >= 0 and (.timer.name | type) == "string"' "SYN-SENT has a timer"

# The listener is gone: neither end is told by it.
new_ns
sock conn listener=0 port=8020
for filter in "" "sport 8020" "dport 8020"; do
	# shellcheck disable=SC2086
	ctj -a -t $filter
	expect_json '[.sockets[].role] | length > 0 and all(. == null)' "no listener: no role ($filter)"
done

# Who should accept it is named whatever is asked for.
new_ns
sock unaccepted n=1 port=8021
ct -a -t -H
grep -o 'unaccepted: .*)' "$OUT" | sort -u >"$TMP/awaited"
for filter in "sport 8021" "sport 8021 and dst 127.0.0.1" "owner_missing unaccepted" "role inbound and not dport 1"; do
	# shellcheck disable=SC2086
	ct -a -t -H $filter
	grep -o 'unaccepted: .*)' "$OUT" | sort -u >"$TMP/got"
	expect_same "$TMP/awaited" "$TMP/got" "unaccepted: its owner is named ($filter)"
done

# A listener that was shut down is bound, and its queue is no bytes.
new_ns
sock listen shut=1 port=8022
ctj -a -t
expect_row listener '.state == "BOUND" and .send_queue == null and .recv_queue == null' "bound: no queues"

new_ns
ownerless syn-recv embryo SYN-RECV unaccepted
expect_end embryo '.uid == null and .user == null and .role == "inbound" and
	.listener_cookie == ($listener | tonumber)' "SYN-RECV: no user, and the listener is named"
ctj -t
expect_json 'count(.state == "SYN-RECV") == 0' "SYN-RECV is not in the default list"

state fin-wait-1 client FIN-WAIT-1
state fin-wait-2 client FIN-WAIT-2
state fin-wait-2 server CLOSE-WAIT
expect_row server '.recv_queue == 0' "CLOSE-WAIT: the peer's FIN is not unread data"
state closing client CLOSING
expect_row client '.recv_queue == 0' "CLOSING: the peer's FIN is not unread data"
state last-ack server LAST-ACK

ownerless orphan client FIN-WAIT-1 orphan
expect_end client '.send_queue > 0' "orphan FIN-WAIT-1: its unsent bytes are shown"
expect_row server '.recv_queue > 0' "and the unread bytes of the other end"
ownerless closing client CLOSING orphan orphan=1
ownerless last-ack server LAST-ACK orphan orphan=1
ownerless close-wait client FIN-WAIT-2 orphan
expect_end client '.uid == null and .user == null' "mini FIN-WAIT-2: the kernel's zero is no user"
expect_row server '.state == "CLOSE-WAIT" and .recv_queue == 0 and pids == [$pid | tonumber]' \
	"its CLOSE-WAIT peer has an owner and nothing unread"
ctj -a -t -o
expect_end client '.timer.expires_ms > 0 and .timer.expires_ms <= 60000' \
	"mini FIN-WAIT-2: the milliseconds it has left"

ownerless time-wait client TIME-WAIT time-wait
expect_end client '.uid == null and .user == null' "TIME-WAIT: the kernel's zero is no user"
ct -a -t
expect_no_out '^tcp +TIME-WAIT.* root ' "TIME-WAIT is not shown as root's"
ctj -a -t -o
expect_end client '.timer.expires_ms > 0 and .timer.expires_ms <= 60000' \
	"TIME-WAIT: the milliseconds it has left"
ctj -t
expect_json 'count(.state == "TIME-WAIT") == 0' "TIME-WAIT is not in the default list"
ct -t
tail -n 1 "$OUT" >"$TMP/last"
expect_file "$TMP/last" '1.*time-wait.*-a|time-wait.*1.*-a' "TIME-WAIT is counted in the last line, with -a"

new_ns
sock rst
ctj -a -t
expect_row client '.state == "BOUND" and .peer == null and pids == [$pid | tonumber]' \
	"reset, port chosen: BOUND, and its old peer is not shown as one"
new_ns
sock rst bound=0
ctj -a -t
expect_json 'count(.state != "LISTEN") == 0' "reset, port not chosen: no row, as in the kernel"

new_ns
sock unaccepted n=3 backlog=7
ctj -t
expect_row listener '.accept_queue == 3 and .backlog == 7' "3 unaccepted: accept queue and backlog"
for n in 1 2 3; do
	expect_json '[between($local; $peer)[] | .state == "ESTAB" and .owners == [] and .role == "inbound" and
		.owner_missing == "unaccepted" and .listener_cookie == ($listener | tonumber)] == [true]' \
		"unaccepted connection $n waits at its listener, and is no orphan" \
		local "$(of local unaccepted $n)" peer "$(of peer unaccepted $n)" listener "$(of cookie listener)"
done

new_ns
sock accept-full backlog=1 extra=2
ctj -t
expect_row listener '.accept_queue == 2 and .backlog == 1' "a full accept queue: one more than the backlog"
expect_json 'count(.state == "SYN-SENT") == 2' "and the clients that it keeps waiting"
ct -l -t
expect_out '\b2\b.*\b1\b' "queue and backlog in the table of listeners"

new_ns
sock fin-wait-2 bytes=1234
ctj -a -t -i
expect_row client '[.tx_bytes, .tcp.bytes_acked] | any(. == 1234)' \
	"1234 bytes sent are 1234, without the SYN and the FIN"
expect_row server '[.rx_bytes, .tcp.bytes_received] | any(. == 1234)' "and 1234 received"

end
