#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# A question that finds nothing, on a terminal, gets one line about what is near; what it says finds it.

# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC2016
. "${BASH_SOURCE%/*}/lib.sh"

command -v script >/dev/null || { ok "no script(1): nothing to test"; end; }
new_ns
FIRST=$NS
sock listen port=9100 addr=127.0.0.1
name=nearmiss$$
ip netns attach "$name" "$NS" && NAMED+=("$name")
new_ns
here ip link add va type veth peer name vb netns "$FIRST"
here ip addr add 10.77.0.1/24 dev va
here ip link set va up
nsenter --target "$FIRST" --net -- sh -c 'ip addr add 10.77.0.2/24 dev vb; ip link set vb up'
sock listen port=9001 addr=127.0.0.1 comm=redis-servert
sock udp port=9003
sock listen addr=::1 port=9006
sock time-wait port=9004
sock listen addr=10.77.0.1 port=9000
SECOND=$NS
nsenter --target "$FIRST" --net -- python3 -c 'import socket, time
s = [socket.create_connection(("10.77.0.1", 9000)) for _ in (1, 2)]
time.sleep(600)' >/dev/null 2>&1 &
STARTED+=("$!")
# shellcheck disable=SC2317  # by until_true
has_both() { [ "$(here "$CONNTAB" -H dst 10.77.0.2 | wc -l)" = 2 ]; }
until_true has_both

# near COMMAND... : what it says on a terminal on standard error; the output goes to a file
near() {
	COMMAND="conntab $*"
	here script -qec "$(printf '%q ' "$CONNTAB" "$@") >$(printf %q "$OUT") </dev/null" /dev/null \
		</dev/null >"$ERR" 2>&1
	RC=$?
	tr -d '\r' <"$ERR" >"$TMP/err.plain"
	mv "$TMP/err.plain" "$ERR"
}

# says REGEX WORDS...: exit 1 and one line; the command in it finds something
says() {
	local regex=$1 command
	shift
	near "$@"
	[ "$RC" = 1 ] && [ "$(wc -l <"$ERR")" = 1 ] && grep -Eq -- "$regex" "$ERR"
	judge "$*: $regex" "$ERR" "$OUT"
	command=$(sed -n 's/.*: conntab //p' "$ERR")
	[ -n "$command" ] && here sh -c "$CONNTAB -q $command"
	judge "$*: conntab $command finds it" "$ERR"
}

# silent WORDS...: exit 1 and not a word
silent() {
	near "$@"
	[ "$RC" = 1 ] && [ ! -s "$ERR" ]
	judge "$*: nothing is near" "$ERR"
}

says '2 connections have it as their peer: conntab dst 10.77.0.2$' 10.77.0.2
says '2 connections have it as their peer: conntab state estab and dst 10.77.0.2$' \
	state estab and 10.77.0.2
says '2 connections have it as their peer: conntab --tcp -4 dst 10.77.0.2$' -t -4 10.77.0.2
says '2 connections .*: conntab dst 10.77.0.2$' --csv src 10.77.0.2
says '1 socket has it as its own end: conntab sport 9003$' dport 9003
says 'stands in brackets: conntab .\[::1\]:9006.$' ::1:9006
NS=$FIRST
says '2 connections have it as the port of their peer: conntab dport 9000$' 9000
says "2 connections have it as the port of their peer: conntab 'dport > 1 and dport 9000'$" \
	'sport > 1 and sport 9000'
NS=$SECOND
says 'the name is part of redis-servert: conntab process contains redis-serv$' process redis-serv
says 'redis-servert: conntab process contains redis$' process = redis
says 'of 127.0.0.1:9001: conntab 9001$' 10.77.0.1:9001
says '1 socket has it with udp: conntab 9003$' tcp:9003
says '1 socket has it with udp: conntab 9003$' -t 9003
says 'in another network namespace: conntab -N [^ ]+ 9100$' 9100
says 'in another network namespace: conntab -N [^ ]+ sport 9100$' -j sport 9100
says 'sockets? ha(s|ve) it that do(es)? not listen: conntab dst 10.77.0.2$' -l dst 10.77.0.2
says "1 is in a state that only -a shows: conntab -a 'port 9004 and dport > 0'$" --csv 'port 9004 and dport > 0'
silent 10.88.0.9
silent 9999
silent process nosuchprocess
silent 'src 10.88.0.9 and dst 10.88.0.9'

# Not where nobody reads, and not with -q.
near -q 9100
[ "$RC" = 1 ] && [ ! -s "$ERR" ]
judge "-q: nothing is said" "$ERR"
ct 9100
[ "$RC" = 1 ] && [ ! -s "$ERR" ]
judge "no terminal: nothing is said" "$ERR"
near 9001
[ "$RC" = 0 ] && [ ! -s "$ERR" ]
judge "what is found needs no advice" "$ERR"

end
