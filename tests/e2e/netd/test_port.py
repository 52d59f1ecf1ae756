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

PORTS = 100


def brport(name):
    return network.links()[network.bridge_port(name)]["linkinfo"]["info_slave_data"]


@pytest.fixture
def running(either_mode):
    return either_mode(OWN_BRIDGE + "permit user alice bridge br-lab\n")


@pytest.fixture(params=["bare tap", "cable"])
def port(request, running, alice, bridge):
    """Of the two kinds of ports one."""
    name = bridge if request.param == "cable" else alice.bridge
    request_ = owvm.pack_tap(name, owvm.mac_of(alice.uid, 9), "router")
    with running.request(alice, request_) as reply:
        assert reply.code == Code.OK, reply.text
        assert len(ends(reply)) == (3 if request.param == "cable" else 1)
        yield reply


def ends(port):
    """The tap, and the inner and the outer end of its cable if it has one."""
    links = network.links()
    tap = links[port.interface]
    cable = [f"owvmb{tap['ifindex']}", f"owvmc{tap['ifindex']}"]
    return [tap, *(links[name] for name in cable if name in links)]


@pytest.mark.smoke
def test_the_port_is_up_on_its_bridge_and_says_whose_it_is(port, alice):
    tap, *cable = ends(port)
    assert [link.get("master") for link in (tap, *cable)] == (
        [None, port.bridge, None] if cable else [port.bridge])
    assert all("UP" in link["flags"] for link in (tap, *cable))
    assert port.uid == alice.uid
    for part in (f"uid={alice.uid}", f"bridge={port.bridge}", f"guest={port.mac}",
                 f"host={port.host_mac}", "queues=1", f"cable={'yes' if cable else 'no'}",
                 "label=router"):
        for link in (tap, *cable[:1]):
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
    entries = [entry for entry in network.fdb(network.bridge_port(port.interface))
               if entry["mac"] == port.mac]
    assert [entry.get("state") for entry in entries if "vlan" not in entry] == ["static"]


def test_the_host_side_mac_is_netds_choice(port):
    assert {link["address"] for link in ends(port)} == {port.host_mac}
    assert port.host_mac.startswith("fe:") and port.host_mac != port.mac


def test_neither_port_nor_bridge_has_an_address_on_the_host(port):
    addresses = network.json_of("ip", "-j", "addr", "show")
    # The host is on an administrator's bridge.
    own = [port.bridge] if len(ends(port)) == 1 else []
    for name in [link["ifname"] for link in ends(port)] + own:
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
    name = network.bridge_port(port.interface)
    assert port.mac in bob.run("bridge", "fdb", "show", "dev", name).stdout


def test_a_port_carries_frames_from_the_first_on(netd, alice, bridge):
    """In both directions, from the moment on at which it is handed out."""
    running = netd("permit user alice bridge br-lab\n")
    mac, lost = "52:54:00:00:00:0c", []
    with Tap.make("plain0", bridge, mac) as other:
        for number in range(PORTS):
            with running.request(alice, alice.tap(bridge)) as reply:
                tap = Tap(reply.fd, reply.interface, at_once=True)
                other.send(frames.arp_request(mac, "192.168.7.1", "192.168.7.2"))
                tap.send(frames.arp_request(reply.mac, "192.168.7.2", "192.168.7.1"))
                if not (tap.receive(frames.is_from(mac)) and
                        other.receive(frames.is_from(reply.mac))):
                    lost.append(number)
            # Its slot is free when netd has closed its own fd of it, too.
            assert network.wait_until(lambda: reply.interface not in network.links())
    assert lost == []


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
