#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Keep files, functions, nesting and lines short. Reads kernel style: a function is what stands
# between "{" and "}" in the first column, and a tab is a level.
set -euo pipefail
shopt -s nullglob globstar

cd "$(dirname "${BASH_SOURCE[0]}")/.."

LC_ALL=C awk -v SOURCE_LINES=400 -v HEADER_LINES=130 -v FUNCTION_LINES=80 -v LEVELS=3 -v COLUMNS=100 '
function complain(line, text) {
	print name ":" line ": " text
	wrong = 1
}

function end_file(    limit) {
	limit = name ~ /\.h$/ ? HEADER_LINES : SOURCE_LINES
	if (name != "" && lines > limit)
		complain(lines, "the file has " lines " lines, more than " limit)
}

# Columns of a line: a tab goes to the next multiple of 8, UTF-8 continuation bytes are none.
function columns_of(line,    part, n, i, columns) {
	gsub(/[\200-\277]/, "", line)
	n = split(line, part, "\t")
	for (i = 1; i < n; i++)
		columns += length(part[i]) + 8 - length(part[i]) % 8
	return columns + length(part[n])
}

function end_function(    length_of) {
	length_of = FNR - start + 1
	if (start && length_of > FUNCTION_LINES)
		complain(start, "the function has " length_of " lines, more than " FUNCTION_LINES)
	start = 0
}

FNR == 1 {
	end_file()
	name = FILENAME
	start = 0
}

{
	lines = FNR
	columns = columns_of($0)
	if (columns > COLUMNS)
		complain(FNR, "the line has " columns " columns, more than " COLUMNS)
}

/^{/ { start = FNR }
/^}/ { end_function() }

start && /^\t+(}[ ]*)?(if|else|for|while|do|switch)([^A-Za-z0-9_]|$)/ {
	match($0, /^\t+/)
	if (RLENGTH > LEVELS)
		complain(FNR, "nested " RLENGTH " levels deep, more than " LEVELS)
}

END {
	end_file()
	exit wrong
}
' {src,include,tests}/**/*.[ch]
