# SPDX-License-Identifier: MIT
"""A booted VM with one share of each kind; import the fixtures that a module uses."""
import os
import pathlib
import shutil

import pytest

import network
from machine import Machine, left_of


class Share:
    """A directory of the user's, and where the guest has it."""

    def __init__(self, user, tag, keys=""):
        self.user, self.tag = user, tag
        # Commas and colons mean something to owrun, and commas to QEMU.
        self.path, self.guest = pathlib.Path(user.home, "shares", f"{tag},a:b"), f"/mnt/{tag}"
        self.doubled = str(self.path).replace(",", ",,")
        self.option = f"--share={self.doubled}:{tag}{keys}"
        self.path.mkdir(parents=True)
        own(user, self.path)

    def write(self, name, text):
        self.path.joinpath(name).write_text(text, encoding="utf-8")
        own(self.user, self.path / name)
        return self.path / name

    def read(self, name):
        return self.path.joinpath(name).read_text(encoding="utf-8")

    def mkdir(self, name):
        self.path.joinpath(name).mkdir()
        own(self.user, self.path / name)
        return self.path / name

    def all(self):
        return [self.path, *self.path.rglob("*")]


def own(user, path):
    os.chown(path, user.uid, user.gid, follow_symlinks=False)


class Shell:
    def __init__(self, console):
        self.console = console

    def __call__(self, command):
        code, output = self.console.run(command, 60)
        assert code == 0, f"{command}: {output}"
        return output.rstrip("\n")

    def fails(self, command):
        code, output = self.console.run(command)
        assert code != 0, f"{command}: {output}"
        return output


@pytest.fixture(scope="module")
def shares(alice):
    made = [Share(alice, "mapped"), Share(alice, "shared", ",shared"), Share(alice, "ro", ",ro"),
            Share(alice, "ramro", ",ro"), Share(alice, "ramshared", ",shared")]
    for share in made[3:]:
        network.command("mount", "-t", "ramfs", "ramfs", str(share.path))
        own(alice, share.path)
    yield {share.tag: share for share in made}
    for share in made[3:]:
        network.command("umount", str(share.path))
    shutil.rmtree(made[0].path.parent)


@pytest.fixture(scope="module")
def machine(shares, alice, guest):
    options = [share.option for share in shares.values()]
    started = Machine(alice, guest, "shares", "--lan", "none", "--wan", "none", *options).start()
    started.wait_ready()
    yield started
    started.stop()
    assert network.wait_until(lambda: left_of(alice) == []), left_of(alice)


@pytest.fixture(scope="module")
def shell(machine, shares):
    with machine.console() as console:
        console.login()
        connected = Shell(console)
        # As `owrun status` prints it.
        lines = {share["tag"]: share["mount"] for share in machine.status()["shares"]}
        for share in shares.values():
            connected(lines[share.tag])
        yield connected


@pytest.fixture(params=["mapped", "shared"])
def share(request, shares):
    """Both kinds that can be written, empty after the test."""
    yield shares[request.param]
    for path in shares[request.param].path.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()


@pytest.fixture
def mapped(shares):
    return shares["mapped"]


@pytest.fixture
def shared(shares):
    return shares["shared"]


@pytest.fixture(autouse=True)
def all_is_the_users(shares, alice):
    """Whatever a test did: the user owns it, and in a mapped share can read it too."""
    yield
    for path in shares["mapped"].all() + shares["shared"].all():
        assert path.lstat().st_uid == alice.uid and path.lstat().st_gid == alice.gid, path
    listed = alice.run("find", str(shares["mapped"].path), "!", "-type", "l", "(", "!", "-readable",
                       "-o", "!", "-writable", ")")
    assert (listed.returncode, listed.stdout, listed.stderr) == (0, "", "")
