#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
#
# Programs as in a small office, for the examples of README.md:
#   peer.py serve NAME ADDRESS PORT         accepts what comes, and reads nothing
#   peer.py connect NAME ADDRESS PORT TEXT  connects, sends TEXT, and stays
# NAME is what it is called; it prints a line when it is ready, and ends with its standard input.
import selectors
import socket
import sys


def main():
    role, name, address, port = sys.argv[1:5]
    with open("/proc/self/comm", "w", encoding="ascii") as comm:
        comm.write(name)
    kept = []
    selector = selectors.DefaultSelector()
    selector.register(sys.stdin, selectors.EVENT_READ)
    if role == "serve":
        listener = socket.create_server((address, int(port)))
        selector.register(listener, selectors.EVENT_READ)
    else:
        kept.append(socket.create_connection((address, int(port))))
        kept[0].sendall(sys.argv[5].encode())
    print("ready", flush=True)
    while True:
        for key, _ in selector.select():
            if key.fileobj is sys.stdin:
                return
            kept.append(listener.accept()[0])


main()
