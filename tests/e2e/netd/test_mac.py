# SPDX-License-Identifier: MIT
"""Whose address is whose: the MAC space of a user on a shared bridge, any on one's own."""
import pytest

import frames
import network
import owvm
from conftest import OWN_BRIDGE
from network import Tap
from owvm import Code

SHARED = "permit group owvm bridge br-lab\n"


@pytest.mark.smoke
def test_on_a_shared_bridge_an_address_of_the_callers_space_is_granted(either_mode, alice, bridge):
    mac = owvm.mac_of(alice.uid, 0x7F)
    with either_mode(SHARED).request(alice, owvm.pack_tap(bridge, mac)) as reply:
        assert (reply.code, reply.mac) == (Code.OK, mac)


OUTSIDE = {
    "another user's": lambda alice, bob: owvm.mac_of(bob.uid),
    "a vendor's": lambda alice, bob: "52:54:00:12:34:56",
    "multicast": lambda alice, bob: owvm.mac_of(alice.uid, first=0x03),
    "netd's own prefix": lambda alice, bob: owvm.mac_of(alice.uid, first=0xFE),
    "globally administered": lambda alice, bob: owvm.mac_of(alice.uid, first=0x00),
}


@pytest.mark.parametrize("kind", OUTSIDE)
def test_on_a_shared_bridge_any_other_address_is_refused(kind, either_mode, alice, bob, bridge):
    mac = OUTSIDE[kind](alice, bob)
    reply = either_mode(SHARED).request(alice, owvm.pack_tap(bridge, mac))
    assert reply.code == Code.MAC_REFUSED
    assert reply.text and network.ports(bridge) == set()


def test_on_a_shared_bridge_an_address_must_be_declared_and_an_example_is_named(
        either_mode, alice, bridge):
    reply = either_mode(SHARED).request(alice, owvm.pack_tap(bridge))
    assert reply.code == Code.MAC_REFUSED
    assert owvm.mac_of(alice.uid)[3:14] in reply.text


def test_on_ones_own_bridge_any_address_is_taken_and_locked(either_mode, alice):
    with either_mode(OWN_BRIDGE).request(
            alice, owvm.pack_tap(alice.bridge, "52:54:00:12:34:56")) as reply:
        assert (reply.code, reply.mac) == (Code.OK, "52:54:00:12:34:56")


@pytest.mark.parametrize("mac", ("01:00:5e:00:00:01", "fe:00:00:00:00:01"))
def test_no_bridge_takes_multicast_or_netds_own_prefix(mac, either_mode, alice):
    reply = either_mode(OWN_BRIDGE).request(alice, owvm.pack_tap(alice.bridge, mac))
    assert reply.code == Code.MAC_REFUSED


def test_the_bridges_own_address_is_refused(netd, alice, bridge):
    network.command("ip", "link", "set", bridge, "address", "52:54:00:00:00:01")
    reply = netd("permit user alice bridge br-lab mac any\n").request(
        alice, owvm.pack_tap(bridge, "52:54:00:00:00:01"))
    assert reply.code == Code.MAC_REFUSED


def test_an_address_that_another_port_has_is_refused(either_mode, alice, bob, bridge):
    running = either_mode("permit group owvm bridge br-lab mac any\n")
    with running.request(alice, owvm.pack_tap(bridge, "52:54:00:00:00:07")) as first:
        assert first.code == Code.OK
        reply = running.request(bob, owvm.pack_tap(bridge, "52:54:00:00:00:07"))
        assert reply.code == Code.MAC_IN_USE


@pytest.mark.parametrize("shared", [False, True])
def test_an_undeclared_address_is_learned_where_any_is_permitted(
        shared, either_mode, alice, bridge):
    running = either_mode(OWN_BRIDGE + "permit user alice bridge br-lab mac any\n")
    name = bridge if shared else alice.bridge
    with running.request(alice, owvm.pack_tap(name)) as reply, \
            running.request(alice, owvm.pack_tap(name)) as second:
        assert reply.mac == "00:00:00:00:00:00"
        Tap(reply.fd, reply.interface).send(
            frames.arp_request("52:54:00:aa:bb:cc", "192.168.7.1", "192.168.7.2"))
        assert Tap(second.fd, second.interface).receive(frames.is_from("52:54:00:aa:bb:cc"))


def test_a_locked_port_lets_no_other_source_address_through(either_mode, alice):
    running = either_mode(OWN_BRIDGE)
    mac = owvm.mac_of(alice.uid, 1)
    with running.request(alice, owvm.pack_tap(alice.bridge, mac)) as reply, \
            running.request(alice, alice.tap()) as second:
        sender, receiver = Tap(reply.fd, reply.interface), Tap(second.fd, second.interface)
        sender.send(frames.arp_request("52:54:00:aa:bb:cc", "192.168.7.1", "192.168.7.2"))
        assert receiver.receive(frames.is_from("52:54:00:aa:bb:cc"), 0.5) is None
        sender.send(frames.arp_request(mac, "192.168.7.1", "192.168.7.2"))
        assert receiver.receive(frames.is_from(mac)) is not None


def test_without_the_lock_a_guest_steals_anothers_frames(bridge):
    """What the lock is for, on plain taps."""
    with Tap.make("plain0", bridge) as thief, Tap.make("plain1", bridge) as victim, \
            Tap.make("plain2", bridge) as sender:
        assert not delivered_after_theft(thief, victim, sender, "02:00:00:00:00:0b")


def test_with_the_lock_a_guest_cannot_steal_anothers_frames(netd, alice, bob, bridge):
    running = netd("permit group owvm bridge br-lab\n")
    victim_mac = owvm.mac_of(bob.uid)
    with running.request(alice, owvm.pack_tap(bridge, owvm.mac_of(alice.uid))) as thief, \
            running.request(bob, owvm.pack_tap(bridge, victim_mac)) as victim, \
            Tap.make("plain2", bridge) as sender:
        assert delivered_after_theft(Tap(thief.fd, thief.interface),
                                     Tap(victim.fd, victim.interface), sender, victim_mac)


def delivered_after_theft(thief, victim, sender, victim_mac):
    """The thief speaks with the victim's address. Does the victim still get what is for it?"""
    victim.send(frames.arp_request(victim_mac, "192.168.7.1", "192.168.7.9"))
    thief.send(frames.arp_request(victim_mac, "192.168.7.1", "192.168.7.9"))
    mac = "02:00:00:00:00:0c"
    sender.send(frames.udp(victim_mac, mac, "192.168.7.3", "192.168.7.1", 9, b"for you"))
    return victim.receive(frames.is_from(mac), 0.5) is not None
