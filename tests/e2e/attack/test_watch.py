# SPDX-License-Identifier: MIT
"""What the holder of a tap can do through its fd, first on a plain bridge with every flag set that
a bridge has, then through netd, which watches."""
import contextlib
import fcntl
import os
import struct

import pytest

import frames
import network
import owvm
import service
from conftest import OWN_BRIDGE
from holder import SHARED, TUNSETOWNER, gone, held, set_address
from network import Tap
from owvm import Code
from people import as_user

TUNSETGROUP = 0x400454CE
IFF_MULTI_QUEUE = 0x0100


def protect(name, mac):
    """What a bridge can do for a port, without a watcher."""
    network.command("bridge", "link", "set", "dev", name, "locked", "on", "learning", "off",
                    "guard", "on", "root_block", "on")
    network.command("bridge", "fdb", "replace", mac, "dev", name, "master", "static", "sticky")


SENDER = "52:54:00:00:00:0c"


class Pair:
    """A sender and a victim on the bridge: does what the one sends reach the other?"""

    def __init__(self, sender, victim, victim_mac, sender_mac=SENDER):
        self.sender, self.victim, self.mac, self.source = sender, victim, victim_mac, sender_mac
        self.count = 0

    def delivers(self, seconds=0.3):
        self.count += 1
        mark = b"frame %d" % self.count
        self.sender.send(frames.udp(self.mac, self.source, "192.168.7.3", "192.168.7.1", 9, mark))
        return self.victim.receive(lambda frame: mark in frame, seconds) is not None


def test_a_plain_tap_with_the_address_of_another_is_a_black_hole(bridge):
    mac = "02:00:00:00:00:0b"
    with Tap.make("plain0", bridge) as thief, Tap.make("plain1", bridge) as victim, \
            Tap.make("plain2", bridge) as sender:
        protect("plain0", "02:00:00:00:00:0a")
        protect("plain1", mac)
        pair = Pair(sender, victim, mac)
        assert pair.delivers()
        set_address(thief.fd, thief.name, mac)
        assert not any(pair.delivers() for _ in range(3))
        set_address(thief.fd, thief.name, "02:00:00:00:00:0d")
        # And the static entry of the victim does not come back.
        assert mac not in {entry["mac"] for entry in network.fdb("plain1")
                           if entry.get("state") == "static"}


@pytest.fixture
def pair(netd, bob, bridge):
    """The service, and a victim of bob's, whose address the bridge has: a plain tap sends to it."""
    running = netd(SHARED)
    with held(running, bob) as reply, Tap.make("sender0", bridge, SENDER) as sender:
        yield running, Pair(sender, Tap(reply.fd, reply.interface), reply.mac)


def change_address(reply, pair):
    set_address(reply.fd, reply.interface, pair.mac)


def change_to_nobodys_address(reply, pair):
    set_address(reply.fd, reply.interface, "02:00:00:00:00:99")


def lower_address(reply, pair):
    set_address(reply.fd, reply.interface, "00:00:00:00:00:01")


def make_persistent(reply, pair):
    fcntl.ioctl(reply.fd, network.TUNSETPERSIST, 1)


def change_owner(reply, pair):
    fcntl.ioctl(reply.fd, TUNSETOWNER, os.getuid())


def set_group(reply, pair):
    fcntl.ioctl(reply.fd, TUNSETGROUP, os.getgid())


def steal_queue(reply, pair):
    """Own it, and have one more queue."""
    change_owner(reply, pair)
    with contextlib.suppress(OSError), multi_queue(reply.interface):
        pass


AT_HIS_END = [change_address, change_to_nobodys_address, lower_address, change_owner, set_group,
              steal_queue]


def label(function):
    return function.__name__


def is_pinned(mac, port):
    return any(entry["mac"] == mac and entry.get("state") == "static" for entry in
               network.fdb(network.bridge_port(port)))


@pytest.mark.parametrize("misuse", AT_HIS_END, ids=label)
def test_what_the_holder_of_a_port_does_at_his_end_concerns_nobody(misuse, pair, alice, fresh_log):
    """Nor does it cost him anything: the bridge has not seen it."""
    running, victim = pair
    address = network.links()["br-lab"]["address"]
    with held(running, alice) as reply:
        before = network.links()[network.bridge_port(reply.interface)]
        as_user(alice, lambda: misuse(reply, victim), reply.fds)
        assert all(victim.delivers() for _ in range(3))
        # What came before has been heard then.
        assert running.request(alice, owvm.pack_nets()).code == Code.OK
        assert network.links()[network.bridge_port(reply.interface)] == before
        assert network.links()["br-lab"]["address"] == address
        assert is_pinned(reply.mac, reply.interface)
        assert is_pinned(victim.mac, victim.victim.name)
        assert frames.hears(Tap(reply.fd, reply.interface), reply.mac, frames.udp6(
            reply.mac, "ff02::1", 4711), victim.victim)
    assert "loses port" not in fresh_log()


def test_a_port_that_was_made_persistent_goes_and_nobody_is_refused_for_it(
        pair, alice, fresh_log):
    running, victim = pair
    for _ in range(20):
        with held(running, alice) as reply:
            as_user(alice, lambda: make_persistent(reply, victim), reply.fds)
            assert gone(reply.interface)
    lines = [line for line in fresh_log().splitlines() if "loses port" in line]
    assert len(lines) == 20
    assert lines[0].startswith("<4>") and lines[0].endswith(": it was made persistent")
    assert f"uid {alice.uid} " in lines[0] and "'box'" in lines[0] and "'br-lab'" in lines[0]
    assert victim.delivers()


@pytest.mark.alone
@pytest.mark.parametrize("misuse", [change_address, change_to_nobodys_address, lower_address],
                         ids=label)
def test_a_port_without_a_cable_goes_when_its_address_changes(misuse, netd, alice, fresh_log):
    """On one's own bridge, where both are alice's. It was sent to the one's address."""
    running = netd(OWN_BRIDGE)
    with held(running, alice, alice.bridge) as robbed, \
            held(running, alice, alice.bridge) as other, \
            held(running, alice, alice.bridge) as reply:
        assert network.bridge_port(reply.interface) == reply.interface
        own = Pair(Tap(other.fd, other.interface), Tap(robbed.fd, robbed.interface), robbed.mac,
                   other.mac)
        assert own.delivers()
        address = network.links()[alice.bridge]["address"]
        as_user(alice, lambda: misuse(reply, own), reply.fds)
        assert gone(reply.interface)
        assert network.links()[alice.bridge]["address"] == address
    line, = [line for line in fresh_log().splitlines() if "loses port" in line]
    assert line.startswith("<4>") and "its address became" in line and "refused" not in line
    with held(running, alice, alice.bridge):
        pass


def test_no_entry_of_others_is_lost_by_an_address(netd, alice, bob, bridge):
    running = netd(SHARED)
    with contextlib.ExitStack() as stack:
        victims = [stack.enter_context(held(running, bob)) for _ in range(5)]
        thief = stack.enter_context(held(running, alice))

        def rob():
            for victim in victims:
                set_address(thief.fd, thief.interface, victim.mac)
        as_user(alice, rob, thief.fds)
        assert all(is_pinned(victim.mac, victim.interface) for victim in victims)
        as_user(alice, lambda: set_address(thief.fd, thief.interface, thief.host_mac), thief.fds)
        assert all(is_pinned(victim.mac, victim.interface) for victim in victims)


def test_a_plain_multiqueue_tap_gives_more_queues_to_its_new_owner(alice):
    with multi_queue("plain0") as fd:
        assert as_user(alice, lambda: gets_queue(fd, "plain0"), [fd])


@contextlib.contextmanager
def multi_queue(name):
    fd = os.open("/dev/net/tun", os.O_RDWR | os.O_CLOEXEC)
    fcntl.ioctl(fd, network.TUNSETIFF, struct.pack(
        "16sH22x", name.encode(), network.IFF_TAP | network.IFF_NO_PI | network.IFF_VNET_HDR |
        IFF_MULTI_QUEUE))
    try:
        yield fd
    finally:
        os.close(fd)


def gets_queue(fd, name):
    fcntl.ioctl(fd, TUNSETOWNER, os.getuid())
    try:
        with multi_queue(name):
            return True
    except OSError:
        return False


def test_more_queues_than_were_asked_for_cost_the_port_without_a_cable(netd, alice, bridge):
    running = netd("permit group owvm bridge br-lab queues 4\n"
                   "permit group owvm bridge ow-%U create queues 4\n")
    for name, stays in ((bridge, True), (alice.bridge, False)):
        with held(running, alice, name, queues=2) as reply:
            assert len(reply.fds) == 2
            as_user(alice, lambda: gets_queue(reply.fds[0], reply.interface), reply.fds)
            assert stays or gone(reply.interface)
            assert running.request(alice, owvm.pack_nets()).code == Code.OK
            assert (reply.interface in network.links()) == stays


def test_what_drifted_while_netd_was_dead_is_found_at_its_start(netd, alice, bob, bridge):
    running = netd(SHARED)
    with held(running, bob) as honest:
        with held(running, alice) as reply:
            running.kill()
            as_user(alice, lambda: make_persistent(reply, None), reply.fds)
        assert reply.interface in network.links()
        running.start()
        assert gone(reply.interface)
        assert network.master(honest.interface) == bridge


def test_links_that_are_not_netds_are_left_alone(netd, alice, bridge):
    name = alice.slot(5)
    running = netd(SHARED)
    with Tap.open(name) as foreign:
        network.command("ip", "link", "set", name, "master", bridge, "up", "alias", "my own")
        fcntl.ioctl(foreign.fd, network.TUNSETPERSIST, 1)
        network.command("ip", "link", "set", name, "address", "02:00:00:00:00:77")
        running.kill()
        running.start()
        with held(running, alice):
            assert network.master(name) == bridge
        fcntl.ioctl(foreign.fd, network.TUNSETPERSIST, 0)


def test_a_port_that_was_moved_to_another_bridge_goes_but_its_user_is_not_blamed(
        netd, alice, bridge, fresh_log):
    running = netd(SHARED)
    network.add_bridge("br-other")
    try:
        with held(running, alice) as reply:
            port = network.bridge_port(reply.interface)
            network.command("ip", "link", "set", port, "master", "br-other")
            assert gone(reply.interface)
            assert "moved to another bridge" in fresh_log()
            with held(running, alice):
                pass
    finally:
        network.delete_link("br-other")


def test_a_bridge_that_was_renamed_keeps_its_ports(netd, alice, bridge):
    running = netd(SHARED)
    with held(running, alice) as reply:
        network.rename(bridge, "br-new")
        try:
            with held(netd_other(running, alice), alice, bridge="br-new") as other:
                assert {network.master(port.interface) for port in (reply, other)} == {"br-new"}
        finally:
            network.rename("br-new", bridge)


def netd_other(running, alice):
    service.write_policy("permit group owvm bridge br-*\n")
    running.kill()
    running.start()
    return running
