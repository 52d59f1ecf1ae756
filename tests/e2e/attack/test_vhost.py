# SPDX-License-Identifier: MIT
"""The lies of test_header.py by the kernel's own vhost-net, which brings a virtio header to any
tap: first by plain taps, where they are heard."""
import contextlib
import os
import stat

import pytest

import forge
import frames
import network
import owvm
from network import Tap
from owvm import Code
from vhost import DEVICE, NUMBERS, Vhost

POLICY = (f"permit group owvm bridge br-lab vhost ip {forge.NETWORK}\n"
          "permit group owvm bridge ow-%U create vhost\n")
MAC = "02:00:00:00:00:0a"
CHANGED, CUT = forge.LIES[:8], forge.LIES[8:]  # not all kernels cut them
# What of them is a sound frame where nothing is changed: who snoops reads reports of groups.
SOUND = [lie for lie in CHANGED if lie not in (forge.igmp_query, forge.mld_query)]


@pytest.fixture(autouse=True)
def device():
    """The sandbox has none. tests/host has a kernel that does."""
    with contextlib.suppress(FileNotFoundError):
        os.unlink(DEVICE)
    os.mknod(DEVICE, stat.S_IFCHR | 0o666, os.makedev(*NUMBERS))
    os.chmod(DEVICE, 0o666)
    network.set_bridge_filter(False)
    try:
        os.close(os.open(DEVICE, os.O_RDWR))
    except OSError as error:
        os.unlink(DEVICE)
        pytest.skip(f"this kernel has no vhost-net ({error.strerror})")
    yield
    os.unlink(DEVICE)


@contextlib.contextmanager
def carried(tap):
    """A plain tap's own vhost."""
    fd = os.open(DEVICE, os.O_RDWR | os.O_CLOEXEC)
    try:
        with Vhost(fd, tap.fd) as vhost:
            yield vhost
    finally:
        os.close(fd)


@contextlib.contextmanager
def port(running, user, bridge):
    """A port of the user's with the vhost that netd gives him: (vhost, MAC)."""
    data = owvm.pack_tap(bridge, user.mac(), flags=owvm.WITH_MAC | owvm.WITH_VHOST)
    with running.request(user, data) as reply:
        assert (reply.code, reply.taps, reply.vhosts) == (Code.OK, 1, 1), reply.text
        tap, device_fd = reply.fds
        Tap(tap, reply.interface)
        with Vhost(device_fd, tap) as vhost:
            yield vhost, reply.mac


def lied(vhost, mac, lie, victim):
    """Does the victim hear the lie?"""
    forged = lie(mac)
    vhost.write(forged.data)
    return any(forged.is_it(frame) for frame in frames.heard(vhost, mac, victim))


def passes(vhost, mac, lie, victim):
    """Does what the lie is made of get there, behind a header that asks for nothing?"""
    return frames.hears(vhost, mac, lie(mac).data[len(network.VNET_HEADER):], victim)


@pytest.mark.parametrize("header", (network.IFF_VNET_HDR, 0), ids=("header", "none"))
def test_by_a_plain_tap_the_receiver_sees_another_frame(header, bridge):
    with Tap.make("plain0", bridge, header=header) as liar, Tap.make("plain1", bridge) as victim, \
            carried(liar) as vhost:
        assert all(passes(vhost, MAC, lie, victim) for lie in SOUND)
        for lie in CHANGED:
            assert lied(vhost, MAC, lie, victim), lie.__name__
        assert any(lied(vhost, MAC, lie, victim) for lie in CUT)


def test_on_ones_own_bridge_it_is_the_same(either_mode, alice):
    running = either_mode(POLICY)
    with port(running, alice, alice.bridge) as (vhost, mac), \
            running.request(alice, alice.tap()) as other:
        assert other.code == Code.OK, other.text
        victim = Tap(other.fd, other.interface)
        for lie in CHANGED:
            assert lied(vhost, mac, lie, victim), lie.__name__


def test_behind_a_cable_no_lie_is_heard(either_mode, alice, bridge):
    running = either_mode(POLICY)
    with port(running, alice, bridge) as (vhost, mac), Tap.make("plain1", bridge) as victim:
        assert all(passes(vhost, mac, lie, victim) for lie in SOUND)
        heard = [lie.__name__ for lie in forge.LIES if lied(vhost, mac, lie, victim)]
        assert heard == []
        assert all(passes(vhost, mac, lie, victim) for lie in SOUND)
