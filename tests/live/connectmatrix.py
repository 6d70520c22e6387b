# SPDX-License-Identifier: MIT
#
# Verdicts of conntab why --connect against the kernel, where local ports are short: a range of some
# ports, some of them reserved, some held by connections to the same server or another, by sockets
# that are bound or listen, by TIME-WAITs. One question, then the very connect().
#   connectmatrix.py CONNTAB TRIES SEED
# Prints figures, and each verdict that was certain and wrong; exit status 1 where there is one.
import errno
import json
import random
import socket
import subprocess
import sys

CONNTAB, TRIES, SEED = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
SERVER, OTHER, NOBODY = 6086, 6087, 6088
IP_BIND_ADDRESS_NO_PORT = 24
chance = random.Random(SEED)
VERDICTS = {None: "accepted", "ECONNREFUSED": "refused", "EADDRNOTAVAIL": "unavailable"}


def listener(port):
    sk = socket.socket(socket.AF_INET6)
    sk.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
    sk.bind(("::", port))
    sk.listen(4096)
    return sk


def set_range(first, count, reserved):
    with open("/proc/sys/net/ipv4/ip_local_port_range", "w", encoding="ascii") as file:
        file.write("%d %d" % (first, first + count - 1))
    with open("/proc/sys/net/ipv4/ip_local_reserved_ports", "w", encoding="ascii") as file:
        file.write(",".join(map(str, reserved)))


def connect(address, port, sk=None):
    sk = sk or socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET)
    sk.settimeout(5)
    sk.connect((address, port))
    return sk


def hold(server, first, count):
    """A socket that has one of the ports, or none."""
    way = chance.randrange(7)
    if way <= 2:
        return [connect(chance.choice(["127.0.0.1", "::1", "::ffff:127.0.0.1"]),
                        chance.choice([SERVER, SERVER, OTHER]))]
    sk = socket.socket()
    if way == 3:
        sk.bind(("127.0.0.1", first + chance.randrange(count)))
        if chance.random() < .5:
            sk.listen()
    elif way == 4:
        sk.bind(("127.0.0.1", first + chance.randrange(count)))
        connect("127.0.0.1", chance.choice([SERVER, OTHER]), sk)
    elif way == 5:
        sk.setsockopt(socket.IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1)
        sk.bind(("127.0.0.2", 0))
        connect("127.0.0.1", SERVER, sk)
    else:
        connect("127.0.0.1", SERVER, sk)
        accepted = server.accept()[0]
        sk.close()
        accepted.close()
        return []
    return [sk]


def try_one(number, server, figures):
    first, count = 20000 + number * 12 % 40000, chance.randint(1, 9)
    reserved = [port for port in range(first, first + count) if chance.random() < .3]
    if chance.random() < .1:
        reserved = range(first, first + count)
    set_range(first, count, [])
    held = []
    for _ in range(chance.choice([0, 2, count, 2 * count, 2 * count])):
        try:
            held += hold(server, first, count)
        except OSError:
            pass
    set_range(first, count, reserved)
    address = chance.choice(["127.0.0.1", "127.0.0.1", "127.0.0.2", "::1", "0.0.0.0"])
    port = chance.choice([SERVER, SERVER, OTHER, NOBODY])
    target = "[%s]:%d" % (address, port) if ":" in address else "%s:%d" % (address, port)
    answer = json.loads(subprocess.run([CONNTAB, "why", "-j", "--connect", target],
                                       stdout=subprocess.PIPE, check=False).stdout)
    really = None
    try:
        held.append(connect(address, port))
    except OSError as error:
        really = errno.errorcode[error.errno]
    figures["certain"] += answer["certain"]
    figures["no port"] += really == "EADDRNOTAVAIL"
    if answer["certain"] and answer["verdict"] != VERDICTS[really]:
        figures["wrong"] += 1
        print("# wrong: %s is %s, really %s; %d ports from %d, reserved %s" %
              (target, answer["verdict"], really, count, first, list(reserved)))
        print(subprocess.run(["ss", "-tanH", "sport >= :%d and sport <= :%d" %
                              (first, first + count - 1)], stdout=subprocess.PIPE,
                             check=False).stdout.decode())
    for sk in held:
        sk.close()
    server.setblocking(False)
    try:
        while True:
            server.accept()[0].close()
    except OSError:
        server.setblocking(True)


def main():
    figures = {"tries": TRIES, "wrong": 0, "no port": 0, "certain": 0}
    server, other = listener(SERVER), listener(OTHER)
    for number in range(TRIES):
        try_one(number, server, figures)
    other.close()
    print("# " + ", ".join("%s %d" % item for item in figures.items()))
    sys.exit(figures["wrong"] > 0 or not figures["no port"] or figures["certain"] * 2 < TRIES)


main()
