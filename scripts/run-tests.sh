#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Run the unit tests given as arguments, then the goldens and the live tests, and sum them up:
#   CONNTAB=./conntab MKSOCK=build/mksock scripts/run-tests.sh PROGRAM...
# What failed has a line `not ok - NAME`, and why in lines `# ...` below it. The last line is
# `N passed, N failed`; the exit status is 0 when none failed.
set -u

cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1

passed=0
failed=0

# cmocka writes TAP: "1..N", then "ok" or "not ok" for each. A test that never came is a failure;
# one that this kernel has nothing for is "not ok N # SKIP", and neither passed nor failed.
run_unit() {
	local program=$1 output code good bad skipped planned lost=0
	output=$(CMOCKA_MESSAGE_OUTPUT=TAP timeout 600 "$program" 2>&1 </dev/null)
	code=$?
	good=$(grep -c '^ok ' <<<"$output")
	skipped=$(grep -c '^not ok [0-9]* # SKIP' <<<"$output")
	bad=$(($(grep -c '^not ok ' <<<"$output") - skipped))
	planned=$(sed -n 's/^1\.\.\([0-9]*\)$/\1/p' <<<"$output" | awk '{ sum += $1 } END { print sum + 0 }')
	if [ "$planned" -gt $((good + bad + skipped)) ]; then
		lost=$((planned - good - bad - skipped))
	elif [ "$bad" = 0 ] && { [ "$code" != 0 ] || [ "$good" = 0 ]; }; then
		lost=1
	fi
	if [ "$bad" != 0 ]; then
		printf '%s\n' "$output"
	fi
	if [ "$lost" != 0 ]; then
		echo "not ok - unit $(basename "$program"): exit $code, $lost not finished"
		tail -n 30 <<<"$output" | sed 's/^/# /'
	fi
	echo "unit $(basename "$program"): $good passed, $((bad + lost)) failed$(
		[ "$skipped" = 0 ] || echo ", $skipped skipped")"
	passed=$((passed + good))
	failed=$((failed + bad + lost))
}

run_golden() {
	local output code good bad
	output=$(timeout 600 scripts/test-golden.sh 2>&1 </dev/null)
	code=$?
	read -r good bad < <(sed -n '$s/^\([0-9]*\) passed, \([0-9]*\) failed$/\1 \2/p' <<<"$output") || {
		good=0 bad=1
		output+=$'\n'"not ok - the goldens run to their end (exit $code)"
	}
	if [ "$bad" != 0 ]; then
		printf '%s\n' "$output"
	fi
	echo "golden: $good passed, $bad failed"
	passed=$((passed + good))
	failed=$((failed + bad))
}

run_live() {
	local log good bad code as_root=()
	log=$(mktemp) || exit 1
	if [ "$(id -u)" != 0 ] && command -v sudo >/dev/null; then
		as_root=(sudo "--preserve-env=CONNTAB,MKSOCK,BINDCHECK,ASAN_OPTIONS,UBSAN_OPTIONS")
	fi
	"${as_root[@]}" tests/live/run 2>&1 </dev/null | tee "$log"
	code=${PIPESTATUS[0]}
	read -r good bad < <(sed -n '$s/^\([0-9]*\) passed, \([0-9]*\) failed$/\1 \2/p' "$log") ||
		{ good=0 bad=0; }
	if [ "$code" != 0 ] && [ "$bad" = 0 ]; then
		bad=1
		echo "not ok - the live tests run to their end (exit $code)"
		tail -n 5 "$log" | sed 's/^/# /'
	fi
	rm -f "$log"
	passed=$((passed + good))
	failed=$((failed + bad))
}

for program in "$@"; do
	run_unit "$program"
done
run_golden
run_live
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
