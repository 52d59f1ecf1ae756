# SPDX-License-Identifier: MIT
"""--disk-size: the disk of a new VM is larger than its image, and where it can be the file system
in it, too, without a boot."""
import json
import pathlib
import re
import struct
import subprocess

import pytest

import images
from machine import owrun

MIB = 1 << 20
FIRST, ROOT = 262144, 17301504  # where OpenWrt's partitions begin
FILE = b"what is in the image\n" * 1000


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=120).stdout


def make_ext4(path, tmp_path, offset, size):
    files = tmp_path / "files"
    files.mkdir(exist_ok=True)
    (files / "file").write_bytes(FILE)
    with path.open("r+b" if path.exists() else "wb") as disk:
        disk.truncate(max(offset + size, path.stat().st_size))
    run("mke2fs", "-q", "-F", "-t", "ext4", "-d", str(files), "-E", f"offset={offset}", str(path),
        f"{size // 1024}K")


def mbr(*partitions):
    """(first byte, bytes) of each"""
    entries = b"".join(struct.pack("<B3sB3sII", 0, bytes(3), 0x83, bytes(3), begin // 512,
                                   size // 512) for begin, size in partitions)
    return bytes(446) + entries.ljust(64, b"\0") + b"\x55\xaa"


def put_mbr(path, *partitions):
    with path.open("r+b") as disk:
        disk.write(mbr(*partitions))


def make(kind, path, tmp_path):
    """An image of 32 MiB of that kind. Gives where its root file system begins."""
    size = 32 * MIB - ROOT
    if kind == "rootfs":
        make_ext4(path, tmp_path, 0, 32 * MIB)
        return 0
    make_ext4(path, tmp_path, ROOT, size)
    if kind == "combined":
        put_mbr(path, (FIRST, 16 * MIB), (ROOT, size))
    elif kind == "broken":
        put_mbr(path, (FIRST, 16 * MIB), (ROOT, size))
        with path.open("r+b") as disk:
            disk.seek(ROOT + 1024 + 4)
            disk.write(b"\xff" * 40)
    elif kind == "not the last":
        put_mbr(path, (ROOT, size - MIB), (32 * MIB - MIB, MIB))
    elif kind == "gpt":
        subprocess.run(("sfdisk", "-q", path), input=f"label: gpt\nstart={ROOT // 512}\n",
                       check=True, text=True, timeout=60)
    return ROOT


@pytest.fixture
def user(alice):
    yield alice
    for vm in json.loads(owrun(alice, "ls", "--json").stdout):
        owrun(alice, "rm", "-f", vm["name"])
    images.forget(alice)


def grown(user, tmp_path, path, pulled, size=64):
    """What is said, the disk, and all that is in it, as a raw file."""
    path.chmod(0o644)
    mine = pathlib.Path(user.home, "grow.img")
    run("install", "-o", user.name, str(path), str(mine))
    if pulled:
        assert owrun(user, "pull", "-q", "--name", "grow", mine).returncode == 0
    done = owrun(user, "create", "--disk-size", f"{size}M", "vm", "grow" if pulled else mine)
    assert done.returncode == 0, done.stderr
    mine.unlink()
    home = pathlib.Path(user.home, ".local/share/owvm/vm")
    assert sorted(entry.name for entry in home.iterdir()) == ["disk.qcow2", "vm.conf"]
    run("qemu-img", "convert", "-O", "raw", str(home / "disk.qcow2"), str(tmp_path / "all"))
    assert (tmp_path / "all").stat().st_size == size * MIB
    return done.stderr, home / "disk.qcow2", tmp_path / "all"


@pytest.mark.parametrize("pulled", [True, False])
@pytest.mark.parametrize("kind", ["rootfs", "combined"])
def test_partition_and_file_system_grow_with_the_disk(user, tmp_path, kind, pulled):
    image = tmp_path / "image"
    offset = make(kind, image, tmp_path)
    before = image.read_bytes()
    said, disk, whole = grown(user, tmp_path, image, pulled)
    assert said == ("owrun: the disk of VM 'vm' has 64.0 MiB now, and its root file system fills "
                    "it\n")
    inside = f"{whole}?offset={offset}"
    run("e2fsck", "-fn", inside)
    blocks, size = (int(re.search(rf"{what}: +(\d+)", run("dumpe2fs", "-h", inside))[1])
                    for what in ("Block count", "Block size"))
    assert 64 * MIB - offset - 8192 < blocks * size <= 64 * MIB - offset
    assert run("debugfs", "-R", "cat /file", inside).encode() == FILE
    if offset:
        assert whole.read_bytes()[:512] == mbr((FIRST, 16 * MIB), (ROOT, 64 * MIB - ROOT))
        assert whole.read_bytes()[512:ROOT] == before[512:ROOT]
    # An overlay has what has changed alone.
    if pulled:
        assert disk.stat().st_size < 2 * MIB
        assert (images.directory(user) / "grow.img").read_bytes() == before


@pytest.mark.parametrize("kind", ["none", "broken", "not the last", "gpt"])
def test_what_cannot_grow_stays_as_it_is(user, tmp_path, kind):
    image = tmp_path / "image"
    make(kind, image, tmp_path)
    said, _, whole = grown(user, tmp_path, image, True)
    assert "has 64.0 MiB now, and its file system what it had; 'owrun help openwrt'" in said
    assert whole.read_bytes() == image.read_bytes() + bytes(32 * MIB)


def test_a_qcow2_image_of_the_users_grows_in_its_copy(user, tmp_path):
    make("rootfs", tmp_path / "image", tmp_path)
    run("qemu-img", "convert", "-O", "qcow2", str(tmp_path / "image"), str(tmp_path / "i.qcow2"))
    mine = pathlib.Path(user.home, "i.qcow2")
    run("install", "-o", user.name, str(tmp_path / "i.qcow2"), str(mine))
    done = owrun(user, "create", "--disk-size", "64M", "vm", mine)
    assert done.returncode == 0 and "root file system fills it" in done.stderr
    said = owrun(user, "create", "--disk-size", "16M", "small", mine).stderr
    assert "is a disk of 32 MiB, which does not shrink to the 16 MiB" in said
    mine.unlink()
