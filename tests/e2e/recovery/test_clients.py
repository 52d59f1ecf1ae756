# SPDX-License-Identifier: MIT
"""Clients whose holder, or netd, is killed at any instant, and what is left half-made."""
import contextlib
import os
import random
import signal
import time

import pytest

import network
import owvm
import processes
from conftest import OWN_BRIDGE
from namespace import CLIENT_GROUP, Namespace, all_gone, clients_gone
from owvm import Code
from people import User, at_once


def pause(running, number):
    for pid in (running.pid, *processes.children(running.pid)):
        os.kill(pid, number)


def test_a_namespace_that_dies_between_request_and_answer_leaves_nothing(netd, place, alice):
    running = netd(OWN_BRIDGE)
    assert running.request(alice, owvm.pack_nets()).code == Code.OK
    pause(running, signal.SIGSTOP)
    place.control.send(owvm.pack_client(alice.bridge, "eth0"))
    network.wait_until(lambda: processes.status(place.pid)["State"][0] == "S")
    place.kill()
    pause(running, signal.SIGCONT)
    with running.request(alice, alice.tap()) as reply:
        assert reply.code == Code.OK, reply.text
        assert network.wait_until(lambda: network.ports(alice.bridge) == {reply.interface})


@pytest.mark.parametrize("killed", ("holder", "netd"))
def test_a_kill_at_any_instant_leaves_nothing(killed, netd, alice):
    running = netd(OWN_BRIDGE)
    for _ in range(25):
        with Namespace(alice) as place:
            place.control.send(owvm.pack_client(alice.bridge, "eth0"))
            time.sleep(random.random() * 0.006)
            if killed == "netd":
                running.kill()
                running.start()
    assert all_gone(), network.links()
    with Namespace(alice) as place:
        assert place.ask().code == Code.OK


def test_a_half_made_client_is_deleted_at_the_start(netd, place, alice):
    """As netd leaves it that is killed before the end has its cable, or its slot."""
    for name in (alice.slot(7), "owvm-0badcafe"):
        network.command("ip", "link", "add", name, "group", CLIENT_GROUP, "type", "veth", "peer",
                        "name", f"x{name[-4:]}", "netns", str(place.pid))
    running = netd(OWN_BRIDGE)
    assert running.request(alice, owvm.pack_nets()).code == Code.OK
    assert network.wait_until(lambda: set(place.links()) == {"lo"}), place.links()


def test_a_half_made_client_is_deleted_by_the_next_helper(helper, place, alice):
    network.command("ip", "link", "add", alice.slot(7), "group", CLIENT_GROUP, "type", "veth",
                    "peer", "name", "eth9", "netns", str(place.pid))
    assert helper(OWN_BRIDGE).request(alice, owvm.pack_nets()).code == Code.OK
    assert alice.slot(7) not in network.links()


def test_several_helpers_at_once_all_get_their_clients(helper, alice):
    """Each takes away what looks half-made: what another one is just making, too."""
    helper(OWN_BRIDGE)

    def ask_inside():
        made = Namespace(alice)
        return made.ask_helper().code
    with contextlib.ExitStack() as stack:
        codes, workers = at_once([User("root")] * 6, ask_inside)
        for worker in workers:
            stack.callback(worker.kill)
        assert codes == [Code.OK] * 6
    assert clients_gone()
