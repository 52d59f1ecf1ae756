# SPDX-License-Identifier: MIT
"""What nobody holds any more, and what somebody does: the file-capability helper tells one from the
other before it serves; the service hears of all, or looks when it did not."""
import fcntl

import pytest

import network
import owvm
from holder import gone
from losing import deaf, make_it_lose
from network import Tap
from owvm import Code
from people import as_user

SHARED = "permit group owvm bridge br-lab queues 4\n"


def ask(running, user, **options):
    return running.request(user, owvm.pack_tap("br-lab", user.mac(), **options))


def persist(reply, on=True):
    fcntl.ioctl(reply.fds[0], network.TUNSETPERSIST, int(on))


@pytest.mark.parametrize("queues", (1, 3))
def test_a_persistent_leftover_is_removed_by_its_users_next_helper(queues, helper, alice, bob,
                                                                   bridge):
    running = helper(SHARED)
    with ask(running, alice, queues=queues) as reply:
        as_user(alice, lambda: persist(reply), reply.fds)
    assert reply.interface in network.links()
    # It is not the affair of another user's helper.
    ask(running, bob).close()
    assert reply.interface in network.links()
    assert running.request(alice, owvm.pack_nets()).code == Code.OK
    assert reply.interface not in network.links()


@pytest.mark.parametrize("queues", (1, 3))
def test_a_port_that_is_held_is_left_alone_also_if_it_is_persistent(queues, helper, alice, bridge):
    running = helper(SHARED)
    with ask(running, alice, queues=queues) as reply:
        as_user(alice, lambda: persist(reply), reply.fds)
        with ask(running, alice) as other:
            assert other.code == Code.OK
            assert network.master(reply.interface) == bridge
        persist(reply, False)


def test_a_link_with_the_name_of_a_slot_that_is_no_tap_is_left_alone(helper, alice, bridge):
    name = alice.slot(3)
    network.command("ip", "link", "add", name, "type", "bridge")
    try:
        ask(helper(SHARED), alice).close()
        assert network.links()[name]["linkinfo"]["info_kind"] == "bridge"
    finally:
        network.delete_link(name)


def test_a_tap_of_others_with_the_name_of_a_slot_is_left_alone(helper, alice):
    name = alice.slot(50)
    with Tap.open(name) as foreign:
        fcntl.ioctl(foreign.fd, network.TUNSETPERSIST, 1)
    try:
        assert helper(SHARED).request(alice, owvm.pack_nets()).code == Code.OK
        assert name in network.links()
    finally:
        network.delete_link(name)


def test_what_drifts_while_announcements_are_lost_is_found_all_the_same(netd, alice, bob, bridge):
    running = netd(SHARED)
    with ask(running, bob) as quiet, Tap.open("plain0") as loud:
        with deaf(running) as front:
            make_it_lose(front, alice, loud)
            as_user(bob, lambda: persist(quiet), quiet.fds)
        assert gone(quiet.interface)
        # It concerned nobody but bob.
        with ask(running, bob) as again, ask(running, alice) as reply:
            assert (again.code, reply.code) == (Code.OK, Code.OK), (again, reply)


def test_a_bridge_that_became_empty_while_announcements_were_lost_goes(netd, alice):
    running = netd("permit group owvm bridge ow-%U create\n")
    with running.request(alice, alice.tap()) as reply, Tap.open("plain0") as loud:
        with deaf(running) as front:
            make_it_lose(front, alice, loud)
            reply.close()
            assert network.wait_until(lambda: reply.interface not in network.links())
        assert gone(alice.bridge)
        assert network.wait_until(lambda: network.chains() == [])
