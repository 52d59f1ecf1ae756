# SPDX-License-Identifier: MIT
"""What guests and users do to a bridge that others share: each attack first on plain taps, where it
works, then through netd. (Stealing of frames: test_mac; the host: test_host; what the holder of a
tap does: test_watch; what a guest says: test_guard.)"""
import contextlib
import os
import struct

import pytest

import frames
import network
import owvm
from network import Tap
from owvm import Code

SHARED = "permit group owvm bridge br-lab\n"
GATEWAY = "52:54:00:00:00:fe"
# A bridge bears so many ports (BR_MAX_PORTS of the kernel is 1024, and number 0 is not used).
PORTS_MAX = 1023
LEARNED_MAX = 32


@contextlib.contextmanager
def port(running, user, bridge="br-lab"):
    """A tap that netd gave, and its MAC."""
    with running.request(user, user.tap(bridge)) as reply:
        assert reply.code == Code.OK, reply.text
        yield Tap(reply.fd, reply.interface), reply.mac


def address(bridge):
    return network.links()[bridge]["address"]


def test_a_plain_tap_with_a_low_address_takes_over_that_of_the_bridge(bridge):
    before = address(bridge)
    with Tap.make("plain0", bridge, "02:00:00:00:00:01"):
        assert address(bridge) == "02:00:00:00:00:01" != before


def test_no_port_takes_over_the_address_of_the_bridge(netd, alice, bridge):
    running = netd(SHARED)
    # An uplink with an address of a vendor, which the bridge takes on as it is the lowest.
    with Tap.make("uplink0", bridge, "52:54:00:00:00:01"):
        before = address(bridge)
        assert before == "52:54:00:00:00:01"
        with port(running, alice), port(running, alice):
            assert address(bridge) == before


def test_a_bridge_with_nothing_but_ports_needs_an_address_that_was_set(netd, alice, bridge):
    running = netd(SHARED)
    before = address(bridge)
    with port(running, alice) as (tap, _):
        # Its own address was a random one, which the kernel replaces by the lowest of its ports'.
        assert address(bridge) == network.links()[tap.name]["address"] != before
    network.command("ip", "link", "set", bridge, "address", before)
    with port(running, alice), port(running, alice):
        assert address(bridge) == before
    assert address(bridge) == before


def gateway_hears(thief, bridge):
    """A gateway is silent just now; the thief speaks with its address. Does the gateway get what
    a third one sends to it?"""
    with Tap.make("gateway0", bridge) as gateway, Tap.make("sender0", bridge) as sender:
        thief.send(frames.arp_request(GATEWAY, "192.168.7.1", "192.168.7.9"))
        mac = "52:54:00:00:00:0c"
        sender.send(frames.udp(GATEWAY, mac, "192.168.7.3", "192.168.7.1", 9, b"for you"))
        return gateway.receive(frames.is_from(mac), 0.5) is not None


def test_a_plain_tap_takes_the_frames_of_a_silent_gateway(bridge):
    with Tap.make("plain0", bridge) as thief:
        assert not gateway_hears(thief, bridge)


def test_no_port_takes_the_frames_of_a_silent_gateway(netd, alice, bridge):
    with port(netd(SHARED), alice) as (thief, _):
        assert gateway_hears(thief, bridge)


def test_the_address_of_a_silent_gateway_cannot_be_declared(netd, alice, bridge):
    reply = netd(SHARED).request(alice, owvm.pack_tap(bridge, GATEWAY))
    assert reply.code == Code.MAC_REFUSED


def superior_bpdu(mac):
    """IEEE 802.1D configuration BPDU: I am the root, with the best priority there is."""
    identity = struct.pack(">H6s", 0, owvm.mac_bytes(mac))
    body = struct.pack(">HBBB8sI8sHHHHH", 0, 0, 0, 0, identity, 0, identity, 0x8001, 0,
                       20 * 256, 2 * 256, 15 * 256)
    payload = b"\x42\x42\x03" + body
    return frames.ethernet("01:80:c2:00:00:00", mac, len(payload), payload)


def root_port(bridge):
    return network.links()[bridge]["linkinfo"]["info_data"]["root_port"]


def taken_over(attacker, mac, bridge):
    """Does the bridge believe that the root of the tree is behind one of its ports?"""
    attacker.send(superior_bpdu(mac))
    return root_port(bridge) != 0


@pytest.fixture
def tree(bridge):
    """The bridge takes part in the spanning tree protocol."""
    network.command("ip", "link", "set", bridge, "type", "bridge", "forward_delay", "200",
                    "stp_state", "1")
    return bridge


def test_a_plain_tap_takes_over_the_spanning_tree(tree):
    with Tap.make("plain0", tree) as attacker:
        assert taken_over(attacker, "52:54:00:00:00:01", tree)


def test_no_port_takes_over_the_spanning_tree(netd, alice, tree):
    with port(netd(SHARED), alice) as (attacker, mac):
        assert not taken_over(attacker, mac, tree)


def flood(tap, n):
    """Frames from `n` addresses; gives how many of them the bridge learned."""
    for number in range(n):
        mac = owvm.mac_text(b"\x52\x54\x99" + number.to_bytes(3, "big"))
        tap.send(frames.arp_request(mac, "192.168.7.1", "192.168.7.9"))
    return sum(entry["mac"].startswith("52:54:99:")
               for entry in network.fdb(network.bridge_port(tap.name)))


def test_a_plain_tap_floods_the_forwarding_database(bridge):
    with Tap.make("plain0", bridge) as attacker:
        assert flood(attacker, 2000) == 2000


def test_a_locked_port_adds_nothing_to_the_forwarding_database(netd, alice, bridge):
    with port(netd(SHARED), alice) as (attacker, _):
        assert flood(attacker, 2000) == 0


@pytest.mark.parametrize("name", ["br-lab", "own"])
def test_a_port_that_learns_adds_no_more_than_the_limit(name, either_mode, alice, bridge):
    """The guests behind the first addresses are heard all the same, before and afterwards."""
    running = either_mode("permit group owvm bridge br-lab mac any\n"
                          "permit group owvm bridge ow-%U create\n")
    name = alice.bridge if name == "own" else name
    first, late = "52:54:98:00:00:01", "52:54:98:00:00:02"
    with running.request(alice, owvm.pack_tap(name)) as reply, Tap.make("plain0", name) as other:
        tap = Tap(reply.fd, reply.interface)
        tap.send(frames.arp_request(first, "192.168.7.1", "192.168.7.9"))
        assert 1 <= flood(tap, 2000) < LEARNED_MAX
        tap.send(frames.arp_request(late, "192.168.7.1", "192.168.7.9"))
        tap.send(frames.arp_request(first, "192.168.7.2", "192.168.7.9"))
        assert other.receive(lambda frame: frame[28:32] == bytes([192, 168, 7, 2]))[6:12] == (
            owvm.mac_bytes(first))
        assert not any(entry["mac"] == late for entry in network.fdb(
            network.bridge_port(reply.interface)))


@contextlib.contextmanager
def filled(bridge, n):
    """`n` plain taps on the bridge. Nobody has them open: a login may have 1,024 files."""
    names = [f"plain{number}" for number in range(n)]
    batch = "".join(f"tuntap add {name} mode tap\nlink set {name} master {bridge}\n"
                    for name in names)
    network.command("ip", "-batch", "-", input=batch)
    try:
        yield
    finally:
        batch = "".join(f"link set {name} nomaster group 77\n" for name in names)
        network.command("ip", "-batch", "-", input=batch)
        network.command("ip", "link", "delete", "group", "77")


def test_plain_taps_leave_nobody_else_a_place_and_netd_says_so(netd, alice, bridge):
    running = netd(SHARED)
    with filled(bridge, PORTS_MAX):
        reply = running.request(alice, alice.tap(bridge))
        assert (reply.code, reply.text) == (
            Code.BRIDGE_FULL, "no port on bridge 'br-lab': it cannot bear another one")
    with port(running, alice):
        pass


def test_a_user_cannot_take_all_the_places_of_a_bridge(netd, alice, bob, bridge):
    running = netd("permit group owvm bridge br-lab taps 100\n")
    with contextlib.ExitStack() as stack:
        for number in range(100):
            mac = owvm.mac_of(alice.uid, number)
            reply = stack.enter_context(running.request(alice, owvm.pack_tap(bridge, mac)))
            assert reply.code == Code.OK, reply.text
        refused = running.request(alice, owvm.pack_tap(bridge, owvm.mac_of(alice.uid, 200)))
        assert refused.code == Code.QUOTA
        with port(running, bob):
            assert len(network.ports(bridge)) == 101
