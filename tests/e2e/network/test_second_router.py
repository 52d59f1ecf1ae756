# SPDX-License-Identifier: MIT
"""A second router of one user: on the LAN of the first it is told, on a bridge of its own it is
not."""
import pytest

import network
import service
from conftest import OWN_BRIDGE
from diagnosis import Diagnosis
from machine import Machine, left_of, owrun

TOLD = ("owrun: VM 'first' is on bridge '{}' as well: two routers there need two addresses; '--lan "
        "2' is another bridge of yours where the policy has 'ow-%U-*', and the recipe "
        "lan-ip=ADDR/LEN gives another address")


@pytest.fixture(scope="module")
def user(alice, running):
    yield alice
    assert network.wait_until(lambda: left_of(alice) == []), left_of(alice)


@pytest.fixture(scope="module")
def first(user, guest):
    machine = Machine(user, guest, "first").start()
    yield machine
    machine.quit()


def lines_of(user, guest, name, *options):
    """What is said beside the accelerator at the start of another VM, which is ended again."""
    machine = Machine(user, guest, name, *options)
    done = owrun(user, "run", "-d", *machine.arguments)
    assert done.returncode == 0, done.stderr
    machine.state = machine.listed()
    found = Diagnosis(user, "--vm", name)
    machine.quit()
    told = [finding["text"] for finding in found.findings if finding["check"] == "neighbour"]
    assert done.stderr.splitlines() == [f"owrun: {text}" for text in told]
    return done.stderr.splitlines()


def test_two_routers_on_one_bridge_are_told_with_the_way_out(user, guest, first):
    assert lines_of(user, guest, "second") == [TOLD.format(user.bridge)]
    assert Diagnosis(user, "--vm", "first").has("neighbour") is False


@pytest.mark.parametrize("options", [("--wan", "none"), ("--lan", "user"),
                                     ("--nic", "user", "--nic", "bridge")],
                         ids=["client", "user", "other-card"])
def test_who_is_no_router_there_is_not(user, guest, first, options):
    assert first and lines_of(user, guest, "second", *options) == []
