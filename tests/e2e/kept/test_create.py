# SPDX-License-Identifier: MIT
"""owrun create: what is there already stays as it is, and what fails leaves nothing."""
import os
import pathlib
import shlex
import shutil
import signal
import subprocess

import pytest

import network
import service
from exchange import exchanging
from machine import NO_NETWORK, Machine, owrun

SECRET = b"what nobody else may read\n"
TRIES = 20


@pytest.fixture(scope="module")
def user(alice, running):
    home = pathlib.Path(alice.home, ".local/share/owvm")
    alice.run("mkdir", "-p", home)
    alice.vms = home
    path = pathlib.Path(alice.home, "n.qcow2")
    alice.run("qemu-img", "create", "-q", "-f", "qcow2", path, "1M")
    return alice


def test_a_disk_that_is_of_no_vm_is_not_overwritten(user):
    disk = user.vms / "h" / "disk.qcow2"
    user.run("mkdir", disk.parent)
    disk.write_text("the data", encoding="ascii")
    os.chown(disk, user.uid, user.gid)
    done = owrun(user, "create", "h", "n.qcow2")
    assert done.returncode == 1 and len(done.stderr.splitlines()) == 1
    assert f"'{disk}' is there already, and of no VM; 'owrun create --disk {disk} h'" in done.stderr
    assert disk.read_text(encoding="ascii") == "the data"
    assert [path.name for path in disk.parent.iterdir()] == ["disk.qcow2"]


@pytest.fixture
def slow(user):
    """slow() starts owrun create n n.qcow2 with a qemu-img that takes its time."""
    places = pathlib.Path(user.home, "slow")
    places.mkdir(mode=0o755)
    program = places / "qemu-img"
    program.write_text(f'#!/bin/sh\nsleep 1\nexec {shutil.which("qemu-img")} "$@"\n',
                       encoding="ascii")
    program.chmod(0o755)
    yield lambda: subprocess.Popen(
        (service.OWRUN, "create", "n", "n.qcow2"), user=user.uid, group=user.gid,
        extra_groups=user.groups, cwd=user.home,
        env={"PATH": f"{places}:{os.environ['PATH']}", "HOME": user.home},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    shutil.rmtree(places)


def test_of_two_at_once_one_makes_the_vm_and_the_other_says_so(user, slow):
    both = [slow(), slow()]
    said = [process.communicate(timeout=30)[1] for process in both]
    assert sorted(process.returncode for process in both) == [0, 1], said
    assert "another 'owrun create' is just making VM 'n' in '" in "".join(said)
    assert sorted(path.name for path in (user.vms / "n").iterdir()) == ["disk.qcow2", "vm.conf"]
    done = owrun(user, "create", "n", "n.qcow2")
    assert done.returncode == 1 and "VM 'n' is there already" in done.stderr
    assert owrun(user, "rm", "n").stdout == "n: removed\n"


@pytest.mark.parametrize("number", (signal.SIGINT, signal.SIGTERM, signal.SIGHUP))
def test_what_is_interrupted_leaves_nothing(user, slow, number):
    process = slow()
    assert network.wait_until((user.vms / "n" / ".disk.qcow2.new").exists)
    process.send_signal(number)
    assert process.communicate(timeout=10)[1] == "owrun: interrupted\n"
    assert process.returncode == 1 and not (user.vms / "n").exists()


@pytest.mark.parametrize("name", ["x" * 250, "k ;", "k #1", "~", "'k'", "$HOME"])
def test_a_path_of_whatever_name_is_read_as_it_was_written(user, name):
    kernel = pathlib.Path(user.home, name)
    kernel.write_bytes(b"k")
    kernel.chmod(0o644)
    done = owrun(user, "create", "h6", "--nic", "none", "--kernel", str(kernel), "--append",
                 "a ;b " * 100 + "c")
    assert done.returncode == 0, done.stderr
    done = owrun(user, "run", "--dry-run", "h6")
    words = shlex.split(done.stdout.replace("\\\n", ""), comments=True)
    assert done.returncode == 0 and words[words.index("-kernel") + 1] == str(kernel)
    assert words[words.index("-append") + 1].startswith("a ;b " * 100 + "c")
    assert owrun(user, "rm", "h6").returncode == 0
    kernel.unlink()


@pytest.mark.parametrize("options", [("--append", "a\nb"), ("--append", "a ")])
def test_what_vm_conf_cannot_hold_is_told_before_anything_is_made(user, options):
    done = owrun(user, "create", "--kernel", "/k", *options, "h2", "n.qcow2")
    assert done.returncode == 1 and "cannot stand in a vm.conf" in done.stderr
    assert not (user.vms / "h2").exists()


def test_an_image_that_cannot_be_copied_leaves_nothing(user):
    for image in ("none.qcow2", "wrong.qcow2"):
        pathlib.Path(user.home, "wrong.qcow2").write_text("no image", encoding="ascii")
        done = owrun(user, "create", "h3", image)
        assert done.returncode == 1 and not (user.vms / "h3").exists(), done.stderr


def test_a_directory_of_the_users_stays_when_it_fails(user):
    user.run("mkdir", user.vms / "h4")
    assert owrun(user, "create", "h4", "none.qcow2").returncode == 1
    assert list((user.vms / "h4").iterdir()) == []
    own = user.vms / "h4" / "disk.qcow2"
    own.write_text("half", encoding="ascii")
    os.chown(own, user.uid, user.gid)
    done = owrun(user, "create", "h4", "n.qcow2")
    assert done.returncode == 1 and f"'{own}' is there already, and of no VM" in done.stderr
    assert own.read_text(encoding="ascii") == "half"


def test_what_a_guest_put_below_an_image_is_not_copied(user):
    """The image was a disk before, and qemu-img plays the QEMU that the guest took over."""
    image = pathlib.Path(user.home, "was-a-disk.qcow2")
    secret = pathlib.Path(user.home, "secret.img")
    secret.write_bytes(b"secret".ljust(1 << 20))
    user.run("qemu-img", "create", "-q", "-f", "qcow2", image, "1M")
    assert owrun(user, "create", "h5", image).returncode == 0
    assert owrun(user, "rm", "h5").returncode == 0
    user.run("qemu-img", "rebase", "-u", "-b", secret, "-F", "raw", image)
    done = owrun(user, "create", "h5", image)
    assert done.returncode == 1 and f"has 'raw:{secret}' below it now" in done.stderr
    assert not (user.vms / "h5").exists()
    assert owrun(user, "create", "--trust-backing", "h5", image).returncode == 0
    assert owrun(user, "rm", "h5").returncode == 0


def test_an_image_brings_no_file_in_secret(user):
    """As one that was downloaded: it names a file of the user's for its data, or by a description
    of QEMU's, or by a file below it that is an image itself."""
    secret = pathlib.Path(user.home, "secret.img")
    secret.write_bytes(b"secret".ljust(1 << 20))
    image, below = (pathlib.Path(user.home, name) for name in ("data.qcow2", "below.qcow2"))
    user.run("qemu-img", "create", "-q", "-f", "qcow2", "-o",
             f"data_file={user.home}/notyet.img,data_file_raw=on", image, "1M")
    image.write_bytes(image.read_bytes().replace(b"notyet.img", b"secret.img"))
    done = owrun(user, "create", "h9", image)
    assert done.returncode == 1 and "keeps its data in another file" in done.stderr
    user.run("qemu-img", "create", "-q", "-f", "qcow2", "-b", secret, "-F", "raw", below)
    described = f'json:{{"driver":"raw","file":{{"driver":"file","filename":"{secret}"}}}}'
    for what in (described, below):
        user.run("qemu-img", "create", "-q", "-u", "-f", "qcow2", "-F", "raw", "-b", what, image,
                 "1M")
        # Whose format it does not say.
        image.write_bytes(image.read_bytes().replace(b"\xe2\x79\x2a\xca", b"none"))
        done = owrun(user, "create", "h9", image)
        assert done.returncode == 1 and not (user.vms / "h9").exists(), done.stderr
    for path in (secret, image, below):
        path.unlink()


def test_a_file_beside_vm_conf_is_not_overwritten(user):
    user.run("mkdir", user.vms / "h6")
    other = user.vms / "h6" / "vm.conf.new"
    user.run("sh", "-c", f"echo mine >{other}")
    done = owrun(user, "create", "h6", "n.qcow2")
    assert done.returncode == 0, done.stderr
    assert {path.name for path in other.parent.iterdir()} == {
        "vm.conf.new", "vm.conf", "disk.qcow2"}
    assert owrun(user, "rm", "h6").returncode == 0
    assert other.read_text(encoding="ascii") == "mine\n"


def test_a_vm_that_was_created_can_be_moved_with_its_snapshots(user, guest):
    image = pathlib.Path(user.home, "moved.img")
    image.write_bytes(b"moved".ljust(1 << 20, b"\0"))
    machine = Machine(user, guest, "old/vm", *NO_NETWORK)
    done = owrun(user, "create", "./old/vm", str(image), *machine.arguments[2:])
    assert done.returncode == 0, done.stderr
    directory = pathlib.Path(user.home, "old/vm")
    assert "\ndisk = disk.qcow2\n" in (directory / "vm.conf").read_text(encoding="utf-8")
    assert owrun(user, "snapshot", "old/vm", "s1").returncode == 0
    moved = directory.rename(pathlib.Path(user.home, "new"))
    done = owrun(user, "run", "-d", "./new")
    assert done.returncode == 0, done.stderr
    assert owrun(user, "stop", "--timeout", "0", "./new").returncode == 0
    assert owrun(user, "restore", "./new", "s1").returncode == 0
    assert owrun(user, "rm", "./new").returncode == 0
    assert not moved.exists()


def test_what_becomes_a_symlink_meanwhile_is_not_copied(user, carol):
    """A raw image of another user's, and a symlink to a file of this one's, take turns."""
    secret = pathlib.Path(user.home, "secret")
    user.run("sh", "-c", f"umask 77; head -c 1M /dev/zero >{secret}")
    secret.write_bytes(SECRET + bytes((1 << 20) - len(SECRET)))
    carol.run("sh", "-c", f"mkdir place; truncate -s 1M place/x.img; ln -s {secret} place/link")
    place = pathlib.Path(carol.home, "place")
    copy = user.vms / "copied" / "disk.qcow2"
    leaked = made = 0
    with exchanging(carol, place / "x.img", place / "link"):
        for _ in range(TRIES):
            made += owrun(user, "create", "copied", place / "x.img").returncode == 0
            leaked += copy.exists() and SECRET in copy.read_bytes()
            owrun(user, "rm", "copied")
    shutil.rmtree(place)
    secret.unlink()
    assert made > 0 and leaked == 0, f"{leaked} of {made} leaked"
