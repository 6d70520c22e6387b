#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# conntab why: each situation is made, the answer compared with what bind() then does, and the advice
# followed where it can be.

# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC2016
. "${BASH_SOURCE%/*}/lib.sh"
# shellcheck source-path=SCRIPTDIR source=why.sh
. "${BASH_SOURCE%/*}/why.sh"

# --- addresses that meet

situation "two servers on all addresses" listen addr=0.0.0.0 port=80 comm=nginx
asks 0.0.0.0:80
answers blocked EADDRINUSE addr=0.0.0.0 port=80
blocked_by listener LISTEN same-address
says 'is taken: bind\(\) would fail with EADDRINUSE\. SO_REUSEADDR would not help'
says "In the way: LISTEN 0\.0\.0\.0:80 nginx, pid $SOCK, user root, since 20[0-9-]+ [0-9:]+"
says "Rule: 0\.0\.0\.0:80 is the very address"
says 'use another port: 8080 is free'
frees "kill $SOCK" addr=0.0.0.0 port=80

situation "all addresses wanted, one is taken" listen port=8080
asks 8080
answers blocked EADDRINUSE addr=:: port=8080
blocked_by listener LISTEN ipv4-under-dual-stack
says 'set IPV6_V6ONLY and bind \[::\], for IPv6 alone: that would work'
says 'bind one address in place of all: \[::1\] would work'
really OK addr=::1 port=8080
really OK addr=:: port=8080 v6only=1
really OK addr=127.0.0.2 port=8080
asks 0.0.0.0:8080
answers blocked EADDRINUSE addr=0.0.0.0 port=8080
blocked_by listener LISTEN address-under-wildcard

situation "one address wanted, all are taken" listen addr=0.0.0.0 port=53
asks --reuseaddr 127.0.0.1:53
answers blocked EADDRINUSE port=53 reuseaddr=1
blocked_by listener LISTEN wildcard-covers-address
says '0\.0\.0\.0:53 takes every IPv4 address of this machine, 127\.0\.0\.1 too'

situation "two addresses of 127/8" listen addr=127.0.0.53 port=53
asks 127.0.0.1:53
answers free OK port=53
says 'Others have port 53 on other addresses, and are not in the way'

situation "dual stack holds, IPv4 wanted" listen addr=:: port=80
asks 0.0.0.0:80
answers blocked EADDRINUSE addr=0.0.0.0 port=80
blocked_by listener LISTEN dual-stack-covers-ipv4
says 'its IPV6_V6ONLY is off.*ipv6only=on'

situation "IPv4 holds, dual stack wanted" listen addr=0.0.0.0 port=80
asks '[::]:80'
answers blocked EADDRINUSE addr=:: port=80
blocked_by listener LISTEN ipv4-under-dual-stack
says 'bind \[::\], for IPv6 alone: that would work'
asks --v6only '[::]:80'
answers free OK addr=:: port=80 v6only=1

situation "IPv6 alone holds, IPv4 wanted" listen addr=:: port=80 v6only=1
asks 0.0.0.0:80
answers free OK addr=0.0.0.0 port=80
asks -4 80
answers free OK addr=0.0.0.0 port=80

situation "localhost is two addresses" listen port=3000
asks '[::1]:3000'
answers free OK addr=::1 port=3000
says 'who connects to "localhost" may reach either'

situation "a holder on a v4-mapped address" listen addr=::ffff:127.0.0.1 port=3000
asks 127.0.0.1:3000
answers blocked EADDRINUSE port=3000
blocked_by listener LISTEN same-address
asks '[::]:3000' --v6only
answers free OK addr=:: port=3000 v6only=1

# --- what dead servers leave

situation "TIME-WAIT of a server" left port=9000
asks 127.0.0.1:9000
answers blocked EADDRINUSE port=9000
blocked_by server TIME-WAIT same-address
says 'With SO_REUSEADDR, which most servers set, it would work'
says 'keeps the port for [0-9]+ s more'
says 'start the server again: it works at once'
says_not 'neither of the two'
asks --reuseaddr 127.0.0.1:9000
answers free OK port=9000 reuseaddr=1
asks 9000
frees "$(command_for 'end the connection now')" port=9000

situation "TIME-WAIT of a server without SO_REUSEADDR" left port=9000 reuseaddr=0
asks --reuseaddr 127.0.0.1:9000
answers blocked EADDRINUSE port=9000 reuseaddr=1
blocked_by server TIME-WAIT same-address
says 'it has not set SO_REUSEADDR, which both must do'
says_not 'start the server again'
asks 127.0.0.1:9000
says 'SO_REUSEADDR would not help'
frees "$(command_for 'end the connection now')" port=9000

situation "TIME-WAIT over IPv6" left addr=::1 port=9000
asks '[::1]:9000'
answers blocked EADDRINUSE addr=::1 port=9000
frees "$(command_for 'end the connection now')" addr=::1 port=9000

situation "FIN-WAIT-2 without a process" left port=9000 state=fin-wait-2
asks 127.0.0.1:9000
answers blocked EADDRINUSE port=9000
blocked_by server FIN-WAIT-2 same-address
says 'No process has this connection with [0-9.:]+ any more: the kernel waits up to [0-9]+ s'
frees "$(command_for 'end the connection now')" port=9000

situation "FIN-WAIT-1 without a process" left port=9000 state=fin-wait-1
asks 127.0.0.1:9000
answers blocked EADDRINUSE port=9000
blocked_by server FIN-WAIT-1 same-address
says 'still tries to deliver the last bytes'
frees "$(command_for 'end the connection now')" port=9000

situation "a connection whose listener is gone" left port=9000 state=estab
asks 127.0.0.1:9000
answers blocked EADDRINUSE port=9000
blocked_by server ESTAB same-address
says 'as the holder has'
asks --reuseaddr 127.0.0.1:9000
answers free OK port=9000 reuseaddr=1
asks 127.0.0.1:9000
frees "$(command_for 'end the connection')" port=9000

situation "a connection the peer has closed" left port=9000 state=close-wait
asks 127.0.0.1:9000
answers blocked EADDRINUSE port=9000
blocked_by server CLOSE-WAIT same-address
says 'has closed this connection with [0-9.:]+; the program that has it has not'
frees "$(command_for 'stop its process')" port=9000

situation "an IPv6 connection of a dual-stack server" left addr=:: port=9000 state=estab reuseaddr=0
asks --reuseaddr 0.0.0.0:9000
answers blocked EADDRINUSE addr=0.0.0.0 port=9000 reuseaddr=1
blocked_by server ESTAB ipv6-connection-blocks-ipv4
asks 127.0.0.1:9000
answers free OK port=9000

situation "a listener that was shut down" listen port=8080 shut=1
asks 127.0.0.1:8080
answers blocked EADDRINUSE port=8080
blocked_by listener BOUND same-address
says 'ss and netstat do not show such a socket'
asks --reuseaddr 127.0.0.1:8080
answers free OK port=8080 reuseaddr=1

situation "bound and not listening" bound port=8080
asks --reuseaddr 127.0.0.1:8080
answers blocked EADDRINUSE port=8080 reuseaddr=1
blocked_by bound BOUND same-address
frees "kill $SOCK" port=8080

situation "a client that chose its port and was refused" rst port=9000 bound=45678
asks 127.0.0.1:45678
answers blocked EADDRINUSE port=45678
blocked_by client BOUND same-address

# --- whose socket it is

situation "a listener that forked children hold" forked port=8080 keep=0 n=3
asks 127.0.0.1:8080
answers blocked EADDRINUSE port=8080
expect_json '.blockers[0].socket.owners | length == 3' "$TITLE: all three are named"
says 'Its master, pid'
frees "$(command_for 'stop the master and its workers')" port=8080

situation "many children of a living parent" forked port=8080 n=300
asks 127.0.0.1:8080
answers blocked EADDRINUSE port=8080
says 'and 297 more processes'
expect_json '.blockers[0].socket.owners | length == 301' "$TITLE: 301 owners in JSON"
fits
frees "$(command_for 'stop the master')" port=8080

situation "a descriptor that leaked to sleep" leak port=8080
asks 127.0.0.1:8080
answers blocked EADDRINUSE port=8080
blocked_by leaked LISTEN same-address
says 'sleep is no server: it was started by one, and inherited the socket'
says 'SOCK_CLOEXEC'
frees "$(command_for 'end what holds it')" port=8080

situation "a listener in flight" in-flight port=8080
asks 127.0.0.1:8080
answers blocked EADDRINUSE port=8080
blocked_by listener LISTEN same-address
says 'No process has it open: it is on its way in a message'

for fixture in thread-fd zombie-leader uring; do
	situation "a listener of $fixture" "$fixture" port=8080
	asks 127.0.0.1:8080
	answers blocked EADDRINUSE port=8080
	says "In the way: LISTEN 127\.0\.0\.1:8080 mksock, pid $SOCK"
done

for name in docker-proxy conmon ssh; do
	situation "a listener of $name" listen port=8080 "comm=$name"
	asks 127.0.0.1:8080
	answers blocked EADDRINUSE port=8080
	case $name in
	docker-proxy) says 'docker-proxy publishes this port.*docker ps --filter publish=8080' ;;
	conmon) says 'conmon publishes this port.*podman port' ;;
	ssh) says 'An ssh forward' && frees "kill $SOCK" port=8080 ;;
	esac
done

situation "a hostile name" listen port=8080 'comm=\e[31m\nx' 'cmdline=a\nIn the way: \e]0;x\a'
asks 127.0.0.1:8080
answers blocked EADDRINUSE port=8080
expect_clean "$TMP/text" "$TITLE: clean"
[ "$(grep -c '^In the way' "$TMP/text")" = 1 ]
judge "$TITLE: no line of its making" "$TMP/text"

# Pid 1 of a container listens for no socket unit, systemd does.
for name in systemd nginx; do
	situation "the first process is $name"
	first "$name" 8080
	case $name in
	systemd) says 'systemd has it for a socket unit.*systemctl list-sockets' ;;
	nginx) says 'nginx, pid 1,' && says_not 'socket unit' ;;
	esac
done

situation "root's socket, asked by a plain user" listen port=8080
asks_as_nobody 127.0.0.1:8080
answers blocked EADDRINUSE port=8080 uid=65534
says 'belongs to root, and its process may only be seen by that user and root'
says 'sudo conntab why tcp:127.0.0.1:8080'

# --- options

situation "SO_REUSEPORT of the holder alone" listen port=8080 reuseport=1
asks 127.0.0.1:8080
answers blocked EADDRINUSE port=8080
says 'the wanted socket has not set SO_REUSEPORT, as the holder has'
asks --reuseport 127.0.0.1:8080
answers free OK port=8080 reuseport=1
says 'SO_REUSEPORT lets you join them.*a second copy is running'

situation "SO_REUSEPORT of the wanted one alone" listen port=8080
asks --reuseport 127.0.0.1:8080
answers blocked EADDRINUSE port=8080 reuseport=1
says 'it has not set SO_REUSEPORT, which both must do before bind'

situation "SO_REUSEPORT of two users" listen port=8080 reuseport=1 uid=65534
asks --reuseport 127.0.0.1:8080
answers blocked EADDRINUSE port=8080 reuseport=1
says "only between sockets of one user: this one is nobody's, the wanted one root's"
asks --reuseport --user nobody 127.0.0.1:8080
answers free OK port=8080 reuseport=1 uid=65534

situation "another device" listen port=8080 dev=lo
asks 127.0.0.1:8080
answers blocked EADDRINUSE port=8080
says 'SO_BINDTODEVICE, another than lo'
veth v
asks --device v0 127.0.0.1:8080
answers free OK port=8080 dev=v0
expect_json '.wanted.device == "v0"' "$TITLE: JSON names the device"
asks --device lo 127.0.0.1:8080
answers blocked EADDRINUSE port=8080 dev=lo

situation "UDP" udp port=53 comm=dnsmasq
asks udp:127.0.0.1:53
answers blocked EADDRINUSE port=53 proto=udp
blocked_by udp UNCONN same-address
asks 127.0.0.1:53
answers free OK port=53
says 'A socket of another protocol has port 53, which does not matter'

situation "UDP shared by SO_REUSEADDR" udp-shared port=5353 n=1
asks --udp --reuseaddr 0.0.0.0:5353
answers free OK addr=0.0.0.0 port=5353 proto=udp reuseaddr=1
says 'goes to the last to bind, which is the new socket'
asks --udp 0.0.0.0:5353
answers blocked EADDRINUSE addr=0.0.0.0 port=5353 proto=udp
says 'goes to the last to bind, which is the new socket'

situation "MPTCP" mptcp port=8080
asks 127.0.0.1:8080
answers blocked EADDRINUSE port=8080
blocked_by listener LISTEN same-address

situation "a tunnel of the kernel"
if here ip link add vxlan0 type vxlan id 1 dstport 4789 dev lo 2>/dev/null && here ip link set vxlan0 up; then
	asks --udp --reuseaddr --reuseport 4789
	answers blocked EADDRINUSE addr=:: port=4789 proto=udp reuseaddr=1 reuseport=1
	says 'The kernel itself holds this socket'
	says 'ip -o -d link \| grep -w 4789'
	says 'ip fou show \| grep -w 4789'
	here sh -c 'ip -o -d link | grep -w 4789' >"$TMP/link"
	expect_file "$TMP/link" vxlan "$TITLE: the printed command finds it"
	says_not 'SO_REUSEPORT in the program'
	followed "ip link del vxlan0" addr=:: port=4789 proto=udp
fi

# --- ports for outgoing connections

situation "an outgoing connection has the port" conn port=80
PORT=$(port_of client)
asks --reuseaddr "127.0.0.1:$PORT"
answers blocked EADDRINUSE "port=$PORT" reuseaddr=1
blocked_by client ESTAB same-address
says "connection with 127\.0\.0\.1:80 is outgoing: $PORT is in the range"
frees "$(command_for 'reserve the port')" "port=$PORT"
asks "127.0.0.1:$PORT"
answers free OK "port=$PORT"
says "Port $PORT is reserved"

situation "TIME-WAIT of a client" time-wait port=80
PORT=$(port_of client)
asks "127.0.0.1:$PORT"
answers blocked EADDRINUSE "port=$PORT"
frees "$(command_for 'end the connection now')" "port=$PORT"

situation "no port is left"
here sysctl -qw net.ipv4.ip_local_port_range='40000 40003'
for i in 0 1 2 3; do
	sock bound port=4000$i
done
asks 127.0.0.1:0
answers blocked EADDRINUSE port=0
says 'every port from which the kernel chooses \(40000-40003\) is taken'
here sh -c "$(command_for 'widen the range')" >/dev/null
asks 127.0.0.1:0
answers free OK port=0

situation "a free port of the range" listen port=80
asks 40000
answers free OK addr=:: port=40000
says 'outgoing connections are given.*ip_local_reserved_ports=40000'

# --- rights and addresses

situation "a privileged port" listen port=80
asks --user 65534 0.0.0.0:443
answers denied EACCES addr=0.0.0.0 port=443 uid=65534
says 'ports below 1024 need the capability CAP_NET_BIND_SERVICE'
asks_as_nobody 0.0.0.0:443
answers denied EACCES addr=0.0.0.0 port=443 uid=65534
asks --user nobody 127.0.0.1:80
answers denied EACCES port=80 uid=65534
says 'When that is mended, a socket will be in the way too.*In the way: LISTEN 127\.0\.0\.1:80'
here sh -c "$(command_for 'lower the limit')" >/dev/null
asks --user nobody 0.0.0.0:443
answers free OK addr=0.0.0.0 port=443 uid=65534
asks --user nobody 0.0.0.0:79
answers denied EACCES addr=0.0.0.0 port=79 uid=65534

situation "an address of another machine"
asks 192.0.2.1:80
answers unavailable EADDRNOTAVAIL addr=192.0.2.1 port=80
says '192\.0\.2\.1:80 is not an address of this machine'
here sh -c "$(command_for 'comes later')" >/dev/null
asks 192.0.2.1:80
answers free OK addr=192.0.2.1 port=80
asks '[2001:db8::1]:80'
answers unavailable EADDRNOTAVAIL addr=2001:db8::1 port=80
here sh -c "$(command_for 'comes later')" >/dev/null
asks '[2001:db8::1]:80'
answers free OK addr=2001:db8::1 port=80

situation "a tentative address"
veth v
here sysctl -qw net.ipv6.conf.v0.dad_transmits=200
here ip addr add 2001:db8::7/64 dev v0
asks '[2001:db8::7]:80'
answers unavailable EADDRNOTAVAIL addr=2001:db8::7 port=80
says 'the kernel still asks whether another host has \[2001:db8::7\]'
here ip addr del 2001:db8::7/64 dev v0
here ip addr add 2001:db8::7/64 dev v0 nodad
asks '[2001:db8::7]:80'
answers free OK addr=2001:db8::7 port=80

situation "a link-local address"
veth v
asks '[fe80::1]:80'
answers invalid EINVAL addr=fe80::1 port=80
says 'name the interface that has it.*fe80::1%v0'
asks '[fe80::1%v0]:80'
answers free OK addr=fe80::1%v0 port=80
asks '[fe80::9%v0]:80'
answers unavailable EADDRNOTAVAIL addr=fe80::9%v0 port=80
# The kernel takes no scope of an address that needs none.
asks '[::1%v0]:80'
answers free OK addr=::1 port=80

situation "a v4-mapped address and IPV6_V6ONLY"
asks --v6only '[::ffff:127.0.0.1]:80'
answers invalid EINVAL addr=::ffff:127.0.0.1 port=80 v6only=1

end
