# SPDX-License-Identifier: MIT
"""The quota is a name: slots, and the kernel's check that names are unique."""
import pytest

import network
import owvm
from owvm import Code
from people import at_once, connect_as

FOUR = "permit group owvm bridge ow-%U create taps 4\n"


def ask(running, user):
    return running.request(user, user.tap())


def fill(running, user, number):
    replies = [ask(running, user) for _ in range(number)]
    assert [reply.code for reply in replies] == [Code.OK] * number
    return replies


@pytest.mark.smoke
def test_the_port_after_the_last_is_refused_with_the_limit(either_mode, alice):
    running = either_mode(FOUR)
    replies = fill(running, alice, 4)
    refused = ask(running, alice)
    assert refused.code == Code.QUOTA
    assert "4" in refused.text and "policy.conf:1" in refused.text
    for reply in replies:
        reply.close()


def test_slots_are_taken_from_the_highest(either_mode, alice):
    replies = fill(either_mode(FOUR), alice, 4)
    assert [reply.interface for reply in replies] == [alice.slot(n) for n in (3, 2, 1, 0)]
    for reply in replies:
        reply.close()


def test_a_freed_slot_is_used_again(either_mode, alice):
    running = either_mode(FOUR)
    replies = fill(running, alice, 4)
    replies[1].close()
    network.wait_until(lambda: alice.slot(2) not in network.links())
    with ask(running, alice) as again:
        assert again.interface == alice.slot(2)
    for reply in replies:
        reply.close()


SEVERAL = "".join(f"permit group owvm bridge {pattern} create taps 3\n"
                  for pattern in ("ow-%U", "ow-%U-*"))


def test_taps_and_clients_on_several_own_bridges_share_the_limit(netd, place, alice, bob):
    running = netd(SEVERAL)
    second, third = f"{alice.bridge}-2", f"{alice.bridge}-lab"
    held = [running.request(alice, alice.tap(name)) for name in (alice.bridge, second)]
    assert [reply.code for reply in held] == [Code.OK, Code.OK]
    assert place.ask(third).code == Code.OK
    assert set(network.made_by_netd()) >= {alice.bridge, second, third}
    assert running.request(alice, alice.tap(third)).code == Code.QUOTA
    assert place.ask(second, "eth1").code == Code.QUOTA
    for name in (f"{bob.bridge}-2", f"{alice.bridge}x", f"{alice.bridge}0-2"):
        assert running.request(alice, alice.tap(name)).code == Code.DENIED, name
    for reply in held:
        reply.close()


def test_the_limit_holds_over_all_bridges_of_a_user(either_mode, alice):
    running = either_mode("".join(f"permit user alice bridge {letter}-%U create taps 2\n"
                                  for letter in "abc"))
    held = [running.request(alice, alice.tap(f"{letter}-{alice.uid}")) for letter in "ab"]
    assert [reply.code for reply in held] == [Code.OK, Code.OK]
    assert running.request(alice, alice.tap(f"c-{alice.uid}")).code == Code.QUOTA
    for reply in held:
        reply.close()


def test_a_refusal_by_quota_leaves_no_bridge(netd, alice):
    running = netd("permit user alice bridge lab* create taps 1 mac any\n")
    with running.request(alice, alice.tap("lab0")):
        assert running.request(alice, alice.tap("lab1")).code == Code.QUOTA
        assert network.wait_until(lambda: "lab1" not in network.links())


def test_one_users_ports_do_not_count_for_another(either_mode, alice, bob):
    running = either_mode(FOUR)
    replies = fill(running, alice, 4)
    with ask(running, bob) as reply:
        assert reply.code == Code.OK
    for reply in replies:
        reply.close()


def test_nets_tells_limit_and_use(either_mode, alice):
    running = either_mode(FOUR)
    with ask(running, alice), ask(running, alice):
        reply = running.request(alice, owvm.pack_nets())
        assert (reply.pattern, reply.limit, reply.used) == (alice.bridge, 4, 2)


def test_nets_tells_the_use_of_what_each_rule_bounds(either_mode, alice, bridge):
    running = either_mode("permit group owvm bridge br-lab taps 2\n"
                          "permit group owvm bridge ow-%U create taps 8\n")

    def used():
        first = running.request(alice, owvm.pack_nets())
        second = running.request(alice, owvm.pack_nets(first.next))
        return (first.used, first.limit), (second.used, second.limit)
    with ask(running, alice), ask(running, alice):  # slots 7 and 6
        assert used() == ((0, 2), (2, 8))
        with running.request(alice, alice.tap(bridge)), running.request(alice, alice.tap(bridge)):
            assert used() == ((2, 2), (4, 8))
            assert running.request(alice, alice.tap(bridge)).code == Code.QUOTA


def test_fifty_requests_at_once_get_exactly_the_four(netd, alice):
    netd(FOUR)
    held = []

    def request():
        # The listener's backlog may be full for a moment: connect() then waits.
        with owvm.connect() as sock:
            reply = owvm.exchange(sock, alice.tap())
        held.append(reply)
        return reply.code, getattr(reply, "interface", "")
    results, workers = at_once([alice] * 50, request)
    try:
        granted = sorted(name for code, name in results if code == Code.OK)
        assert granted == [alice.slot(n) for n in range(4)]
        assert network.ports(alice.bridge) == set(granted)
        refused = {code for code, _ in results if code != Code.OK}
        assert refused <= {Code.QUOTA, Code.BUSY}
        assert Code.QUOTA in refused
    finally:
        for worker in workers:
            worker.finish()


def test_fifty_helpers_at_once_get_exactly_the_four(helper, alice):
    running = helper(FOUR)
    held = []

    def request():
        # This process is the user already; netd is executed by it.
        reply = running.request(alice, alice.tap())
        held.append(reply)
        return reply.code, getattr(reply, "interface", "")
    results, workers = at_once([alice] * 50, request)
    try:
        granted = sorted(name for code, name in results if code == Code.OK)
        assert granted == [alice.slot(n) for n in range(4)]
        assert {code for code, _ in results} == {Code.OK, Code.QUOTA}
    finally:
        for worker in workers:
            worker.finish()


def test_taps_100_gives_a_hundred_ports_on_one_bridge(netd, alice):
    running = netd("permit group owvm bridge ow-%U create taps 100\n")
    replies = fill(running, alice, 100)
    assert len(network.ports(alice.bridge)) == 100
    assert ask(running, alice).code == Code.QUOTA
    for reply in replies:
        reply.close()


def test_connections_that_wait_do_not_cost_a_slot(netd, alice):
    running = netd(FOUR)
    with connect_as(alice), connect_as(alice):
        for reply in fill(running, alice, 4):
            reply.close()
