# shellcheck shell=bash disable=SC2016
# SPDX-License-Identifier: MIT
#
# Situations of conntab why: what is asked in one, what the kernel does there, and whether the advice
# helps. Sourced behind lib.sh.

WHO=()				# as whom it is asked
SCENE=()			# the fixture of the situation
ASKED=()			# what was asked last
declare -A TRIED=()		# questions whose commands have been run

# situation TITLE [FIXTURE ARGS...]: a namespace of its own with those sockets
situation() {
	TITLE=$1
	shift
	SCENE=("$@")
	stop_sock
	new_ns
	[ $# = 0 ] || sock "$@"
}

# asks ARGS...: the answer as text in $TMP/text, on one line in $TMP/flat, and as JSON in $OUT
asks() {
	ASKED=("$@")
	run_as "${WHO[@]}" "$CONNTAB" why "$@"
	TEXT_RC=$RC
	cp "$OUT" "$TMP/text"
	tr -s ' \n' ' ' <"$OUT" >"$TMP/flat"
	expect_clean "$TMP/text" "$TITLE: why $*: clean text"
	fits
	run_as "${WHO[@]}" "$CONNTAB" why --json "$@"
	[ -s "$OUT" ] && jq -e '.schema == "conntab-why/1"' "$OUT" >/dev/null 2>&1
	judge "$TITLE: why --json $*: valid" "$OUT" "$ERR"
}

asks_as_nobody() {
	WHO=(setpriv --reuid=65534 --clear-groups)
	asks "$@"
	WHO=()
}

# Only what is pasted or belongs to others may be longer than a line.
fits() {
	[ "$(grep -v '^    ' "$TMP/text" | wc -L)" -le 79 ]
	judge "$TITLE: no line is longer than 79" "$TMP/text"
}

# really ERRNO|OK TRY...: what bind() and listen() do
really() {
	local expected=$1
	shift
	here "$MKSOCK" try "$@" <"/dev/null" >"$TMP/try" 2>&1
	[ "$(sed -n 's/^try bind=\([A-Z]*\) listen=\([A-Z]*\) .*/\1 \2/p' "$TMP/try" |
		sed 's/^OK //; s/ .*//')" = "$expected" ]
	judge "$TITLE: bind() $*: $expected" "$TMP/try"
}

# answers VERDICT ERRNO|OK TRY...: that is the verdict, and what the kernel does
answers() {
	local verdict=$1 errno=$2 code=1
	shift 2
	[ "$verdict" = free ] && code=0
	expect_json '.verdict == $verdict and (.errno // "OK") == $errno and .certain == true and
		(.sentence | length > 0)' "$TITLE: $verdict, $errno" verdict "$verdict" errno "$errno"
	expect_rc $code "$TITLE: exit $code"
	[ "$TEXT_RC" = $code ]
	judge "$TITLE: exit $code with text" "$TMP/text"
	really "$errno" "$@"
	[ "$verdict" != blocked ] || [ ${#WHO[@]} != 0 ] || each_frees "$@"
}

# blocked_by NAME STATE RULE: that socket of the last factory is named first
blocked_by() {
	expect_json '.blockers[0] | .rule == $rule and .blocks == true and .socket.state == $state and
		(.socket.local | text) == ($local | plain) and (.sentence | length > 0) and
		([.socket.owners[].pid] | if $fd == "-1" then . == [] else index($pid | tonumber) end
		| . != null and . != false)' \
		"$TITLE: $1 is in the way by $3" rule "$3" state "$2" local "$(of local "$1")" \
		fd "$(of fd "$1")" pid "$(of pid "$1")"
}

says() { expect_file "$TMP/flat" "$1" "$TITLE: says '$1'"; }
says_not() { expect_no_file "$TMP/flat" "$1" "$TITLE: does not say '$1'"; }

# command_for WORDS: the command of the remedy in the last answer with these words
command_for() {
	jq -r --arg words "$1" '[.remedies, (.blockers[].remedies)] | flatten |
		map(select(.text | contains($words)))[0].command // "false"' "$OUT"
}

# frees COMMAND TRY...: the advice, once followed, makes bind() work
frees() {
	local command=$1
	shift
	grep -Fq -- "$command" "$TMP/text"
	judge "$TITLE: '$command' is printed" "$TMP/text"
	followed "$command" "$@"
}

followed() {
	local command=$1
	shift
	here sh -c "$command" >"$TMP/advice" 2>&1
	until_true binds "$@"
	judge "$TITLE: after '$command' bind() works" "$TMP/advice" "$TMP/try"
}

binds() {
	here "$MKSOCK" try "$@" </dev/null >"$TMP/try" 2>&1
	grep -q '^try bind=OK listen=OK' "$TMP/try"
}

# The last of a line of children
inner() {
	local pid=$1 child
	while child=$(pgrep -P "$pid"); do
		pid=$child
	done
	echo "$pid"
}

# first NAME PORT [FIXTURE]: asks in a PID namespace whose first process has that name and listens there
first() {
	local outer init
	nsenter --target "$NS" --net -- unshare --pid --fork --mount-proc --kill-child -- \
		"$MKSOCK" "${3:-listen}" "port=$2" "comm=$1" <"$LINES_OF.in" >"$TMP/first" 2>&1 &
	outer=$!
	until_true grep -qs '^ready$' "$TMP/first"
	init=$(inner $outer)
	WHO=(nsenter --target "$init" --pid --mount --)
	asks "127.0.0.1:$2"
	WHO=()
	answers blocked EADDRINUSE "port=$2"
	# unshare waits for its child, whatever it is sent itself.
	kill -KILL "$init"
	wait $outer
}

# --- every command that is printed

# Stand-ins for programs that would act on services and containers, which no test has: each ends the
# fixture, as the real one ends what it is told to, if its words name something.
stand_in() {
	mkdir -p "$TMP/stand-ins"
	local program
	for program in systemctl docker podman crictl machinectl lxc; do
		printf '#!/bin/sh\n[ "$1" = stop ] && [ -n "$2" ] && kill "$(cat %s/fixture)"\n' "$TMP" \
			>"$TMP/stand-ins/$program"
		chmod +x "$TMP/stand-ins/$program"
	done
}

# Commands of a list of remedies, one a line
commands_in() { jq -r '.remedies[].command | select(. != null)' "$1"; }

# each_frees TRY...: of the last answer each command is run in a situation made anew, and bind() works.
# Not run are: what waits for longer than some seconds (its number is compared with the kernel's timer
# instead), and commands about a fixture whose port is another each time, which a test runs by `frees`.
each_frees() {
	local ns=$NS sock=$SOCK lines=$LINES_OF key="${SCENE[*]} ${ASKED[*]}" count i
	[ ${#SCENE[@]} != 0 ] && [ -z "${TRIED[$key]-}" ] || return 0
	TRIED[$key]=1
	count=$(commands_in "$OUT" | wc -l)
	# What stands in the text is what stands in JSON.
	while IFS= read -r line; do
		grep -Fqx -- "       $line" "$TMP/text"
		judge "$TITLE: '$line' is in the text too" "$TMP/text"
	done < <(commands_in "$OUT")
	for ((i = 1; i <= count; i++)); do
		new_ns
		sock "${SCENE[@]}"
		command_frees "$i" "$@"
		stop_sock
	done
	NS=$ns SOCK=$sock LINES_OF=$lines
}

# command_frees N TRY...: the Nth command, in the current situation
command_frees() {
	local nth=$1 command
	shift
	here "$CONNTAB" why --json "${ASKED[@]}" >"$TMP/again" 2>&1
	command=$(commands_in "$TMP/again" | sed -n "${nth}p")
	if [ -z "$command" ]; then
		echo "# $TITLE: not the same a second time, so not run anew"
	elif [[ $command =~ ^sleep\ ([0-9]+)$ ]]; then
		[ "${BASH_REMATCH[1]}" -le 60 ]
		judge "$TITLE: '$command' is no longer than a TIME-WAIT"
	else
		stand_in
		echo "$SOCK" >"$TMP/fixture"
		PATH=$TMP/stand-ins:$PATH here sh -c "$command" >"$TMP/advice" 2>&1 </dev/null
		until_true binds "$@"
		judge "$TITLE: after '$command' bind() works" "$TMP/advice" "$TMP/try" "$TMP/again"
	fi
}
