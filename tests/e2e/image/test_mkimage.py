# SPDX-License-Identifier: MIT
"""owrun mkimage: an image of a root file system that came as a tar (T55-T58). The tar may be
hostile: what is wrong is refused, and leaves nothing."""
import bz2
import gzip
import lzma
import os
import pathlib
import re
import shutil
import signal
import subprocess
import tarfile
import time

import pytest

import rootfs
import service
from machine import NO_NETWORK, owrun
from network import wait_until
from rootfs import debugfs, device, directory, hard_link, member, symlink

MIB = 1 << 20
SIZE = 32
CAPABILITY = bytes.fromhex("0100000200200000000000000000000000000000")
EPOCH = {"SOURCE_DATE_EPOCH": "1700000000"}


@pytest.fixture
def place(alice):
    path = pathlib.Path(alice.home, "make")
    alice.run("mkdir", path)
    yield path
    shutil.rmtree(path)


def make(user, place, data, *options, name="out.img", size=f"{SIZE}M", env=()):
    (place / "in.tar").write_bytes(data)
    return owrun(user, "mkimage", place / "in.tar", "-o", place / name, "--size", size, *options,
                 env=dict(env))


def made(user, place, members, *options, **more):
    data = members if isinstance(members, bytes) else rootfs.tar(members)
    done = make(user, place, data, *options, **more)
    assert done.returncode == 0, done.stderr
    image = place / more.get("name", "out.img")
    rootfs.check(image)
    return image


def refused(user, place, data, *options, **more):
    """The one sentence; nothing is left beside the tar."""
    before = set(os.listdir(place)) | {"in.tar"}
    done = make(user, place, data, *options, **more)
    assert done.returncode == 1 and done.stdout == ""
    assert set(os.listdir(place)) == before
    said, = done.stderr.splitlines()
    return said


def stat(image, path):
    """Mode, uid, gid, links and mtime, as debugfs tells them."""
    said = debugfs(image, f'stat "{path}"')
    fields = [re.search(pattern, said)[1] for pattern in (
        r"Mode: +(\d+)", r"User: +(\d+)", r"Group: +(\d+)", r"Links: (\d+)",
        r"mtime: 0x(\w+)")]
    return (int(fields[0], 8), *map(int, fields[1:4]), int(fields[4], 16))


def strange_members():
    big = b"x" * 5000 + bytes(3 * MIB) + b"end"
    return [
        directory("./", mode=0o711, uid=3, gid=4, mtime=1500000000),
        directory("./d", mode=0o2775, uid=1000, gid=100),
        member("./d/f", content=b"content\n", mode=0o4755, uid=70000, gid=80000),
        hard_link("./d/l", "./d/f"), hard_link("./d/l2", "d/f"),
        symlink("./short", "../d/f", uid=5), symlink("./long", "/" + "y" * 200),
        device("./null", tarfile.CHRTYPE, 1, 3, 0o666),
        device("./disk", tarfile.BLKTYPE, 259, 70000), member("./pipe", tarfile.FIFOTYPE),
        member("./with-attributes", content=b"1", pax_headers={
            "SCHILY.xattr.user.note": "a note",
            "SCHILY.xattr.security.capability": CAPABILITY.decode("latin-1")}),
        member("./gr\u00fc\u00dfe \u4f60", content=b"2"), member("./" + "n" * 255, content=b"3"),
        member("./missing/above/it", content=b"4"), member("./holes", content=big),
        directory("./d", mode=0o2775, uid=1000, gid=100, mtime=1400000000)]


def test_what_is_in_the_tar_is_in_the_image(alice, place):
    image = made(alice, place, strange_members())
    assert image.stat().st_size == SIZE * MIB and image.stat().st_uid == alice.uid
    assert image.stat().st_blocks * 512 < 4 * MIB
    assert stat(image, "/")[:3] == (0o711, 3, 4) and stat(image, "/")[4] == 1500000000
    assert stat(image, "/d") == (0o2775, 1000, 100, 2, 1400000000)
    assert stat(image, "/d/f") == (0o4755, 70000, 80000, 3, 1600000000)
    inodes = {debugfs(image, f"stat /d/{name}").split()[1] for name in ("f", "l", "l2")}
    assert len(inodes) == 1 and rootfs.content(image, "/d/l2") == b"content\n"
    assert 'Fast link dest: "../d/f"' in debugfs(image, "stat /short")
    assert stat(image, "/short")[:2] == (0o777, 5)
    assert rootfs.content(image, "/long") == b"/" + b"y" * 200
    assert "Type: character special    Mode:  0666" in debugfs(image, "stat /null")
    assert re.search(r"Device major/minor number: 0*1:0*3 ", debugfs(image, "stat /null"))
    assert "259:70000" in debugfs(image, "stat /disk").replace("01:", "1:")
    assert "Type: FIFO" in debugfs(image, "stat /pipe")
    attributes = debugfs(image, "ea_list /with-attributes")
    assert 'user.note (6) = "a note"' in attributes
    assert f"security.capability (20) = {CAPABILITY.hex(' ')}" in attributes
    assert rootfs.content(image, "/gr\u00fc\u00dfe \u4f60") == b"2"
    assert rootfs.content(image, "/" + "n" * 255) == b"3"
    assert stat(image, "/missing/above")[:3] == (0o755, 0, 0)
    assert rootfs.content(image, "/holes") == b"x" * 5000 + bytes(3 * MIB) + b"end"


@pytest.mark.parametrize("pack", (
    gzip.compress, lzma.compress,
    lambda data: subprocess.run(("zstd", "-qc"), input=data, capture_output=True,
                                check=True).stdout), ids=("gz", "xz", "zst"))
def test_a_tar_may_be_packed(alice, place, pack):
    image = made(alice, place, pack(rootfs.tar([member("f", content=b"in it")])))
    assert rootfs.content(image, "/f") == b"in it"


@pytest.mark.parametrize("form", (tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT), ids=("ustar", "gnu"))
def test_other_tars(alice, place, form):
    data = rootfs.tar([member("a" * 90 + "/" + "b" * 90, content=b"x"),
                       member("odd\udcff", content=b"y")], form)
    image = made(alice, place, data)
    assert rootfs.content(image, "/" + "a" * 90 + "/" + "b" * 90) == b"x"
    assert "odd" in debugfs(image, "ls -p /")


def test_the_same_tar_makes_the_same_bytes(alice, place):
    one = made(alice, place, strange_members(), name="1.img", env=EPOCH).read_bytes()
    time.sleep(1.1)
    two = made(alice, place, strange_members(), name="2.img", env=EPOCH).read_bytes()
    assert one == two
    assert made(alice, place, strange_members(), name="3.img").read_bytes() != one
    said = make(alice, place, b"", env={"SOURCE_DATE_EPOCH": "yesterday"}).stderr
    assert "SOURCE_DATE_EPOCH is 'yesterday'" in said


def test_t55_t56_t57_t58_the_image_boots(user, place, guest):
    image = made(user, place, rootfs.busybox(name=b"what was a tar\n"))
    (place / "initrd").write_bytes(rootfs.initramfs(guest))
    done = owrun(user, "run", "-d", "--name", "made", *NO_NETWORK, "--accel", "tcg", "--kernel",
                 guest / "vmlinux", "--initrd", place / "initrd", image)
    assert done.returncode == 0, done.stderr
    try:
        done = owrun(user, "wait", "made", "--for", "console:this is what was a tar, root is "
                     "/dev/vda", "--timeout", "60")
        assert done.returncode == 0, owrun(user, "log", "made").stdout
    finally:
        owrun(user, "kill", "made")


A_LINK = symlink("a", "../..")
HOSTILE = {
    "'../x' leads upwards by '..'": [member("../x")],
    "'a/../../x' leads upwards by '..'": [member("a/../../x")],
    "'/etc/x' is an absolute name": [member("/etc/x")],
    "'/a/x' leads through '/a', which is a symlink": [A_LINK, member("a/x")],
    "'/a/b/x' leads through '/a', which is a symlink": [symlink("a", "/etc"), member("a/b/x")],
    "'/d/a/b' leads through '/d/a', which is a symlink":
        [directory("d"), member("d/f"), symlink("d/a", "/"), directory("d/a/b")],
    "'/d/x' leads through '/d', which is a symlink":
        [member("d/f"), hard_link("e", "d/f"), member("e"), symlink("e", "/tmp"),
         symlink("d2", "."), member("d2"), symlink("d", "/")],
    "'/f/x' leads through '/f', which is no directory": [member("f"), member("f/x")],
    "hard link '/l': '../../etc/passwd' leads upwards by '..'":
        [hard_link("l", "../../etc/passwd")],
    "hard link '/l': '/etc/passwd' is an absolute name": [hard_link("l", "/etc/passwd")],
    "hard link '/l': '/a/passwd' leads through '/a', which is a symlink":
        [directory("etc"), member("etc/passwd"), symlink("a", "etc"), hard_link("l", "a/passwd")],
    "hard link '/l': '/none' is not in the image": [hard_link("l", "none")],
    "hard link '/l': '/d' is a directory": [directory("d"), hard_link("l", "d")],
    "its root is no directory": [symlink("./", "/etc")],
    "has an owner that none can be": [member("x", uid=1 << 33)],
    "'/d' is a directory in the image": [directory("d"), member("d")],
}


@pytest.mark.parametrize("sentence", HOSTILE)
def test_a_hostile_tar_is_refused(alice, place, sentence):
    members = HOSTILE[sentence]
    if sentence.startswith("'/d/x' leads"):
        # A directory is not replaced by a symlink either.
        sentence = "'/d' is a directory in the image"
    assert sentence in refused(alice, place, rootfs.tar(members))


def test_names_are_harmless_for_a_terminal(alice, place):
    said = refused(alice, place, rootfs.tar([member("../\x1b[2J")]))
    assert "\x1b" not in said and "[2J" in said


def bomb():
    """A file of 40 GiB, as a tar of a few kilobytes says it has."""
    info, _ = member("bomb")
    info.size = 40 << 30
    return gzip.compress(info.tobuf(tarfile.GNU_FORMAT) + bytes(MIB))


@pytest.mark.parametrize("data, sentence", (
    (bomb(), "what is in it is more than the image, 32 MiB; '--size' makes that larger"),
    (gzip.compress(rootfs.tar([member(f"f{n}", content=bytes(20 * MIB)) for n in range(2)])),
     "what is in it is more than the image, 32 MiB"),
    (gzip.compress(rootfs.tar([member("f", content=os.urandom(31 * MIB))]), 1),
     "'/f' does not fit, the image is full"),
    (rootfs.tar([member(f"{n % 100}/{n}") for n in range(9000)]),
     "does not fit, the image has no inode left"),
    (rootfs.tar([member("f", content=b"x" * 9000)])[:5000], "it cannot be read as a tar: "),
    (gzip.compress(rootfs.tar([member("f", content=os.urandom(9000))]))[:5000],
     "it cannot be read as a tar: "),
    (b"", "it cannot be read as a tar: "),
    (b"no tar at all" * 1000, "it cannot be read as a tar: "),
    (bytes(10240), "it is no tar, or one without files"),
    (bz2.compress(rootfs.tar([member("f")])), "it cannot be read as a tar: "),
), ids=("size", "sum", "full", "inodes", "cut", "packed-cut", "empty", "garbage", "zeros", "bzip2"))
def test_a_tar_that_does_not_fit_or_makes_no_sense(alice, place, data, sentence):
    assert sentence in refused(alice, place, data)


def test_an_image_that_is_there_stays(alice, place):
    image = made(alice, place, [member("f", content=b"old")])
    before = image.read_bytes()
    new = rootfs.tar([member("f", content=b"new")])
    assert f"'{image}' is there already; '--force' replaces it" in refused(alice, place, new)
    refused(alice, place, b"no tar" * 2000, "--force")
    assert image.read_bytes() == before
    image.chmod(0o600)
    made(alice, place, new, "--force")
    assert rootfs.content(image, "/f") == b"new"
    (place / "directory.img").mkdir()
    assert "is a directory" in refused(alice, place, new, "--force", name="directory.img")


def test_the_disk_of_a_vm_that_runs_stays(alice, place):
    image = made(alice, place, [member("f", content=b"old")])
    done = owrun(alice, "run", "-d", "--name", "one", "--accel", "tcg", *NO_NETWORK, image)
    assert done.returncode == 0, done.stderr
    before = image.stat().st_ino
    new = rootfs.tar([member("f", content=b"new")])
    assert "in use by a VM that writes to it" in refused(alice, place, new, "--force")
    assert image.stat().st_ino == before
    assert owrun(alice, "kill", "one").returncode == 0
    made(alice, place, new, "--force")
    assert rootfs.content(image, "/f") == b"new"


def test_what_the_command_line_lacks(alice, place):
    done = make(alice, place, rootfs.tar([member("f")]), size="small")
    assert done.returncode == 2 and "size 'small' is not one" in done.stderr
    said = owrun(alice, "mkimage", place / "in.tar").stderr
    assert "'owrun mkimage' needs '--output IMAGE' and '--size SIZE'" in said
    said = owrun(alice, "mkimage", place / "none", "-o", place / "i", "--size", "9M").stderr
    assert f"'{place}/none': No such file or directory" in said
    said = owrun(alice, "mkimage", place / "in.tar", "-o", place / "n/i", "--size", "9M").stderr
    assert f"cannot make '{place}/n/i': No such file or directory" in said


@pytest.mark.parametrize("number", (signal.SIGTERM, signal.SIGKILL))
def test_one_that_is_ended_leaves_nothing(alice, place, number):
    os.mkfifo(place / "in.tar")
    (place / "in.tar").chmod(0o666)
    process = subprocess.Popen(
        (service.OWRUN, "mkimage", place / "in.tar", "-o", place / "out.img", "--size", "32M"),
        user=alice.uid, group=alice.gid, extra_groups=[], stderr=subprocess.PIPE, text=True)
    with open(place / "in.tar", "wb", buffering=0) as stream:
        stream.write(rootfs.tar([member("f", content=bytes(50000))])[:30000])
        reading = pathlib.Path(f"/proc/{process.pid}/task/{process.pid}/children")
        assert wait_until(lambda: reading.read_text(encoding="ascii"))
        process.send_signal(number)
        _, said = process.communicate(timeout=20)
    assert process.returncode == (1 if number == signal.SIGTERM else -number)
    assert said == ("owrun: interrupted\n" if number == signal.SIGTERM else "")
    assert os.listdir(place) == ["in.tar"]


def test_one_that_waits_for_a_writer_can_be_ended(alice, place):
    os.mkfifo(place / "in.tar")
    (place / "in.tar").chmod(0o666)
    process = subprocess.Popen(
        (service.OWRUN, "mkimage", place / "in.tar", "-o", place / "out.img", "--size", "32M"),
        user=alice.uid, group=alice.gid, extra_groups=[], stderr=subprocess.PIPE, text=True)
    opened = pathlib.Path(f"/proc/{process.pid}/fd")
    assert wait_until(lambda: any("signalfd" in os.readlink(fd) for fd in opened.iterdir()))
    process.send_signal(signal.SIGINT)
    try:
        _, said = process.communicate(timeout=20)
    finally:
        process.kill()
    assert process.returncode == 1 and said == "owrun: interrupted\n"
    assert os.listdir(place) == ["in.tar"]
