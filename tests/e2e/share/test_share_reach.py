# SPDX-License-Identifier: MIT
"""A guest that can write to a directory can put any file in the place of another in it: shares
of what owrun reads at the next start. First what such a guest does, then how owrun refuses."""
import os
import pathlib

import pytest

from machine import NO_NETWORK, Machine, owrun
from shares import own

WAY_OUT = "add ',ro'"


@pytest.fixture
def lab(user, tmp_path_factory):
    """A directory of the user's with what VMs are made of."""
    path = pathlib.Path(user.home, "lab-of-shares")
    user.run("mkdir", "-p", f"{path}/below")
    for name in ("d.img", "log", "vm.conf"):
        path.joinpath(name).write_bytes(bytes(4096))
        own(user, path / name)
    yield path
    user.run("rm", "-r", str(path))


@pytest.mark.parametrize("keys, written", [(",shared", True), (",shared,ro", False)])
def test_what_a_guest_does_to_the_files_of_a_share(user, guest, lab, keys, written):
    # No file of this VM is in it, and vm.conf is that of none yet.
    (lab / "vm.conf").rename(lab / "other.conf")
    machine = Machine(user, guest, "attacker", *NO_NETWORK, "--share", f"{lab}{keys}").boot()
    try:
        with machine.console() as console:
            console.login()
            done = console.run("cd /mnt/hostshare && ln -sf /etc/passwd d.img; rm log; "
                               "ln -s ../.profile2 log; "
                               "echo 'no-sandbox = yes' >vm.conf")
            assert (done[0] == 0) == written, done
    finally:
        machine.quit()
    assert (lab / "d.img").is_symlink() == written and (lab / "log").is_symlink() == written
    assert (lab / "vm.conf").exists() == written


def refused(user, guest, *options):
    said = Machine(user, guest, "victim", *NO_NETWORK, *options).refused()
    assert WAY_OUT in said, said
    return said


def test_files_of_the_vm_in_a_share_are_refused(user, guest, lab):
    (lab / "vm.conf").unlink()
    share = ("--share", f"{lab}:s,shared")
    other = pathlib.Path(user.home, "other.img")
    try:
        os.symlink(lab / "d.img", other)
        for what, option in (("disk", f"--disk={lab}/d.img"),
                             ("disk", f"--disk={lab}/below/../d.img,readonly"),
                             ("disk", f"--disk={other}"),
                             ("serial port's target", f"--serial=file:{lab}/log"),
                             ("serial port's target", f"--serial=unix:{lab}/below/sock"),
                             ("monitor's target", f"--monitor=file:{lab}/log"),
                             ("share", f"--share={lab}/below:below,ro")):
            said = refused(user, guest, *share, option)
            path = option.split("=", 1)[1].split(",")[0].removeprefix("file:").removeprefix("unix:")
            path = path.removesuffix(":below")
            assert f"share '{lab}': the guest could put another file in the place of the {what} "\
                   f"'{path}'" in said, said
        allowed = Machine(user, guest, "victim", *NO_NETWORK, "--disk", f"{lab}/d.img", "--share",
                          f"{lab}/below:s")
        assert owrun(user, "run", "--dry-run", *allowed.arguments).returncode == 0
        allowed.arguments += ("--share", f"{lab}:t,ro")
        assert owrun(user, "run", "--dry-run", *allowed.arguments).returncode == 0
    finally:
        other.unlink()


def test_a_backing_file_in_a_share_is_refused(user, guest, lab):
    (lab / "vm.conf").unlink()
    overlay = pathlib.Path(user.home, "over.qcow2")
    user.run("qemu-img", "create", "-q", "-f", "qcow2", "-b", lab / "d.img", "-F", "raw", overlay)
    try:
        said = refused(user, guest, "--disk", str(overlay), "--share", f"{lab}:s")
        assert f"the backing file '{lab}/d.img'" in said
    finally:
        overlay.unlink()


def test_directories_that_owrun_reads_are_refused(user, guest, lab):
    home = user.home
    kept = f"{home}/.local/state"
    user.run("mkdir", "-p", f"{kept}/owvm/ended")
    for share, what in ((home, f"'{home}/.local/share/owvm', where VMs are kept"),
                        (f"{home}/lab-of-shares/..", "where VMs are kept"),
                        (kept, f"'{kept}/owvm', where owrun keeps logs and addresses"),
                        (f"{kept}/owvm/ended", f"is in '{kept}/owvm', where owrun keeps logs"),
                        ("/tmp", f"'/tmp/owvm-{user.uid}', where the files of running VMs are"),
                        (str(lab), f"the guest could change '{lab}/vm.conf'")):
        said = refused(user, guest, "--share", f"{share}:s,shared")
        assert f"share '{share}'" in said and what in said, said
        dry = Machine(user, guest, "victim", *NO_NETWORK, "--share", f"{share}:s,shared,ro")
        assert owrun(user, "run", "--dry-run", *dry.arguments).returncode == 0


def test_the_directory_of_the_vm_itself_is_refused_and_one_below_it_is_not(user, guest):
    kept = Machine(user, guest, "kept", *NO_NETWORK)
    directory = kept.create()
    user.run("mkdir", str(directory / "share"))
    conf = (directory / "vm.conf").read_text(encoding="utf-8")
    try:
        for share, fine in ((".", False), ("share", True), ("..", False), (".:s,shared,ro", True)):
            (directory / "vm.conf").write_text(f"{conf}share = {share}\n", encoding="utf-8")
            done = owrun(user, "run", "--dry-run", "kept")
            assert (done.returncode == 0) == fine, (share, done.stderr)
            assert fine or WAY_OUT in done.stderr
    finally:
        assert owrun(user, "rm", "kept").returncode == 0
        user.run("rm", "-r", str(directory))


def test_create_says_it_at_once(user, guest):
    machine = Machine(user, guest, "vms/w", *NO_NETWORK, "--share", f"{user.home}/vms:s")
    user.run("mkdir", f"{user.home}/vms")
    done = owrun(user, "create", "vms/w", *machine.arguments[2:])
    assert done.returncode == 1
    assert f"the guest could change '{user.home}/vms/w', the VM's own directory" in done.stderr
    assert user.run("rmdir", f"{user.home}/vms").returncode == 0
