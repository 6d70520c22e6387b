#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# conntab why of servers that are several processes: who is the master, whom it names as workers, and what
# frees the port; and of whose unit or container it is.

# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC2016
. "${BASH_SOURCE%/*}/lib.sh"
# shellcheck source-path=SCRIPTDIR source=why.sh
. "${BASH_SOURCE%/*}/why.sh"

# What the servers below have in common: a daemon writes its pids when it is ready. end() is a master's
# handler of SIGTERM; a worker has none.
DAEMON='
import os, signal, socket, sys, time
out, shape = sys.argv[1:3]
def listener():
    s = socket.socket()
    s.bind(("127.0.0.1", 8080))
    s.listen()
    return s
def end(*_):
    for pid in workers:
        os.kill(pid, 9)
    os._exit(0)
def wait():
    while True:
        time.sleep(100)
def ready(*pids):
    with open(out + ".new", "w") as file:
        print(*pids, file=file)
    os.rename(out + ".new", out)
def worker(through=0):
    down, up = os.pipe()
    pid = os.fork()
    if pid == 0:
        if through and os.fork():
            wait() if through == 1 else os._exit(0)
        os.write(up, b"%d\n" % os.getpid())
        wait()
    return int(os.read(down, 20))
def daemon():
    if os.fork():
        os._exit(0)
    os.setsid()
workers = []
'

# serves SHAPE: runs that shape of a server until the end of the test; $PIDS are what it says of itself
serves() {
	rm -f "$TMP/pids"
	nsenter --target "$NS" --net -- python3 -c "$DAEMON$(cat)" "$TMP/pids" "$1" </dev/null >"$TMP/serves" 2>&1 &
	STARTED+=("$!")
	until_true test -e "$TMP/pids" || not_ok "$TITLE: the server starts" "$TMP/serves"
	read -ra PIDS <"$TMP/pids"
}

# ends: what is left of it
ends() { kill -9 "${PIDS[@]}" 2>/dev/null; }

# names MASTER WORKER: the text says so, and nothing of what is gone
names() {
	grep -q "pid $1 (master)" "$TMP/flat" && grep -q "pid $2, worker of $1" "$TMP/flat"
	judge "$TITLE: names the master and its workers" "$TMP/flat"
	says_not 'is gone'
}

situation "a daemon and its workers"
serves prefork <<'END'
s = listener()
daemon()
workers = [worker(), worker()]
signal.signal(signal.SIGTERM, end)
ready(os.getpid(), *workers)
wait()
END
asks 127.0.0.1:8080
names "${PIDS[0]}" "${PIDS[1]}"
expect_json '[.blockers[0].remedies[].command][0] == "kill \($pid)"' "$TITLE: the master alone is to be ended" \
	pid "${PIDS[0]}"
kill -9 "${PIDS[1]}"
really EADDRINUSE port=8080
frees "$(command_for 'stop the master')" port=8080
ends

situation "workers that are grandchildren"
serves grandchildren <<'END'
s = listener()
daemon()
workers = [worker(1), worker(1)]
signal.signal(signal.SIGTERM, end)
ready(os.getpid(), *workers)
wait()
END
asks 127.0.0.1:8080
names "${PIDS[0]}" "${PIDS[1]}"
# The children between hold it too, and no one ends them.
frees "$(command_for 'if workers live on')" port=8080
ends

situation "a worker whose own parent has ended"
serves adopted <<'END'
s = listener()
daemon()
workers = [worker(2)]
signal.signal(signal.SIGTERM, end)
ready(os.getpid(), *workers)
wait()
END
asks 127.0.0.1:8080
names "${PIDS[0]}" "${PIDS[1]}"
frees "$(command_for 'stop the master')" port=8080
ends

situation "workers whose master was killed"
serves orphans <<'END'
s = listener()
daemon()
workers = [worker(), worker()]
ready(*workers)
os._exit(0)
END
until_true grep -q '^PPid:.1$' "/proc/${PIDS[0]}/status" "/proc/${PIDS[1]}/status"
asks 127.0.0.1:8080
says 'is gone, and those it left behind'
frees "$(command_for 'end all that hold it')" port=8080
ends

situation "a helper that inherited the socket of a living server"
serves helper <<'END'
s = listener()
daemon()
os.set_inheritable(s.fileno(), True)
helper = os.posix_spawnp("sleep", ["sleep", "1000"], os.environ)
ready(os.getpid(), helper)
wait()
END
asks 127.0.0.1:8080
expect_json '[.blockers[0].remedies[].command][0] == "kill \($a) \($b)"' "$TITLE: both are to be ended" \
	a "${PIDS[0]}" b "${PIDS[1]}"
frees "$(command_for 'stop the master')" port=8080
ends

situation "children of a living parent that let go of it"
serves given <<'END'
daemon()
s = listener()
workers = [worker(), worker()]
s.close()
ready(os.getpid(), *workers)
wait()
END
asks 127.0.0.1:8080
says_not 'is gone'
frees "$(command_for 'stop')" port=8080
ends

situation "the first process of a container"
sock unaccepted port=9
first first 8080
expect_json '[.blockers[0].remedies[].command | values | select(startswith("kill"))] == []' \
	"$TITLE: pid 1 is in no kill"
says 'first process here'

situation "a connection of which systemd keeps a copy (Accept=yes)"
sock unaccepted port=9
first systemd 8080 conn
expect_json '[.blockers[] | select(.socket.state == "ESTAB") | .holder | test("is still open")] | . == [true]' \
	"$TITLE: it is a connection as any other"
says_not 'first process here'

end
