#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
#
# Plays a part in docs/address-in-use.md: takes the name NAME, does what JOB says in the words below,
# writes the pids that hold sockets then into the file READY, and stays.
import os
import signal
import socket

IP_BIND_ADDRESS_NO_PORT = 24
kept = []


def tcp(address, port, reuse=True, v6only=None, listen=True):
    s = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, reuse)
    if v6only is not None:
        s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, v6only)
    s.bind((address, port))
    if listen:
        s.listen()
    kept.append(s)
    return s


def udp(address, port):
    kept.append(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
    kept[-1].bind((address, port))


def unix(path):
    kept.append(socket.socket(socket.AF_UNIX))
    kept[-1].bind(path)
    kept[-1].listen()


def connect(source, port, to, to_port):
    """Its port is the kernel's choice where `port` is 0."""
    s = socket.socket()
    s.setsockopt(socket.IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1)
    s.bind((source, port))
    s.connect((to, to_port))
    kept.append(s)
    return s


def restart(address, port, client):
    """A server with one client ends: it closes first, and the connection goes to TIME-WAIT."""
    listener = tcp(address, port, reuse=False)
    far = connect(client, 0, address, port)
    listener.accept()[0].close()
    far.close()
    listener.close()


def stay(*pids):
    with open(os.environ["READY"] + ".new", "w", encoding="ascii") as ready:
        ready.write("".join(f"{pid}\n" for pid in pids))
    os.rename(os.environ["READY"] + ".new", os.environ["READY"])
    signal.pause()


def leave(count):
    """Children go on with what is open, and their parent is gone."""
    pids = []
    for _ in range(count):
        pids.append(os.fork())
        if not pids[-1]:
            signal.pause()
    with open(os.environ["READY"], "w", encoding="ascii") as ready:
        ready.write("".join(f"{pid}\n" for pid in pids))
    os._exit(0)


with open("/proc/self/comm", "w", encoding="ascii") as comm:
    comm.write(os.environ["NAME"])
exec(os.environ["JOB"])
stay(os.getpid())
