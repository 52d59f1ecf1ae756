# SPDX-License-Identifier: MIT
"""The holder of a tap has the kernel announce changes of it without end, so that others lose
announcements: first of a plain tap, then of ports, on shared bridges and on his own."""
import pytest

import network
from conftest import OWN_BRIDGE
from holder import SHARED, gone, held, set_address, storm
from network import Tap
from people import as_user


@pytest.mark.alone
def test_a_plain_tap_can_announce_changes_until_listeners_lose_some(alice):
    with Tap.open("plain0") as tap, network.announcements() as listener:
        network.command("ip", "link", "set", "plain0", "up")
        assert as_user(alice, lambda: storm(tap.fd, 0.5 * network.SLOWNESS), [tap.fd]) > 5000
        with pytest.raises(OSError, match="No buffer space"):
            listener.recv(65536)


@pytest.mark.parametrize("shared", [False, True])
def test_a_storm_of_announcements_ends_with_the_port(shared, netd, alice, bob, bridge):
    running = netd(SHARED + OWN_BRIDGE)
    with held(running, alice, bridge if shared else alice.bridge) as reply:
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


@pytest.mark.parametrize("shared", [False, True])
def test_many_changes_to_what_it_was_are_a_misuse_as_well(shared, netd, alice, bridge, fresh_log):
    running = netd(SHARED + OWN_BRIDGE)
    with held(running, alice, bridge if shared else alice.bridge) as reply:
        as_user(alice, lambda: quiet_storm(reply), reply.fds)
        assert gone(reply.interface)
        assert "times a second" in fresh_log()
