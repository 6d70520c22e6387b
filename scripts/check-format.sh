#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Compare C sources with what clang-format makes of them: indentation, blanks and braces must be as
# .clang-format says. Where a long statement or a table row breaks, and where the comments behind
# the code stand, is the author's choice; clang-format has no option for that.
#   scripts/check-format.sh FILE...
set -u

# One line for each statement, with single blanks; its indentation stays.
statements() {
	awk '
	# Is the head of an if, a loop or a block complete?
	function is_head(text,    opened, closed) {
		sub(/^[0-9]*:[ \t]*/, "", text)
		if (text ~ /^(.* )?(else|do)( {)?$/ || text == "{")
			return 1
		opened = gsub(/\(/, "(", text)
		closed = gsub(/\)/, ")", text)
		return opened == closed &&
		       (text ~ /^(} )?(else )?(if|for|while|switch) .*\)$/ || text ~ /\) {$/)
	}

	{
		blank = /^[ \t]*$/
		macro = sub(/[ \t]*\\$/, "")
		match($0, /^[ \t]*/)
		indent = substr($0, 1, RLENGTH)
		text = substr($0, RLENGTH + 1)
		gsub(/[ \t]+/, " ", text)
		sub(/ $/, "", text)
		gsub(/\( /, "(", text)
		if (statement == "")
			statement = FNR ":" indent text
		else
			statement = statement (statement ~ /\($/ ? "" : " ") text
		# In macros clang-format 14 takes these for a pointer and a cast.
		gsub(/& /, "\\&", statement)
		gsub(/\) - /, ")-", statement)
		if (!macro && (blank || text ~ /([;:}]|\*\/)$/ || indent text ~ /^#/ ||
			       is_head(statement))) {
			print statement
			statement = ""
		}
	}
	END { if (statement != "") print statement }
	'
}

# The number in front of each statement is for the message only.
numbers() { cut -d: -f1; }
texts() { cut -d: -f2-; }

failed=0
for file in "$@"; do
	ours=$(statements <"$file")
	theirs=$(clang-format "$file" | statements)
	first=$(cmp <(texts <<<"$ours") <(texts <<<"$theirs") 2>&1 | sed -n 's/.*line \([0-9]*\)$/\1/p')
	[ -n "$first" ] || continue
	echo "$file:$(sed -n "${first}p" <<<"$ours" | numbers): clang-format would write"
	sed -n "${first}p" <<<"$theirs" | texts
	echo "instead of"
	sed -n "${first}p" <<<"$ours" | texts
	failed=1
done
exit "$failed"
