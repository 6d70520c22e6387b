#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# bench.sh - what conntab costs beside ss, netstat, lsof and the bare kernel dump.
#
# Each load is held by sockload in a network namespace of its own; the commands run in turn inside
# that namespace, and the figures are ratios of medians in one run.  README.md beside this file says
# how to read them.

set -euo pipefail

CONNTAB=${CONNTAB:-./conntab}
BENCH_BIN=${BENCH_BIN:-build/bench}
SS=${SS:-ss}
OUTPUT=${OUTPUT:-null}
TIMEOUT=${TIMEOUT:-120}

# What conntab asks the kernel: LISTEN, then every other state; with -i also these extensions.
LISTEN=0x400
OTHERS=0x2b7e
INFO=${INFO:-0xa}

MODE=quick
CASES=(small 1k 100k filter 1M owners why memory churn trace)

usage() {
	cat <<'END'
usage: scripts/bench/bench.sh [quick|full] [NAME...]
Compare what conntab costs with ss, netstat, lsof and the bare kernel dump.

  quick    few rounds, without the load of a million sockets (the default)
  full     more rounds, everything
  NAME     only these: small 1k 100k filter 1M owners why memory churn trace

Environment: CONNTAB (./conntab), BENCH_BIN (build/bench), SS (ss),
  OUTPUT (null; or pipe), ROUNDS (by case), TIMEOUT (120 seconds for a command),
  INFO (0xa, the extensions 'conntab -i' asks for)
END
}

die() {
	printf 'bench.sh: %s\n' "$*" >&2
	exit 1
}

# ---- the load -------------------------------------------------------------

# LOAD_PID is sockload in its namespace; bash sets it for the coprocess LOAD.
JOB=              # what runs in the namespace just now
held=             # the arguments of the load that is up
scratch=          # our directory of temporary files
failed=0

# Wait until our child $1 is gone, at most $2 seconds.
gone_within() {
	local ticks=$(($2 * 10))

	while kill -0 "$1" 2>/dev/null; do
		((ticks-- > 0)) || return 1
		sleep 0.1
	done
}

# End a child of ours that may be gone already.
stop() {
	[[ $1 ]] || return 0
	kill "$1" 2>/dev/null || return 0
	gone_within "$1" 60 || kill -KILL "$1" 2>/dev/null || true
	wait "$1" 2>/dev/null || true
}

clean_up() {
	trap - EXIT INT TERM
	stop "$JOB"
	drop
	[[ -z $scratch ]] || rm -rf -- "$scratch"
}

# End the load.
drop() {
	stop "${LOAD_PID:-}"
	held=
}

# Hold the sockets that the arguments of sockload describe.  The load ends with us even if we are
# killed, for it watches its standard input.
hold() {
	local line=

	[[ $held != "$*" ]] || return 0
	drop
	coproc LOAD {
		exec unshare -n "$BENCH_BIN/sockload" --duration 3600 "$@" 2>"$scratch/load.err"
	}
	read -r -t 300 -u "${LOAD[0]}" line || true
	[[ $line == ready* ]] ||
		die "the load ($*) did not come up: $(head -n 1 "$scratch/load.err")"
	held=$*
}

inside() {
	nsenter -t "$LOAD_PID" -n -- "$@"
}

# Wait for the job just sent to the background; unlike a command in the foreground, this lets a
# signal end us at once.
await() {
	local status=0

	JOB=$!
	wait "$JOB" || status=$?
	JOB=
	return "$status"
}

# ---- commands and comparisons ----------------------------------------------

has() {
	command -v "$1" >/dev/null
}

title() {
	printf '\n== %s: %s; %d rounds\n' "$1" "$2" "$rounds"
}

# Rounds of a case: quick, then full.
rounds_of() {
	rounds=$1
	[[ $MODE == quick ]] || rounds=$2
	rounds=${ROUNDS:-$rounds}
}

# The commands of one comparison are collected in `commands`, named by what one would type.
begin() {
	commands=()
}

add() {
	local name=$1

	shift
	commands+=(--run "$name" "$@")
}

add_conntab() {
	add "conntab $*" "$CONNTAB" "$@"
}

add_ss() {
	add "ss $*" "$SS" "$@"
}

# Tools that may be absent.
add_tool() {
	if has "$1"; then
		add "$*" "$@"
	else
		printf '%s is not installed: skipped\n' "$1"
	fi
}

add_dump() {
	add "bare dump" "$BENCH_BIN/dump" "$LISTEN" "$OTHERS"
}

# Run the collected commands; the arguments are the bounds.  When a command fails, ratio says so in
# place of the figures, and we go on with the next comparison.
compare() {
	echo
	nsenter -t "$LOAD_PID" -n -- "$BENCH_BIN/ratio" --rounds "$rounds" --output "$OUTPUT" \
		--timeout "$TIMEOUT" "$@" "${commands[@]}" 2>&1 &
	await || failed=1
}

# ---- the cases --------------------------------------------------------------

compare_lists() {
	begin
	add_ss -tan
	add_tool netstat -tan
	add_dump
	add_conntab -a -t -P
	add_conntab -a -t -P --json
	add_conntab -a -t -P --jsonl
	add_conntab -a -t -P --csv
	compare --max "conntab -a -t -P" "ss -tan" 0.5 \
		--max "conntab -a -t -P --json" "ss -tan" 0.9 \
		--max "conntab -a -t -P --jsonl" "ss -tan" 0.9 \
		--max "conntab -a -t -P --csv" "ss -tan" 0.9

	begin
	add_ss -tani
	add "bare dump with tcp_info" "$BENCH_BIN/dump" -e "$INFO" "$LISTEN" "$OTHERS"
	add_conntab -a -t -P -i
	compare --max "conntab -a -t -P -i" "ss -tani" 0.5
}

# Sorting by any field is to add at most 30 % to listing.
compare_orders() {
	local field bounds=()

	begin
	add_conntab -a -t -P
	for field in state local peer recv_queue user cookie inode cgroup; do
		add_conntab -a -t -P --sort "$field"
		bounds+=(--max "conntab -a -t -P --sort $field" "conntab -a -t -P" 1.3)
	done
	compare "${bounds[@]}"

	begin
	add_conntab -a -t -P -i
	add_conntab -a -t -P -i --sort -rtt
	compare --max "conntab -a -t -P -i --sort -rtt" "conntab -a -t -P -i" 1.3
}

case_small() {
	rounds_of 31 101
	title small "20 TCP sockets in 1 process"
	hold --tcp 8 --listeners 4
	begin
	add_ss -tan
	add_dump
	add_conntab -a -t -P
	compare --max "conntab -a -t -P" "ss -tan" 0.8
}

case_1k() {
	rounds_of 11 31
	title 1k "1,000 TCP sockets in 1 process"
	hold --tcp 490 --listeners 20
	compare_lists
}

case_100k() {
	rounds_of 5 11
	title 100k "100,000 TCP sockets in 10 processes"
	hold --tcp 49990 --listeners 20 --procs 10
	compare_lists
	compare_orders
}

case_1M() {
	local free

	free=$(awk '/^MemAvailable:/ { print int($2 / 1024) }' /proc/meminfo)
	rounds_of 3 3
	title 1M "1,000,000 TCP sockets in 100 processes"
	if ((free < 10000)); then
		echo "needs 10,000 MB of free memory and there are $free: skipped"
		return
	fi
	hold --tcp 499990 --listeners 20 --procs 100
	compare_lists
	case_memory 1000000
}

hold_owners() {
	hold --tcp 49990 --listeners 20 --procs 100 --fill 500
}

case_owners() {
	local floor="bare dump + bare walk"

	rounds_of 3 7
	title owners "100,000 TCP sockets and 50,000 other descriptors in 100 processes"
	hold_owners
	begin
	add_ss -tanp
	add_tool netstat -tanp
	add_tool lsof -nP -iTCP
	# shellcheck disable=SC2016 # the words are for sh
	add "$floor" sh -c '"$1" "$3" "$4" && exec "$2"' sh \
		"$BENCH_BIN/dump" "$BENCH_BIN/walk" "$LISTEN" "$OTHERS"
	add_conntab -a -t
	compare --max "conntab -a -t" "ss -tanp" 0.2 --max "conntab -a -t" "$floor" 1.25

	begin
	add_ss -tlnp
	add_conntab -l -t
	compare --max "conntab -l -t" "ss -tlnp" 0.75

	begin
	add_ss -tln
	add_conntab -l -t -P
	compare --max "conntab -l -t -P" "ss -tln" 0.1
}

# A taken port makes it exit with 1, which is no failure here; both are run in the same way.
add_any_exit() {
	# shellcheck disable=SC2016 # the words are for sh
	add "conntab $*" sh -c '"$@" || [ $? = 1 ]' sh "$CONNTAB" "$@"
}

case_why() {
	local port=8080

	rounds_of 5 11
	title why "100,000 TCP sockets and 50,000 other descriptors in 100 processes"
	hold_owners
	begin
	add_any_exit $port
	add_any_exit why $port
	add_any_exit why --connect 127.0.0.1:$port
	compare --max "conntab why $port" "conntab $port" 1.3
}

# Filters: the kernel's own filtered dump is the floor.  The default list does not ask for bound
# sockets, whose table takes the kernel as long as all the rest; -a does.
case_filter() {
	local port=8081 connected=0xb7e

	rounds_of 7 15
	title filter "filters over 100,000 TCP sockets in 10 processes"
	hold --tcp 49990 --listeners 20 --procs 10
	begin
	add_ss -tan sport = :$port
	add "filtered dump" "$BENCH_BIN/dump" -p $port "$LISTEN" "$connected"
	add "filtered dump with bound" "$BENCH_BIN/dump" -p $port "$LISTEN" "$OTHERS"
	add_conntab -t -P sport = :$port
	add_conntab -a -t -P sport = :$port
	add_conntab -t -P "sport = :$port and recvq >= 0"
	add_conntab -t -P "recvq >= 0"
	compare --max "conntab -t -P sport = :$port" "filtered dump" 1.3 \
		--max "conntab -a -t -P sport = :$port" "filtered dump with bound" 1.3 \
		--max "conntab -t -P sport = :$port and recvq >= 0" "conntab -t -P recvq >= 0" 0.5
	echo
	"$BENCH_BIN/parse"
}

# Peak memory; of the load that is up when its number of sockets is given.
case_memory() {
	local sockets=${1:-100000}

	if ((sockets == 100000)); then
		rounds_of 3 3
		title memory "100,000 TCP sockets in 100 processes"
		hold_owners
	fi
	begin
	add_conntab -a -t -P
	add_conntab -a -t
	compare --memory "conntab -a -t -P" "$sockets" 130 --memory "conntab -a -t" "$sockets" 200
}

# The cookies of the sockets that stay, as ss reports them: those on sockload's own server ports.
held_cookies() {
	inside timeout "$TIMEOUT" "$SS" -tanHe \
		'( sport ge :8080 and sport le :8087 ) or ( dport ge :8080 and dport le :8087 )' |
		sed -n 's/.* sk:\([0-9a-f]*\).*/\1/p' | sort -u
}

# $1 listings, one after the other.
listings() {
	local i

	for ((i = 0; i < $1; i++)); do
		inside timeout "$TIMEOUT" "$CONNTAB" -a -t -P --json || return
	done
}

# What sockload said of each worker when it ended.
churn_reached() {
	awk '/connections churned/ { n += $4; if ($(NF - 1) > s) s = $(NF - 1) }
		END { if (s) printf "%d connections a second were reached\n", n / s }' "$1"
}

case_churn() {
	local count

	rounds_of 20 100
	printf '\n== churn: 40,000 held TCP sockets, 10,000 connections a second; %d listings\n\n' \
		"$rounds"
	drop
	hold --tcp 20000 --procs 4 --churn 10000
	held_cookies >"$scratch/cookies"
	count=$(wc -l <"$scratch/cookies")
	((count == 40000)) || die "$SS shows $count of the 40,000 held sockets"
	listings "$rounds" | "$BENCH_BIN/held" "$scratch/cookies" &
	await || failed=1
	drop
	churn_reached "$scratch/load.err"
}

# What a program costs under the tracer: a million cheap system calls of one kind, and one bind().
# A seccomp filter takes some nanoseconds of each call, whoever puts it on: most of the cheapest.
case_trace() {
	local kind

	rounds_of 11 41
	printf '\n== trace: a million system calls and one bind; %d rounds\n' "$rounds"
	drop
	for kind in getppid read page stat; do
		printf '\n'
		"$BENCH_BIN/ratio" --rounds "$rounds" --timeout "$TIMEOUT" \
			--max "$kind, traced" "$kind" 1.05 \
			--run "$kind" "$BENCH_BIN/calls" "$kind" 1000000 \
			--run "$kind, traced" "$BENCH_BIN/traced" "$BENCH_BIN/calls" "$kind" 1000000 2>&1 &
		await || failed=1
	done
	printf '\n'
	"$BENCH_BIN/ratio" --rounds "$rounds" --timeout "$TIMEOUT" \
		--run "true" /bin/true --run "true, traced" "$BENCH_BIN/traced" /bin/true 2>&1 &
	await || failed=1
}

# ---- main -------------------------------------------------------------------

preamble() {
	local cpus model

	cpus=$(getconf _NPROCESSORS_ONLN)
	model=$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)
	printf 'kernel   %s\n' "$(uname -srm)"
	printf 'CPUs     %s %s\n' "$cpus" "${model:+($model)}"
	printf 'ss       %s\n' "$("$SS" -V)"
	printf 'conntab  %s\n' "$("$CONNTAB" --version | head -n 1)"
	printf 'rounds   %s: named with each load; standard output to %s\n' "$MODE" "$OUTPUT"
}

check_programs() {
	local name

	((EUID == 0)) || die "root is needed, to make network namespaces and to see all owners"
	for name in unshare nsenter timeout "$SS"; do
		has "$name" || die "$name is not installed"
	done
	for name in sockload dump walk ratio held parse traced calls; do
		[[ -x $BENCH_BIN/$name ]] || die "there is no $BENCH_BIN/$name: run 'make bench'"
	done
	has "$CONNTAB" || die "there is no program $CONNTAB: run 'make' or set CONNTAB"
}

check_case() {
	local name

	for name in "${CASES[@]}"; do
		[[ $1 != "$name" ]] || return 0
	done
	die "there is no case '$1'; there are: ${CASES[*]}"
}

main() {
	local name

	case ${1:-} in
	-h | --help) usage; return ;;
	quick | full) MODE=$1; shift ;;
	esac
	for name in "$@"; do
		check_case "$name"
	done
	if (($# == 0)); then
		set -- "${CASES[@]}"
		[[ $MODE == full ]] || set -- small 1k 100k owners why memory churn trace
	fi
	check_programs
	scratch=$(mktemp -d)
	trap clean_up EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM
	preamble
	for name in "$@"; do
		"case_$name"
	done
	return "$failed"
}

main "$@"
