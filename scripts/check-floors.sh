#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Prove that the sources keep to their floors: who includes whom, who may know
# netlink and curses, who may print and exit; and that no headers include each
# other in a circle.
set -euo pipefail
shopt -s nullglob globstar

cd "$(dirname "${BASH_SOURCE[0]}")/.."
files=(include/**/*.[ch] src/**/*.[ch])

awk '
BEGIN {
	knows["base"] = "base"
	knows["model"] = "base model"
	knows["collect"] = "base model collect"
	knows["filter"] = "base model filter"
	knows["diagnose"] = "base model diagnose"
	knows["view"] = "base model view"
	knows["tui"] = "base model filter view tui"
	knows["cmd"] = "base model collect filter diagnose view tui cmd"
	for (i = 1; i < ARGC; i++)
		is_file[ARGV[i]] = 1
}

function complain(text) {
	print FILENAME ":" FNR ": " text
	wrong = 1
}

# Is `word` one of the words of `list`?
function is_in(word, list) {
	return index(" " list " ", " " word " ")
}

# A header of ours; returns its path, "" after a complaint.
function find_header(name,    other, path) {
	if (name !~ /\//) {
		path = directory "/" name
		if (!is_file[path] || FILENAME ~ /^include\//)
			complain("\"" name "\" is no private header of this floor")
		return is_file[path] ? path : ""
	}
	path = "include/" name
	other = name
	sub(/\/.*/, "", other)
	if (!is_file[path])
		complain("there is no " path)
	else if (!is_in(other, knows[floor]))
		complain(floor " must not include " other " (\"" name "\")")
	return is_file[path] ? path : ""
}

function check_system_header(name) {
	if (is_file["include/" name])
		complain("<" name "> is ours: write \"" name "\"")
	if (name ~ /^libmnl\// || name ~ /^linux\/.*_diag\.h$/) {
		if (FILENAME !~ /^src\/collect\//)
			complain("only src/collect includes <" name ">")
	} else if (name ~ /curses/ && FILENAME !~ /^src\/tui\//) {
		complain("only src/tui includes <" name ">")
	}
}

function check_include(line,    name, path) {
	name = line
	sub(/^[ \t]*#[ \t]*include[ \t]*["<]/, "", name)
	sub(/[">].*/, "", name)
	if (line ~ /</) {
		check_system_header(name)
	} else {
		path = find_header(name)
		if (path != "")
			edges[FILENAME] = edges[FILENAME] " " path
	}
}

# The line without comments, strings and characters.
function code_of(line,    end) {
	if (in_comment) {
		end = index(line, "*/")
		if (!end)
			return ""
		in_comment = 0
		line = substr(line, end + 2)
	}
	gsub(/\\./, "", line)
	gsub(/"[^"]*"/, "\"\"", line)
	gsub(/\47[^\47]*\47/, "0", line)
	sub(/\/\/.*/, "", line)
	while (match(line, /\/\*/)) {
		end = index(substr(line, RSTART + 2), "*/")
		if (!end) {
			in_comment = 1
			return substr(line, 1, RSTART - 1)
		}
		line = substr(line, 1, RSTART - 1) " " substr(line, RSTART + 3 + end)
	}
	return line
}

FNR == 1 {
	split(FILENAME, part, "/")
	floor = part[2]
	directory = FILENAME
	sub(/\/[^\/]*$/, "", directory)
	in_comment = 0
	if (!(floor in knows))
		complain("there is no floor \"" floor "\"")
}

/^[ \t]*#[ \t]*include[ \t]/ {
	check_include($0)
	next
}

{
	code = code_of($0)
	if (floor == "cmd")
		next
	# These fork; their processes end without the handlers and buffers of the caller.
	if (FILENAME ~ /^src\/(diagnose\/trace|collect\/unix_file)/)
		gsub(/(^|[^A-Za-z0-9_])_exit[ \t]*\(/, "(", code)
	if (match(code, /(^|[^A-Za-z0-9_.>])(v?printf|puts|putchar|perror|_?exit|_Exit|abort|errx?|warnx?)[ \t]*\(/))
		complain("only src/cmd prints and exits: " substr(code, RSTART, RLENGTH) "...)")
	if (match(code, /(^|[^A-Za-z0-9_])(stdout|stderr)([^A-Za-z0-9_]|$)/))
		complain("only src/cmd prints: " substr(code, RSTART, RLENGTH))
}

# Depth first; a file that is entered while open closes a circle.
function visit(file, path,    next_file, n, i) {
	if (mark[file] == "open") {
		print file ":1: includes itself: " path
		wrong = 1
	}
	if (mark[file] != "")
		return
	mark[file] = "open"
	n = split(edges[file], next_file, " ")
	for (i = 1; i <= n; i++)
		visit(next_file[i], path " -> " next_file[i])
	mark[file] = "done"
}

END {
	for (i = 1; i < ARGC; i++)
		visit(ARGV[i], ARGV[i])
	exit wrong
}
' "${files[@]}"
