#!/usr/bin/env bash
# strace 6.1 (Debian 6.1-0.1) with --seccomp-bpf makes system calls of the traced program fail.
#
# A child that is made with CLONE_UNTRACED inherits strace's filter, but has no tracer: SECCOMP_RET_TRACE
# then fails with ENOSYS. The manual says that the option may have no effect, not that it changes what the
# program does.
#
# Output seen:
#   alone:                 bind: 0
#   strace -f:             bind: 0
#   strace -f --seccomp-bpf: bind: ENOSYS
#
# Exits 0 while it is so, 1 when it has changed, 2 when it can't be tried. Needs apt-get and python3.
set -u
DIR=$(mktemp -d)
trap 'rm -rf "$DIR"' EXIT
cannot() { echo "cannot be tried: $*"; exit 2; }

chmod 777 "$DIR"
cd "$DIR" || exit 2
apt-get download strace=6.1-0.1 libunwind8 >/dev/null 2>&1 || cannot "the package strace 6.1-0.1"
for package in *.deb; do
	dpkg -x "$package" . || cannot "$package"
done
LIBRARY_PATH=$(dirname "$(find . -name 'libunwind-ptrace.so*' | head -n 1)")

cat >child.py <<'EOF'
import ctypes, errno, os, platform, signal, socket
CLONE_UNTRACED = 0x00800000
number = {"x86_64": 56, "aarch64": 220}[platform.machine()]
pid = ctypes.CDLL(None).syscall(number, CLONE_UNTRACED | signal.SIGCHLD, 0, 0, 0, 0)
if pid == 0:
    try:
        socket.socket().bind(("127.0.0.1", 0))
        os.write(1, b"bind: 0\n")
    except OSError as error:
        os.write(1, b"bind: %s\n" % errno.errorcode[error.errno].encode())
    os._exit(0)
os.waitpid(pid, 0)
EOF
run() { LD_LIBRARY_PATH=$LIBRARY_PATH "$@" python3 child.py; }
run env >alone 2>/dev/null
run usr/bin/strace -f -o trace -e trace=bind >traced 2>/dev/null
run usr/bin/strace -f --seccomp-bpf -o trace -e trace=bind >filtered 2>/dev/null
printf 'alone: %s\nstrace -f: %s\nstrace -f --seccomp-bpf: %s\n' "$(<alone)" "$(<traced)" "$(<filtered)"
[ "$(<alone) $(<traced)" = "bind: 0 bind: 0" ] || cannot "bind() fails without the filter too"
[ "$(<filtered)" = "bind: ENOSYS" ]
