# SPDX-License-Identifier: MIT
"""netd is killed at every boundary of making and removing a port. The next run leaves no stray link
and no stray chain, the quota is right, and the ports of others notice nothing.

OWVM_FAULT=full takes every boundary; else each test takes a part of them."""
import contextlib
import fcntl

import pytest

import fault
import frames
import network
import owvm
from fault import HelperCycle, ServiceCycle
from network import Tap
from owvm import Code

OWN = "permit group owvm bridge ow-%U create taps 2 queues 2\n"
CABLE = "permit group owvm bridge ow-%U create taps 2 queues 2 mac own\n"
SHARED = "permit group owvm bridge lab0 create taps 2 queues 2\n"
LAB = "permit group owvm bridge br-lab taps 2 queues 2\n"

# Who dies, the queues of the port, and the first boundary: together the tests take all of them.
KILLS = [("all", 1, 1), ("one", 1, 2), ("all", 2, 3), ("one", 2, 4)]


def stopped(running):
    running.kill()
    return running


@pytest.mark.parametrize("rule", (OWN, CABLE), ids=("tap", "cable"))
@pytest.mark.parametrize("kill, queues, first", KILLS)
def test_the_service_killed_at_any_boundary_leaves_nothing(netd, alice, rule, kill, queues, first):
    cycle = ServiceCycle(stopped(netd(rule)), alice, 2, queues=queues)
    # The back, the front and the reaper; on the way to a port and on the way back.
    struck = fault.sweep_all(lambda number: cycle.once(kill, number), first,
                             ("process 0 ", "process 1 ", "process 2 ", "sendmsg"))
    assert len(struck) > 30 // fault.STRIDE


@contextlib.contextmanager
def neighbours(running, user, bridge):
    """Two ports of a user; the function that is given asserts that nothing has happened to them."""
    with running.request(user, user.tap(bridge)) as first, \
            running.request(user, user.tap(bridge)) as second:
        assert (first.code, second.code) == (Code.OK, Code.OK), (first, second)

        def unhurt():
            for reply in (first, second):
                fault.check_port(reply)
                entry, = [entry for entry in network.fdb(network.bridge_port(reply.interface))
                          if entry["mac"] == reply.mac]
                assert entry["state"] == "static"
            Tap(first.fd, first.interface).send(
                frames.arp_request(first.mac, "192.168.7.1", "192.168.7.2"))
            assert Tap(second.fd, second.interface).receive(frames.is_from(first.mac))
        yield unhurt


@pytest.mark.parametrize("kill, queues, first", [("all", 1, 5), ("one", 2, 6)])
def test_the_service_killed_at_any_boundary_hurts_nobodys_port(netd, alice, bob, kill, queues,
                                                              first):
    running = netd(SHARED)
    with neighbours(running, bob, "lab0") as unhurt:
        cycle = ServiceCycle(stopped(running), alice, 2, queues=queues, bridge="lab0")

        def once(number):
            cycle.once(kill, number)
            unhurt()
        fault.sweep(once, first)
        running.start()


@pytest.mark.parametrize("rule", (OWN, CABLE), ids=("tap", "cable"))
@pytest.mark.parametrize("kill, first", [("all", 1), ("one", 2)])
def test_the_service_killed_while_it_tidies_up_tidies_up_at_its_next_start(netd, alice, rule, kill,
                                                                          first):
    """A port that its holder made persistent, and the bridge that was made for it."""
    running = netd(rule)
    cycle = ServiceCycle(running, alice, 2)

    def once(number):
        if not running.pid:
            running.start()
        with cycle.ask() as reply:
            assert reply.code == Code.OK, reply.text
            running.kill()
            fcntl.ioctl(reply.fd, network.TUNSETPERSIST, 1)
        cycle.recover(kill, number)
    fault.sweep(once, first)


@pytest.mark.parametrize("rule", (OWN, CABLE), ids=("tap", "cable"))
@pytest.mark.parametrize("kill, queues, first", KILLS)
def test_the_helper_killed_at_any_boundary_leaves_nothing(helper, alice, rule, kill, queues, first):
    cycle = HelperCycle(helper(rule), alice, 2, queues=queues)
    struck = fault.sweep_all(lambda number: cycle.once(kill, number), first,
                             ("process 0 ", "process 1 "))
    assert len(struck) > 20 // fault.STRIDE


@pytest.mark.parametrize("kill, first", [("all", 5), ("one", 6)])
def test_the_helper_killed_at_any_boundary_hurts_nobodys_port(helper, alice, bob, bridge, kill,
                                                             first):
    running = helper(LAB)
    with neighbours(running, bob, bridge) as unhurt:
        cycle = HelperCycle(running, alice, 2, queues=2, bridge=bridge)

        def once(number):
            cycle.once(kill, number)
            unhurt()
        fault.sweep(once, first)


@pytest.mark.parametrize("rule", (OWN, CABLE), ids=("tap", "cable"))
@pytest.mark.parametrize("kill, first", [("all", 1), ("one", 2)])
def test_the_helper_killed_while_it_tidies_up_tidies_up_the_next_time(helper, alice, rule, kill,
                                                                     first):
    """A port that its holder made persistent, and the bridge that was made for it."""
    running = helper(rule)
    cycle = HelperCycle(running, alice, 2)

    def once(number):
        with cycle.ask() as reply:
            assert reply.code == Code.OK, reply.text
            fcntl.ioctl(reply.fd, network.TUNSETPERSIST, 1)
        cycle.once(kill, number, owvm.pack_nets())
    fault.sweep(once, first)
