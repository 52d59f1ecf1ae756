# SPDX-License-Identifier: MIT
"""A port is handed out armed: what the kernel has when the fd arrives."""
import pytest

import frames
import network
import owvm
from conftest import OWN_BRIDGE
from network import Tap
from owvm import Code
from service import Service


def brport(name):
    return network.links()[name]["linkinfo"]["info_slave_data"]


@pytest.fixture
def running(either_mode):
    return either_mode(OWN_BRIDGE)


@pytest.fixture
def port(running, alice):
    request = owvm.pack_tap(alice.bridge, owvm.mac_of(alice.uid, 9), "router")
    with running.request(alice, request) as reply:
        assert reply.code == Code.OK, reply.text
        yield reply


@pytest.mark.smoke
def test_the_port_is_up_on_the_users_bridge_and_says_whose_it_is(port, alice):
    link = network.links()[port.interface]
    assert link["master"] == alice.bridge == port.bridge
    assert "UP" in link["flags"]
    assert port.uid == alice.uid
    for part in (f"uid={alice.uid}", f"bridge={alice.bridge}", f"guest={port.mac}",
                 f"host={port.host_mac}", "queues=1", "label=router"):
        assert part in link["ifalias"].split(), link["ifalias"]


def test_the_tap_is_not_persistent_and_belongs_to_netds_uid(port, running):
    info = network.links()[port.interface]["linkinfo"]["info_data"]
    assert info["type"] == "tap" and not info["persist"] and not info.get("multi_queue")
    # In helper mode netd's own uid is the user's.
    expected = "owvm-netd" if isinstance(running, Service) else "alice"
    assert info["user"] == expected
    assert not info["pi"] and info["vnet_hdr"]


def test_the_port_is_locked_to_its_mac(port):
    data = brport(port.interface)
    assert data["locked"] and not data["learning"]
    assert data["guard"] and data["root_block"]
    entries = [entry for entry in network.fdb(port.interface) if entry["mac"] == port.mac]
    assert [entry.get("state") for entry in entries if "vlan" not in entry] == ["static"]


def test_the_host_side_mac_is_netds_choice(port):
    assert network.links()[port.interface]["address"] == port.host_mac
    assert port.host_mac.startswith("fe:") and port.host_mac != port.mac


def test_neither_port_nor_bridge_has_an_address_on_the_host(port):
    addresses = network.json_of("ip", "-j", "addr", "show")
    for name in (port.interface, port.bridge):
        assert [link["addr_info"] for link in addresses if link.get("ifname") == name] == [[]]


def test_the_fd_is_a_tap_as_promised(port):
    flags = Tap(port.fd, port.interface).flags()
    assert flags & network.IFF_TAP and flags & network.IFF_NO_PI and flags & network.IFF_VNET_HDR


def test_ports_lists_it_with_its_label(port, running, alice):
    listed = running.request(alice, owvm.pack_ports())
    assert (listed.interface, listed.bridge, listed.mac, listed.host_mac, listed.label,
            listed.uid, listed.flags) == (port.interface, port.bridge, port.mac, port.host_mac,
                                          "router", alice.uid, owvm.PORT_UP)
    assert running.request(alice, owvm.pack_ports(listed.next)).code == Code.END


def test_the_mtu_is_the_bridges(netd, alice, bridge):
    network.command("ip", "link", "set", bridge, "mtu", "1400")
    running = netd("permit user alice bridge br-lab mac any\n")
    with running.request(alice, alice.tap(bridge)) as reply:
        assert reply.mtu == 1400
        assert network.links()[reply.interface]["mtu"] == 1400


def test_isolated_ports_do_not_hear_each_other(netd, alice, bob, bridge):
    running = netd("permit group owvm bridge br-lab isolated\n")
    with running.request(alice, owvm.pack_tap(bridge, owvm.mac_of(alice.uid))) as first, \
            running.request(bob, owvm.pack_tap(bridge, owvm.mac_of(bob.uid))) as second:
        assert brport(first.interface)["isolated"] and brport(second.interface)["isolated"]
        assert not heard(first, second)


def test_ports_that_are_not_isolated_hear_each_other(netd, alice, bob, bridge):
    running = netd("permit group owvm bridge br-lab\n")
    with running.request(alice, owvm.pack_tap(bridge, owvm.mac_of(alice.uid))) as first, \
            running.request(bob, owvm.pack_tap(bridge, owvm.mac_of(bob.uid))) as second:
        assert heard(first, second)


def test_any_user_can_read_what_the_alias_tells(port, bob):
    """As the manuals say: the label is no secret, nor is the address of the guest."""
    link = bob.run("ip", "-j", "link", "show", port.interface).stdout
    assert "label=router" in link and f"guest={port.mac}" in link
    assert port.mac in bob.run("bridge", "fdb", "show", "dev", port.interface).stdout


def test_ports_shows_a_user_his_own_only(netd, alice, bob):
    running = netd(OWN_BRIDGE)
    with running.request(alice, alice.tap()), \
            running.request(bob, bob.tap()):
        listed = running.request(bob, owvm.pack_ports())
        assert listed.uid == bob.uid
        assert running.request(bob, owvm.pack_ports(listed.next)).code == Code.END


def heard(first, second):
    sender, receiver = Tap(first.fd, first.interface), Tap(second.fd, second.interface)
    sender.send(frames.arp_request(first.mac, "192.168.7.1", "192.168.7.2"))
    return receiver.receive(frames.is_from(first.mac)) is not None
