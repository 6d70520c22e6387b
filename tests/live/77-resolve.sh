#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# -r: names from the hosts file, numbers where the resolver does not answer, and no question without -r.

# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC2016
. "${BASH_SOURCE%/*}/lib.sh"

# An /etc of our own: files, then a name server that hears everything and answers nothing.
ETC=$TMP/etc
mkdir "$ETC"
cp /etc/ld.so.cache /etc/passwd "$ETC/"
echo "hosts: files dns" >"$ETC/nsswitch.conf"
echo "nameserver 192.0.2.1" >"$ETC/resolv.conf"
printf 'http 80/tcp\nodd 40000/tcp\ndomain 53/udp\n' >"$ETC/services"
echo "icmp 1 ICMP" >"$ETC/protocols"
long=$(printf 'long-%.0s' {1..20})end
cat >"$ETC/hosts" <<END
127.0.0.1 localhost
10.1.2.3 web1.example.org web1
fd00::1 six.example.org
10.1.2.7 10.9.9.9
10.1.2.8 $(printf 'red\033[31m')
10.1.2.9 $long.example.org
END

# with_etc COMMAND...: in a mount namespace that has it; a name cache on the machine is out of sight there
with_etc() {
	run_as unshare --mount sh -c 'mount --bind "$0" /etc || exit 99
		[ ! -d /run/nscd ] || mount -t tmpfs none /run/nscd || exit 99
		exec "$@"' "$ETC" "$@"
}
# A second is given to all names; on a very slow machine even the hosts file may take longer.
TRIES=3
rct() {
	local try
	for ((try = 0; try < TRIES; try++)); do
		with_etc "$CONNTAB" "$@"
		grep -q 'did not answer' "$ERR" || break
	done
}
rctj() {
	rct --json "$@"
	valid_json "conntab --json $*"
}

new_ns
for address in 10.1.2.3 10.1.2.7 10.1.2.8 10.1.2.9 192.0.2.1 fd00::1; do
	here ip addr add "$address" dev lo
done
sock udp addr=192.0.2.1 port=53
sock listen addr=10.1.2.3 port=80
sock listen addr=fd00::1 port=8001
sock listen addr=0.0.0.0 port=8000
sock conn addr=127.0.0.1 port=40000
sock conn addr=:: to=10.1.2.3 port=8002

# --- the hosts file
rct -t -r
expect_rc 0 "-r: exit 0"
expect_out ' web1\.example\.org:http ' "host and service of a listener"
expect_out ' six\.example\.org:8001 ' "of IPv6, without brackets"
expect_out ' 0\.0\.0\.0:8000 ' "no address: no host"
expect_out ' localhost:40000 .*localhost:' "a port that anybody is given has no service"
expect_out ' web1\.example\.org:8002 ' "v4-mapped: the IPv4 host"
expect_no_out '10\.1\.2\.3' "no number where there is a name"
[ ! -s "$ERR" ]
judge "nothing was late" "$ERR"
rctj -t -r
expect_json '[.sockets[].local | select(.address == "10.1.2.3" or .address == "::ffff:10.1.2.3") | .host] |
	length >= 3 and all(. == "web1.example.org")' "-r -j: the host beside the address"
expect_json '[.sockets[].local | select(.address == "0.0.0.0") | .host] == [null]' "none of a wildcard"
rctj -t -r -n
expect_json 'all(.sockets[].local; has("host") and .host == null)' "-n behind -r: null"
rct -t -r -n
cp "$OUT" "$TMP/numbers"
rct -t
expect_same "$OUT" "$TMP/numbers" "-r -n is without -r"
rct -t -n --resolve
expect_out 'web1\.example\.org:http' "the last of -n and --resolve counts"

rct -l -t -r --csv --columns local_port,local_host,peer_host
expect_out '^80,web1\.example\.org,' "CSV: the host in a column of its own"
expect_out '^8000,,' "and none of a wildcard"
rct -t -r --csv
expect_out '^protocol,.*,local_host,peer_host.?$' "-r: a usual column of CSV"
rct -t --csv
expect_no_out 'local_host' "without -r it is not"
rct -l -t --csv --columns local_port,local_host
expect_no_out 'web1' "nor is anybody asked for it"
rct local_host web1.example.org
expect_rc 2 "no filter tests it"
expect_err "src NAME" "and says what does"

# --- who is not asked
server_hears() { ctj -u; jq -r '.sockets[] | select(.local.port == 53) | .recv_queue' "$OUT"; }
rct
rctj
rct -i -m -e -o
[ "$(server_hears)" = 0 ]
judge "without -r nobody is asked" "$OUT"

# --- names that mean harm
sock listen addr=10.1.2.7 port=8007
sock listen addr=10.1.2.8 port=8008
sock listen addr=10.1.2.9 port=8009
rct -l -t -r
expect_clean "$OUT" "a hostile name: clean table"
expect_out ' 10\.1\.2\.7:8007 ' "a name that looks like an address is none"
expect_no_out '10\.9\.9\.9' "nor is it shown"
expect_out " $long\\.example\\.org:8009 " "a long name is whole in a file"

# --- a server that does not answer
here ip addr add 10.1.2.5 dev lo
sock listen addr=10.1.2.5 port=8005
elapsed_of() {
	local start
	start=$(date +%s%3N)
	"$@"
	ELAPSED=$(($(date +%s%3N) - start))
}
TRIES=1
# What a list usually takes says how busy the machine is.
for _ in 1 2 3 4 5; do
	elapsed_of rct -l -t
	usual=$ELAPSED
	elapsed_of rct -l -t -r
	[ "$ELAPSED" -gt $((1300 + 3 * usual)) ] || break
done
echo "# $usual ms, with -r $ELAPSED ms" >"$TMP/times"
[ "$ELAPSED" -le $((1300 + 3 * usual)) ] && [ "$ELAPSED" -ge 900 ]
judge "no answer: the list comes after a second" "$TMP/times"
expect_rc 0 "no answer: exit 0"
expect_out ' 10\.1\.2\.5:8005 ' "no answer: the number"
expect_out ' web1\.example\.org:http ' "the others have their names"
expect_err 'did not answer for 1 of [0-9]+ addresses' "a warning says how many"
[ "$(wc -l <"$ERR")" = 1 ]
judge "and nothing else is said" "$ERR"
[ "$(server_hears)" -gt 0 ]
judge "the server was asked" "$OUT"
rctj -l -t -r
expect_json '[.notes[] | select(.subject == "names")] | length == 1' "-j: the note"
expect_json '.complete' "and the list is complete"

# --- names as targets; without "multi" a resolver takes the first line of a file only
echo 'multi on' >"$ETC/host.conf"
printf '10.1.2.3 two.example.org\nfd00::1 two.example.org\n' >"$ETC/hosts"
printf '10.1.2.3 web1.example.org web1\n' >>"$ETC/hosts"
heard=$(server_hears)
for words in web1:80 web1.example.org:http two.example.org:80 two.example.org:8001 web1 'udp 127.0.0.1'; do
	# shellcheck disable=SC2086
	rct -q $words
	code=0
	[[ $words != udp* ]] || code=1
	expect_rc "$code" "$words: exit $code"
done
rctj two.example.org:8001
expect_json '[.sockets[].local.address] == ["fd00::1"]' "two.example.org:8001: by its IPv6 address"
rct late.example.org
expect_rc 2 "a name alone that the file has not: exit 2"
expect_err 'conntab host late\.example\.org' "says how it is asked for"
rct why two.example.org:80
expect_rc 1 "why two.example.org:80: exit 1, the worst"
expect_out '^tcp 10\.1\.2\.3:80 is taken' "why: one address is taken"
expect_out '^tcp \[fd00::1\]:80 is free' "why: the other is free"
grep -q '^$' "$OUT"
judge "why: an empty line between the answers" "$OUT"
rct why -j two.example.org:80
[ "$(jq -s -c '[.[].verdict] | sort' "$OUT")" = '["blocked","free"]' ]
judge "why -j: an object for each address" "$OUT"
rct why -4 two.example.org:8001
expect_rc 0 "why -4: only the IPv4 address"
expect_no_out 'fd00' "why -4: not the other"
rct why -6 web1:80
expect_rc 2 "why -6 of a name with IPv4 only: exit 2"
expect_err 'no address of that IP version' "says so"
[ "$(server_hears)" = "$heard" ]
judge "the file was enough" "$OUT"
for words in 'late.example.org:80' 'host late.example.org' 'why late.example.org:80' \
	'late.example.org:80 or src other.example.org'; do
	# shellcheck disable=SC2086
	elapsed_of rct $words
	echo "# $ELAPSED ms" >"$TMP/times"
	[ "$ELAPSED" -le $((1300 + 3 * usual)) ] && grep -q 'did not answer in time' "$ERR"
	judge "$words: given up after a second" "$TMP/times" "$ERR"
done
[ "$(server_hears)" -gt "$heard" ]
judge "the server was asked" "$OUT"

end
