#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Questions about what could not be looked at: who holds the sockets of others, marks, what
# /proc/net does not tell, what was not recorded. "Nothing" is said only of what was seen.

# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC2016
. "${BASH_SOURCE%/*}/lib.sh"

NOBODY=(setpriv --reuid 65534 --regid 65534 --clear-groups)

user() { run_as "${NOBODY[@]}" "$CONNTAB" "$@"; }
nodiag() { run_as "$MKSOCK" nodiag -- "$CONNTAB" "$@"; }

# unsure SOCKETS WORDS TEXT: exit 3, and one warning with the number of sockets
unsure() {
	expect_rc 3 "$3: incomplete"
	if [ "$(grep -c "warning: $1 socket.*$2" "$ERR")" = 1 ] && [ "$(grep -c warning "$ERR")" = 1 ]; then
		ok "$3: one warning, with the number of sockets"
	else
		echo "$COMMAND: expected one warning: $1 sockets, $2" >"$TMP/command"
		not_ok "$3: one warning, with the number of sockets" "$TMP/command" "$ERR"
	fi
}

# silent STATUS TEXT
silent() {
	expect_rc "$1" "$2"
	[ ! -s "$ERR" ]
	judge "$2: not a word" "$ERR"
}

new_ns
sock listen port=8001
root_pid=$(of pid listener)
sock listen port=8002 mark=7
sock listen uid=65534 port=8003
own_pid=$(of pid listener)

# Filters.
user process mksock
unsure 2 "may match or not.*processes.*root" "process, of which one is seen"
expect_out ":8003" "process: what is seen is shown"
expect_no_out ":800[12]" "process: the others are not"
user process nosuch
unsure 2 "may match or not" "process, nothing seen"
user pid "$root_pid"
unsure 2 "may match or not" "pid"
user executable nosuch
unsure 2 "may match or not" "executable"
user 'command_line ~ nosuch'
unsure 2 "may match or not" "command_line"
user owner_missing kernel
unsure 2 "may match or not" "owner_missing: it could be the kernel's"
user owner_missing permission
expect_rc 0 "owner_missing permission is known"
user not process mksock
unsure 2 "may match or not" "not"
user "pid $root_pid or sport 8001"
unsure 1 "may match or not" "or: what the other term decides is known"
expect_out ":8001" "or: it is shown"
user "pid $root_pid and sport 8003"
silent 1 "and: what the other term rules out is known"
user "process nosuch and uid 65534"
silent 1 "questions about the own sockets are answered"
user "pid $own_pid and sport 8003"
silent 0 "and those that find something"
user -t process nosuch
unsure 2 "may match or not" "with options"

# Marks.
user -a fwmark 7
unsure 3 "marks.*CAP_NET_ADMIN.*root" "fwmark"
user -a "not fwmark 7"
unsure 3 "marks" "not fwmark"
user -a "sport 8001 and mark 7"
unsure 1 "marks" "mark among few"
ct -a fwmark 7
silent 0 "root is told the marks"
ct -a fwmark 9
silent 1 "and that there is none"
user -a "fwmark 7 or process nosuch"
expect_rc 3 "two reasons: incomplete"
[ "$(grep -c "may match or not" "$ERR")" = 2 ]
judge "two reasons, two warnings" "$ERR"

# The other ways to ask.
user -q process nosuch
silent 3 "-q, nothing seen"
user -q process mksock
silent 0 "-q: what was found is certain"
user -q -a fwmark 7
silent 3 "-q fwmark"
user -s process nosuch
unsure 2 "may match or not" "-s"
user -s -j process nosuch
expect_json '.complete == false' "-s -j: not complete"
unsure 2 "may match or not" "-s -j"
user -s
silent_default=$RC
[ "$silent_default" = 0 ]
judge "-s: owners hidden by permission are a note" "$ERR"
user --csv process nosuch
unsure 2 "may match or not" "--csv"
user --jsonl process nosuch
unsure 2 "may match or not" "--jsonl"
user --json process mksock
valid_json "conntab --json as a plain user"
unsure 2 "may match or not" "--json"
expect_json '.complete == false and (.sockets | length) == 1' "--json: what is seen, and that it is not all"
expect_json '[.notes[] | select(.severity == "warning" and .subject == "owners")] | length == 1' "--json: a note"

# Columns and order.
for columns in "--columns local,pid" "--columns +process" "--columns owner" "--columns local,owner_missing" \
	       "--sort process" "--sort -executable" "--sort local_port,pid"; do
	# shellcheck disable=SC2086
	user -l $columns
	unsure 2 "shown without" "$columns"
	expect_out ":8001" "$columns: all rows are shown"
done
for columns in process pid owners uid,process owner_missing executable; do
	user -l --count-by "$columns"
	unsure 2 "counted without" "--count-by $columns"
done
user -l --count-by mark
unsure 3 "counted without.*marks" "--count-by mark"
user -l -j --count-by process
expect_json '.complete == false and any(.notes[]; .subject == "owners")' "--count-by process -j: not complete"
user -l --count-by local_port
expect_rc 0 "--count-by local_port"
user -l --count-by process uid 65534
silent 0 "--count-by of the own sockets"
user -l --columns local,mark
unsure 3 "shown without.*marks" "--columns mark"
user -l -P --sort mark
unsure 3 "shown without.*marks" "--sort mark"
user -l --columns local,pid uid 65534
silent 0 "columns of the own sockets"
user -l -P --columns local,pid
silent 0 "what -P switches off is not missed"
for options in "" -p -e -l "-a -t" "--columns local,state" "--sort local_port"; do
	# shellcheck disable=SC2086
	user $options
	expect_rc 0 "'$options': a plain list is complete"
done
ct -l --columns local,pid,mark --sort process
silent 0 "root sees it all"

# Records.
user record "$TMP/x" # nobody may not write there
run_as "${NOBODY[@]}" "$CONNTAB" record -
cp "$OUT" "$TMP/plain.rec"
expect_rc 0 "a plain user records"
ct record "$TMP/root.rec"
ct record -P "$TMP/bare.rec"
ct --replay "$TMP/plain.rec" process nosuch
unsure 2 "may match or not.*recorded.*record as root" "--replay"
ct --replay "$TMP/plain.rec" -a fwmark 7
unsure 3 "marks.*recorded: record as root" "--replay fwmark"
ct --replay "$TMP/plain.rec" -q process nosuch
silent 3 "--replay -q"
ct --replay "$TMP/plain.rec" -l --columns local,mark
unsure 3 "shown without.*marks" "--replay --columns"
ct --replay "$TMP/root.rec" process nosuch
silent 1 "--replay of what root recorded"
ct --replay "$TMP/root.rec" -a fwmark 9
silent 1 "--replay of marks that root recorded"
ct --replay "$TMP/bare.rec" process mksock
expect_rc 3 "--replay without processes: incomplete"
expect_err "3 sockets may match or not.*not recorded" "--replay without processes: says so"
ct diff "$TMP/plain.rec" now process mksock
expect_rc 3 "diff: incomplete"
expect_err "then: 2 sockets may match or not.*record as root" "diff: of which side"
ct diff -j "$TMP/plain.rec" now process mksock
expect_json '.complete == false' "diff -j: not complete"
ct diff -q "$TMP/plain.rec" now process mksock
silent 3 "diff -q"
user diff "$TMP/plain.rec" now process mksock
expect_rc 3 "diff as a plain user: incomplete"
[ "$(grep -c "may match or not" "$ERR")" = 2 ]
judge "diff as a plain user: of both sides" "$ERR"
ct diff "$TMP/root.rec" now process mksock
expect_rc 0 "diff of what root saw"

# What only sock_diag tells.
sock listen addr=:: port=8004
nodiag -a fwmark 7
expect_rc 3 "without sock_diag: no marks"
expect_err "4 sockets may match or not.*sock_diag" "without sock_diag: says so"
nodiag -l dev lo
expect_rc 3 "without sock_diag: no devices"
nodiag -l 'backlog > 1000'
expect_rc 3 "without sock_diag: no backlog"
nodiag -l scope any6
expect_rc 3 "without sock_diag: whether [::] takes IPv4 is not known"
nodiag -l not scope loopback
expect_out ':8004' "without sock_diag: a wildcard is not the loopback, for certain"
nodiag -l sport 9
expect_rc 1 "without sock_diag: ports are known"
nodiag process nosuch
expect_rc 1 "without sock_diag: processes are known"

# No list knows how old a socket is.
ct -l 'age > 10m'
expect_rc 3 "age"

# In another pid namespace a process has another name, but no pid here.
run_as unshare --pid --fork --mount-proc "$CONNTAB" -l process mksock
unsure 4 "may match or not.*another pid namespace" "in another pid namespace"
run_as unshare --pid --fork --mount-proc "$CONNTAB" -l pid 7777
silent 1 "in another pid namespace: a pid is one of here"

# /proc that hides processes, and none at all.
run_as unshare --mount sh -c 'mount -t proc -o hidepid=2 proc /proc && exec "$@"' sh \
	"${NOBODY[@]}" "$CONNTAB" process nosuch
unsure 3 "may match or not.*root" "hidepid"
run_as unshare --mount sh -c 'mount -t tmpfs tmpfs /proc && exec "$@"' sh "$CONNTAB" process nosuch
# LeakSanitizer fails without /proc, where its options stand too, and ends the program in its own way.
grep -q __asan_init "$CONNTAB" || expect_rc 3 "no /proc"
expect_err "not mounted" "no /proc: says so"

# No tree of control groups.
run_as unshare --mount sh -c 'umount -l /sys/fs/cgroup/unified 2>/dev/null; umount -l /sys/fs/cgroup; exec "$@"' sh \
	"$CONNTAB" -l cgroup /nosuch
if grep -q ' - cgroup2 ' /proc/self/mountinfo; then
	unsure 4 "cgroups" "no cgroup2"
fi
ct -l cgroup /nosuch
expect_rc 1 "with cgroup2"

end
