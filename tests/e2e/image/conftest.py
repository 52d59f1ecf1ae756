# SPDX-License-Identifier: MIT
"""A mirror of OpenWrt's releases, a user who has the key to them, an image to run commands in."""
import os
import pathlib
import shutil
import tarfile

import pytest

import images
import rootfs
from machine import owrun
from mirror import Mirror
from release import KEY, VERSIONS, Release, put_versions
from rootfs import device, member

CAPABILITY = bytes.fromhex("0100000200200000000000000000000000000000")


@pytest.fixture(scope="module")
def mirror(installed):
    server = Mirror()
    yield server
    server.close()


@pytest.fixture(scope="module")
def made(mirror):
    """By their version."""
    return {**{version: Release(mirror, KEY, version) for version in (*VERSIONS, "snapshot")},
            "arm": Release(mirror, KEY, "23.05.10", "armsr/armv8"),
            "old": Release(mirror, KEY, "22.03.5", "armvirt/64").as_before_23()}


@pytest.fixture
def releases(mirror, made):
    """All is as it should be."""
    put_versions(mirror, VERSIONS, "23.05.10")
    fresh = {version: release.fresh().put() for version, release in made.items()}
    mirror.requests.clear()
    yield fresh
    mirror.files.clear()


@pytest.fixture
def user(alice):
    key = pathlib.Path(alice.home, "key.pub")
    key.write_bytes(KEY.public())
    os.chown(key, alice.uid, alice.gid)
    yield alice
    key.unlink()
    images.forget(alice)


@pytest.fixture(scope="module")
def inside_place(alice):
    path = pathlib.Path(alice.home, "chroot")
    alice.run("mkdir", "-m", "700", path)
    yield path
    shutil.rmtree(path)


@pytest.fixture(scope="module")
def fresh(alice, inside_place):
    """An image that nothing was done to."""
    (inside_place / "root.tar").write_bytes(rootfs.tar(rootfs.busybox(
        device("dev/odd", tarfile.BLKTYPE, 7, 300), member("etc/owned", uid=70000, gid=70001),
        member("etc/mine", uid=1000, gid=100, mode=0o4755, pax_headers={
            "SCHILY.xattr.user.note": "a note",
            "SCHILY.xattr.security.capability": CAPABILITY.decode("latin-1")}))))
    done = owrun(alice, "mkimage", inside_place / "root.tar", "-o", inside_place / "fresh.img",
                 "--size", "24M")
    assert done.returncode == 0, done.stderr
    return inside_place / "fresh.img"


@pytest.fixture
def image(alice, inside_place, fresh):
    path = inside_place / "r.img"
    alice.run("cp", "--sparse=always", fresh, path)
    path.chmod(0o640)
    yield path
    path.unlink()
    assert sorted(os.listdir(inside_place)) == ["fresh.img", "root.tar"]


@pytest.fixture(scope="module")
def packages():
    mirror = Mirror()
    yield mirror
    mirror.close()
