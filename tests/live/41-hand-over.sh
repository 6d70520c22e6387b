#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# What can't be found is not the kernel's: a socket that changes hands while processes are looked into, and
# processes that can't be looked into.

# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC2016
. "${BASH_SOURCE%/*}/lib.sh"

# lists N: so many lists of the listener on port 8300; counts in $named, $unknown and $wrong
lists() {
	local i
	named=0 unknown=0 wrong=0
	for ((i = 0; i < $1; i++)); do
		ct -l -t -H
		if grep -q ' mksock [0-9(]' "$OUT"; then
			named=$((named + 1))
		elif grep -qE '\((unknown|in-flight)\)' "$OUT"; then
			unknown=$((unknown + 1))
		else
			wrong=$((wrong + 1)) && cp "$OUT" "$TMP/wrong"
		fi
	done
}

for way in "fork 200" "message 50" "loan 50"; do
	read -r by n <<<"$way"
	for ms in 5 20 100; do
		new_ns
		sock hand-over port=8300 ms=$ms by="$by"
		: >"$TMP/wrong"
		lists "$n"
		[ "$wrong" = 0 ] && [ "$named" -gt "$unknown" ]
		judge "by $by, each $ms ms: never the kernel's, and mostly named" "$TMP/wrong" "$ERR"
		echo "# by $by, each $ms ms: named $named, unknown $unknown, else $wrong"
		ct why 8300
		expect_no_out 'kernel itself|no process to stop' "by $by, each $ms ms: nor does why say so"
		stop_sock
	done
done

# kept TEXT COMMAND...: conntab as COMMAND, which can't look everywhere
kept() {
	run_as "${@:2}" "$CONNTAB" --json -l -t
	expect_rc 3 "$1: exit status 3"
	expect_json '.complete == false and ([.notes[] | select(.severity == "error")] | length) == 1' \
		"$1: one note that tells it"
	expect_row listener '.owners == [] and .owner_missing == "unknown"' "$1: the owner is unknown"
	valid_json "$1"
	run_as "${@:2}" "$CONNTAB" why 8301
	expect_no_out 'kernel itself|no process to stop' "$1: why does not say that there is none"
}

# MOUNT COMMAND...: in a mount namespace of its own
MOUNTED=(unshare --mount --propagation private -- sh -c 'mount $1 && shift && exec "$@"' sh)

new_ns
sock listen port=8301
pid=$(of pid listener)
kept "directories can't be read" "$MKSOCK" nodents --
kept "links can't be read" "$MKSOCK" nolinks --
kept "descriptors are few" "$MKSOCK" nofiles --
over() { kept "$1" "${MOUNTED[@]}" "$2"; }
over "something is mounted over its process" "-t tmpfs none /proc/$pid"
over "something is mounted over its descriptors" "-t tmpfs none /proc/$pid/fd"
over "another process is mounted over it" "--bind /proc/$$ /proc/$pid"
kept "the same, without openat2()" "$MKSOCK" noopenat2 -- "${MOUNTED[@]}" "-t tmpfs none /proc/$pid"
run_as "${MOUNTED[@]}" "-t tmpfs none /proc/$pid" "$CONNTAB" -l -t
expect_rc 3 "something is mounted: exit status 3"
expect_err "process $pid could not be looked into: something is mounted over it" "the note names the process"
run_as "$MKSOCK" noopenat2 -- "$CONNTAB" --json -l -t
expect_row listener 'pids == [$pid | tonumber]' "without openat2(): the owner is found"
run_as "$MKSOCK" badopenat2 -- "$CONNTAB" --json -l -t
expect_row listener 'pids == [$pid | tonumber]' "openat2() refused by a sandbox: the owner is found"

run_as "${MOUNTED[@]}" "-t tmpfs none /proc/$pid/task" "$CONNTAB" -l -t
expect_rc 3 "something is mounted over its threads: exit status 3"

# Those that are there all the same are told of, and who is not concerned is not troubled.
sock listen port=8302
run_as "${MOUNTED[@]}" "-t tmpfs none /proc/$pid" "$CONNTAB" --json -l -t
expect_row listener 'pids == [$pid | tonumber]' "an error is no end of the walk: others are found"
run_as unshare --mount --propagation private -- sh -c 'umount -l /proc && exec "$@"' sh "$CONNTAB" --json -l -t
# LeakSanitizer fails without /proc, where its options stand too, and ends the program in its own way.
grep -q __asan_init "$CONNTAB" || expect_rc 3 "without /proc: exit status 3"
expect_row listener '.owners == [] and .owner_missing == "unknown"' "without /proc: the owner is unknown"

# What was closed meanwhile has no owner, and is not the kernel's.
new_ns
sock churn n=1 ms=3000 rate=0 port=8303
sleep 0.2
ctj -a -t
expect_json '[.sockets[] | select(.owner_missing == "kernel")] == []' \
	"connections that are closed meanwhile are not the kernel's"

end
