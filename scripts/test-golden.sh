#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Goldens: what conntab prints of recorded tables, compared with tests/golden. Needs no rights.
#   CONNTAB=./conntab scripts/test-golden.sh [PATTERN]     only those with PATTERN in their name
#   CONNTAB=./conntab scripts/test-golden.sh --write       writes what is expected anew: read the diff
# NAME.args is the arguments, a line for each run, words between blanks; NAME.out what they print and
# NAME.rc the exit status where it is not 0, NAME.err what they say on standard error where that is
# anything. NAME.tty, where it is there, is the columns of a terminal to print on. The last line is
# `N passed, N failed`.
set -u
shopt -s nullglob

cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1

CONNTAB=${CONNTAB:-./conntab}
TMP=$(mktemp -d) || exit 1
trap 'rm -rf "$TMP"' EXIT
passed=0
failed=0

# Times are in the local zone, and a terminal has a type. Nothing else may make a difference, so it
# is as odd as can be.
ODD=(env -u NO_COLOR TZ=UTC TERM=xterm COLUMNS=37 LINES=5 LC_ALL=tr_TR.UTF-8)

# on_terminal COLUMNS COMMAND...: without the returns a terminal puts in front of newlines
on_terminal() {
	local columns=$1
	shift
	SHELL=/bin/sh script -qec "stty cols $columns rows 24 && exec ${*@Q}" /dev/null </dev/null |
		sed 's/\r$//'
	return "${PIPESTATUS[0]}"
}

# run_golden NAME: its output and its last exit status in $TMP/out, $TMP/rc, what it says in $TMP/err
run_golden() {
	local base=tests/golden/$1 words code=0
	: >"$TMP/out"
	: >"$TMP/err"
	while read -ra words; do
		if [ -f "$base.tty" ]; then
			on_terminal "$(cat "$base.tty")" "${ODD[@]}" "$CONNTAB" "${words[@]}"
		else
			"${ODD[@]}" "$CONNTAB" "${words[@]}"
		fi >>"$TMP/out" 2>>"$TMP/err" </dev/null
		code=$?
	done <"$base.args"
	echo "$code" >"$TMP/rc"
}

expect() {
	local base=tests/golden/$1
	cp "$TMP/out" "$base.out"
	rm -f "$base.rc" "$base.err"
	[ "$(cat "$TMP/rc")" = 0 ] || cp "$TMP/rc" "$base.rc"
	[ ! -s "$TMP/err" ] || cp "$TMP/err" "$base.err"
}

judge() {
	local base=tests/golden/$1 code=0 said=/dev/null
	[ ! -f "$base.rc" ] || code=$(cat "$base.rc")
	[ ! -f "$base.err" ] || said=$base.err
	if cmp -s "$base.out" "$TMP/out" && cmp -s "$said" "$TMP/err" &&
	   [ "$code" = "$(cat "$TMP/rc")" ]; then
		passed=$((passed + 1))
		return
	fi
	failed=$((failed + 1))
	echo "not ok - golden $1: conntab $(cat "$base.args")"
	{
		diff -u "$base.out" "$TMP/out"
		diff -u "$said" "$TMP/err"
	} | head -n 25 | cat -v | sed 's/^/# /'
	echo "# exit $(cat "$TMP/rc"), expected $code"
}

act=judge
if [ "${1:-}" = --write ]; then
	act=expect
	shift
fi
for file in tests/golden/*"${1:-}"*.args; do
	name=$(basename "$file" .args)
	run_golden "$name"
	"$act" "$name"
done
[ "$act" = judge ] || exit 0
echo "$passed passed, $failed failed"
[ "$failed" = 0 ] && [ "$passed" != 0 ]
