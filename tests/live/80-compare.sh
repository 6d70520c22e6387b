#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Row by row against ss and /proc/net, where those are right.

# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC2016
. "${BASH_SOURCE%/*}/lib.sh"

new_ns
veth ct
sock listen addr=0.0.0.0 port=80 backlog=5
sock listen addr=:: port=81 v6only=1
sock listen addr=:: port=82
sock listen addr=127.0.0.1 port=83 dev=lo
sock listen port=1083 uid=65534
sock unaccepted port=1091 uid=65534
sock conn port=84 bytes=1000 back=17
sock conn addr=::1 port=85 bytes=3
sock conn addr=:: to=127.0.0.1 port=86
sock conn addr=fe80::1%ct0 port=87
sock syn-sent port=88
sock syn-recv port=89
sock time-wait port=90
sock unaccepted port=91 n=2
sock fin-wait-1 port=92
sock fin-wait-2 port=93
sock udp addr=0.0.0.0 port=53
sock udp addr=:: port=54
sock udp-conn port=55 bytes=99
sock udplite port=56
sock raw protocol=1
sock raw protocol=255
sock raw protocol=58 family=6

# From JSON: protocol state recv send local peer inode uid, as ss has them. ss counts a received FIN
# as an unread byte and has the queue of a listener in the place of unread bytes.
ours() {
	jq -r "$PRELUDE"'
	def far($any): if . == null then $any else text end;
	def any: if .family == "inet" then "0.0.0.0:*" else "[::]:*" end;
	.sockets[] | [.state,
		(if .state == "LISTEN" then .accept_queue elif .state == "CLOSE-WAIT" then .recv_queue + 1
			else .recv_queue end),
		(if .state == "LISTEN" then .backlog else .send_queue end),
		(.local | far(any)), (any as $a | .peer | far($a)), .inode // 0, .uid // "none"] |
		@tsv' "$OUT" | sort
}

# No uid is no zero: ss and /proc/net have 0 where a socket has no inode, and no user any more.
# ss writes * for a dual-stack wildcard, %dev after an address and (for raw) names of protocols.
theirs() {
	here ss -Hane "$@" | sed -E 's/%[a-z0-9]+//g; s/(^| )\*:/\1[::]:/g' | awk -v OFS='\t' '{
		ino = 0; uid = 0
		for (i = 6; i <= NF; i++) {
			if ($i ~ /^ino:/) ino = substr($i, 5)
			if ($i ~ /^uid:/) uid = substr($i, 5)
		}
		print $1, $2, $3, $4, $5, ino, (ino + uid) ? uid : "none" }' | sort
}

# A bound-only socket is not in ss before 6.8; none is here.
for options in "-a -t" "-a -u" "-a -t -4" "-a -t -6" "-a -u -6" "-l -t"; do
	# shellcheck disable=SC2086
	ctj $options
	case $options in
	"-a -t -4")
		# This view has what can take IPv4, so the IPv6 rows of ss are there in part.
		jq '.sockets |= map(select(.family == "inet"))' "$OUT" >"$TMP/inet"
		mv "$TMP/inet" "$OUT"
		;;
	esac
	ours >"$TMP/ours"
	# shellcheck disable=SC2086
	theirs $options >"$TMP/theirs"
	expect_same "$TMP/theirs" "$TMP/ours" "$options: the rows of ss"
done

# /proc/net: protocol file, and the number of rows, inodes and uids in it
for table in tcp:-t:inet tcp6:-t:inet6 udp:-u:inet udp6:-u:inet6 udplite:--udplite:inet raw:-w:inet raw6:-w:inet6; do
	IFS=: read -r file option family <<<"$table"
	ctj -a "$option"
	jq -r --arg family "$family" '.sockets[] | select(.family == $family and .state != "BOUND") |
		[.local.port, .peer.port // 0, .inode // 0, .uid // "none"] | @tsv' "$OUT" | sort >"$TMP/ours"
	here cat "/proc/thread-self/net/$file" | awk -v OFS='\t' 'NR > 1 {
		split($2, l, ":"); split($3, r, ":")
		print ("0x" l[2]), ("0x" r[2]), $10,
			($10 || $8) ? $8 : "none" }' |
		while IFS=$'\t' read -r lport rport ino uid; do
			printf '%d\t%d\t%s\t%s\n' "$lport" "$rport" "$ino" "$uid"
		done | sort >"$TMP/theirs"
	expect_same "$TMP/theirs" "$TMP/ours" "/proc/net/$file: the same rows"
done

# Owners, against ss -p: inode -> pid,fd of each
ctj -a -t
jq -r '.sockets[] | select((.owners | length) > 0) | .inode as $i | .owners[] | [$i, .pid, .fd] | @tsv' "$OUT" |
	sort >"$TMP/ours"
here ss -Hatnep | awk -v OFS='\t' '{
	match($0, /ino:[0-9]+/)
	ino = substr($0, RSTART + 4, RLENGTH - 4)
	line = $0
	while (match(line, /pid=[0-9]+,fd=[0-9]+/)) {
		split(substr(line, RSTART, RLENGTH), part, /[=,]/)
		print ino, part[2], part[4]
		line = substr(line, RSTART + RLENGTH)
	} }' | sort >"$TMP/theirs"
expect_same "$TMP/theirs" "$TMP/ours" "owners: the processes and descriptors of ss -p"

# Every row is in the table too, whole.
ct -a -t -u -w
jq -r "$PRELUDE"'.sockets[] | select(.local.interface == null and .protocol == "tcp") | .local | text' \
	<(here "$CONNTAB" --json -a -t) | sort -u >"$TMP/endpoints"
missing=
while read -r endpoint; do
	port=${endpoint##*:}
	grep -Eq "[]:*.]$port\\b" "$OUT" || missing="$missing $endpoint"
done <"$TMP/endpoints"
[ -s "$TMP/endpoints" ] && [ -z "$missing" ]
judge "every endpoint of JSON is in the table$missing" "$OUT"

end
