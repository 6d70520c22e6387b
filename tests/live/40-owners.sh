#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Owners: several for one socket, and those that /proc/PID/fd does not name. Nobody named: why not.

# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC2016
. "${BASH_SOURCE%/*}/lib.sh"

# hidden FIXTURE TEXT: a listener whose owner is hard to find
hidden() {
	new_ns
	sock "$1" || return
	ctj -l -t
	expect_row listener 'pids == [$pid | tonumber] and .owner_missing == null and
		.owners[0].command == "mksock"' "$2"
	ct -l -t
	expect_out "mksock.*\\b$(of pid listener)\\b|\\b$(of pid listener)\\b.*mksock" "$2: in the table"
}
hidden thread-fd "owner: a thread with its own descriptor table"
hidden zombie-leader "owner: a thread whose main thread has ended"
hidden uring "owner: an io_uring with the socket registered"

# A container may refuse kcmp(), which tells the tables of threads apart.
for fixture in thread-fd zombie-leader listen; do
	new_ns
	sock $fixture
	run_as "$MKSOCK" nokcmp -- "$CONNTAB" --json -l -t
	expect_json '[.sockets[] | .owner_missing == null and (.owners | length) == 1 and
		.owners[0].pid == ($pid | tonumber)] == [true]' "$fixture without kcmp(): the owner, once" \
		pid "$(of pid listener)"
done

new_ns
sock in-flight
ctj -l -t
expect_row listener '.owners == [] and .owner_missing == "in-flight"' "a socket in flight (SCM_RIGHTS) is said to be"

new_ns
sock forked n=8 port=8080
mapfile -t holders < <(grep '^holder ' "$LINES_OF" | sed 's/.* pid=\([0-9]*\) .*/\1/' | sort -n)
ctj -l -t
expect_row holder 'pids == ($pids | split(" ") | map(tonumber))' "9 processes hold one listener: all in JSON" \
	pids "${holders[*]}"
ct -l -t
if [ "$(grep -c ':8080\b' "$OUT")" = 1 ]; then
	ok "one listener of 9 processes is one line of the table"
else
	not_ok "one listener of 9 processes is one line of the table" "$OUT"
fi
expect_out 'mksock.*\b9\b' "and the line tells how many hold it"

new_ns
sock forked n=2 keep=0
ctj -l -t
expect_row holder '(pids | length) == 2 and (pids | index($parent | tonumber)) == null' \
	"closed in the parent: the children own it" parent "$SOCK"

new_ns
sock reuseport n=4 port=8090
mapfile -t members < <(grep '^member ' "$LINES_OF" | sed 's/.* pid=\([0-9]*\) .*/\1/' | sort -n)
ctj -l -t
expect_json '[at("127.0.0.1:8090")[] | pids[]] | sort == ($pids | split(" ") | map(tonumber))' \
	"SO_REUSEPORT group: each member with its own process" pids "${members[*]}"
expect_json '[.notes[] | select(.severity == "warning")] == []' "workers of one parent: no warning"
sock conn port=8091
ctj -l -t
expect_json '[.notes[] | select(.severity == "warning")] == []' "nor with another service beside them"

new_ns
sock reuseport n=2 proto=udp port=8092
ctj -l -u
expect_json '(at("127.0.0.1:8092") | length) == 2 and [.notes[] | select(.severity == "warning")] == []' \
	"SO_REUSEPORT group of UDP sockets"

new_ns
sock strangers port=8093
ctj -l -t
expect_json '(at("127.0.0.1:8093") | length) == 2' "two strangers on one address: both rows"
expect_json '[.notes[] | select(.severity == "warning") | tostring | select(contains("8093"))] | length >= 1' \
	"two strangers on one address: a warning that names it"
ct -l -t
cat "$OUT" "$ERR" >"$TMP/both"
expect_file "$TMP/both" 'warning|different|independent|unrelated|two ' "and the table view warns"

# uid=... is an ordinary user's process; the socket's user is told whoever looks.
new_ns
sock listen uid=65534 port=8094
ctj -l -t
expect_row listener '.uid == 65534 and .user == "nobody" and pids == [$pid | tonumber] and
	.owners[0].uid == 65534' "another user's socket: user and owner"
sock listen uid=54321 port=8095
ctj -l -t
expect_row listener '.uid == 54321 and .user == null' "a uid without a name: the number, and no invented name"

# The kernel's own socket has an inode, and no descriptor anywhere.
new_ns
veth ct
if here ip link add ctvx type vxlan id 5 dstport 4789 dev ct0 2>/dev/null && here ip link set ctvx up; then
	ctj -l -u
	expect_json '[.sockets[] | select(.local.port == 4789) | .owners == [] and .owner_missing == "kernel"] |
		length > 0 and all' "the kernel's own UDP socket: owner_missing kernel"
	sock in-flight
	ctj -l
	expect_row listener '.owner_missing == "in-flight"' "beside a tunnel: a socket in flight is said to be"
	expect_json '[.sockets[] | select(.local.port == 4789) | .owner_missing == "kernel"] | length > 0 and all' \
		"beside a socket in flight: a tunnel's is the kernel's"
	# /proc/net does not tell a tunnel.
	run_as "$MKSOCK" nodiag -- "$CONNTAB" --json -l
	expect_json '[.sockets[].owner_missing] | length >= 2 and all(. == "kernel" or . == "unknown")' \
		"one descriptor in flight does not explain two sockets"
fi

new_ns
sock conn
ctj -t -P
expect_json '(.sockets | length) == 3 and all(.sockets[]; .owners == null and .owner_missing == null)' \
	"-P: owners are not looked for, so they are null"
ct -t -P
expect_no_out 'mksock' "-P: no process in the table"
ct -t -p
expect_out 'mksock' "-p: processes in the table"

end
