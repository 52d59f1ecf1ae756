# SPDX-License-Identifier: MIT
"""What a VM leaves behind besides its disks: temporary files, and a console log without an end."""
import os
import pathlib

import pytest

import network
from machine import NO_NETWORK, Machine, owrun
from shares import own


def test_rm_removes_what_is_left_among_temporary_files(user, guest):
    image = pathlib.Path(user.home, "thrown-away.img")
    image.write_bytes(bytes(1 << 20))
    own(user, image)
    machine = Machine(user, guest, "thrower", *NO_NETWORK, "--disk", f"{image},snapshot")
    machine.create()
    machine.as_kept().start()
    directory = pathlib.Path(user.home, ".cache/owvm/temporary/thrower")
    # As a QEMU that was taken over would.
    assert user.run("touch", str(directory / "payload")).returncode == 0
    assert owrun(user, "rm", "--force", "thrower").returncode == 0
    assert not directory.exists() and directory.parent.exists()
    image.unlink()


def test_where_temporary_files_cannot_be_a_vm_says_what_else_there_is(user, guest):
    image = pathlib.Path(user.home, "kept.img")
    image.write_bytes(bytes(1 << 20))
    own(user, image)
    arguments = Machine(user, guest, "thrower", *NO_NETWORK, "--ephemeral", "--disk",
                        str(image)).arguments
    done = owrun(user, "run", "-d", *arguments, env={"XDG_CACHE_HOME": "/proc/nowhere"})
    assert done.returncode == 1 and "XDG_CACHE_HOME names another place" in done.stderr
    image.unlink()


@pytest.fixture
def little_room():
    """Where runtime files are: all of it is memory."""
    network.command("mount", "-o", "remount,size=64M", "/tmp")
    yield
    network.command("mount", "-o", "remount,size=50%", "/tmp")


def test_a_log_that_fills_the_place_is_told_and_can_be_emptied(user, guest, little_room):
    machine = Machine(user, guest, "talker", *NO_NETWORK).boot()
    log = pathlib.Path(machine.state["directory"], "console.log")
    try:
        assert "is large" not in owrun(user, "doctor").stdout
        space = os.statvfs(log)
        # As if the guest had printed so much; it has blocks, and so is not sparse.
        with open(log, "ab") as stream:
            os.posix_fallocate(stream.fileno(), 0, space.f_bavail * space.f_frsize // 8)
        said = owrun(user, "doctor").stdout
        assert "the console log of VM 'talker' is large" in said, said
        assert f"truncate -s 0 {log}" in said
        assert user.run("truncate", "-s", "0", str(log)).returncode == 0
        assert "is large" not in owrun(user, "doctor").stdout
        with machine.console() as console:
            console.login()
            console.run("echo after-that")
        # What comes is at the beginning, not behind a hole.
        text = owrun(user, "log", "talker").stdout
        assert "after-that" in text and "\0" not in text
    finally:
        machine.quit()
