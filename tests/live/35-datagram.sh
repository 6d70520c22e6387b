#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# UDP, UDP-Lite and raw sockets: connected or not, queues in bytes, drops, shared ports, protocols.

# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC2016
. "${BASH_SOURCE%/*}/lib.sh"

new_ns
veth ct
sock udp addr=0.0.0.0 port=53
ctj -u
expect_row udp '.protocol == "udp" and .state == "UNCONN" and .role == "listener" and .scope == "any4" and
	.peer == null and .local.port == 53 and pids == [$pid | tonumber] and .accept_queue == null and
	.backlog == null' "UDP bound: UNCONN, a listener, with its owner"
stop_sock
sock udp addr=:: port=53
ctj -l -u
expect_row udp '.scope == "any" and .family == "inet6"' "UDP dual-stack: scope any"
ctj -4 -l -u
expect_row udp '.scope == "any"' "UDP dual-stack: in the IPv4 view"
stop_sock
sock udp addr=:: port=53 v6only=1
ctj -l -u
expect_row udp '.scope == "any6"' "UDP v6only: scope any6"
ctj -4 -l -u
expect_json '.sockets == []' "UDP v6only: not in the IPv4 view"
stop_sock
sock udp addr=0.0.0.0 port=53 dev=ct0
ctj -l -u
expect_row udp '.scope == "device" and .interface == "ct0"' "UDP of a device"
stop_sock

sock udp-conn port=5353 bytes=110
ctj -u
expect_row client '.state == "ESTAB" and .role != "listener" and .peer.port == 5353 and .scope == null' \
	"UDP connected: ESTAB with its peer"
expect_row server '.state == "UNCONN" and .peer == null' "UDP bound beside it: UNCONN"
# The kernel counts memory here, not bytes: 110 bytes in two datagrams are more than a KiB to it.
ss=$(here ss -Huan sport = :5353 | awk '{ print $2 }')
expect_row server '.recv_queue == ($ss | tonumber) and .recv_queue > 110' \
	"UDP receive queue: the kernel's number, as ss has it" ss "$ss"
ctj -l -u
expect_json '[.sockets[].cookie] == [$c | tonumber]' "-l: the bound one, not the connected one" \
	c "$(of cookie server)"
stop_sock

sock udp-drops
drops=$(here sh -c 'cat /proc/thread-self/net/udp' | awk -v ino="$(of ino server)" '$10 == ino { print $NF }')
ctj -u -m
expect_row server '.memory.drops == ($drops | tonumber) and .memory.drops > 0' \
	"UDP drops, as in /proc/net/udp" drops "$drops"
ct -u -m
expect_out "\\b$drops\\b" "UDP drops in the table of -m"
stop_sock

sock udp-shared n=2 port=1900
ctj -l -u
expect_json '[.sockets[] | select(.local.port == 1900)] | length == 2 and (map(.cookie) | unique | length) == 2' \
	"two UDP sockets on one port are two rows"
stop_sock

sock udplite port=6000
ctj --udplite
expect_row server '.protocol == "udplite" and .state == "UNCONN" and pids == [$pid | tonumber]' \
	"UDP-Lite bound"
expect_row client '.protocol == "udplite" and .state == "ESTAB" and .peer.port == 6000' "UDP-Lite connected"
ctj -u
expect_json 'count(.protocol == "udplite") == 0' "-u is not UDP-Lite"
stop_sock

# raw FAMILY PROTOCOL ADDRESS FAMILY_NAME SCOPE
raw() {
	sock raw family="$1" protocol="$2"
	ctj -w
	expect_json '[.sockets[] | select(.inode == ($ino | tonumber)) | .protocol == "raw" and .family == $family and
		.local.address == $address and .local.port == ($number | tonumber) and .peer == null and
		.role == "listener" and pids == [$pid | tonumber]] == [true]' \
		"raw IPv$1 protocol $2: its number in the place of the port, and its owner" \
		ino "$(of ino raw)" pid "$(of pid raw)" number "$2" address "$3" family "$4"
	ct -w
	expect_rc 0 "raw IPv$1 protocol $2: found"
	stop_sock
}
raw 4 1 0.0.0.0 inet
raw 4 255 0.0.0.0 inet
raw 6 58 :: inet6

# Sockets of ping, which only /proc/net tells of: the ident stands in the place of the port.
new_ns
here sysctl -qw net.ipv4.ping_group_range="0 2147483647"
for addr in 127.0.0.1 ::1; do
	sock ping addr=$addr id=77
	for options in -a "--icmp" "protocol icmp" icmp:77; do
		# shellcheck disable=SC2086
		ctj $options
		expect_json '[.sockets[] | select(.inode == ($ino | tonumber)) | .protocol == "icmp" and
			.local.address == $addr and .local.port == 77 and .peer == null and .state == "UNCONN" and
			pids == [$pid | tonumber]] == [true]' "ping on $addr ($options): its ident and its owner" \
			ino "$(of ino ping)" pid "$(of pid ping)" addr "$addr"
	done
	ctj -w
	expect_json '.sockets == []' "ping on $addr: no raw socket"
	here "$CONNTAB" record "$TMP/ping.rec" 2>/dev/null
	run_as "$CONNTAB" --replay "$TMP/ping.rec" --icmp
	expect_out "icmp .*:77 .*mksock" "ping on $addr: in a record"
	stop_sock
done

# A handler that the kernel has not got is said, and what /proc/net tells is shown instead.
new_ns
sock raw protocol=1
if zgrep -q "^# CONFIG_INET_RAW_DIAG is not set" /proc/config.gz 2>/dev/null; then
	ctj -w
	expect_json '[.notes[] | tostring | select(test("raw"; "i"))] | length > 0' \
		"a kernel without RAW diag: said in a note"
fi
ctj -w
expect_json '(.sockets | length) == 1' "raw socket is listed with or without RAW diag"

end
