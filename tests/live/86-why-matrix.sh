#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Verdicts of conntab why against the kernel, from question to answer (whymatrix.py), in ordinary
# namespaces and in VRFs, where the kernel has them. More: 86-why-matrix.sh with TRIES=1000.
# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC2016 # the words are for sh
. "${BASH_SOURCE%/*}/lib.sh"

MATRIX=${BASH_SOURCE%/*}/whymatrix.py
TRIES=${TRIES:-120}

# matrix TITLE [vrf]
matrix() {
	run_as python3 "$MATRIX" "$CONNTAB" "$TRIES" 1 "${@:2}"
	cat "$OUT"
	expect_rc 0 "$1: no verdict that is certain is wrong, and 98 % of TCP's are certain"
}

new_ns
here sh -c 'ip link add e0 type veth peer name e1 && ip link set e0 up && ip link set e1 up &&
	ip addr add 10.3.3.1/24 dev e0 && ip addr add 2001:db8:3::1/64 dev e0 nodad'
matrix "ordinary"

if here ip link add red type vrf table 10 2>/dev/null; then
	here sh -c 'ip link add blue type vrf table 20 && ip link set red up && ip link set blue up
		ip link add d1 type veth peer name p1 && ip link add d2 type veth peer name p2
		for i in d1 d2 p1 p2; do ip link set $i up; done
		ip link set d1 master red && ip link set d2 master blue
		ip addr add 10.1.1.1/24 dev d1; ip addr add 2001:db8:1::1/64 dev d1 nodad
		ip addr add 10.2.2.1/24 dev d2'
	matrix "in VRFs" vrf
	here sysctl -qw net.ipv4.tcp_l3mdev_accept=1
	matrix "in VRFs that share their ports" vrf
else
	echo "# this kernel has no VRFs"
fi

end
