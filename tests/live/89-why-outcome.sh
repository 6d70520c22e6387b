#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# conntab why -- COMMAND: what became of a bind() that failed is told at the end, or as soon as it is sure.

# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC2016
. "${BASH_SOURCE%/*}/lib.sh"

# python TEXT: runs it under conntab why; $ERR is flat, without line ends
python() {
	run_as "$CONNTAB" why -- python3 -c "import os, socket, sys, time
from socket import *
$1" </dev/null
	tr -s ' \n' ' ' <"$ERR" >"$TMP/flat"
}
says() { expect_file "$TMP/flat" "$1" "$TITLE: says '$1'"; }
says_no() { expect_no_file "$TMP/flat" "$1" "$TITLE: does not say '$1'"; }

new_ns
nsenter --target "$NS" --net -- python3 -uc 'from socket import *
import time
first, second = socket(AF_INET, SOCK_DGRAM), socket()
first.bind(("0.0.0.0", 5353))
first.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1)
second.bind(("0.0.0.0", 8000))
second.listen()
print("ready")
time.sleep(1000)' >"$TMP/holder" &
until_true grep -q ready "$TMP/holder"

TITLE="one that gives up"
python 'try: socket().bind(("0.0.0.0", 8000))
except OSError: sys.exit(7)'
expect_rc 7 "$TITLE: exit 7"
says 'conntab: python3 \(pid [0-9]+\) ended with exit status 7, without tcp 0\.0\.0\.0:8000'

TITLE="one that tries again and again"
python 'for i in range(3):
    try: socket().bind(("0.0.0.0", 8000))
    except OSError: pass'
says 'exit status 0, without tcp 0\.0\.0\.0:8000, after 3 tries that failed'

TITLE="one that sets an option"
python 's = socket(AF_INET, SOCK_DGRAM)
try: s.bind(("0.0.0.0", 5353))
except OSError:
    s.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1)
    s.bind(("0.0.0.0", 5353))'
says 'tried again and bound udp 0\.0\.0\.0:5353, with SO_REUSEADDR'
says_no 'exit status'

TITLE="one that takes another port"
python 's = socket()
try: s.bind(("0.0.0.0", 8000))
except OSError: s.bind(("0.0.0.0", 8001))
s.listen()
time.sleep(4)'
says 'listens on port 8001 instead of 8000: tcp 0\.0\.0\.0:8001'
says_no 'exit status'

# What is sure is told while the server runs.
TITLE="one that goes on with one IP version"
nsenter --target "$NS" --net -- "$CONNTAB" why -- python3 -c 'from socket import *
import time
s, t = socket(), socket(AF_INET6)
try: s.bind(("0.0.0.0", 8000))
except OSError: pass
t.setsockopt(IPPROTO_IPV6, IPV6_V6ONLY, 1)
t.bind(("::", 8000))
t.listen()
time.sleep(1000)' 2>"$ERR" </dev/null &
FRONT=$!
until_true grep -q 'goes on without' "$ERR"
kill "$FRONT"
wait "$FRONT"
[ $? = 143 ]
judge "$TITLE: ends as the command does" "$ERR"
tr -s ' \n' ' ' <"$ERR" >"$TMP/flat"
says 'goes on without tcp 0\.0\.0\.0:8000: it listens on tcp \[::\]:8000, for IPv6 alone'

TITLE="one that ends before it is sure"
python 's, t = socket(), socket(AF_INET6)
t.setsockopt(IPPROTO_IPV6, IPV6_V6ONLY, 1)
t.bind(("::", 8000))
t.listen()
try: s.bind(("0.0.0.0", 8000))
except OSError: pass'
says 'went on without tcp 0\.0\.0\.0:8000, with tcp \[::\]:8000, and ended with exit status 0'

TITLE="one that binds its port twice"
python 'one = socket()
one.bind(("127.0.0.1", 8070))
one.listen()
try: socket().bind(("127.0.0.1", 8070))
except OSError: time.sleep(3)'
says 'goes on: another socket of it has tcp 127\.0\.0\.1:8070'
says_no 'exit status'

TITLE="a second process"
run_as "$CONNTAB" why -- sh -c 'for port in 8000 8000; do python3 -c "import socket
socket.socket().bind((\"0.0.0.0\", $port))" 2>/dev/null; done; echo over' </dev/null
[ "$(grep -c 'ended with exit status 1' "$ERR")" = 1 ]
judge "$TITLE: one line for the same end" "$ERR"

TITLE="JSON"
run_as "$CONNTAB" why --json -- python3 -c 'from socket import *
s = socket(AF_INET, SOCK_DGRAM)
try: s.bind(("0.0.0.0", 5353))
except OSError:
    s.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1)
    s.bind(("0.0.0.0", 5353))
try: socket(AF_UNIX).bind("/nonexistent/socket")
except OSError: raise SystemExit(1)' </dev/null
jq -se 'length == 4 and all(.schema == "conntab-why/1") and
	([.[] | select(.verdict)] | length == 2) and
	([.[].outcome | select(.)] | length == 2 and .[0].result == "bound" and .[0].call == "bind" and
	.[0].errno == "EADDRINUSE" and .[0].command == "python3" and .[0].tries == 1 and
	.[0].wanted.port == 5353 and (.[0].wanted.reuseaddr | not) and .[0].sockets[0].reuseaddr and
	.[1].result == "ended" and .[1].exit_status == 1 and .[1].signal == null and
	.[1].wanted.protocol == "unix" and .[1].wanted.address == "/nonexistent/socket")' \
	"$ERR" >"$TMP/json" 2>&1
judge "$TITLE: an object for each" "$ERR" "$TMP/json"

TITLE="--quiet"
run_as "$CONNTAB" why --quiet -- "$MKSOCK" try addr=0.0.0.0 port=8000
[ ! -s "$ERR" ]
judge "$TITLE: says nothing" "$ERR"

# --- daemons, whose first process ends

cat >"$TMP/daemon.py" <<'EOF'
import os, socket, sys, time
if os.fork():
    os._exit(5)
os.setsid()
nothing = os.open("/dev/null", os.O_RDWR)
for i in range(3):
    os.dup2(nothing, i)
while not os.path.exists(sys.argv[1]):
    time.sleep(.05)
try:
    socket.socket().bind(("0.0.0.0", 8000))
except OSError:
    open(sys.argv[1] + ".failed", "w")
while not os.path.exists(sys.argv[1] + ".end"):
    time.sleep(.05)
EOF

TITLE="a daemon, standard error a pipe"
touch "$TMP/one"
here timeout 60 "$CONNTAB" why -- python3 "$TMP/daemon.py" "$TMP/one" 2> >(cat >"$TMP/piped") </dev/null
[ $? = 5 ]
judge "$TITLE: the exit status comes at once"
until_true grep -q '2>FILE' "$TMP/piped"
judge "$TITLE: that something may follow is told" "$TMP/piped"
touch "$TMP/one.end"

TITLE="a daemon that fails late, standard error a pipe"
here timeout 60 "$CONNTAB" why -- python3 "$TMP/daemon.py" "$TMP/two" 2>&1 </dev/null | cat >"$TMP/piped"
grep -q 'run on in the background' "$TMP/piped"
judge "$TITLE: its reader does not wait for it" "$TMP/piped"
touch "$TMP/two"
until_true [ -e "$TMP/two.failed" ]
touch "$TMP/two.end"

TITLE="a daemon that fails late, standard error a file"
here "$CONNTAB" why -- python3 "$TMP/daemon.py" "$TMP/three" 2>"$ERR" </dev/null
touch "$TMP/three"
until_true grep -q 'failed: EADDRINUSE' "$ERR"
judge "$TITLE: is explained" "$ERR"
touch "$TMP/three.end"
until_true grep -qE 'runs on without|exit status 0' "$ERR"
judge "$TITLE: what became of it is told" "$ERR"
expect_no_file "$ERR" 'background' "$TITLE: nothing is lost"

end
