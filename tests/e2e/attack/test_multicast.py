# SPDX-License-Identifier: MIT
"""Multicast on a bridge that snoops, as the kernel's bridges do unless they are told otherwise: who
gets groups, and who may say so. Each first by a plain tap."""
import contextlib

import pytest

import frames
import network
from network import Tap

POLICY = "permit group owvm bridge br-lab\n"
ADDRESS, OTHER = "192.168.7.5", "192.168.7.1"


def neighbour(mac):
    """To the group of those who may be ...:1: a bridge that snoops passes it to members."""
    return frames.mac_bytes("33:33:ff:00:00:01") + frames.udp6(mac, "ff02::1:ff00:1", 4711)[6:]


PIM_HELLO = b"\x20\x00\xdf\xff"  # RFC 7761


@contextlib.contextmanager
def attacker(running, user, bridge):
    """A port of the user's, or a plain tap where nothing runs."""
    if running is None:
        with Tap.make("plain2", bridge) as tap:
            yield tap, "52:54:00:00:00:0c"
    else:
        with running.request(user, user.tap(bridge)) as reply:
            yield Tap(reply.fd, reply.interface), reply.mac


@pytest.mark.parametrize("guarded", [False, True])
def test_one_query_does_not_end_ipv6_between_all_others(guarded, netd, alice, bridge):
    """A bridge that believes in a querier passes groups no longer to who has not asked for them,
    and hosts do not answer a query with a wrong hop limit."""
    mac = "52:54:00:00:00:0a"
    running = netd(POLICY) if guarded else None
    with Tap.make("plain0", bridge) as host, Tap.make("plain1", bridge) as other, \
            attacker(running, alice, bridge) as (liar, liars):
        assert frames.hears(host, mac, neighbour(mac), other)
        liar.send(frames.mld_query(liars))
        dead = network.wait_until(lambda: not frames.hears(host, mac, neighbour(mac), other), 0.5)
        assert dead != guarded


@pytest.mark.parametrize("guarded", [False, True])
def test_who_says_that_he_is_a_multicast_router_hears_no_groups_of_others(
        guarded, netd, alice, bridge):
    mac, groups = "52:54:00:00:00:0a", "01:00:5e:01:01:01"
    running = netd(POLICY) if guarded else None
    with Tap.make("plain0", bridge) as host, Tap.make("plain1", bridge) as router, \
            attacker(running, alice, bridge) as (liar, liars):
        data = frames.udp(groups, mac, OTHER, "239.1.1.1", 4711, b"data")
        router.send(frames.igmp_query("52:54:00:00:00:0b", OTHER))
        assert network.wait_until(lambda: not frames.hears(host, mac, data, liar))
        liar.send(frames.ipv4("01:00:5e:00:00:0d", liars, ADDRESS, "224.0.0.13", 103, PIM_HELLO))
        assert frames.hears(host, mac, data, liar) != guarded
