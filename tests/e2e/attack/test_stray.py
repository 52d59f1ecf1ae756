# SPDX-License-Identifier: MIT
"""A port off its bridge and up would be a link of the host's own: what its guest sends would reach
the host itself, past the bridge and the chain between the two."""
import contextlib
import socket

import pytest

import frames
import network
import reach
from conftest import OWN_BRIDGE
from holder import SHARED, gone, held, set_address
from network import Tap
from people import as_user

WAYS = {
    "its bridge was deleted": lambda port: network.delete_link("br-lab"),
    "it was taken off": lambda port: network.command("ip", "link", "set", port, "nomaster"),
}
CABLE_IS_GONE = {"its cable was deleted": network.delete_link}
OTHER = "02:00:00:00:00:99"


@pytest.fixture
def host(nothing_left):
    with reach.host():
        yield


@pytest.mark.parametrize("way", WAYS)
def test_a_plain_tap_off_its_bridge_reaches_the_host(way, host, bridge):
    with Tap.make("plain0", bridge) as tap:
        WAYS[way]("plain0")
        assert reach.answers_arp(tap, "02:00:00:00:00:0a")


@pytest.mark.parametrize("way", [*WAYS, *CABLE_IS_GONE])
def test_a_port_that_is_on_no_bridge_any_more_is_deleted(way, host, netd, alice, bridge, fresh_log):
    running = netd(SHARED)
    with held(running, alice) as reply:
        port = network.bridge_port(reply.interface)
        assert port != reply.interface
        {**WAYS, **CABLE_IS_GONE}[way](port)
        assert gone(reply.interface) and gone(port)
        assert f"'{reply.interface}' is on no bridge any more" in fresh_log()
    network.delete_link(bridge)
    network.add_bridge(bridge)
    with held(running, alice):
        pass


@pytest.mark.parametrize("way", [*WAYS, *CABLE_IS_GONE])
def test_a_port_that_was_on_no_bridge_before_the_start_is_deleted(way, netd, alice, bridge):
    running = netd(SHARED)
    with held(running, alice) as reply:
        running.kill()
        {**WAYS, **CABLE_IS_GONE}[way](network.bridge_port(reply.interface))
        running.start()
        assert gone(reply.interface)


def test_a_tap_whose_cable_was_deleted_reaches_nobody(host, netd, alice, bridge):
    """While netd is dead, and its guards are gone: the tap is up, and no link of the host's."""
    running = netd(SHARED)
    with held(running, alice) as reply:
        running.kill()
        network.command("nft", "flush", "ruleset")
        network.delete_link(network.bridge_port(reply.interface))
        assert "UP" in network.links()[reply.interface]["flags"]
        assert not reach.answers_arp(Tap(reply.fd, reply.interface), reply.mac)
        running.start()
        assert gone(reply.interface)


def misuse_and_shout(reply, frame):
    """Have the port taken off its bridge, and send meanwhile, until it is gone."""
    set_address(reply.fd, reply.interface, OTHER)
    with contextlib.suppress(OSError):
        while True:
            Tap(reply.fd, reply.interface).send(frame)


def test_a_misused_port_never_reaches_the_host(host, netd, alice):
    """Its holder may want just that."""
    running = netd(OWN_BRIDGE)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener, \
            held(running, alice, alice.bridge) as reply:
        listener.bind((reach.HOST, reach.PORT))
        listener.settimeout(reach.PATIENCE)
        frame = frames.udp(OTHER, reply.mac, "10.99.0.77", reach.HOST, reach.PORT,
                           b"from the guest")
        as_user(alice, lambda: misuse_and_shout(reply, frame), reply.fds)
        with pytest.raises(TimeoutError):
            listener.recv(64)
