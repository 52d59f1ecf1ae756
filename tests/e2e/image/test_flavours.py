# SPDX-License-Identifier: MIT
"""Kernels, tars and root file systems of OpenWrt, and VMs that boot with a kernel of their own."""
import gzip
import json
import pathlib
import shlex

import pytest

import images
from machine import owrun
from openwrt import pulled, refused


@pytest.mark.parametrize("what, version", [
    ("openwrt", "23.05.10"), ("openwrt:snapshot", "snapshot"), ("openwrt:22.03/armvirt/64", "old")])
def test_t42_t43_t44_kernels_and_tars_are_named_in_sha256sums_alone(user, mirror, releases, what,
                                                                  version):
    release = releases[version]
    kernel, tar = (pulled(user, mirror, f"{what}@{flavour}") for flavour in ("kernel", "tar"))
    assert (images.directory(user) / f"{kernel}.kernel").read_bytes() == release.kernel
    assert (images.directory(user) / f"{tar}.tar").read_bytes() == release.tar
    assert mirror.asked(release.path("profiles.json")) == []
    for name, kind, hint in ((kernel, "kernel", "'--kernel {}' starts it"),
                             (tar, "tar", "'owrun mkimage {}' makes one of it")):
        done = owrun(user, "create", "none", name)
        assert done.returncode == 1
        path = images.directory(user) / f"{name}.{kind}"
        assert done.stderr == (
            f"owrun: image '{name}' is a {kind}, and no disk; {hint.format(path)}\n")


def test_a_tar_that_is_none_and_a_release_without_a_kernel(user, mirror, releases):
    release = releases["23.05.10"]
    release.files[release.tar_name] = gzip.compress(b"no tar")
    del release.files[release.kernel_name]
    release.put()
    assert "and no tar" in refused(user, mirror, "openwrt@tar")
    assert "release '23.05.10' has no kernel for target 'x86/64'" in refused(
        user, mirror, "openwrt@kernel")


def command_line(user, vm):
    done = owrun(user, "run", "--dry-run", vm)
    assert done.returncode == 0, done.stderr
    words = shlex.split(done.stdout.replace("\\\n", ""), comments=True)
    return dict(zip(words, words[1:]))


@pytest.mark.parametrize("what, version, options, root", [
    ("openwrt:23.05.2@rootfs", "23.05.2", (), "console=ttyS0 root=/dev/vda"),
    ("openwrt/armsr/armv8", "arm", (), "console=ttyAMA0 root=/dev/vda"),
    ("openwrt:22.03", "old", ("--arch", "aarch64"), "console=ttyAMA0 root=/dev/vda"),
])
def test_t45_t46_a_root_file_system_boots_with_the_kernel_of_its_release(
        user, mirror, releases, what, version, options, root):
    """Also when there is a newer one, and on the processor that it is for."""
    release = releases[version]
    pulled(user, mirror, "openwrt@kernel")
    pulled(user, mirror, *options, f"{what.partition('@')[0]}@rootfs")
    done = owrun(user, "create", "--mirror", mirror.url, "--key", "key.pub", *options, "vm", what)
    assert done.returncode == 0, done.stderr
    line = command_line(user, "vm")
    kernel = images.directory(user) / (release.kernel_name.removesuffix(".bin") + ".kernel")
    assert line["-kernel"] == str(kernel) and kernel.read_bytes() == release.kernel
    assert line["-append"] == root
    assert len(mirror.asked(release.path(release.kernel_name))) == 1
    rows = {row["name"]: row["vms"] for row in
            json.loads(owrun(user, "images", "--json").stdout)}
    assert len(rows[kernel.stem]) == 1
    assert "is needed by the VM in" in owrun(user, "images", "rm", kernel.stem).stderr
    owrun(user, "images", "prune")
    assert kernel.exists()
    assert owrun(user, "rm", "vm").returncode == 0


def test_a_kernel_of_the_users_own_is_the_one(user, mirror, releases):
    pulled(user, mirror, "openwrt@rootfs")
    mine = pathlib.Path(user.home, "mine")
    user.run("touch", mine)
    assert owrun(user, "create", "--kernel", mine, "vm", "openwrt@rootfs").returncode == 0
    assert command_line(user, "vm")["-kernel"] == str(mine)
    assert owrun(user, "rm", "vm").returncode == 0
    mine.unlink()
