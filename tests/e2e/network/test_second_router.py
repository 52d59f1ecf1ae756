# SPDX-License-Identifier: MIT
"""A second router of one user: on the LAN of the first it is told, on a bridge of its own it is
not."""
import pytest

import network
import service
from conftest import OWN_BRIDGE
from diagnosis import Diagnosis
from lan import ROUTER, lan_well
from machine import Machine, left_of, owrun

TOLD = ("owrun: VM 'first' is on bridge '{}' as well, and two routers need two addresses: "
        "'--lan 2' to '--lan 9' are other bridges of yours, '--recipe lan-ip=ADDR/LEN' gives "
        "another address")


@pytest.fixture(scope="module")
def user(alice, installed):
    service.write_policy(OWN_BRIDGE + "permit group owvm bridge ow-%U-* create\n")
    netd = service.Service()
    netd.start()
    yield alice
    assert network.wait_until(lambda: left_of(alice) == []), left_of(alice)
    assert network.wait_until(lambda: not network.made_by_netd())
    netd.close()
    service.remove_policy()


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


def page_on(user, name):
    return lan_well(user, name, "--", "busybox", "wget", "-q", "-O", "-", f"http://{ROUTER}/")


def test_a_digit_gives_a_router_a_lan_of_its_own(user, guest, first):
    second = Machine(user, guest, "second", "--lan", "2", "--append", "hostname=the-second")
    done = owrun(user, "run", "-d", *second.arguments)
    assert done.returncode == 0 and done.stderr == ""
    second.state = second.listed()
    assert second.status()["nics"][0]["network"] == f"{user.bridge}-2"
    assert network.ports(f"{user.bridge}-2") == {second.interface}
    for machine in (first, second):
        machine.wait_ready()
    # Both are 192.168.1.1.
    assert "the-second" in page_on(user, "second")
    assert "owvm demo router" in (page := page_on(user, "first")) and "the-second" not in page
    second.quit()
    assert network.wait_until(lambda: f"{user.bridge}-2" not in network.links())
