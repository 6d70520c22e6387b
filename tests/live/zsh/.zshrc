# Read by the interactive zsh of 90-completion.sh. What completion offers goes to the file $OFFERED.
fpath=($COMPLETIONS $fpath)
autoload -Uz compinit
compinit -u -D
unsetopt beep
LISTMAX=10000
PS1=
bindkey '^I' list-choices

# -O, -A and -D only ask.
compadd() {
	local -a offered
	builtin compadd "$@"
	local result=$?
	if [[ ${@[1,(i)(-|--)]} != *-(O|A|D)\ * ]]; then
		builtin compadd -O offered "$@"
		print -rl -- $offered >>$OFFERED
	fi
	return result
}
comppostfuncs=(finished)
finished() { print >$OFFERED.done }
print >$OFFERED.ready
