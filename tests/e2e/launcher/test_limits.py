# SPDX-License-Identifier: MIT
"""Where something is short, a command works, or ends with one sentence and leaves nothing half
made; with enough it then does what it was asked for. HOME and runtime directories are compared."""
import os
import pathlib
import resource
import shutil

import pytest

import network
import processes
import service
from machine import NO_NETWORK, Machine, left_of, owrun, runtime_directory

OWRUN = service.OWRUN
MIB = 1 << 20
WITHOUT = "owrun: it will not be noticed when QEMU changes what is below a disk"
LEFT_OUT = "so that it is left out"
# Each has a value that is too little for anything, and some that are enough for something.
LIMITS = {"files": (resource.RLIMIT_NOFILE, (8, 12, 20, 40)),
          "processes": (resource.RLIMIT_NPROC, (1, 5)),
          "bytes": (resource.RLIMIT_FSIZE, (0, 1000))}


@pytest.fixture(name="place", scope="module")
def fixture_place(alice):
    """Images, which are not in HOME."""
    path = pathlib.Path(alice.home, "images")
    alice.run("mkdir", path)
    alice.run("qemu-img", "create", "-q", "-f", "qcow2", path / "n.qcow2", "1M")
    yield path
    shutil.rmtree(path)


@pytest.fixture(name="small")
def fixture_small(alice):
    """A file system of the user's, and what fills it."""
    path = pathlib.Path(alice.home, "small")
    alice.run("mkdir", path)

    def make(size):
        network.command("mount", "-t", "tmpfs", "-o", f"size={size},mode=0700", "small", str(path))
        os.chown(path, alice.uid, alice.gid)
        return path
    yield make
    network.command("umount", "--lazy", str(path))
    path.rmdir()


@pytest.fixture(autouse=True)
def fixture_clean(alice):
    yield
    for name in ("run", "up"):
        owrun(alice, "kill", name)
    owrun(alice, "rm", "fresh")
    owrun(alice, "images", "rm", "n")


def fill(path):
    with open(path / "filler", "wb", buffering=0) as stream:
        try:
            while stream.write(b"x" * 4096):
                pass
        except OSError:
            pass


class Short:
    """What a user does where something is short: `options` are those of the process."""

    def __init__(self, user, guest, place, home=None, words=(), **options):
        self.user, self.words, self.options = user, words, options
        self.home = home or pathlib.Path(user.home)
        self.env = {"HOME": str(self.home)}
        self.up = Machine(user, guest, "up", *NO_NETWORK)
        self.run = Machine(user, guest, "run", *NO_NETWORK)
        self.image = place / "n.qcow2"

    def tree(self):
        """All that is there, but for places that are made once, and are of no VM."""
        tops = (self.home, runtime_directory(self.user))
        files = {str(path) for top in tops if top.exists() for path in top.rglob("*")
                 if not path.is_dir() or (path.parent / "vm.conf").exists()}
        return {path for path in files if not path.endswith((".lock", "/.backing.json"))}

    def enough(self, *words, env=None):
        done = owrun(self.user, *words, env={**self.env, **(env or {})})
        assert done.returncode == 0, (words, done.stderr)

    def little(self, *words):
        """Does it work? What does not is as if it had not been tried."""
        before, living = self.tree(), processes.of_user(self.user.uid)
        options = {"env": self.env, **self.options}
        done = self.user.run(*self.words, OWRUN, *map(str, words), **options)
        if done.returncode == 0:
            return True
        assert done.returncode == 1, (words, done)
        said = done.stderr.splitlines()
        assert said[-1].startswith("owrun: "), said
        # Before are what QEMU said itself, and what owrun went on without.
        assert all(line.startswith(("  ", WITHOUT)) or line.endswith(LEFT_OUT)
                   for line in said[:-1]), said
        assert network.wait_until(lambda: processes.of_user(self.user.uid) == living), words
        assert self.tree() == before, (words, done.stderr)
        return False

    def tried(self, *words, undo=None, env=None):
        works = self.little(*words)
        if not works:
            self.enough(*words, env=env)
        if undo:
            self.enough(*undo, env=self.options.get("env") if works else env)
        return works

    def everything(self, env=None):
        """Which commands work."""
        conf = ("--kernel", self.up.arguments[5], *NO_NETWORK)
        works = {"create": self.tried("create", "fresh", self.image, *conf, env=env),
                 "snapshot": self.tried("snapshot", "fresh", "s", undo=("rm", "fresh"), env=env),
                 "pull": self.tried("pull", self.image, undo=("images", "rm", "n"), env=env),
                 "run": self.tried("run", "-d", *self.run.arguments, undo=("kill", "run"), env=env)}
        self.enough("run", "-d", *self.up.arguments, env=env)
        works["log"] = self.tried("log", "up", env=env)
        works["stop"] = self.tried("stop", "--timeout", "0", "up", env=env)
        assert network.wait_until(lambda: left_of(self.user) == []), left_of(self.user)
        return works


@pytest.mark.parametrize("limit, value", [(name, value) for name, (_, values) in LIMITS.items()
                                          for value in values])
def test_a_limit_of_processes(alice, guest, place, limit, value):
    number = LIMITS[limit][0]
    works = Short(alice, guest, place, preexec_fn=lambda: resource.setrlimit(
        number, (value, value))).everything()
    if value == LIMITS[limit][1][0]:
        assert not works["run"] and not works["create"]


@pytest.mark.parametrize("readonly", (False, True))
def test_a_home_that_takes_no_files(alice, guest, place, small, readonly):
    home = small(256 << 10)
    short = Short(alice, guest, place, home)
    if readonly:
        network.command("mount", "-o", "remount,ro", str(home))
    else:
        fill(home)
    works = short.little("create", "fresh", short.image, *NO_NETWORK)
    assert not works and not short.little("pull", short.image)
    assert short.tried("run", "-d", *short.run.arguments)
    assert short.tried("log", "run") and short.tried("stop", "--timeout", "0", "run")
    network.command("mount", "-o", f"remount,rw,size={4 * MIB}", str(home))
    short.everything()


def test_a_full_runtime_directory(alice, guest, place, small):
    short = Short(alice, guest, place)
    path = small(64 << 10)
    fill(path)
    short.options["env"] = {"XDG_RUNTIME_DIR": str(path), **short.env}
    assert not short.little("run", "-d", *short.run.arguments)
    (path / "filler").unlink()
    assert list(path.rglob("*")) in ([], [path / "owvm"])
    network.command("mount", "-o", f"remount,size={4 * MIB}", str(path))
    short.everything(env=short.options["env"])


def test_neither_home_nor_runtime_directory(alice, guest, place):
    works = Short(alice, guest, place, words=("env", "-u", "HOME")).everything()
    assert works["run"] and works["log"] and works["stop"] and not works["create"]
