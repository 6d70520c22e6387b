#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# The summary: every filter it prints is pasted into a shell, behind the command of its heading, and has
# as many rows as it says; processes are counted by pid, and their names neither forge lines, nor hide.

# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC2016
. "${BASH_SOURCE%/*}/lib.sh"

ZOO=$(realpath "${BASH_SOURCE%/*}/../fixtures/dump/zoo.rec")

# As the shell of a user who pastes: the name of the program is all that differs.
# shellcheck disable=SC2317 # what the summary prints is run by eval
conntab() { here timeout -k 5 60 "$CONNTAB" "$@"; }

# The lines as NUMBER<tab>FILTER: of the text, behind the last two blanks of a line.
lines() { sed -n '/^Counted by/,$d; s/^ *\([0-9][0-9]*\)  .*  \([^ ].*\)$/\1\t\2/p' "$1"; }

# pasted TEXT ARGS...: the summary with these arguments, and each of its lines; it ends with WANT
pasted() {
	local text=$1 command rows filter got wrong='' tried=0
	shift
	ct -s "$@"
	expect_rc "${WANT:-0}" "$text: a summary"
	expect_clean "$OUT" "$text: clean"
	cp "$OUT" "$TMP/summary"
	command=$(sed -n '1s/^[A-Z][a-z ]*  \(conntab .*\) \.\.\.$/\1/p' "$OUT")
	[ -n "$command" ]
	judge "$text: the heading has the command" "$OUT"
	while IFS=$'\t' read -r rows filter; do
		tried=$((tried + 1))
		got=$(eval "$command --jsonl $filter" 2>&1 </dev/null | grep -c '^{')
		[ "$got" = "$rows" ] || wrong+="$rows but $got: $command $filter"$'\n'
	done < <(lines "$TMP/summary")
	printf '%s' "$wrong" >"$TMP/wrong"
	[ -z "$wrong" ] && [ "$tried" -ge 4 ]
	judge "$text: each of $tried filters has the rows it says" "$TMP/wrong" "$TMP/summary"
}

# of_json TEXT ARGS...: the same of JSON, whose command and filters need no shell
of_json() {
	local text=$1 command rows filter got wrong='' tried=0
	shift
	ct -s -j "$@"
	cp "$OUT" "$TMP/summary"
	mapfile -t command < <(jq -r '.command[]' "$TMP/summary")
	while IFS=$'\t' read -r rows filter; do
		tried=$((tried + 1))
		got=$("${command[@]}" --jsonl "$filter" 2>&1 </dev/null | grep -c '^{')
		[ "$got" = "$rows" ] || wrong+="$rows but $got: $filter"$'\n'
	done < <(jq -r '.lines[] | select(.filter) | "\(.rows)\t\(.filter)"' "$TMP/summary")
	printf '%s' "$wrong" >"$TMP/wrong"
	[ -z "$wrong" ] && [ "$tried" -ge 4 ]
	judge "$text: each of $tried filters of JSON has the rows it says" "$TMP/wrong" "$TMP/summary"
}

# fits TEXT: the last summary has no line of more than 80 columns
fits() {
	! grep -qE '^.{81}' "$TMP/summary"
	judge "$1: 80 columns" "$TMP/summary"
}

# --- a table with everything in it

new_ns
cp "$ZOO" "$TMP/zoo"
ZOO=$TMP/zoo
pasted "a record" --replay "$ZOO"
fits "a record"
of_json "a record" --replay "$ZOO"
pasted "a record -l" --replay "$ZOO" -l
# Some of its processes were in another pid namespace: which they were is not known.
WANT=3 pasted "a record with a filter" --replay "$ZOO" process curl or dst ::1
of_json "a record with a filter" --replay "$ZOO" process curl or dst ::1
WANT=3 pasted "a record with a filter in quotes" --replay "$ZOO" "process 'curl' or process \"app\""
of_json "a record -t -4 -l with a filter" --replay "$ZOO" -t -4 -l "not process 'curl'"
for options in -u -w --udplite "-t -u" -4 -6 "-l -a" "-P -t"; do
	# shellcheck disable=SC2086
	pasted "a record $options" --replay "$ZOO" $options
done
cp "$ZOO" "$TMP/it's \$(touch $$) x"
pasted "a record with a hostile path" --replay "$TMP/it's \$(touch $$) x"
ct -s --replay "$ZOO" $'process curl\nor process app'
expect_out "conntab -a .*\(the filter can't be typed\) \.\.\.$" "a newline in a filter is not printed"
expect_clean "$OUT" "a newline in a filter: clean"

# --- the live table: nothing in it changes by itself. The TIME-WAIT of last-ack does not end in a
# minute as others do: it hears that FIN again and again.

sock listen addr=:: port=80
sock listen addr=0.0.0.0 port=81
sock conn addr=::1 port=82 bytes=5
sock conn addr=127.0.0.1 port=83
sock conn addr=:: to=127.0.0.1 port=84
sock unaccepted port=85
sock udp port=53
sock udp-conn addr=::1 port=54
sock last-ack port=86
sock bound port=87
sock forked port=88 n=3 comm=worker
here ip addr add 2001:db8:1234:5678:9abc:def0:1234:5678/128 dev lo nodad
sock conn addr=2001:db8:1234:5678:9abc:def0:1234:5678 port=89
pasted "live"
fits "live"
for options in -t -l -4 -6 -u "-l -t -4"; do
	# shellcheck disable=SC2086
	pasted "live $options" $options
	fits "live $options"
done
pasted "live with a filter" sport 80-84 or dport 80-84
of_json "live with a filter" sport 80-84 or dport 80-84
pasted "a target" -t 82 83
pasted "live by pid" -N "$NS"

# --- processes are counted by pid; their names neither forge lines nor run

new_ns
sock forked port=88 n=3 keep=0 comm=worker
ct -s
[ "$(grep -cE '^ +1  worker [0-9]+ +pid [0-9]+$' "$OUT")" = 3 ]
judge "one socket of three processes: each has one" "$OUT"
new_ns
sock listen port=80 comm=twin
sock listen port=81 comm=twin
sock conn port=82 comm=twin
TWIN=$(of pid client)
ct -s
[ "$(grep -cE '^ +[0-9]+  twin [0-9]+ +pid [0-9]+$' "$OUT")" -ge 3 ] && grep -qE "^ +[0-9]+  twin $TWIN +pid $TWIN\$" "$OUT"
judge "processes of one name are counted apart" "$OUT"

# shown COMM...: a listener of a process of each name; five are shown
shown() {
	local name
	new_ns
	for name; do
		sock forked n=1 keep=0 "comm=$name"
	done
}

shown '-x' '--' and "it's" '$(touch x)'
pasted "names of options, words, quotes and commands"
fits "names of options, words, quotes and commands"
of_json "names of options, words, quotes and commands"
shown '`touch x`' 'a\\b' '日本語サー' 'x)' '\\x9b'
pasted "names with backquotes, backslashes, brackets, wide characters"
fits "names with backquotes, backslashes, brackets, wide characters"
of_json "names with backquotes, backslashes, brackets, wide characters"
[ ! -e x ]
judge "nothing of a name was run"
shown '\xc2\x9b31m' 'a\rb' 'a\n99  x' '\xff\xfe\x80' '\xe2\x80\xae x'
pasted "names that do not print"
fits "names that do not print"
[ "$(lines "$TMP/summary" | grep -cE '^1	pid [0-9]+$')" = 5 ]
judge "names that do not print: each has its line" "$TMP/summary"
shown "a'b\"c" '' '\xff\xfe\xfd\xfc\xfb\xfa\xff\xfe\xfd\xfc\xfb\xfa\xff\xfe\xfd'
pasted "names of both quotes, of nothing"
fits "names of both quotes, of nothing"
expect_out '^ +1  \(empty name\) [0-9]+ ' "a process with no name is shown"
ct -s -j
[ "$(jq '[.lines[] | select(.section | startswith("Processes")) | .rows] | tojson' "$OUT")" = '"[1,1,1]"' ]
judge "names of both quotes, of nothing: in JSON" "$OUT"

# --- what the kernel counts: a full accept queue drops, and refuses nobody

new_ns
sock accept-full port=90
ct -s
expect_out '^ +[1-9][0-9]*  TcpExt.ListenOverflows +SYNs, ACKs dropped: accept queue full$' \
	"a full accept queue: what it drops is said to be dropped"
expect_no_out refused "... and nothing to be refused"

# --- what is printed is pasted into other shells too: fish takes backslashes away between single quotes

mkdir "$TMP/bin"
ln -s "$CONNTAB" "$TMP/bin/conntab"

# types SHELL...: every filter of the last summary, in this shell, has the rows it says
types() {
	local command rows filter got wrong='' tried=0
	command=$(sed -n '1s/^[A-Z][a-z ]*  \(conntab .*\) \.\.\.$/\1/p' "$TMP/summary")
	while IFS=$'\t' read -r rows filter; do
		tried=$((tried + 1))
		got=$(cd "$TMP" && PATH=$TMP/bin:$PATH here timeout -k 5 60 "$@" -c \
			"$command --jsonl $filter" 2>&1 </dev/null | grep -c '^{')
		[ "$got" = "$rows" ] || wrong+="$rows but $got: $command $filter"$'\n'
	done < <(lines "$TMP/summary")
	printf '%s' "$wrong" >"$TMP/wrong"
	[ -z "$wrong" ] && [ "$tried" -ge 4 ] && [ ! -e "$TMP/x" ]
	judge "$1: each of $tried filters has the rows it says, and nothing is run" "$TMP/wrong" "$TMP/summary"
}

cp "$ZOO" "$TMP/\\';touch x; #"
WANT=3 pasted "a filter and a path with backslashes in front of quotes" \
	--replay "$TMP/\\';touch x; #" "not process \"\\';touch x; #\$(touch x)\""
for shell in sh dash bash 'zsh -f' 'fish --no-config' 'busybox sh'; do
	# shellcheck disable=SC2086
	[ ! "$(command -v ${shell%% *})" ] || types $shell
done

# --- what is no summary

for options in --csv --jsonl "--columns state" "--sort state"; do
	# shellcheck disable=SC2086
	ct -s $options
	expect_rc 2 "-s $options is refused"
	[ ! -s "$OUT" ] && [ "$(wc -l <"$ERR")" = 1 ]
	judge "-s $options: one sentence" "$OUT" "$ERR"
done
while IFS='|' read -r rc options; do
	# shellcheck disable=SC2086
	ct $options
	expect_rc "$rc" "$options: the answer"
	[ ! -s "$OUT" ] && [ ! -s "$ERR" ]
	judge "$options: nothing else" "$OUT" "$ERR"
done <<'LIST'
0|-q -s
0|-q -s -j
1|-q -s sport = 1
0|-q --explain sport = 1
LIST
ct -q --explain sprot = 1
expect_rc 2 "-q --explain: a wrong filter is wrong"

run_as setpriv --reuid=65534 --regid=65534 --clear-groups "$CONNTAB" -s -j
[ "$(jq '.notes | length' "$OUT")" -ge 1 ] && [ ! -s "$ERR" ]
judge "the notes are in JSON" "$OUT" "$ERR"

end
