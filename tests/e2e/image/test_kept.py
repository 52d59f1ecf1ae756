# SPDX-License-Identifier: MIT
"""VMs that stand on images of the store: the image stays as it was, and stays."""
import json
import os
import pathlib
import random
import shutil
import subprocess

import pytest

import images
from machine import done_well, owrun, refused

MIB = 1 << 20
NO_NETWORK = ("--lan", "none", "--wan", "none", "--accel", "tcg")


@pytest.fixture(scope="module")
def place(alice):
    path = pathlib.Path(alice.home, "kept")
    alice.run("mkdir", path)
    disk = path / "d.img"
    disk.write_bytes(random.Random(5).randbytes(MIB) + bytes(15 * MIB))
    cd = bytearray(40000)
    cd[32769:32774] = b"CD001"
    (path / "c.iso").write_bytes(cd)
    yield path
    shutil.rmtree(path)


@pytest.fixture
def user(alice, place):
    for name in ("d.img", "c.iso"):
        assert owrun(alice, "pull", "--quiet", place / name).returncode == 0
    yield alice
    for vm in json.loads(owrun(alice, "ls", "--json").stdout):
        owrun(alice, "rm", "-f", vm["name"])
    images.forget(alice)


def home(user, *parts):
    return pathlib.Path(user.home, ".local/share/owvm", *parts)


def image(user):
    return images.directory(user) / "d.img"


def used_by(user, name):
    rows = json.loads(owrun(user, "images", "--json").stdout)
    return next(row["vms"] for row in rows if row["name"] == name)


def test_a_vm_stands_on_the_image_and_writes_to_its_own_disk(user, place):
    done_well(user, "create", "one", "d")
    done_well(user, "create", "two", "d")
    disk = home(user, "one", "disk.qcow2")
    assert disk.stat().st_size < MIB
    for name in ("one", "two"):
        done_well(user, "run", "-d", *NO_NETWORK, name)
    subprocess.run(("sleep", "0.5"), check=True)
    for name in ("one", "two"):
        done_well(user, "kill", name)
    user.run("qemu-io", "-c", "write -P 7 0 1M", disk)
    assert image(user).read_bytes() == (place / "d.img").read_bytes()
    assert used_by(user, "d") == [str(home(user, "one")), str(home(user, "two"))]


def test_an_image_that_was_removed_all_the_same_is_told(user):
    done_well(user, "create", "one", "d")
    away = image(user).with_name("away")
    image(user).rename(away)
    said = refused(user, "run", "-d", *NO_NETWORK, "one")
    disk = home(user, "one", "disk.qcow2")
    assert said.endswith(f"'{disk}' stands on '{image(user)}', which is not there")
    away.rename(image(user))


def test_an_image_that_a_vm_stands_on_stays(user):
    done_well(user, "create", "one", "d")
    elsewhere = pathlib.Path(user.home, "kept", "away")
    done_well(user, "create", str(elsewhere), "c")
    said = refused(user, "images", "rm", "d")
    assert f"image 'd' is needed by the VM in '{home(user, 'one')}'" in said
    assert f"'{elsewhere}'" in refused(user, "images", "rm", "c")
    assert done_well(user, "images", "prune").stdout == ""
    done_well(user, "snapshot", "one", "s")
    assert done_well(user, "images", "prune").stdout == ""
    done_well(user, "rm", "one")
    assert done_well(user, "images", "prune").stdout == "d: removed, 1.0 MiB\n"
    shutil.rmtree(elsewhere)
    assert done_well(user, "images", "prune").stdout.startswith("c: removed")


def test_a_cd_is_put_into_the_drive(user):
    done_well(user, "create", "one", "c")
    conf = home(user, "one", "vm.conf").read_text(encoding="utf-8")
    assert f"cdrom = {images.directory(user)}/c.iso\n" in conf
    assert not home(user, "one", "disk.qcow2").exists()
    assert used_by(user, "c") == [str(home(user, "one"))]


def test_run_makes_a_vm_of_an_image_and_finds_it_again(user):
    done = done_well(user, "run", "-d", "--memory", "64M", *NO_NETWORK, "d")
    assert f"made VM 'd' of image 'd', in '{home(user, 'd')}'; 'owrun run d'" in done.stderr
    assert "memory = 64M\n" in home(user, "d", "vm.conf").read_text(encoding="utf-8")
    done_well(user, "kill", "d")
    assert "made VM" not in done_well(user, "run", "-d", "d").stderr
    done_well(user, "kill", "d")
    done_well(user, "run", "-d", "--name", "other", *NO_NETWORK, "d")
    done_well(user, "kill", "other")
    assert "'owrun create e2 c' does" in refused(user, "run", "--dry-run", "--name", "e2", "c")
    assert not home(user, "e2").exists()


def virtual_size(disk):
    done = subprocess.run(("qemu-img", "info", "--output=json", "-U", disk), check=True,
                          capture_output=True, text=True)
    return json.loads(done.stdout)["virtual-size"]


@pytest.mark.parametrize("what", ["d", "kept/d.img"])
def test_a_disk_can_be_larger_than_its_image(user, place, what):
    done = done_well(user, "create", "--disk-size", "24M", "one", what)
    assert done.stderr == (
        "owrun: the disk of VM 'one' has 24.0 MiB now, and its file system what it had; "
        "'owrun help openwrt' has the lines that grow it in the guest\n")
    assert virtual_size(home(user, "one", "disk.qcow2")) == 24 * MIB
    said = refused(user, "create", "--disk-size", "8M", "two", what)
    assert said == ("owrun: the image is a disk of 16 MiB, which does not shrink to the 8 MiB of "
                    "'--disk-size'")
    assert not home(user, "two").exists()
    done_well(user, "run", "-d", "--name", "three", "--disk-size", "32M", *NO_NETWORK, "d")
    assert virtual_size(home(user, "three", "disk.qcow2")) == 32 * MIB


def test_a_size_without_a_disk_that_is_made_is_refused(user, place):
    assert "and none is given" in refused(user, "create", "--disk-size", "24M", "one")
    assert "'c' is a CD" in refused(user, "create", "--disk-size", "24M", "one", "c")
    assert "none is made here" in refused(user, "run", "-d", "--disk-size", "24M", place / "d.img")
    done_well(user, "create", "one", "d")
    assert "none is made here" in refused(user, "run", "-d", "--disk-size", "24M", "one")
    said = owrun(user, "create", "--disk-size", "x", "two", "d").stderr
    assert "size 'x' is not one from 8M to 1024G" in said


def test_a_vm_does_not_need_the_cache(user):
    done_well(user, "create", "one", "d")
    user.run("rm", "-rf", ".cache")
    done_well(user, "run", "-d", *NO_NETWORK, "one")


def test_what_is_not_there_is_told(user):
    assert "there is neither a file nor an image 'none'" in refused(user, "create", "e", "none")
    assert "image './none': No such file" in refused(user, "create", "e", "./none.img").replace(
        "./none.img", "./none")
    assert "is a directory, and no image" in refused(user, "create", "e", "/tmp")
    done = owrun(user, "create", "openwrt:23.05")
    assert done.returncode == 2 and "'owrun create NAME openwrt:23.05'" in done.stderr
    assert not home(user, "e").exists()


def test_a_file_here_goes_before_an_image_of_that_name(user, place):
    os.link(place / "d.img", pathlib.Path(user.home, "d"))
    try:
        assert "does not tell its format" in refused(user, "create", "e", "d")
    finally:
        os.unlink(pathlib.Path(user.home, "d"))
