#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# conntab --count-by: the same sockets as a list, in groups; processes by pid.

# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC2016
. "${BASH_SOURCE%/*}/lib.sh"

new_ns
here ip addr add 10.1.1.1/32 dev lo
sock listen addr=:: port=80
sock conn addr=127.0.0.1 port=81
sock conn addr=10.1.1.1 port=82
sock conn addr=:: to=127.0.0.1 port=83
sock unaccepted port=84 n=3
sock udp-conn port=53
sock last-ack port=85
sock bound port=86
sock forked port=87 n=4 comm=worker
sock reuseport port=88 n=3

# --- every field: each socket is counted once, but for those of several processes

ct --jsonl -a
LISTED=$(wc -l <"$OUT")
wrong=
for field in $("$CONNTAB" fields -j | jq -r '.fields[].name'); do
	case $field in
	tcp | memory | owners | process | pid | fd | command_line | executable | other_end) continue ;;
	esac
	ct -j -a --count-by "$field"
	[ "$RC" = 0 ] && [ "$(jq '[.groups[].count] | add' "$OUT")" = "$LISTED" ] &&
		[ "$(jq '.schema == "conntab-count/1" and .sockets == ([.groups[].count] | add) and
		       ([.groups[].count] | . == (sort | reverse)) and
		       (.groups | length == (map(del(.count)) | unique | length))' "$OUT")" = true ] ||
		wrong+="$field "
done
echo "$wrong" >"$TMP/wrong"
[ -z "$wrong" ]
judge "each field: the groups have all $LISTED sockets, the largest first, none twice" "$TMP/wrong" "$OUT"

# --- the same as a list that is counted by hand

# by_hand ARGS...: JSON Lines of a list as "COUNT STATE PEER"
by_hand() {
	ct --jsonl "$@"
	jq -r '"\(.state) \(.peer.address // "-" | sub("^::ffff:"; ""))"' "$OUT" | sort | uniq -c |
		awk '{ print $1, $2, $3 }' | sort
}
for options in "" "-a" "-l" "-t" "-6" "-a sport < 85" "state established" "not role listener"; do
	# shellcheck disable=SC2086
	by_hand $options >"$TMP/expected"
	# shellcheck disable=SC2086
	ct --jsonl --count-by state,peer_address $options
	jq -r '"\(.count) \(.state) \(.peer_address // "-")"' "$OUT" | sort >"$TMP/got"
	expect_same "$TMP/expected" "$TMP/got" "as counted by hand: conntab $options"
	# shellcheck disable=SC2086
	ct -H --count-by state,peer_address $options
	sed '/^$/,$d' "$OUT" | awk '{ print $1, $2, $3 }' | sort >"$TMP/got"
	expect_same "$TMP/expected" "$TMP/got" "... in the table"
	# shellcheck disable=SC2086
	ct -H --csv --count-by state,peer_address $options
	tr -d '\r' <"$OUT" | awk -F, '{ print $1, $2, $3 == "" ? "-" : $3 }' | sort >"$TMP/got"
	expect_same "$TMP/expected" "$TMP/got" "... in CSV"
done
ct --count-by state
expect_out '^not counted: .*TIME-WAIT|^not counted: .*BOUND' "what a list does not show is not counted, and that is said"
ct -r --count-by peer
expect_rc 0 "with names"

# --- processes

ct -j --count-by process sport = 87
[ "$(jq '[.groups[] | select(.process.command == "worker" and .count == 1) | .process.pid] | unique | length' "$OUT")" -ge 4 ] &&
	[ "$(jq .sockets "$OUT")" = 1 ]
judge "a socket of several processes counts in the group of each" "$OUT"
ct -j --count-by process,pid sport = 87
[ "$(jq '.groups | length > 3 and all(.process.pid == .pid)' "$OUT")" = true ]
judge "fields of processes are of the same one" "$OUT"
ct -j --count-by process,state sport = 84
[ "$(jq -c '.groups[] | select(.state == "ESTAB") | [.count, .process, .owner_missing]' "$OUT")" = '[3,null,"unaccepted"]' ]
judge "without a process: null, and why" "$OUT"
ct --count-by process,state sport = 84
expect_out '^ +3  \(unaccepted\) +ESTAB$' "... in the table too"
run_as setpriv --reuid=65534 --regid=65534 --clear-groups "$CONNTAB" --count-by process -l -t
expect_out '^ +[0-9]+  \(permission\)$' "what may not be looked at is a group of its own"

# --- the answer alone, and what does not go together

while IFS='|' read -r rc options; do
	# shellcheck disable=SC2086
	ct $options
	expect_rc "$rc" "$options: exit $rc"
done <<'LIST'
0|-q --count-by state
1|-q --count-by state sport = 1
1|--count-by state sport = 1
0|--explain --count-by state sport = 1
2|--count-by state --columns state
2|--count-by state --sort -state
2|--count-by state -s
2|--count-by nothing
2|--count-by tcp
LIST
ct --count-by state sport = 1 --csv
expect_out '^count,state' "of nothing CSV has its line of names"

end
