# SPDX-License-Identifier: MIT
"""Disks: formats, what is written and what is not, snapshots, and two VMs that want the same."""
import json
import os
import pathlib

import pytest

from machine import NO_NETWORK, Machine, owrun

MARK = "written-by-the-guest"


def make_disk(user, name, text="from-the-host", size=1 << 20):
    path = pathlib.Path(user.home, name)
    path.write_bytes(text.encode().ljust(size, b"\0"))
    os.chown(path, user.uid, user.gid)
    return path


def first_words(path):
    return path.read_bytes()[:64].rstrip(b"\0").decode(errors="replace")


class Session:
    """A booted VM with its console, for a with statement."""

    def __init__(self, machine):
        self.machine = machine

    def __enter__(self):
        self.machine.boot()
        self.console = self.machine.console()
        self.console.login()
        return self

    def __exit__(self, *_):
        self.console.close()
        self.machine.stop()

    def read(self, device="vda"):
        return self.console.run(f"dd if=/dev/{device} bs=64 count=1 2>/dev/null | tr -d '\\0'")[1]

    def write(self, device="vda", text=MARK):
        assert self.console.run(f"printf %-64s {text} | dd of=/dev/{device} conv=notrunc "
                                "2>/dev/null && sync")[0] == 0


def test_t04_a_raw_disk_is_raw_whatever_is_in_it(user, guest):
    disk = make_disk(user, "t4.img", "QFI\xfb")
    other = make_disk(user, "t4.bin", "second")
    machine = Machine(user, guest, "t4", "--disk", str(disk), "--disk",
                      f"file={other},format=raw,readonly", *NO_NETWORK)
    with Session(machine) as vm:
        assert vm.read("vdb") == "second"
        vm.write()
        assert vm.console.run("dd if=/dev/zero of=/dev/vdb bs=512 count=1")[0] != 0
    assert first_words(disk).startswith(MARK) and first_words(other) == "second"


def test_t04_an_ide_disk_is_sda(user, guest):
    disk = make_disk(user, "ide.img")
    arguments = Machine(user, guest, "ide", "--disk", f"{disk},if=ide", *NO_NETWORK).arguments
    plan = owrun(user, "run", "--dry-run", *arguments).stdout
    assert "-device ide-hd,drive=disk0" in plan


@pytest.mark.parametrize("options", [("--ephemeral",), ()])
def test_an_ephemeral_run_throws_away_what_was_written(user, guest, options):
    disk = make_disk(user, "eph.img")
    disk.chmod(0o444)
    suffix = "" if options else ",snapshot"
    with Session(Machine(user, guest, "eph", "--disk", f"{disk}{suffix}", *options,
                         *NO_NETWORK)) as vm:
        vm.write()
        assert vm.read().startswith(MARK)
    assert first_words(disk) == "from-the-host"


def test_create_copies_the_image_and_the_vm_writes_to_its_own(user, guest):
    image = make_disk(user, "image.img")
    machine = Machine(user, guest, "copy", *NO_NETWORK)
    done = owrun(user, "create", "copy", "image.img", *machine.arguments[2:])
    assert done.returncode == 0, done.stderr
    with Session(machine.as_kept()) as vm:
        assert vm.read() == "from-the-host"
        vm.write()
    with Session(machine) as vm:
        assert vm.read().startswith(MARK)
    assert first_words(image) == "from-the-host"
    assert owrun(user, "rm", "copy").stdout == "copy: removed\n"
    assert image.exists()


def test_snapshots_bring_back_the_states_of_a_disk(user, guest):
    disk = make_disk(user, "snap.img")
    machine = Machine(user, guest, "snap", "--disk", str(disk), *NO_NETWORK)
    directory = machine.create()
    machine.as_kept()
    for number in (1, 2):
        done = owrun(user, "snapshot", "snap", f"s{number}")
        assert done.returncode == 0, done.stderr
        with Session(machine) as vm:
            vm.write(text=f"after-s{number}")
            if number == 2:
                busy = owrun(user, "restore", "snap")
                assert busy.returncode == 1 and "VM 'snap' is running" in busy.stderr
    status = json.loads(owrun(user, "status", "--json", "snap").stdout)
    assert [snapshot["label"] for snapshot in status["snapshots"]] == ["s1", "s2"]
    assert owrun(user, "restore", "snap").returncode == 0
    with Session(machine) as vm:
        assert vm.read().startswith("after-s1")
    done = owrun(user, "restore", "snap", "s1")
    assert "1 later snapshot is gone" in done.stdout
    with Session(machine) as vm:
        assert vm.read() == "from-the-host"
    assert first_words(disk) == "from-the-host"
    again = owrun(user, "snapshot", "snap", "s1")
    assert again.returncode == 1 and "there is a snapshot 's1' already" in again.stderr
    assert owrun(user, "rm", "snap").returncode == 0 and not directory.exists()


def test_a_disk_in_use_is_told_with_the_vm_that_has_it(user, guest):
    disk = make_disk(user, "lock.img")
    link = pathlib.Path(user.home, "same.img")
    link.symlink_to(disk)
    first = Machine(user, guest, "holder", "--disk", str(disk), *NO_NETWORK).start()
    done = owrun(user, "run", "-d", *Machine(user, guest, "second", "--disk", str(link),
                                             *NO_NETWORK).arguments)
    assert done.returncode == 1 and len(done.stderr.splitlines()) == 1
    assert "is in use by VM 'holder'" in done.stderr
    first.quit()
    second = Machine(user, guest, "second", "--disk", f"{disk},readonly", *NO_NETWORK).start()
    third = Machine(user, guest, "third", "--disk", f"{disk},readonly", *NO_NETWORK).start()
    second.quit()
    third.quit()
