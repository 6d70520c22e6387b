#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Everything that can be said about the sources without running them. Each check prints one line:
# ok, or its name and FAILED after what is wrong. FLAGS are the compiler's; `make check` sets them.
set -u
shopt -s nullglob globstar

cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1

read -ra flags <<<"${FLAGS:--std=gnu17 -D_GNU_SOURCE -Iinclude}"
sources=(src/*/*.c)
tests=(tests/**/*.c)
headers=(include/**/*.h src/**/*.h tests/**/*.h)
scripts=(scripts/**/*.sh tests/live/run tests/live/*.sh tests/fixtures/*.sh .ci/run)
pages=(man/*.[1-9])
failed=0

# check NAME COMMAND...
check() {
	local name=$1 output
	shift
	if output=$("$@" 2>&1 </dev/null); then
		printf '%-14s ok\n' "$name"
	else
		printf '%s\n' "$output"
		printf '%-14s FAILED\n' "$name"
		failed=$((failed + 1))
	fi
}

in_parallel() { xargs -0 -n 1 -P "$(nproc)" "$@"; }

format() {
	printf '%s\0' "${sources[@]}" "${tests[@]}" "${headers[@]}" |
		in_parallel scripts/check-format.sh
}

# Those that changed last come first: where time runs out, they have been looked at.
newest_first() {
	{ git log -n 200 --format= --name-only 2>/dev/null; printf '%s\n' "$@"; } |
		awk -v given="$*" 'BEGIN { n = split(given, names, " "); while (n) wanted[names[n--]] = 1 }
			wanted[$0] && !seen[$0]++'
}

# Tests see private headers too; the socket factory leaks what it holds, on purpose, and is left out.
# On stderr clang-tidy only counts the warnings that it hides.
tidy() {
	newest_first "${sources[@]}" tests/unit/*.c tests/fuzz/*.c | tr '\n' '\0' |
		in_parallel sh -c 'clang-tidy --quiet "$@" -- '"${flags[*]@Q}"' -Isrc 2>/dev/null' sh
}

# zerodivcond: cppcheck takes a loop that ends at zero for one that may divide by it.
static_analysis() {
	cppcheck --quiet --error-exitcode=1 --enable=warning,performance,portability --std=c11 \
		--inline-suppr --suppress=zerodivcond -j "$(nproc)" -D__linux__ -D__x86_64__ -Iinclude -Isrc \
		"${sources[@]}" "${tests[@]}"
}

pages() {
	if [ "${#pages[@]}" != 0 ]; then
		mandoc -T lint -W warning "${pages[@]}"
	fi
}

completions() {
	shellcheck --shell=bash completions/conntab.bash &&
		zsh -n completions/_conntab && fish -n completions/conntab.fish
}

check format format
check clang-tidy tidy
check cppcheck static_analysis
check shellcheck shellcheck -x "${scripts[@]}"
check mandoc pages
check completions completions
check docs scripts/gen-docs.sh --check
check floors scripts/check-floors.sh
check sizes scripts/check-sizes.sh
[ "$failed" = 0 ]
