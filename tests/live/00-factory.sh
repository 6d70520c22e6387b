#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# The socket factory itself, against ss: each fixture makes the states it promises, and leaves nothing.

# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC2016
. "${BASH_SOURCE%/*}/lib.sh"

# promised: state, local and peer of each line; ss has no bound-only, UDP-Lite and raw sockets here
promised() {
	grep ' proto=\(tcp\|udp\) ' "$LINES_OF" | grep -v 'state=\(BOUND\|GONE\)$' |
		sed -E 's/.* local=([^ ]*) peer=([^ ]*) .*state=(.*)/\3 \1 \2/; s/%[a-z0-9]*//g; s/ $//' | sort -u
}

# there: the same of ss, where * is a dual-stack wildcard
there() {
	here ss -Htuan | awk '{ print $2, $5, $6 }' |
		sed -E 's/%[a-z0-9]+//g; s/ \*:/ [::]:/g; s/ [^ ]*:\*$//' | sort -u
}

# A process that its new parent has not collected yet is gone as well, but not one with threads.
# shellcheck disable=SC2317
gone() {
	local pid
	for pid; do
		kill -0 "$pid" 2>/dev/null || continue
		grep -q "^State:.Z" "/proc/$pid/status" 2>/dev/null || return 1
		[ "$(find "/proc/$pid/task" -mindepth 1 -maxdepth 1 2>/dev/null | wc -l)" -le 1 ] || return 1
	done
}

for fixture in $("$MKSOCK" list | sed -n 's/^\([a-z0-9-]*\) [^-].*=.*/\1/p'); do
	new_ns
	here sysctl -qw net.ipv4.ping_group_range="0 2147483647"	# of root's group too
	args=()
	[ "$fixture" = load ] && args=(n=20)
	[ "$fixture" = churn ] && args=(n=20 ms=500)
	sock "$fixture" "${args[@]}" || continue
	promised >"$TMP/promised"
	there >"$TMP/there"
	comm -23 "$TMP/promised" "$TMP/there" >"$TMP/missing"
	[ ! -s "$TMP/missing" ]
	judge "$fixture: its sockets are what it says" "$TMP/missing" "$TMP/there"

	mapfile -t pids < <(sed -n 's/.* pid=\([0-9]*\).*/\1/p' "$LINES_OF" | sort -u)
	exec {HOLD}<&-
	until_true gone "${pids[@]}"
	judge "$fixture: ends with its standard input, children and all"
done

end
