#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# A kernel without NETLINK_SOCK_DIAG: the same sockets come from /proc/net, less what it does not tell.

# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC2016
. "${BASH_SOURCE%/*}/lib.sh"

# nodiag ARGS...
nodiag() { run_as "$MKSOCK" nodiag -- "$CONNTAB" "$@"; }

# What both ways can tell, sorted; bound-only sockets are not in /proc, nor whether :: takes IPv4.
common() {
	jq -S -c "[.sockets[] | select(.state != \"BOUND\") | [.protocol, .family, .state, .local.address,
		.local.port, .peer.address, .peer.port, (if .inode == 0 then null else .inode end), .owners,
		.recv_queue, .send_queue, .role, .owner_missing, .uid,
		(if .scope == \"any\" or .scope == \"any6\" then null else .scope end)]] | sort[]" "$OUT" | sed 's/"start[^,}]*[,}]//g'
}

new_ns
veth ct
sock listen addr=:: port=8080
sock conn addr=:: to=127.0.0.1 port=8081 bytes=100 fork=1
sock conn addr=::1 port=8082
sock bound port=8083
sock udp-conn port=53
sock udplite port=54
sock raw protocol=1
sock raw protocol=58 family=6
sock syn-recv port=8084
sock syn-sent port=8085
sock close-wait port=8086
sock time-wait port=8087
sock unaccepted port=8088 n=2

for options in "-a -t" "-a -u" "-a --udplite" "-a -w" "-l -t" "-4 -a -t" "-6 -a -t"; do
	# shellcheck disable=SC2086
	ctj $options
	common >"$TMP/diag"
	# shellcheck disable=SC2086
	nodiag --json $options
	valid_json "conntab --json $options without sock_diag"
	common >"$TMP/proc"
	expect_same "$TMP/diag" "$TMP/proc" "$options: the same rows from /proc/net"
	expect_rc 0 "$options: found"
done

nodiag --json -a -t
expect_json '.notes | map(tostring | select(test("/proc"))) | length >= 1' "a note says where the rows are from"
expect_json 'all(.sockets[]; .cookie == null)' "no cookie is invented"
expect_json '[.sockets[] | select(.state == "LISTEN") | .backlog] | all(. == null)' \
	"no backlog is invented: /proc has none"
expect_json '[.sockets[] | select(.state == "TIME-WAIT" or .state == "SYN-RECV") | .user] | all(. == null)' \
	"TIME-WAIT and SYN-RECV have no user here either"
expect_json '[at("127.0.0.1:8088")[] | select(.state == "ESTAB") | .owner_missing] == ["unaccepted", "unaccepted"]' \
	"unaccepted connections are told from orphans here too"
nodiag -a -t
expect_out ':8080\b' "the table from /proc/net"
expect_clean "$OUT" "the table from /proc/net is clean"
nodiag --json -a -t -i
valid_json "conntab -i without sock_diag"
expect_json 'all(.sockets[]; .tcp == null or ([.tcp[] | select(. != null)] == []))' "no TCP figures are invented"

# A dump that fails half-way, here after that of the listeners: nothing is listed twice.
ctj -a -t -P
common >"$TMP/diag"
run_as strace -qq -o /dev/null -e trace=recvfrom -e inject=recvfrom:error=EIO:when=5+ \
	"$CONNTAB" --json -a -t -P
valid_json "conntab --json -a -t -P after half a dump"
expect_json '.notes | map(tostring | select(test("/proc"))) | length == 1' "half a dump: a note says so"
common >"$TMP/proc"
expect_same "$TMP/diag" "$TMP/proc" "half a dump: each socket once"
expect_json 'all(.sockets[]; .cookie == null)' "half a dump: all rows are from /proc"

end
