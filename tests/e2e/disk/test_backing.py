# SPDX-License-Identifier: MIT
"""What is below a disk: QEMU can change what the disk says of it, and the next start finds that."""
import os
import pathlib

import pytest

from machine import NO_NETWORK, Machine, owrun


@pytest.mark.parametrize("kept", [True, False], ids=["created", "run"])
def test_a_guest_cannot_put_a_file_below_its_disk(user, guest, kept):
    """QEMU may write to the whole disk, its header included: qemu-img plays the one that was taken
    over. Whichever VM has the disk next, the file stays closed, until the user says otherwise."""
    files = pathlib.Path(user.home, "below")
    user.run("mkdir", "-p", files)
    (files / "secret").write_bytes(bytes(1 << 20))
    os.chown(files / "secret", user.uid, user.gid)
    (files / "secret").chmod(0o600)
    disk = files / f"grab-{kept}.qcow2"
    user.run("qemu-img", "create", "-q", "-f", "qcow2", disk, "1M")
    machine = Machine(user, guest, "grab", "--disk", str(disk), *NO_NETWORK)
    if kept:
        machine.create()
        machine.as_kept()
    machine.start().quit()
    user.run("qemu-img", "rebase", "-u", "-b", files / "secret", "-F", "raw", disk)
    for other in (machine, Machine(user, guest, "other", "--disk", f"{disk},readonly",
                                   *NO_NETWORK)):
        done = owrun(user, "run", "-d", *other.arguments)
        assert done.returncode == 1 and done.stdout == ""
        assert f"disk '{disk}' has 'raw:{files}/secret' below it now, and had 'none'" in done.stderr
        assert "'--trust-backing'" in done.stderr
    if kept:
        # qemu-img, which is in no sandbox, would open it as well.
        done = owrun(user, "snapshot", "grab", "s1")
        assert done.returncode == 1 and "below it now, and had 'none'" in done.stderr
    machine.arguments = ("--trust-backing",) + machine.arguments
    machine.start().quit()
    machine.arguments = machine.arguments[1:]
    machine.start().quit()
    if kept:
        assert owrun(user, "rm", "grab").returncode == 0


def test_a_guest_cannot_have_another_file_hold_its_data(user, guest):
    """qemu-img, which is in no sandbox, would put the secret into the disk, or what the disk has
    over it."""
    files = pathlib.Path(user.home, "data")
    user.run("mkdir", "-p", files)
    (files / "secret").write_bytes(b"what nobody else may read".ljust(65536, b"."))
    os.chown(files / "secret", user.uid, user.gid)
    (files / "secret").chmod(0o600)
    disk = files / "disk.qcow2"
    user.run("qemu-img", "create", "-q", "-f", "qcow2", disk, "1M")
    machine = Machine(user, guest, "grab", "--disk", str(disk), *NO_NETWORK)
    overlay = machine.create() / "s1.disk0.qcow2"
    machine.as_kept()
    assert owrun(user, "snapshot", "grab", "s1").returncode == 0
    user.run("qemu-img", "create", "-q", "-f", "qcow2", "-o", f"data_file={files}/hidden", "-b",
             disk, "-F", "qcow2", overlay)
    user.run("qemu-io", "-f", "qcow2", "-c", "write 0 64k", overlay)
    (files / "hidden").unlink()
    forged = overlay.read_bytes()
    assert f"{files}/hidden".encode() in forged
    overlay.write_bytes(forged.replace(f"{files}/hidden".encode(), f"{files}/secret".encode()))
    user.run("qemu-img", "rebase", "-u", "-b", disk, "-F", "qcow2", overlay)
    commands = (("snapshot", "rm", "grab", "s1"), ("run", "-d", "--no-sandbox", "grab"),
                ("create", "copied", str(overlay)))
    said = [owrun(user, *command) for command in commands]
    leaked = [str(path) for path in (*files.iterdir(), *files.parent.glob(
        ".local/share/owvm/copied/*")) if path.name != "secret" and
        b"what nobody else" in path.read_bytes()]
    owrun(user, "kill", "grab")
    for name in ("grab", "copied"):
        owrun(user, "rm", name)
    assert leaked == []
    for done in said:
        assert done.returncode == 1 and "keeps its data in another file" in done.stderr


def test_a_directory_below_a_disk_opens_nothing(user, guest):
    home = pathlib.Path(user.home, "odd")
    user.run("mkdir", home)
    user.run("qemu-img", "create", "-q", "-f", "qcow2", home / "disk.qcow2", "1M")
    user.run("qemu-img", "rebase", "-u", "-b", home, "-F", "raw", home / "disk.qcow2")
    machine = Machine(user, guest, "odd", "--disk", str(home / "disk.qcow2"), *NO_NETWORK)
    done = owrun(user, "run", "-d", *machine.arguments)
    assert done.returncode == 1 and "which is neither a file nor a block device" in done.stderr


def test_a_change_further_below_is_found(user, guest):
    """Another VM of the user writes to the image that this one's disk is over."""
    home = pathlib.Path(user.home, "further")
    user.run("mkdir", home)
    user.run("qemu-img", "create", "-q", "-f", "qcow2", home / "base.qcow2", "1M")
    user.run("qemu-img", "create", "-q", "-f", "qcow2", "-b", "base.qcow2", "-F", "qcow2",
             home / "top.qcow2")
    machine = Machine(user, guest, "further", "--disk", str(home / "top.qcow2"), *NO_NETWORK)
    # Each start but the first says nothing of it.
    for told in (True, False):
        done = owrun(user, "run", "-d", *machine.arguments)
        assert done.returncode == 0
        assert ("has 'qcow2:base.qcow2' below it, which its guest can read" in done.stderr) == told
        machine.quit()
    user.run("qemu-img", "rebase", "-u", "-b", "/etc/hostname", "-F", "raw", home / "base.qcow2")
    done = owrun(user, "run", "-d", *machine.arguments)
    assert done.returncode == 1
    assert f"disk '{home}/base.qcow2' has 'raw:/etc/hostname' below it now" in done.stderr


def test_damaged_notes_are_no_missing_ones(user, guest):
    disk = pathlib.Path(user.home, "noted.qcow2")
    user.run("qemu-img", "create", "-q", "-f", "qcow2", disk, "1M")
    machine = Machine(user, guest, "noted", "--disk", str(disk), *NO_NETWORK)
    machine.start().quit()
    notes = pathlib.Path(user.home, ".local/share/owvm/.backing.json")
    before = notes.read_text(encoding="ascii")
    notes.write_text("{\n  \"/x\": ", encoding="ascii")
    done = owrun(user, "run", "-d", *machine.arguments)
    assert done.returncode == 1 and f"cannot use '{notes}', which tells" in done.stderr
    notes.write_text(before, encoding="ascii")
    machine.start().quit()
