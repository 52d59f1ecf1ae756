# SPDX-License-Identifier: MIT
"""A front that hears nothing for a while, so that the kernel throws announcements away."""
import contextlib
import os
import signal

import network
import processes
from holder import storm
from people import as_user


@contextlib.contextmanager
def deaf(running):
    """The front hears nothing; gives its pid."""
    front = next(pid for pid in processes.children(running.pid)
                 if processes.capabilities(pid)["CapPrm"] == 0)
    os.kill(front, signal.SIGSTOP)
    try:
        yield front
    finally:
        os.kill(front, signal.SIGCONT)


def lost(front):
    """Announcements that sockets of a process did not take (the column Drops of /proc/net/netlink,
    by its inodes)."""
    own = set()
    for number in os.listdir(f"/proc/{front}/fd"):
        with contextlib.suppress(OSError):
            own.add(os.readlink(f"/proc/{front}/fd/{number}"))
    with open("/proc/net/netlink", encoding="ascii") as stream:
        rows = [line.split() for line in stream.readlines()[1:]]
    return sum(int(row[8]) for row in rows if f"socket:[{row[9]}]" in own)


def make_it_lose(front, user, tap):
    """From here on the kernel throws announcements away."""
    network.command("ip", "link", "set", tap.name, "up")
    for _ in range(20):
        as_user(user, lambda: storm(tap.fd, 0.5), [tap.fd])
        if lost(front):
            return
    raise AssertionError("no announcement was lost")


MANY, CHANGES = 40, 150  # links, and changes of each: less than what the front takes for a flood


def batch(lines):
    network.command("ip", "-batch", "-", input="\n".join(lines) + "\n")


@contextlib.contextmanager
def many_links():
    """Gives what does the same as make_it_lose(), but none of its links changes so often that the
    front would doubt what it knows of it."""
    names = [f"quiet{number}" for number in range(MANY)]

    def change(front):
        batch(f"link set {name} alias {number}" for number in range(CHANGES) for name in names)
        assert lost(front)
    batch(f"link add {name} up type bridge" for name in names)
    try:
        yield change
    finally:
        batch(f"link delete {name}" for name in names)
