# SPDX-License-Identifier: MIT
"""What is lost, and for how long, when something of the fabric ends: a guest that goes elsewhere, a
bgpd, a cable, a host. owvm-fabric(7) tells what this measured; `pytest -rP` shows it."""
import contextlib
import signal
import time

import frames
import network
import owvm
from fabric import BRIDGE, is_duplicate, port

HOSTS, POLICY = 3, "permit group owvm bridge br-lab\n"
KIND = 0x88B5
HOLD = 9  # seconds, `timers bgp` of frr.conf


def since(start):
    return time.monotonic() - start


def measured(what, seconds):
    print(f"{what}: {seconds:.2f} s")


def reaches(sender, mac, receiver, receivers):
    """Does a frame that is for it alone get there?"""
    sender.send(frames.ethernet(receivers, mac, KIND, b"ping"))
    return receiver.receive(frames.is_from(mac), 0.05) is not None


def until_reached(sender, mac, receiver, receivers, seconds):
    start = time.monotonic()
    assert network.wait_until(lambda: reaches(sender, mac, receiver, receivers), seconds)
    return since(start)


def knows(host, mac, of, seconds=10):
    return network.wait_until(lambda: host.remote().get(mac) == of.address, seconds)


@contextlib.contextmanager
def guests(hosts, alice, bob):
    """One on the first host and one on the second, of which all know."""
    first, second, third = hosts
    with port(first, alice) as (one, mac), port(second, bob) as (other, others):
        assert knows(second, mac, first) and knows(third, mac, first)
        assert knows(first, others, second)
        until_reached(one, mac, other, others, 10)
        yield one, mac, other, others


def arrive(host, user, mac):
    """The reply, as soon as netd gives the address, and how often it was refused before."""
    refused = []

    def taken():
        reply = host.request(user, owvm.pack_tap(BRIDGE, mac, "box"))
        if reply.code == owvm.Code.OK:
            return reply
        assert reply.code == owvm.Code.MAC_IN_USE, reply.text
        refused.append(reply)
        return None
    reply = network.wait_until(taken, 10)
    assert reply, "the address stays in use"
    return reply, len(refused)


def test_a_guest_that_moves_is_reached_again_at_once(hosts, alice, bob):
    """Ten times in a row: FRR takes five moves in 180 s for two guests with one address, and must
    not here."""
    first, second, third = hosts
    mac, waits = alice.mac(), []
    with port(third, bob) as (client, clients):
        held, _ = arrive(first, alice, mac)
        for number in range(10):
            there = (second, first)[number % 2]
            assert network.wait_until(lambda: mac in third.remote())
            held.close()
            start = time.monotonic()
            held, _ = arrive(there, alice, mac)
            with there, network.Tap(held.fds.pop(), held.interface) as tap:
                until_reached(client, clients, tap, mac, 10)
                waits.append(since(start))
                assert network.wait_until(lambda: third.remote().get(mac) == there.address)
                held.fds.append(tap.fd)
                tap.fd = -1
        for host in hosts:
            assert is_duplicate(host, mac) is False
            assert "duplicate" not in host.said("zebra").lower()
        held.close()
        assert network.wait_until(lambda: mac not in third.remote())
    measured("a guest that moves: longest", max(waits))
    assert sorted(waits)[len(waits) // 2] <= 2


def test_bgpd_that_is_killed_and_started_again(hosts, alice, bob):
    first, second, _ = hosts
    with guests(hosts, alice, bob) as (one, mac, other, others):
        first.end("bgpd", signal.SIGKILL)
        gone = time.monotonic()
        assert network.wait_until(lambda: mac not in second.remote(), HOLD + 6)
        measured("bgpd killed: others forget its guests", since(gone))
        first.start_daemon("bgpd")
        start = time.monotonic()
        assert knows(second, mac, first, 30) and knows(first, others, second, 30)
        until_reached(other, others, one, mac, 10)
        measured("bgpd started again: guests reach each other", since(start))


def test_frr_that_is_killed_while_a_guest_moves(hosts, alice, bob):
    """Both daemons, as watchfrr starts them again together. What the kernel knows stays."""
    first, second, third = hosts
    with port(first, alice) as (one, mac):
        with port(second, bob) as (_, others):
            assert knows(first, others, second) and knows(third, mac, first)
            for name in ("zebra", "bgpd"):
                first.end(name, signal.SIGKILL)
            assert first.remote()[others] == second.address
        assert network.wait_until(lambda: others not in third.remote())
        with port(third, bob, others) as (other, _):
            assert knows(second, others, third)
            for name in ("zebra", "bgpd"):
                first.start_daemon(name)
            start = time.monotonic()
            assert knows(first, others, third, 30) and knows(third, mac, first, 30)
            until_reached(one, mac, other, others, 10)
            measured("FRR started again: a guest that moved is found", since(start))
        assert network.wait_until(lambda: others not in first.remote())


def test_a_cable_that_is_cut_and_mended(hosts, alice, bob):
    first, second, third = hosts
    with guests(hosts, alice, bob) as (one, mac, other, others):
        first.cut()
        start = time.monotonic()
        assert network.wait_until(lambda: mac not in third.remote(), HOLD + 6)
        measured("a host that is gone: others forget its guests", since(start))
        # From now on its addresses are free, for a guest that is started elsewhere.
        with port(third, alice, mac):
            assert knows(second, mac, third)
        assert network.wait_until(lambda: mac not in second.remote())
        first.mend()
        start = time.monotonic()
        assert knows(second, mac, first, 30) and knows(first, others, second, 30)
        until_reached(other, others, one, mac, 10)
        measured("a cable that is mended: guests reach each other", since(start))
