# SPDX-License-Identifier: MIT
"""A real system, Debian of its mirror, as an image: made, changed by its own apt, sound."""
import pathlib

import pytest

import rootfs
from chrooted import shell, stays
from machine import owrun
from rootfs import debugfs

TOP = pathlib.Path(__file__).resolve().parents[3]
TIMEOUT = 400  # seconds, where other tests run beside it
ROOT = TOP / "build/debian-root"
PING = """set -e
rm -f /etc/apt/sources.list.d/*
echo 'deb [trusted=yes] {} ./' >/etc/apt/sources.list
apt-get -qq update
DEBIAN_FRONTEND=noninteractive apt-get -qq -y install iputils-ping 2>&1"""


@pytest.fixture
def debian(alice, inside_place):
    if not (ROOT / "root.tar").exists():
        pytest.skip(f"'{ROOT}' is missing: make it with tests/debian-root/build")
    image = inside_place / "debian.img"
    tar = pathlib.Path("/usr/local/share/debian.tar")
    tar.symlink_to(ROOT / "root.tar")
    done = owrun(alice, "mkimage", tar, "-o", image, "--size", "300M")
    tar.unlink()
    assert done.returncode == 0, done.stderr
    yield image
    image.unlink()


@pytest.fixture
def repository(packages):
    if not (ROOT / "packages").exists():
        pytest.skip(f"'{ROOT}' is missing: make it with tests/debian-root/build")
    for file in (ROOT / "packages").iterdir():
        packages.put(f"/debian/./{file.name}", file.read_bytes())
        packages.put(f"/debian/{file.name}", file.read_bytes())
    return packages.url + "/debian/"


def test_apt_installs_a_package(alice, debian, repository):
    rootfs.check(debian)
    shell(alice, debian, PING.format(repository), options=("--network",), timeout=TIMEOUT)
    assert b"\nPackage: iputils-ping\nStatus: install ok installed\n" in rootfs.content(
        debian, "/var/lib/dpkg/status")
    assert "security.capability (20) = 01 00 00 02 00 20" in debugfs(
        debian, "ea_list /usr/bin/ping")
    # It works, and is removed again; who may do what is as Debian made it.
    shell(alice, debian, "dpkg --verify; test -x /usr/bin/ping; dpkg --purge iputils-ping",
          timeout=TIMEOUT)
    assert "File not found" in rootfs.debugfs_all(debian, "stat /usr/bin/ping")
    assert "Mode:  04755" in debugfs(debian, "stat /usr/bin/passwd")
    assert "Group:    42" in debugfs(debian, "stat /etc/shadow")
    stays(alice, debian, "apt-get", "-qq", "install", "nonesuch", status=100)
