# SPDX-License-Identifier: MIT
"""Multiqueue theft: a tap with several queues lets anybody in until it has an owner. First taps
that are made as usual, then netd's, against a thief who is fast and one for whom netd is slow."""
import contextlib
import fcntl
import itertools
import os
import select
import socket
import struct

import pytest

import network
import owvm
from fault import BOUNDARIES_MAX, HelperCycle, hit
from owvm import Code
from people import Worker, as_user

IFF_MULTI_QUEUE = 0x0100
TUNSETOWNER = 0x400454CC
FLAGS = network.IFF_TAP | network.IFF_NO_PI | network.IFF_VNET_HDR | IFF_MULTI_QUEUE
RTMGRP_LINK, RTM_NEWLINK, IFLA_IFNAME = 1, 16, 3
CREATIONS = 200


def attach(fd, name):
    """TUNSETIFF; gives the name that the kernel took."""
    data = fcntl.ioctl(fd, network.TUNSETIFF, struct.pack("16sH22x", name, FLAGS))
    return data[:16].rstrip(b"\0").decode()


def announced(events):
    """The names of links that the kernel speaks of just now."""
    while select.select([events], [], [], 0)[0]:
        try:
            data = events.recv(65536)
        except OSError:
            continue
        while len(data) >= 36:
            length, kind = struct.unpack_from("IH", data)
            at = 32
            while kind == RTM_NEWLINK and at + 4 <= length:
                size, attribute = struct.unpack_from("HH", data, at)
                if attribute == IFLA_IFNAME:
                    yield data[at + 4:at + size].rstrip(b"\0")
                at += max(4, (size + 3) & ~3)
            data = data[(length + 3) & ~3:]


def hold(_):
    """Keep the queue."""
    return True


def claim(fd):
    """Leave again at once, as the owner of the tap: then nobody can count me, and I may return."""
    fcntl.ioctl(fd, TUNSETOWNER, os.getuid())
    return False


def thief(stop, names, listens, use):
    """Try to attach to these names, and to all of which the kernel speaks, until `stop` can be
    read. Gives those that gave a queue."""
    stolen, fd, recent = [], os.open("/dev/net/tun", os.O_RDWR), []
    events = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE)
    events.bind((0, RTMGRP_LINK))
    for turn in itertools.count():
        if turn % 64 == 0 and select.select([stop], [], [], 0)[0]:
            return stolen
        if listens:
            recent = (recent + list(announced(events)))[-4:]
        for name in names + recent:
            with contextlib.suppress(OSError):
                stolen.append(attach(fd, name))
                if not use(fd):
                    os.close(fd)
                fd = os.open("/dev/net/tun", os.O_RDWR)


@contextlib.contextmanager
def thieves(user, names, use):
    """One that knows names, one that also listens. What they stole is in the list at the end."""
    stop, end = os.pipe()
    stolen = []
    names = [name.encode() for name in names]
    workers = [Worker(user, lambda listens=listens: thief(stop, names, listens, use), keep=[stop])
               for listens in (False, True)]
    try:
        yield stolen
        os.write(end, b".")
        for worker in workers:
            stolen += worker.result()
    finally:
        for worker in workers:
            worker.kill()
        os.close(stop)
        os.close(end)


def make_naively(name, owner):
    """A tap with several queues as it is usually made: named, then given to its owner."""
    fd = os.open("/dev/net/tun", os.O_RDWR | os.O_CLOEXEC)
    with contextlib.suppress(OSError):
        attach(fd, name.encode())
        fcntl.ioctl(fd, TUNSETOWNER, owner)
    os.close(fd)


def test_queues_of_taps_that_get_their_owner_late_are_stolen(nothing_left, alice, bob):
    with thieves(bob, [alice.slot(0)], claim) as stolen:
        for _ in range(CREATIONS):
            make_naively(alice.slot(0), alice.uid)
    assert alice.slot(0) in stolen


def has_vanished(name):
    return network.wait_until(lambda: not os.path.exists(f"/sys/class/net/{name}"))


@pytest.mark.parametrize("either_mode, creations", [("service", CREATIONS), ("helper", 40)],
                         indirect=["either_mode"])
def test_no_queue_of_a_port_is_stolen(either_mode, creations, alice, bob):
    """The name for the time being can be heard of, and then a queue be had; but no port is given
    out of which a thief has one, and no one else than the thief is to blame."""
    running = either_mode("permit user alice bridge ow-%U create taps 2 queues 2\n")
    request = owvm.pack_tap(alice.bridge, alice.mac(), queues=2)
    slots = [alice.slot(0), alice.slot(1)]
    with thieves(bob, slots, hold) as stolen:
        for _ in range(creations):
            with running.request(alice, request) as reply:
                assert reply.code == Code.OK, reply.text
                assert len(reply.fds) == 2
            assert has_vanished(reply.interface)
    assert not set(stolen) & set(slots)
    # What a thief held of attempts that failed is gone with him.
    assert network.wait_until(lambda: not [name for name in network.links() if "owvm-" in name])


def taps():
    """The names under which taps of netd's can be found."""
    return [name for name, link in network.links().items()
            if name.startswith("ow") and link.get("linkinfo", {}).get("info_kind") == "tun"]


class SlowMotion:
    """netd is stopped at one boundary after the other. A thief enters where he can, waits for the
    moment at which the tap has its owner, makes himself the owner, and leaves."""

    def __init__(self, user, victim):
        self.user, self.victim, self.entered = user, victim, ""

    def try_each(self, device):
        for name in taps():
            with contextlib.suppress(OSError):
                return attach(device.fileno(), name.encode())
        return ""

    def step(self, device):
        """Shall there be another one?"""
        if not self.entered:
            self.entered = as_user(self.user, lambda: self.try_each(device), [device.fileno()])
            return bool(self.entered)
        owner = network.links()[self.entered]["linkinfo"]["info_data"].get("user")
        if owner != self.victim.name:
            return True
        as_user(self.user, lambda: claim(device.fileno()), [device.fileno()])
        device.close()
        return False


def test_a_thief_who_comes_and_goes_between_two_calls_gets_no_port(helper, alice, bob):
    cycle = HelperCycle(helper("permit user alice bridge ow-%U create queues 2\n"), alice, 8,
                        queues=2)
    entered = []
    for number in range(1, BOUNDARIES_MAX):
        thief_ = SlowMotion(bob, alice)
        with open("/dev/net/tun", "rb+", buffering=0) as device:
            reply = cycle.stopped(number, lambda: thief_.step(device))
        with reply:
            assert reply.code == Code.OK, reply.text
            tap = network.links()[reply.interface]["linkinfo"]["info_data"]
            assert tap["numqueues"] == 2 and tap["user"] == alice.name
        if not hit():
            break
        entered += [thief_.entered] * bool(thief_.entered)
    # It was possible: between the two calls that make a tap and give it its owner.
    assert entered and all(name.startswith("owvm-") for name in entered)
