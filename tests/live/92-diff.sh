#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# conntab diff: what came and went between two records, or a record and now.

# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC2016
. "${BASH_SOURCE%/*}/lib.sh"

A=$TMP/a.rec
B=$TMP/b.rec
PLAIN=(setpriv --reuid=65534 --regid=65534 --clear-groups)

# The changes of a table as "SIGN LOCAL".
changes() { awk '$1 == "+" || $1 == "-" { print $1, $4 }' "$OUT" | sort; }

# expect_changes LINES TEXT: those and no others
expect_changes() {
	printf '%b' "$1" | sort >"$TMP/expected"
	changes >"$TMP/changes"
	expect_same "$TMP/expected" "$TMP/changes" "$2"
}

expect_silence() {
	[ "$RC" = 0 ] && [ ! -s "$OUT" ] && [ ! -s "$ERR" ]
	judge "$1" "$OUT" "$ERR"
}

new_ns
veth ct
sock listen addr=0.0.0.0 port=80
sock listen addr=127.0.0.1 port=82 dev=lo
sock twins port=83
sock conn port=84
sock conn addr=fe80::1%ct0 port=87
sock udp addr=:: port=53
sock udp-conn port=54
sock udplite port=55
sock raw protocol=1
sock bound port=90
ct record "$A"

# --- nothing changed

ct diff "$A" "$A"
expect_silence "a file and itself: nothing to say"
ct diff "$A"
expect_silence "a record and now: nothing to say"
ct diff "$A" now -a
expect_silence "in all states too"
ct diff "$A" --csv
[ "$RC" = 0 ] && [ "$(wc -l <"$OUT")" = 1 ]
judge "CSV has its line of names" "$OUT" "$ERR"
ct diff "$A" -j
[ "$RC" = 0 ] && jq -e '.schema == "conntab-diff/1" and .added == [] and .removed == [] and .complete and
	.from.file == $file and .to.file == null and .from.host == .to.host and .from.time < .to.time' \
	--arg file "$A" "$OUT" >/dev/null
judge "JSON says when and what" "$OUT" "$ERR"

ct diff "$A" sport = 80
expect_rc 2 "a filter behind one file: exit 2"
expect_err "'sport': there is no such file; before a filter stands the word now" "... and how it is written"
here sh -c 'cd "$1" && cp a.rec now && exec "$2" diff a.rec ./now' sh "$TMP" "$CONNTAB" >"$OUT" 2>"$ERR"
RC=$?
expect_silence "./now is a file"

# --- something came

sock listen addr=127.0.0.1 port=8080
GONE=$SOCK
ct diff "$A"
expect_rc 1 "a listener came: exit 1"
expect_changes '+ 127.0.0.1:8080\n' "a listener came: +"
expect_clean "$OUT" "a listener came: clean"
[ "$(head -n 1 "$OUT" | sed -E 's/[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}/T/g')" = \
	"T $(uname -n) -> T $(uname -n)" ]
judge "the first line says from when to when" "$OUT"
expect_out '^\+ +tcp .* mksock [0-9]+$' "its process is named"
ct diff "$A" -H
expect_no_out '->|Listeners' "no headings"
ct diff "$A" -q
expect_rc 1 "--quiet: exit 1"
[ ! -s "$OUT" ] && [ ! -s "$ERR" ]
judge "--quiet: silence" "$OUT" "$ERR"
sock conn port=8081
LOCAL=$(port_of client)
ct record "$B"
ct diff "$A" "$B"
expect_changes "+ 127.0.0.1:8080\n+ 127.0.0.1:8081\n+ 127.0.0.1:8081\n+ 127.0.0.1:$LOCAL\n" \
	"two records: a connection has two ends"
ct diff "$B" "$A"
expect_changes "- 127.0.0.1:8080\n- 127.0.0.1:8081\n- 127.0.0.1:8081\n- 127.0.0.1:$LOCAL\n" \
	"the other way round: -"
ct --replay "$B" diff "$A"
expect_rc 1 "--replay stands in the place of now"
ct diff now "$A" -l
expect_changes '- 127.0.0.1:8080\n- 127.0.0.1:8081\n' "now may come first; -l: listeners only"
ct diff "$A" "$B" sport = :8080
expect_changes '+ 127.0.0.1:8080\n' "a filter"
ct diff "$A" now dport = :8081
expect_changes "+ 127.0.0.1:$LOCAL\n" "a filter on a record and now"
ct diff "$A" "$B" -u
expect_silence "other protocols did not change"
ct diff "$A" "$B" --columns local,process --sort -local_port -l
expect_out '^\+- +LOCAL +PROCESS$' "chosen columns have the sign in front"
[ "$(grep -o ':808.' "$OUT" | tr -d '\n')" = :8081:8080 ]
judge "and are in the order that was asked for" "$OUT"
ct diff "$A" "$B" -l --color always
expect_out $'^\e\\[32m\\+' "colours where they are wanted"
ct diff "$A" "$B" --csv
[ "$(cut -d , -f 1,7 "$OUT" | sort | tail -n 2)" = "$(printf 'added,8081\nchange,local_port')" ]
judge "CSV has a column for it" "$OUT"
ct diff "$A" "$B" --jsonl
[ "$(jq -rs 'map(.change) | unique | join(" ")' "$OUT")" = added ] && [ "$(wc -l <"$OUT")" = 4 ]
judge "JSON Lines have a key for it" "$OUT"
ct --jsonl --replay "$B" sport = :8080
jq -cS . "$OUT" >"$TMP/listed"
ct diff "$A" "$B" -j sport = :8080
jq -cS '.added[]' "$OUT" >"$TMP/added"
expect_same "$TMP/listed" "$TMP/added" "in JSON the sockets are those of a list"

# --- something went, or is another's

SOCK=$GONE stop_sock
ct diff "$B"
expect_changes '- 127.0.0.1:8080\n' "a listener went: -"
sock listen addr=127.0.0.1 port=8080 comm=other
ct diff "$B"
expect_changes '- 127.0.0.1:8080\n+ 127.0.0.1:8080\n' "another program took the port: - and +"
[ "$(awk '/8080/ { print $1, $(NF - 1) }' "$OUT")" = "$(printf '%s mksock\n' -; printf '+ other\n')" ]
judge "the old one stands in front of the new one" "$OUT"
ct diff "$B" -P
expect_silence "without processes that is not seen"
stop_sock
sock listen addr=127.0.0.1 port=8080
ct diff "$B"
expect_silence "the same program again is no difference"
sock reuseport port=8082 n=3
ct diff "$B" -l
expect_changes '+ 127.0.0.1:8082\n' "sockets that share an address are one line"

# --- states

ct record "$B"
sock time-wait port=89
sock bound port=91
stop_sock
sock bound port=92
ct diff "$B" now -q 92
expect_rc 1 "a target asks for all states, as in a list"
ct diff "$B"
expect_no_file "$OUT" 'TIME-WAIT|BOUND' "TIME-WAIT and BOUND are left out"
ct diff "$B" -a
expect_out '^\+ +tcp +TIME-WAIT' "-a compares them"
expect_out '^\+ +tcp +BOUND .*:92 ' "and what is only bound"

# --- what was not recorded

ct record -t "$TMP/tcp.rec"
ct diff "$TMP/tcp.rec"
expect_rc 0 "a record of TCP: nothing else is compared"
expect_err 'not compared.*: udp sockets, udplite sockets, raw sockets, icmp sockets$' "and it says so"
ct diff "$TMP/tcp.rec" -t
expect_silence "unless only TCP was asked for"
ct diff "$TMP/tcp.rec" -u
expect_rc 2 "nothing in common: exit 2"
expect_err 'no kind of sockets in common' "nothing in common: says so"
ct record -P "$TMP/nobody.rec"
ct diff "$TMP/nobody.rec"
expect_rc 0 "a record without processes: no difference"
expect_err 'then: these were not recorded: processes' "and it says whose are missing"
mkdir -m 777 "$TMP/everybody"
run_as "${PLAIN[@]}" "$CONNTAB" record "$TMP/everybody/plain.rec"
ct diff "$TMP/everybody/plain.rec"
expect_rc 0 "a plain user's record: what he could not see is no difference"
expect_err 'warning: then: .*run as root' "and it says so"
here ss -tan -D "$TMP/ss.dump" >/dev/null
sock listen addr=127.0.0.1 port=8083
ct diff "$TMP/ss.dump" -l
expect_changes '+ 127.0.0.1:8083\n' "a dump of ss can be compared"
ct diff now "$TMP/ss.dump" -lj
jq -e '.to.host == null and .removed[0].owners[0].command == "mksock" and .added == []' "$OUT" >/dev/null
judge "each side knows what it knows" "$OUT"
stop_sock

# --- hostile

HOSTILE=$'\e[2J\n;,"'
sock listen addr=127.0.0.1 port=8084 comm="$HOSTILE"
cp "$A" "$TMP/$HOSTILE.rec"
ct diff "$TMP/$HOSTILE.rec" -l
expect_out '\\x1b|\\u001b|\\e' "a hostile name is there"
expect_clean "$OUT" "and is escaped in the table"
ct diff "$TMP/$HOSTILE.rec" -j
jq -e --arg file "$TMP/$HOSTILE.rec" '.from.file == $file and ([.added[].owners[].command] | index("\u001b[2J\n;,\""))' \
	"$OUT" >/dev/null
judge "and is itself in JSON" "$OUT"

# --- what can't be compared

# refused RC REGEX TEXT ARGS...
refused() {
	local rc=$1 regex=$2 text=$3
	shift 3
	ct "$@"
	expect_rc "$rc" "$text: exit $rc"
	expect_err "$regex" "$text: $(head -n 1 "$ERR")"
	[ ! -s "$OUT" ]
	judge "$text: nothing listed" "$OUT"
}

head -c 1000 "$A" >"$TMP/cut.rec"
refused 3 "^conntab: diff '.*cut.rec': damaged at byte" "a damaged file" diff "$TMP/cut.rec"
refused 3 "damaged at byte" "a damaged second file" diff "$A" "$TMP/cut.rec"
refused 2 "diff 'sport': there is no such file" "a filter without a second table" diff "$A" sport = :80
refused 2 "diff '.*nothing': there is no such file" "no file" diff "$A" "$TMP/nothing"
refused 2 "neither a record" "a program" diff "$CONNTAB"
refused 2 "expected a recorded file" "no word" diff
refused 2 "expected a recorded file" "now alone" diff now
refused 2 "two recorded files are compared" "a namespace of two records" diff "$A" "$B" -N 1
refused 2 "diff '--summary'" "a summary" diff "$A" -s
refused 2 "filter" "a bad filter" diff "$A" now sprt = 80
refused 2 "no ages, rates" "a filter that needs both tables" diff "$A" now change = added
here "$CONNTAB" diff "$A" >/dev/full 2>"$ERR"
[ $? = 3 ] && grep -q "No space left on device" "$ERR"
judge "a full disk: exit 3 and why" "$ERR"

end
