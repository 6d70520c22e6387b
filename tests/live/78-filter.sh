#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Filters, with the kernel's help and without: a filter of the live table, where the kernel gets a
# program made from it, selects the rows that it selects from a record of the same table, where every
# row is tested by itself. And the rows that ss selects, where that is right.

# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC2016,SC2317
. "${BASH_SOURCE%/*}/lib.sh"

SEED=78
FILE=$TMP/file.rec
PLAIN=(setpriv --reuid=65534 --regid=65534 --clear-groups)

# --- a cgroup of our own, where there are any

GROUPS_AT=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts)
GROUP=$GROUPS_AT/ct-filter-$$
HOME_GROUP=$(sed -n 's/^0:://p' /proc/self/cgroup)

leave_group() {
	[ ! -d "$GROUP" ] || echo $$ >"$GROUPS_AT$HOME_GROUP/cgroup.procs"
}

clean_all() {
	leave_group
	cleanup
	[ ! -d "$GROUP" ] || until_true rmdir "$GROUP" 2>/dev/null
}
trap clean_all EXIT

enter_group() {
	[ ! -d "$GROUP" ] || echo $$ >"$GROUP/cgroup.procs"
}

if [ -z "$GROUPS_AT" ] || ! mkdir "$GROUP" 2>/dev/null; then
	echo "# no cgroup can be made here: one less to test"
	GROUP=/nosuch
fi

# --- the table

new_ns
veth ct
here ip addr add 10.9.0.1/16 dev ct0
here ip addr add 10.9.1.7/32 dev lo
here ip addr add 2001:db8::1/64 dev ct0 nodad

sock load addr=127.0.0.1 port=8000 n=50
sock load addr=::1 port=8001 n=30
sock load addr=10.9.0.1 port=80 n=30
enter_group
sock load addr=2001:db8::1 port=443 n=30
sock conn addr=10.9.1.7 port=22 mark=16
sock udp addr=10.9.0.1 port=443 mark=17
leave_group
for port in 8002 8003 8004; do
	sock conn addr=:: to=127.0.0.1 port=$port
	sock conn addr=fe80::1%ct0 port=1$port
done
sock conn addr=127.0.0.1 port=2222 bytes=1000 back=17 uid=65534
sock conn port=22
sock conn addr=::1 port=22 mark=4660 keepalive=1
sock listen addr=0.0.0.0 port=443
sock listen addr=:: port=8080 uid=65534
sock listen addr=:: port=8081 v6only=1 mark=255
sock listen addr=0.0.0.0 port=8082 dev=ct0
sock listen addr=:: port=8083 dev=lo comm=nginx
sock twins port=8084
sock accept-full port=6379 comm=redis
sock unaccepted addr=::1 port=5432 n=3
sock reuseport port=8085 n=4
sock reuseport addr=0.0.0.0 port=8086 n=4 proto=udp
for state in syn-sent fin-wait-1 fin-wait-2 close-wait closing last-ack; do
	sock $state
	sock $state addr=::1
done
for _ in 1 2 3; do
	sock time-wait port=0
	sock time-wait addr=::1
done
sock rst
sock bound port=9010
sock bound addr=::1 port=9011
sock udp addr=0.0.0.0 port=53
sock udp addr=:: port=53 v6only=1
sock udp addr=:: port=54
sock udp addr=fe80::1%ct0 port=546 dev=ct0
sock udp-conn port=5353 bytes=99
sock udp-conn addr=::1 port=5354
sock udp-drops port=514
sock udp-shared n=5 port=5355
sock udplite port=7001
sock udplite addr=::1 port=7002
sock raw protocol=1

ct record "$FILE"
expect_rc 0 "a record of the table"
ctj -a --replay "$FILE"
expect_json '.sockets | length > 300' "more than 300 sockets"
expect_json '[.sockets[] | .state] | unique | contains(["BOUND", "CLOSE-WAIT", "CLOSING", "ESTAB", "FIN-WAIT-1",
	"FIN-WAIT-2", "LAST-ACK", "LISTEN", "SYN-SENT", "TIME-WAIT", "UNCONN"])' "in every state that stays"

# --- the words of filters: what is there, and some that is not

zoo_words() {
	jq -r '.sockets | ([.[] | .local.port, .peer.port // 0] | unique | .[range(0; length; 20)] | "p \(.)"),
		([.[].inode // 0] | unique | .[range(0; length; 40)] | "n \(.)"),
		([.[].cookie // 0] | unique | .[range(0; length; 40)] | "k \(.)"),
		([.[].owners[]?.pid] | unique | .[range(0; length; 6)] | "i \(.)")' "$OUT"
}

# A blank in a word is written _.
fixed_words() {
	local kind list item -
	set -f
	while read -r kind list; do
		for item in $list; do
			echo "$kind ${item//_/ }"
		done
	done <<-'WORDS'
		p 22 22 ssh 80 443 https 443 53 domain 8000 8001 8080 8082 1024 0 65535
		4 127.0.0.1 10.9.0.1 10.9.1.7 0.0.0.0 10.9.0.2
		6 ::1 2001:db8::1 fe80::1 :: ::ffff:127.0.0.1
		a 127.0.0.1 ::1 10.9.0.1 10.9.1.7 2001:db8::1 [fe80::1] 0.0.0.0 :: ::ffff:127.0.0.1 [::1] *
		b 127/8 10/8 10.9.0.0/16 10.9.1.0/24 0.0.0.0/0 0/1 ::/0 ::/96 ::ffff:0:0/96 [2001:db8::]/32 fe80::/10
		c _=_ _==_ _!=_ _<_ _>_ _<=_ _>=_ _ne_ _lt_ _ge_ = != <= >
		e _=_ _!=_ _ _eq_ _ne_ = !=
		d ct0 lo ct1
		m 0 16 0x10 17 0xff 0x1234 1 0xff00
		s listen estab syn-sent fin-wait-1 fin-wait-2 time-wait close-wait last-ack closing unconn bound
		s connected synchronized bucket big all
		o tcp udp udplite raw tcp,udp
		f inet inet6
		u 0 65534 1000
		U root nobody
		x mksock nginx redis nosuch m*
		q 0 1 10 100 128
		t 0 1us 10us 100us 1ms
		y yes no
		r listener inbound outbound
		z any any4 any6 loopback address device
		w orphan time-wait unaccepted
		g /
	WORDS
	[ ! -d "$GROUP" ] || echo "g ${GROUP#"$GROUPS_AT"}"
}

{ zoo_words; fixed_words; } >"$TMP/words"
awk -v seed=$SEED -v count=300 -f "${BASH_SOURCE%/*}/random_filters.awk" "$TMP/words" >"$TMP/filters"

# --- with the kernel and without

# Runs in the namespace: both answers to each filter, into files of their number. JSON is cut behind
# what identifies a socket: the rest has clocks in it.
cat >"$TMP/ask" <<'ASK'
conntab=$1 record=$2 out=$3 command=$4
rows() { sed 's/,"mark":.*//' | sort; }
n=0
while read -r filter; do
	n=$((n + 1))
	case $((n % 5)) in
	0) options="-t -a" ;;
	1) options="" ;;
	2) options="-4 -a" ;;
	*) options="-a" ;;
	esac
	# With all columns and with few, for what a column needs may help a filter.
	format="--jsonl"
	[ $((n % 2)) = 0 ] || format="--csv -H --columns protocol,state,local,peer,cookie"
	$command "$conntab" $format $options "$filter" 2>"$out/$n.live.err" | rows >"$out/$n.live"
	$command "$conntab" --replay "$record" $format $options "$filter" 2>"$out/$n.replay.err" |
		rows >"$out/$n.replay"
done
ASK

# differences DIR: numbers of the filters that have two answers, and of those that are refused
differences() {
	local file
	for file in "$1"/*.live; do
		cmp -s "$file" "${file%.live}.replay" || basename "$file" .live
		! grep -qs '^conntab: filter' "$file.err" || basename "$file" .live
	done
}

# ask_both NAME RECORD COMMAND: the filters of standard input
ask_both() {
	mkdir "$TMP/$1"
	cat >"$TMP/$1.filters"
	here bash "$TMP/ask" "$CONNTAB" "$2" "$TMP/$1" "$3" <"$TMP/$1.filters"
}

# same_answers NAME RECORD COMMAND TEXT: asks again, of a new record, where the answers differ
same_answers() {
	local n
	ask_both "$1" "$2" "$3"
	differences "$TMP/$1" | sort -u | while read -r n; do sed -n "${n}p" "$TMP/$1.filters"; done >"$TMP/again"
	if [ -s "$TMP/again" ]; then
		# shellcheck disable=SC2086
		here $3 "$CONNTAB" record - >"$TMP/again.rec" 2>/dev/null
		chmod 644 "$TMP/again.rec"
		ask_both "$1.again" "$TMP/again.rec" "$3" <"$TMP/again"
		for n in $(differences "$TMP/$1.again" | sort -u); do
			sed -n "${n}p" "$TMP/$1.again.filters"
			cat "$TMP/$1.again/$n".*.err
			diff "$TMP/$1.again/$n.live" "$TMP/$1.again/$n.replay" | head -n 4 | cut -c1-200
		done >"$TMP/wrong"
	else
		: >"$TMP/wrong"
	fi
	[ "$(find "$TMP/$1" -name '*.live' -size +0 | wc -l)" -gt $(($(wc -l <"$TMP/$1.filters") / 2)) ]
	judge "$4: more than half of them match something"
	[ ! -s "$TMP/wrong" ]
	judge "$4: the rows with and without the kernel are the same" "$TMP/wrong"
}

same_answers root "$FILE" "" "300 random filters" <"$TMP/filters"

mkdir -m 777 "$TMP/open"
run_as "${PLAIN[@]}" "$CONNTAB" record "$TMP/open/plain.rec"
{
	head -n 40 "$TMP/filters"
	# The kernel refuses a plain user's program that tests marks; the rest of it must be asked then.
	echo 'fwmark = 16'
	echo 'fwmark != 16'
	echo 'not fwmark = 16 and sport = :22'
	echo 'fwmark 16/0xff or dport = :22'
} >"$TMP/plain.list"
same_answers plain "$TMP/open/plain.rec" "${PLAIN[*]}" "a plain user's filters" <"$TMP/plain.list"

# --- ss

# ss writes cookies in hexadecimal, and has no sockets that are only bound. It takes IPv6 addresses in
# brackets only, and no prefix of them; and to it the port of a peer that is not there is 0.
by_ss() { here ss -Hane "$@" 2>/dev/null | sed -n 's/.* sk:\([0-9a-f]*\).*/\1/p' | sort; }
by_us() {
	ct --csv -H -a --columns state,cookie "$@"
	sed 's/\r$//' "$OUT" | grep -v '^BOUND,' | cut -d, -f2 | xargs -r printf '%x\n' | sort
}

# States stand in front of the expression there.
state_by_ss() {
	here ss -Htne state "$1" sport ge :22 2>/dev/null | sed -n 's/.* sk:\([0-9a-f]*\).*/\1/p' | sort
}
state_by_us() { by_us -t state "$1" sport ge :22; }

# both BY_SS BY_US ARGS...: the rows of both; once more if they differ, for TIME-WAIT ends in between
both() {
	for _ in 1 2 3; do
		"$1" "${@:3}" >"$TMP/theirs"
		"$2" "${@:3}" >"$TMP/ours"
		! cmp -s "$TMP/theirs" "$TMP/ours" || return 0
	done
	return 1
}

wrong=
found=0
while IFS='|' read -r protocol filter; do
	both by_ss by_us "$protocol" "$filter" || {
		wrong+=" '$filter'"
		diff "$TMP/theirs" "$TMP/ours" >>"$TMP/ss.diff"
	}
	[ ! -s "$TMP/theirs" ] || found=$((found + 1))
done <<'LIST'
-t|sport = :22
-t|sport = 22
-t|dport = :22
-t|( dport = :ssh or sport = :ssh )
-t|( sport = :80 or sport = :443 )
-t|not ( sport = :8000 or dport = :8000 )
-t|sport != :8000
-t|sport ge :8000 and sport le :8010
-t|sport gt :1023 and dport lt :1024 and dport ne :0
-t|sport lt :1024 and dport gt :1023
-t|dport >= :8001
-t|dport <= :443 and dport > :0
-t|sport eq :22
-t|dport neq :8000
-t|src 127.0.0.1
-t|dst 127.0.0.1
-t|src 10.9.0.0/16
-t|dst 10.9.0.0/24
-t|src 10/8
-t|src [::1]
-t|dst [::1]
-t|src [2001:db8::1]
-t|dst [2001:db8::1]:443
-t|src 127.0.0.1:8000
-t|dst 127.0.0.1:8000
-t|src [fe80::1]
-t|src 0.0.0.0
-t|src [::]
-t|src *:8080
-t|not src 127.0.0.1
-t|not ( src 127.0.0.1 or src [::1] )
-t|src 10.9.0.1 and sport = :80
-t|( src 10.9.0.1 or src [::1] ) and dport = :80
-t|dev = ct0
-t|dev = lo
-t|dev != ct0
-t|fwmark = 16
-t|fwmark = 0x10/0xf0
-t|fwmark != 0
-t|autobound
-u|sport = :53
-u|dport = :5353
-u|src 127.0.0.1
-u|src [::]
-u|sport = :443 and fwmark = 17
-u|( sport = :53 or sport = :54 )
-u|not sport = :53
-u|dev = ct0
LIST
echo "wrong:$wrong" >"$TMP/ss.wrong"
[ -z "$wrong" ] && [ "$found" -ge 40 ]
judge "48 filters: the rows of ss" "$TMP/ss.wrong" "$TMP/ss.diff"

wrong=
for state in listening established syn-sent fin-wait-1 fin-wait-2 close-wait last-ack closing time-wait \
	connected synchronized bucket big; do
	both state_by_ss state_by_us $state || wrong+=" $state($(wc -l <"$TMP/theirs"),$(wc -l <"$TMP/ours"))"
done
[ -z "$wrong" ]
judge "state words: the rows of ss$wrong"

if [ -d "$GROUP" ]; then
	ct -a -t --csv -H --columns cookie cgroup = "${GROUP#"$GROUPS_AT"}"
	[ "$RC" = 0 ] && [ "$(wc -l <"$OUT")" = 64 ]
	judge "cgroup: the sockets made in it" "$OUT" "$ERR"
fi

# --- exit codes

ct -q sport = :22
expect_rc 0 "-q: found"
[ ! -s "$OUT" ] && [ ! -s "$ERR" ]
judge "-q: says nothing" "$OUT" "$ERR"
ct -q -t sport = 1
expect_rc 1 "-q: nothing matched"
[ ! -s "$OUT" ] && [ ! -s "$ERR" ]
judge "-q: says nothing then either" "$OUT" "$ERR"
ct -q -t state time-wait and dst ::1
expect_rc 0 "-q: a state that the default list does not show"
ct -q process nosuchprocess
expect_rc 1 "-q: no such process"
ct -q process redis and sport = 6379
expect_rc 0 "-q: a process that is there"
ct -t sport = 1
expect_rc 1 "a list of nothing"
ct -q sprot = 1
expect_rc 2 "-q: a wrong filter is wrong"

wrong=
count=0
while IFS= read -r filter; do
	count=$((count + 1))
	ct -a "$filter"
	[ "$RC" = 2 ] && [ ! -s "$OUT" ] && head -n 1 "$ERR" | grep -q '^conntab: filter: ' &&
		[ "$(wc -l <"$ERR")" -le 2 ] || wrong+=" '$filter'($RC)"
done <<'LIST'
sport =
sport = 65536
sport = 80 and
( sport = 80
sport = 80 )
and sport = 80
not
sprot = 80
src 300.1.1.1
src 10.0.0.0/33
src ::1/129
state listne
state
uid abc
rtt > fast
rtt > 5kg
dev nosuchdevice
fwmark 1/x
fwmark 0x1ffffffff
sport 90-80
127.0.0.1:99999
process "open
sport = 80 ; state listen
[::1
LIST
[ -z "$wrong" ] && [ "$count" = 24 ]
judge "24 wrong filters: exit 2, nothing listed, one sentence$wrong" "$ERR"

# --- the twelve expressions of iproute2's own test, on the sockets it has

new_ns
here ip addr add 10.0.0.1/32 dev lo
here ip addr add 10.0.0.2/32 dev lo
here sysctl -qw net.ipv4.ip_local_port_range="36266 36266"
sock conn addr=0.0.0.0 to=10.0.0.1 port=22 listener=0
here ip route replace table local local 10.0.0.1 dev lo src 10.0.0.2
here sysctl -qw net.ipv4.ip_local_port_range="50312 50312"
sock conn addr=0.0.0.0 to=10.0.0.1 port=22

listener=0.0.0.0:22,
near=10.0.0.1:22,10.0.0.1:36266
back=10.0.0.1:36266,10.0.0.1:22
far=10.0.0.1:22,10.0.0.2:50312
away=10.0.0.2:50312,10.0.0.1:22
ct -a -t --csv -H --columns local,peer
sed 's/\r$//' "$OUT" | sort >"$TMP/ours"
printf '%s\n' $listener $near $back $far $away | sort >"$TMP/theirs"
expect_same "$TMP/theirs" "$TMP/ours" "the sockets of that test, and the other end of one"

# selects FILTER PAIR...
selects() {
	ct -a -t --csv -H --columns local,peer "$1"
	sed 's/\r$//' "$OUT" | sort >"$TMP/ours"
	printf '%s\n' "${@:2}" | sort >"$TMP/theirs"
	expect_same "$TMP/theirs" "$TMP/ours" "$1"
	by_ss -t "$1" >"$TMP/theirs"
	by_us -t "$1" >"$TMP/ours"
	expect_same "$TMP/theirs" "$TMP/ours" "$1: the rows of ss"
}
selects "dport = 22" $back $away
selects "dport 22" $back $away
selects "( dport = 22 )" $back $away
selects "src = 0.0.0.0" $listener
selects "src 0.0.0.0" $listener
selects "src 0.0.0.0 sport = 22" $listener
selects "src 0.0.0.0 and sport = 22" $listener
selects "src 10.0.0.1 and sport = 22 and dport = 50312" $far
selects "src 10.0.0.1 and sport = 22 and ( dport = 50312 )" $far
selects "src 10.0.0.1 and ( sport = 22 and dport = 50312 )" $far
selects "( src 10.0.0.1 and sport = 22 ) and dport = 50312" $far
selects "( src 0.0.0.0 or src 10.0.0.1 ) and dst 10.0.0.2" $far

end
