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
from people import Worker

SHARED = "permit group owvm bridge br-lab\n"
SIOCSIFHWADDR, ARPHRD_ETHER = 0x8924, 1
TUNSETOWNER = 0x400454CC
WITH_HEADER = network.IFF_TAP | network.IFF_NO_PI | network.IFF_VNET_HDR


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


@contextlib.contextmanager
def attached_again(fd, name):
    """As the holder: own the tap, have it survive, leave it and come back with a virtio header. It
    ends with the new fd, which this gives."""
    again = os.open("/dev/net/tun", os.O_RDWR | os.O_CLOEXEC)
    try:
        fcntl.ioctl(fd, TUNSETOWNER, os.getuid())
        fcntl.ioctl(fd, network.TUNSETPERSIST, 1)
        os.close(fd)
        fcntl.ioctl(again, network.TUNSETIFF, struct.pack("16sH22x", name.encode(), WITH_HEADER))
        yield again
        fcntl.ioctl(again, network.TUNSETPERSIST, 0)
    finally:
        os.close(again)


def alone_with(user, holders, function):
    """The result of function() in a process of the user, which alone has the taps of these replies
    or taps; they end with it."""
    ready, release = os.pipe()
    keep = [fd for holder in holders for fd in getattr(holder, "fds", None) or [holder.fd]]
    worker = Worker(user, function, ready, keep)
    try:
        for holder in holders:
            holder.close()
        os.write(release, b".")
        return worker.result()
    finally:
        os.close(ready)
        os.close(release)
        worker.kill()
