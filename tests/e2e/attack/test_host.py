# SPDX-License-Identifier: MIT
"""The host is not on a bridge that netd made. Each probe is first shown to reach the host over a
plain bridge: what does not answer there would prove nothing here."""
import socket

import pytest

import frames
import network
import owvm
from conftest import OWN_BRIDGE
from network import Tap
from owvm import Code

HOST = "10.99.0.1"
PORT = 4711


@pytest.fixture
def host(nothing_left):
    """The host has an address on an interface that has nothing to do with any bridge."""
    network.add_interface("uplink0")
    network.command("ip", "addr", "add", HOST + "/24", "dev", "uplink0")
    network.command("ip", "link", "set", "uplink0", "up")
    yield
    network.delete_link("uplink0")


@pytest.fixture
def plain(host):
    network.add_bridge("br-plain")
    with Tap.make("plain0", "br-plain") as tap:
        yield tap, "02:00:00:00:00:0a", "br-plain"
    network.delete_link("br-plain")


@pytest.fixture
def guarded(host, either_mode, alice):
    running = either_mode(OWN_BRIDGE)
    with running.request(alice, owvm.pack_tap(alice.bridge, owvm.mac_of(alice.uid))) as reply:
        assert reply.code == Code.OK, reply.text
        yield Tap(reply.fd, reply.interface), reply.mac, alice.bridge


def host_answers_arp(tap, mac):
    tap.send(frames.arp_request(mac, "10.99.0.77", HOST))
    return tap.receive(frames.is_arp_answer(HOST)) is not None


def host_gets_udp(tap, mac, bridge):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
        listener.bind((HOST, PORT))
        listener.settimeout(1)
        address = network.links()[bridge]["address"]
        tap.send(frames.udp(address, mac, "10.99.0.77", HOST, PORT, b"from the guest"))
        try:
            return listener.recv(64) == b"from the guest"
        except TimeoutError:
            return False


def host_follows_router(tap, mac, bridge):
    """Did the host take an address or a route from the guest's router advertisement?"""
    tap.send(frames.router_advertisement(mac))

    def taken():
        addresses = network.command("ip", "-6", "addr", "show", "dev", bridge).stdout
        routes = network.command("ip", "-6", "route", "show").stdout
        return "2001:db8:bad:" in addresses or f"dev {bridge} proto ra" in routes
    return network.wait_until(taken, 1.5)


def test_over_a_plain_bridge_the_host_answers_arp(plain):
    assert host_answers_arp(plain[0], plain[1])


def test_over_netds_bridge_the_host_does_not_answer_arp(guarded):
    assert not host_answers_arp(guarded[0], guarded[1])


def test_over_a_plain_bridge_udp_reaches_another_address_of_the_host(plain):
    assert host_gets_udp(*plain)


def test_over_netds_bridge_udp_does_not_reach_another_address_of_the_host(guarded):
    assert not host_gets_udp(*guarded)


def test_over_a_plain_bridge_the_host_obeys_a_router_advertisement(plain):
    assert host_follows_router(*plain)


def test_over_netds_bridge_the_host_ignores_a_router_advertisement(guarded):
    assert not host_follows_router(*guarded)


def test_what_the_host_does_not_hear_another_port_hears(netd, host, alice):
    running = netd(OWN_BRIDGE)
    with running.request(alice, alice.tap()) as first, \
            running.request(alice, alice.tap()) as second:
        Tap(first.fd, first.interface).send(frames.arp_request(first.mac, "10.99.0.77", HOST))
        assert Tap(second.fd, second.interface).receive(frames.is_from(first.mac)) is not None


def test_where_nobody_hears_of_it_a_flushed_rule_set_is_mended_by_the_next_port(
        helper, host, alice):
    running = helper(OWN_BRIDGE)
    with running.request(alice, owvm.pack_tap(alice.bridge, owvm.mac_of(alice.uid))) as first:
        tap = Tap(first.fd, first.interface)
        network.command("nft", "flush", "ruleset")
        assert host_answers_arp(tap, first.mac)
        with running.request(alice, alice.tap()):
            assert not host_answers_arp(tap, first.mac)


LAB = "permit group owvm bridge lab0 create address 192.168.7.1/24\n"
LAB_HOST, GUEST = "192.168.7.1", "192.168.7.5"


def addresses(bridge):
    listed = network.json_of("ip", "-j", "addr", "show", "dev", bridge)[0]["addr_info"]
    return [f"{address['local']}/{address['prefixlen']}" for address in listed]


def test_with_address_the_host_is_on_the_bridge_and_still_follows_no_router(netd, host, alice):
    running = netd(LAB)
    with running.request(alice, alice.tap("lab0")) as reply:
        assert reply.code == Code.OK, reply.text
        tap = Tap(reply.fd, reply.interface)
        assert addresses("lab0") == ["192.168.7.1/24"]
        assert network.links()["lab0"]["ifalias"] == "owvm bridge, host on it"
        tap.send(frames.arp_request(reply.mac, GUEST, LAB_HOST))
        assert tap.receive(frames.is_arp_answer(LAB_HOST)) is not None
        assert not host_follows_router(tap, reply.mac, "lab0")
    assert network.wait_until(lambda: "lab0" not in network.links())


def test_the_address_survives_a_restart_and_a_flushed_rule_set(netd, host, alice, bob):
    running = netd("permit user bob bridge lab0 dhcp-server\n" + LAB)
    with running.request(alice, alice.tap("lab0")) as first:
        network.command("nft", "flush", "ruleset")
        running.stop()
        running.start()
        with running.request(bob, bob.tap("lab0")) as second:
            assert second.code == Code.OK, second.text
            assert addresses("lab0") == ["192.168.7.1/24"]
            assert network.links()["lab0"]["ifalias"] == "owvm bridge, host on it"
            assert not host_follows_router(Tap(second.fd, second.interface), second.mac, "lab0")
        assert network.master(first.interface) == "lab0"


def test_a_bridge_that_is_there_gets_no_address_from_another_rule(netd, host, alice, bob):
    running = netd("permit user alice bridge lab0 create\n"
                   "permit user bob bridge lab0 create address 192.168.7.1/24\n")
    with running.request(alice, alice.tap("lab0")), running.request(bob, bob.tap("lab0")) as reply:
        assert reply.code == Code.OK and addresses("lab0") == []
        assert not host_answers_arp(Tap(reply.fd, reply.interface), reply.mac)
