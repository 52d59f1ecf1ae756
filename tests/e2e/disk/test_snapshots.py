# SPDX-License-Identifier: MIT
"""Snapshots where something is in the way: what the user has stays, and the VM starts."""
import json
import os
import pathlib

import pytest

from machine import NO_NETWORK, Machine, owrun


@pytest.fixture
def kept(user, guest):
    """A VM that was created, its directory, and its disk."""
    disk = pathlib.Path(user.home, "kept.img")
    disk.write_bytes(bytes(1 << 20))
    os.chown(disk, user.uid, user.gid)
    machine = Machine(user, guest, "kept", "--disk", str(disk), *NO_NETWORK)
    machine.directory = machine.create()
    machine.disk = disk
    yield machine.as_kept()
    done = owrun(user, "rm", "kept")
    assert done.returncode == 0, done.stderr


def snapshot(machine, label):
    done = owrun(machine.user, "snapshot", "kept", label)
    assert done.returncode == 0, done.stderr


def test_a_vm_with_many_snapshots_starts(kept):
    for number in range(45):
        snapshot(kept, f"s{number}")
    kept.start().quit()


def test_a_snapshot_that_could_not_be_started_is_refused(user, guest):
    """A chain of 199 files below the disk, made of one: only the name of the file below differs."""
    home = pathlib.Path(user.home, "chain")
    user.run("mkdir", home)
    user.run("qemu-img", "create", "-q", "-f", "qcow2", home / "x000", "1M")
    user.run("qemu-img", "create", "-q", "-f", "qcow2", "-b", home / "x000", "-F", "qcow2",
             home / "x001")
    image = (home / "x001").read_bytes()
    for number in range(2, 200):
        path = home / f"x{number:03}"
        path.write_bytes(image.replace(b"/x000", f"/x{number - 1:03}".encode()))
        os.chown(path, user.uid, user.gid)
    machine = Machine(user, guest, "chain", "--disk", f"{home}/x199,format=qcow2", *NO_NETWORK)
    machine.create()
    machine.as_kept().start().quit()
    assert owrun(user, "snapshot", "chain", "s1").returncode == 0
    machine.start().quit()
    done = owrun(user, "snapshot", "chain", "s2")
    assert done.returncode == 1 and "with 200 files one below the other" in done.stderr
    machine.start().quit()
    assert owrun(user, "rm", "chain").returncode == 0


@pytest.mark.parametrize("text", ["", "[{", "[{}]"])
def test_a_damaged_list_of_snapshots_is_not_none(kept, text):
    snapshot(kept, "s1")
    path = kept.directory / "snapshots.json"
    before = path.read_text(encoding="ascii")
    path.write_text(text, encoding="ascii")
    for command in (("run", "-d"), ("snapshot",), ("restore",)):
        done = owrun(kept.user, *command, "kept")
        assert done.returncode == 1 and f"cannot use '{path}': " in done.stderr, command
    path.write_text(before, encoding="ascii")
    kept.start().quit()


def test_the_disk_itself_may_have_the_name_of_an_overlay(user, guest):
    directory = pathlib.Path(user.home, ".local/share/owvm/f")
    user.run("mkdir", "-p", directory)
    disk = directory / "base.disk0.qcow2"
    user.run("qemu-img", "create", "-q", "-f", "qcow2", disk, "1M")
    before = disk.read_bytes()
    machine = Machine(user, guest, "f", "--disk", str(disk), *NO_NETWORK)
    machine.create()
    assert owrun(user, "snapshot", "f", "base").returncode == 0
    assert disk.read_bytes() == before
    machine.as_kept().start().quit()
    assert "holds other files" in owrun(user, "rm", "f").stdout
    assert disk.read_bytes() == before


def test_a_restore_that_is_killed_leaves_the_vm_as_it_was(kept):
    """A qemu-img that kills owrun when the overlay is made."""
    snapshot(kept, "s1")
    snapshot(kept, "s2")
    before = {path: path.read_bytes() for path in kept.directory.iterdir()}
    places = pathlib.Path(kept.user.home, "places")
    places.mkdir(mode=0o755)
    (places / "qemu-img").write_text("#!/bin/sh\nkill -9 $PPID\n", encoding="ascii")
    (places / "qemu-img").chmod(0o755)
    for command in (("restore", "kept", "s1"), ("snapshot", "kept", "s3")):
        done = owrun(kept.user, *command, env={"PATH": f"{places}:{os.environ['PATH']}"})
        assert done.returncode == -9
    assert all(path.read_bytes() == text for path, text in before.items())
    kept.start().quit()
    done = owrun(kept.user, "restore", "kept", "s1")
    assert "1 later snapshot is gone" in done.stdout
    status = json.loads(owrun(kept.user, "status", "--json", "kept").stdout)
    assert [item["label"] for item in status["snapshots"]] == ["s1"]
    kept.start().quit()
    assert all(path.stat().st_size > 0 for path in kept.directory.glob("*.qcow2"))
    assert not list(kept.directory.glob(".*.new"))


def test_an_image_has_no_snapshots(user):
    disk = pathlib.Path(user.home, "x.img")
    disk.write_bytes(bytes(1 << 20))
    done = owrun(user, "snapshot", "./x.img", "s1")
    assert done.returncode == 1 and len(done.stderr.splitlines()) == 1
    assert "'./x.img' is an image, and snapshots are of a VM that is kept" in done.stderr


def test_snapshots_are_listed_and_removed(kept):
    assert "has no snapshot" in owrun(kept.user, "snapshot", "ls", "kept").stderr
    for label in ("a", "b"):
        snapshot(kept, label)
    head, *rows = owrun(kept.user, "snapshot", "ls", "kept").stdout.splitlines()
    assert head.split() == ["LABEL", "TAKEN", "WRITTEN", "SINCE"] and len(rows) == 2
    listed = json.loads(owrun(kept.user, "snapshot", "ls", "--json", "kept").stdout)
    assert [row["label"] for row in listed] == ["a", "b"]
    assert all(row["bytes"] > 0 and row["time"] > 0 and not row["removing"] for row in listed)
    for words, said in ((("rm", "kept", "c"), "has no snapshot 'c'"),
                        (("ls", "other"), "there is no VM 'other'")):
        done = owrun(kept.user, "snapshot", *words)
        assert done.returncode == 1 and said in done.stderr
    kept.start()
    done = owrun(kept.user, "snapshot", "rm", "kept", "a")
    assert done.returncode == 1 and "VM 'kept' is running" in done.stderr
    kept.quit()
    for label in ("a", "b"):
        done = owrun(kept.user, "snapshot", "rm", "kept", label)
        assert done.stdout == f"kept: snapshot '{label}' is removed; what was written since stays\n"
    assert json.loads(owrun(kept.user, "snapshot", "ls", "--json", "kept").stdout) == []
    assert not list(kept.directory.glob("*.qcow2"))
    kept.start().quit()
