#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Targets, and terms that only a real kernel tells apart: zones, other names of interfaces, sockets
# without a port, counted connections; with and without the help of the kernel's own filter.

# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC2016
. "${BASH_SOURCE%/*}/lib.sh"

new_ns
here ip addr add fe80::1/64 dev lo nodad
here ip link property add dev lo altname another 2>/dev/null
sock listen addr=fe80::1%lo port=9090
sock conn port=8080
sock listen addr=:: port=8081
sock bound port=8082
sock udp-conn port=5353
sock udp addr=:: port=53
sock raw protocol=1

# finds COUNT WORDS...: so many rows, and --quiet gives the same answer
finds() {
	local count=$1 code
	shift
	ct --jsonl "$@"
	if [ "$(wc -l <"$OUT")" = "$count" ]; then
		ok "$*: $count"
	else
		not_ok "$*: $count" "$OUT" "$ERR"
	fi
	code=$((count ? 0 : 1))
	expect_rc "$code" "$*: exit $code"
	ct -q "$@"
	expect_rc "$code" "$*: exit $code with -q"
	[ ! -s "$OUT" ] || not_ok "$*: -q prints nothing" "$OUT"
}

finds 2 8080
finds 2 :8080
finds 2 8080-8080
finds 4 8080,8081,8082
finds 4 8080 8081 8082
finds 1 127.0.0.1:8080 state listen
finds 1 '[::]:8081'
finds 2 tcp:8080
finds 0 udp:8080
finds 0 udp 8080
finds 2 tcp 8080
finds 2 tcp udp 8080
finds 1 8082
finds 0 7

# As the table prints it.
finds 1 '[fe80::1%lo]:9090'
finds 1 src fe80::1%lo
finds 1 'src [fe80::1%lo]:9090 and state listen'
# [::]:8081 and [::]:53 take what comes there, too.
finds 3 fe80::1
finds 1 src fe80::1

# Wildcards that take what comes to an address, where it is this machine's.
here ip addr add 192.0.2.10/32 dev lo
finds 1 127.0.0.1:8081
finds 0 src 127.0.0.1:8081
finds 1 '[::1]:8081'
finds 1 192.0.2.10:8081
finds 1 192.0.2.0/24:8081
finds 0 192.0.2.11:8081
finds 0 198.51.100.0/24:8081
finds 1 127.0.0.1%lo:8081
finds 1 udp:127.0.0.1:53
finds 1 0.0.0.0:8081
here ip route add local 198.51.100.0/24 dev lo
finds 1 198.51.100.7:8081
sock listen addr=:: port=8083 v6only=1
sock listen addr=0.0.0.0 port=8084
finds 0 127.0.0.1:8083
finds 0 '[::1]:8084'
finds 1 127.0.0.1:8084
finds 1 224.0.0.1:53

# A kernel may tell of raw sockets only in /proc/net, which has no devices.
finds 1 -t dev lo
if here ip link show another >/dev/null 2>&1; then
	finds 1 -t dev another
fi
finds 0 -t dev lo and not dev 1

# An interface that is gone is called by its index, as the table prints it.
here ip link add gone0 type veth peer name gone1
gone=$(here ip -o link show gone0 | cut -d: -f1)
here ip link set gone0 up
sock udp addr=0.0.0.0 port=8090 dev=gone0
here ip link del gone0
finds 1 -u dev "if$gone"
finds 1 "dev if$gone and sport 8090"
finds 0 -u dev if99999
finds 0 dev != "if$gone" and sport 8090

# A raw socket has no port, whatever stands in its place.
finds 0 '*:1'
finds 0 0.0.0.0:1
finds 0 1
finds 1 raw

# Counted before the filter hides them.
finds 1 'connections > 0'
finds 1 'connections = 1 and sport 8080'
finds 0 'connections > 0 and sport 8081'

# A name of a host alone asks nobody, for it may be a slip; with a port it is looked up.  Who is traced
# can't look for leaks.
export ASAN_OPTIONS=${ASAN_OPTIONS:-}:detect_leaks=0
asks() {
	run_as strace -f -qq -o "$TMP/trace" -e trace=socket,connect,sendto,write "$CONNTAB" "$@"
	expect_rc 2 "$*: exit 2"
}
for word in foo.example nosuch http:80 port:80 tcp6:80 listen:80; do
	asks "$word"
	expect_no_file "$TMP/trace" 'AF_INET|nscd' "$word: nobody is asked"
done
asks foo.example:80
expect_err 'no host of this name|did not answer' "foo.example:80: unknown"

end
