# SPDX-License-Identifier: MIT
"""Any user of the host can send by a link that he names (SO_BINDTODEVICE), whatever routes there
are. First by a plain bridge and by a plain tap, then by every link that netd made."""
import contextlib
import errno
import socket

import pytest

import network
import reach
from namespace import End
from network import Tap
from owvm import Code
from people import as_user

PORT, MARK = 4711, b"from another user: "
HOST6, NEIGHBOUR, NEIGHBOUR6 = "2001:db8:99::1", "10.99.7.7", "2001:db8:7::7"
TARGETS = {
    "broadcast": (socket.AF_INET, reach.HOST, "255.255.255.255"),
    "group": (socket.AF_INET, reach.HOST, "239.1.1.1"),
    "one host": (socket.AF_INET, reach.HOST, NEIGHBOUR),
    "group of IPv6": (socket.AF_INET6, HOST6, "ff02::1"),
    "one host of IPv6": (socket.AF_INET6, HOST6, NEIGHBOUR6),
}
ALL_IPV4 = {"broadcast", "group", "ARP"}
NO_WAY = {errno.ENETUNREACH, errno.EHOSTUNREACH, errno.EADDRNOTAVAIL, errno.ENODEV, errno.EPERM,
          errno.ENETDOWN, errno.EACCES, errno.ENOBUFS}


@pytest.fixture(autouse=True)
def host(nothing_left):
    """Its addresses are on a link that has nothing to do with any bridge."""
    with reach.host():
        network.command("ip", "addr", "add", f"{HOST6}/64", "dev", "uplink0", "nodad")
        yield


def send_by(link, names):
    """As an ordinary user. What the host cannot send is not heard, either."""
    for name in names:
        family, source, target = TARGETS[name]
        with socket.socket(family, socket.SOCK_DGRAM) as sock:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
            sock.bind((source, 0))
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, link.encode())
            try:
                sock.sendto(MARK + name.encode(), (target, PORT))
            except OSError as error:
                if error.errno not in NO_WAY:
                    raise


def told(frame):
    """What was sent, or what a frame tells of the host that sent it."""
    if MARK in frame:
        return frame.partition(MARK)[2].rstrip(b"\0").decode()
    if frame[12:14] == b"\x08\x06" and socket.inet_aton(NEIGHBOUR) in frame:
        return "ARP"
    if socket.inet_pton(socket.AF_INET6, NEIGHBOUR6) in frame:
        return "ND"
    return "noise"


class Guests:
    """Taps on which only the host can be heard, as nobody else is there."""

    def __init__(self, *taps):
        self.taps = taps

    def hear(self, user, link, names=tuple(TARGETS)):
        """What they hear when the user sends by this link."""
        as_user(user, lambda: send_by(link, names))
        return {told(frame) for tap in self.taps for frame in tap.frames(0.2)}


@pytest.mark.parametrize("link", ["br-lab", "plain0"])
def test_another_user_is_heard_over_a_plain_bridge_and_a_plain_tap(link, bob, bridge):
    with Tap.make("plain0", bridge) as tap:
        assert ALL_IPV4 | {"group of IPv6"} <= Guests(tap).hear(bob, link)


@contextlib.contextmanager
def two_guests(running, user, bridge):
    """Ports of the user's; gives them, and all links that netd made for them."""
    before = set(network.links())
    with running.request(user, user.tap(bridge)) as first, \
            running.request(user, user.tap(bridge)) as second:
        assert first.code == second.code == Code.OK, first.text + second.text
        made = set(network.links()) - before
        assert {first.interface, second.interface} <= made
        yield Guests(*(Tap(reply.fd, reply.interface) for reply in (first, second))), made


def test_another_user_is_heard_over_a_plain_end_of_a_client(alice, bob, bridge):
    with End.plain(alice, bridge, alice.mac()) as end:
        assert {"broadcast", "group"} <= Guests(end).hear(bob, end.name)


def test_a_client_hears_nobody_by_its_own_links(netd, alice, bob, bridge):
    netd("permit group owvm bridge br-lab netns\n")
    before = set(network.links())
    with End.client(alice, bridge, alice.mac()) as end:
        made = set(network.links()) - before
        assert len(made) == 3
        heard = heard_by(Guests(end), bob, made, {"noise"})
        assert heard == {}


def heard_by(guests, user, links, noise=frozenset()):
    """By link, what was heard at all."""
    heard = {link: guests.hear(user, link) - noise for link in sorted(links)}
    return {link: names for link, names in heard.items() if names}


def test_nobody_is_heard_on_a_bridge_where_the_host_is_not(either_mode, alice, bob):
    running = either_mode("permit group owvm bridge ow-%U create\n")
    with two_guests(running, alice, alice.bridge) as (guests, links):
        assert alice.bridge in links
        heard = heard_by(guests, bob, links)
        assert heard == {}


def test_where_the_host_is_it_is_heard_by_the_bridge_alone(netd, alice, bob):
    running = netd("permit group owvm bridge lab0 create address 192.168.7.1/24\n")
    with two_guests(running, alice, "lab0") as (guests, links):
        assert "broadcast" in guests.hear(bob, "lab0", ["broadcast"])
        heard = heard_by(guests, bob, links - {"lab0"}, {"noise"})
        assert heard == {}


def test_on_a_bridge_of_others_no_port_is_a_way_around_it(either_mode, alice, bob, bridge):
    running = either_mode("permit group owvm bridge br-lab\n")
    with two_guests(running, alice, bridge) as (guests, links):
        assert "broadcast" in guests.hear(bob, bridge, ["broadcast"])
        heard = heard_by(guests, bob, links, {"noise"})
        assert heard == {}
