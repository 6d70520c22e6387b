#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# conntab why -- COMMAND: the command runs as it would without, and its calls that fail are explained.

# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC2016
. "${BASH_SOURCE%/*}/lib.sh"

# runs COMMAND...: under conntab why; its output is $OUT, its errors and ours $ERR
runs() { run_as "$CONNTAB" why -- "$@" </dev/null; flatten; }
flatten() { tr -s ' \n' ' ' <"$ERR" >"$TMP/flat"; }

says() { expect_file "$TMP/flat" "$1" "$TITLE: says '$1'"; }
times() {
	[ "$(grep -cE "$1" "$ERR")" = "$2" ]
	judge "$TITLE: $2 times '$1'" "$ERR"
}
silent() {
	[ ! -s "$ERR" ]
	judge "$TITLE: nothing is said" "$ERR"
}

new_ns
sock listen port=8080

# --- the command is left alone

TITLE="exit status"
runs sh -c 'exit 7'
expect_rc 7 "$TITLE of a shell"
silent
runs sh -c 'kill -TERM $$'
expect_rc 143 "$TITLE of a killed command"
runs /nonexistent/program
expect_rc 127 "$TITLE: no such program"
expect_err '/nonexistent/program' "$TITLE: no such program is named"

TITLE="a watcher that is killed"
here "$CONNTAB" why -- sleep 1000 >"$OUT" 2>"$ERR" </dev/null &
# The watcher is the child of conntab, the command the watcher's.
# shellcheck disable=SC2317
watched() {
	WATCHER=$(pgrep -P "$(pgrep -P $! -f 'why -- sleep 1000' || echo $!)" | head -n 1)
	WATCHED=$(pgrep -P "${WATCHER:-0}" -x sleep)
}
# shellcheck disable=SC2317
is_gone() { ! kill -0 "$WATCHED" 2>/dev/null; }
until_true watched
kill -KILL "$WATCHER"
wait $!
[ $? = 126 ]
judge "$TITLE: is told" "$ERR"
until_true is_gone
judge "$TITLE: takes the command along"

TITLE="standard input and output"
COMMAND="conntab why -- cat"
printf 'some\0bytes\n' | here timeout 60 "$CONNTAB" why -- cat >"$OUT" 2>"$ERR"
printf 'some\0bytes\n' | cmp -s - "$OUT"
judge "$TITLE: pass through" "$OUT" "$ERR"
silent

TITLE="a call that works"
runs "$MKSOCK" try port=8081
expect_rc 0 "$TITLE: exit 0"
expect_out '^try bind=OK listen=OK' "$TITLE: it ran"
silent

TITLE="arguments as they are"
runs printf '%s|' --json -N "a b" '' '*'
printf '%s|' --json -N "a b" '' '*' >"$TMP/arguments"
expect_same "$TMP/arguments" "$OUT" "$TITLE"

# --- calls that fail

TITLE="bind()"
runs "$MKSOCK" try port=8080
expect_rc 0 "$TITLE: its own exit status"
expect_out '^try bind=EADDRINUSE' "$TITLE: it failed as it does"
says "bind\(\) of mksock \(pid $(of pid try 2>/dev/null)[0-9]*\) failed: EADDRINUSE, Address already in use"
says 'tcp 127\.0\.0\.1:8080 is taken: bind\(\) failed with EADDRINUSE'
says "In the way: LISTEN 127\.0\.0\.1:8080 mksock, pid $SOCK"
says "kill $SOCK"
[ "$(wc -l <"$OUT")" = 2 ]
judge "$TITLE: its output has none of ours" "$OUT"

# The same question, asked before and by the call itself.
what_is_said() {
	jq -s '.[0] | [.verdict, .errno, .certain, .alternatives, [.blockers[] | .rule, .socket.cookie],
		.sentence, .remedies]' "$1" | sed 's/would fail/failed/'
}
for wanted in "addr=127.0.0.1 port=8080" "addr=0.0.0.0 port=8080" "addr=:: port=8080" \
	"addr=192.0.2.1 port=8080" "addr=0.0.0.0 port=8080 reuseaddr=1"; do
	TITLE="the same as why PORT, $wanted"
	address=${wanted%% *} options=--no-v6only
	[[ $wanted != *reuseaddr* ]] || options+=" --reuseaddr"
	# shellcheck disable=SC2086
	run_as "$CONNTAB" why --json $options "[${address#addr=}]:8080"
	what_is_said "$OUT" >"$TMP/asked"
	# shellcheck disable=SC2086
	run_as "$CONNTAB" why --json -- "$MKSOCK" try $wanted
	what_is_said "$ERR" >"$TMP/called"
	[ "$(wc -l <"$TMP/asked")" -gt 5 ] && expect_same "$TMP/asked" "$TMP/called" "$TITLE"
done

TITLE="a child of a shell"
runs sh -c '"$0" try port=8080; true' "$MKSOCK"
expect_rc 0 "$TITLE: exit 0"
times 'failed: EADDRINUSE' 1

TITLE="another pid namespace, whose processes have other names here"
run_as unshare -pf "$CONNTAB" why -- "$MKSOCK" try port=8080 </dev/null
flatten
says 'conntab: bind\(\) failed: EADDRINUSE.*In the way: LISTEN 127\.0\.0\.1:8080.*process [0-9]+ ended with exit status 0'

TITLE="a thread"
runs "$MKSOCK" try port=8080 thread=1
times 'failed: EADDRINUSE' 1

TITLE="again and again"
runs "$MKSOCK" try port=8080 times=5
[ "$(grep -c 'bind=EADDRINUSE' "$OUT")" = 5 ]
judge "$TITLE: it tried five times" "$OUT"
times 'failed: EADDRINUSE' 1

TITLE="the options it has"
runs "$MKSOCK" try addr=:: port=8080 reuseaddr=1 v6only=0
expect_no_file "$ERR" 'With SO_REUSEADDR' "$TITLE: is not told to set what it has set"
says 'tcp \*:8080 is taken'
run_as "$CONNTAB" why --json -- "$MKSOCK" try addr=:: port=8080 reuseaddr=1 reuseport=1 v6only=0
cp "$ERR" "$TMP/json"
jq -se '.[0] | .schema == "conntab-why/1" and .verdict == "blocked" and .errno == "EADDRINUSE" and .certain and
	.wanted.reuseaddr and .wanted.reuseport and (.wanted.v6only | not) and .wanted.address == "::" and
	.wanted.port == 8080 and .stage == "bind" and .blockers[0].socket.local.port == 8080' \
	"$TMP/json" >/dev/null 2>&1
judge "$TITLE: in JSON, on standard error" "$TMP/json"

TITLE="listen()"
runs "$MKSOCK" late-listen port=8091
says 'listen\(\) of mksock'
says 'tcp 127\.0\.0\.1:8091 is bound, but listen\(\) failed: another socket has begun to listen'

TITLE="bind() without an interface"
runs python3 -c 'import socket
try:
    socket.socket(socket.AF_INET6).bind(("fe80::1", 8080))
except OSError:
    pass'
says 'failed: EINVAL.*tcp \[fe80::1\]:8080 .*interface: bind\(\) failed with EINVAL'

TITLE="what connections left"
here python3 -c 'import socket
server = socket.socket()
server.bind(("0.0.0.0", 8071))
server.listen()
client = socket.create_connection(("127.0.0.1", 8071))
server.accept()[0].close()
client.recv(1)'
run_as "$CONNTAB" why --json -- "$MKSOCK" try addr=0.0.0.0 port=8071
cp "$ERR" "$TMP/json"
[ "$(jq -sr '.[0].alternatives.reuseaddr' "$TMP/json")" = blocked ]
judge "$TITLE: whether SO_REUSEADDR helps is tried" "$TMP/json"

TITLE="a program that binds twice"
runs python3 -c 'import socket
one, two = socket.socket(), socket.socket()
one.bind(("127.0.0.1", 8070))
one.listen()
two.bind(("127.0.0.1", 8070))'
says 'The program that wants the port has it itself'
expect_no_file "$ERR" 'kill' "$TITLE: it is not to be killed"

TITLE="a relative path"
mkdir "$TMP/there"
runs python3 -c 'import os, socket, sys
os.chdir(sys.argv[1])
open("app.sock", "w")
socket.socket(socket.AF_UNIX).bind("app.sock")' "$TMP/there"
says "unix $TMP/there/app\.sock is an ordinary file.*ls -l '?$TMP/there/app\.sock"

TITLE="connect()"
runs bash -c 'exec 3<>/dev/tcp/127.0.0.1/8099'
says 'connect\(\) of bash \(pid [0-9]+\) failed: ECONNREFUSED'

TITLE="connect() without a port left"
here sysctl -qw net.ipv4.ip_local_port_range='40000 40000'
runs bash -c 'exec 3<>/dev/tcp/127.0.0.1/8080; exec 4<>/dev/tcp/127.0.0.1/8080'
here sysctl -qw net.ipv4.ip_local_port_range='32768 60999'
says "can't be reached from here: every local port"
expect_no_file "$ERR" 'In the way|kill' "$TITLE: the server is not in the way"

TITLE="connect() to a loopback address that is switched off"
here sysctl -qw net.ipv6.conf.all.disable_ipv6=1
runs bash -c 'exec 3<>/dev/tcp/::1/8080'
here sysctl -qw net.ipv6.conf.all.disable_ipv6=0
says 'IPv6 is switched off here .*and connect\(\) failed with EADDRNOTAVAIL'

TITLE="connect() that is forbidden"
here ip route add prohibit 192.0.2.9
runs bash -c 'exec 3<>/dev/tcp/192.0.2.9/80'
here ip route del prohibit 192.0.2.9
says '192\.0\.2\.9:80 may not be connected to: connect\(\) failed'

TITLE="no rights"
run_as setpriv --reuid=65534 --clear-groups "$CONNTAB" why -- "$MKSOCK" try port=443
flatten
says 'failed: EACCES.*ports below 1024 need the capability CAP_NET_BIND_SERVICE'

TITLE="no such address"
runs "$MKSOCK" try addr=192.0.2.1 port=443
says 'failed: EADDRNOTAVAIL.*192\.0\.2\.1:443 is not an address of this machine'

TITLE="a sandbox"
runs "$MKSOCK" nobind -- "$MKSOCK" try port=8095
expect_out '^try bind=EACCES' "$TITLE: it forbids"
says 'is refused by a sandbox or a security module'

TITLE="a plain user"
run_as setpriv --reuid=65534 --clear-groups "$CONNTAB" why -- "$MKSOCK" try port=8080
flatten
expect_out '^try bind=EADDRINUSE' "$TITLE: it ran"
says 'belongs to root, and its process may only be seen by that user and root'

TITLE="a program that may not be read"
cp "$MKSOCK" "$TMP/unread"
chmod 111 "$TMP/unread"
run_as setpriv --reuid=65534 --clear-groups "$CONNTAB" why -- "$TMP/unread" try port=8080
flatten
expect_out '^try bind=EADDRINUSE' "$TITLE: it ran"
says 'this user may not read the program.* LISTEN tcp 127\.0\.0\.1:8080 belongs to root'

TITLE="a set-uid program"
cp "$MKSOCK" "$TMP/setuid"
chmod 4755 "$TMP/setuid"
if setpriv --reuid=65534 --clear-groups "$TMP/setuid" try uid=0 </dev/null >/dev/null 2>&1; then
	run_as setpriv --reuid=65534 --clear-groups "$CONNTAB" why -- "$TMP/setuid" try port=8080
	expect_rc 126 "$TITLE: exit 126"
	expect_err 'set-uid: only root' "$TITLE: says why"
	[ ! -s "$OUT" ]
	judge "$TITLE: is not run" "$OUT"
fi

TITLE="a small stack"
run_as bash -c 'ulimit -s 64; exec "$@"' - "$CONNTAB" why -- "$MKSOCK" try port=8080
flatten
says 'In the way: LISTEN 127\.0\.0\.1:8080 mksock'

TITLE="little memory"
# AddressSanitizer itself wants more than there is.
if ! grep -q __asan_init "$CONNTAB"; then
	crashes=""
	for kilobytes in {3000..6000..100}; do
		run_as bash -c 'ulimit -v "$1"; shift; exec "$@"' - "$kilobytes" "$CONNTAB" why 8080
		case $RC in
		0 | 1 | 3 | 127) ;;
		*) crashes+=" $kilobytes: $RC" ;;
		esac
	done
	[ -z "$crashes" ]
	judge "$TITLE: exit 3 or an answer, not:$crashes" "$ERR"
fi

TITLE="--quiet"
run_as "$CONNTAB" why --quiet -- "$MKSOCK" try port=8080
silent

TITLE="a target in front of a command"
run_as "$CONNTAB" why 8080 -- true
expect_rc 2 "$TITLE: exit 2"

TITLE="lines"
runs "$MKSOCK" try port=8080
[ "$(grep -v '^    ' "$ERR" | wc -L)" -le 79 ]
judge "$TITLE: none is longer than 79" "$ERR"
expect_clean "$ERR" "$TITLE: clean"

end
