#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# conntab why of unix addresses, of ports that netfilter redirects, and of a client that has no port
# left; compared with what bind() does, and the advice followed.

# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC2016
. "${BASH_SOURCE%/*}/lib.sh"
# shellcheck source-path=SCRIPTDIR source=why.sh
. "${BASH_SOURCE%/*}/why.sh"

# A name with a NUL in front of it for "@"
UNIX='
import socket, sys, time
name = sys.argv[1]
name = "\0" + name[1:] if name[0] == "@" else name
s = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
'

# holds ADDRESS: a listener there, in the current namespace, until it is ended
holds() {
	rm -f "$TMP/held"
	nsenter --target "$NS" --net -- python3 -c "$UNIX"'
s.bind(name)
s.listen()
open(sys.argv[2], "w").close()
time.sleep(1000)' "$1" "$TMP/held" &
	HOLDER=$!
	STARTED+=("$HOLDER")
	until_true test -e "$TMP/held"
}

# lets_go: the process ends, its file stays
lets_go() {
	kill "$HOLDER"
	wait "$HOLDER" 2>/dev/null
}

unix_bind() {
	here python3 -c "$UNIX"'
import errno
try:
    s.bind(name)
    print("OK")
except OSError as e:
    print(errno.errorcode[e.errno])' "$1" >"$TMP/try" 2>&1
	[ "$(cat "$TMP/try")" = "$2" ]
}

# finds VERDICT ERRNO|OK FINDING ADDRESS
finds() {
	local code=1
	[ "$1" = free ] && code=0
	expect_json '.verdict == $verdict and (.errno // "OK") == $errno and .finding == $finding and
		.certain == true' "$TITLE: $1, $2, $3" verdict "$1" errno "$2" finding "$3"
	expect_rc $code "$TITLE: exit $code"
	unix_bind "$4" "$2"
	judge "$TITLE: bind(): $2" "$TMP/try"
}

situation "a unix path in use"
holds "$TMP/live.sock"
asks "$TMP/live.sock"
finds blocked EADDRINUSE listening "$TMP/live.sock"
expect_json '.blockers[0].socket.owners[0].pid == ($pid | tonumber)' "$TITLE: names the process" \
	pid "$HOLDER"
says 'somebody listens there'
says "kill $HOLDER"

# shellcheck disable=SC2317  # by until_true
is_aged() { [ "$(ps -o etimes= -p "$HOLDER")" -ge 2 ]; }
until_true is_aged
asks "$TMP/live.sock"
says_not '\(0 seconds\)'

situation "a unix path that is alive in another namespace"
asks "$TMP/live.sock"
finds blocked EADDRINUSE elsewhere "$TMP/live.sock"
says 'must not be removed'
says_not '[0-9]\. remove the file'

situation "a unix path whose file was removed"
rm "$TMP/live.sock"
new_ns
mv "$TMP/held" "$TMP/held.before"
holds "$TMP/gone.sock"
rm "$TMP/gone.sock"
asks "$TMP/gone.sock"
finds free OK free "$TMP/gone.sock"
says "pid $HOLDER\) still has this name, but its file was removed"
rm -f "$TMP/gone.sock"

situation "a unix path that its holder leaves behind"
holds "$TMP/live.sock"
asks "$TMP/live.sock"
here sh -c "$(command_for 'stop its process')"
until_true unix_bind "$TMP/live.sock" OK
judge "$TITLE: after the advice bind() works" "$TMP/try"
rm -f "$TMP/live.sock"

situation "a unix path of datagrams"
datagrams() {
	rm -f "$TMP/held"
	nsenter --target "$NS" --net -- python3 -c '
import socket, sys, time
names = [sys.argv[1], "\0conntab-datagrams"]
kept = [socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) for name in names]
for s, name in zip(kept, names):
    s.bind(name)
open(sys.argv[2], "w").close()
time.sleep(1000)' "$1" "$TMP/held" &
	HOLDER=$!
	STARTED+=("$HOLDER")
	until_true test -e "$TMP/held"
}
datagrams "$TMP/datagram.sock"
asks "$TMP/datagram.sock"
finds blocked EADDRINUSE datagram "$TMP/datagram.sock"
says 'a socket of datagrams is bound to it'
says_not 'not listen'
asks @conntab-datagrams
finds free OK free @conntab-datagrams
says "type datagram \(python3, pid $HOLDER\) has the same name, which does not matter"

situation "a stale unix path"
holds "$TMP/live.sock"
lets_go
asks "$TMP/live.sock"
finds blocked EADDRINUSE stale "$TMP/live.sock"
here sh -c "$(command_for 'remove the file')"
unix_bind "$TMP/live.sock" OK
judge "$TITLE: after the advice bind() works" "$TMP/try"

situation "a stale unix path with a hostile name"
hostile="$TMP/\\'; touch x; #\"\$(touch x)"
for shell in sh dash bash 'zsh -f' 'fish --no-config' 'busybox sh'; do
	[ "$(command -v "${shell%% *}")" ] || continue
	holds "$hostile"
	lets_go
	asks "$hostile"
	# shellcheck disable=SC2086
	(cd "$TMP" && here $shell -c "$(jq -r '.remedies[0].command' "$OUT")") >"$TMP/try" 2>&1
	unix_bind "$hostile" OK && [ ! -e "$TMP/x" ]
	judge "$TITLE: $shell: after the advice bind() works, and nothing else was run" "$TMP/try"
	rm -f "$hostile"
done
: >"$TMP/a"$'\n'"b"
asks "$TMP/a"$'\n'"b"
expect_json '.remedies[0].command == null' "$TITLE: a path that can't be pasted is in no command"

situation "what is no socket"
: >"$TMP/file"
mkdir "$TMP/directory"
ln -s "$TMP/nowhere" "$TMP/link"
for kind in file directory; do
	asks "$TMP/$kind"
	finds blocked EADDRINUSE $kind "$TMP/$kind"
done
asks "$TMP/link"
finds blocked EADDRINUSE dangling-link "$TMP/link"
asks "$TMP/none/x.sock"
finds unavailable ENOENT no-directory "$TMP/none/x.sock"
asks "$TMP/new.sock"
finds free OK free "$TMP/new.sock"

situation "an abstract name"
holds @conntab-test
asks @conntab-test
finds blocked EADDRINUSE listening @conntab-test
new_ns
asks @conntab-test
finds free OK free @conntab-test

situation "a unix path that a command wants"
: >"$TMP/taken"
run_as "$CONNTAB" why -- python3 -c "$UNIX"'
s.bind(name)' "$TMP/taken"
expect_rc 1 "$TITLE: the exit status is the command's"
expect_err 'is an ordinary file, no socket' "$TITLE: it is explained"

# --- netfilter, and no port left

situation "a port that netfilter redirects" listen port=9090
here nft -f - <<'END'
table ip conntab {
	chain prerouting {
		type nat hook prerouting priority -100;
		tcp dport 8080 redirect to :9090
	}
}
END
judge "$TITLE: nft takes the rule"
asks 127.0.0.1:8080
answers free OK port=8080
says 'A rule of netfilter sends what comes for port 8080 elsewhere'
asks 127.0.0.1:8081
says_not 'netfilter'

situation "a client without a port left" listen port=8080
here sysctl -qw net.ipv4.ip_local_port_range='40000 40001'
run_as "$CONNTAB" why -- python3 -c '
import socket
held = []
for i in range(3):
    held.append(socket.create_connection(("127.0.0.1", 8080)))'
expect_rc 1 "$TITLE: the exit status is the command's"
expect_err 'EADDRNOTAVAIL' "$TITLE: the errno"
expect_err '40000-40001' "$TITLE: the range"
end
