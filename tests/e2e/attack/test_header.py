# SPDX-License-Identifier: MIT
"""What the virtio header before a frame makes of it behind the guards, written as vhost-net would:
through the tap as it was handed out where that has a header, else through one that its holder has
attached again. First from a plain tap, where each lie is heard."""
import contextlib
import errno
import os

import pytest

import forge
import frames
import network
import owvm
from holder import alone_with, attached_again
from network import Tap
from owvm import Code

PORTS = 10
LEASE = f"permit group owvm bridge br-lab taps {PORTS} ip {forge.NETWORK}\n"


@pytest.fixture(autouse=True)
def no_filter():
    """Else some kernels have the bridge's frames looked at by iptables, where lengths are
    checked."""
    network.set_bridge_filter(False)


def honest(mac):
    return frames.arp_request(mac, forge.ADDRESS, forge.VICTIM)


@contextlib.contextmanager
def ports(running, user, count):
    with contextlib.ExitStack() as stack:
        replies = [stack.enter_context(running.request(user, user.tap("br-lab")))
                   for _ in range(count)]
        assert {reply.code for reply in replies} == {Code.OK}
        yield replies


def lies_heard(victim, lie, replies):
    """How many of the lies of these ports the victim gets."""
    forged = {owvm.mac_bytes(reply.mac): lie(reply.mac) for reply in replies}
    return sum(frame[6:12] in forged and forged[frame[6:12]].is_it(frame)
               for frame in victim.frames())


def write(fd, data):
    """Does the kernel know such a header?"""
    try:
        return os.write(fd, data) == len(data)
    except OSError as error:
        if error.errno != errno.EINVAL:
            raise
        return False


def come_back_and_write(taps, lie):
    """As the holder of these taps, which have no header."""
    for fd, name, mac in taps:
        with contextlib.suppress(OSError), attached_again(fd, name) as again:
            write(again, lie(mac).data)


@pytest.mark.parametrize("lie", forge.LIES, ids=lambda lie: lie.__name__)
def test_behind_a_plain_tap_the_receiver_sees_another_frame(lie, bridge):
    mac = "02:00:00:00:00:0a"
    with Tap.make("plain0", bridge) as liar, Tap.make("plain1", bridge) as victim:
        if not write(liar.fd, lie(mac).data):
            pytest.skip("this kernel knows no such header")
        assert any(lie(mac).is_it(frame) for frame in victim.frames())


@pytest.mark.parametrize("lie", forge.LIES, ids=lambda lie: lie.__name__)
def test_a_header_makes_no_lie_of_a_frame_behind_the_guards(lie, either_mode, alice, bridge):
    running = either_mode(LEASE)
    with ports(running, alice, PORTS) as replies, Tap.make("plain1", bridge) as victim:
        taps = [Tap(reply.fd, reply.interface) for reply in replies]
        for tap, reply in zip(taps, replies):
            assert frames.hears(tap, reply.mac, honest(reply.mac), victim)
            write(tap.fd, lie(reply.mac).data)
            tap.send(lie(reply.mac).lie)
        heard = lies_heard(victim, lie, replies)
        assert heard == 0
        for tap, reply in zip(taps, replies):
            assert frames.hears(tap, reply.mac, honest(reply.mac), victim)
        if not taps[0].header:
            held = [(reply.fd, reply.interface, reply.mac) for reply in replies]
            alone_with(alice, replies, lambda: come_back_and_write(held, lie))
            heard = lies_heard(victim, lie, replies)
            assert heard == 0


@pytest.fixture(params=["br-lab", None], ids=["shared", "own"])
def large(request, bridge, either_mode, alice):
    """A port of alice's on a shared bridge, and one on her own."""
    running = either_mode(LEASE + "permit group owvm bridge ow-%U create\n")
    with running.request(alice, alice.tap(request.param)) as reply:
        assert reply.code == Code.OK, reply.text
        yield Tap(reply.fd, reply.interface), reply


def test_a_long_segment_arrives_in_pieces_and_complete(large):
    tap, reply = large
    assert tap.flags() & network.IFF_VNET_HDR
    data = bytes(range(250)) * 40
    with Tap.make("plain1", reply.bridge) as victim:
        os.write(tap.fd, forge.segment(reply.mac, data))
        pieces = [frame for frame in victim.frames() if frames.is_from(reply.mac)(frame)]
    assert len(pieces) > 1 and b"".join(piece[54:] for piece in pieces) == data
    assert all(frames.checksum(piece[26:34] + bytes([0, frames.TCP]) +
                               (len(piece) - 34).to_bytes(2, "big") + piece[34:]) == 0
               for piece in pieces)
