#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# What each option selects and adds: protocols, families, states, columns.

# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC2016
. "${BASH_SOURCE%/*}/lib.sh"

new_ns
sock conn port=8080
inode=$(of ino server)
buffer=$(here ss -Htlnm | sed -n "s/.*,rb\([0-9]*\),.*/\1/p" | head -n 1)
sock listen addr=:: port=8081 v6only=1
sock bound port=8082
sock time-wait port=8083
sock udp-conn port=53
sock udplite port=54
sock raw protocol=1

# selects OPTIONS FILTER TEXT: all that is listed fits, and something is
selects() {
	# shellcheck disable=SC2086
	ctj $1
	expect_json "(.sockets | length) > 0 and all(.sockets[]; $2)" "$1: $3"
}
selects "-t" '.protocol == "tcp"' "TCP only"
selects "-u" '.protocol == "udp"' "UDP only"
selects "-w" '.protocol == "raw"' "raw only"
selects "--udplite" '.protocol == "udplite"' "UDP-Lite only"
selects "-4 -a" '.family == "inet"' "no IPv6 where nothing is dual-stack"
selects "-6 -a" '.family == "inet6"' "IPv6 only"
selects "-l" '.role == "listener" and (.state == "LISTEN" or .state == "UNCONN")' "listeners only"
selects "" '.state != "TIME-WAIT" and .state != "BOUND" and .state != "SYN-RECV"' "listeners and connections"

ctj -a
expect_json '[.sockets[].protocol] | unique == ["raw", "tcp", "udp", "udplite"] or unique == ["raw", "tcp", "udp"]' \
	"-a: TCP, UDP and raw"
expect_json 'count(.state == "TIME-WAIT") == 1 and count(.state == "BOUND") == 1' "-a: TIME-WAIT and BOUND"
ctj -t -u
expect_json '[.sockets[].protocol] | unique == ["tcp", "udp"]' "-t -u: both"
ctj
expect_json '[.sockets[] | select(.protocol == "tcp") | .state] | unique == ["ESTAB", "LISTEN"]' \
	"the default list: who listens, who is connected"
ctj -a -t
expect_json '[.sockets[].cookie] | length == (unique | length)' "no cookie twice"

# same OPTIONS OPTIONS TEXT: two spellings of one thing
same() {
	# shellcheck disable=SC2086
	ct $1
	cp "$OUT" "$TMP/first"
	# shellcheck disable=SC2086
	ct $2
	expect_same "$TMP/first" "$OUT" "$1 is $2"
}
same "-l -t" "--listening --tcp"
same "-lt" "-l -t"
same "-a -u" "--all --udp"
same "-w" "--raw"
same "-t -n" "-t"
same "-t -p" "-t"
same "-t -P" "--tcp --no-processes"
same "-l -t -e" "-l -t --extended"
same "-l -t -H" "-l -t --no-header"

ct
tail -n 1 "$OUT" >"$TMP/last"
expect_file "$TMP/last" '\b2\b|1 .*1 ' "the last line counts what is not shown"
expect_file "$TMP/last" '-a\b|--all' "and names the option that shows it"
ct -a
tail -n 1 "$OUT" >"$TMP/last"
expect_no_file "$TMP/last" 'not shown|hidden' "-a hides nothing"

# adds OPTION PATTERN TEXT: in the table with the option, and not without
adds() {
	ct -t
	cp "$OUT" "$TMP/without"
	ct -t "$1"
	expect_out "$2" "$1 adds $3"
	expect_clean "$OUT" "$1: clean table"
	if cmp -s "$OUT" "$TMP/without"; then
		not_ok "$1 changes the table" "$OUT"
	else
		ok "$1 changes the table"
	fi
}
adds -e "\\b$inode\\b" "the inode and more"
adds -m "$buffer|\\b$((buffer / 1024)) *K" "the size of the receive buffer and more"
adds -i '\brtt\b|round' "the round-trip time and more"

ctj -t
expect_json 'all(.sockets[]; .tcp == null and .memory == null)' "tcp and memory are null when not asked for"
ctj -t -i
expect_json '[.sockets[] | select(.state == "ESTAB") | .tcp.rtt_us] | length == 2 and all(. > 0)' \
	"-i: the round-trip time in microseconds"
expect_json '[.sockets[] | select(.state == "ESTAB") | .tcp | length] | all(. >= 30)' "-i: every figure"
expect_json '[.sockets[] | select(.state == "ESTAB") | .tcp | .. | numbers | select(. >= 18446744073709551615)] == []' \
	"-i: the kernel's 'unlimited' is no number of bytes"
ctj -t -m
expect_json '[.sockets[] | select(.state == "LISTEN") | .memory] | all(type == "object" and has("drops"))' \
	"-m: memory, with drops"
ctj -t -o
expect_json 'all(.sockets[]; has("timer"))' "-o: timer"

# A device goes, and the sockets that were bound to it stay.
new_ns
veth gone
sock listen port=80 addr=0.0.0.0 dev=gone0
sock listen port=81 addr=0.0.0.0 dev=gone0
index=$(here ip -o link show gone0 | cut -d: -f1)
here ip link del gone0
ctj -l
expect_json '[.sockets[] | .interface == "if" + $n and .local.interface == "if" + $n] == [true, true]' \
	"a deleted device: its number in JSON" n "$index"
ct -l
expect_out "%if$index:80\\b" "a deleted device: its number in the table"

end
