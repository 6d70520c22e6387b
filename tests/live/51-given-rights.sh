#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Rights that the program has and its user has not: set-user-ID is refused, and with capabilities of the file
# nothing is told of files that the user may not see.

# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC2016
. "${BASH_SOURCE%/*}/lib.sh"

NOBODY=(setpriv --reuid 65534 --regid 65534 --clear-groups)

new_ns
sock listen port=8310
mkdir "$TMP/bin"
cp "$CONNTAB" "$TMP/bin/conntab"
chmod 4755 "$TMP/bin/conntab"
run_as "${NOBODY[@]}" "$TMP/bin/conntab" -l
[ "$RC" != 0 ] && [ ! -s "$OUT" ] && [ "$(grep -c . "$ERR")" -le 2 ]
judge "set-user-ID: refused, and nothing listed" "$OUT" "$ERR"
expect_err 'must not be set-user-ID' "set-user-ID: it is said"

chmod 755 "$TMP/bin/conntab"
mkdir -m 700 "$TMP/secret"
here "$CONNTAB" record "$TMP/secret/inside" >/dev/null 2>&1
if ! setcap cap_sys_ptrace,cap_dac_read_search,cap_dac_override=ep "$TMP/bin/conntab" 2>/dev/null; then
	echo "# no setcap, or no capabilities of files here"
	end
fi
run_as "${NOBODY[@]}" "$TMP/bin/conntab" --json -l -t
expect_row listener 'pids == [$pid | tonumber]' "capabilities of the file: owners of others are found"

# same TEXT ARGS...: the answers for a file that is there and for one that is not are alike
same() {
	local name text=$1
	shift
	for name in inside absent; do
		run_as "${NOBODY[@]}" "$TMP/bin/conntab" "${@//NAME/$name}"
		{ sed "s/$name/NAME/g" "$OUT" "$ERR"; echo "exit $RC"; } >"$TMP/$name.said"
	done
	expect_same "$TMP/absent.said" "$TMP/inside.said" "capabilities of the file: $text"
}
same "--replay" --replay "$TMP/secret/NAME" -l
same "diff" diff "$TMP/secret/NAME" "$TMP/secret/NAME"
same "record" record "$TMP/secret/NAME"
same "why of a unix path" why "$TMP/secret/NAME"
here chmod 755 "$TMP/secret/inside"
same "why -- COMMAND" why -- "$TMP/secret/NAME"
here [ -s "$TMP/secret/inside" ]
judge "the record was not written over"
[ ! -e "$TMP/secret/absent" ]
judge "and none was made"

end
