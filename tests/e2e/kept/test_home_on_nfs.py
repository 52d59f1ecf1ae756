# SPDX-License-Identifier: MIT
"""A home that is no file system of this host: a file that is open keeps a name when it is removed
(as `.nfs...` on NFS, `.fuse_hidden...` here), and O_TMPFILE is not there."""
import pathlib
import shutil
import subprocess

import pytest

import network
from machine import NO_NETWORK, done_well, owrun


def kept(user):
    return [path.name for path in user.vms.iterdir() if not path.name.startswith(".")]


@pytest.fixture(scope="module")
def user(alice, running):
    below = pathlib.Path("/var/tmp/exported")
    home = pathlib.Path(alice.home, ".local")
    for path in (below, home):
        alice.run("mkdir", "-p", path)
    mounted = subprocess.run(("bindfs", "-o", "allow_other,nonempty", below, home), check=False,
                             capture_output=True, text=True)
    assert mounted.returncode == 0, mounted.stderr
    assert network.wait_until(home.is_mount)
    alice.vms = home / "share/owvm"
    alice.run("qemu-img", "create", "-q", "-f", "qcow2", pathlib.Path(alice.home, "n.qcow2"), "1M")
    yield alice
    subprocess.run(("umount", "-l", home), check=True)
    shutil.rmtree(below)


def test_a_file_that_is_open_keeps_a_name_there(user):
    """What the other tests stand on."""
    path = pathlib.Path(user.home, ".local/open")
    with path.open("wb"):
        path.unlink()
        assert [entry.name[:12] for entry in path.parent.iterdir()] == [".fuse_hidden"]


def test_what_is_removed_is_gone(user):
    done_well(user, "create", "a", "n.qcow2")
    assert done_well(user, "rm", "a").stdout == "a: removed\n"
    assert kept(user) == []


def test_what_cannot_be_made_leaves_nothing(user):
    pathlib.Path(user.home, "wrong.qcow2").write_text("no image", encoding="ascii")
    assert owrun(user, "create", "b", "wrong.qcow2").returncode == 1
    assert kept(user) == []


def test_a_vm_runs_from_there(user, guest):
    done_well(user, "create", "c", "n.qcow2", *NO_NETWORK, "--accel", "tcg", "--memory", "64",
              "--kernel", str(guest / "vmlinux"))
    done_well(user, "run", "-d", "c")
    assert "VM 'c' is running" in owrun(user, "rm", "c").stderr
    done_well(user, "kill", "c")
    done_well(user, "snapshot", "c", "before")
    assert done_well(user, "rm", "c").stdout == "c: removed\n"
    assert kept(user) == []


def test_a_copy_that_cannot_be_made_leaves_nothing(user):
    disk = pathlib.Path(user.home, "gone.img")
    user.run("truncate", "-s", "1M", disk)
    done_well(user, "create", "d", "--disk", str(disk), *NO_NETWORK)
    disk.unlink()
    before = sorted(user.vms.iterdir())
    done = owrun(user, "clone", "d", "e")
    assert done.returncode == 1 and f"cannot copy '{disk}'" in done.stderr
    assert sorted(user.vms.iterdir()) == before
    done_well(user, "rm", "d")
