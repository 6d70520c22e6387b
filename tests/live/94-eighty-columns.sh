#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# The table on terminals of several widths and in a pipe: lines fit, every row has its pid, columns
# stand under their headings, what is full is there; and a pipe has every pid.

# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC2016
. "${BASH_SOURCE%/*}/lib.sh"

# on COLUMNS ARGS...: conntab on a terminal of so many columns
on() {
	local columns=$1
	shift
	COMMAND="stty cols $columns; conntab $*"
	here env SHELL=/bin/sh TERM=xterm script -qec "stty cols $columns rows 24 && exec ${CONNTAB@Q} ${*@Q}" /dev/null \
		</dev/null 2>"$ERR" | tr -d '\r' >"$OUT"
}

new_ns
here ip addr add 2001:db8:1234:5678:9abc:def0:1234:5678/128 dev lo nodad
here ip addr add 10.200.100.100/32 dev lo
veth longname
sock listen addr=:: port=80 backlog=4096
sock forked port=8080 n=40 comm=worker-of-a-pool
WORKERS=$(here "$CONNTAB" -j sport 8080 | jq -r '.sockets[].owners[].pid' | sort -u)
sock conn addr=2001:db8:1234:5678:9abc:def0:1234:5678 port=8443 comm=a-long-command
LONG=$(of pid server)
sock conn addr=10.200.100.100 port=8081
sock conn addr=:: to=127.0.0.1 port=8082
sock conn addr=fe80::1%longname0 port=8083
sock unaccepted port=8084 n=2
sock accept-full port=8085 backlog=3
FULL=$(port_of listener)
sock udp addr=:: port=5353

for width in 60 72 80 100 132 200; do
	on "$width" --color never
	awk -v width="$width" '{ gsub(/…/, ".") } length > width { exit 1 }' "$OUT"
	judge "$width columns: no line is longer" "$OUT"
	# Each socket has a pid, or a reason, or both.
	! awk '/^(Listeners|Connections|not shown|PROTO|STATE|LOCAL|$)/ { next }
	       !/[0-9](,…)?\)?$|\(orphan\)$|; …$/ { print }' "$OUT" | grep -q .
	judge "$width columns: each row ends with a pid" "$OUT"
	# The heading of the last column stands where all rows have it: two blanks in front, none behind.
	awk '/^(PROTO|STATE|LOCAL)/ { at = index($0, "PROCESS"); next }
	     /^(Listeners|Connections|not shown|$)/ { next }
	     { gsub(/…/, ".") } substr($0, at - 2, 2) != "  " || substr($0, at, 1) == " " { exit 1 }' "$OUT"
	judge "$width columns: one width a column" "$OUT"
	on "$width" -l --color always
	grep -q $'\e\\[31m!4/3\e\\[0m' "$OUT"
	judge "$width columns: the full queue is there, and red" "$OUT"
done
on 80 --color never
expect_no_out '::ffff:' "80 columns: no v4-mapped address"
expect_out "a-long.* $LONG$|… $LONG$" "80 columns: the pid behind long addresses"
on 80 -l --color never
expect_no_out 'CONNS|SOCKETS|PORT-CLASS|SERVICE' "-l at 80 columns: nothing that says nothing"
ct -l
expect_no_out 'CONNS|SOCKETS' "-l in a pipe: nothing that says nothing"
expect_out "!4/3" "... and the full queue"

# --- a pipe has every pid, whatever the terminal is like

missing=
for pid in $WORKERS; do
	grep -Eq "[ ,]$pid(,|\$)" "$OUT" || missing+="$pid "
done
echo "$missing" >"$TMP/missing"
[ -z "$missing" ] && [ "$(wc -w <<<"$WORKERS")" -ge 40 ]
judge "-l in a pipe: all $(wc -w <<<"$WORKERS") processes of a socket" "$TMP/missing" "$OUT"
ct -t --columns local,pid sport = 8080
[ "$(tail -n 1 "$OUT" | grep -oE '[0-9]+' | wc -l)" -ge 43 ]
judge "a column of pids too" "$OUT"
here env COLUMNS=40 "$CONNTAB" -l >"$TMP/forty"
ct -l
expect_same "$OUT" "$TMP/forty" "the width of the terminal is nothing to a pipe"
[ -n "$FULL" ]
judge "a listener with a full queue"

end
