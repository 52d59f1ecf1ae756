# SPDX-License-Identifier: MIT
"""A bridge that spans four hosts: who hears whom, and what gets past the guards of one host to
another. Each attack first comes from a bare tap."""
import contextlib

import pytest

import frames
import network
import owvm
from fabric import BRIDGE, port
from forge import ADDRESS, DHCP_CLIENT, DHCPV6_CLIENT, VICTIM
from policy_tool import DENY, PERMIT, explain, tool

HOSTS, POLICY = 4, "permit group owvm bridge br-lab\n"
KIND = 0x88B5
VETERAN, ROBBER = "52:54:00:00:00:0a", "52:54:00:00:00:0b"


def hello(to, mac):
    return frames.ethernet(to, mac, KIND, b"hello")


def knows(host, mac, of):
    return network.wait_until(lambda: host.remote().get(mac) == of.address, 10)


def test_the_ports_of_two_users_reach_each_other_from_host_to_host(hosts, alice, bob):
    with contextlib.ExitStack() as stack:
        taps = [stack.enter_context(port(host, user))
                for host, user in zip(hosts, (alice, bob, alice, bob))]
        for (one, mac), here in zip(taps, hosts):
            for (other, others), there in zip(taps, hosts):
                if here is not there:
                    assert knows(here, others, there) and knows(there, mac, here)
                    one.send(hello(others, mac))
                    assert other.receive(frames.is_from(mac))


def test_a_broadcast_gets_to_each_host_once_and_what_is_for_one_to_that_one(hosts, alice):
    with contextlib.ExitStack() as stack:
        taps = [stack.enter_context(port(host, alice)) for host in hosts]
        (one, mac), (other, others), *rest = taps
        assert knows(hosts[0], others, hosts[1])
        one.send(hello(frames.BROADCAST, mac))
        one.send(hello(others, mac))
        assert len(frames.heard(one, mac, other)) == 2
        for tap, _ in rest:
            # The end of what it hears is a second broadcast of heard().
            ends = [frame for frame in tap.frames() if frame[6:12] == owvm.mac_bytes(mac)]
            assert [frame[:6] for frame in ends] == [b"\xff" * 6] * 2


def spoofed_arp(mac):
    return frames.arp_request(mac, VICTIM, "192.168.7.9", claimed=VETERAN)


def dhcp_answer(mac):
    return frames.udp(frames.BROADCAST, mac, ADDRESS, "255.255.255.255", DHCP_CLIENT, b"offer")


def dhcpv6_answer(mac):
    return frames.udp6(mac, "ff02::1", DHCPV6_CLIENT, b"reply")


def igmp_query(mac):
    return frames.igmp_query(mac, ADDRESS)


@contextlib.contextmanager
def liar(host, user, guarded):
    """A port of the user's, or a bare tap of the host's."""
    if guarded:
        with port(host, user) as (tap, mac):
            yield tap, mac
    else:
        with host:
            tap = network.Tap.make("plain0", BRIDGE)
        with tap:
            yield tap, ROBBER


@pytest.mark.parametrize("lie", [spoofed_arp, dhcp_answer, dhcpv6_answer, igmp_query,
                                 frames.router_advertisement, frames.mld_query],
                         ids=lambda lie: lie.__name__)
def test_what_a_guest_must_not_say_gets_to_no_other_host(lie, hosts, alice, bob):
    with port(hosts[1], bob) as (near, _), port(hosts[3], bob) as (far, _):
        for guarded in (False, True):
            with liar(hosts[0], alice, guarded) as (tap, mac):
                tap.send(lie(mac))
                tap.send(hello(frames.BROADCAST, mac))
                for victim in (near, far):
                    seen = victim.receive(frames.is_from(mac), 5)
                    assert seen is not None and (b"hello" in seen) == guarded


def stolen(hosts, thief, mac):
    """The thief, on the second host, has spoken as `mac`, which is on the first one: does the third
    one send there from then on?"""
    thief.send(hello(frames.BROADCAST, mac))
    return network.wait_until(lambda: hosts[2].remote().get(mac) == hosts[1].address, 1.5)


def test_who_speaks_with_the_address_of_a_guest_elsewhere_does_not_get_its_frames(
        hosts, alice, bob):
    first, second, third, _ = hosts
    with first:
        victim = network.Tap.make("plain1", BRIDGE)
    with victim:
        victim.send(hello(frames.BROADCAST, VETERAN))
        assert knows(third, VETERAN, first)
        with liar(second, alice, False) as (thief, _):
            assert stolen(hosts, thief, VETERAN)
            # And back again, before the next one tries.
            victim.send(hello(frames.BROADCAST, VETERAN))
            assert knows(third, VETERAN, first)
        with liar(second, alice, True) as (thief, _):
            assert not stolen(hosts, thief, VETERAN)
        assert knows(third, VETERAN, first)
    # The address of a port of netd's is a static one in BGP, too, and stays even with a bare tap.
    with port(first, bob) as (_, mac), liar(second, alice, False) as (thief, _):
        assert knows(third, mac, first)
        assert not stolen(hosts, thief, mac) and knows(third, mac, first)


def test_an_address_that_another_host_has_is_in_use(hosts, alice):
    first, second, *_ = hosts
    mac = alice.mac()
    request = owvm.pack_tap(BRIDGE, mac)
    with port(first, alice, mac):
        assert knows(second, mac, first)
        refused = second.request(alice, request)
        assert refused.code == owvm.Code.MAC_IN_USE
        assert refused.text == f"MAC {mac} is in use on another port of bridge 'br-lab'"
    assert network.wait_until(lambda: mac not in second.remote())
    with second.request(alice, request) as reply:
        assert reply.code == owvm.Code.OK, reply.text


def test_a_quota_is_one_for_each_host(hosts, alice):
    with contextlib.ExitStack() as stack:
        for host in hosts[:2]:
            for _ in range(8):
                stack.enter_context(port(host, alice))
            refused = host.request(alice, alice.tap(BRIDGE))
            assert refused.code == owvm.Code.QUOTA
        stack.enter_context(port(hosts[2], alice))


def test_explain_tells_that_a_bridge_spans_hosts(hosts, alice):
    asked = ("explain", "--user", "alice", "--bridge", BRIDGE)
    with hosts[0]:
        said = tool(alice, *asked, status=PERMIT).stdout
        assert "\nspans hosts: by its port 'vxlan-lab'; " in said
        assert explain(alice, BRIDGE, status=PERMIT)["spans_hosts_by"] == "vxlan-lab"
        assert explain(alice, alice.bridge, status=DENY)["spans_hosts_by"] is None
        network.command("ip", "link", "set", "vxlan-lab", "nomaster")
        assert "spans hosts" not in tool(alice, *asked, status=PERMIT).stdout
        network.command("ip", "link", "set", "vxlan-lab", "master", BRIDGE)
