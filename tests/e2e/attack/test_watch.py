# SPDX-License-Identifier: MIT
"""What the holder of a tap can do through its fd, first on a plain bridge with every flag set that
a bridge has, then through netd, which watches."""
import contextlib
import fcntl
import os
import re
import struct

import pytest

import frames
import network
import owvm
import service
from holder import SHARED, TUNSETOWNER, gone, held, set_address, storm
from network import Tap
from owvm import Code
from people import as_user

TUNSETGROUP = 0x400454CE
IFF_MULTI_QUEUE = 0x0100
RECOVERY = 0.05  # seconds


def protect(name, mac):
    """What a bridge can do for a port, without a watcher."""
    network.command("bridge", "link", "set", "dev", name, "locked", "on", "learning", "off",
                    "guard", "on", "root_block", "on")
    network.command("bridge", "fdb", "replace", mac, "dev", name, "master", "static", "sticky")


class Pair:
    """A sender and a victim on the bridge: does what the one sends reach the other?"""

    def __init__(self, sender, victim, victim_mac):
        self.sender, self.victim, self.mac = sender, victim, victim_mac
        self.count = 0

    def delivers(self, seconds=0.3):
        self.count += 1
        mark = b"frame %d" % self.count
        self.sender.send(frames.udp(self.mac, "52:54:00:00:00:0c", "192.168.7.3", "192.168.7.1", 9,
                                    mark))
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
    with held(running, bob) as reply, Tap.make("sender0", bridge, "52:54:00:00:00:0c") as sender:
        yield running, Pair(sender, Tap(reply.fd, reply.interface), reply.mac)


def master(name):
    return network.links().get(name, {}).get("master")


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


# What the log says, and whether somebody else can have done it, who has CAP_NET_ADMIN.
MISUSES = {change_address: ("its address became", True),
           change_to_nobodys_address: ("its address became", True),
           lower_address: ("its address became", True),
           make_persistent: ("it was made persistent", False),
           change_owner: ("it got another owner", False),
           set_group: ("it got another owner", False)}


@pytest.mark.alone
@pytest.mark.parametrize("misuse", MISUSES, ids=lambda misuse: misuse.__name__)
def test_a_misuse_costs_the_port_and_a_minute_where_it_is_one(misuse, pair, alice, bob, fresh_log):
    running, victim = pair
    said, others_can = MISUSES[misuse]
    address = network.links()["br-lab"]["address"]
    with held(running, alice) as reply:
        as_user(alice, lambda: misuse(reply, victim), reply.fds)
        assert network.wait_until(lambda: victim.delivers(RECOVERY), 1)
        assert gone(reply.interface)
    line, = [line for line in fresh_log().splitlines() if "loses port" in line]
    assert line.startswith("<4>") and said in line
    assert f"uid {alice.uid} " in line and "'box'" in line and "'br-lab'" in line
    assert ("refused" in line) is not others_can
    with running.request(alice, alice.tap("br-lab")) as reply:
        if others_can:
            assert reply.code == Code.OK
        else:
            assert reply.code == Code.DENIED and "misused a port" in reply.text
            assert int(re.search(r"for (\d+) s", reply.text)[1]) in range(50, 61)
    with held(running, bob):
        pass
    assert victim.delivers() and network.links()["br-lab"]["address"] == address
    entries = {entry["mac"]: entry for entry in network.fdb(victim.victim.name)}
    assert entries[victim.mac]["state"] == "static"


def test_entries_of_all_that_were_robbed_are_put_back(netd, alice, bob, bridge):
    running = netd(SHARED)
    with contextlib.ExitStack() as stack:
        victims = [stack.enter_context(held(running, bob)) for _ in range(5)]
        thief = stack.enter_context(held(running, alice))

        def rob():
            for victim in victims:
                with contextlib.suppress(OSError):
                    set_address(thief.fd, thief.interface, victim.mac)
        as_user(alice, rob, thief.fds)
        assert gone(thief.interface)

        def all_back():
            return all(any(entry["mac"] == victim.mac and entry.get("state") == "static"
                           for entry in network.fdb(victim.interface)) for victim in victims)
        assert network.wait_until(all_back)


def test_a_plain_multiqueue_tap_gives_more_queues_to_its_new_owner(alice):
    with multi_queue("plain0") as fd:
        assert as_user(alice, lambda: steal_queue(fd, "plain0"), [fd])


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


def steal_queue(fd, name):
    fcntl.ioctl(fd, TUNSETOWNER, os.getuid())
    try:
        with multi_queue(name):
            return True
    except OSError:
        return False


def test_more_queues_than_were_asked_for_cost_the_port(netd, alice, bridge):
    running = netd("permit group owvm bridge br-lab queues 4\n")
    with running.request(alice, owvm.pack_tap(bridge, alice.mac(), queues=2)) as reply:
        assert len(reply.fds) == 2
        as_user(alice, lambda: steal_queue(reply.fds[0], reply.interface), reply.fds)
        assert gone(reply.interface)


@pytest.mark.alone
def test_a_plain_tap_can_announce_changes_until_listeners_lose_some(alice):
    with Tap.open("plain0") as tap, network.announcements() as listener:
        network.command("ip", "link", "set", "plain0", "up")
        assert as_user(alice, lambda: storm(tap.fd, 0.5), [tap.fd]) > 5000
        with pytest.raises(OSError, match="No buffer space"):
            listener.recv(65536)


def test_a_storm_of_announcements_ends_with_the_port(netd, alice, bob, bridge):
    running = netd(SHARED)
    with held(running, alice) as reply:
        assert as_user(alice, lambda: storm(reply.fd, 5), reply.fds) < 50000
        assert gone(reply.interface)
        with held(running, bob):
            pass


def quiet_storm(reply):
    """Changes after which everything is as it was, many times."""
    for _ in range(500):
        try:
            set_address(reply.fd, reply.interface, reply.host_mac)
        except OSError:
            return


def test_many_changes_to_what_it_was_are_a_misuse_as_well(netd, alice, bridge, fresh_log):
    running = netd(SHARED)
    with held(running, alice) as reply:
        as_user(alice, lambda: quiet_storm(reply), reply.fds)
        assert gone(reply.interface)
        assert "times a second" in fresh_log()


def test_what_drifted_while_netd_was_dead_is_found_at_its_start(netd, alice, bob, bridge):
    running = netd(SHARED)
    with held(running, bob) as honest:
        with held(running, alice) as reply:
            running.kill()
            as_user(alice, lambda: make_persistent(reply, None), reply.fds)
        assert reply.interface in network.links()
        running.start()
        assert gone(reply.interface)
        assert master(honest.interface) == bridge


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
            assert master(name) == bridge
        fcntl.ioctl(foreign.fd, network.TUNSETPERSIST, 0)


def test_a_port_that_was_moved_to_another_bridge_goes_but_its_user_is_not_blamed(
        netd, alice, bridge, fresh_log):
    running = netd(SHARED)
    network.add_bridge("br-other")
    try:
        with held(running, alice) as reply:
            network.command("ip", "link", "set", reply.interface, "master", "br-other")
            assert gone(reply.interface)
            assert "moved to another bridge" in fresh_log()
            with held(running, alice):
                pass
    finally:
        network.delete_link("br-other")


def test_a_bridge_that_was_renamed_keeps_its_ports(netd, alice, bridge):
    running = netd(SHARED)
    with held(running, alice) as reply:
        network.command("ip", "link", "set", bridge, "name", "br-new")
        try:
            with held(netd_other(running, alice), alice, bridge="br-new") as other:
                assert master(reply.interface) == master(other.interface) == "br-new"
        finally:
            network.command("ip", "link", "set", "br-new", "name", bridge)


def netd_other(running, alice):
    service.write_policy("permit group owvm bridge br-*\n")
    running.kill()
    running.start()
    return running
