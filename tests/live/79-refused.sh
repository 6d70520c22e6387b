#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Kernels that refuse a program for the filter: the list must be the same without it.

# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC2016
. "${BASH_SOURCE%/*}/lib.sh"

new_ns
sock conn port=8080
sock conn addr=::1 port=8081
sock conn port=8082
sock listen port=8083
sock udp-conn port=53

filter='(dport = 8080 or dport in 8081-8082 or fwmark 17) and state connected and not sport 53'
rows=(-t -P --csv --columns 'local,peer,state' --sort 'local,peer')
ct "${rows[@]}" "$filter"
expect_rc 0 "the filter finds something"
cp "$OUT" "$TMP/usual"

# As kernels do that do not know an operation: each refusal costs one test more, at last all.
# Who is traced can't look for leaks.
export ASAN_OPTIONS=${ASAN_OPTIONS:-}:detect_leaks=0
for count in 1 2 3 4 5; do
	run_as strace -qq -o "$TMP/trace" -e trace=sendto \
		-e "inject=sendto:error=EINVAL:when=1..$count" "$CONNTAB" "${rows[@]}" "$filter"
	expect_same "$TMP/usual" "$OUT" "$count requests refused: the same rows"
	expect_rc 0 "$count requests refused: exit 0"
done

# Marks are for CAP_NET_ADMIN only: the kernel answers EPERM, and rows do not tell theirs.
ct "${rows[@]}" 'dport 8080'
cp "$OUT" "$TMP/usual"
run_as setpriv --reuid=65534 --regid=65534 --clear-groups --bounding-set=-net_admin \
	"$CONNTAB" "${rows[@]}" 'dport 8080 or sport 8080 and not fwmark 17'
expect_same "$TMP/usual" "$OUT" "plain user: a filter with a mark"
run_as setpriv --reuid=65534 --regid=65534 --clear-groups "$CONNTAB" -t -P 'fwmark 17'
expect_rc 3 "plain user: no mark is known, so that is no answer"

# No sock_diag at all: the predicate alone decides.
ct "${rows[@]}" 'dport 8080 or sport 8081'
cp "$OUT" "$TMP/usual"
run_as "$MKSOCK" nodiag -- "$CONNTAB" "${rows[@]}" 'dport 8080 or sport 8081'
expect_same "$TMP/usual" "$OUT" "without sock_diag: the same rows"

end
