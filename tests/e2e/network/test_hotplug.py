# SPDX-License-Identifier: MIT
"""Network cards plugged into a running VM and taken out again, in both ways to start netd."""
import json
import os
import re

import pytest

import network
import processes
from conftest import OWN_BRIDGE
from machine import Machine, left_of, owrun


@pytest.fixture
def user(alice):
    yield alice
    assert network.wait_until(lambda: left_of(alice) == []), left_of(alice)
    assert network.wait_until(lambda: network.made_by_netd() == set())


@pytest.fixture
def machine(user, either_mode, guest):
    either_mode(OWN_BRIDGE)
    vm = Machine(user, guest, "vm", "--lan", "none", "--forward", "0:80").boot()
    yield vm
    if vm.find().get("state") == "running":
        vm.stop()


def nic(machine, *words):
    return owrun(machine.user, "nic", *words)


def plugged(machine):
    """Those that were not there at the start."""
    rows = json.loads(nic(machine, "ls", "vm", "--json").stdout)
    return [row for row in rows if not row["id"].startswith("eth")]


def cards(console):
    return set(console.run("ls /sys/class/net")[1].split())


def appeared(console, before):
    network.wait_until(lambda: cards(console) - before, 15)
    return cards(console) - before


def test_a_card_on_a_bridge_comes_carries_frames_and_goes(machine):
    with machine.console() as console:
        console.login()
        before = cards(console)
        done = nic(machine, "add", "vm", "bridge")
        assert done.returncode == 0, done.stderr
        port, mac = re.search(r"vm: hot0 is (\S+) on bridge \S+, (\S+);", done.stdout).groups()
        assert network.ports(machine.user.bridge) == {port}
        new, = appeared(console, before)
        assert console.run(f"cat /sys/class/net/{new}/address")[1].strip() == mac
        console.run(f"ip addr add 10.50.0.1/24 dev {new}; ip link set {new} up")
        with network.Client(machine.user.bridge) as client:
            client.run("ip", "addr", "add", "10.50.0.2/24", "dev", "eth0")
            client.run("busybox", "ping", "-c", "1", "-W", "5", "10.50.0.1")
        rows = plugged(machine)
        assert [(row["id"], row["model"], row["mac"]) for row in rows] == [
            ("hot0", "virtio-net-pci", mac)]
        done = nic(machine, "remove", "vm", "hot0")
        assert done.returncode == 0, done.stderr
        assert network.wait_until(lambda: cards(console) == before)
    assert network.wait_until(lambda: network.made_by_netd() == set())
    assert plugged(machine) == []


def test_four_cards_fit_and_a_fifth_is_told_and_leaves_no_port(machine):
    for number in range(4):
        done = nic(machine, "add", "vm", "bridge")
        assert f"hot{number} is" in done.stdout, done.stderr
    assert len(network.ports(machine.user.bridge)) == 4
    done = nic(machine, "add", "vm", "bridge")
    assert done.returncode == 1 and "4 NICs are plugged in already" in done.stderr
    assert len(network.ports(machine.user.bridge)) == 4
    machine.kill()
    # With the VM go its ports.
    assert network.wait_until(lambda: machine.find().get("state") == "ended")
    assert owrun(machine.user, "rm", "vm").returncode == 0
    owrun(machine.user, "nets")
    assert network.wait_until(lambda: network.made_by_netd() == set())


def test_a_port_that_qemu_keeps_is_told(machine):
    """As a QEMU that a guest has taken over would: its copy of the tap is kept here."""
    done = nic(machine, "add", "vm", "bridge")
    assert done.returncode == 0, done.stderr
    port, = network.ports(machine.user.bridge)
    copies = processes.copies_of_taps(machine.pid)
    assert copies
    done = nic(machine, "remove", "vm", "hot0")
    assert done.returncode == 1
    assert f"QEMU says that 'hot0' is out, and keeps its port '{port}'" in done.stderr
    for fd in copies:
        os.close(fd)
    owrun(machine.user, "nets")  # the helper tidies up on any request
    assert network.wait_until(lambda: network.made_by_netd() == set())


def test_a_user_network_can_be_plugged_in_too(machine):
    with machine.console() as console:
        console.login()
        before = cards(console)
        done = nic(machine, "add", "vm", "user,net=10.61.0.0/24,model=e1000")
        assert "hot0 is a user network" in done.stdout, done.stderr
        assert appeared(console, before)
    assert nic(machine, "remove", "vm", "hot0").returncode == 0


def test_what_is_refused_is_told_as_by_run_and_nothing_stays(machine, bob):
    for words, sentence in ((("add", "vm", f"bridge=ow-{bob.uid}"), "refused: no rule permits"),
                            (("add", "vm", "bridge,addr=3"), "has no 'addr'"),
                            (("add", "vm", "tap"), "'--nic bridge=NAME'"),
                            (("remove", "vm", "nic0"), "no NIC 'nic0' was plugged in"),
                            (("remove", "vm", "hotplug0"), "no NIC 'hotplug0' was plugged in"),
                            (("add", "other", "user"), "no VM 'other' is running")):
        done = nic(machine, *words)
        assert done.returncode == 1 and len(done.stderr.splitlines()) == 1
        assert sentence in done.stderr
    assert network.made_by_netd() == set()
