# SPDX-License-Identifier: MIT
#
# Verdicts of conntab why against the kernel, from question to answer: holders at random in this
# network namespace, one question, then the very bind() and listen().
#   whymatrix.py CONNTAB TRIES SEED [vrf]
# With vrf the devices red and blue are VRFs, d1 and d2 in them and e0 in none. Prints figures, and
# each verdict that was certain and wrong; exit status 1 where there is one, or too few are certain.
import errno
import json
import random
import socket
import subprocess
import sys

CONNTAB, TRIES, SEED, VRF = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4:] == ["vrf"]
ADDRESSES = ["0.0.0.0", "127.0.0.1", "10.3.3.1", "::", "::1", "2001:db8:3::1", "::ffff:127.0.0.1"]
DEVICES = ["", "", "", "lo", "e0"]
if VRF:
    ADDRESSES = ["0.0.0.0", "10.1.1.1", "10.2.2.1", "10.3.3.1", "::", "2001:db8:1::1",
                 "::ffff:10.1.1.1"]
    DEVICES = ["", "red", "blue", "d1", "d2", "e0"]
chance = random.Random(SEED)


class Recipe:
    def __init__(self, protocol):
        self.protocol = protocol
        self.address = chance.choice(ADDRESSES)
        self.family = socket.AF_INET6 if ":" in self.address else socket.AF_INET
        self.reuseaddr, self.reuseport = chance.random() < .4, chance.random() < .25
        self.v6only = self.address == "::" and chance.random() < .4
        self.device = chance.choice(DEVICES)
        self.listens = protocol == "tcp" and chance.random() < .5
        self.changes = chance.random() < .15

    def make(self):
        kind = socket.SOCK_STREAM if self.protocol == "tcp" else socket.SOCK_DGRAM
        sk = socket.socket(self.family, kind)
        self.set(sk, self.reuseaddr, self.reuseport)
        if self.family == socket.AF_INET6:
            sk.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, self.v6only)
        if self.device:
            sk.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, self.device.encode())
        return sk

    def set(self, sk, reuseaddr, reuseport):
        sk.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, reuseaddr)
        sk.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, reuseport)

    def start(self, sk, port):
        try:
            sk.bind((self.address, port))
            if self.listens:
                sk.listen()
        except OSError as error:
            return errno.errorcode[error.errno]
        return None

    def question(self, port):
        words = ["--reuseaddr"] * self.reuseaddr + ["--reuseport"] * self.reuseport
        words += ["--listen"] * self.listens
        if self.family == socket.AF_INET6:
            words.append("--v6only" if self.v6only else "--no-v6only")
        if self.device:
            words += ["--device", self.device]
        host = "[%s]" % self.address if self.family == socket.AF_INET6 else self.address
        return words + ["%s:%s:%d" % (self.protocol, host, port)]

    def __str__(self):
        return " ".join(self.question(0)) + " changes" * self.changes


def try_one(port, figures):
    protocol = "tcp" if chance.random() < .8 else "udp"
    holders = []
    for _ in range(chance.choice([1, 1, 1, 2, 3])):
        recipe = Recipe(protocol)
        sk = recipe.make()
        if recipe.start(sk, port) is None:
            if recipe.changes:
                recipe.set(sk, chance.random() < .5, chance.random() < .5)
            holders.append((recipe, sk))
        else:
            sk.close()
    wanted = Recipe(protocol)
    said = subprocess.run([CONNTAB, "why", "-j"] + wanted.question(port), stdout=subprocess.PIPE,
                          check=False).stdout
    answer = json.loads(said)
    sk = wanted.make()
    really = wanted.start(sk, port)
    right = answer["errno"] == really and (answer["verdict"] == "free") == (really is None)
    figures["certain"] += answer["certain"]
    figures["tcp"] += protocol == "tcp"
    figures["certain tcp"] += protocol == "tcp" and answer["certain"]
    figures["fails"] += really is not None
    if answer["certain"] and not right:
        figures["wrong"] += 1
        print("# wrong: %s %s, really %s" % (answer["verdict"], answer["errno"], really))
        for recipe, _ in holders:
            print("#   held: %s" % recipe)
        print("#   wanted: %s" % wanted)
        print("#   said: %s" % " ".join(said.decode().split()))
    sk.close()
    for _, sk in holders:
        sk.close()


def main():
    figures = {"tries": TRIES, "wrong": 0, "fails": 0, "certain": 0, "tcp": 0, "certain tcp": 0}
    for i in range(TRIES):
        try_one(2000 + i % 20000, figures)
    print("# " + ", ".join("%s %d" % item for item in figures.items()))
    sys.exit(figures["wrong"] > 0 or figures["certain tcp"] < .98 * figures["tcp"])


main()
