#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# conntab record and --replay: the same list as the live one, nothing half done on a full disk, broken
# files refused with a sentence, and the dumps of `ss -D`.

# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC2016
. "${BASH_SOURCE%/*}/lib.sh"

FILE=$TMP/file.rec
PLAIN=(setpriv --reuid=65534 --regid=65534 --clear-groups)

# What time changes between two listings is taken out.
still() { jq -S 'del(.time, .notes) | walk(if type == "object" then del(.start_time, .expires_ms,
	.last_data_sent_ms, .last_data_recv_ms, .last_ack_recv_ms, .busy_time_us) else . end)' "$1"; }

new_ns
veth ct
sock listen addr=0.0.0.0 port=80
sock listen addr=:: port=81
sock listen addr=127.0.0.1 port=82 dev=lo
sock twins port=83
sock conn port=84 bytes=1000
sock conn addr=::1 port=85 fork=1
sock conn addr=:: to=127.0.0.1 port=86
sock conn addr=fe80::1%ct0 port=87
sock unaccepted port=88 n=2
sock time-wait port=89
sock bound port=90
sock udp addr=:: port=53
sock udp-conn port=54 bytes=10
sock udplite port=55
sock raw protocol=1

ct record "$FILE"
expect_rc 0 "record: done"
[ ! -s "$OUT" ] && [ ! -s "$ERR" ]
judge "record says nothing when all is well" "$OUT" "$ERR"
[ "$(stat -c %a "$FILE")" = 600 ] && [ "$(find "$TMP" -name 'file.rec*' | wc -l)" = 1 ]
judge "the record is its owner's alone, and nothing else is left"

# --- the same list

for options in "" -a -l "-a -e" "-a -m" "-t -P" "-u -e" "-4 -a" "-6 -a -P" -H "-w --udplite"; do
	# shellcheck disable=SC2086
	ct $options
	cp "$OUT" "$TMP/live"
	# shellcheck disable=SC2086
	ct --replay "$FILE" $options
	expect_same "$TMP/live" "$OUT" "list $options: replayed as it was live"
	expect_rc 0 "list $options: found"
done
for options in -a -l "-a -P" "-a -i -m" "-t -4 -a" "-u"; do
	# shellcheck disable=SC2086
	ctj $options
	still "$OUT" >"$TMP/live"
	# shellcheck disable=SC2086
	ctj --replay "$FILE" $options
	still "$OUT" >"$TMP/replayed"
	expect_same "$TMP/live" "$TMP/replayed" "JSON $options: replayed as it was live"
done
ctj -a
here sleep 0.3
LIVE=$(jq .time "$OUT")
ctj --replay "$FILE"
jq -e --argjson live "$LIVE" '.time < $live' "$OUT" >/dev/null
judge "the time is that of the record" "$OUT"

# Nothing of this machine: another namespace, another user, without /proc
cp "$FILE" "$TMP/open.rec"
chmod 644 "$TMP/open.rec"
ct -a -e
cp "$OUT" "$TMP/live"
"${PLAIN[@]}" "$CONNTAB" -a -e --replay "$TMP/open.rec" >"$OUT" 2>"$ERR"
expect_same "$TMP/live" "$OUT" "another user in another namespace sees the same"
mkdir "$TMP/nothing.d"
unshare --mount sh -c 'mount --bind "$1" /proc && mount --bind /dev/null /etc/passwd &&
	mount --bind /dev/null /etc/services && shift && exec "$@"' \
	sh "$TMP/nothing.d" "$CONNTAB" -a -e --replay "$FILE" >"$OUT" 2>"$ERR"
expect_same "$TMP/live" "$OUT" "without /proc, users and services it is the same"

# --- recording

ct record - </dev/null
cp "$OUT" "$TMP/stdout.rec"
ct -a --replay "$TMP/stdout.rec"
cp "$OUT" "$TMP/first"
ct -a --replay "$FILE"
expect_same "$TMP/first" "$OUT" "- is standard output"
here "$CONNTAB" -a --replay - <"$FILE" >"$OUT" 2>"$ERR"
expect_same "$TMP/first" "$OUT" "and --replay - is standard input"
# shellcheck disable=SC2002
cat "$FILE" | here "$CONNTAB" -a --replay /dev/stdin >"$OUT" 2>"$ERR"
expect_same "$TMP/first" "$OUT" "a pipe can be replayed"

ct record --replay "$FILE" "$TMP/again.rec"
cmp "$FILE" "$TMP/again.rec"
judge "a replayed record is recorded as it was"
ct record --replay "$FILE" -t -4 "$TMP/narrow.rec"
ctj -a --replay "$TMP/narrow.rec"
expect_json '[.sockets[].protocol] | unique == ["tcp"]' "options narrow what is recorded"
expect_json '.notes | map(.text | select(test("not recorded: .*udp sockets.*IPv6 sockets"))) | length == 1' \
	"a note tells what was not recorded"
ct record -P "$TMP/narrow.rec"
ctj -a --replay "$TMP/narrow.rec"
expect_json 'all(.sockets[]; .owners == null and .owner_missing == null)' \
	"without processes nobody is said to have none"

echo old >"$TMP/old.rec"
ln -s old.rec "$TMP/link.rec"
ct record "$TMP/link.rec"
[ -L "$TMP/link.rec" ] && ct --replay "$TMP/old.rec" -t && [ "$RC" = 0 ]
judge "an existing file is replaced, through a link too" "$ERR"

mkdir -m 777 "$TMP/everybody"
run_as "${PLAIN[@]}" "$CONNTAB" record "$TMP/everybody/plain.rec"
expect_rc 0 "a plain user records"
expect_err 'run as root' "and learns what is hidden from him"
ctj -a --replay "$TMP/everybody/plain.rec"
expect_json '[at("0.0.0.0:80")[].owner_missing] == ["permission"]' "it says so when it is replayed"
expect_json '.notes | map(.text | select(test("run as root"))) | length == 1' "and the note is there again"

# --- when it can't be written

mkdir "$TMP/small" "$TMP/closed"
unshare --mount sh -c 'mount -t tmpfs -o size=4k tmpfs "$1"; shift; dd if=/dev/zero of="$1/fill" bs=4k count=1 2>&-
	"$2" record "$1/full.rec" 2>"$3"; echo $?; ls "$1"' sh "$TMP/small" "$TMP/small" "$CONNTAB" "$ERR" >"$OUT"
COMMAND="record on a full disk"
expect_out '^3$' "a full disk: exit 3"
expect_err 'full.rec.: No space left on device' "a full disk: why"
expect_no_out 'full.rec' "a full disk: nothing half is left"
ct record /dev/full
expect_rc 3 "/dev/full: exit 3"
expect_err "No space left on device" "/dev/full: why"
[ -c /dev/full ]
judge "a device is written to, not replaced"
ct record -
here "$CONNTAB" record - >/dev/full 2>"$ERR"
expect_err "No space left on device" "standard output on a full disk: why"
chmod 755 "$TMP/closed"
run_as "${PLAIN[@]}" "$CONNTAB" record "$TMP/closed/x.rec"
expect_rc 3 "no right to write there: exit 3"
expect_err "x.rec.: Permission denied" "no right to write there: why"
ct record "$TMP/closed"
expect_rc 3 "a directory: exit 3"
expect_err "Is a directory" "a directory: why"
ct record "$TMP/nowhere/x.rec"
expect_rc 3 "no such directory: exit 3"
(ulimit -f 1; here "$CONNTAB" record "$TMP/limit.rec" 2>"$ERR"; [ $? = 3 ]) && [ ! -e "$TMP/limit.rec" ] &&
	grep -q 'File too large' "$ERR"
judge "a limit on the size of files is like a full disk" "$ERR"
ct record
expect_rc 2 "no file named: exit 2"
expect_err "expected the file to write" "no file named: says so"
ct record a b
expect_rc 2 "two files: exit 2"
here script -qec "'$CONNTAB' record -" /dev/null >"$OUT" 2>&1
expect_out "not for a terminal" "a terminal gets no bytes"

# --- broken files

# refused RC REGEX TEXT ARGS...
refused() {
	local rc=$1 regex=$2 text=$3
	shift 3
	ct --replay "$@"
	expect_rc "$rc" "$text: exit $rc"
	expect_err "$regex" "$text: $(head -n 1 "$ERR")"
	[ ! -s "$OUT" ] && [ "$(wc -l <"$ERR")" = 1 ]
	judge "$text: nothing listed, one line said" "$OUT" "$ERR"
}

head -c 1000 "$FILE" >"$TMP/cut.rec"
refused 3 "^conntab: --replay '.*cut.rec': damaged at byte [0-9]+: " "a cut file" "$TMP/cut.rec"
{ head -c 500 "$FILE"; printf 'X'; tail -c +502 "$FILE"; } >"$TMP/flip.rec"
refused 3 "damaged at byte" "a changed byte" "$TMP/flip.rec"
{ head -c 8 "$FILE"; printf '\x02'; tail -c +10 "$FILE"; } >"$TMP/new.rec"
refused 3 "version 2, but this conntab reads version 1" "another version" "$TMP/new.rec"
head -c 5000 /dev/urandom >"$TMP/garbage"
refused 2 "neither a record of conntab nor a dump of ss -D" "garbage" "$TMP/garbage"
refused 2 "neither a record" "a program" "$CONNTAB"
: >"$TMP/empty"
refused 2 "empty" "an empty file" "$TMP/empty"
refused 2 "directory" "a directory" "$TMP"
refused 2 "no such file" "no file" "$TMP/nothing"
mkfifo "$TMP/fifo"
refused 2 "empty" "a fifo that nobody writes to" "$TMP/fifo"
truncate -s 100G "$TMP/holes"
refused 2 "neither a record" "a huge file with holes" "$TMP/holes"
refused 2 "neither a record" "an endless device" /dev/zero
{ head -c 9 "$FILE"; head -c 1000000 /dev/zero; } >"$TMP/zeros.rec"
refused 3 "damaged at byte" "a head and zeros" "$TMP/zeros.rec"
refused 2 "not with --replay" "a namespace in a record" "$FILE" -N 1
run_as "${PLAIN[@]}" "$CONNTAB" --replay "$FILE"
expect_rc 3 "no right to read it: exit 3"
expect_err "Permission denied" "no right to read it: says so"
refused 2 '\\x1b|\\u001b|\\e' "a hostile name" "$TMP/"$'evil\e[2J'
expect_clean "$ERR" "and it is escaped"

# --- dumps of ss

DUMP=$TMP/ss.dump
here ss -tan -D "$DUMP" >/dev/null
ctj -t -a
jq -r "$PRELUDE"'.sockets[] | [.state, (.local | text), (.peer | text // "-")] | @tsv' "$OUT" | sort >"$TMP/live"
ctj -t -a --replay "$DUMP"
jq -r "$PRELUDE"'.sockets[] | [.state, (.local | text), (.peer | text // "-")] | @tsv' "$OUT" | sort >"$TMP/replayed"
# ss before 6.8 does not ask for sockets that are bound only.
grep -v BOUND "$TMP/live" >"$TMP/live.some"
grep -v BOUND "$TMP/replayed" >"$TMP/replayed.some"
expect_same "$TMP/live.some" "$TMP/replayed.some" "ss -D: the endpoints of a live list, IPv4 and IPv6"
grep -q '\[' "$TMP/replayed"
judge "ss -D: IPv6 is there" "$TMP/replayed"
expect_json 'all(.sockets[]; .owners == null and .owner_missing == null)' "ss -D: nobody looked for owners"
expect_json '.notes | length == 1 and (.[0].text | test("not recorded: .*processes"))' "ss -D: a note says what is not known"
expect_json '.host == null and .kernel == null' "ss -D: of which host is not known"
jq -e --argjson mtime "$(stat -c %Y "$DUMP")" '(.time | floor) == $mtime' "$OUT" >/dev/null
judge "ss -D: the time is that of the file" "$OUT"
here ss -taniem -D "$DUMP" >/dev/null
ctj -t -a -i -m --replay "$DUMP"
expect_json '[.sockets[] | select(.state == "ESTAB") | .tcp.rtt_us != null and .memory.recv_limit > 0 and .tcp.congestion != null] |
	length > 3 and all' "ss -D with -i and -m: the figures"
ct -t -a --replay "$DUMP"
expect_rc 0 "ss -D: a table"
expect_clean "$OUT" "ss -D: a clean one"
ct -u --replay "$DUMP"
expect_rc 1 "ss -D: no UDP in it"
expect_err "not recorded: udp sockets" "ss -D: and it says so"
head -c -20 "$DUMP" >"$TMP/cut.dump"
refused 3 "its last message is missing" "a dump without its end" "$TMP/cut.dump"
head -c -30 "$DUMP" >"$TMP/cut.dump"
refused 3 "damaged at byte" "a dump cut within a message" "$TMP/cut.dump"
ct record --replay "$DUMP" "$TMP/converted.rec"
ctj -t -a -i -m --replay "$DUMP"
still "$OUT" >"$TMP/live"
ctj -t -a -i -m --replay "$TMP/converted.rec"
still "$OUT" >"$TMP/replayed"
expect_same "$TMP/live" "$TMP/replayed" "a dump can be made a record"

end
