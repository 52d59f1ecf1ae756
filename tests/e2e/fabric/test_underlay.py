# SPDX-License-Identifier: MIT
"""What the bridge's own rules cannot see: users of a host who speak VXLAN or BGP to another, and
ports that are isolated on each host. Each first without the installed rules of nftables."""
import contextlib
import itertools
import socket
import struct

import pytest

import fabric
import frames
import network
from fabric import BRIDGE, EXAMPLES, REFLECTOR, port
from people import as_user

HOSTS = 2
POLICY = ("permit user alice bridge br-lab mac any\n"
          "permit user bob bridge br-lab isolated\n")
VNI, VXLAN_PORT, BGP_PORT = 100, 4789, 179
LIAR, GATEWAY = "52:54:00:00:00:0b", "52:54:00:00:00:fe"
BESIDE = "52:54:00:00:00:01"  # the host there
KIND = 0x88B5
OFFER = frames.udp(frames.BROADCAST, LIAR, "192.168.7.5", "255.255.255.255", 68, b"offer")


@contextlib.contextmanager
def rules(host, name):
    """The installed rules of that name, on the host."""
    with host:
        network.command("nft", "-f", str(EXAMPLES / name))
    try:
        yield
    finally:
        with host:
            network.command("nft", "flush", "ruleset")


def hears_liar(victim):
    """Does a frame of the liar's come before one that says the end?"""
    heard = []
    while not any(b"the end" in frame for frame in heard):
        heard.append(victim.receive(lambda _: True, 5))
        assert heard[-1] is not None
    return any(frames.is_from(LIAR)(frame) for frame in heard)


def said_by_vxlan(host, user, frame, target):
    """The user, who has no privilege, sends a frame to another host as VXLAN (RFC 7348)."""
    def send():
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            with contextlib.suppress(PermissionError):
                sock.sendto(struct.pack(">II", 8 << 24, VNI << 8) + frame, (target, VXLAN_PORT))
    with host:
        as_user(user, send)


@contextlib.contextmanager
def beside(host):
    """A tap of the host's on a network that is not the underlay, as a guest behind it has."""
    with host:
        tap = network.Tap.open("beside0")
        network.command("ip", "addr", "add", "192.168.9.1/24", "dev", "beside0")
        network.command("ip", "link", "set", "beside0", "address", BESIDE, "up")
    with tap:
        yield tap


def forged(frame, source, target):
    """The frame as VXLAN, in an IP packet that says it came from another host."""
    data = struct.pack(">II", 8 << 24, VNI << 8) + frame
    return frames.udp(BESIDE, LIAR, source, target, VXLAN_PORT, data)


@pytest.mark.parametrize("guarded", [False, True])
def test_a_guest_behind_a_host_does_not_pass_for_another_host(guarded, hosts, alice):
    first, second = hosts
    with contextlib.ExitStack() as stack:
        if guarded:
            stack.enter_context(rules(first, "fabric.nft"))
        tap = stack.enter_context(beside(first))
        victim, _ = stack.enter_context(port(first, alice))
        tap.send(forged(OFFER, second.address, first.address))
        other, mac = stack.enter_context(port(second, alice))
        other.send(frames.ethernet(frames.BROADCAST, mac, KIND, b"the end"))
        assert hears_liar(victim) != guarded


def speaks_bgp(host, user, target):
    def connect():
        with socket.socket() as sock:
            sock.settimeout(1)
            return sock.connect_ex((target, BGP_PORT)) == 0
    with host:
        return as_user(user, connect)


@pytest.mark.parametrize("guarded", [False, True])
def test_a_user_of_a_host_puts_no_frame_onto_the_bridge_of_another(guarded, hosts, alice, carol):
    """carol has no port anywhere. The frame is a DHCP answer, which no guard has seen."""
    first, second = hosts
    with contextlib.ExitStack() as stack:
        if guarded:
            stack.enter_context(rules(second, "fabric.nft"))
        victim, _ = stack.enter_context(port(first, alice))
        said_by_vxlan(second, carol, OFFER, first.address)
        # What the kernel and FRR say passes all the same.
        other, mac = stack.enter_context(port(second, alice))
        other.send(frames.ethernet(frames.BROADCAST, mac, KIND, b"the end"))
        assert hears_liar(victim) != guarded
        assert network.wait_until(lambda: mac in first.remote())


@pytest.mark.parametrize("guarded", [False, True])
def test_a_user_of_a_host_does_not_speak_bgp(guarded, hosts, carol):
    with contextlib.ExitStack() as stack:
        if guarded:
            stack.enter_context(rules(hosts[0], "fabric.nft"))
        assert speaks_bgp(hosts[0], carol, REFLECTOR) != guarded


def test_frr_finds_its_reflector_with_the_rules_in_force(hosts):
    first, second = hosts
    with rules(first, "fabric.nft"):
        first.end("bgpd")
        assert network.wait_until(lambda: first.address not in second.flood_list())
        first.start_daemon("bgpd")
        assert network.wait_until(lambda: first.address in second.flood_list(), 30)


def exchange(one, mac, other, others, word):
    """Do they get what is for each of them alone?"""
    one.send(frames.ethernet(others, mac, KIND, word))
    other.send(frames.ethernet(mac, others, KIND, word))
    return [tap.receive(lambda frame: word in frame, 0.5) is not None for tap in (one, other)]


def test_isolated_holds_on_each_host_and_by_further_rules_across_hosts(hosts, alice, bob):
    first, second = hosts
    with port(first, bob) as (one, mac), port(first, bob) as (beside, _), \
            port(second, bob) as (far, fars), port(second, alice, GATEWAY) as (gateway, _):
        assert network.wait_until(lambda: {fars, GATEWAY} <= first.remote().keys() and
                                  mac in second.remote())
        one.send(frames.ethernet(frames.BROADCAST, mac, KIND, b"hello"))
        assert far.receive(frames.is_from(mac)) and gateway.receive(frames.is_from(mac))
        assert beside.receive(frames.is_from(mac), 0.3) is None
        assert exchange(one, mac, far, fars, b"before") == [True, True]
        with rules(first, "isolated.nft"), rules(second, "isolated.nft"):
            assert exchange(one, mac, far, fars, b"after") == [False, False]
            assert exchange(one, mac, gateway, GATEWAY, b"gateway") == [True, True]


def test_two_guests_with_one_address_are_found_by_frr(hosts):
    """On bare taps, where nobody refuses the second: the alarm that a guest that moves must not
    raise (test_convergence)."""
    turns = itertools.cycle(zip((0, 1), hosts, reversed(hosts)))
    with contextlib.ExitStack() as stack:
        taps = []
        for host in hosts:
            with host:
                taps.append(stack.enter_context(network.Tap.make("plain0", BRIDGE)))

        def moved():
            number, here, there = next(turns)
            taps[number].send(frames.ethernet(frames.BROADCAST, LIAR, KIND, b"me"))
            network.wait_until(lambda: there.remote().get(LIAR) == here.address, 1)
            return any(fabric.is_duplicate(host, LIAR) for host in hosts)
        assert network.wait_until(moved, 60), "FRR takes both for one"
