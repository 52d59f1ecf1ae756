# SPDX-License-Identifier: MIT
"""VMs that are started, stopped and killed, each anew: nothing is left behind."""
import os
import pty
import signal
import time

import pytest

import network
from conftest import OWN_BRIDGE
from machine import Machine, left_of, owrun


@pytest.fixture
def user(alice):
    """At the end nothing of the user's VMs is left. Set up first, so that it looks last."""
    yield alice
    assert network.wait_until(lambda: left_of(alice) == []), left_of(alice)


@pytest.fixture
def machine(user, either_mode, guest):
    either_mode(OWN_BRIDGE)
    return Machine(user, guest, "vm")


def ended(machine):
    """Files of a VM that was killed stay until the next owrun of that name: it has `ended`."""
    return machine.find().get("state") != "running"


def gone(machine):
    return network.wait_until(lambda: network.made_by_netd() == set() and ended(machine))


@pytest.mark.smoke
def test_t36_t37_the_port_goes_with_its_vm_and_the_bridge_with_its_last_port(machine):
    machine.start()
    assert network.ports(machine.user.bridge) == {machine.interface}
    machine.quit()
    assert gone(machine)
    assert network.wait_until(lambda: network.chains() == [])


def test_a_name_can_be_used_again_after_stop(machine):
    for _ in range(2):
        machine.start()
        machine.quit()


def test_qemu_killed_frees_its_port_and_its_name(machine):
    machine.start()
    first = machine.interface
    machine.kill()
    assert network.wait_until(lambda: first not in network.links() and ended(machine))
    machine.start()
    machine.quit()
    assert gone(machine)


def test_qemu_killed_takes_its_bridge_along(user, netd, guest):
    netd(OWN_BRIDGE)
    machine = Machine(user, guest, "vm").start()
    machine.kill()
    assert network.wait_until(lambda: network.made_by_netd() == set())
    # Its runtime files wait for the next owrun.
    machine.start().quit()


@pytest.fixture
def terminal():
    """Both ends of a terminal."""
    ours, theirs = pty.openpty()
    yield ours, theirs
    os.close(ours)
    os.close(theirs)


def test_owrun_killed_in_the_foreground_leaves_a_vm_that_can_be_stopped(machine, terminal):
    process = machine.start_in_foreground(terminal[1])
    process.kill()
    process.wait()
    assert machine.find()["state"] == "running"
    machine.quit()
    assert gone(machine)


def test_ctrl_a_x_in_the_foreground_ends_the_vm_and_leaves_nothing(machine, terminal):
    process = machine.start_in_foreground(terminal[1])
    os.write(terminal[0], b"\x01x")
    assert process.wait(20) == 0
    assert gone(machine)


def test_owrun_killed_at_any_moment_leaves_nothing_or_a_vm_that_can_be_stopped(user, netd, guest):
    netd(OWN_BRIDGE)
    machine = Machine(user, guest, "vm")
    for delay in (0.001, 0.005, 0.01, 0.02, 0.04, 0.08, 0.15, 0.3):
        process = machine.spawn("-d")
        time.sleep(delay)
        process.send_signal(signal.SIGKILL)
        process.wait()
        # QEMU may be on its way up, without owrun.
        time.sleep(0.5)
        if machine.find().get("state") == "running":
            machine.quit()
        assert gone(machine), delay
    # Whatever files were left are no obstacle, and the next VM takes them along.
    machine.start().quit()


def test_two_vms_share_the_users_bridge(user, netd, guest):
    netd(OWN_BRIDGE)
    first, second = Machine(user, guest, "one").start(), Machine(user, guest, "two").start()
    assert network.ports(user.bridge) == {first.interface, second.interface}
    first.quit()
    assert network.ports(user.bridge) == {second.interface}
    second.quit()


def test_the_compressed_kernel_boots_too(user, netd, guest):
    netd(OWN_BRIDGE)
    machine = Machine(user, guest, "vm", "--lan", "user", kernel="vmlinuz").start()
    machine.wait_ready()
    machine.stop()


def test_a_quota_of_vms_is_told_by_owrun(user, netd, guest):
    netd("permit group owvm bridge ow-%U create taps 1\n")
    first = Machine(user, guest, "one").start()
    done = owrun(user, "run", "-d", *Machine(user, guest, "two").arguments)
    assert done.returncode != 0
    assert len(done.stderr.splitlines()) == 1 and "taps 1" in done.stderr
    first.quit()
