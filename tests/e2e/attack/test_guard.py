# SPDX-License-Identifier: MIT
"""What a guest says to others: each lie first between plain taps, where it is heard, then from a
port of netd's, whose guards are the rules of its chain in the nft table."""
import contextlib
import itertools
import json

import pytest

import frames
import network
import owvm
from conftest import OWN_BRIDGE
from forge import ADDRESS, DHCP_CLIENT, DHCPV6_CLIENT, NETWORK, VICTIM
from frames import hears
from network import Tap
from owvm import Code

SHARED = "permit group owvm bridge br-lab\n"
OTHER = "52:54:00:00:00:fe"


def lldp(mac):
    return frames.ethernet("01:80:c2:00:00:0e", mac, 0x88CC, b"i am your switch")


def bpdu(mac):
    return frames.ethernet("01:80:c2:00:00:00", mac, 38, b"\x42\x42\x03" + bytes(35))


def spoofed_arp(mac):
    return frames.arp_request(mac, VICTIM, "192.168.7.9", claimed=OTHER)


def dhcp_answer(mac):
    return frames.udp(frames.BROADCAST, mac, ADDRESS, "255.255.255.255", DHCP_CLIENT, b"offer")


def dhcpv6_answer(mac):
    return frames.udp6(mac, "ff02::1", DHCPV6_CLIENT, b"reply")


def hidden_advertisement(mac):
    return frames.router_advertisement(mac, extensions=frames.PADDED)


def igmp_query(mac):
    return frames.igmp_query(mac, ADDRESS)


def redirect(mac):
    """RFC 792: go by another for this host."""
    return frames.ipv4(frames.BROADCAST, mac, ADDRESS, VICTIM, frames.ICMP,
                       frames.checked(bytes([5, 1, 0, 0, 192, 168, 7, 6]) + bytes(28)))


def irdp(mac):
    """RFC 1256: a router."""
    return frames.ipv4(frames.BROADCAST, mac, ADDRESS, VICTIM, frames.ICMP,
                       frames.checked(bytes([9, 0, 0, 0, 1, 2, 0, 60, 192, 168, 7, 6, 0, 0, 0, 0])))


def pppoe_offer(mac):
    return frames.ethernet(frames.BROADCAST, mac, frames.PPPOE_DISCOVERY, b"\x11\x07" + bytes(20))


def vrrp(mac):
    """RFC 5798: I am the router that all others stand behind."""
    return frames.ipv4("01:00:5e:00:00:12", mac, ADDRESS, "224.0.0.18", frames.VRRP,
                       b"\x31\x01\xff\x01" + bytes(8))


def mvrp(mac):
    return frames.ethernet(frames.BROADCAST, mac, frames.MVRP, bytes(20))


def old_tag(mac):
    return frames.tagged(spoofed_arp(mac), 7, kind=frames.VLAN_OLD)


def in_a_vlan(frame):
    def made(mac):
        return frames.tagged(frame(mac), 7)
    made.__name__ = f"{frame.__name__}_in_a_vlan"
    return made


def twice_tagged(mac):
    return frames.tagged(spoofed_arp(mac), 7, 8)


def provider_tagged(mac):
    return frames.tagged(spoofed_arp(mac), 7, 8, kind=frames.VLAN_PROVIDER)


def in_snap(mac):
    """RFC 1042: what Wi-Fi, and some receivers, take for the frame inside."""
    spoofed = spoofed_arp(mac)[12:42]
    return frames.ethernet(frames.BROADCAST, mac, 6 + len(spoofed), b"\xaa\xaa\x03\0\0\0" + spoofed)


def switch_bpdu(mac):
    """A BPDU to a group that bridges pass on, as some switches have one for each VLAN."""
    body = b"\xaa\xaa\x03\0\0\x0c\x01\x0b" + bytes(42)
    return frames.ethernet("01:00:0c:cc:cc:cd", mac, len(body), body)


# What no guest may say on a bridge that others share.
LIES = [spoofed_arp, dhcp_answer, dhcpv6_answer, frames.router_advertisement, hidden_advertisement,
        twice_tagged, provider_tagged, in_snap, switch_bpdu, igmp_query, frames.mld_query,
        redirect, irdp, frames.redirect6, pppoe_offer, vrrp, mvrp, old_tag]
LIES += [in_a_vlan(lie) for lie in (*LIES[:4], in_snap, igmp_query, frames.mld_query)]
# A bridge hands these to the host, so that they cannot be seen to arrive at another port.
LINK_LOCAL = [bpdu, lldp]
SERVERS = [dhcp_answer, dhcpv6_answer, frames.router_advertisement, hidden_advertisement,
           igmp_query, frames.mld_query, redirect, irdp, frames.redirect6, pppoe_offer, vrrp, mvrp]


def label(function):
    return function.__name__


def ask(running, user, bridge="br-lab", mac=None):
    return running.request(user, owvm.pack_tap(bridge, mac or user.mac()))


@contextlib.contextmanager
def port(running, user, bridge="br-lab"):
    with ask(running, user, bridge) as reply:
        assert reply.code == Code.OK, reply.text
        yield Tap(reply.fd, reply.interface), reply.mac


def rules(interface):
    """The rules that drop what comes from a port, also those that it shares with others: what each
    tests, and how many packets it has."""
    listed = network.json_of("nft", "-j", "list", "table", "netdev", "owvm")["nftables"]
    chains = {}
    for item in listed:
        if "rule" in item:
            chains.setdefault(item["rule"]["chain"], []).append(item["rule"]["expr"])
    own = chains[f"port-{network.links()[interface]['ifindex']}"]
    shared = [rule[-1]["jump"]["target"] for rule in own if "jump" in rule[-1]]
    assert shared
    return [(json.dumps(rule[:-2]), rule[-2]["counter"]["packets"])
            for rule in itertools.chain(own, *(chains[name] for name in shared))
            if len(rule) > 1 and "counter" in rule[-2]]


def dropped(interface):
    return sum(packets for _, packets in rules(interface))


@pytest.mark.parametrize("lie", LIES, ids=label)
def test_between_plain_taps_a_lie_is_heard(lie, bridge):
    mac = "52:54:00:00:00:0a"
    with Tap.make("plain0", bridge) as liar, Tap.make("plain1", bridge) as victim:
        assert hears(liar, mac, lie(mac), victim)


@pytest.mark.parametrize("lie", LIES, ids=label)
def test_a_port_of_netds_keeps_a_lie_to_itself_and_counts_it(lie, either_mode, alice, bridge):
    with port(either_mode(SHARED), alice) as (liar, mac), Tap.make("plain1", bridge) as victim:
        before = dropped(liar.name)
        assert not hears(liar, mac, lie(mac), victim)
        assert dropped(liar.name) == before + 1


@pytest.mark.parametrize("kind", LINK_LOCAL, ids=label)
def test_a_frame_for_the_link_alone_gets_past_no_port(kind, netd, alice, bridge):
    """With the spanning tree protocol off, a bridge passes BPDUs on: an uplink may be shut."""
    network.command("ip", "link", "set", bridge, "type", "bridge", "group_fwd_mask", "0xfff8")
    mac = "52:54:00:00:00:0a"
    with Tap.make("plain1", bridge) as uplink:
        with Tap.make("plain0", bridge) as liar:
            assert hears(liar, mac, kind(mac), uplink)
        with port(netd(SHARED), alice) as (liar, mac):
            assert not hears(liar, mac, kind(mac), uplink)
            assert dropped(liar.name) == 1


HONEST = {
    "ARP": lambda mac: frames.arp_request(mac, ADDRESS, VICTIM),
    "an ARP probe": lambda mac: frames.arp_request(mac, "0.0.0.0", ADDRESS),
    "a question to a DHCP server": lambda mac: frames.udp(
        frames.BROADCAST, mac, "0.0.0.0", "255.255.255.255", 67, b"discover"),
    "a datagram": lambda mac: frames.udp(frames.BROADCAST, mac, ADDRESS, VICTIM, 4711, b"data"),
    "a datagram in a VLAN": lambda mac: frames.tagged(
        frames.udp(frames.BROADCAST, mac, ADDRESS, VICTIM, 4711, b"data"), 7),
    "IPv6": lambda mac: frames.udp6(mac, "ff02::1", 4711, b"data"),
    "a group": lambda mac: frames.ethernet("01:00:5e:00:00:fb", mac, 0x88B5, b"mdns"),
}


@pytest.mark.parametrize("kind", HONEST)
def test_what_is_no_lie_passes(kind, netd, alice, bridge):
    running = netd(f"permit group owvm bridge br-lab ip {NETWORK}\n")
    with port(running, alice) as (sender, mac), Tap.make("plain1", bridge) as receiver:
        assert hears(sender, mac, HONEST[kind](mac), receiver)
        assert dropped(sender.name) == 0


FOREIGN = {
    "ARP": lambda mac: frames.arp_request(mac, VICTIM, ADDRESS),
    "a datagram": lambda mac: frames.udp(frames.BROADCAST, mac, VICTIM, ADDRESS, 4711, b"data"),
    "ARP in a VLAN": lambda mac: frames.tagged(frames.arp_request(mac, VICTIM, ADDRESS), 7),
}


@pytest.mark.parametrize("kind", FOREIGN)
def test_an_address_outside_of_ip_passes_only_where_there_is_no_ip(kind, netd, alice, bridge):
    running = netd(f"permit user alice bridge br-lab ip {NETWORK}\n")
    with Tap.make("plain1", bridge) as receiver:
        with port(running, alice) as (sender, mac):
            assert not hears(sender, mac, FOREIGN[kind](mac), receiver)
            assert dropped(sender.name) == 1
        with Tap.make("plain0", bridge) as sender:
            assert hears(sender, "52:54:00:00:00:0a", FOREIGN[kind]("52:54:00:00:00:0a"), receiver)


@pytest.mark.parametrize("kind", SERVERS, ids=label)
def test_who_may_be_a_dhcp_server_is_heard(kind, netd, alice, bridge):
    running = netd("permit user alice bridge br-lab dhcp-server\n" + OWN_BRIDGE)
    with port(running, alice) as (server, mac), Tap.make("plain1", bridge) as client:
        assert hears(server, mac, kind(mac), client)
    with port(running, alice, alice.bridge) as (server, mac), \
            port(running, alice, alice.bridge) as (client, _):
        assert hears(server, mac, kind(mac), client)


def test_a_port_that_learns_may_speak_for_every_address(netd, alice):
    running = netd(OWN_BRIDGE)
    with running.request(alice, owvm.pack_tap(alice.bridge)) as reply, \
            port(running, alice, alice.bridge) as (receiver, _):
        assert hears(Tap(reply.fd, reply.interface), OTHER, spoofed_arp(OTHER), receiver)


def test_the_table_can_be_read_by_who_knows_nft(netd, alice, bridge):
    running = netd(f"permit group owvm bridge br-lab ip {NETWORK}\n")
    with port(running, alice) as (tap, mac):
        tests = "\n".join(test for test, _ in rules(tap.name))
        assert mac in tests and "192.168.7.4" in tests and "arp" in tests


def test_the_chain_of_a_port_goes_with_it_and_comes_with_each(either_mode, alice, bridge):
    running = either_mode(SHARED)
    for _ in range(2):
        with port(running, alice) as (tap, _):
            index = network.links()[tap.name]["ifindex"]
            assert sorted(network.chains()) == [f"port-{index}", f"to-{index}"]
        gone = network.wait_until(lambda: tap.name not in network.links())
        assert gone


def test_chains_of_ports_that_went_while_netd_was_dead_are_removed_at_its_start(
        netd, alice, bridge):
    running = netd(SHARED)
    with port(running, alice) as (tap, _):
        running.kill()
    assert network.wait_until(lambda: tap.name not in network.links())
    running.start()
    assert network.wait_until(lambda: network.chains() == [])


def test_a_restart_brings_guards_back(netd, alice, bridge):
    """After `nft flush ruleset` while the table had no owner."""
    running = netd(f"permit group owvm bridge br-lab ip {NETWORK}\n")
    with port(running, alice) as (liar, mac), Tap.make("plain1", bridge) as victim:
        before = rules(liar.name)
        running.stop()
        network.command("nft", "flush", "ruleset")
        assert hears(liar, mac, FOREIGN["ARP"](mac), victim)
        running.start()
        assert network.wait_until(lambda: network.chains() != [])
        assert rules(liar.name) == before
        assert not hears(liar, mac, FOREIGN["ARP"](mac), victim)


def test_tables_and_chains_of_others_stay(netd, alice, bridge):
    foreign = ("add table netdev office; add chain netdev office port-1; "
               "add table inet owvm; add chain inet owvm port-1")
    network.command("nft", foreign)
    try:
        running = netd(SHARED)
        with port(running, alice):
            pass
        running.kill()
        running.start()
        assert network.wait_until(lambda: network.chains("netdev") == [])
        assert network.chains("inet") == ["port-1"]
        assert "port-1" in network.command("nft", "list", "table", "netdev", "office").stdout
    finally:
        network.command("nft", "delete table netdev office; delete table inet owvm")
