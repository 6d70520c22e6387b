#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Completion by the shells themselves: what each offers behind a line that was typed so far.

# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC2317
. "${BASH_SOURCE%/*}/lib.sh"

here=$(cd "${BASH_SOURCE%/*}" && pwd)
scripts=$TMP/scripts
# No other test's name begins with it.
name=ct-live-$$-tab
mkdir "$scripts"
"$CONNTAB" completion bash >"$scripts/conntab.bash"
"$CONNTAB" completion zsh >"$scripts/_conntab"
"$CONNTAB" completion fish >"$scripts/conntab.fish"
# A name that a careless script would run: completion must neither offer nor obey it.
sleep 300 &
STARTED+=($!)
cp "$(command -v sleep)" "$TMP/\$(touch ran)"
(cd "$TMP" && exec "./\$(touch ran)" 300) &
STARTED+=($!)
ip netns add "$name"
NAMED+=("$name")

# bash gives words apart where COMP_WORDBREAKS has them apart; so do we, with blanks in between.
bash_offers() {
	bash -c '
		cd "$1" && source ./scripts/conntab.bash && shift
		read -ra COMP_WORDS <<<"$1"
		[[ $1 != *" " ]] || COMP_WORDS+=("")
		COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
		_conntab
		printf "%s\n" "${COMPREPLY[@]}" | sort -u' bash "$TMP" "$1"
}

zsh_offers() {
	rm -f "$TMP"/offered*
	(cd "$TMP" && OFFERED=$TMP/offered COMPLETIONS=$scripts ZDOTDIR=$here/zsh TERM=dumb \
		timeout 120 zsh -f "$here/zsh/offer.zsh" "$1")
}

fish_offers() {
	(cd "$TMP" && HOME=$TMP fish --no-config -c \
		"source $scripts/conntab.fish; complete -C \$argv[1]" "$1" | cut -f 1 | sort -u)
}

# offers SHELL LINE EXPECTED TEXT: the words, in alphabetical order
offers() {
	"$1_offers" "$2" 2>"$ERR" | grep . | paste -sd ' ' >"$OUT"
	COMMAND="$1: $2"
	printf '%s\n' "$3" >"$TMP/expected"
	if cmp -s "$TMP/expected" "$OUT" && [ ! -s "$ERR" ]; then
		ok "$1: $4"
	else
		not_ok "$1: $4" "$TMP/expected" "$OUT" "$ERR"
	fi
}

# among SHELL LINE WORD TEXT: it is one of those that are offered
among() {
	"$1_offers" "$2" >"$OUT" 2>"$ERR"
	if grep -Fxq -- "$3" "$OUT"; then
		ok "$1: $4"
	else
		not_ok "$1: $4" "$OUT" "$ERR"
	fi
}

# none SHELL LINE TEXT
none() { offers "$1" "$2" '' "$3"; }

for shell in bash zsh fish; do
	for word in list record completion state dport not rtt; do
		among "$shell" "conntab $word" "$word" "'$word' may come first"
	done
	offers "$shell" "conntab --list" "--listen --listening" "options"
	offers "$shell" "conntab completion " "bash fish zsh" "shells"
	offers "$shell" "conntab why --reuse" "--reuseaddr --reuseport" "options of a command"
	offers "$shell" "conntab why -t --no-v" "--no-v6only" "and behind another option"
	among "$shell" "conntab why --device l" lo "an interface behind --device"
	among "$shell" "conntab why --user ro" root "a user behind --user"
	offers "$shell" "conntab why dom" "domain domain-s" "a service behind why"
	offers "$shell" "conntab -N $name" "$name" "a namespace behind -N"
	offers "$shell" "conntab --netns $name" "$name" "and behind --netns"
	offers "$shell" "conntab state list" "listen listening" "states"
	offers "$shell" "conntab exclude time" "time-wait timewait" "states behind exclude"
	offers "$shell" "conntab dport = dom" "domain domain-s" "services behind an operator"
	among "$shell" "conntab user ro" root "a user"
	among "$shell" "conntab process sle" sleep "a process"
	among "$shell" "conntab dev l" lo "an interface"
	offers "$shell" "conntab protocol udp" "udp udplite" "protocols"
	offers "$shell" "conntab scope in loo" loopback "words of a field"
	none "$shell" "conntab rtt " "nothing behind what is a number"
	among "$shell" "conntab user root sta" state "behind a term comes another"
	none "$shell" "conntab completion bash sta" "but not behind a command that takes none"
	among "$shell" "conntab record /etc/passw" \
		"$([ "$shell" = zsh ] && echo passwd || echo /etc/passwd)" "a file behind record"
	"${shell}_offers" "conntab process " >"$OUT" 2>"$ERR"
	expect_no_out 'touch' "$shell: no name that would need quotes"
done
offers bash "conntab --color = a" "always auto" "an argument behind ="
offers fish "conntab --color=a" "--color=always --color=auto" "an argument behind ="
offers zsh "conntab --color=a" "always auto" "an argument behind ="
offers bash "conntab state established,list" "established,listen established,listening" "a list"
offers fish "conntab state established,list" "established,listen established,listening" "a list"
offers zsh "conntab state established,list" "listen listening" "a list"

find "$TMP" -name ran >"$TMP/found"
[ ! -s "$TMP/found" ]
judge "no name was run as a command" "$TMP/found"

# Every option and command that takes a value has completion for it.
"$CONNTAB" --help | sed -n 's/^ .*--\([a-z-]*\) [A-Z][A-Z]* .*/\1/p' >"$TMP/valued"
[ -s "$TMP/valued" ]
judge "there are options with a value" "$TMP/valued"
while read -r option; do
	bash_offers "conntab --$option " >"$OUT"
	[ -s "$OUT" ]
	judge "bash: something is offered behind --$option" "$OUT"
done <"$TMP/valued"

end
