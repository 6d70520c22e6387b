#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Run each fuzz target given as an argument for FUZZ_SECONDS, from its corpus in the tree if it has
# one. What is found stays below build/. The last line is `N passed, N failed`.
set -u

cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1

seconds=${FUZZ_SECONDS:-20}
passed=0
failed=0

for program in "$@"; do
	name=$(basename "$program")
	found=build/fuzz/$name
	log=$found.log
	inputs=("$found/inputs")
	mkdir -p "$found/inputs" "$found/crashes"
	for corpus in "tests/fuzz/corpus/${name#fuzz_}" "tests/fuzz/corpus/$name"; do
		[ ! -d "$corpus" ] || inputs+=("$corpus")
	done
	if "$program" -max_total_time="$seconds" -timeout=10 -print_final_stats=1 \
		-artifact_prefix="$found/crashes/" "${inputs[@]}" >"$log" 2>&1 </dev/null; then
		runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
		echo "$name: ok, ${runs:-0} runs"
		passed=$((passed + 1))
	else
		tail -n 50 "$log"
		echo "$name: FAILED, see $log and $found/crashes"
		failed=$((failed + 1))
	fi
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
