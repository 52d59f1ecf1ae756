# SPDX-License-Identifier: MIT
"""A command line as QEMU's users write it starts the VM that they mean."""
import os
import pathlib

import pytest

from machine import NO_NETWORK, Machine, owrun


@pytest.fixture
def disk(user):
    path = pathlib.Path(user.home, "words.bin")
    path.write_bytes(b"mark-of-a-disk".ljust(1 << 16, b"\0"))
    os.chown(path, user.uid, user.gid)
    yield path
    path.unlink()


def look(machine, *commands):
    """What the guest says to each command."""
    machine.boot()
    with machine.console() as console:
        console.login()
        said = [console.run(command)[1].strip() for command in commands]
    machine.stop()
    return said


def test_a_drive_may_name_its_file_last_and_a_machine_its_accelerator(user, guest, disk):
    machine = Machine(user, guest, "words", "-machine", "pc,accel=tcg", "-smp", "cpus=2", "-m",
                      "size=300M", "-drive", f"if=virtio,format=raw,file={disk.name}", *NO_NETWORK)
    assert look(machine, "nproc", "head -c 14 /dev/vda") == ["2", "mark-of-a-disk"]


def test_what_goes_behind_the_dashes_works_there(user, guest, disk):
    machine = Machine(user, guest, "words", "--no-sandbox", *NO_NETWORK, "--", "-smp",
                      "4,sockets=2",
                      "-m", "384M,slots=2,maxmem=1G",
                      "-drive", f"file={disk},id=x,format=raw,if=virtio,cache=none", "-no-reboot")
    assert look(machine, "nproc", "head -c 14 /dev/vda") == ["4", "mark-of-a-disk"]


@pytest.mark.parametrize("words, sentence", (
    (("-vga", "std"), "'-vga': what owrun does not know itself goes behind '--': "
                      "'owrun run ... -- -vga ...'"),
    (("-smp", "4,sockets=2"), "cpus '4,sockets=2' is more than a number; a topology goes behind "
                              "'--': '-- -smp 4,sockets=2'"),
    (("--accel", "kvm", "-M", "q35,accel=tcg"),
     "machine 'q35,accel=tcg' and '--accel kvm' name two accelerators; leave one out")))
def test_what_is_not_understood_is_told_with_a_way_out(user, words, sentence):
    done = owrun(user, "run", "--kernel", "/k", *words)
    assert (done.returncode, done.stderr) == (2, f"owrun: {sentence}\n")
