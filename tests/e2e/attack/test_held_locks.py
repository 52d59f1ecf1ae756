# SPDX-License-Identifier: MIT
"""Another user locks what he can read: whoever may open a file or a directory may hold a lock on it
as long as he likes (flock(2)), and all who need it wait for him."""
import fcntl
import os
import pathlib
import shutil
import subprocess

import pytest

from machine import NO_NETWORK, Machine, owrun
from network import SLOWNESS
from people import Worker


@pytest.fixture
def readable(alice):
    """alice's home, which others can enter as they can on many hosts."""
    home = pathlib.Path(alice.home)
    mode = home.stat().st_mode
    home.chmod(0o755)
    yield home
    home.chmod(mode)


def hold(*paths):
    """Lock what can be opened of it. Gives what was."""
    held = []
    for path in paths:
        try:
            fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            held.append(str(path))
        except PermissionError:
            pass
    return held


@pytest.mark.parametrize("which", ["home", "directory"])
def test_what_a_stranger_has_locked_keeps_nobody_waiting(alice, carol, guest, readable, which):
    machine = Machine(alice, guest, "kept", *NO_NETWORK)
    directory = machine.create()
    home = directory.parent
    disk = directory / "d.qcow2"
    alice.run("qemu-img", "create", "-q", "-f", "qcow2", disk, "1M")
    with open(directory / "vm.conf", "a", encoding="utf-8") as stream:
        stream.write("disk = d.qcow2\n")
    for path in (directory, *list(directory.parents)[:3]):
        path.chmod(0o755)
    # Whatever is there of before, too.
    assert owrun(alice, "run", "-d", "kept").returncode == 0
    assert owrun(alice, "kill", "kept").returncode == 0
    place = home if which == "home" else directory
    holder = Worker(carol, lambda: hold(place, *filter(pathlib.Path.is_file, place.iterdir())))
    try:
        assert str(place) in holder.result()
        for command in (("run", "-d", "kept"), ("kill", "kept"), ("snapshot", "kept", "one"),
                        ("restore", "kept", "one"), ("rm", "kept")):
            try:
                done = owrun(alice, *command, timeout=20 * SLOWNESS)
            except subprocess.TimeoutExpired:
                pytest.fail(f"{command}: waits for carol")
            assert done.returncode == 0, (command, done.stderr)
        assert list(directory.iterdir()) == [disk]
    finally:
        holder.kill()
        shutil.rmtree(directory)
