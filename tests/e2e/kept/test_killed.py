# SPDX-License-Identifier: MIT
"""What is killed with -9 leaves nothing that is in the way, and nothing for ever: all of HOME is
compared."""
import fcntl
import os
import pathlib
import shutil
import signal
import struct
import subprocess
import time

import pytest

import network
import processes
import rootfs
from machine import NO_NETWORK, Machine, done_well, owrun

OWRUN = "/usr/local/bin/owrun"
# What is made once, and is of no VM.
PLACES = {".local/share/owvm/.images", ".local", ".local/share", ".local/share/owvm",
          ".local/state", ".local/state/owvm", ".local/state/owvm/ended", ".local/state/owvm/run",
          ".local/share/owvm/.backing.json", ".local/share/owvm/.lock", ".cache", ".cache/owvm",
          ".cache/owvm/temporary"}


def tree(user):
    """All that is in HOME, but for the places."""
    home = pathlib.Path(user.home)
    return {str(path.relative_to(home)) for path in home.rglob("*")} - PLACES


@pytest.fixture(name="user")
def fixture_user(alice):
    alice.vms = pathlib.Path(alice.home, ".local/share/owvm")
    alice.run("qemu-img", "create", "-q", "-f", "qcow2", pathlib.Path(alice.home, "n.qcow2"), "1M")
    before = tree(alice)
    yield alice
    assert tree(alice) == before
    pathlib.Path(alice.home, "n.qcow2").unlink()
    for name in (".local", ".cache"):
        shutil.rmtree(pathlib.Path(alice.home, name), ignore_errors=True)


@pytest.fixture(name="fatal")
def fixture_fatal(user):
    """A PATH on which qemu-img kills who started it, when the disk is half made."""
    tool = pathlib.Path(user.home, "tools/qemu-img")
    tool.parent.mkdir()
    tool.write_text("#!/bin/sh\nkill -9 $PPID\n", encoding="ascii")
    tool.chmod(0o755)
    yield f"{tool.parent}:{os.environ['PATH']}"
    shutil.rmtree(tool.parent)


def kill_create(user, path):
    done = owrun(user, "create", "n", "n.qcow2", env={"PATH": path})
    assert done.returncode == -signal.SIGKILL
    left = {entry.name for entry in (user.vms / "n").iterdir()}
    assert left == {".disk.qcow2.new", ".lock"}


def test_the_next_create_takes_the_place_of_one_that_was_killed(user, fatal):
    kill_create(user, fatal)
    done_well(user, "create", "n", "n.qcow2")
    assert {path.name for path in (user.vms / "n").iterdir()} == {"disk.qcow2", "vm.conf"}
    assert done_well(user, "rm", "n").stdout == "n: removed\n"


def test_rm_removes_what_a_create_that_was_killed_has_left(user, fatal):
    kill_create(user, fatal)
    assert done_well(user, "rm", "n").stdout == "n: removed\n"
    assert not (user.vms / "n").exists()


@pytest.mark.parametrize("names", ((".disk.qcow2.new", "disk.qcow2"),
                                   (".disk.qcow2.new", "disk.qcow2", ".vm.conf.new"),
                                   (".vm.conf.new",)))
def test_between_its_last_steps_too(user, names):
    """As the links leave it, one after the other."""
    (user.vms / "n").mkdir(parents=True)
    for name in names:
        if name == "disk.qcow2":
            os.link(user.vms / "n" / names[0], user.vms / "n" / name)
        else:
            (user.vms / "n" / name).write_text("half", encoding="ascii")
    subprocess.run(("chown", "-R", user.name, pathlib.Path(user.home, ".local")), check=True)
    done_well(user, "create", "n", "n.qcow2")
    assert {path.name for path in (user.vms / "n").iterdir()} == {"disk.qcow2", "vm.conf"}
    assert b"half" not in (user.vms / "n" / "disk.qcow2").read_bytes()[:4]
    done_well(user, "rm", "n")


def killed_after(user, delay, *words):
    process = subprocess.Popen((OWRUN, *words), user=user.uid, group=user.gid, cwd=user.home,
                               extra_groups=user.groups, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL,
                               env={"PATH": os.environ["PATH"], "HOME": user.home})
    time.sleep(delay)
    process.kill()
    process.wait()
    # Children that it had end by themselves.
    assert network.wait_until(lambda: not processes.of_user(user.uid))


DELAYS = (0.003, 0.01, 0.03, 0.1)


def test_a_create_that_is_killed_at_some_moment(user):
    for delay in DELAYS:
        killed_after(user, delay, "create", "n", "n.qcow2")
        done = owrun(user, "create", "n", "n.qcow2")
        assert done.returncode == 0 or "VM 'n' is there already" in done.stderr, done.stderr
        done_well(user, "rm", "n")


def test_a_pull_that_is_killed_at_some_moment(user):
    for delay in DELAYS:
        killed_after(user, delay, "pull", "./n.qcow2")
        done_well(user, "pull", "./n.qcow2")
        done_well(user, "images", "rm", "n")


@pytest.fixture(name="image", params=("raw", "qcow2"))
def fixture_image(user, request):
    """One of a small system, with the tar of which it is."""
    place = pathlib.Path(user.home, "image")
    user.run("mkdir", place)
    (place / "root.tar").write_bytes(rootfs.tar(rootfs.busybox()))
    done_well(user, "mkimage", place / "root.tar", "-o", place / "r.img", "--size", "24M")
    if request.param == "qcow2":
        user.run("qemu-img", "convert", "-O", "qcow2", place / "r.img", place / "r.qcow2")
        (place / "r.img").unlink()
        yield place / "r.qcow2"
    else:
        yield place / "r.img"
    shutil.rmtree(place)


def killed_often(user, *words, undo=None):
    """At several moments: then the same does well, and all that is in HOME is as after it."""
    done_well(user, *words)
    after = tree(user)
    for delay in (*DELAYS[1:], 0.3):
        if undo:
            done_well(user, *undo)
        killed_after(user, delay, *words)
        done = owrun(user, *words)
        assert done.returncode == 0 or " already" in done.stderr, done.stderr
        assert tree(user) == after, delay
    if undo:
        done_well(user, *undo)


def test_an_image_that_is_being_changed(user, image):
    killed_often(user, "inject", image, "n.qcow2:/root/")
    if image.suffix == ".img":
        killed_often(user, "chroot", image, "--", "touch", "/etc/x")
        killed_often(user, "mkimage", image.parent / "root.tar", "-o", image.parent / "m.img",
                     "--size", "24M", "--force")


def test_what_a_killed_inject_has_left_is_removed_while_another_is_not(user, image):
    """A copy that is in use has a lock."""
    others = [image.parent / f".{image.name}{end}"
              for end in (".backup", ".owrun-backup2", ".owrun")]
    left = image.parent / f".{image.name}.owrun-a1b2c3"
    used = image.parent / f".{image.name}.owrun-d4e5f6"
    for path in (*others, left, used):
        user.run("touch", path)
    with open(used, "wb") as stream:
        fcntl.fcntl(stream, fcntl.F_OFD_SETLK, struct.pack("hhqqi4x", fcntl.F_WRLCK, 0, 0, 1, 0))
        done_well(user, "inject", image, "n.qcow2:/root/")
    assert not left.exists() and all(path.exists() for path in (*others, used))
    done_well(user, "inject", image, "n.qcow2:/root/")
    assert not used.exists() and all(path.exists() for path in others)


def test_a_kept_vm_that_is_being_changed(user):
    done_well(user, "create", "n", "n.qcow2", *NO_NETWORK)
    killed_often(user, "snapshot", "n", "s", undo=("snapshot", "rm", "n", "s"))
    done_well(user, "snapshot", "n", "s")
    killed_often(user, "clone", "n", "m", undo=("rm", "m"))
    done_well(user, "rm", "n")


@pytest.mark.parametrize("words", (("snapshot", "n", "s2"), ("restore", "n", "s1")))
def test_an_overlay_that_no_snapshot_has(user, fatal, words):
    done_well(user, "create", "n", "n.qcow2", *NO_NETWORK)
    done_well(user, "snapshot", "n", "s1")
    before = tree(user)
    assert owrun(user, *words, env={"PATH": fatal}).returncode == -signal.SIGKILL
    assert len(tree(user) - before) == 2
    done_well(user, "snapshot", "n", "s3")
    done_well(user, "snapshot", "rm", "n", "s3")
    assert tree(user) == before
    assert owrun(user, *words, env={"PATH": fatal}).returncode == -signal.SIGKILL
    assert done_well(user, "rm", "n").stdout == "n: removed\n"
    assert not (user.vms / "n").exists()


def test_a_removal_of_a_snapshot_that_is_killed_between_two_steps(user, guest, fatal):
    """The disk says by then what is below it, and no start asks whether that is right."""
    real = shutil.which("qemu-img")
    (pathlib.Path(user.home, "tools/qemu-img")).write_text(
        f'#!/bin/sh\n{real} "$@"\n[ "$1" != rebase ] || kill -9 $PPID\n', encoding="ascii")
    machine = Machine(user, guest, "n", "--disk", "n.qcow2", *NO_NETWORK)
    machine.create()
    for label in ("s1", "s2"):
        done_well(user, "snapshot", "n", label)
    done = owrun(user, "snapshot", "rm", "n", "s1", env={"PATH": fatal})
    assert done.returncode == -signal.SIGKILL
    machine.as_kept().start().quit()
    done_well(user, "snapshot", "rm", "n", "s1")
    machine.start().quit()
    done_well(user, "rm", "n")


def test_a_vm_that_was_only_run_leaves_nothing_where_vms_are_kept(user, guest):
    """So that a directory that is moved there gets its name, and is not moved into another."""
    machine = Machine(user, guest, "vm", "--lan", "none", "--wan", "user", "--forward",
                      "wan:0:80").start()
    machine.quit()
    assert not (user.vms / "vm").exists()
    ports = pathlib.Path(user.home, ".local/state/owvm/run/vm/remembered.json")
    assert ports.stat().st_mode & 0o777 == 0o600
    done_well(user, "create", str(pathlib.Path(user.home, "elsewhere")), "n.qcow2", *NO_NETWORK)
    user.run("mkdir", "-p", user.vms)
    user.run("mv", pathlib.Path(user.home, "elsewhere"), user.vms / "vm")
    assert (user.vms / "vm" / "vm.conf").exists()
    assert done_well(user, "rm", "vm").stdout == "vm: removed\n"
