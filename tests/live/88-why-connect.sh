#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# conntab why --connect: who would take a connection, and if nobody does, who nearly would; compared
# with what connect() does.

# shellcheck source-path=SCRIPTDIR source=lib.sh
# shellcheck disable=SC2016 # the words are for jq and sh
. "${BASH_SOURCE%/*}/lib.sh"
# shellcheck source-path=SCRIPTDIR source=why.sh
. "${BASH_SOURCE%/*}/why.sh"

# reaches REFUSED|ACCEPTED ADDRESS PORT: what connect() does
reaches() {
	local expected=$1
	here timeout 10 bash -c ': <>"/dev/tcp/$1/$2"' bash "$2" "$3" >"$TMP/reach" 2>&1
	case $? in
	0) echo accepted ;;
	*) grep -q 'Connection refused' "$TMP/reach" && echo refused ;;
	esac >"$TMP/reached"
	[ "$(cat "$TMP/reached")" = "$expected" ]
	judge "$TITLE: connect() to $2 port $3: $expected" "$TMP/reach"
}

# finds VERDICT FINDING CODE
finds() {
	expect_json '.verdict == $verdict and .finding == $finding and (.sentence | length > 0) and
		(.remedies | length > 0)' "$TITLE: $1, $2" verdict "$1" finding "$2"
	expect_rc "$3" "$TITLE: exit $3"
	[ "$TEXT_RC" = "$3" ]
	judge "$TITLE: exit $3 with text" "$TMP/text"
}

named() {
	expect_json '.sockets[0].owners[0].pid == ($pid | tonumber)' "$TITLE: names the process" \
		pid "$SOCK"
}

situation "nobody listens"
asks --connect 127.0.0.1:8080
finds refused nobody 1
reaches refused 127.0.0.1 8080
says 'nobody listens there, so connect\(\) is refused \(ECONNREFUSED\)'
says 'conntab why -- COMMAND'

situation "somebody listens" listen port=8080
asks --connect 127.0.0.1:8080
finds accepted listens 0
reaches accepted 127.0.0.1 8080
named

situation "only on loopback" listen port=8080
here ip addr add 192.0.2.7/32 dev lo
asks --connect 192.0.2.7:8080
finds refused loopback-only 1
reaches refused 192.0.2.7 8080
named
says '127\.0\.0\.1:8080 listens, but for this machine only'
says 'or connect to 127\.0\.0\.1:8080'

situation "on another address"
here ip addr add 192.0.2.7/32 dev lo
here ip addr add 192.0.2.8/32 dev lo
sock listen addr=192.0.2.7 port=8080
asks --connect 192.0.2.8:8080
finds refused other-address 1
reaches refused 192.0.2.8 8080
says '192\.0\.2\.7:8080 listens, but on that address alone'

situation "for IPv6 only" listen addr=:: port=8080 v6only=1
asks --connect 127.0.0.1:8080
finds refused ipv6-only 1
reaches refused 127.0.0.1 8080
asks --connect '[::1]:8080'
finds accepted listens 0
reaches accepted ::1 8080

situation "for IPv4 only" listen addr=0.0.0.0 port=8080
asks --connect '[::1]:8080'
finds refused ipv4-only 1
reaches refused ::1 8080

situation "bound, and not listening" bound port=8080
asks --connect 127.0.0.1:8080
finds refused bound-not-listening 1
reaches refused 127.0.0.1 8080

situation "another protocol" udp port=8080
asks --connect 127.0.0.1:8080
finds refused other-protocol 1
reaches refused 127.0.0.1 8080
says 'another protocol \(udp\)'

situation "a full accept queue" accept-full port=8080
asks --connect 127.0.0.1:8080
finds stalled queue-full 1
says 'its accept queue is full'

situation "an address of another machine"
asks --connect 192.0.2.99:80
finds unknown not-here 3

situation "in another namespace" listen port=28173
elsewhere=$(ns_inode)
new_ns
asks --connect 127.0.0.1:28173
finds refused nobody 1
expect_json '[.elsewhere[].netns.inode] | index($inode | tonumber) != null' \
	"$TITLE: it is named in JSON" inode "$elsewhere"

situation "bad questions"
for word in 8080 127.0.0.1 '127.0.0.1:' :80 127.0.0.1:0 127.0.0.1:65536 ::1:80 127.0.0.1:nosuchservice; do
	run_as "$CONNTAB" why --connect "$word"
	expect_rc 2 "$TITLE: $word: exit 2"
	[ "$(wc -l <"$ERR")" = 1 ] && grep -Fq -- "'$word'" "$ERR" && ! [ -s "$OUT" ]
	judge "$TITLE: $word: one sentence that names it" "$ERR" "$OUT"
done
end
