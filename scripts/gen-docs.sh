#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Write what comes from the tables of the program: completions, and the parts of manual pages
# between `.\" generated: NAME` and `.\" end`.
#   scripts/gen-docs.sh            writes the files anew
#   scripts/gen-docs.sh --check    says which of them are not as the program has them
# CONNTAB names the program.
# shellcheck disable=SC2016
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

# --- manual pages

"$conntab" fields --json >"$tmp/fields.json"

# Words for the filters below: text for mdoc, where a dot or a quote must not begin a line.
MDOC='
def text: gsub("\\\\"; "\\e");
def sentence: (.[0:1] | ascii_upcase) + .[1:] + "." | text | sub("^(?<c>[.\u0027])"; "\\&\(.c)");
def list($width): [".Bl -tag -width \"\($width)\" -compact"] + . + [".El"] | .[];
def unit: {"us": "microseconds", "ms": "milliseconds", "bit/s": "bits a second"}[.] // .;
'

# mdoc NAME [ARGUMENT]: what stands between the marks of this name
mdoc() {
	case $1 in
	words) from_fields '[.filter_words as $all | $all[] | select(.same_as == null) | .name as $name |
		".It Cm \(.name)\(if .operand then " Ar \(.operand)" else "" end)", (.help | sentence),
		([$all[] | select(.same_as == $name) | .name] |
			select(length > 0) | "Also", ".Cm \(join(" , ")) .")] | list("accept_queue")' ;;
	fields) from_fields '[.fields[] | select(.group == $argument) |
		".It Cm \(.name)", (.help | sentence),
		(.other_names | select(length > 0) | "Also", ".Cm \(join(" , ")) ."),
		(select(.unit and .unit != "bytes") | "In \(.unit | unit)."),
		(select(.column | not) | "No column."),
		(if .json == null then "Not in JSON."
		elif .json != .name then "In JSON", ".Li \(.json) ." else empty end)] |
		list("congestion_state")' ;;
	sets) from_fields '[.column_sets[] | ".It Cm \(.name)", (.help | sentence),
		(select(.fields) | ".Li \(.fields | join(" , ")) .")] | list("listeners")' ;;
	choices) from_fields '[.fields[] | select(.words) | ".It Cm \(.name)",
		".Li \(.words | join(" , "))"] | list("congestion_state")' ;;
	json) from_fields '[.fields[] | select(.group == $argument and .json) |
		".It Cm \(.json | sub("^.*[.]"; ""))", (.help | sentence)] | list("total_rto_recoveries")' ;;
	*) echo "there is nothing to be generated that is called '$1'" >&2; return 1 ;;
	esac
}

from_fields() { jq -r --arg argument "$argument" "$MDOC $1" "$tmp/fields.json"; }

# page FILE: the file, with what is between its marks made anew
page() {
	local line name='' argument
	while IFS= read -r line; do
		if [ "$line" = '.\" end' ]; then
			name=
		fi
		if [ -z "$name" ]; then
			printf '%s\n' "$line"
		fi
		if [[ $line = '.\" generated: '* ]]; then
			read -r name argument <<<"${line#*: }"
			mdoc "$name" || return
		fi
	done <"$1"
}

completions
"$conntab" schema | put share/conntab-1.schema.json
for file in man/*.[1-9]; do
	page "$file" | put "$file"
done
exit "$stale"
