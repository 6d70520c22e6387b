# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# A small server as README.md shows it: two network namespaces with a cable in between, and programs
# with names one knows. Sourced behind lib.sh.

# peer NAMESPACE ARGS...: a program of peer.py in the namespace that this process holds
peer() {
	local pid=$1 lines=$TMP/peer.${#STARTED[@]}
	shift
	mkfifo "$lines.in"
	exec {HOLD}<>"$lines.in"
	nsenter --target "$pid" --net -- python3 "${BASH_SOURCE%/*}/peer.py" "$@" \
		<"$lines.in" >"$lines" 2>"$lines.err" {HOLD}<&- &
	STARTED+=($!)
	until_true grep -qs ready "$lines" || not_ok "peer.py $*" "$lines.err"
}

# The namespace of the server is current afterwards; the other one is named $1.
scene() {
	local server client
	ip netns add "$1"
	NAMED+=("$1")
	ip netns exec "$1" sleep infinity &
	client=$!
	STARTED+=("$client")
	until_true in_own_ns "$client"
	new_ns
	server=$NS
	here ip link add eth0 type veth peer name eth1
	here ip link set eth1 netns "$client" name eth0
	here ip addr add 192.0.2.10/24 dev eth0
	here ip link set eth0 up
	here ip route add 10.20.0.0/16 dev eth0
	NS=$client
	here ip link set lo up
	here ip addr add 192.0.2.20/24 dev eth0
	here ip addr add 10.20.0.5/16 dev eth0
	here ip link set eth0 up
	peer "$client" serve redis-server 10.20.0.5 6379
	NS=$server
	sock twins port=22 comm=sshd
	sock forked addr=0.0.0.0 port=443 n=4 comm=nginx
	sock accept-full port=8080 comm=node uid=33 cmdline="node server.js"
	sock udp addr=192.0.2.10 port=53 comm=dnsmasq
	sock time-wait port=9000 comm=php-fpm
	peer "$server" serve postgres 192.0.2.10 5432
	peer "$client" connect psql 192.0.2.10 5432 "select 1"
	peer "$client" connect psql 192.0.2.10 5432 ""
	peer "$server" connect worker 10.20.0.5 6379 ""
}
