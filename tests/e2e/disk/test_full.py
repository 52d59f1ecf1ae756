# SPDX-License-Identifier: MIT
"""A host whose disk is full: what owrun tells of a VM that cannot write to its own."""
import os
import pathlib

import pytest

import network
from diagnosis import Diagnosis
from machine import Machine, left_of, owrun

SPACE = 1 << 20  # bytes


@pytest.fixture
def small(alice):
    """A file system of the user's that a guest can fill."""
    path = pathlib.Path(alice.home, "small")
    path.mkdir()
    network.command("mount", "-t", "tmpfs", "-o", f"size={SPACE}", "small", str(path))
    os.chown(path, alice.uid, alice.gid)
    yield path
    network.command("umount", "--lazy", str(path))
    path.rmdir()


def is_paused(machine):
    status = machine.status()
    return status["state"] == "paused" and "file system of a disk is full" in status["reason"]


def test_doctor_tells_a_full_disk_and_its_command_lets_the_vm_go_on(alice, guest, small):
    disk = small / "disk.img"
    disk.touch()
    os.truncate(disk, 16 * SPACE)
    os.chown(disk, alice.uid, alice.gid)
    machine = Machine(alice, guest, "full", "--lan", "none", "--wan", "none", "--disk", str(disk))
    machine.boot()
    with machine.console() as console:
        console.login()
        assert console.run("{ dd if=/dev/zero of=/dev/vda bs=1k count=4k >/dev/null 2>&1 && "
                           "sync & }"
                           )[0] == 0
        assert network.wait_until(lambda: is_paused(machine), 30)
        finding = Diagnosis(alice, "--vm", machine.name).of("qmp")
        assert finding["state"] == "broken" and "file system of a disk is full" in finding["text"]
        assert finding["command"] == "owrun monitor full cont"
        network.command("mount", "-o", f"remount,size={32 * SPACE}", str(small))
        assert owrun(alice, *finding["command"].split()[1:]).returncode == 0
        assert machine.status()["state"] == "running"
        assert console.run("wait; echo done")[1].strip() == "done"
    machine.stop()
    assert network.wait_until(lambda: left_of(alice) == []), left_of(alice)
