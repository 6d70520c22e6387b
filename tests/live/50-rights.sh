#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# What a plain user, a root without CAP_SYS_PTRACE and a process in another pid namespace are told.
# Not allowed to see is not the same as nobody.

# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC2016
. "${BASH_SOURCE%/*}/lib.sh"

NOBODY=(setpriv --reuid 65534 --regid 65534 --clear-groups)
NOTRACE=(setpriv --bounding-set -sys_ptrace --inh-caps -sys_ptrace)

new_ns
sock listen port=8001
root=$(of cookie listener)
sock listen uid=65534 port=8002
own=$(of cookie listener) own_pid=$(of pid listener)
sock close-wait port=8003

run_as "${NOBODY[@]}" "$CONNTAB" --json -a -t
valid_json "conntab as a plain user"
expect_rc 0 "plain user: owners hidden by permission are no error"
expect_json '([row($root)][0] | .owners == [] and .owner_missing == "permission" and .uid == 0)' \
	"plain user: another's socket has its user, and says why no owner" root "$root"
expect_json '[row($own)][0] | pids == [$pid | tonumber] and .owner_missing == null' \
	"plain user: the own socket has its owner" own "$own" pid "$own_pid"
expect_json '.complete == true' "plain user: the table itself is complete"
expect_json '[.notes[] | select(.subject == "owners")] | length == 1' "plain user: one note tells it"
expect_json '([.sockets[] | select(.owner_missing == "permission")] | length) as $hidden |
	[.notes[] | select(.subject == "owners")][0].text |
	test("\\b\($hidden)\\b") and test("root")' \
	"plain user: the note gives the number of sockets and the way out"
# The man page: one right alone does not do.
for rights in +sys_ptrace +dac_read_search +sys_ptrace,+dac_read_search; do
	run_as "${NOBODY[@]}" --inh-caps "$rights" --ambient-caps "$rights" "$CONNTAB" --json -a -t
	expect_json '[row($root)][0] | if $rights | test(",") then .owners != [] else
		.owner_missing == "permission" end' "plain user with $rights" root "$root" rights "$rights"
done
run_as "${NOBODY[@]}" "$CONNTAB" -a -t
cat "$OUT" "$ERR" >"$TMP/both"
expect_file "$TMP/both" 'root' "plain user: the table view tells the way out too"
if [ "$(grep -ci 'run as root\|as root' "$TMP/both")" = 1 ]; then
	ok "plain user: it is said once"
else
	not_ok "plain user: it is said once" "$TMP/both"
fi
expect_clean "$OUT" "plain user: clean table"

run_as "${NOTRACE[@]}" "$CONNTAB" --json -a -t
valid_json "conntab without CAP_SYS_PTRACE"
expect_json '[row($own)][0] | .owners == [] and .owner_missing == "permission"' \
	"root without CAP_SYS_PTRACE: refused, which is not 'nobody'" own "$own"
expect_json '[.notes[] | select(.subject == "owners")] | length == 1' "root without CAP_SYS_PTRACE: a note"
expect_json '[.sockets[] | select(.state == "FIN-WAIT-2") | .owner_missing] == ["orphan"]' \
	"root without CAP_SYS_PTRACE: an orphan is still one"

# The tables of a process's namespace are open to everybody; the namespace itself is not.
run_as "${NOBODY[@]}" "$CONNTAB" -l --netns 1
[ "$RC" -le 1 ] && [ -s "$ERR" ]
judge "plain user: another namespace, by its process, is read from /proc" "$OUT" "$ERR"
expect_err "/proc/1/net" "plain user: and the message says so"

run_as unshare --pid --fork --mount-proc "$CONNTAB" --json -a -t
valid_json "conntab in another pid namespace"
expect_json '[row($own)][0] | .owners == [] and .owner_missing == "other-pid-namespace"' \
	"in a pid namespace of its own: the owner is in another" own "$own"

end
