# SPDX-License-Identifier: MIT
"""owrun inject: files get into images of every kind, whole or not at all."""
import os
import pathlib
import shutil
import signal
import subprocess
import tarfile
import time

import pytest

import images
import insides
import service
from exchange import exchanging
from machine import NO_NETWORK, done_well, owrun, refused

MIB = 1 << 20
SECRET = "what nobody else may read"
NAMES = 100
TRIES = 10
PAUSE = 0.0005  # seconds


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    return insides.make_tree(tmp_path_factory.mktemp("root"))


@pytest.fixture
def files(alice):
    """A directory of alice's with something of every kind."""
    place = pathlib.Path(alice.home, "files")
    script = ("mkdir -p files/etc/config files/lib; echo one >files/etc/config/one;"
              "echo run >files/lib/run; chmod 4750 files/lib/run; ln -s one files/etc/config/two;"
              "mkfifo files/fifo; touch -d @1000000000 files/etc/config/one")
    assert alice.run("sh", "-c", script).returncode == 0
    os.mknod(place / "null", 0o20666, os.makedev(1, 3))
    yield place
    shutil.rmtree(place)


@pytest.fixture
def image(alice, tree):
    made = []

    def make(kind="raw", name="d.img", **options):
        made.append(insides.make(alice, name, tree, kind, **options))
        return made[-1]
    yield make
    for path in made:
        assert insides.left_beside(path) == []
        path.unlink(missing_ok=True)


def expect_files(path, kind="raw"):
    """The files are where they should be, root's, and e2fsck finds nothing."""
    insides.check(path, kind)
    assert insides.read(path, "/etc/config/one", kind) == "one\n"
    one = insides.ask(path, "stat /etc/config/one", kind)
    assert "User:     0   Group:     0" in one and "mtime: 0x3b9aca00" in one
    # /lib is a symlink in the image, and stays one.
    assert "Mode:  04750" in insides.ask(path, "stat /bin/run", kind)
    assert "Type: symlink" in insides.ask(path, "stat /lib", kind)
    assert 'Fast link dest: "one"' in insides.ask(path, "stat /etc/config/two", kind)
    assert "Type: FIFO" in insides.ask(path, "stat /fifo", kind)
    assert "Device major/minor number: 01:03" in insides.ask(path, "stat /null", kind)
    assert "DISTRIB_RELEASE" in insides.read(path, "/etc/openwrt_release", kind)


@pytest.mark.parametrize("kind", insides.OFFSETS)
def test_t48_t49_a_directory_gets_into_a_raw_image(kind, alice, files, image):
    path = image(kind)
    path.chmod(0o640)
    done_well(alice, "inject", path, f"{files}:/")
    expect_files(path, kind)
    assert path.stat().st_mode & 0o777 == 0o640 and path.stat().st_uid == alice.uid
    before = insides.ask(path, "stat /", kind)
    done_well(alice, "inject", path, f"{files}/:/")
    expect_files(path, kind)
    assert "Mode:  0755" in before


def test_into_a_qcow2_image(alice, files, image):
    path = image("dos")
    qcow2 = pathlib.Path(alice.home, "d.qcow2")
    alice.run("qemu-img", "convert", "-O", "qcow2", path, qcow2)
    done_well(alice, "inject", qcow2, f"{files}:/")
    assert insides.left_beside(qcow2) == []
    alice.run("qemu-img", "convert", "-O", "raw", qcow2, path)
    expect_files(path, "dos")
    qcow2.unlink()


@pytest.mark.parametrize("kind", ("dos", "gpt"))
def test_beside_a_squashfs(kind, alice, files, tree, tmp_path):
    path = insides.make_squashfs(alice, "d.img", tree, kind)
    if kind == "gpt":
        programs = {"PATH": "/nowhere"}
        done = owrun(alice, "inject", path, f"{files}:/", env=programs)
        assert done.returncode == 1 and "needs 'mcopy'" in done.stderr
    done_well(alice, "inject", path, f"{files}:/", f"{files}/etc/config/one:/root/", "--recipe",
              "hostname=x")
    archive = tmp_path / "s.tgz"
    if kind == "dos":
        insides.tool("e2fsck", "-fn", f"{path}?offset=262144")
        insides.tool("debugfs", "-R", f"dump /sysupgrade.tgz {archive}", f"{path}?offset=262144")
    else:
        insides.tool("mcopy", "-n", "-i", f"{path}@@262144", "::/sysupgrade.tgz", archive)
    with tarfile.open(archive) as tar:
        members = {member.name: member for member in tar}
        assert set(members) == {"etc/config/one", "etc/config/two", "fifo", "lib/run", "null",
                                "root/one", "etc/uci-defaults/90-owrun-hostname"}
        assert tar.extractfile("root/one").read() == b"one\n"
    assert members["lib/run"].mode == 0o4750 and members["null"].ischr()
    assert {member.uid for member in members.values()} == {0}
    assert insides.left_beside(path) == []
    assert "squashfs, which owrun does not read" in refused(alice, "cat", f"{path}:/etc/shadow")
    path.unlink()


def test_a_file_goes_where_it_is_said(alice, files, image):
    path = image()
    one = files / "etc/config/one"
    done_well(alice, "inject", path, f"{one}:/etc", f"{one}:/new/dir/", f"{one}:/a/b", "--owner",
              "100000:7", f"{files / 'etc'}:/etc2")
    insides.check(path)
    for inside in ("/etc/one", "/new/dir/one", "/a/b", "/etc2/config/one"):
        assert insides.read(path, inside) == "one\n"
        assert "User: 100000   Group:     7" in insides.ask(path, f"stat {inside}")
    # Directories on the way are root's.
    assert "User:     0" in insides.ask(path, "stat /new/dir")


def test_what_is_replaced_is_freed(alice, files, image):
    path = image()
    big = files / "etc/config/one"
    big.write_bytes(os.urandom(13 * MIB))
    for _ in range(4):
        done_well(alice, "inject", path, f"{big}:/big")
        insides.check(path)
    assert refused(alice, "inject", path, f"{files}:/more").endswith("the image is full")
    insides.check(path)
    assert "more" not in insides.names(path)


def test_a_disk_that_was_not_unmounted_is_repaired_first(alice, files, image):
    path = image(features="has_journal")
    insides.tool("debugfs", "-w", "-R", "feature needs_recovery", path)
    done_well(alice, "inject", path, f"{files}:/")
    expect_files(path)
    insides.tool("debugfs", "-w", "-R", "ssv state 2", path)
    insides.tool("debugfs", "-w", "-R", "clri /etc", path)
    before = path.read_bytes()
    assert "its ext4 has errors" in refused(alice, "inject", path, f"{files}:/")
    assert path.read_bytes() == before


def test_a_vm_that_runs_keeps_its_disk(alice, files, image):
    path = image()
    done_well(alice, "run", "-d", "--name", "one", "--accel", "tcg", *NO_NETWORK, "--disk", path)
    before = path.stat().st_ino
    assert "in use by a VM that writes to it" in refused(alice, "inject", path, f"{files}:/")
    assert path.stat().st_ino == before
    done_well(alice, "kill", "one")
    done_well(alice, "inject", path, f"{files}:/")
    expect_files(path)


def test_the_disk_of_a_vm_stands_alone_afterwards(alice, files, image):
    path = image("dos", "pulled.img")
    done_well(alice, "pull", "--quiet", path)
    done_well(alice, "create", "one", "pulled")
    cached = images.directory(alice) / "pulled.img"
    before = cached.read_bytes()
    for name in ("pulled", cached):
        said = refused(alice, "inject", name, f"{files}:/")
        assert "is of the store" in said and "'owrun create VM" in said
    done = done_well(alice, "inject", "one", f"{files}:/")
    assert "is all there now, and stands on no other image" in done.stderr
    assert done_well(alice, "inject", "one", f"{files}:/").stderr == ""
    disk = pathlib.Path(alice.home, ".local/share/owvm/one/disk.qcow2")
    assert cached.read_bytes() == before and insides.left_beside(disk) == []
    alice.run("qemu-img", "convert", "-O", "raw", disk, path)
    expect_files(path, "dos")
    done_well(alice, "run", "-d", *NO_NETWORK, "--accel", "tcg", "one")
    assert "VM 'one' is running" in refused(alice, "inject", "one", f"{files}:/")
    done_well(alice, "kill", "one")
    done_well(alice, "snapshot", "one", "s")
    assert "has snapshots" in refused(alice, "inject", "one", f"{files}:/")
    done_well(alice, "rm", "one")
    images.forget(alice)


def test_a_secret_does_not_come_by_a_backing_file(alice, files, image):
    path = image()
    evil = pathlib.Path(alice.home, "evil.qcow2")
    alice.run("qemu-img", "create", "-q", "-f", "qcow2", "-F", "raw", "-b", path, evil)
    for arguments in (("inject", evil, f"{files}:/"), ("cat", f"{evil}:/etc/shadow")):
        assert f"has '{path}' below it" in refused(alice, *arguments)
    assert insides.left_beside(evil) == []
    evil.unlink()


def test_what_makes_no_sense_is_refused_and_stays(alice, files, image):
    path = image("dos")
    for offset, data in ((446 + 16 + 8, b"\xff\xff\xff\xff"), (446 + 16 + 8, b"\0\4\0\0"),
                         (17301504 + 1024 + 4, b"\xff\xff\xff\x7f"),
                         (17301504 + 1024 + 56, b"\0\0")):
        with open(path, "r+b") as file:
            file.seek(offset)
            old = file.read(len(data))
            file.seek(offset)
            file.write(data)
        before = path.read_bytes()
        assert refused(alice, "inject", path, f"{files}:/").startswith(f"owrun: image '{path}': ")
        assert path.read_bytes() == before
        with open(path, "r+b") as file:
            file.seek(offset)
            file.write(old)
    done = owrun(alice, "inject", path)
    assert done.returncode == 2 and "needs SRC:DEST, or '--recipe'" in done.stderr
    assert "is not SRC:DEST" in refused(alice, "inject", path, "files")
    assert f"cannot read '{files}/none'" in refused(alice, "inject", path, f"{files}/none:/")
    done_well(alice, "inject", path, f"{files}:/")
    expect_files(path, "dos")


@pytest.mark.parametrize("number", (signal.SIGKILL, signal.SIGTERM))
def test_whoever_is_ended_leaves_the_image_as_it_was(number, alice, files, image):
    path = image()
    before = path.read_bytes()
    with open(files / "big", "wb") as file:
        file.truncate(8 << 30)
    # Zeros take no room, and their time.
    process = subprocess.Popen(
        (service.OWRUN, "inject", path, f"{files}:/"), user=alice.uid, group=alice.gid,
        extra_groups=alice.groups, cwd=alice.home, env={"PATH": os.environ["PATH"],
                                                        "HOME": alice.home})
    deadline = time.monotonic() + 20
    while not insides.left_beside(path) and time.monotonic() < deadline:
        time.sleep(0.01)
    time.sleep(0.2)
    process.send_signal(number)
    assert process.wait() in (-number, 1)
    (files / "big").unlink()
    assert path.read_bytes() == before
    for name in insides.left_beside(path):
        (path.parent / name).unlink()
    done_well(alice, "inject", path, f"{files}:/")
    expect_files(path)


@pytest.fixture
def strangers(alice, carol):
    """A directory of carol's, and one of alice's with files that only she can read."""
    private, place = pathlib.Path(alice.home, "private"), pathlib.Path(carol.home, "place")
    script = f"""umask 77; mkdir private
        for i in $(seq {NAMES}); do echo '{SECRET}' >private/$i; done"""
    assert alice.run("sh", "-c", script).returncode == 0
    assert carol.run("sh", "-c", f"mkdir -p place/tree; ln -s {private} place").returncode == 0
    yield place / "tree", private
    shutil.rmtree(private)
    shutil.rmtree(place)


def test_another_users_symlink_is_not_followed(alice, carol, image, strangers):
    tree, private = strangers
    carol.run("ln", "-s", private / "1", tree / "x")
    path = image()
    assert "by a symlink of 'carol'" in refused(alice, "inject", path, f"{tree}/x:/etc/x")
    done_well(alice, "inject", path, f"{tree}:/etc")
    leaked = SECRET.encode() in path.read_bytes()
    assert "Type: symlink" in insides.ask(path, "stat /etc/x") and not leaked


def test_what_becomes_a_symlink_meanwhile_is_not_followed_either(alice, carol, image, strangers):
    """A directory and a symlink to alice's take turns; in both are the same names."""
    tree, _ = strangers
    carol.run("sh", "-c", f"mkdir {tree}/d; cd {tree}/d; touch $(seq {NAMES})")
    path, injected = image(), 0
    with exchanging(carol, tree / "d", tree.parent / "private", PAUSE):
        for number in range(TRIES):
            done = owrun(alice, "inject", path, f"{tree}:/turn{number}")
            injected += done.returncode == 0
    leaked = SECRET.encode() in path.read_bytes()
    assert injected > 0 and not leaked
