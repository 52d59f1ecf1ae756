# SPDX-License-Identifier: MIT
"""What an image is, is looked at: what is not what its name says is refused with the command that
makes it right, and what does not boot says so on the console."""
import gzip
import pathlib
import re
import subprocess

import pytest

import network
from machine import owrun

USER_NETWORK = ("--lan", "none", "--wan", "none", "--accel", "tcg")
CD_MAGIC_AT = 32769


@pytest.fixture(scope="module")
def images(alice, nothing_running):
    """Files of alice's, by their names."""
    place = pathlib.Path(alice.home, "look")
    alice.run("mkdir", place)
    (place / "disk.img").write_bytes(bytes(1 << 20))
    for name, form in (("disk.vdi", "vdi"), ("disk.vmdk", "vmdk"), ("disk.vhdx", "vhdx"),
                       ("called.img", "qcow2"), ("good.qcow2", "qcow2"), ("called.raw", "vmdk")):
        subprocess.run(("qemu-img", "convert", "-O", form, place / "disk.img", place / name),
                       check=True)
    (place / "disk.img.gz").write_bytes(gzip.compress(bytes(1 << 20)))
    cd = bytearray(CD_MAGIC_AT + 2048)
    cd[CD_MAGIC_AT:CD_MAGIC_AT + 5] = b"CD001"
    for name in ("cd.iso", "cd.img"):
        (place / name).write_bytes(cd)
    (place / "page.img").write_bytes(b"<!DOCTYPE html><title>Log in first</title>")
    subprocess.run(("chown", "-R", f"{alice.uid}:{alice.gid}", place), check=True)
    yield place
    subprocess.run(("rm", "-r", place), check=True)


@pytest.fixture(scope="module")
def nothing_running(installed):
    """A VM needs no port here, so that no netd is asked."""


def refused(user, *arguments):
    done = owrun(user, *arguments)
    assert done.returncode == 1 and done.stdout == ""
    said, = [line for line in done.stderr.splitlines() if "accelerator" not in line]
    return said


@pytest.mark.parametrize("command", [("run", "-d"), ("create", "look")], ids=["run", "create"])
@pytest.mark.parametrize("name, words", [
    ("disk.img.gz", ["is packed by gzip", "'owrun pull {}' makes an image of it"]),
    ("disk.vdi", ["is a VDI image", "'owrun pull {}' makes an image of it"]),
    ("disk.vmdk", ["is a VMDK image", "'owrun pull {}' makes an image of it"]),
    ("disk.vhdx", ["is a VHDX image", "'owrun pull {}' makes an image of it"]),
    ("called.raw", ["is a VMDK image", "'owrun pull {}' makes an image of it"]),
    ("called.img", ["is a qcow2 image, and raw by its name", "'owrun pull {}'", "format=raw"]),
    ("cd.iso", ["is an image of a CD", "'--cdrom {}' puts it into a drive"]),
    ("cd.img", ["is an image of a CD", "'--cdrom {}' puts it into a drive"]),
    ("page.img", ["is a page of the web, and no image of a disk"]),
])
def test_t03_what_is_no_disk_is_refused_with_the_command_that_makes_it_right(alice, images, command,
                                                                            name, words):
    path = images / name
    said = refused(alice, *command, str(path))
    for word in words:
        assert word.format(path) in said
    assert not pathlib.Path(alice.home, ".local/share/owvm/look").exists()


def test_a_disk_that_is_named_by_an_option_is_looked_at_too(alice, images):
    for name in ("called.img", "called.raw", "page.img"):
        said = refused(alice, "run", "-d", *USER_NETWORK, "--disk", str(images / name))
        assert f"'{images}/{name}' is" in said
    done = owrun(alice, "run", "-d", *USER_NETWORK, "--disk", str(images / "disk.vdi"))
    assert done.returncode == 2 and f"'owrun pull {images}/disk.vdi'" in done.stderr
    done = owrun(alice, "run", "-d", *USER_NETWORK, "--disk", str(images / "cd.iso"))
    assert done.returncode == 2 and f"'--cdrom {images}/cd.iso'" in done.stderr


def test_what_the_user_says_of_a_disk_is_believed(alice, images):
    """A guest may have written that header into its own raw disk."""
    done = owrun(alice, "run", "-d", "--name", "said", *USER_NETWORK, "--disk",
                 f"{images}/called.img,format=raw")
    assert done.returncode == 0, done.stderr
    assert owrun(alice, "kill", "said").returncode == 0


def console_of(user, name, *arguments):
    """Start a VM and wait until the firmware has tried all there is; what the console then says."""
    done = owrun(user, "run", "-d", "--name", name, *USER_NETWORK, *arguments)
    assert done.returncode == 0, done.stderr
    try:
        said = network.wait_until(
            lambda: "No bootable device" in (text := owrun(user, "log", name).stdout) and text, 40)
        assert said, owrun(user, "log", name).stdout
        return said
    finally:
        assert owrun(user, "kill", name).returncode == 0


def test_an_image_that_does_not_boot_says_so_on_the_console(alice, images):
    said = console_of(alice, "dead", str(images / "disk.img"))
    assert "SeaBIOS" in said and "Booting from Hard Disk" in said


def test_no_sign_of_a_kernel_is_told(alice, images):
    """After some seconds; what the firmware says is none."""
    done = owrun(alice, "run", "-d", "--name", "dead", *USER_NETWORK, str(images / "disk.img"))
    assert done.returncode == 0, done.stderr
    words = r"no sign of a kernel for \d+ s: its firmware found nothing to boot on its disks"
    try:
        assert network.wait_until(
            lambda: re.search(f"boot +{words}\n", owrun(alice, "status", "dead").stdout), 60)
        done = owrun(alice, "doctor", "--vm", "dead")
        assert re.search(words, done.stdout) and "owrun log dead" in done.stdout
    finally:
        assert owrun(alice, "kill", "dead").returncode == 0


@pytest.mark.parametrize("option", ["--cdrom={}", "-cdrom={}", "--disk={},media=cdrom"])
def test_a_cd_is_in_its_drive(alice, images, option):
    assert "Booting from DVD/CD" in console_of(alice, "cd", option.format(images / "cd.iso"))


def test_a_cd_of_a_kept_vm_stands_in_its_vm_conf(alice, images):
    done = owrun(alice, "create", "look", "--cdrom", str(images / "cd.iso"))
    assert done.returncode == 0, done.stderr
    conf = pathlib.Path(alice.home, ".local/share/owvm/look/vm.conf").read_text(encoding="utf-8")
    assert f"cdrom = {images}/cd.iso\n" in conf
    done = owrun(alice, "run", "--dry-run", "--accel", "tcg", "look")
    assert f"file={images}/cd.iso,readonly=on" in done.stdout
    assert owrun(alice, "rm", "look").returncode == 0


def test_words_for_qemu_that_bring_a_disk_are_something_to_boot(alice, images):
    drive = ("--", "-drive", f"file={images}/disk.img,format=raw,if=virtio")
    assert "Booting from Hard Disk" in console_of(alice, "words", "--no-sandbox", *drive)
    done = owrun(alice, "run", "-d", *USER_NETWORK, "--", "-boot", "c")
    assert done.returncode == 1 and "nothing to boot" in done.stderr
