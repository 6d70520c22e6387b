#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# How a server listens, measured again: the rows of docs/servers.md.
#   tests/live/measure-server.sh                    names of the servers that it knows
#   tests/live/measure-server.sh NAME...            measures them; each has to be installed
#   tests/live/measure-server.sh PORT COMMAND...    measures any other; it must not go to the background
# Each runs in namespaces of its own and ends with them. Needs root, ip, ss, unshare and python3.
# shellcheck disable=SC2016,SC2317
set -u

# NAME|PORT|COMMAND; $D is an empty directory, in which it runs
SERVERS='
http.server|8000|python3 -m http.server 8000
socketserver|8000|python3 -c "import socketserver as s; s.TCPServer((\"\", 8000), s.StreamRequestHandler).serve_forever()"
node|8000|node -e "require(\"http\").createServer().listen(8000)"
perl|8000|perl -MIO::Socket::INET -e "\$s = IO::Socket::INET->new(Listen => 5, LocalPort => 8000) or die; push @a, \$s->accept while 1"
ruby|8000|ruby -rsocket -e "s = TCPServer.new(8000); a = []; loop { a << s.accept }"
php|8000|php -S 0.0.0.0:8000
nginx|8000|printf "daemon off; error_log stderr; pid \$D/pid; events {} http { access_log off; server { listen 8000; } }" >\$D/conf; exec nginx -c \$D/conf
nginx-reuseport|8000|printf "daemon off; error_log stderr; pid \$D/pid; events {} http { access_log off; server { listen 8000 reuseport; } }" >\$D/conf; exec nginx -c \$D/conf
haproxy|8000|printf "defaults\n mode tcp\n timeout client 9s\n timeout server 9s\n timeout connect 9s\nlisten a\n bind :8000\n" >\$D/conf; exec haproxy -f \$D/conf
redis|6379|redis-server --save "" --daemonize no
memcached|11211|memcached -u nobody -p 11211
mosquitto|1883|mosquitto
lighttpd|8000|printf "server.port = 8000\nserver.document-root = \"/\"\n" >\$D/conf; exec lighttpd -D -f \$D/conf
gunicorn|8000|printf "def app(e, s): return []\n" >\$D/app.py; exec gunicorn -b :8000 -w 2 app:app
uwsgi|8000|exec uwsgi_python3 --http-socket :8000 --master
unbound|8053|printf "server:\n do-daemonize: no\n num-threads: 4\n port: 8053\n chroot: \"\"\n username: \"\"\n pidfile: \"\"\n" >\$D/conf; exec unbound -c \$D/conf
dnsmasq|8053|exec dnsmasq -k -C /dev/null -p 8053 -u root
socat|8000|exec socat TCP-LISTEN:8000,fork EXEC:cat
nc.openbsd|8000|exec nc.openbsd -lk 8000
'

known() { cut -d'|' -f1 <<<"$SERVERS" | grep .; }

if [ $# = 0 ]; then
	known
	exit
fi
if [ -z "${MEASURED-}" ]; then
	if [[ $1 =~ ^[0-9]+$ ]]; then
		MEASURED=1 exec unshare --net --mount --pid --fork --kill-child --mount-proc \
			bash "$0" "$1" "${*:2}"
	fi
	for name; do
		row=$(grep "^$name|" <<<"$SERVERS") || { echo "$name: not known"; exit 2; }
		port=$(cut -d'|' -f2 <<<"$row")
		MEASURED=1 unshare --net --mount --pid --fork --kill-child --mount-proc \
			bash "$0" "$port" "$(cut -d'|' -f3- <<<"$row")" "$name" || exit
	done
	exit
fi

PORT=$1 COMMAND=$2
ip link set lo up
ip addr add 192.0.2.10/32 dev lo
ip addr add 2001:db8::10/128 dev lo nodad
mount -t tmpfs none /mnt || exit 2
cd /mnt || exit 2

# start: the server, in a directory of its own
start() {
	D=$(mktemp -d /mnt/XXXXXX)
	export D
	chmod 755 "$D"
	(cd "$D" && exec setsid bash -c "${COMMAND//\\\$/\$}") >"$D/log" 2>&1 </dev/null &
	STARTED=$!
}

sockets() { ss -Hlntu "sport = :$PORT"; }
listens() { [ -n "$(sockets)" ]; }
ended() { ! kill -0 "$STARTED" 2>/dev/null; }

# within SECONDS COMMAND...: it becomes true
within() {
	local end=$((SECONDS + $1))
	shift
	until "$@"; do
		((SECONDS < end)) || return 1
		sleep 0.1
	done
}

end_all() {
	local pid
	for pid in $(ss -Hlntup "sport = :$PORT" | grep -o 'pid=[0-9]*' | cut -d= -f2 | sort -u); do
		kill -KILL "$pid" 2>/dev/null
	done
	kill -KILL -- "-$STARTED" 2>/dev/null
	wait "$STARTED" 2>/dev/null
	within 5 silent
}
silent() { ! listens; }

# What a descriptor borrowed from the owner tells.
options() {
	ss -Hlntup "sport = :$PORT" | python3 -c '
import ctypes, os, re, socket, sys
libc = ctypes.CDLL(None, use_errno=True)
def option(fd, level, name):
    try:
        return "y" if fd.getsockopt(level, name) else "n"
    except OSError:
        return "-"
for line in sorted(sys.stdin):
    kind, _, _, backlog, local = line.split()[:5]
    owners = re.findall(r"pid=(\d+),fd=(\d+)", line)
    pidfd = os.pidfd_open(int(owners[0][0]))
    fd = socket.socket(fileno=libc.syscall(438, pidfd, int(owners[0][1]), 0))
    v6only = option(fd, 41, 26) if fd.family == socket.AF_INET6 else "-"
    print("  %s %s SO_REUSEADDR %s, SO_REUSEPORT %s, IPV6_V6ONLY %s, backlog %s, %d process(es)" % (
        kind, local, option(fd, 1, 2), option(fd, 1, 15), v6only,
        backlog if kind == "tcp" else "-", len({pid for pid, _ in owners})))' | uniq -c |
		sed -E 's/^ +1 +/  /; s/^ +([0-9]+) +(.*)/  \2, \1 times/'
}

second_instance() {
	local before first=$STARTED
	before=$(sockets | wc -l)
	start
	if within 8 ended; then
		wait "$STARTED"
		echo "  second instance: ends, status $?"
	elif [ "$(sockets | wc -l)" -gt "$before" ]; then
		echo "  second instance: starts, and shares the port"
	else
		echo "  second instance: stays, without the port"
	fi
	kill -KILL -- "-$STARTED" 2>/dev/null
	wait "$STARTED" 2>/dev/null
	STARTED=$first
}

in_time_wait() { [ -n "$(ss -Hnt state time-wait "sport = :$PORT")" ]; }

# A client is connected while the server is killed: so the server closes first.
restart() {
	local client
	python3 -c '
import socket, sys, time
s = socket.create_connection(("localhost", int(sys.argv[1])))
time.sleep(1)
open("/mnt/connected", "w").close()
s.settimeout(20)
try:
    while s.recv(4096): pass
except OSError: pass
s.close()' "$PORT" &
	client=$!
	within 10 test -e /mnt/connected
	end_all
	wait "$client"
	if ! in_time_wait; then
		echo "  restart over TIME-WAIT: none was left"
		return
	fi
	start
	if within 10 listens; then
		echo "  restart over TIME-WAIT: works"
	else
		echo "  restart over TIME-WAIT: fails"
	fi
}

start
echo "${3:-$COMMAND}:"
if ! within 20 listens; then
	echo "  it does not listen on port $PORT:"
	head -n 5 "$D/log"
	exit 1
fi
sleep 1
options
second_instance
[ -z "$(ss -Hlnt "sport = :$PORT")" ] || restart
end_all
