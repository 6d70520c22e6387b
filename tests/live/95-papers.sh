#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# What README.md and the manual tell a reader to type is true.

# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC2016
. "${BASH_SOURCE%/*}/lib.sh"
# shellcheck source-path=SCRIPTDIR source=scene.sh
. "${BASH_SOURCE%/*}/scene.sh"

top=$(cd "${BASH_SOURCE%/*}/../.." && pwd)
name=ct-live-$$-db
scene "$name"
mkdir "$TMP/bin" && ln -s "$CONNTAB" "$TMP/bin/conntab"
export PATH=$TMP/bin:$PATH
cd "$TMP" || exit 1

# typed LINE: what a shell makes of it
typed() { run_as bash -o pipefail -c "$1"; }

# Commands, and below each of them words that it printed when README.md was written: names of programs
# and states, which must be there again.
awk '/^```console$/ { shown = 1; next } /^```$/ { shown = 0 } shown' "$top/README.md" >"$TMP/console"
grep '^\$ ' "$TMP/console" | cut -c 3- >"$TMP/commands"
[ "$(wc -l <"$TMP/commands")" -ge 10 ]
judge "README.md has ten commands and more" "$TMP/commands"
while IFS= read -r command; do
	typed "${command/-N db/-N $name}"
	expect_rc "$([[ $command == 'conntab why '* ]]; echo $((! $?)))" "README: $command"
	awk -v wanted="\$ $command" '/^\$ / { shown = $0 == wanted; next } shown' "$TMP/console" |
		grep -Eow 'sshd|nginx|node|postgres|php-fpm|dnsmasq|worker|psql|redis-server|free|[A-Z]+-[A-Z]+|ESTAB|LISTEN|UNCONN' |
		sort -u >"$TMP/words"
	while IFS= read -r word; do
		grep -Fqw -- "$word" "$OUT" || echo "$word"
	done <"$TMP/words" >"$TMP/absent"
	[ ! -s "$TMP/absent" ]
	judge "README: and it prints what it did" "$TMP/absent" "$OUT"
done <"$TMP/commands"

# Exit 1 behind -q: the other answer.
typed "conntab -q 5432 || echo free"
[ ! -s "$OUT" ]
judge "a port that is taken is not free" "$OUT"
grep -o '`conntab [^`]*`' "$top/README.md" | tr -d '`' | grep -v ' pid \|man \| -- ' >"$TMP/commands"
while IFS= read -r command; do
	typed "$command"
	[ "$RC" -le 1 ] && [ ! -s "$ERR" ]
	judge "README: $command" "$ERR"
done <"$TMP/commands"

# Every example of conntab-filter(7) is understood; where one says what it shows, it is looked at.
sed -n 's/\\(dq/"/g; s/^\.Dl [$#] conntab \(--explain \|-q \)\{0,1\}//p' "$top/man/conntab-filter.7" |
	sed 's/ && .*//' >"$TMP/examples"
[ "$(wc -l <"$TMP/examples")" -ge 40 ]
judge "conntab-filter(7) has many examples" "$TMP/examples"
while IFS= read -r words; do
	typed "conntab --explain $words"
	[ "$RC" = 0 ] && [ ! -s "$ERR" ] && grep -q '^the kernel is asked' "$OUT"
	judge "conntab-filter(7): $words" "$ERR" "$OUT"
done <"$TMP/examples"
sed -n 's/^\.Dl [$#] //p' "$top/man/conntab-fields.7" "$top/man/conntab.8" |
	grep '^conntab' | grep -v ' 4242\|web\.record\|FILE' >"$TMP/examples"
while IFS= read -r command; do
	typed "set +o pipefail; $command"
	[ "$RC" -le 1 ]
	judge "manual: $command" "$ERR" "$OUT"
done <"$TMP/examples"

# The words that conntab fields lists are those that filters take.
typed "conntab fields --json"
jq -r '.filter_words[] | [.name, .operand // "", .words[0] // ""] | join(" ")' "$OUT" >"$TMP/words"
[ "$(wc -l <"$TMP/words")" -ge 100 ]
judge "conntab fields --json has the words of filters" "$OUT"
# value OPERAND CHOICE: something that fits
value() {
	case $1 in
	"" | '[yes|no]') ;;
	STATE | PROTOCOL | FAMILY | WORD) echo "$2" ;;
	ADDRESS) echo 192.0.2.10 ;;
	TIME) echo 20ms ;;
	BYTES | RATE) echo 10k ;;
	*) echo 1 ;;
	esac
}
while read -r word operand choice; do
	typed "conntab --explain $word $(value "$operand" "$choice")"
	[ "$RC" = 0 ]
	judge "a filter takes $word $(value "$operand" "$choice")" "$ERR"
done <"$TMP/words"

# No line of --help is wider than a terminal; each option and command has its place in the manual.
typed "conntab --help"
awk 'length > 80' "$OUT" >"$TMP/long"
[ ! -s "$TMP/long" ]
judge "--help fits into 80 columns" "$TMP/long"
sed -n 's/^ .*--\([a-z0-9-]*\).*/\1/p' "$OUT" >"$TMP/options"
while IFS= read -r option; do
	grep -Eq "^\.It Fl.* -${option}( |\$)" "$top/man/conntab.8"
	judge "conntab(8) explains --$option"
done <"$TMP/options"
sed -n '/^Commands/,/^$/s/^  \([a-z]*\) .*/\1/p' "$OUT" >"$TMP/options"
while IFS= read -r command; do
	grep -Eq "^\.Cm .*\b$command\b|^\.Op Cm $command" "$top/man/conntab.8"
	judge "conntab(8) has the command $command"
done <"$TMP/options"

end
