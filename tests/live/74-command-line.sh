#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Words of the command line: texts that the shell kept together, slips, and what belongs to ss.

# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC2016
. "${BASH_SOURCE%/*}/lib.sh"

new_ns
sock listen port=8080 comm="it's me"
sock listen port=8081

# only ARGS...: they find the socket of "it's me", and no other
only() {
	ct -l -t --csv -H --columns local_port "$@"
	[ "$(tr -d '\r' <"$OUT")" = 8080 ]
	judge "only 8080: $*" "$OUT" "$ERR"
}
only process "it's me"
only process = "it's me"
only not process mksock and comm eq "it's me"
only process '"it'\''s me"'
only 'process "it'\''s me"'
only process in "it's me"
only sport in '8080, 9000'
ct -q process 'nosuch, it*'
expect_rc 0 "blanks beside a comma: a list"

# bad PATTERN ARGS...: exit 2, and one line or two that say why
bad() {
	ct "${@:2}"
	expect_rc 2 "exit 2: ${*:2}"
	expect_err "$1" "says why: ${*:2}"
	[ ! -s "$OUT" ] && [ "$(wc -l <"$ERR")" -le 2 ] && [ "$(wc -c <"$ERR")" -le 400 ]
	judge "briefly, and nothing else: ${*:2}" "$OUT" "$ERR"
}
bad "empty word" -q ''
bad "empty word" list ' '
bad "empty word" process ''
bad "both kinds" process "a'b\"c"

# --- commands
bad "the command 'record'" recrd x
bad "the command 'fields'" feilds
bad "unknown word" list recrd
bad "not in this version" top
bad "not in this version" ss -t
bad "not in this version" wait 8080
bad "not in this version" free
bad "'record': unknown word" -- record
bad "'fields': unknown word" -t -- fields
ct list -- sport 8080
expect_rc 0 "a command before --"
ct help
expect_rc 0 "help: exit 0"
expect_out '^Usage' "help: the help"

# --- options of ss
for option in -x -0 -S -M '-A tcp' '-f inet' -K -E -T -B -O -Q '-D file' -tx --unix --kill; do
	# shellcheck disable=SC2086
	bad "unknown option '--?[^']+': .*(version|use|not needed|json)" $option
	expect_no_file "$ERR" 'lists the options' "$option: advice of its own"
done

# --- long words
long=$(printf 'x%.0s' {1..20000})
for option in --columns --sort --netns --format --color; do
	bad "'x{100}\.\.\.'" "$option" "$long"
done
bad "'--x{98}\.\.\.'" "--$long"

# --- standard output closed: an error for who prints only
closed() {
	COMMAND="conntab $* >&-"
	here timeout 60 "$CONNTAB" "$@" >&- 2>"$ERR" </dev/null
	RC=$?
}
closed -t -q
expect_rc 0 "-q needs no output"
closed -q port 9
expect_rc 1 "-q needs no output: nothing found"
closed -P record "$TMP/new.rec"
[ "$RC" != 2 ] && [ -s "$TMP/new.rec" ] && ! grep -q 'could not be written' "$ERR"
judge "nor does record FILE" "$ERR"
ct -q --replay "$TMP/new.rec" sport 8080
expect_rc 0 "the record is whole"
for words in -t '-t -j' fields --help 'record -'; do
	# shellcheck disable=SC2086
	closed $words
	expect_rc 3 "$words: exit 3"
	expect_err 'could not be written' "$words: says so"
done

end
