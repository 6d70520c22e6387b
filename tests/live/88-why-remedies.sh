#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# conntab why: one remedy rids of all that is in the way, equal sockets are one line, and what does not
# free the port is not offered. `answers` runs each command that is printed (why.sh).

# shellcheck disable=SC2317
# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC2016
. "${BASH_SOURCE%/*}/lib.sh"
# shellcheck source-path=SCRIPTDIR source=why.sh
. "${BASH_SOURCE%/*}/why.sh"

# program CODE: sockets of a program of its own; as a fixture it is made anew for each command
cat >"$TMP/factory" <<'END'
#!/bin/sh
case $1 in
python) exec python3 -c "
import ctypes, os, signal, socket, sys, time
kept = []
def tcp(address, port, *options, listen=True, family=None):
    s = socket.socket(socket.AF_INET6 if ':' in address else socket.AF_INET)
    for level, name, value in options:
        s.setsockopt(level, name, value)
    s.bind((address, port))
    if listen:
        s.listen()
    kept.append(s)
    return s
REUSE, SHARE = (1, 2, 1), (1, 15, 1)
ONLY = (41, 26, 1)
def pair(listener, address=''):
    c = socket.socket(listener.family)
    if address:
        c.bind((address, 0))
    c.connect(listener.getsockname())
    kept.append((c, listener.accept()[0]))
$2
print('ready', flush=True)
time.sleep(1000)" ;;
*) exec "$REAL_MKSOCK" "$@" ;;
esac
END
chmod 755 "$TMP/factory"
export REAL_MKSOCK=$MKSOCK
really_mksock=$MKSOCK

# The factory makes what mksock has not; bind() is tried by mksock.
binds() {
	here "$really_mksock" try "$@" </dev/null >"$TMP/try" 2>&1
	grep -q '^try bind=OK listen=OK' "$TMP/try"
}
MKSOCK=$TMP/factory

# count N REGEX: so many lines of the text match
count() {
	[ "$(grep -cE "$2" "$TMP/text")" = "$1" ]
	judge "$TITLE: $1 lines match '$2'" "$TMP/text"
}

situation "four equal sockets and another" python '
for i in range(4): tcp("0.0.0.0", 8000, SHARE)
tcp("::", 8000, SHARE, ONLY)'
asks 8000
answers blocked EADDRINUSE addr=:: port=8000
count 1 '^In the way: LISTEN 0\.0\.0\.0:8000, 4 sockets \(SO_REUSEPORT\)$'
count 1 '^In the way: LISTEN \[::\]:8000 \(SO_REUSEPORT\)$'
count 1 'pid [0-9]+'
says 'the same server would start a second time for the same user, and take part of the connections'

situation "both loopback addresses" python '
tcp("127.0.0.1", 6379); tcp("::1", 6379, ONLY)'
asks 6379
answers blocked EADDRINUSE addr=:: port=6379
count 1 'pid [0-9]+'
says_not 'in place of all'
here ip addr add 192.0.2.7/32 dev lo
asks 6379
says 'bind one address in place of all: 192\.0\.2\.7 would work'
really OK addr=192.0.2.7 port=6379
stop_sock

situation "five connections whose listener is gone" python '
l = tcp("127.0.0.1", 7603)
for i in range(5): pair(l)
kept.remove(l); l.close()'
asks 127.0.0.1:7603
answers blocked EADDRINUSE port=7603
count 1 '^In the way: ESTAB 127\.0\.0\.1:7603, 5 connections$'
count 1 '^ +ss -K'

situation "connections of a server with another address" python '
l = tcp("127.0.0.1", 7603); pair(l); pair(l)
kept.remove(l); l.close()
m = tcp("127.0.0.2", 7603); pair(m)'
asks 127.0.0.1:7603
answers blocked EADDRINUSE port=7603
here sh -c "$(command_for 'end the connections')" >/dev/null
here ss -Htn state established 'src 127.0.0.2' >"$TMP/spared"
[ -s "$TMP/spared" ]
judge "$TITLE: those of another address are spared" "$TMP/spared"

situation "a server with clients, and TIME-WAIT" python '
l = tcp("127.0.0.1", 7604, REUSE); pair(l); pair(l)
c, a = kept[-1]; a.close(); c.recv(1); c.close()'
asks 127.0.0.1:7604
answers blocked EADDRINUSE port=7604
says 'kill [0-9]+; ss -K'

situation "a client that called bind()" python '
l = tcp("127.0.0.1", 7160)
c = tcp("127.0.0.1", 7161, listen=False); c.connect(("127.0.0.1", 7160))'
asks 127.0.0.1:7161
answers blocked EADDRINUSE port=7161
says 'its program has chosen the port by bind\(\): it keeps the port when only the connection ends'
count 0 '^ +ss -K'

situation "two servers of different sorts" python '
tcp("127.0.0.1", 8010)
tcp("127.0.0.2", 8010, listen=False)
r, w = os.pipe()
if os.fork() == 0:
    ctypes.CDLL(None).prctl(1, 9)
    kept.pop(0); tcp("127.0.0.3", 8010); os.write(w, b"1"); time.sleep(1000)
os.read(r, 1)'
asks 0.0.0.0:8010
expect_json '.verdict == "blocked" and ([.blockers[].socket.owners[].pid] | unique | length) == 2' \
	"$TITLE: two processes"
expect_json '[.remedies[].command | select(. != null)] | length == 1' "$TITLE: one command for both"
answers blocked EADDRINUSE addr=0.0.0.0 port=8010

situation "a process that ignores SIGTERM" python '
signal.signal(signal.SIGTERM, signal.SIG_IGN); tcp("127.0.0.1", 8020)'
asks 127.0.0.1:8020
answers blocked EADDRINUSE port=8020
says 'it ignores SIGTERM\) kill -KILL'
kill -KILL "$SOCK"

situation "TIME-WAIT of a server that had SO_REUSEADDR" left port=9000
asks 127.0.0.1:9000
expect_json '.remedies[0] | .command == null and (.text | startswith("start the server again"))' \
	"$TITLE: to start it again is the first remedy"

situation "what waits for the kernel"  left port=9000
asks 127.0.0.1:9000
here sh -c "$(command_for 'wait ')" &
WAITING=$!
wait $WAITING
until_true binds port=9000
judge "$TITLE: after 'sleep' bind() works" "$TMP/try"

end
