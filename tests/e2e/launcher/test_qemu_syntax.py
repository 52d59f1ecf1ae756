# SPDX-License-Identifier: MIT
"""A command line as QEMU's users write it starts the VM that they mean."""
import os
import pathlib
import re

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


def test_a_whole_line_of_qemu_pasted_behind_run(user, guest, disk):
    """As tutorials have them: the program itself, what owrun does anyway, devices in pairs."""
    machine = Machine(user, guest, "pasted")
    machine.arguments = (
        "sudo", "qemu-system-x86_64", "-nographic", "-display", "none", "-M", "q35,accel=tcg", "-m",
        "256", "-kernel", str(guest / "vmlinux"), "-initrd", str(guest / "initrd.gz"), "-append",
        "console=ttyS0 quiet", "-drive", f"file={disk.name},format=raw,if=none,id=d0",
        "-device", "virtio-blk-pci,drive=d0", "-netdev", "user,id=n0,hostfwd=tcp:127.0.0.1:0-:80",
        "-device", "e1000,netdev=n0,mac=52:54:00:12:34:56", "-virtfs",
        f"local,path={user.home}/pasted-dir,mount_tag=h,security_model=passthrough,id=h",
        "-name", "pasted,process=mine")
    shared = pathlib.Path(user.home, "pasted-dir")
    shared.mkdir()
    os.chown(shared, user.uid, user.gid)
    assert look(machine, "cat /sys/class/net/eth0/address", "head -c 14 /dev/vda") == [
        "52:54:00:12:34:56", "mark-of-a-disk"]
    shared.rmdir()


def test_all_that_has_to_change_is_told_at_once_and_then_it_starts(user, disk):
    words = ("-drive", f"file={disk.name},format=raw", "-netdev", "tap,id=n,ifname=tap0,script=no",
             "-device", "e1000,netdev=n", "-pidfile", "x", "-boot", "c", "-m", "lots")
    done = owrun(user, "run", "--dry-run", *words)
    said = done.stderr.splitlines()
    assert done.returncode == 2 and len(said) == 4
    assert all(line.startswith("owrun: ") for line in said)
    nic = re.search(r"'--nic (bridge=NAME,[^']*)'", done.stderr)[1].replace("NAME", "br-x")
    behind = re.search(r"'owrun run ... -- (-boot c)'", done.stderr)[1].split()
    done = owrun(user, "run", "--dry-run", *words[:2], "--nic", nic, "-m", "64", "--", *behind)
    assert done.returncode == 0 and "-device e1000," in done.stdout and "-boot" in done.stdout


def test_what_goes_behind_the_dashes_works_there(user, guest, disk):
    machine = Machine(user, guest, "words", "--no-sandbox", *NO_NETWORK, "--", "-smp",
                      "4,sockets=2",
                      "-m", "384M,slots=2,maxmem=1G",
                      "-drive", f"file={disk},id=x,format=raw,if=virtio,cache=none", "-no-reboot")
    assert look(machine, "nproc", "head -c 14 /dev/vda") == ["4", "mark-of-a-disk"]


@pytest.mark.parametrize("words, sentence", (
    (("-vga", "std"), "'-vga': what owrun does not know itself goes behind '--': "
                      "'owrun run ... -- -vga std'"),
    (("-smp", "4,sockets=2"), "cpus '4,sockets=2' is more than a number; a topology goes behind "
                              "'--': '-- -smp 4,sockets=2'"),
    (("--accel", "kvm", "-M", "q35,accel=tcg"),
     "machine 'q35,accel=tcg' and '--accel kvm' name two accelerators; leave one out")))
def test_what_is_not_understood_is_told_with_a_way_out(user, words, sentence):
    done = owrun(user, "run", "--kernel", "/k", *words)
    assert (done.returncode, done.stderr) == (2, f"owrun: {sentence}\n")
