# SPDX-License-Identifier: MIT
"""owrun chroot into the disk of a VM, and into one that is booted for it."""
import os
import pathlib
import shutil
import subprocess
import tarfile

import pytest

import rootfs
from machine import done_well, owrun
from network import wait_until
from rootfs import device, directory, member, symlink
from service import OWRUN


TIMEOUT = 400  # seconds, where other tests run beside it


@pytest.fixture(scope="module")
def user(alice, running):
    """Everybody has a bridge."""
    return alice


@pytest.fixture(scope="module")
def place(user):
    path = pathlib.Path(user.home, "vms")
    user.run("mkdir", path)
    yield path
    shutil.rmtree(path)


@pytest.fixture(scope="module")
def image(user, place):
    """It has a shell on its console."""
    members = [one for one in rootfs.busybox() if one[0].name != "sbin/init"]
    (place / "root.tar").write_bytes(rootfs.tar([
        *members, symlink("sbin/init", "/bin/busybox"), directory("mnt"),
        member("etc/inittab", content=rootfs.INITTAB),
        device("dev/ttyS0", tarfile.CHRTYPE, 4, 64), device("dev/null", tarfile.CHRTYPE, 1, 3)]))
    done_well(user, "mkimage", place / "root.tar", "-o", place / "root.img", "--size", "24M")
    return place / "root.img"


@pytest.fixture
def vm(user, place, image, guest):
    """A VM of the image, with a disk of its own."""
    (place / "initrd").write_bytes(rootfs.initramfs(guest))
    done_well(user, "create", "boxed", image, "--accel", "tcg", "--kernel", guest / "vmlinux",
              "--initrd", place / "initrd")
    disk = pathlib.Path(user.home, ".local/share/owvm/boxed/disk.qcow2")
    yield disk
    done_well(user, "rm", "-f", "boxed")


def content(place, disk, path):
    """Of a file in a qcow2 image, which is sound."""
    subprocess.run(("qemu-img", "convert", "-O", "raw", disk, place / "raw"), check=True)
    rootfs.check(place / "raw")
    return rootfs.content(place / "raw", path)


def test_the_disk_of_a_vm(user, place, image, vm):
    before = image.read_bytes()
    done_well(user, "chroot", "boxed", "sh", "-c", "echo in the VM >/etc/new")
    assert content(place, vm, "/etc/new") == b"in the VM\n"
    assert image.read_bytes() == before
    sizes = vm.read_bytes()
    assert owrun(user, "chroot", "boxed", "--", "sh", "-c", "exit 1").returncode == 1
    assert vm.read_bytes() == sizes


def test_a_vm_that_runs_is_refused(user, vm):
    done_well(user, "run", "-d", "boxed")
    done = owrun(user, "chroot", "boxed", "--", "true")
    assert done.returncode == 125 and "'boxed'" in done.stderr
    done_well(user, "kill", "boxed")


def test_a_command_is_typed_into_a_guest(user, place, vm):
    """No namespace, no fuse2fs: the PATH leads to neither newuidmap nor anything like it."""
    done = done_well(user, "chroot", "--boot", "boxed", "--", "sh", "-c",
                     "echo it said; echo 'a  b' >/etc/new; grep -c ' / ext4 ' /proc/mounts",
                     timeout=TIMEOUT)
    assert done.stdout == "it said\n1\n"
    assert content(place, vm, "/etc/new") == b"a  b\n"


def test_a_guest_is_booted_of_a_file(user, image):
    with subprocess.Popen((OWRUN, "chroot", "--boot", image, "--", "true"), user=user.uid,
                          group=user.gid, extra_groups=user.groups, cwd=user.home,
                          env={**os.environ, "HOME": user.home}, stderr=subprocess.PIPE,
                          text=True) as process:
        assert wait_until(lambda: "root-chroot " in owrun(user, "ls").stdout
                          or process.poll() is not None)
        process.terminate()
        _, said = process.communicate(timeout=20)
    assert process.returncode == 125 and "interrupted" in said, said
