# SPDX-License-Identifier: MIT
"""What a share keeps in, what it keeps out, and which directories cannot be shared."""
import os
import pathlib
import stat

import pytest

import network
from machine import NO_NETWORK, Machine, owrun
from shares import (all_is_the_users, machine, mapped, own,  # pylint: disable=unused-import
                    share, shared, shares, shell)

READ_ONLY = "Read-only file system"


def test_t80_a_symlink_of_the_guest_in_a_mapped_share_is_a_file_on_the_host(shell, mapped):
    shell(f"cd {mapped.guest} && echo x >target && ln -s target link && ln -s /nowhere dangling")
    assert shell("cat link && readlink link && readlink dangling").split() == [
        "x", "target", "/nowhere"]
    link = mapped.path / "link"
    assert stat.S_ISREG(link.lstat().st_mode) and link.read_bytes().rstrip(b"\0") == b"target"
    shell("rm target link dangling")


def test_t80_a_symlink_of_the_host_in_a_mapped_share_leads_nowhere(shell, mapped):
    mapped.write("target", "x\n")
    os.symlink("target", mapped.path / "link")
    own(mapped.user, mapped.path / "link")
    assert "symbolic link" in shell.fails(f"cd {mapped.guest} && cat link")
    shell("rm link target")
    assert list(mapped.path.iterdir()) == []


def test_t80_symlinks_are_symlinks_on_both_sides_of_a_shared_directory(shell, shared):
    shared.write("target", "x\n")
    os.symlink("target", shared.path / "hosts")
    own(shared.user, shared.path / "hosts")
    shell(f"cd {shared.guest} && ln -s target guests")
    assert shell("cat hosts guests && readlink hosts").split() == ["x", "x", "target"]
    assert os.readlink(shared.path / "guests") == "target" and shared.read("guests") == "x\n"
    shell("rm target hosts guests")


def test_t80_a_mount_below_the_directory_is_part_of_it(shell, shared, machine):
    inner = shared.mkdir("inner")
    network.command("mount", "-t", "tmpfs", "tmpfs", str(inner))
    try:
        shared.write("inner/file", "inside\n")
        own(shared.user, inner)
        assert shell(f"cat {shared.guest}/inner/file") == "inside"
    finally:
        network.command("umount", str(inner))
        inner.rmdir()
    log = pathlib.Path(machine.state["directory"], "qemu.log").read_text(encoding="utf-8")
    assert "Multiple devices" not in log


@pytest.mark.parametrize("tag", ["ro", "ramro"])
def test_t80_the_guest_cannot_change_a_read_only_share(shell, shares, tag):
    share = shares[tag]
    share.write("given", "kept\n")
    assert shell(f"cd {share.guest} && cat given && ls") == "kept\ngiven"
    for remount in ("true", f"mount -o remount,rw {share.guest}"):
        shell(remount)
        for command in ("echo x >given", "echo x >new", "rm -f given", "mv -f given other",
                        "mkdir new",
                        "chmod 777 given", "chown 1 given", "ln given other", "ln -s given other",
                        "touch given"):
            assert READ_ONLY in shell.fails(command), command
    assert [path.name for path in share.path.iterdir()] == ["given"]
    assert share.read("given") == "kept\n"


def test_t80_a_shared_directory_needs_no_attributes(shell, shares, alice):
    share = shares["ramshared"]
    shell(f"cd {share.guest} && mkdir d && echo x >d/f && chmod 640 d/f && mv d/f f")
    assert share.read("f") == "x\n"
    assert share.path.joinpath("f").stat().st_uid == alice.uid


@pytest.fixture
def secret(alice):
    """A file of the same user outside of the shares."""
    path = pathlib.Path(alice.home, "secret")
    path.write_text("SECRET", encoding="utf-8")
    own(alice, path)
    yield path
    path.unlink()


def test_t80_no_symlink_leads_the_guest_out_of_a_share(shell, share, secret):
    for name, target in (("absolute", str(secret)), ("relative", "../../secret"),
                         ("directory", "../.."), ("root", "/")):
        os.symlink(target, share.path / name)
        own(share.user, share.path / name)
    shell(f"cd {share.guest}")
    for path in ("absolute", "relative", "directory/secret", f"root{secret}"):
        assert "SECRET" not in shell.fails(f"cat {path}")
        shell.fails(f"echo overwritten >{path}/x")
    # The guest makes them itself.
    shell(f"ln -s {secret} mine && ln -s ../.. up")
    for path in ("mine", "up/secret"):
        assert "SECRET" not in shell.fails(f"cat {path}")
    assert secret.read_text(encoding="utf-8") == "SECRET"


def test_t80_a_directory_that_turns_into_a_symlink_leads_nowhere(shell, share, secret):
    turned = share.mkdir("turned")
    shell(f"cd {share.guest}/turned && touch inside && rm inside")
    turned.rmdir()
    os.symlink("../..", turned)
    own(share.user, turned)
    assert "SECRET" not in shell.fails(f"cat {secret.name}")
    shell.fails("echo planted >planted")
    shell("cd /")
    assert not secret.with_name("planted").exists()


@pytest.fixture
def bare(alice):
    """bare(file system) mounts one, all of it the user's."""
    mounted = []

    def mount(kind):
        path = pathlib.Path(alice.home, f"bare-{kind}")
        path.mkdir()
        network.command("mount", "-t", kind, kind, str(path))
        mounted.append(path)
        own(alice, path)
        return path
    yield mount
    for path in mounted:
        network.command("umount", str(path))
        path.rmdir()


def vm_with(user, guest, option):
    return Machine(user, guest, "vm", "--lan", "none", "--wan", "none", f"--share={option}")


def allowed(user, guest, option):
    done = owrun(user, "run", "--dry-run", *vm_with(user, guest, option).arguments)
    return done.returncode == 0 and done.stderr == ""


# An mqueue has no nameless files either: the trial makes one with a name, and removes it.
@pytest.mark.parametrize("kind", ["ramfs", "mqueue"])
def test_t76_a_file_system_without_user_attributes_is_refused(alice, guest, bare, kind):
    path = bare(kind)
    said = vm_with(alice, guest, f"{path}:data").refused()
    assert f"share '{path}' is on a file system without user attributes" in said
    assert "add ',shared' to do without them, or share a directory of another file system" in said
    assert list(path.iterdir()) == []
    for keys in (",shared", ",ro"):
        assert allowed(alice, guest, f"{path}:data{keys}")


def test_t76_the_trial_leaves_no_trace(alice, guest, share):
    before = share.path.stat()
    assert allowed(alice, guest, f"{share.doubled}:tag")
    after = share.path.stat()
    assert list(share.path.iterdir()) == [] and os.listxattr(share.path) == []
    assert (before.st_mtime_ns, before.st_ctime_ns) == (after.st_mtime_ns, after.st_ctime_ns)


def test_t76_what_is_no_directory_of_the_users_is_refused(alice, bob, guest):
    home = pathlib.Path(alice.home)
    home.joinpath("a file").write_text("", encoding="utf-8")
    theirs = pathlib.Path(bob.home, "theirs")
    theirs.mkdir(mode=0o700)
    own(bob, theirs)
    try:
        for option, sentence in (
                (f"{home}/missing", f"share '{home}/missing': No such file or directory"),
                (f"{home}/a file", f"share '{home}/a file' is not a directory"),
                (str(theirs), f"share '{theirs}' cannot be read by you: Permission denied"),
                ("/usr", "share '/usr' cannot be written by you: Permission denied; with ',ro' "
                         "the guest only reads it"),
                (f"{home}:a b", "the tag 'a b' is not 1-31 letters, digits, '.', '_' or '-'"),
                (f"{home},rw", "'rw' is none of mapped, shared and ro")):
            assert sentence in vm_with(alice, guest, option).refused()
    finally:
        home.joinpath("a file").unlink()
        theirs.rmdir()


def test_the_start_says_which_symlinks_the_guest_cannot_read_and_what_lets_it(alice, guest):
    place = pathlib.Path(alice.home, "linked")
    place.mkdir()
    own(alice, place)
    said = {}
    for keys in ("", ",shared"):
        for link in (False, True):
            if link:
                os.symlink("target", place / "link")
            machine = Machine(alice, guest, "linked", *NO_NETWORK, f"--share={place}:linked{keys}")
            said[keys, link] = owrun(alice, "run", "-d", *machine.arguments).stderr
            machine.quit()
            if link:
                (place / "link").unlink()
    told = f"owrun: share '{place}': the guest cannot read symlinks of this host, as"
    assert f"{told} '{place}/link'; with ',shared' it can\n" in said["", True]
    assert all("symlinks" not in text for case, text in said.items() if case != ("", True))
    place.rmdir()


def test_a_file_of_the_guest_is_given_to_others_by_chmod_on_the_host(shell, mapped, bob):
    shell(f"cd {mapped.guest} && echo hello >given && chmod 755 given")
    path = mapped.path / "given"
    assert path.stat().st_mode & 0o777 == 0o600
    # The way there is alice's alone, so he gets a fd, and opens it anew.
    with path.open("rb") as stream:
        read = ("cat", f"/proc/self/fd/{stream.fileno()}")
        assert "denied" in bob.run(*read, pass_fds=(stream.fileno(),)).stderr
        path.chmod(0o644)
        assert bob.run(*read, pass_fds=(stream.fileno(),)).stdout == "hello\n"
    assert shell(f"stat -c %a {mapped.guest}/given") == "755"
    shell(f"rm {mapped.guest}/given")
