#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Names that processes choose for themselves: no byte of them reaches the terminal as it is, no line is
# forged, and JSON stays valid and tells them apart.

# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC2016
. "${BASH_SOURCE%/*}/lib.sh"

new_ns
sock listen port=9001 'comm=a) b (\n\e[31m\a' 'cmdline=evil\e]0;owned\a\nLISTEN 0.0.0.0:22 sshd\t\x9b31m'
ctj -l -t
expect_row listener 'pids == [$pid | tonumber]' "hostile name: the owner is found"
expect_row listener '.owners[0].command == "a) b (\n\u001b[31m\u0007"' "hostile name: whole in JSON"
expect_row listener '.owners[0].command_line[0] | startswith("evil\u001b]0;owned\u0007\n") and
	endswith("\\x9b31m")' "hostile command line: whole in JSON, a byte that is not UTF-8 as \\xNN"
expect_clean "$OUT" "hostile name: JSON has no control byte, no bad UTF-8"
for options in "-l -t" "-a -t -e" "-l -t -o -m -i" "-l -t --color always"; do
	# shellcheck disable=SC2086
	ct $options
	sed 's/\x1b\[[0-9;]*m//g' "$OUT" >"$TMP/plain"
	if [ "$options" = "-l -t --color always" ]; then
		expect_clean "$TMP/plain" "hostile name: $options: colours and no other control byte"
		expect_no_file "$OUT" $'\x1b\\[31m[^0-9a-zA-Z]*$' "hostile name: $options: its colour is not let through"
	else
		expect_clean "$OUT" "hostile name: $options: no control byte in the table"
	fi
	expect_no_file "$TMP/plain" '^ *(tcp +)?LISTEN.*0\.0\.0\.0:22' "hostile name: $options: no forged line"
done
stop_sock

# name COMM TEXT: a harmless but unusual name is shown as it is
name() {
	sock listen port=9002 "comm=$1"
	ctj -l -t
	expect_row listener '.owners[0].command == $name' "$2: whole in JSON" name "$1"
	ct -l -t
	expect_out "$1" "$2: whole in the table"
	expect_clean "$OUT" "$2: clean table"
	stop_sock
}
name 'web srv' "a name with a blank"
name '日本語サー' "a name in wide characters"
name 'naïve' "a name with an accent"

# Of its own pid only: no name may look like another process with its pid.
sock listen port=9002 'comm=sshd 811, x'
ct -l -t
expect_out "\"sshd 811, x\" $(of pid listener)\\b" "a name with a pid in it is in quotes"
stop_sock
sock listen port=9002 'comm=a\xc2\xa0811\xe3\x85\xa4'
ct -l -t
expect_out 'a\\u00a0811\\u3164 ' "blanks that are none are escaped"
stop_sock

sock listen port=9003 'comm=\xff\xfe\x80x'
ctj -l -t
expect_row listener '(.owners[0].command | type) == "string"' "a name that is not UTF-8"
ct -l -t
expect_clean "$OUT" "a name that is not UTF-8: clean table"
stop_sock

# Valid UTF-8 that steers a terminal: a C1 control (CSI), and a change of the direction of text.
sock listen port=9003 'comm=\xc2\x9b31m\xe2\x80\xaeX'
for options in "-l -t" "--json -l -t"; do
	# shellcheck disable=SC2086
	ct $options
	if [ ! -s "$OUT" ] || grep -aq -e $'\xc2\x9b' -e $'\xe2\x80\xae' "$OUT"; then
		not_ok "$options: controls beyond ASCII are escaped" "$OUT"
	else
		ok "$options: controls beyond ASCII are escaped"
	fi
	expect_out "31m" "$options: and the rest of the name is there"
done
stop_sock

sock listen port=9004 'comm=\\x1b[31m'
plain=$(of cookie listener)
sock listen port=9005 'comm=\e[31m'
ctj -l -t
expect_json '([row($a)][0].owners[0].command) != ([row($b)][0].owners[0].command)' \
	"a byte and its escape spelled out are not the same name" a "$plain" b "$(of cookie listener)"

# A process in the namespace answers in the kernel's place; it can if a user made the namespace.
new_ns
sock listen port=9006
for kind in row length end; do
	sock forge kind=$kind
	for ((i = 0; i < 20; i++)); do
		ct -l -t -P -H
		[ "$RC $(grep -c ':9006\b' "$OUT") $(wc -l <"$OUT")" = "0 1 1" ] || break
	done
	[ $i = 20 ]
	judge "forged answers ($kind): only the kernel is believed" "$OUT" "$ERR"
	stop_sock
done

end
