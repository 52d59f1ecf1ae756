# SPDX-License-Identifier: MIT
"""A frame that is one thing to the guards and another to its receiver: the virtio header before it
has the kernel write a checksum, of any value and at any place, or put wrong lengths right, when the
frame leaves the host (linux/virtio_net.h, skb_checksum_help() and inet_gso_segment() of the
kernel)."""
import os
import socket
import struct

import pytest

import frames
import network
from conftest import OWN_BRIDGE
from network import Tap
from test_guard import ADDRESS, NETWORK, VICTIM, port

NEEDS_CSUM, GSO_UDP_L4 = 1, 5
LEASE = f"permit group owvm bridge br-lab ip {NETWORK}\n"


def changed_late(lie, at, free, harmless=b"\x07\x05"):
    """A header and a harmless frame that becomes `lie` in the two bytes at `at`: its checksum from
    there on is what is wanted. `free`: two bytes behind that may be anything."""
    frame = bytearray(lie)
    frame[at:at + 2] = harmless
    frame[free:free + 2] = b"\0\0"
    frame[free:free + 2] = struct.pack(">H", (frames.checksum(bytes(frame[at:])) -
                                              struct.unpack_from(">H", lie, at)[0]) % 0xFFFF)
    return struct.pack("<BBHHHH", NEEDS_CSUM, 0, 0, 0, at, 0) + bytes(frame)


def arp(mac):
    lie = frames.arp_request(mac, VICTIM, "192.168.7.9")
    return changed_late(lie, 30, 50), lie, 32


def source(mac):
    lie = frames.udp(frames.BROADCAST, mac, VICTIM, "255.255.255.255", 4711, b"\0\0data")
    return changed_late(lie, 28, 42), lie, 42


def dhcp_answer(mac):
    lie = frames.udp(frames.BROADCAST, mac, ADDRESS, "255.255.255.255", 68, b"\0\0offer")
    return changed_late(lie, 36, 42), lie, 42


def advertisement(mac):
    lie = frames.router_advertisement(mac)
    return changed_late(lie, 54, 60), lie, 56


def wrong_length(mac):
    """A datagram that is to be cut, and says to be longer than it is: no guard reads on."""
    lie = frames.udp(frames.BROADCAST, mac, ADDRESS, "255.255.255.255", 68, b"offer" * 60)
    header = struct.pack("<BBHHHH", NEEDS_CSUM, GSO_UDP_L4, 42, 200, 34, 6)
    return header + lie[:16] + struct.pack(">H", 9000) + lie[18:], lie, 16


LIES = [arp, source, dhcp_answer, advertisement, wrong_length]


@pytest.fixture(autouse=True)
def no_filter():
    """Some kernels have the bridge's frames looked at by iptables, where lengths are checked."""
    for name in ("iptables", "ip6tables"):
        path = f"/proc/sys/net/bridge/bridge-nf-call-{name}"
        if os.path.exists(path):
            with open(path, "w", encoding="ascii") as setting:
                setting.write("0")


def hears(sender, lie, receiver, mac):
    """Does the receiver get it as the lie? All that is sent bears the address of its sender."""
    data, whole, known = lie(mac)
    os.write(sender.fd, data)
    frame = receiver.receive(frames.is_from(mac), 0.3)
    return frame is not None and frame[12:known] == whole[12:known]


@pytest.mark.parametrize("lie", LIES, ids=lambda lie: lie.__name__)
def test_behind_a_plain_tap_the_receiver_sees_another_frame(lie, bridge):
    mac = "02:00:00:00:00:0a"
    with Tap.make("plain0", bridge) as liar, Tap.make("plain1", bridge) as victim:
        assert hears(liar, lie, victim, mac)


@pytest.mark.parametrize("lie", LIES, ids=lambda lie: lie.__name__)
def test_a_port_whose_guest_is_not_trusted_has_no_header_to_lie_in(lie, either_mode, alice, bridge):
    with port(either_mode(LEASE), alice) as (liar, mac), Tap.make("plain1", bridge) as victim:
        assert not hears(liar, lie, victim, mac)


def has_header(running, user, bridge):
    with port(running, user, bridge) as (tap, _):
        return bool(tap.flags() & network.IFF_VNET_HDR)


def test_only_who_is_trusted_with_all_that_guards_prevent_has_the_header(netd, alice, bridge):
    running = netd("permit group owvm bridge br-lab mac any\n" + OWN_BRIDGE)
    assert not has_header(running, alice, bridge) and has_header(running, alice, alice.bridge)
    running.kill()
    running = netd("permit group owvm bridge br-lab mac any dhcp-server\n")
    assert has_header(running, alice, bridge)
