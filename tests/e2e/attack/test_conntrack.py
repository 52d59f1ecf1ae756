# SPDX-License-Identifier: MIT
"""Where bridges pass IP through the host's filter, as Docker and Kubernetes do, each connection
of two guests is an entry in the one table that the host's own connections need, for days. First
between plain taps, then between two of a user's ports."""
import contextlib
import itertools
import re
import socket

import pytest

import frames
import network
from network import Tap
from owvm import Code

COUNT = 200
# No connection is new twice.
FIRST_PORTS = itertools.count(1000, COUNT)
CLIENT, SERVER, HOST = "192.168.7.5", "192.168.7.6", "192.168.7.1"
SYN, ACK, LONG = 2, 16, b"long enough for no padding"
OWN = "permit group owvm bridge ow-%U create taps 2\n"
WITH_HOST = f"permit group owvm bridge lab0 create taps 2 address {HOST}/24\n"


@pytest.fixture
def tracked(nothing_left):
    """Somebody wants to know of connections, and bridges are asked as well. Gives how many new ones
    there were."""
    if not network.set_bridge_filter(True):
        pytest.skip("this kernel has no br_netfilter: frames of bridges are not tracked anyway")
    done = network.command("nft", "add table inet office; add chain inet office in { type filter "
                           "hook prerouting priority 0; }; add rule inet office in ct state new "
                           "counter", check=False)
    if done.returncode:
        pytest.skip(f"this kernel cannot track connections: {done.stderr.strip()}")

    def count():
        listed = network.command("nft", "list", "chain", "inet", "office", "in").stdout
        return int(re.search(r"packets (\d+)", listed)[1])
    yield count
    network.command("nft", "delete", "table", "inet", "office")
    network.set_bridge_filter(False)


def segments(client, server, first, flags):
    """Of COUNT connections, from the client or, with SYN and ACK, from the server."""
    for port in range(first, first + COUNT):
        if flags == SYN | ACK:
            yield frames.tcp(client[1], server[1], SERVER, CLIENT, (80, port), flags, LONG)
        else:
            yield frames.tcp(server[1], client[1], CLIENT, SERVER, (port, 80), flags, LONG)


def shake_hands(client, server, first):
    for flags in (SYN, SYN | ACK, ACK):
        sender, receiver = (server, client) if flags == SYN | ACK else (client, server)
        send_all(sender[0], receiver[0], segments(client, server, first, flags))


def flood_with_syn(client, server, first):
    send_all(client[0], server[0], segments(client, server, first, SYN))


def send_datagrams_of_ipv6(client, server, first):
    send_all(client[0], server[0],
             [frames.udp6(client[1], "ff02::1", port) for port in range(first, first + COUNT)])


def send_all(sender, receiver, many):
    """And see that they get there."""
    sent = set()
    for frame in many:
        sender.send(frame)
        sent.add(frame)
    assert sent <= set(receiver.frames())


WAYS = [shake_hands, flood_with_syn, send_datagrams_of_ipv6]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_what_passes_between_plain_taps_is_tracked(way, tracked, bridge):
    with Tap.make("plain0", bridge) as client, Tap.make("plain1", bridge) as server:
        way((client, "52:54:00:00:00:0a"), (server, "52:54:00:00:00:0b"), next(FIRST_PORTS))
        assert tracked() >= COUNT


@contextlib.contextmanager
def port(running, user, bridge):
    with running.request(user, user.tap(bridge)) as reply:
        assert reply.code == Code.OK, reply.text
        yield Tap(reply.fd, reply.interface), reply.mac


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_what_passes_between_two_ports_of_one_user_is_not(way, tracked, either_mode, alice):
    running = either_mode(OWN)
    with port(running, alice, alice.bridge) as client, port(running, alice, alice.bridge) as server:
        way(client, server, next(FIRST_PORTS))
        assert tracked() == 0


@pytest.mark.parametrize("way", [shake_hands, flood_with_syn], ids=lambda way: way.__name__)
def test_nor_is_it_where_the_host_is_on_the_bridge(way, tracked, netd, alice):
    running = netd(WITH_HOST)
    with port(running, alice, "lab0") as client, port(running, alice, "lab0") as server:
        way(client, server, next(FIRST_PORTS))
        assert tracked() == 0


def test_what_a_guest_sends_to_a_host_that_is_there_on_purpose_is_tracked(tracked, netd, alice):
    running = netd(WITH_HOST)
    with port(running, alice, "lab0") as (tap, mac), \
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
        listener.bind((HOST, next(FIRST_PORTS)))
        listener.settimeout(5)
        address = network.links()["lab0"]["address"]
        tap.send(frames.udp(address, mac, CLIENT, *listener.getsockname(), b"to the host"))
        assert listener.recv(64) == b"to the host"
        assert tracked() == 1
