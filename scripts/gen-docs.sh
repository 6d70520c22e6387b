#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Write what comes from the tables of the program: completions, and the parts of manual pages
# between `.\" generated: NAME` and `.\" end`.
#   scripts/gen-docs.sh            writes the files anew
#   scripts/gen-docs.sh --check    says which of them are not as the program has them
# CONNTAB names the program.
set -eu -o pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
conntab=${CONNTAB:-./conntab}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
mode=${1:-}
stale=0

# put FILE: standard input is what it should be
put() {
	cat >"$tmp/new"
	if cmp -s "$tmp/new" "$1"; then
		return
	elif [ "$mode" = --check ]; then
		echo "$1 is not what the program says: run \`make docs\`"
		diff -u "$1" "$tmp/new" | head -n 20 || true
		stale=1
	else
		mkdir -p "$(dirname "$1")"
		cp "$tmp/new" "$1"
		echo "$1"
	fi
}

completions() {
	"$conntab" completion bash | put completions/conntab.bash
	"$conntab" completion zsh | put completions/_conntab
	"$conntab" completion fish | put completions/conntab.fish
}

completions
"$conntab" schema | put share/conntab-1.schema.json
exit "$stale"
