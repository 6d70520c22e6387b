#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# conntab why --connect where local ports are short, against connect() (connectmatrix.py); and who gets
# the datagrams of a port that is shared, against the datagrams.
# shellcheck source-path=SCRIPTDIR source=lib.sh
# shellcheck disable=SC2016,SC2317 # the words are for jq; functions are called by until_true
. "${BASH_SOURCE%/*}/lib.sh"
# shellcheck source-path=SCRIPTDIR source=why.sh
. "${BASH_SOURCE%/*}/why.sh"

situation "short of ports"
run_as python3 "${BASH_SOURCE%/*}/connectmatrix.py" "$CONNTAB" "${TRIES:-60}" 1
cat "$OUT"
expect_rc 0 "$TITLE: no verdict that is certain is wrong"

situation "all ports reserved" listen addr=127.0.0.1 port=8080
here sysctl -qw net.ipv4.ip_local_port_range='50000 50005' net.ipv4.ip_local_reserved_ports=50000-50005
asks --connect 127.0.0.1:8080
expect_json '.verdict == "unavailable" and .errno == "EADDRNOTAVAIL" and .finding == "no-port" and
	.certain' "$TITLE: connect() would fail with EADDRNOTAVAIL"
says '50000-50005, of which net.ipv4.ip_local_reserved_ports has 6'
asks --connect 192.0.2.9:80
asks -u --connect 127.0.0.1:8080
expect_json '.verdict == "unavailable" and .errno == "EAGAIN"' "$TITLE: of datagrams EAGAIN"
asks 127.0.0.1:0
says 'is reserved \(net.ipv4.ip_local_reserved_ports\), and bind\(\) would fail with EADDRINUSE'

situation "the same connection once more"
run_as "$CONNTAB" why -- python3 -c 'import socket
listener = socket.socket()
listener.bind(("127.0.0.1", 7000))
listener.listen()
for client in socket.socket(), socket.socket():
    client.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    client.bind(("127.0.0.1", 7001))
    client.connect(("127.0.0.1", 7000))'
tr -s ' \n' ' ' <"$ERR" >"$TMP/flat"
says "can't be connected to from port 7001: a connection between these two ports"

situation "a sandbox"
run_as "$MKSOCK" nobind -- "$CONNTAB" why --json 8080
expect_json '.verdict == "denied" and .errno == "EACCES" and .certain' "$TITLE: a try tells of it"
run_as "$MKSOCK" nobind -- "$CONNTAB" why --json --no-probe 8080
expect_json '.verdict == "free" and (.certain | not)' "$TITLE: without one it is not certain"
run_as "$MKSOCK" nobind -- "$CONNTAB" why --json --reuseaddr udp:8080
expect_json '.verdict == "free" and (.certain | not)' "$TITLE: nor where none is harmless"

situation "options that a holder changed"
here python3 -c 'import socket, time
sk = socket.socket()
sk.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
sk.bind(("0.0.0.0", 5050))
sk.listen()
sk.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 0)
time.sleep(60)' &
STARTED+=($!)
is_listed() { ct -H 5050; [ -s "$OUT" ]; }
until_true is_listed
asks --reuseport --listen 0.0.0.0:5050
answers free OK addr=0.0.0.0 port=5050 reuseport=1
asks --no-probe --reuseport --listen 0.0.0.0:5050
expect_json '.verdict == "blocked" and (.certain | not)' "$TITLE: not certain without a try"

situation "an interface of a record"
veth v
here "$CONNTAB" record "$TMP/record" >/dev/null 2>&1
here ip link del v0
run_as "$CONNTAB" why --replay "$TMP/record" --device v0 80
expect_rc 0 "$TITLE: it was there"
run_as "$CONNTAB" why --replay "$TMP/record" --device nosuch 80
expect_rc 2 "$TITLE: another was not"

# shares OLD NEW TARGET WHO WORDS: sockets on both addresses, the last is asked for; WHO gets it
cat >"$TMP/share.py" <<'E2'
import socket
import sys

def make(address):
    sk = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM)
    sk.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if ":" in address:
        sk.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
    sk.settimeout(.3)
    sk.bind((address, 5300))
    return sk

old = make(sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
new = make(sys.argv[2])
client = socket.socket(socket.AF_INET6 if ":" in sys.argv[3] else socket.AF_INET, socket.SOCK_DGRAM)
client.sendto(b"x", (sys.argv[3], 5300))
for name, sk in ("old", old), ("new", new):
    try:
        sk.recv(9)
        print(name, flush=True)
    except TimeoutError:
        pass
E2
shares() {
	local ready got to
	situation "datagrams to $3 of $1 and $2"
	coproc here python3 "$TMP/share.py" "$1" "$2" "$3"
	to=${COPROC[1]}
	read -r ready <&"${COPROC[0]}"
	[ "$ready" = ready ] || not_ok "$TITLE: a socket"
	for option in '' --reuseaddr; do
		asks ${option:+"$option"} "udp:$([[ $2 = *:* ]] && echo "[$2]" || echo "$2"):5300"
		says "$5"
	done
	echo >&"$to"
	read -r got <&"${COPROC[0]}"
	[ "$got" = "$4" ]
	judge "$TITLE: the $4 one gets it"
	wait "$COPROC_PID" 2>/dev/null
}
shares 127.0.0.1 127.0.0.1 127.0.0.1 new 'what else comes to 127.0.0.1 goes to the last to bind, which is the new'
shares 0.0.0.0 :: 127.0.0.1 old 'what comes by IPv4 goes to 0.0.0.0:5300'
shares :: 0.0.0.0 127.0.0.1 new 'what comes by IPv4 goes to the new socket'
shares 127.0.0.1 0.0.0.0 127.0.0.1 old 'what comes to 127.0.0.1 goes to 127.0.0.1:5300'
shares 0.0.0.0 127.0.0.1 127.0.0.1 new 'what comes to 127.0.0.1 goes to the new socket'
shares 0.0.0.0 :: ::1 new 'and what comes by IPv6 to the new socket'
# To hear a group is to have its address: others that have joined it hear it too.
shares 224.0.0.251 0.0.0.0 127.0.0.1 new 'what comes to a multicast or broadcast address goes to each of them'
says_not 'exact'

situation "an interface that is gone"
veth v
here python3 -c 'import socket, time
sk = socket.socket()
sk.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"v0")
sk.bind(("0.0.0.0", 7130))
sk.listen()
time.sleep(60)' &
STARTED+=($!)
until_true eval 'ct -H 7130; [ -s "$OUT" ]'
here ip link del v0
asks 0.0.0.0:7130
expect_json '.verdict == "blocked" and .certain' "$TITLE: it keeps its port"
says 'bound to an interface that is gone'
! grep -q 'another than' "$TMP/flat"
judge "$TITLE: no other one is offered"

situation "addresses that waiting does not bring"
veth v
here ip link add w0 type veth peer name w1
here ip addr add 2001:db8:9::1/64 dev w0
asks '[2001:db8:9::1]:80'
answers unavailable EADDRNOTAVAIL addr=2001:db8:9::1 port=80
says 'is an address of the interface w0, which is down.*ip link set w0 up'
here ip link set w0 up
asks '[2001:db8:9::1]:80'
says 'w0, which has no carrier'
here ip link set w1 up
usable() { here "$MKSOCK" try addr=2001:db8:9::1 port=80 </dev/null 2>&1 | grep -q bind=OK; }
until_true usable
asks '[2001:db8:9::1]:80'
answers free OK addr=2001:db8:9::1 port=80
here sysctl -qw net.ipv6.conf.all.disable_ipv6=1
asks '[::1]:80'
answers unavailable EADDRNOTAVAIL addr=::1 port=80
says 'IPv6 is switched off here'
! grep -q nonlocal "$TMP/flat"
judge "$TITLE: ip_nonlocal_bind is not offered"

end
