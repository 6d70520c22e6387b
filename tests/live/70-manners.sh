#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Exit codes, messages, pipes, full disks, terminals: what scripts rely on.

# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC2016
. "${BASH_SOURCE%/*}/lib.sh"

new_ns
ct
expect_rc 1 "empty namespace: exit 1"
ctj -n
expect_rc 1 "empty namespace with --json: exit 1"
expect_json '.sockets == [] and .complete == true' "empty namespace: an empty list, complete"
expect_clean "$OUT" "empty namespace: clean"

sock conn port=8080
sock listen addr=0.0.0.0 port=80
sock time-wait port=8081
ct
expect_rc 0 "sockets there: exit 0"
ctj -n
expect_rc 0 "sockets there with --json: exit 0"
expect_json '(.host | type) == "string" and (.kernel | type) == "string" and .time > 1000000000 and
	(.notes | type) == "array" and .complete == true' "JSON: host, kernel, time, notes, complete"
expect_json 'def keys_there: ["protocol", "family", "state", "role", "scope", "local", "peer", "recv_queue",
	"send_queue", "accept_queue", "backlog", "uid", "user", "inode", "cookie", "netns", "cgroup", "unit",
	"container", "owners", "owner_missing", "timer", "tcp", "memory", "listener_cookie", "other_end"];
	all(.sockets[]; (keys_there - keys) == [])' "JSON: every key is in every row"
ct -u
expect_rc 1 "nothing of that kind: exit 1"
ct list -l -t
expect_rc 0 "list is the name of the default command"
expect_out ':8080\b' "and lists"

# bad WORD ARGS...: a mistake is named in a line or two, and nothing is listed
bad() {
	local word=$1 line
	shift
	ct "$@"
	line="conntab $(printf %q "$*")"
	expect_rc 2 "$line: exit 2"
	expect_err "$word" "$line: the message names '$word'"
	if [ ! -s "$OUT" ] && [ -s "$ERR" ] && [ "$(wc -l <"$ERR")" -le 2 ]; then
		ok "$line: a line or two, and nothing listed"
	else
		not_ok "$line: a line or two, and nothing listed" "$OUT" "$ERR"
	fi
	expect_clean "$ERR" "$line: clean message"
}
bad bogus --bogus
bad Z -Z
bad Y -tYn
bad sometimes --color sometimes
bad nosuchcommand nosuchcommand
bad netns --netns
bad "'-Z'" --json -Zt
bad "'-Z'" --color never -tZt --json
bad "'--bogus'" -t --bogus -Z
bad "'--tcp=1'" -u --tcp=1
bad "'-N'" --json -tN
bad "'-.xc3'" --json -é
bad "'--net'.*--netns" --net 1
bad "'--net=1'.*--netns" -t --net=1
bad "'--js'.*--json" --js
bad 'evil' $'--evil\e[31m\n'

# A disk that is full, and a reader that has gone.
for options in "" "--json" "-a -e -i" "--help" "--version"; do
	COMMAND="conntab $options >/dev/full"
	# shellcheck disable=SC2086
	here timeout 60 "$CONNTAB" $options >/dev/full 2>"$ERR" </dev/null
	RC=$?
	expect_rc 3 "conntab $options into a full disk: exit 3"
	expect_err 'no space' "conntab $options into a full disk: says why"
done
COMMAND="conntab >&-"
here timeout 60 "$CONNTAB" -t >&- 2>"$ERR" </dev/null
RC=$?
expect_rc 3 "standard output closed: exit 3"
expect_err . "standard output closed: says so"

new_ns
sock load n=1500
for options in "-t" "-t --json"; do
	COMMAND="conntab $options | true"
	# shellcheck disable=SC2086
	{ here timeout 60 "$CONNTAB" $options 2>"$ERR" </dev/null; echo $? >"$TMP/code"; } | head -c 1 >/dev/null
	RC=$(cat "$TMP/code")
	if [ "$RC" = 3 ] || [ "$RC" = 141 ]; then
		ok "conntab $options into a closed pipe: noticed"
	else
		not_ok "conntab $options into a closed pipe: noticed (exit $RC)" "$ERR"
	fi
	! grep -Eiq "killed|core|panic|assert" "$ERR"
	judge "conntab $options into a closed pipe: no crash" "$ERR"
done

# What is piped does not depend on the terminal, nor on the environment of one.
new_ns
sock conn port=8080
sock listen addr=0.0.0.0 port=80
sock time-wait port=8081
ct -a -t -u
cp "$OUT" "$TMP/first"
for setting in COLUMNS=40 COLUMNS=300 TERM=dumb TERM=xterm-256color NO_COLOR=1 LINES=5; do
	run_as env "$setting" "$CONNTAB" -a -t -u
	expect_same "$TMP/first" "$OUT" "piped output is the same with $setting"
done
expect_clean "$TMP/first" "piped output: no colour, no trailing blank"
ct --color always -t
expect_out $'\x1b\\[' "--color always: colour in a pipe"
ct --color never -t
expect_no_out $'\x1b' "--color never: none"
sed 's/\x1b\[[0-9;]*m//g' "$OUT" >"$TMP/expected"
ct --color always -t
sed 's/\x1b\[[0-9;]*m//g' "$OUT" >"$TMP/got"
expect_same "$TMP/expected" "$TMP/got" "colour changes nothing else"

if command -v script >/dev/null; then
	# width COLUMNS: the table on a terminal that wide
	width() {
		COMMAND="conntab on a terminal of $1 columns"
		TERM=xterm script -qec "stty cols $1 rows 40; nsenter --target $NS --net -- $CONNTAB -a" /dev/null \
			</dev/null 2>/dev/null | tr -d '\r' >"$TMP/tty"
		sed 's/\x1b\[[0-9;]*m//g' "$TMP/tty" >"$TMP/tty.plain"
	}
	width 80
	expect_file "$TMP/tty.plain" ':8080\b' "on a terminal: the rows"
	if [ -s "$TMP/tty.plain" ] && awk 'length > 80 { exit 1 }' "$TMP/tty.plain"; then
		ok "80 columns: no line is longer"
	else
		not_ok "80 columns: no line is longer" "$TMP/tty.plain"
	fi
	expect_file "$TMP/tty" $'\x1b\\[' "on a terminal: colour"
	NO_COLOR=1 width 80
	expect_no_file "$TMP/tty" $'\x1b\\[[0-9;]*m' "on a terminal with NO_COLOR: none"
fi

ct -l -t
head -n 1 "$OUT" >"$TMP/header"
ct -H -l -t
if [ "$(head -n 1 "$OUT")" != "$(cat "$TMP/header")" ] && grep -q ':8080\b' "$OUT"; then
	ok "-H: no header, the rows stay"
else
	not_ok "-H: no header, the rows stay" "$OUT"
fi
expect_clean "$OUT" "-H: clean"

ct --help
expect_rc 0 "--help: exit 0"
if [ "$(wc -l <"$OUT")" -le 50 ] && [ -s "$OUT" ] && awk 'length > 80 { exit 1 }' "$OUT"; then
	ok "--help fits a screen"
else
	not_ok "--help fits a screen" "$OUT"
fi
for option in --listening --all --tcp --udp --raw --udplite --numeric --processes --no-processes --extended \
	--memory --timers --info --no-header --json --netns --color --help --version; do
	grep -q -e "$option\\b" "$OUT" || missing="${missing:-}$option "
done
[ -z "${missing:-}" ]
judge "--help names every option ${missing:+, but not: }${missing:-}" "$OUT"
cp "$OUT" "$TMP/help"
ct -h
expect_same "$TMP/help" "$OUT" "-h is --help"
ct --version
expect_rc 0 "--version: exit 0"
expect_out '^conntab [0-9]' "--version: name and number"
cp "$OUT" "$TMP/version"
ct -V
expect_same "$TMP/version" "$OUT" "-V is --version"

end
