#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# docs/address-in-use.md shows what conntab prints: each of its cases is a scene, in which its commands
# are run again. Pids, times and ephemeral ports differ, and with them where lines are broken.
# With --write as its argument, the page gets the output of today:
#   CONNTAB=$PWD/conntab MKSOCK=$PWD/build/mksock tests/live/96-address-in-use.sh --write

# shellcheck disable=SC2016,SC2317
# Processes and a /run of our own: children that are left behind become init's, which we are.
if [ -z "${CT_OWN_PIDS-}" ]; then
	CT_OWN_PIDS=1 exec unshare --mount --pid --fork --kill-child --mount-proc \
		bash "${BASH_SOURCE[0]}" "$@"
fi
mount -t tmpfs none /run || exit 1
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${BASH_SOURCE%/*}/lib.sh"

top=$(cd "${BASH_SOURCE%/*}/../.." && pwd)
page=$top/docs/address-in-use.md
ACTORS=0
STAGE=$TMP/stage		# where programs and commands of a scene are
mkdir -p "$STAGE" "$TMP/bin"
ln -s "$CONNTAB" "$TMP/bin/conntab"
ln -s /usr/bin/python3 "$TMP/bin/node"
cp "$top/tests/live/actor.py" "$STAGE/actor"
export PATH=$TMP/bin:$PATH

# --- a unit to be in, where there are cgroups

GROUPS_AT=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts)
UNITS=$GROUPS_AT/ct-units-$$.slice

remove_units() { { rmdir "$UNITS"/*; rmdir "$UNITS"; } 2>/dev/null; }

clean_all() {
	cleanup
	[ -z "$UNITS" ] || until_true remove_units
}
trap clean_all EXIT

if [ -z "$GROUPS_AT" ] || ! mkdir "$UNITS" 2>/dev/null; then
	UNITS=
fi

enter_unit() {
	[ -n "$UNITS" ] || return
	[ "$1" = - ] || mkdir -p "$UNITS/$1"
	echo "$BASHPID" >"$([ "$1" = - ] && echo "$GROUPS_AT" || echo "$UNITS/$1")/cgroup.procs"
}

# act UNIT NAME JOB ARGV...: a program of actor.py; UNIT - is none
act() {
	local unit=$1 name=$2 job=$3 ready=$STAGE/ready.$((++ACTORS)) pid
	shift 3
	[ $# -lt 2 ] || ln -sf actor "$STAGE/$2"
	(
		cd "$STAGE" || exit 1
		enter_unit "$unit"
		NAME=$name JOB=$job READY=$ready exec nsenter --target "$NS" --net -- \
			bash -c 'exec -a "$1" /usr/bin/python3 "${@:2}" <actor' bash "$@"
	) 2>"$ready.err" &
	STARTED+=($!)
	until_true test -s "$ready" || not_ok "actor: $job" "$ready.err"
	while read -r pid; do
		STARTED+=("$pid")
	done <"$ready"
}

# --- the scenes, by the numbers of the cases in the page

scene_1() { act apache2.service apache2 'tcp("::", 80)' '/usr/sbin/apache2'; }
scene_2() { act - gunicorn 'tcp("127.0.0.1", 8000); leave(3)' gunicorn app:wsgi; }
scene_3() { act dnsmasq.service dnsmasq 'udp("0.0.0.0", 53); tcp("0.0.0.0", 53)' /usr/sbin/dnsmasq; }
scene_4() { act - node 'tcp("::", 3000, v6only=False)' node server.js; }
scene_5() { act - python3 'restart("192.0.2.10", 8080, "192.0.2.20")' python3 server.py; }
scene_6() {
	act - postgres 'tcp("10.20.0.5", 5432)' postgres
	here sysctl -qw net.ipv4.ip_local_port_range='40000 40001'
	act - worker 'connect("192.0.2.10", 0, "10.20.0.5", 5432)' worker
	here sysctl -qw net.ipv4.ip_local_port_range='32768 60999'
}
scene_7() { act - docker-proxy 'tcp("0.0.0.0", 8080)' docker-proxy; }
scene_8() { act - python3 'tcp("127.0.0.1", 8000, reuse=False, listen=False)' python3 app.py; }
scene_9() { :; }
scene_10() { :; }
scene_11() { act - app 'unix("/run/app.sock"); kept.pop().close()' app; }
scene_12() { act - node 'tcp("127.0.0.1", 8080)' node server.js; }

set_scene() {
	local pid address
	for pid in "${STARTED[@]}"; do
		kill "$pid" && wait "$pid"
	done 2>/dev/null
	STARTED=()
	new_ns
	for address in 192.0.2.10 192.0.2.20 10.20.0.5; do
		here ip addr add "$address/32" dev lo
	done
	"scene_$1"
}

# --- the page

# Each command of a console is run again, in the scene of its case.
print_page() {
	local line shown=''
	while IFS= read -r line <&3; do
		if [[ $line =~ ^'## '([0-9]+)'. ' ]]; then
			set_scene "${BASH_REMATCH[1]}" >&2
		fi
		if [ "$line" = '```' ]; then
			shown=
		fi
		if [ -z "$shown" ] || [[ $line == '$ '* ]]; then
			printf '%s\n' "$line"
		fi
		if [ "$line" = '```console' ]; then
			shown=1
		elif [ -n "$shown" ] && [[ $line == '$ '* ]]; then
			run_shown "${line#'$ '}"
		fi
	done 3<"$page"
}

run_shown() { (cd "$STAGE" && here timeout -k 5 60 bash -c "$1" </dev/null 2>&1); }

# One line for each console and each text between them, without what no two runs share.
plain() {
	tr -s ' \n' '  ' | sed -E 's/(pid|kill( -[A-Z]+)?|sleep) [0-9 ]+/\1 N /g; s/, since [^)]*\)//g
		s/[0-9]+ s\b/N s/g; s/(192\.0\.2\.[0-9]+|127\.0\.0\.1):[3-6][0-9]{4}/\1:N/g
		s/ (```|##|\$ |In the way|Rule|What to do)/\n\1/g'
}

if [ "${1-}" = --write ]; then
	print_page >"$TMP/page" && cp "$TMP/page" "$page"
	exit
fi
[ "$(grep -c '^```console' "$page")" -ge 10 ]
judge "the page has ten cases with output" "$page"
if [ -z "$UNITS" ]; then
	echo "# no cgroup can be made here, so no unit: one less to test"
	end
fi
print_page >"$TMP/page"
plain <"$page" >"$TMP/expected"
plain <"$TMP/page" >"$TMP/got"
expect_same "$TMP/expected" "$TMP/got" "docs/address-in-use.md shows what conntab prints"

end
