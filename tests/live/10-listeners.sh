#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Listeners of every reach: what address they take, who can reach them, whose they are.
# A dual-stack listener belongs to the IPv4 view too, for it takes IPv4.

# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC2016
. "${BASH_SOURCE%/*}/lib.sh"

# reach SCOPE FAMILY V4 V6 TEXT ARGS...: is the listener in the view of -4, of -6? (-: either will do)
reach() {
	local scope=$1 family=$2 v4=$3 v6=$4 text=$5 address
	shift 5
	sock listen "$@" || return
	address=$(of local listener)
	ctj -l -t
	expect_row listener '.state == "LISTEN" and .protocol == "tcp" and .family == $family and
		.role == "listener" and .scope == $scope' "$text: scope $scope" \
		scope "$scope" family "$family"
	expect_row listener '(.local | text) == ($address | plain) and .peer == null and
		.inode == ($ino | tonumber) and .listener_cookie == null' \
		"$text: local endpoint, inode, no peer" address "$address"
	ctj -4 -l -t
	expect_json 'any(row($cookie); true) == ($is == "yes")' "$text: in the IPv4 view: $v4" \
		cookie "$(of cookie listener)" is "$v4"
	ctj -6 -l -t
	expect_json 'any(row($cookie); true) == ($is == "yes") or $is == "-"' "$text: in the IPv6 view: $v6" \
		cookie "$(of cookie listener)" is "$v6"
	ct -l -t
	expect_out "[]:*.]$(port_of listener)\\b.*mksock" "$text: in the table with its owner"
	expect_clean "$OUT" "$text: clean table"
	stop_sock
}

new_ns
veth ct
reach any4     inet  yes no  "0.0.0.0"            addr=0.0.0.0 port=8080
reach any      inet6 yes yes ":: dual-stack"      addr=:: port=8081 v6only=0
reach any6     inet6 no  yes ":: v6only"          addr=:: port=8082 v6only=1
reach loopback inet  yes no  "127.0.0.1"          port=8083
reach loopback inet  yes no  "127.8.9.1"          addr=127.8.9.1 port=8084
reach loopback inet6 no  yes "::1"                addr=::1 port=8085
reach address  inet6 no  yes "link-local address" addr=fe80::1%ct0 port=8086

here ip addr add 192.0.2.7/24 dev ct0
reach address  inet  yes no  "specific address"   addr=192.0.2.7 port=8087
reach device   inet  yes no  "device lo"          addr=0.0.0.0 port=8088 dev=lo
reach address  inet6 yes -   "v4-mapped address"  addr=::ffff:192.0.2.7 port=8089

sock listen addr=fe80::1%ct0 port=80 backlog=17
ctj -l -t
expect_row listener '.local.address == "fe80::1" and .local.interface == "ct0"' \
	"link-local: interface is named, beside the address"
expect_row listener '.local.port == 80 and .local.service == "http" and .port_class == "well-known"' \
	"service and class of port 80"
expect_row listener '.accept_queue == 0 and .backlog == 17 and .recv_queue == null and
	.send_queue == null' "accept queue and backlog are members of their own"
expect_row listener '(.owners | length) == 1 and (.owners[0] | .pid == ($pid | tonumber) and
	.fd == ($fd | tonumber) and .command == "mksock" and .uid == 0) and .owner_missing == null' "owner: pid, descriptor, name"
expect_row listener '.owners[0].command_line[1:] ==
	["listen", "addr=fe80::1%ct0", "port=80", "backlog=17"]' "owner: command line, word by word"
expect_row listener '.uid == 0 and .user == "root" and .netns.inode == ($ns | tonumber) and
	.interface == "ct0"' "user, namespace, interface" ns "$(ns_inode)"
ct -l -t
expect_out 'fe80::1%ct0\]:80\b' "link-local: %interface in the table"
stop_sock

sock listen addr=0.0.0.0 dev=lo port=80
ctj -l -t
expect_row listener '.interface == "lo" and .local.address == "0.0.0.0"' "bound device is named"
ct -l -t
expect_out 'lo\b.*:80\b|:80\b.*%lo' "bound device in the table"
stop_sock

sock listen addr=:: port=8443 v6only=1
ctj -l -t
expect_row listener '.v6only == true' "v6only: true"
stop_sock
sock listen addr=:: port=8443 v6only=0
ctj -l -t
expect_row listener '.v6only == false and .port_class == "registered"' "v6only: false; port class"
stop_sock

here sysctl -qw net.ipv4.ip_local_port_range="20000 30000"
sock listen port=25000
ctj -l -t
expect_row listener '.port_class == "ephemeral"' "port class by this namespace's own range"
stop_sock

# A pair that is one service to its user: both rows are there, and the table keeps them together.
new_ns
sock listen port=89
sock listen port=91
sock twins port=90
ctj -l -t
expect_json '([row($a)][0] | .scope == "any4" and .family == "inet") and
	([row($b)][0] | .scope == "any6" and .family == "inet6")' \
	"IPv4 and IPv6 listener of one process: two rows" a "$(of cookie ipv4)" b "$(of cookie ipv6)"
ct -l -t
grep -n "[]:*.]90\\b" "$OUT" | cut -d: -f1 >"$TMP/lines"
[ -s "$TMP/lines" ] && [ $(($(tail -n 1 "$TMP/lines") - $(head -n 1 "$TMP/lines"))) -le 1 ]
judge "IPv4 and IPv6 listener of one process: together in the table" "$OUT"

# Two processes on one port are never taken for one.
new_ns
sock listen addr=0.0.0.0 port=90
first=$(of pid listener)
sock listen addr=:: v6only=1 port=90
ct -l -t
expect_out "\\b$first\\b" "two processes on one port: the IPv4 one is named"
expect_out "\\b$(of pid listener)\\b" "two processes on one port: the IPv6 one is named"

new_ns
sock bound port=4001
ctj -a -t
expect_row bound '.state == "BOUND" and .role == null and .peer == null and .local.port == 4001 and
	(pids == [$pid | tonumber])' "bound only: state BOUND, with its owner"
ctj -t
expect_json '.sockets == []' "bound only: not in the default list"
ctj -l -t
expect_json '.sockets == []' "bound only: not among the listeners"
ct -t
expect_out '^.*1 bound.*-a|bound.*1.*-a' "bound only: counted in the last line, which names -a"

end
