#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Words and options of ss, netstat, lsof, fuser and htop: one line says how it is written here, and
# what it says can be pasted.

# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC2016
. "${BASH_SOURCE%/*}/lib.sh"

new_ns
here ip link add habit0 type veth peer name habit1
sock listen port=8080 comm=habitd

# says ADVICE WORDS...: exit 2, nothing on standard output, and one line that ends with the advice
says() {
	local advice=$1
	shift
	ct "$@"
	[ "$RC" = 2 ] && [ ! -s "$OUT" ] && [ "$(wc -l <"$ERR")" = 1 ] && grep -Fq -- "$advice" "$ERR" &&
		! grep -q 'did you mean' "$ERR"
	judge "$*: $advice" "$OUT" "$ERR"
}

# --- options
says 'conntab 80' --port 80
says 'conntab 80' --port=80
says 'conntab why 80' why --port 80
says 'conntab pid 7' --pid 7
says 'conntab user www-data' --user www-data
says 'conntab user www-data' --user=www-data
says 'conntab process nginx' --process nginx
says 'conntab process nginx' --program=nginx --port 80 --name nginx
says 'conntab state listen' --state listen
says 'conntab -l' --listen
says 'conntab src 10.0.0.1' --src 10.0.0.1
says 'conntab dev eth0' --iface eth0
says 'conntab dev eth0' --device eth0
says 'conntab -t -l' -iTCP -sTCP:LISTEN
says 'conntab -t -l' -nP -iTCP -sTCP:LISTEN
says 'conntab -t port 80 -l' -iTCP:80 -sTCP:LISTEN
says 'conntab port 80' -i:80
says 'conntab -4 -u' -i4UDP
says 'conntab host 10.0.0.1' -i@10.0.0.1
says 'conntab -t state ESTABLISHED' -iTCP -sTCP:ESTABLISHED
for option in -x --unix --xdp --vsock --tipc --netlink -S -M -0 -d --dccp -U; do
	says 'sockets are not listed by this version' "$option"
done
says 'closes no sockets' -K dst 10.0.0.1
says 'watch conntab' -c
says '--sort' --sort-key rtt
# What is not plain is not written again.
says 'conntab process VALUE' --name "a'b"
says 'conntab 80' --port '$(id)'

# --- words
says 'conntab tcp:80' 80/tcp
says 'conntab udp:53' 53/udp
says 'conntab -6 udp:53' 53/udp6
says 'conntab tcp:80' tcp/80
says 'conntab tcp:80,443' 80,443/tcp
says 'conntab tcp:80' 80/tcp,443/tcp
says 'conntab [::1]:8080' 'https://[::1]:8080/'
says 'conntab localhost:80' tcp://localhost:80
says 'conntab why /run/app.sock' unix:/run/app.sock
says 'conntab why /run/app.sock' unix:///run/app.sock
says 'conntab -6 tcp' tcp6
says 'conntab -6 tcp:80' tcp6:80
says 'conntab [::]:80' :::80
says 'conntab 127.0.0.1:80' 127.0.0.1.80
says 'conntab localhost:8080' http://localhost:8080/path
says 'conntab state listen' listen
says 'conntab -l' LISTENING
says 'conntab state TIME_WAIT' TIME_WAIT
says 'conntab state LISTEN' -s TCP:LISTEN
says 'conntab -l' listeners
says 'conntab pid 70000' 70000
says 'conntab unit nginx.service' nginx.service
says 'conntab user www-data' user:www-data
says 'conntab process nosuchd' nosuchd
says 'conntab process habitd' habitd
says 'conntab process habitd' -l habitd
says 'conntab user root' root
says 'conntab dev habit0' habit0
says 'unix sockets are not listed by this version' unix
says 'unix sockets are not listed by this version' ./rel
says 'unix sockets are not listed by this version' /run/app.sock
says 'conntab host db.example.org' db.example.org

# A slip is still one.
ct 'sprot = 80'
expect_err "did you mean 'sport'" "'sprot = 80' in one word: the nearest word"
ct sprot = 80
expect_err "did you mean 'sport'" "sprot = 80: the nearest word"
ct tpc
expect_err "did you mean 'tcp'" "tpc: the nearest protocol"

# --- why
says 'conntab why tcp:80' why tcp 80
says 'conntab why tcp:80' why 80/tcp
says 'conntab why -6 tcp:80' why tcp6:80
says 'conntab process nosuchd' why nosuchd
says 'conntab process habitd' why habitd
says 'conntab why localhost:8080' why localhost
says 'conntab why 127.0.0.1:8080' why 127.0.0.1
echo '127.0.0.9 a;b|>c' >"$TMP/hosts"
run_as unshare --mount sh -c 'mount --bind "$1" /etc/hosts && exec "$2" why "a;b|>c"' sh "$TMP/hosts" "$CONNTAB"
expect_err 'conntab why HOST:8080$' "why of a host with a hostile name: no command has it"
says 'conntab why localhost:80' why http://localhost:80/

# A relative path is one.
run_as sh -c 'cd "$1" && exec "$2" why ./rel' sh "$TMP" "$CONNTAB"
expect_rc 0 "why ./rel: free"
nsenter --target "$NS" --net -- python3 -c 'import os, socket, sys, time
os.chdir(sys.argv[1])
s = socket.socket(socket.AF_UNIX)
s.bind("rel")
s.listen()
time.sleep(600)' "$TMP" >/dev/null 2>&1 &
STARTED+=("$!")
until_true test -S "$TMP/rel"
run_as sh -c 'cd "$1" && exec "$2" why ./rel' sh "$TMP" "$CONNTAB"
expect_rc 1 "why ./rel: taken"
expect_out "pid $!" "why ./rel: by whom"
run_as sh -c 'cd "$1/.." && exec "$2" why "./${1##*/}/rel"' sh "$TMP" "$CONNTAB"
expect_rc 1 "why ./DIR/rel: taken"

# --- what it says works
for words in '-t -l' '-t port 8080 -l' 'process habitd' 'tcp:8080' '-l' 'state listen' '127.0.0.1:8080'; do
	# shellcheck disable=SC2086
	ct $words
	expect_rc 0 "conntab $words"
done

end
