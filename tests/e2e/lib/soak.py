# SPDX-License-Identifier: MIT
"""A user who asks for ports, holds them, gives them back, leaves, and is killed, all at random."""
import collections
import contextlib
import os
import random
import signal
import socket
import subprocess
import time

import owvm
import service
from owvm import Code
from people import FIRST_BYTES

HELD_MAX = 3
# What may come of a request that is in order; anything else is a finding.
EXPECTED = {"OK", "QUOTA", "END", "none"}


class ServiceClient:
    """A connection to the service."""

    def __init__(self):
        self.sock = owvm.connect()

    def kill(self):
        """What a user can do to netd: leave in the middle."""
        self.sock.close()

    def close(self):
        self.sock.close()


class HelperClient:
    """A helper of one's own, and one end of its socketpair."""

    def __init__(self):
        self.sock, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.sock.settimeout(owvm.TIMEOUT)
        with theirs:
            self.process = subprocess.Popen(
                (service.NETD, "--fd", str(theirs.fileno())), pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def kill(self):
        self.process.kill()

    def close(self):
        self.sock.close()
        self.process.wait()


class Soaker:
    """run() in a process of the user; gives how often each thing happened."""

    def __init__(self, user, seed, connect, bridges):
        self.user, self.connect, self.bridges = user, connect, bridges
        self.random = random.Random(f"{seed} {user.name}")
        self.held, self.happened, self.requests = [], collections.Counter(), 0

    def run(self, cycles):
        actions = ([self.take] * 6 + [self.hold] * 4 +
                   [self.leave, self.die, self.nonsense, self.look])
        for _ in range(cycles):
            action = self.random.choice(actions)
            self.happened[action.__name__] += 1
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                action()
        for reply in self.held:
            reply.close()
        return self.happened

    def request(self):
        # Each its own: one that a port had a moment ago may still be in use, its end takes time.
        first = FIRST_BYTES[self.requests // 256 % len(FIRST_BYTES)]
        mac = owvm.mac_of(self.user.uid, self.requests % 256, first)
        self.requests += 1
        return owvm.pack_tap(self.random.choice(self.bridges), mac, "soak",
                             self.random.choice((1, 1, 1, 2)))

    def ask(self, data):
        """The reply, already counted; None where netd was killed meanwhile."""
        with contextlib.closing(self.connect()) as client:
            try:
                reply = owvm.exchange(client.sock, data)
            except ConnectionResetError:
                reply = None
        name = Code(reply.code).name if reply else "none"
        self.happened[name] += 1
        if name == "QUOTA":
            time.sleep(0.05)
        elif name not in EXPECTED:
            self.happened[f"{name}: {reply.text}"] += 1
        return reply

    def pause(self):
        time.sleep(self.random.choice((0, 0.01, 0.05, 0.1)))

    def take(self):
        reply = self.ask(self.request())
        self.pause()
        if reply:
            reply.close()

    def hold(self):
        reply = self.ask(self.request())
        if reply and reply.fds:
            self.held.append(reply)
        while len(self.held) > self.random.randint(0, HELD_MAX):
            self.held.pop(self.random.randrange(len(self.held))).close()

    def leave(self):
        """Without waiting for the reply, or without even a request."""
        with contextlib.closing(self.connect()) as client:
            if self.random.random() < 0.8:
                client.sock.send(self.request())
            self.pause()
            client.kill()

    def die(self):
        """A process that has a port, or is about to get one, is killed."""
        request, late = self.request(), self.random.random() < 0.5
        ready, got = os.pipe()
        pid = os.fork()
        if pid == 0:
            try:
                with contextlib.closing(self.connect()) as client:
                    client.sock.send(request)
                    kept = client.sock.recvmsg(owvm.REPLY_SIZE, 1024) if late else None
                    os.write(got, b".")
                    signal.pause()
                    del kept
            finally:
                os._exit(0)
        os.close(got)
        os.read(ready, 1)
        os.close(ready)
        self.pause()
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)

    def nonsense(self):
        data = bytearray(self.request())
        # Anywhere but in the MAC: another one may be in use.
        place = self.random.choice([place for place in range(len(data)) if not 32 <= place < 38])
        data[place] ^= 1 << self.random.randrange(8)
        with contextlib.closing(self.connect()) as client:
            reply = owvm.exchange(client.sock, bytes(data))
            if reply:
                reply.close()

    def look(self):
        pack = self.random.choice((owvm.pack_nets, owvm.pack_ports))
        self.ask(pack(self.random.choice((0, 0, 1, 1000))))
