#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Connections that come and go beside others that stay. Of these none may be missing and none be there
# twice. The kernel goes on with a dump by the number of a socket in its bucket (inet_diag_dump_icsk()):
# where one before it has come or gone since, it repeats or skips. What it repeats must not be shown
# twice; that it skips is the rule with few buckets, and with many a matter of one list in a thousand.

# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC2016
. "${BASH_SOURCE%/*}/lib.sh"

# lists TEXT CHURN...: runs conntab until the churn is over; counts in $runs, $missing and $twice
lists() {
	local ms
	runs=0 missing=0 twice=0 churned=
	# On a slow machine there is no time for three lists at first.
	for ms in 5000 40000; do
		sock churn n=1000 ms=$ms "${@:2}" && lists_of_churn
		[ "$runs" -lt 3 ] || break
		stop_sock
	done
	[ "${churned:-0}" -gt 1000 ] && [ "$runs" -ge 3 ] && [ -s "$TMP/seen" ]
	judge "$1: lists during connections that come and go" "$ERR"
	echo "# $1: $runs lists, ${churned:-0} connections came and went, missing $missing, twice $twice"
	[ "$twice" = 0 ]
	judge "$1: no connection twice" "$TMP/seen"
}

lists_of_churn() {
	runs=0 missing=0 twice=0
	grep -E '^(client|server) ' "$LINES_OF" | sed 's/.* cookie=\([0-9]*\) .*/\1/' | sort >"$TMP/stable"
	while ! grep -q '^churned' "$LINES_OF" && [ "$runs" -lt 20 ]; do
		ctj -t -P
		[ "$RC" = 0 ] || not_ok "list $runs in the churn: exit $RC" "$ERR"
		jq -r '.sockets[] | select(.state == "ESTAB") | .cookie' "$OUT" | sort >"$TMP/seen"
		missing=$((missing + $(comm -23 "$TMP/stable" <(sort -u "$TMP/seen") | wc -l)))
		twice=$((twice + $(uniq -d "$TMP/seen" | wc -l)))
		runs=$((runs + 1))
	done
	until_true grep -q '^churned' "$LINES_OF"
	churned=$(sed -n 's/^churned n=\([0-9]*\) .*/\1/p' "$LINES_OF")
}

new_ns
lists "10,000 a second" rate=10000 port=7000
if [ "$missing" != 0 ] && [ "$missing" -le 2 ]; then
	echo "# skipped by the kernel? once more"
	new_ns
	lists "10,000 a second" rate=10000 port=7000
fi
[ "$missing" = 0 ]
judge "10,000 a second: no stable connection missing"

# In a namespace made where that is set, connections share 1024 buckets.
new_ns
here sysctl -qw net.ipv4.tcp_child_ehash_entries=1024
nsenter --target "$NS" --net -- unshare --net -- sleep infinity &
inner=$!
STARTED+=("$inner")
outer=$(ns_inode)
# shellcheck disable=SC2317
has_own_ns() { in_own_ns "$inner" && [ "$(stat -Lc %i "/proc/$inner/ns/net")" != "$outer" ]; }
until_true has_own_ns || not_ok "a namespace of few buckets"
NS=$inner
here ip link set lo up
lists "1024 buckets" port=7000

end
