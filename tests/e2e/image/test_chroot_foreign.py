# SPDX-License-Identifier: MIT
"""owrun chroot into an image for another processor."""
import pathlib
import shutil
import subprocess

import pytest

import rootfs
from chrooted import shell, stays
from machine import owrun
from rootfs import member

TOP = pathlib.Path(__file__).resolve().parents[3]


def test_a_program_for_another_processor(alice, image):
    """Where no qemu-user runs it: it is no program for any kernel that has not heard of it."""
    binary = bytearray(pathlib.Path(rootfs.BUSYBOX).read_bytes())
    binary[18:20] = b"\xff\x7f"
    (image.parent / "foreign").write_bytes(binary)
    shell(alice, image, "cat >/bin/foreign; chmod 755 /bin/foreign",
          stdin=(image.parent / "foreign").open("rb"))
    (image.parent / "foreign").unlink()
    said = stays(alice, image, "foreign", status=126)
    assert "'foreign' in the image is for another processor" in said
    assert "qemu-user-static" in said


@pytest.fixture
def arm_busybox(inside_place):
    """One for arm64, where this host's kernel gives such programs to qemu-user."""
    binfmt = pathlib.Path("/proc/sys/fs/binfmt_misc")
    if subprocess.run(("mount", "-t", "binfmt_misc", "none", binfmt), check=False).returncode:
        pytest.skip("this kernel has no binfmt_misc")
    try:
        if not (binfmt / "qemu-aarch64").exists():
            pytest.skip("qemu-aarch64 is not registered: install qemu-user-static")
    finally:
        subprocess.run(("umount", binfmt), check=True)
    package = next(iter((TOP / "build/guest-arm64").glob("busybox-static_*.deb")), None)
    if package is None:
        pytest.skip("there is no busybox for arm64: make it with tests/guest/build --arch arm64")
    subprocess.run(("dpkg", "-x", package, inside_place / "arm"), check=True)
    yield (inside_place / "arm/bin/busybox").read_bytes()
    shutil.rmtree(inside_place / "arm")


def test_an_image_for_another_processor(alice, inside_place, image, arm_busybox):
    (inside_place / "a.tar").write_bytes(rootfs.tar(rootfs.busybox(
        member("bin/busybox", content=arm_busybox, mode=0o755))))
    done = owrun(alice, "mkimage", inside_place / "a.tar", "-o", image, "--size", "24M", "--force")
    (inside_place / "a.tar").unlink()
    assert done.returncode == 0, done.stderr
    assert shell(alice, image, "uname -m; echo on arm >/etc/new") == "aarch64\n"
    assert rootfs.content(image, "/etc/new") == b"on arm\n"
