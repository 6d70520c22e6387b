#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# conntab why --connect: what it says of an address, and what connect() then does.

# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC2016
. "${BASH_SOURCE%/*}/lib.sh"
# shellcheck source-path=SCRIPTDIR source=why.sh
. "${BASH_SOURCE%/*}/why.sh"

# meets FINDING CODE OK|WORDS TARGET: the finding, the exit code, and what connect() is told
meets() {
	local host=${4%:*}

	asks --connect "$4"
	expect_rc "$2" "$TITLE: $4: exit $2"
	expect_json '.finding == $finding and .certain == ($code != "3")' "$TITLE: $4: $1" \
		finding "$1" code "$2"
	host=${host#[}
	# shellcheck disable=SC2016
	if here bash -c 'exec 3<>"/dev/tcp/$0/$1"' "${host%]}" "${4##*:}" 2>"$TMP/refused"; then
		echo OK >"$TMP/refused"
	fi
	expect_file "$TMP/refused" "$3" "$TITLE: connect() to $4: $3"
}

situation "a server for loopback" listen port=8080
veth v
here ip addr add 10.1.2.3/24 brd 10.1.2.255 dev v0
meets listens 0 OK 127.0.0.1:8080
meets listens 0 OK 0.0.0.0:8080
meets listens 0 OK '[::ffff:127.0.0.1]:8080'
meets loopback-only 1 'Connection refused' 10.1.2.3:8080
meets ipv4-only 1 'Connection refused' '[::1]:8080'
meets nobody 1 'Connection refused' 127.0.0.1:8081
meets group 1 'Network is unreachable' 10.1.2.255:8080
meets group 1 'Network is unreachable' 224.0.0.1:8080

# What the machine sends to itself comes in by the device that has the address.
situation "a server on the loopback device" listen addr=0.0.0.0 port=8080 dev=lo
veth v
here ip addr add 10.1.2.3/24 dev v0
meets listens 0 OK 127.0.0.1:8080
meets other-device 1 'Connection refused' 10.1.2.3:8080

situation "a server on a link-local address"
veth v
sock listen addr=fe80::1%v0 port=8080
meets listens 0 OK '[fe80::1%v0]:8080'
meets nobody 1 'Connection refused' '[fe80::1%v0]:8081'
run_as "$CONNTAB" why --connect '[fe80::1]:8080'
expect_rc 2 "$TITLE: without its interface: exit 2"
expect_err 'without its interface' "$TITLE: without its interface: says so"
run_as "$CONNTAB" why --connect '[fe80::1%nosuch0]:8080'
expect_rc 2 "$TITLE: no such interface: exit 2"

end
