# SPDX-License-Identifier: MIT
"""Clients: an interface on a bridge, in a network namespace of the user's own."""
import pytest

import frames
import network
import owvm
from conftest import OWN_BRIDGE
from namespace import Namespace
from network import Tap
from owvm import Code

BOTH = OWN_BRIDGE + "permit group owvm bridge br-lab netns\n"


@pytest.fixture
def service(netd):
    return netd(BOTH)


@pytest.fixture
def place(service, alice):
    with Namespace(alice) as namespace:
        yield namespace


@pytest.mark.smoke
def test_a_client_has_an_interface_on_the_bridge(place, service, alice):
    mac = alice.mac()
    reply = place.ask(mac=mac)
    assert reply.code == Code.OK, reply.text
    assert reply.bridge == alice.bridge and reply.peer == "eth0" and reply.mac == mac
    inside = place.links()["eth0"]
    assert inside["address"] == mac and inside["mtu"] == reply.mtu
    place.run("ip", "addr", "add", "192.168.1.2/24", "dev", "eth0")
    place.run("ip", "link", "set", "eth0", "up")
    with Namespace(alice) as other:
        assert other.ask(mac=alice.mac()).code == Code.OK
        other.run("ip", "addr", "add", "192.168.1.3/24", "dev", "eth0")
        other.run("ip", "link", "set", "eth0", "up")
        done = place.run("ping", "-c", "1", "-w", "5", "192.168.1.3", check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        print(network.links().keys())
    place.kill()
    assert network.wait_until(lambda: not network.made_by_netd()), network.made_by_netd()
