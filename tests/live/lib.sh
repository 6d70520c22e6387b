# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# What the live tests share: a network namespace of their own, sockets in it, runs of conntab there,
# and expectations. Sourced by each test, which ends with `end`; whatever a test made goes with it.
set -u

TMP=$(mktemp -d "${TMPDIR:-/tmp}/ct-live-XXXXXX")
chmod 755 "$TMP"
STARTED=()			# pids of what was started; what of it still runs is ended
NAMED=()			# names of namespaces to be removed
FAILED=0
NS=				# pid of the holder of the current namespace
OUT=$TMP/out			# what the last run of conntab wrote, and said
ERR=$TMP/err
RC=0				# and how it ended
SOCK=				# pid and lines of the last factory
LINES_OF=

# What has ended before may have left its number to a process of somebody else.
cleanup() {
	local pid name
	for pid in $(jobs -pr); do
		kill "$pid" 2>/dev/null
	done
	wait 2>/dev/null
	for name in "${NAMED[@]}"; do
		ip netns del "$name" 2>/dev/null
	done
	rm -rf "$TMP"
}
trap cleanup EXIT
trap 'exit 2' INT TERM HUP

end() {
	echo "# end"
	exit $((FAILED > 0))
}

ok() { echo "ok - $1"; }

# not_ok TEXT [FILE...]: the head of each file is shown
not_ok() {
	echo "not ok - $1"
	FAILED=$((FAILED + 1))
	shift
	local file
	for file; do
		echo "# --- $(basename "$file")"
		head -c 3000 "$file" | head -n 25 | cat -v | sed 's/^/# /'
	done
}

# judge TEXT [FILE...]: by the status of the command before it
judge() {
	if [ "$?" = 0 ]; then
		ok "$1"
	else
		not_ok "$@"
	fi
}

# until_true COMMAND...: waits for a condition, a minute at most
until_true() {
	local end=$((SECONDS + 60))
	until "$@"; do
		((SECONDS < end)) || return 1
		sleep 0.02
	done
}

# --- namespaces

# A namespace that lives as long as the process that holds it; its loopback is up.
new_ns() {
	unshare --net -- sleep infinity &
	NS=$!
	STARTED+=("$NS")
	until_true in_own_ns "$NS" || { not_ok "a network namespace can be made"; end; }
	here ip link set lo up
}

in_own_ns() {
	[ "$(readlink "/proc/$1/ns/net")" != "$(readlink /proc/self/ns/net)" ] &&
		[ "$(cat "/proc/$1/comm")" = sleep ]
}

ns_inode() { stat -Lc %i "/proc/$NS/ns/net"; }

# here COMMAND...: runs it in the current namespace
here() { nsenter --target "$NS" --net -- "$@"; }

# A veth pair NAME0, NAME1 with link-local addresses fe80::1 and fe80::2
veth() {
	here ip link add "${1}0" type veth peer name "${1}1"
	here ip link set "${1}0" up
	here ip link set "${1}1" up
	here ip addr add fe80::1/64 dev "${1}0" nodad
	here ip addr add fe80::2/64 dev "${1}1" nodad
}

# --- sockets

# sock FIXTURE [KEY=VALUE...]: starts a factory in the current namespace and waits till it is ready
sock() {
	LINES_OF=$TMP/sock.${#STARTED[@]}
	mkfifo "$LINES_OF.in"
	exec {HOLD}<>"$LINES_OF.in"
	nsenter --target "$NS" --net -- "$MKSOCK" "$@" \
		<"$LINES_OF.in" >"$LINES_OF" 2>"$LINES_OF.err" {HOLD}<&- &
	SOCK=$!
	STARTED+=("$SOCK")
	until_true ready_or_dead
	if ! grep -q '^ready$' "$LINES_OF"; then
		not_ok "mksock $*" "$LINES_OF" "$LINES_OF.err"
		return 1
	fi
}

ready_or_dead() { grep -qs '^ready$' "$LINES_OF" || ! kill -0 "$SOCK" 2>/dev/null; }

# of KEY NAME [N]: a value from the line NAME of the last factory, or from its Nth
of() {
	grep "^$2 " "$LINES_OF" | sed -n "${3:-1}p" | tr ' ' '\n' | sed -n "s/^$1=//p"
}

port_of() { of local "$@" | sed 's/.*://'; }

stop_sock() {
	kill "$SOCK" 2>/dev/null
	wait "$SOCK" 2>/dev/null
}

# --- conntab

# ct ARGS...: runs it in the current namespace
ct() { run_as "$CONNTAB" "$@"; }

# run_as COMMAND...: any command there, e.g. setpriv ... conntab
run_as() {
	COMMAND=$*
	here timeout -k 5 60 "$@" >"$OUT" 2>"$ERR" </dev/null
	RC=$?
}

# ctj ARGS...: with --json, whose validity is tested each time
ctj() {
	ct --json "$@"
	valid_json "conntab --json $*"
}

valid_json() {
	if ! jq -e 'type == "object" and .schema == "conntab/1"' "$OUT" >/dev/null 2>"$TMP/jq" ||
	   [ "$(jq -s length "$OUT")" != 1 ]; then
		not_ok "$1 writes one valid object" "$OUT" "$ERR" "$TMP/jq"
	fi
}

# Words for the filters of expect_json. `row` is the socket of a cookie; `at` those of a local
# endpoint as mksock writes it, `between` those of two.
# shellcheck disable=SC2016
PRELUDE='
def text: if . == null then null
	elif .address | contains(":") then "[\(.address)]:\(.port)" else "\(.address):\(.port)" end;
def plain: sub("%[^]]*"; "");
def row($cookie): .sockets[] | select(.cookie == ($cookie | tonumber));
def at($local): [.sockets[] | select((.local | text) == ($local | plain))];
def between($local; $peer): at($local) | map(select((.peer | text) == ($peer | plain)));
def pids: [.owners[].pid] | sort;
def count(f): [.sockets[] | select(f)] | length;
'

# expect_json FILTER TEXT [NAME VALUE...]: the filter must yield true and nothing else
expect_json() {
	local filter=$1 text=$2 args=()
	shift 2
	while [ $# -gt 0 ]; do
		args+=(--arg "$1" "$2")
		shift 2
	done
	if [ "$(jq "${args[@]}" "$PRELUDE $filter" "$OUT" 2>"$TMP/jq")" = true ]; then
		ok "$text"
		return
	fi
	echo "$filter ${args[*]}" >"$TMP/expected"
	jq -c '{complete,notes}, .sockets[]' "$OUT" >"$TMP/rows" 2>/dev/null || cp "$OUT" "$TMP/rows"
	echo "$COMMAND" >"$TMP/command"
	not_ok "$text" "$TMP/command" "$TMP/expected" "$TMP/jq" "$TMP/rows" "$ERR"
}

# expect_row NAME FILTER TEXT: the same of the one row with the cookie of NAME in the last factory
expect_row() {
	expect_json "[row(\$cookie)] | length == 1 and (.[0] | $2)" "$3" \
		cookie "$(of cookie "$1")" pid "$(of pid "$1")" fd "$(of fd "$1")" \
		ino "$(of ino "$1")" "${@:4}"
}

expect_rc() {
	if [ "$RC" = "$1" ]; then
		ok "$2"
	else
		echo "$COMMAND: exit $RC, expected $1" >"$TMP/command"
		not_ok "$2" "$TMP/command" "$OUT" "$ERR"
	fi
}

expect_out() { expect_file "$OUT" "$@"; }
expect_err() { expect_file "$ERR" "$@"; }

# expect_file FILE REGEX TEXT
expect_file() {
	if grep -Eiq -- "$2" "$1"; then
		ok "$3"
	else
		echo "$COMMAND: no line matches $2" >"$TMP/command"
		not_ok "$3" "$TMP/command" "$1"
	fi
}

# Nothing at all is never good: then what was looked for could not have been there.
expect_no_file() {
	if [ -s "$1" ] && ! grep -Eiq -- "$2" "$1"; then
		ok "$3"
	else
		echo "$COMMAND: empty, or a line matches $2" >"$TMP/command"
		not_ok "$3" "$TMP/command" "$1"
	fi
}

expect_no_out() { expect_no_file "$OUT" "$@"; }

# expect_same EXPECTED GOT TEXT
expect_same() {
	echo "both empty" >"$TMP/diff"
	if [ -s "$1" ] && diff -u "$1" "$2" >"$TMP/diff"; then
		ok "$3"
	else
		not_ok "$3" "$TMP/diff"
	fi
}

# What any text of conntab must be: something, no control byte but newline, no blank at the end of a line.
expect_clean() {
	if [ ! -s "$1" ] || LC_ALL=C grep -aq -e '[[:cntrl:]]' -e ' $' "$1" ||
	   ! iconv -f utf-8 "$1" >/dev/null 2>&1; then
		echo "$COMMAND" >"$TMP/command"
		LC_ALL=C grep -an -e '[[:cntrl:]]' -e ' $' "$1" >"$TMP/lines"
		not_ok "$2" "$TMP/command" "$TMP/lines"
	else
		ok "$2"
	fi
}
