# offer.zsh LINE: types LINE and the tab key into an interactive zsh, and prints what is offered.
zmodload zsh/zpty
zpty shell zsh -i
for ((i = 0; i < 1200; i++)) { [[ -e $OFFERED.ready ]] && break; sleep 0.05 }
zpty -w -n shell "$1"$'\t'
for ((i = 0; i < 3000; i++)) {
	[[ -e $OFFERED.done ]] && break
	sleep 0.02
	while zpty -r -t shell junk; do :; done
}
zpty -d shell
[[ -e $OFFERED ]] && sort -u $OFFERED
