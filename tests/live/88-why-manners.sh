#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# conntab why: several targets, other namespaces, records, bad words, and that the diagnosis
# disturbs nothing.

# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC2016
. "${BASH_SOURCE%/*}/lib.sh"
# shellcheck source-path=SCRIPTDIR source=why.sh
. "${BASH_SOURCE%/*}/why.sh"

# --- several targets

situation "several targets" listen port=8080
sock udp port=53
ct why --json 127.0.0.1:8080,9090 udp:127.0.0.1:53 127.0.0.1:8078-8081
expect_rc 1 "$TITLE: one that fails is exit 1"
[ "$(jq -rs 'map("\(.wanted.protocol) \(.wanted.port) \(.verdict)") | join(", ")' "$OUT")" = "tcp 8080 blocked, tcp 9090 free, udp 53 blocked, tcp 8078 free, tcp 8079 free, tcp 8080 blocked, tcp 8081 free" ]
judge "$TITLE: an answer for each, in order" "$OUT"
ct why 127.0.0.1:8080,9090 udp:127.0.0.1:53
[ "$(grep -cE '^(tcp|udp) .* (is taken|is free)' "$OUT")" = 3 ]
judge "$TITLE: so with text" "$OUT"
ct why 127.0.0.1:9090,9091
expect_rc 0 "$TITLE: all free is exit 0"

ct why --quiet 127.0.0.1:8080
expect_rc 1 "--quiet: exit 1"
[ ! -s "$OUT" ] && [ ! -s "$ERR" ]
judge "--quiet: nothing is said" "$OUT" "$ERR"
ct why --quiet 127.0.0.1:9090
expect_rc 0 "--quiet: exit 0"

ct why --json -t -u 127.0.0.1:9090
expect_rc 0 "-t -u: exit 0"
[ "$(jq -rs '[.[].wanted.protocol] | join(" ")' "$OUT")" = "tcp udp" ]
judge "-t -u: both are answered" "$OUT"

# bad REGEX ARGS...: one sentence that names it, exit 2, no answer
bad() {
	local regex=$1
	shift
	ct why "$@"
	expect_rc 2 "why $*: exit 2"
	expect_err "$regex" "why $*: says '$regex'"
	[ ! -s "$OUT" ] && [ "$(wc -l <"$ERR")" -le 2 ]
	judge "why $*: a line or two, and no answer" "$OUT" "$ERR"
	expect_clean "$ERR" "why $*: clean message"
}
bad "'70000'" 70000
bad 'expected a port' nosuchservice
bad "'80-70'.*ends before" 80-70
bad 'expected ports from 0' 80x
bad 'expected a port' ''
bad 'example.com' example.com:80
bad 'expected a port' 127.0.0.1:
bad 'no interface' '[fe80::1%nosuch0]:80'
bad 'IPv4 address' -6 127.0.0.1:80
bad 'IPv6 address' -4 '[::1]:80'
bad 'nosuchdev' --device nosuchdev 80
bad 'nosuchuser' --user nosuchuser 80
bad 'expected a port' --reuseaddr
bad 'format' --format csv 80
bad 'sort' --sort pid 80
bad '\\e|\\x1b' $'8\e[31m'
bad 'opposite' --v6only --no-v6only 80
bad '--listen ' -l 80
bad 'lists no sockets' -r 80
bad 'lists no sockets' -H 80
bad 'at most 4096' 1-5000
bad 'which the command decides' --user root -- true
bad 'which the command decides' -u -- true
bad 'it runs here' -N "$$" -- true
bad 'to be bound' --reuseaddr --connect 127.0.0.1:80
bad "target '8081'" --connect 127.0.0.1:80 8081
bad 'raw' raw:1

# --- other namespaces

NAME=ctwhy$$
ip netns add "$NAME"
NAMED+=("$NAME")
ip netns exec "$NAME" ip link set lo up
ip netns exec "$NAME" "$MKSOCK" listen port=8085 <"$LINES_OF.in" >"$TMP/there" 2>&1 &
STARTED+=($!)
until_true grep -qs '^ready$' "$TMP/there"
situation "another namespace"
asks -N "$NAME" 127.0.0.1:8085
expect_rc 1 "$TITLE: taken there"
expect_json '.verdict == "blocked" and .certain and .wanted.netns.name == $name and
	(.blockers[0].socket.owners | length == 1)' "$TITLE: by name" name "$NAME"
ip netns exec "$NAME" bash -c 'exec 3<>/dev/tcp/127.0.0.1/8085 && exec sleep 60' &
STARTED+=($!)
until_true "$CONNTAB" -q -N "$NAME" state established and sport 8085
ct why -N "$NAME" 8085
expect_out "And 1 more .*: conntab -a -N $NAME tcp:8085\$" "$TITLE: the rest is shown from there"
asks -N "$NAME" --user nobody 127.0.0.1:80
says "ip netns exec $NAME sysctl -w net\.ipv4\.ip_unprivileged_port_start=80"
asks -N "$NS" --user nobody 127.0.0.1:80
says "nsenter --net --target $NS sysctl -w"
asks --user nobody 127.0.0.1:80
says "everybody sysctl -w"
asks 127.0.0.1:8085
answers free OK port=8085
says "There is a listener on that port in .*$NAME.* not in the way"

# --- records

situation "a record" listen port=8080
sock left port=9000
ct record "$TMP/record"
stop_sock
asks --replay "$TMP/record" 127.0.0.1:8080
expect_rc 1 "$TITLE: exit 1"
expect_json '.verdict == "blocked" and .probe == null and (.blockers[0].socket.owners | length == 1)' \
	"$TITLE: who was in the way, and no try"
asks --replay "$TMP/record" --reuseaddr 127.0.0.1:9000
expect_json '.probe == null and .certain == false' "$TITLE: what it does not tell is not certain"

# --- what is not known

situation "no try" left port=9000
asks --no-probe --reuseaddr 127.0.0.1:9000
expect_rc 3 "$TITLE: exit 3"
expect_json '.verdict == "unknown" and .certain == false and .probe == null' "$TITLE: unknown"
says 'may be free or not'
asks --no-probe 127.0.0.1:9000
answers blocked EADDRINUSE port=9000

# What a plain user's bind() may not do says nothing of root's.
situation "the rights of another user" bound port=80
asks_as_nobody --user root --reuseaddr 127.0.0.1:80
expect_rc 3 "$TITLE: exit 3"
expect_json '.verdict == "unknown" and .certain == false and .probe == null' "$TITLE: unknown"

# /proc/net tells neither of sockets that are only bound nor of devices.
situation "no netlink" listen port=8080 dev=lo
sock bound port=8081
for port in 8080 8081; do
	here strace -f -o /dev/null -e trace=socket -e inject=socket:error=EPERM \
		"$CONNTAB" why --no-probe --json "127.0.0.1:$port" >"$OUT" 2>"$ERR" </dev/null
	expect_json '.certain == false' "$TITLE: $port: what it does not tell is not certain"
done

# --- it disturbs nothing

# calls_of ARGS...: the calls of conntab why that could change something
calls_of() {
	here strace -f -o "$TMP/calls" -e trace=bind,listen,connect,accept,accept4,sendto,recvfrom,recvmsg,openat,kill,close,socket \
		"$CONNTAB" why "$@" >"$OUT" 2>"$ERR" </dev/null
	grep -c 'bind(.*AF_INET' "$TMP/calls"
}
situation "the calls of it" left port=9000
[ "$(calls_of --no-probe 127.0.0.1:9000 127.0.0.1:9001)" = 0 ]
judge "$TITLE: no bind() with --no-probe" "$TMP/calls"
[ "$(calls_of --reuseaddr 127.0.0.1:9000)" = 1 ]
judge "$TITLE: one bind() where only that settles it" "$TMP/calls"
[ -s "$TMP/calls" ] && ! grep -qE 'listen\(|connect\(.*AF_INET|accept4?\(|kill\(' "$TMP/calls"
judge "$TITLE: no listen(), connect(), accept(), kill()" "$TMP/calls"
[ -s "$TMP/calls" ] && ! grep -qE 'O_(WRONLY|RDWR|CREAT)' "$TMP/calls"
judge "$TITLE: nothing is opened to be written" "$TMP/calls"
FD=$(sed -n 's/.*bind(\([0-9]*\), {sa_family=AF_INET.*/\1/p' "$TMP/calls")
grep -A1 'bind(.*AF_INET' "$TMP/calls" | tail -1 | grep -q "close($FD)"
judge "$TITLE: its socket is closed at once" "$TMP/calls"

situation "a busy server" churn n=10 ms=100000 rate=200
CHURN=$(port_of churning)
for ((i = 0; i < 50; i++)); do
	here "$CONNTAB" why "$CHURN" --reuseaddr >"$OUT" 2>"$ERR" </dev/null || RC=$?
	[ $RC = 1 ] || break
done
[ $i = 50 ] && kill -0 "$SOCK" && [ ! -s "$LINES_OF.err" ]
judge "$TITLE: no connection of its is lost while it is asked about" "$LINES_OF.err" "$OUT"

situation "datagrams that wait" udp-conn addr=127.0.0.1 port=5300 bytes=1000
for ((i = 0; i < 20; i++)); do
	here "$CONNTAB" why --udp --reuseaddr --reuseport 127.0.0.1:5300 >"$OUT" 2>"$ERR" </dev/null
done
ctj -u -a
expect_row server '.recv_queue > 0' "$TITLE: are still there"

end
