# SPDX-License-Identifier: MIT
"""What a rule may say of ports beside whose they are: queues, vhost, MTU, isolation."""
import contextlib
import os
import stat

import pytest

import frames
import network
import owvm
from network import Tap
from owvm import Code

IFF_MULTI_QUEUE = 0x0100
VHOST = "/dev/vhost-net"


def ask(running, user, bridge="br-lab", **options):
    return running.request(user, owvm.pack_tap(bridge, user.mac(), **options))


@pytest.mark.smoke
@pytest.mark.parametrize("queues", (1, 2, 16))
def test_a_port_has_as_many_queues_as_were_asked_for(queues, either_mode, alice, bridge):
    running = either_mode("permit group owvm bridge br-lab queues 16\n")
    with ask(running, alice, queues=queues) as reply:
        assert reply.code == Code.OK, reply.text
        assert (reply.taps, reply.vhosts, len(reply.fds)) == (queues, 0, queues)
        for fd in reply.fds:
            assert bool(Tap(fd, reply.interface).flags() & IFF_MULTI_QUEUE) == (queues > 1)
        data = network.links()[reply.interface]["linkinfo"]["info_data"]
        assert data["multi_queue"] == (queues > 1) and not data["persist"]
        assert f"queues={queues} " in network.links()[reply.interface]["ifalias"]
    assert network.wait_until(lambda: reply.interface not in network.links())


def test_every_queue_of_a_port_carries_frames(netd, alice, bridge):
    with ask(netd("permit group owvm bridge br-lab queues 4\n"), alice, queues=4) as reply, \
            Tap.make("plain0", bridge) as other:
        for number, fd in enumerate(reply.fds):
            Tap(fd, reply.interface).send(
                frames.arp_request(reply.mac, f"192.168.7.{number}", "192.168.7.9"))
            assert other.receive(frames.is_from(reply.mac))[31] == number


def test_a_port_with_queues_takes_the_highest_slot_and_counts_once(netd, alice, bridge):
    running = netd("permit group owvm bridge br-lab queues 4 taps 2\n")
    with ask(running, alice, queues=4) as first, ask(running, alice) as second:
        assert (first.interface, second.interface) == (alice.slot(1), alice.slot(0))
        assert ask(running, alice, queues=4).code == Code.QUOTA


@pytest.mark.parametrize("rule, queues", (("", 2), ("queues 4", 5)))
def test_more_queues_than_the_rule_permits_are_refused(rule, queues, either_mode, alice, bridge):
    reply = ask(either_mode(f"permit group owvm bridge br-lab {rule}\n"), alice, queues=queues)
    assert reply.code == Code.DENIED
    assert "policy.conf:1 permits" in reply.text and f"not {queues}" in reply.text


@pytest.fixture
def vhost():
    """A stand-in for the device, which this kernel may lack: what counts is who opens it."""
    def make():
        if os.path.exists(VHOST):
            os.unlink(VHOST)
        os.mknod(VHOST, stat.S_IFCHR | 0o660, os.makedev(1, 3))
        os.chmod(VHOST, 0o666)
    yield make
    with contextlib.suppress(FileNotFoundError):
        os.unlink(VHOST)


@pytest.mark.parametrize("queues", (1, 4))
def test_with_vhost_a_device_fd_for_each_queue_follows_the_taps(queues, vhost, either_mode, alice,
                                                                bridge):
    vhost()
    running = either_mode("permit group owvm bridge br-lab queues 4 vhost\n")
    with ask(running, alice, queues=queues, flags=owvm.WITH_MAC | owvm.WITH_VHOST) as reply:
        assert (reply.code, reply.text) == (Code.OK, "")
        assert (reply.taps, reply.vhosts) == (queues, queues)
        targets = [os.readlink(f"/proc/self/fd/{fd}") for fd in reply.fds]
        assert targets == ["/dev/net/tun"] * queues + [VHOST] * queues


def test_vhost_is_only_for_who_asks_for_it(vhost, netd, alice, bridge):
    vhost()
    with ask(netd("permit group owvm bridge br-lab vhost\n"), alice) as reply:
        assert (reply.taps, reply.vhosts) == (1, 0)


def test_a_host_without_vhost_gives_the_port_and_says_so(either_mode, alice, bridge):
    running = either_mode("permit group owvm bridge br-lab vhost\n")
    with ask(running, alice, flags=owvm.WITH_MAC | owvm.WITH_VHOST) as reply:
        assert (reply.code, reply.taps, reply.vhosts) == (Code.OK, 1, 0)
        assert reply.text == "owvm-netd cannot open /dev/vhost-net: the port works without"


def test_vhost_that_the_rule_does_not_permit_is_refused(either_mode, alice, bridge):
    reply = ask(either_mode("permit group owvm bridge br-lab\n"), alice,
                flags=owvm.WITH_MAC | owvm.WITH_VHOST)
    assert reply.code == Code.DENIED and "does not permit vhost" in reply.text


@pytest.mark.parametrize("mtu", (68, 1400, 9000))
def test_a_port_has_the_mtu_of_its_rule(mtu, either_mode, alice):
    running = either_mode(f"permit user alice bridge lab0 create mtu {mtu}\n")
    with ask(running, alice, "lab0") as reply:
        assert (reply.code, reply.mtu) == (Code.OK, mtu), reply.text
        assert network.links()[reply.interface]["mtu"] == mtu
    network.wait_until(lambda: reply.interface not in network.links())
    network.delete_link("lab0")


def test_without_mtu_a_port_has_that_of_its_bridge(netd, alice, bridge):
    network.command("ip", "link", "set", bridge, "mtu", "1300")
    with ask(netd("permit group owvm bridge br-lab\n"), alice) as reply:
        assert reply.mtu == network.links()[reply.interface]["mtu"] == 1300


def hears(sender, mac, receiver):
    sender.send(frames.arp_request(mac, "192.168.7.1", "192.168.7.2"))
    return receiver.receive(frames.is_from(mac), 0.3) is not None


def test_ports_that_are_isolated_reach_only_ports_that_are_not(netd, alice, bob, bridge):
    running = netd("permit group owvm bridge br-lab isolated\n")
    with ask(running, alice) as one, ask(running, bob) as two, Tap.make("up0", bridge) as uplink:
        first, second = Tap(one.fd, one.interface), Tap(two.fd, two.interface)
        assert not hears(first, one.mac, second)
        assert hears(first, one.mac, uplink) and hears(uplink, "52:54:00:00:00:0c", second)


def test_ports_that_are_not_isolated_reach_each_other(netd, alice, bob, bridge):
    running = netd("permit group owvm bridge br-lab\n")
    with ask(running, alice) as one, ask(running, bob) as two:
        assert hears(Tap(one.fd, one.interface), one.mac, Tap(two.fd, two.interface))


def test_a_port_has_no_ipv6_address_of_the_host(netd, alice, bridge):
    with ask(netd("permit group owvm bridge br-lab\n"), alice) as reply, \
            Tap.make("plain0", bridge) as plain:
        def addresses(name):
            return network.json_of("ip", "-j", "-6", "addr", "show", "dev", name)
        assert network.wait_until(lambda: addresses(plain.name))
        assert not any(link.get("addr_info") for link in addresses(reply.interface))
