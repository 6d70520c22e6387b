#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Chosen columns, order, CSV, JSON Lines, the schema, and the list of fields.

# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC2016
. "${BASH_SOURCE%/*}/lib.sh"

new_ns
sock conn port=8080
sock listen addr=:: port=8081 v6only=1
sock listen port=9001 'comm=a"b,c;\n\e[31m' 'cmdline=evil,"q"\t=1+1\x9b;x\r\n'
hostile=$(of cookie listener)
hostile_pid=$(of pid listener)
sock listen port=9002 'comm=\xff\xfe\x80x'
sock bound port=8082
# Its TIME-WAIT hears the FIN again and again, and does not end while two lists are compared.
sock last-ack port=8083
sock udp-conn port=53

# A Python with the validator: Debian's own has it from python3-jsonschema.
PYTHON=
for candidate in /usr/bin/python3 python3; do
	[ -n "$PYTHON" ] || ! "$candidate" -c 'import jsonschema' 2>/dev/null || PYTHON=$candidate
done
[ -n "$PYTHON" ]
judge "python3-jsonschema is installed"

# --- columns

header() { sed -n '/^PROTO\|^STATE\|^LOCAL/{p;q}' "$OUT"; }
expect_header() {
	local got
	got=$(header | tr -s ' ')
	[ "$got" = "$1" ]
	judge "$2" "$OUT" "$ERR"
}

ct -l -t --columns local,backlog,pid
expect_header "LOCAL BACKLOG PID" "--columns: these, in this order"
expect_out '^Listeners' "--columns: the groups stay"
expect_clean "$OUT" "--columns: clean table"
ct -l -t --columns local --columns +state,backlog --columns -backlog
expect_header "LOCAL STATE" "--columns: a list that begins with a sign changes the one before"
ct -l -t --columns +rtt_us
expect_header "PROTO STATE LOCAL SCOPE SERVICE QUEUE USER RTT PROCESS" \
	"--columns +name: in front of the processes, with or without its unit"
ct -l -t --columns -process,-user,-service,-port_class,-queue,-connections,-sockets
expect_header "PROTO STATE LOCAL SCOPE" "--columns -name: by name or heading"
ct -a --columns 'tcp, -congestion'
expect_header "STATE LOCAL PEER RTT MIN-RTT CWND DELIVERY-RATE UNACKED TOTAL-RETRANS LOST RX-BYTES TX-BYTES" \
	"--columns: a named set, less one"
expect_out '^ESTAB .*(ms|s) ' "--columns rtt: what they need is collected without -i"
ct -t -P --columns local,pid,process
expect_no_out '9001 +[0-9]' "-P: the owners are not looked for, even for columns"

while read -r words; do
	fields=$("$CONNTAB" fields --json | jq -r '[.fields[] | select(.column) | .name] | join(",")')
	# shellcheck disable=SC2086
	ct -a $words --columns "$fields"
	expect_rc 0 "all columns at once: $words"
	expect_clean "$OUT" "all columns at once: $words: clean"
done <<'LIST'
-t
-u
-4 -H
LIST

# wrong OPTION VALUE PATTERN: one line that says what is wrong, and nothing listed
wrong() {
	ct -t "$1" "$2"
	expect_rc 2 "$1 '$2' is wrong"
	expect_err "$3" "$1 '$2': says so"
	[ ! -s "$OUT" ] && [ "$(wc -l <"$ERR")" = 1 ]
	judge "$1 '$2': in one line, and lists nothing" "$OUT" "$ERR"
}
wrong --columns rttt "'rttt'.*did you mean rtt\\?"
wrong --columns recvqq "did you mean recv_queue"
wrong --columns local,tiemrs "did you mean timers"
wrong --columns 'local xyzzy peer' "'local xyzzy peer'.*commas"
wrong --columns local,,state "expected names"
wrong --columns '' "expected names"
wrong --columns -local,-rtt,zzzzzz "'zzzzzz'"
wrong --columns -default "no column"
wrong --columns $'\e[31m' 'x1b\[31m'
wrong --sort -recvqueue "did you mean recv_queue"
wrong --sort tcp "group"
wrong --sort default "no such field"
wrong --sort '' "expected names"
wrong --format yaml "table, json, jsonl or csv"
wrong --format '' "table, json, jsonl or csv"

# --- order

# column N: the Nth words of the rows of TCP listeners, without headings
column() { awk -v n="$1" '{ print $n }' "$OUT"; }
ct -l -t -H --columns local_port --sort local_port
column 1 >"$TMP/up"
sort -n "$TMP/up" >"$TMP/sorted"
expect_same "$TMP/sorted" "$TMP/up" "--sort: ascending"
ct -l -t -H --columns local_port --sort -local_port
column 1 >"$TMP/down"
sort -rn "$TMP/up" >"$TMP/sorted"
expect_same "$TMP/sorted" "$TMP/down" "--sort -name: descending"
for direction in "" -; do
	ct -a -t -H --csv --columns backlog,cookie --sort "${direction}backlog"
	tr -d '\r' <"$OUT" | cut -d, -f1 | uniq | tail -n 1 >"$TMP/last"
	[ "$(cat "$TMP/last")" = "" ]
	judge "--sort ${direction}backlog: what is unknown comes last" "$OUT"
done
ctj -a --sort state,-local_port
expect_json '[.sockets[] | [.state, -.local.port]] | . == sort' "--sort: JSON, by two keys"
ct -a --jsonl --sort state,-local_port
[ "$(jq -s '[.[] | [.state, -.local.port]] | . == sort and length > 5' "$OUT")" = true ]
judge "--sort: JSON Lines" "$OUT"
ct -a --jsonl
jq -c .cookie "$OUT" | sort >"$TMP/all"
ct -a --jsonl --sort peer,local
jq -c .cookie "$OUT" | sort >"$TMP/sorted"
expect_same "$TMP/all" "$TMP/sorted" "--sort loses no socket"
ctj -a -t --sort -rtt
expect_json '[.sockets[] | select(.state == "ESTAB").tcp.rtt_us] | length == 2 and all(. > 0)' \
	"--sort rtt: read without -i"
expect_json '[.sockets[].tcp.rtt_us] | . == (map(select(. != null)) | sort | reverse) + map(select(. == null))' \
	"--sort -rtt: the slowest first, the unknown last"

# --- CSV

# parse: the CSV in $OUT by Python's reader, strict, as JSON objects
parse() {
	"$PYTHON" - "$OUT" >"$TMP/parsed" 2>"$TMP/python" <<'END'
import csv, json, sys
text = open(sys.argv[1], "rb").read().decode("utf-8")
assert text.endswith("\r\n") and text.count("\n") == text.count("\r\n")
assert not any(ord(c) < 32 or 127 <= ord(c) < 160 for c in text.replace("\r\n", ""))
rows = list(csv.reader(text.splitlines(), strict=True))
assert len(rows) == text.count("\r\n") and len(rows) > 1
assert all(len(row) == len(rows[0]) for row in rows)
json.dump([dict(zip(rows[0], row)) for row in rows[1:]], sys.stdout)
END
	judge "$1: every line is a record, UTF-8 and without control characters" "$TMP/python" "$OUT"
}

# expect_parsed FILTER TEXT [NAME VALUE...]
expect_parsed() {
	local filter=$1 text=$2 args=()
	shift 2
	while [ $# -gt 0 ]; do
		args+=(--arg "$1" "$2")
		shift 2
	done
	[ "$(jq "${args[@]}" "$filter" "$TMP/parsed" 2>"$TMP/jq")" = true ]
	judge "$text" "$TMP/parsed" "$TMP/jq"
}

ctj -a
jq '[.sockets[] | {protocol, state, cookie: "\(.cookie)", local_port: "\(.local.port)",
	local_address: .local.address, inode: "\(.inode // "")", uid: "\(.uid // "")"}] | sort_by(.cookie)' \
	"$OUT" >"$TMP/json"
ct -a --csv
parse "--csv"
jq '[.[] | {protocol, state, cookie, local_port, local_address, inode, uid}] | sort_by(.cookie)' \
	"$TMP/parsed" >"$TMP/csv"
expect_same "$TMP/json" "$TMP/csv" "--csv says what JSON says"
expect_parsed '.[] | select(.cookie == $c) | .pid == $pid and .process == "a\"b,c\\x3b\\n\\x1b[31m" and
	(.command_line | startswith("evil,\"q\"\\t=1+1\\x9b"))' "--csv: hostile names, escaped" \
	c "$hostile" pid "$hostile_pid"
for options in "-e -o" "-i" "-m" "-e -i -m -o -P" "--sort process" "--columns owners,other_end,queue,netns,local"; do
	# shellcheck disable=SC2086
	ct -a --csv $options
	parse "--csv $options"
done
ct -t -i --csv --columns state,rtt,last_data_recv,delivery_rate
expect_out '^state,rtt_us,last_data_recv_ms,delivery_rate_bps.?$' "--csv: units in the names"
parse "--csv with units"
expect_parsed '[.[] | select(.state == "ESTAB") | .rtt_us | tonumber] | length == 2 and all(. > 0)' \
	"--csv: bare numbers"
ct -t --csv -H --columns state
expect_no_out 'state' "--csv -H: no line of names"
ct -t --csv -P
expect_no_out 'pid|owner_missing' "--csv -P: no columns of owners"

# --- JSON Lines

ct -a --jsonl
[ "$(jq -s 'length' "$OUT")" = "$(wc -l <"$OUT")" ] && jq -e . "$OUT" >/dev/null
judge "--jsonl: each line is a value" "$OUT"
ctj -a
jq -cS '.sockets[] | del(.timer)' "$OUT" | sort >"$TMP/sockets"
ct -a --jsonl
jq -cS 'del(.timer)' "$OUT" | sort >"$TMP/lines"
expect_same "$TMP/sockets" "$TMP/lines" "--jsonl: the sockets of --json"
run_as setpriv --reuid=65534 --regid=65534 --clear-groups "$CONNTAB" -a --jsonl
expect_err 'warning' "--jsonl: notes go to standard error"

for format in table json jsonl csv; do
	ct -l --columns +backlog --format "$format"
	cp "$OUT" "$TMP/named"
	[ -s "$OUT" ]
	judge "--format $format" "$ERR"
done
ct -l --columns +backlog --csv
expect_same "$TMP/named" "$OUT" "--format csv is --csv"

# --- the schema

"$CONNTAB" schema >"$TMP/schema"
expect_same "${BASH_SOURCE%/*}/../../share/conntab-1.schema.json" "$TMP/schema" \
	"the schema in share/ is that of this program (else: make docs)"

# validates OPTIONS: --json and each line of --jsonl
validates() {
	local with=(ct)
	[ "$1" = root ] || with=(run_as setpriv --reuid=65534 --regid=65534 --clear-groups "$CONNTAB")
	"${with[@]}" --json "${@:2}"
	cp "$OUT" "$TMP/document"
	"${with[@]}" --jsonl "${@:2}"
	"$PYTHON" - "$TMP/schema" "$TMP/document" "$OUT" >"$TMP/python" 2>&1 <<'END'
import json, jsonschema, sys
schema = json.load(open(sys.argv[1]))
checker = jsonschema.Draft7Validator
checker.check_schema(schema)
document = json.load(open(sys.argv[2]))
checker(schema).validate(document)
lines = open(sys.argv[3]).read().splitlines()
assert lines and document["sockets"]
line = dict(schema, **{"$ref": "#/definitions/socket"})
for key in ("type", "properties", "required", "additionalProperties"):
    del line[key]
for text in lines:
    checker(line).validate(json.loads(text))
for key in document["sockets"][0]:
    broken = {k: v for k, v in document["sockets"][0].items() if k != key}
    assert not checker(line).is_valid(broken), key
assert not checker(line).is_valid(dict(document["sockets"][0], more=1))
assert not checker(line).is_valid(dict(document["sockets"][0], state="OPEN"))
END
	judge "the schema holds: $*" "$TMP/python"
}
validates root -a
validates root -a -e -i -m -o
validates root -a -P
validates root -l -u
validates nobody -a -i -m

# --- fields

"$CONNTAB" fields >"$OUT"
expect_clean "$OUT" "fields: clean text"
for word in local_port rtt memory_drops command_line; do
	expect_out "^  $word +[a-z]" "fields: $word"
done
expect_out '^  queues +.*accept_queue' "fields: named sets"
expect_out 'FIN-WAIT-1' "fields: states"
"$CONNTAB" fields --json >"$TMP/fields"
[ "$(jq '[.fields[].name] | length > 100 and length == (unique | length)' "$TMP/fields")" = true ]
judge "fields --json: each once" "$TMP/fields"
[ "$(jq '[.fields[].name] as $all | [.column_sets[].fields // [] | .[]] - $all == []' "$TMP/fields")" = true ]
judge "fields --json: sets are of fields" "$TMP/fields"
# What it says of JSON is true: all paths are there, and no others.
ctj -t -i -m
jq -r '.sockets[] | select(.state == "ESTAB") | [keys[], (.tcp | keys[] | "tcp." + .), (.memory | keys[] | "memory." + .)] | .[]' \
	"$OUT" | sort -u >"$TMP/paths"
jq -r '.fields[].json // empty' "$TMP/fields" | sort -u >"$TMP/said"
expect_same "$TMP/paths" "$TMP/said" "fields --json: where JSON has them"
"$CONNTAB" fields --csv >"$OUT" 2>"$ERR"
RC=$?
expect_rc 2 "fields --csv: there is none"

end
