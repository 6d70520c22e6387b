#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Verdicts on bind() against the kernel: thousands of holders at random, in namespaces of the
# program's own (tests/bind/). `build/release-gcc/bindcheck --tries 50000 --seed 7` does more.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${BASH_SOURCE%/*}/lib.sh"

timeout 120 "$BINDCHECK" --tries 2100 --seed 1 >"$OUT" 2>&1
RC=$?
cat "$OUT"
FAILED=$(grep -c '^not ok' "$OUT")
expect_rc 0 "every verdict was compared with a bind()"

timeout 120 "$BINDCHECK" --tries 600 --seed 1 --devices vrf >"$OUT" 2>&1
RC=$?
cat "$OUT"
FAILED=$((FAILED + $(grep -c '^not ok' "$OUT")))
expect_rc 0 "every verdict in VRFs was compared with a bind(), where the kernel has VRFs"

end
