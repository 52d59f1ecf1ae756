# SPDX-License-Identifier: MIT
"""Bridges: found, made, removed; and the race between an attachment and a removal."""
import time

import pytest

import network
import owvm
from conftest import OWN_BRIDGE
from owvm import Code
from people import at_once

CYCLES, PATIENCE = 20, 300  # of each process; seconds


def test_a_name_that_is_not_a_bridge_is_said_to_be_none(either_mode, alice):
    network.add_interface("lab0")
    try:
        reply = either_mode("permit user alice bridge lab* create mac any\n").request(
            alice, alice.tap("lab0"))
        assert reply.code == Code.NOT_A_BRIDGE
        assert "lab0" in reply.text
        assert "master" not in network.links()["lab0"]
    finally:
        network.delete_link("lab0")


def test_lo_is_not_a_bridge(either_mode, alice):
    reply = either_mode("permit user alice bridge * mac any\n").request(alice, alice.tap("lo"))
    assert reply.code == Code.NOT_A_BRIDGE


def test_a_missing_bridge_without_create_is_not_made(either_mode, alice):
    reply = either_mode("permit user alice bridge br-none mac any\n").request(
        alice, alice.tap("br-none"))
    assert reply.code == Code.NO_BRIDGE
    assert "br-none" in reply.text and "create" in reply.text
    assert "br-none" not in network.links()


def test_netd_makes_no_bridge_that_has_a_slots_name(either_mode, alice, bob):
    reply = either_mode("permit user alice bridge ow* create mac any\n").request(
        alice, alice.tap(bob.slot(0)))
    assert reply.code != Code.OK
    assert bob.slot(0) not in network.links()


@pytest.mark.smoke
def test_a_bridge_on_demand_is_marked_and_pinned(either_mode, alice):
    with either_mode(OWN_BRIDGE).request(alice, alice.tap()):
        link = network.links()[alice.bridge]
        data = link["linkinfo"]["info_data"]
        assert link["group"] == network.BRIDGE_GROUP
        assert "owvm bridge" in link["ifalias"]
        assert link["address"].startswith("fe:")
        assert (data["forward_delay"], data["mcast_snooping"], data["stp_state"]) == (0, 0, 0)
        assert sorted(name.split("-")[0] for name in network.chains()) == [
            "away", "host", "port", "to"]


@pytest.mark.smoke
def test_a_bridge_that_netd_made_goes_with_its_last_port(netd, alice):
    running = netd(OWN_BRIDGE)
    first = running.request(alice, alice.tap())
    second = running.request(alice, alice.tap())
    first.close()
    assert network.wait_until(lambda: first.interface not in network.links())
    time.sleep(0.3)
    assert alice.bridge in network.links()
    second.close()
    assert network.wait_until(lambda: alice.bridge not in network.links())
    assert network.wait_until(lambda: network.chains() == [])


def test_the_next_helper_of_the_user_removes_his_empty_bridge(helper, alice):
    running = helper(OWN_BRIDGE)
    running.request(alice, alice.tap()).close()
    assert running.request(alice, owvm.pack_nets()).code == Code.OK
    assert network.wait_until(lambda: alice.bridge not in network.links())
    assert network.chains() == []


def test_a_helper_leaves_another_users_empty_bridge_alone(helper, alice, bob):
    running = helper(OWN_BRIDGE)
    running.request(alice, alice.tap()).close()
    assert running.request(bob, owvm.pack_nets()).code == Code.OK
    assert alice.bridge in network.links()


def test_a_bridge_of_the_administrator_stays_as_it_is(netd, alice, bridge):
    running = netd("permit user alice bridge br-lab create mac any\n")
    before = network.links()[bridge]
    running.request(alice, alice.tap(bridge)).close()
    time.sleep(0.3)
    after = network.links()[bridge]
    assert (after["group"], after["mtu"]) == (before["group"], before["mtu"])
    assert "ifalias" not in after and network.chains() == []


def test_a_bridge_that_bears_another_group_is_never_removed(netd, alice):
    network.add_bridge(alice.bridge)
    try:
        running = netd(OWN_BRIDGE)
        running.request(alice, alice.tap()).close()
        time.sleep(0.3)
        assert alice.bridge in network.links()
    finally:
        network.delete_link(alice.bridge)


def cycles(user, times):
    """Attach and leave so often. Gives what went wrong, and how often it went."""
    bridge = user.bridge
    wrong, number, end = [], 0, time.monotonic() + PATIENCE
    while number < times and not wrong and time.monotonic() < end:
        with owvm.connect() as sock:
            reply = owvm.exchange(sock, user.tap())
        if reply is None or reply.code == Code.QUOTA:
            # On a slow host two seconds pass between connect() and send(), and netd waits no
            # longer. Or the ports that left a moment ago are still being closed.
            time.sleep(0.02)
            continue
        if reply.code != Code.OK:
            wrong.append((reply.code, reply.text))
            continue
        # Attached means: a frame may flow now.
        link = network.links().get(reply.interface, {})
        upper = network.links().get(bridge, {})
        if link.get("master") != bridge or "UP" not in upper.get("flags", ()):
            wrong.append((reply.interface, link.get("master"), upper.get("flags")))
        reply.close()
        number += 1
    return wrong, number


def test_sixteen_processes_attach_and_leave_one_bridge_and_no_attachment_is_lost(netd, alice):
    netd("permit user alice bridge ow-%U create taps 100\n")
    results, workers = at_once([alice] * 16, lambda: cycles(alice, CYCLES))
    for worker in workers:
        worker.finish()
    assert [wrong for wrong, _ in results if wrong] == []
    assert [number for _, number in results] == [CYCLES] * 16


def test_sixteen_processes_race_helpers_over_one_bridge(helper, alice):
    running = helper("permit user alice bridge ow-%U create taps 100\n")

    def race():
        wrong = []
        for _ in range(6):
            reply = running.request(alice, alice.tap())
            if reply.code != Code.OK:
                wrong.append((reply.code, reply.text))
            elif network.links().get(reply.interface, {}).get("master") != alice.bridge:
                wrong.append(reply.interface)
            reply.close()
        return wrong
    results, workers = at_once([alice] * 16, race)
    for worker in workers:
        worker.finish()
    assert [wrong for wrong in results if wrong] == []
