# SPDX-License-Identifier: MIT
"""What is no file of owrun's stands in the place of one that owrun reads."""
import os
import pathlib
import stat
import subprocess
import threading

import pytest

import service
from machine import Machine, owrun

# What stands in the place of a file, and a word of the sentence about it.
STRANGE = {"fifo": "no regular file", "device": "no regular file", "1 GB": "too large",
           "symlink to a device": "symlink", "symlink": "symlink"}
PLACES = ("vm.conf", "remembered.json", "snapshots.json", "../.backing.json")


def put(path, kind, user, other):
    if kind == "fifo":
        os.mkfifo(path)
    elif kind == "device":
        os.mknod(path, stat.S_IFCHR | 0o600, os.makedev(1, 5))
    elif kind == "1 GB":
        path.touch()
        os.truncate(path, 1 << 30)
    else:
        path.symlink_to("/dev/zero" if "device" in kind else other)
    os.chown(path, user.uid, user.gid, follow_symlinks=False)


@pytest.mark.parametrize("kind", STRANGE)
@pytest.mark.parametrize("place", PLACES)
def test_a_strange_file_is_one_sentence(user, guest, place, kind):
    """No waiting, and no memory for what it holds."""
    machine = Machine(user, guest, "strange", "--nic", "none")
    directory = machine.create()
    disk = directory / "d.qcow2"
    user.run("qemu-img", "create", "-q", "-f", "qcow2", disk, "1M")
    with open(directory / "vm.conf", "a", encoding="utf-8") as stream:
        stream.write("disk = d.qcow2\n")
    target = directory / place
    saved = target.read_bytes() if target.exists() else None
    target.unlink(missing_ok=True)
    other = pathlib.Path(user.home, "other")
    other.write_text("{}", encoding="utf-8")
    put(target, kind, user, other)
    try:
        process = subprocess.Popen(
            (service.OWRUN, "run", "-d", "strange"), user=user.uid, group=user.gid,
            extra_groups=user.groups, env={"PATH": os.environ["PATH"], "HOME": user.home},
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        stop = threading.Timer(20, process.kill)
        stop.start()
        lines = process.stderr.read().splitlines()
        _, status, usage = os.wait4(process.pid, 0)
        stop.cancel()
        about = [line for line in lines if place.rpartition("/")[2] in line]
        assert len(about) == 1 and "Sanitizer" not in "".join(lines), lines
        assert STRANGE[kind] in about[0], about
        # What was remembered is no reason not to start.
        assert (os.waitstatus_to_exitcode(status) == 0) == (place == "remembered.json"), lines
        assert usage.ru_maxrss < 400 * 1024
    finally:
        owrun(user, "kill", "strange")
        target.unlink(missing_ok=True)
        if saved is not None:
            target.write_bytes(saved)
            os.chown(target, user.uid, user.gid)
            target.chmod(0o600)
        disk.unlink()
        assert owrun(user, "rm", "--force", "strange").returncode == 0


@pytest.mark.parametrize("kind", STRANGE)
@pytest.mark.parametrize("place", [".lock", "../.lock"])
def test_a_strange_lock_keeps_nobody_waiting(user, guest, place, kind):
    """Nothing is read of it."""
    machine = Machine(user, guest, "strange", "--nic", "none")
    directory = machine.create()
    other = pathlib.Path(user.home, "other")
    other.write_text("{}", encoding="utf-8")
    (directory / place).unlink(missing_ok=True)
    put(directory / place, kind, user, other)
    try:
        for command in (("run", "-d"), ("kill",), ("snapshot",)):
            done = owrun(user, *command, "strange", timeout=20)
            assert done.returncode in (0, 1) and len(done.stderr.splitlines()) <= 1, done
        assert other.read_text(encoding="utf-8") == "{}"
    finally:
        (directory / place).unlink(missing_ok=True)
        owrun(user, "kill", "strange")
        assert owrun(user, "rm", "--force", "strange").returncode == 0
