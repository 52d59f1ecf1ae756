# SPDX-License-Identifier: MIT
"""The holder of a tap, and what he can do through its fd."""
import contextlib
import fcntl
import os
import struct
import time

import network
import owvm
from owvm import Code

SHARED = "permit group owvm bridge br-lab\n"
SIOCSIFHWADDR, ARPHRD_ETHER = 0x8924, 1
TUNSETOWNER = 0x400454CC


@contextlib.contextmanager
def held(running, user, bridge="br-lab", **options):
    """A port of the user, and its reply; the fd stays with this process."""
    with running.request(user, owvm.pack_tap(bridge, user.mac(), "box", **options)) as reply:
        assert reply.code == Code.OK, reply.text
        yield reply


def gone(name):
    return network.wait_until(lambda: name not in network.links())


def set_address(fd, name, mac):
    fcntl.ioctl(fd, SIOCSIFHWADDR, struct.pack("16sH6s16x", name.encode(), ARPHRD_ETHER,
                                               owvm.mac_bytes(mac)))


def storm(fd, seconds):
    """Announcements as fast as one process can cause them; how many."""
    end, count = time.monotonic() + seconds, 0
    while time.monotonic() < end:
        try:
            fcntl.ioctl(fd, TUNSETOWNER, os.getuid())
        except OSError:
            break
        count += 1
    return count
