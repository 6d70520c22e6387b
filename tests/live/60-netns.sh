#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Namespaces: the one asked for by name, pid or inode; its own interfaces, sysctls and /proc/net.

# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC2016
. "${BASH_SOURCE%/*}/lib.sh"

# in_own ARGS...: conntab outside of the namespace
in_own() {
	COMMAND="conntab $*"
	timeout 60 "$CONNTAB" "$@" >"$OUT" 2>"$ERR" </dev/null
	RC=$?
}

# sees NAME ARGS...: the listener of the last factory, and nothing else
sees() {
	in_own "${@:2}"
	valid_json "conntab ${*:2}"
	expect_json '(.sockets | length) == 1 and ([row($c)][0] | .netns.inode == ($ns | tonumber) and
		pids == [$pid | tonumber])' "$1: its sockets, with their namespace and owners" \
		c "$(of cookie listener)" ns "$(ns_inode)" pid "$(of pid listener)"
}

new_ns
here ip link add ctold0 type veth peer name ctpeer
here ip link set ctold0 up
sock listen port=9100 addr=0.0.0.0 dev=ctold0
sees "--netns PID" --json -l -t --netns "$NS"
sees "-N PID" --json -l -t -N "$SOCK"
sees "--netns INODE" --json -l -t --netns "$(ns_inode)"

name="ct-$$-n"
if ip netns attach "$name" "$NS" 2>"$ERR"; then
	NAMED+=("$name")
	sees "--netns NAME" --json -l -t --netns "$name"
	expect_row listener '.netns.name == $name' "its name" name "$name"
else
	not_ok "ip netns attach" "$ERR"
fi

# Here the name of the device is not what the caller's own namespace calls that index.
in_own --json -l -t --netns "$NS"
expect_row listener '.interface == "ctold0"' "a device by its name in that namespace"
here ip link set ctold0 down
here ip link set ctold0 name ctnew0
in_own --json -l -t --netns "$NS"
expect_row listener '.interface == "ctnew0"' "a renamed device by its new name"
index=$(here ip -o link show ctnew0 | cut -d: -f1)
here ip link del ctnew0
in_own --json -l -t --netns "$NS"
expect_row listener '.interface == null or (.interface | tostring | test($index))' \
	"a deleted device has no other's name" index "$index"
in_own -l -t --netns "$NS"
expect_out "if$index\\b.*:9100|:9100.*if$index\\b" "a deleted device: its index in the table"

here sysctl -qw net.ipv4.ip_local_port_range="9000 9200"
in_own --json -l -t --netns "$NS"
expect_row listener '.port_class == "ephemeral"' "port class by that namespace's sysctl"

# Without sock_diag the tables are read in /proc, where "self" is another thread's namespace.
COMMAND="conntab without sock_diag --netns $NS"
"$MKSOCK" nodiag -- "$CONNTAB" --json -l -t --netns "$NS" >"$OUT" 2>"$ERR" </dev/null
valid_json "$COMMAND"
expect_json '[.sockets[] | select(.inode == ($ino | tonumber)) | .local.port] == [9100] and
	(.sockets | length) == 1' "/proc/net of that namespace, not of the own" ino "$(of ino listener)"

# As a namespace is not kept by the tool, it ends with its last process.
stop_sock
in_own --json -a --netns "$NS"
expect_rc 1 "--netns of an empty namespace: exit 1"
ip netns del "$name" 2>/dev/null
# The kernel gives its number to the next one, which may be made at once beside this test.
for try in 1 2 3 4 5; do
	[ "$try" = 1 ] || new_ns
	inode=$(ns_inode)
	kill "$NS"
	wait "$NS" 2>/dev/null
	in_own -l --netns "$inode"
	[ "$RC" -lt 2 ] || break
done
expect_err "$inode" "a namespace that is no more: the message names it"
[ "$RC" -ge 2 ]
judge "and the exit code is 2 or more" "$OUT" "$ERR"
in_own -l --netns no-such-namespace
expect_err "no-such-namespace" "an unknown namespace: the message names it"
[ ! -s "$OUT" ]
judge "and nothing is listed" "$OUT"
[ "$RC" -ge 2 ]
judge "and the exit code is 2 or more" "$OUT" "$ERR"

end
