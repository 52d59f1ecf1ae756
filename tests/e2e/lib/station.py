# SPDX-License-Identifier: MIT
"""A machine behind a tap of netd's, without QEMU: a namespace with all of the kernel's TCP, whose
frames a process carries to the tap and back."""
import fcntl
import os
import select
import signal

import network

TUNSETOFFLOAD = 0x400454D0
TUN_F_CSUM, TUN_F_TSO4, TUN_F_TSO6 = 1, 2, 4
FRAME_MAX = 65536 + 64


def carry(first, second):
    """From each fd to the other one, for ever. Who cannot take a frame loses it, as on a wire."""
    to = {first: second, second: first}
    poll = select.poll()
    for fd in to:
        os.set_blocking(fd, False)
        poll.register(fd, select.POLLIN)
    while True:
        for fd, _ in poll.poll():
            try:
                os.write(to[fd], os.read(fd, FRAME_MAX))
            except OSError:
                pass


class Station:
    """Its card has the given addresses. The tap stays the caller's, who closes it. It takes and
    sends whole segments, as QEMU does for a guest that can."""

    def __init__(self, name, tap, mac, address):
        self.name = name
        network.command("ip", "netns", "add", name)
        with network.Tap.open(f"s-{name}") as card:
            for fd in (card.fd, tap):
                fcntl.ioctl(fd, TUNSETOFFLOAD, TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6)
            network.command("ip", "link", "set", card.name, "address", mac, "netns", name)
            self.carrier = os.fork()
            if self.carrier == 0:
                carry(card.fd, tap)
        self.run("ip", "addr", "add", address, "dev", card.name)
        self.run("ip", "link", "set", card.name, "up")

    def run(self, *arguments, **options):
        return network.command("ip", "netns", "exec", self.name, *arguments, **options)

    def close(self):
        os.kill(self.carrier, signal.SIGKILL)
        os.waitpid(self.carrier, 0)
        network.command("ip", "netns", "delete", self.name, check=False)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
