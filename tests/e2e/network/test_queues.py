# SPDX-License-Identifier: MIT
"""NICs with several queues and vhost-net, and what netd remarks about a port that it made."""
import json
import os
import re

import pytest

import network
from machine import Machine, left_of, owrun

POLICY = ("permit group owvm bridge ow-%U create queues 4 vhost\n"
          "permit group owvm bridge br-lab\n")
NO_VHOST = "owvm-netd cannot open /dev/vhost-net: the port works without"


@pytest.fixture
def user(alice, either_mode):
    either_mode(POLICY)
    yield alice
    assert network.wait_until(lambda: left_of(alice) == []), left_of(alice)


def queues_in(console, card):
    return console.run(f"ls /sys/class/net/{card}/queues")[1].split()


def answers(console, card, bridge, net):
    """Does the guest answer on that card?"""
    console.run(f"ip addr add {net}.1/24 dev {card}; ip link set {card} up")
    with network.Client(bridge) as client:
        client.run("ip", "addr", "add", f"{net}.2/24", "dev", "eth0")
        client.run("busybox", "ping", "-c", "2", "-W", "5", f"{net}.1")


def test_a_guest_has_as_many_queues_as_were_asked_for(user, guest):
    machine = Machine(user, guest, "vm", "--cpus", "2", "--nic", "bridge,queues=2").boot()
    with machine.console() as console:
        console.login()
        assert queues_in(console, "eth0") == ["rx-0", "rx-1", "tx-0", "tx-1"]
        answers(console, "eth0", user.bridge, "10.50.0")
        row, = json.loads(owrun(user, "ports", "--json").stdout)
        assert row["queues"] == 2
        done = owrun(user, "nic", "add", "vm", "bridge,queues=2")
        assert done.returncode == 0, done.stderr
        assert network.wait_until(lambda: "eth1" in console.run("ls /sys/class/net")[1], 15)
        assert queues_in(console, "eth1") == ["rx-0", "rx-1", "tx-0", "tx-1"]
        answers(console, "eth1", user.bridge, "10.51.0")
        done = owrun(user, "nic", "remove", "vm", "hot0")
        assert done.returncode == 0, done.stderr
        assert len(network.ports(user.bridge)) == 1
    machine.stop()


@pytest.mark.skipif(os.path.exists("/dev/vhost-net"), reason="this host has vhost-net")
def test_where_the_host_has_no_vhost_the_vm_runs_and_its_user_is_told(user, guest):
    machine = Machine(user, guest, "vm", "--nic", "bridge,vhost=on")
    done = owrun(user, "run", "-d", *machine.arguments)
    assert done.returncode == 0 and f"owrun: {NO_VHOST}\n" == done.stderr
    machine.state = machine.listed()
    done = owrun(user, "nic", "add", "vm", "bridge,vhost=on")
    assert done.returncode == 0 and f"owrun: {NO_VHOST}\n" == done.stderr
    machine.quit()


def test_more_queues_than_the_rule_permits_are_refused(user, guest, bridge):
    refused = Machine(user, guest, "vm", "--nic", f"bridge={bridge},queues=2").refused()
    assert re.search(r"'br-lab' refused: .*queues", refused), refused
    assert "vhost" in Machine(user, guest, "vm", "--nic", f"bridge={bridge},vhost=on").refused()


def test_a_bridge_that_is_down_is_told(user, guest, bridge):
    network.command("ip", "link", "set", bridge, "down")
    machine = Machine(user, guest, "vm", "--nic", f"bridge={bridge}")
    done = owrun(user, "run", "-d", *machine.arguments)
    assert "bridge 'br-lab' is down; an administrator can set it up" in done.stderr
    machine.state = machine.listed()
    machine.quit()


def test_the_command_of_dry_run_has_one_queue_and_says_so(user, guest):
    machine = Machine(user, guest, "vm", "--nic", "bridge,queues=2")
    printed = owrun(user, "run", "--dry-run", *machine.arguments).stdout
    assert "# Its NICs have one queue" in printed and "mq=on" not in printed
