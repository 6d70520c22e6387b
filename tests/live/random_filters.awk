# SPDX-License-Identifier: MIT
#
# Random filters, one a line, of words that occur in the table at hand:
#   awk -v seed=1 -v count=300 -f random_filters.awk WORDS
# A line of WORDS is a letter, a blank and a word of that kind; %X in a term stands for one of kind X.

function below(n) { return int(rand() * n) }

function word(kind) { return words[kind, below(counts[kind])] }

function term(    text, at, out) {
	text = terms[below(term_count)]
	while ((at = index(text, "%")) > 0) {
		out = out substr(text, 1, at - 1) word(substr(text, at + 1, 1))
		text = substr(text, at + 2)
	}
	return out text
}

function expression(depth,    n, i, out) {
	n = 1 + below(3)
	for (i = 0; i < n; i++) {
		if (i)
			out = out operators[below(6)]
		if (!below(4))
			out = out (below(2) ? "not " : "!")
		if (depth > 1 && !below(3))
			out = out "( " expression(depth - 1) " )"
		else
			out = out term()
	}
	return out
}

function add_terms(text,    part, n, i) {
	n = split(text, part, "; ")
	for (i = 1; i <= n; i++)
		terms[term_count++] = part[i]
}

BEGIN {
	srand(seed)
	# What the kernel can test stands here twice: that is where an answer can go missing.
	for (i = 0; i < 2; i++) {
		add_terms("sport = :22; dport%c0; not dport 0-1023; sport%c%p; dport%c%p; port %p; sport%c%p; dport%c%p; sport %p,%p; dport in %p,%p; port%e%p")
		add_terms("src%e%a; dst%e%a; addr %a; src%e%a; dst%e%a; src %b; dst %b; src %4:%p; dst [%6]:%p; src *:%p")
		add_terms("%p; tcp:%p; udp:%p; %4:%p; [%6]:%p; 1-1023; sport 1024-65535; dport 0-1023")
		add_terms("dev%e%d; fwmark%e%m; fwmark%e%m/%m; cgroup%e%g; autobound; protocol%e%o; family%e%f")
		add_terms("state %s; exclude %s; state %s,%s; state connected exclude %s")
	}
	add_terms("uid%c%u; user%e%U; process%e%x; process ~ k; pid%c%i; inode%c%n; cookie%c%k; netns%eblue")
	add_terms("recvq%c%q; sendq%c%q; accept_queue%c%q; backlog%c%q; cwnd%c%q; rtt%c%t; v6only%e%y; (v6only)")
	add_terms("role%e%r; scope%e%z; drops%c%q; cgroup ~ ct; full; owner_missing%e%w; port_class%eephemeral")
	operators[0] = " and "; operators[1] = " && "; operators[2] = " "
	operators[3] = " or "; operators[4] = " || "; operators[5] = " | "
}

{ words[$1, counts[$1]++] = substr($0, 3) }

END {
	for (n = 0; n < count; n++)
		print expression(1 + below(4))
}
