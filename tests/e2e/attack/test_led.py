# SPDX-License-Identifier: MIT
"""Another user's symlink leads to what is not for him: the guest gets the caller's own files by a
path that was given for the other's, or a port empties one."""
import os
import pathlib
import shutil
import time

import pytest

import network
import processes
from machine import NO_NETWORK, Machine, done_well, owrun, refused
from people import Worker

PLACE = pathlib.Path("/tmp/carols")
PAUSE = 0.003  # seconds
TRIES = 40
TEXT = "what nobody else may read\n" * 1000
OPTIONS = {"kernel": "--kernel={}", "initrd": "--initrd={}", "dtb": "--dtb={}", "bios": "--bios={}",
           "disk": "--disk={},format=raw", "read-only disk": "--disk={},format=raw,readonly",
           "share": "--share={}:t,shared", "read-only share": "--share={}:t,ro",
           "port": "--serial=file:{}", "monitor": "--monitor=file:{}"}


def give(path, user, mode=None):
    os.chown(path, user.uid, user.gid, follow_symlinks=False)
    if mode is not None:
        path.chmod(mode)


def fill(directory, user):
    """A directory with a file."""
    directory.mkdir()
    (directory / "file").write_text(TEXT, encoding="ascii")
    give(directory / "file", user, 0o600)
    give(directory, user, 0o755)
    return directory


@pytest.fixture
def secret(alice):
    yield fill(pathlib.Path(alice.home, "secret"), alice)
    shutil.rmtree(pathlib.Path(alice.home, "secret"))


@pytest.fixture
def link(carol):
    PLACE.mkdir()
    give(PLACE, carol, 0o755)
    yield PLACE / "link"
    shutil.rmtree(PLACE)


def lead(link, user, target):
    link.symlink_to(target)
    give(link, user)


def start(alice, guest, what, path):
    given = OPTIONS[what].format(path)
    return owrun(alice, "run", "-d", *Machine(alice, guest, "led", *NO_NETWORK).arguments, given)


@pytest.mark.parametrize("below", ["", "directory"])
@pytest.mark.parametrize("what", OPTIONS)
def test_a_strangers_symlink_leads_to_no_file_of_the_users(alice, carol, guest, secret, link, what,
                                                           below):
    """By the last name of the path, or by one before."""
    file = secret if "share" in what else secret / "file"
    lead(link, carol, file.parent if below else file)
    done = start(alice, guest, what, link / file.name if below else link)
    owrun(alice, "kill", "led")
    assert (secret / "file").read_text(encoding="ascii") == TEXT
    assert done.returncode == 1 and len(done.stderr.splitlines()) == 1, done.stderr
    assert "is reached by a symlink of 'carol', who does not own" in done.stderr


def opened(user, path):
    """Has a process of the user the file open?"""
    fds = [fd for pid in processes.of_user(user.uid)
           for fd in pathlib.Path(f"/proc/{pid}/fd").glob("*")]
    return any(fd.is_symlink() and os.readlink(fd) == str(path) for fd in fds)


def swap(link, *targets, pause=PAUSE):
    """All the time, as its owner."""
    while True:
        for target in targets:
            link.with_name("next").symlink_to(target)
            link.with_name("next").rename(link)
            time.sleep(pause)


def test_one_that_leads_elsewhere_meanwhile_leads_to_none_either(alice, carol, guest, secret, link):
    """To carol's own file when owrun looks, and to alice's when QEMU opens it."""
    own = fill(PLACE / "own", carol) / "file"
    own.chmod(0o644)
    swapper = Worker(carol, lambda: swap(link, own, secret / "file"))
    started = leaked = 0
    try:
        assert network.wait_until(link.is_symlink)
        for _ in range(TRIES):
            done = start(alice, guest, "read-only disk", link)
            started += done.returncode == 0
            leaked += opened(alice, secret / "file")
            owrun(alice, "kill", "led")
    finally:
        swapper.kill()
    assert leaked == 0 and started > 0, f"{leaked} of {TRIES}, of which {started} started"


def test_it_leads_to_no_new_file_of_the_users_either(alice, carol, guest, secret, link):
    lead(link, carol, secret / "new")
    done = start(alice, guest, "port", link)
    owrun(alice, "kill", "led")
    assert done.returncode == 1 and "a symlink of 'carol'" in done.stderr, done.stderr
    assert not (secret / "new").exists()


def test_it_leads_to_none_that_is_copied(alice, carol, guest, secret, link):
    lead(link.with_suffix(".img"), carol, secret / "file")
    done = owrun(alice, "create", "copied", str(link.with_suffix(".img")))
    owrun(alice, "rm", "copied")
    assert done.returncode == 1 and "a symlink of 'carol'" in done.stderr


def test_one_that_leads_elsewhere_meanwhile_leads_to_none_that_is_cloned(alice, carol, secret,
                                                                         link):
    own = fill(PLACE / "own", carol) / "file"
    own.chmod(0o644)
    lead(link, carol, own)
    done_well(alice, "create", "led", "--kernel", "/k", "--disk", f"{link},format=raw")
    copy = pathlib.Path(alice.home, ".local/share/owvm/copied/cloned0.img")
    (secret / "file").write_text("mine" + TEXT, encoding="ascii")
    swapper = Worker(carol, lambda: swap(link, own, secret / "file", pause=0))
    cloned = leaked = 0
    try:
        for _ in range(TRIES):
            cloned += owrun(alice, "clone", "led", "copied").returncode == 0
            leaked += copy.exists() and copy.read_bytes().startswith(b"mine")
            owrun(alice, "rm", "copied")
    finally:
        swapper.kill()
        owrun(alice, "rm", "led")
    assert leaked == 0 and cloned > 0, f"{leaked} of {TRIES}, of which {cloned} were cloned"


def test_a_fifo_of_another_makes_no_copy_wait(alice, carol, link):
    image = link.with_name("disk.img")
    image.write_bytes(bytes(4096))
    give(image, carol, 0o644)
    done_well(alice, "create", "led", "--kernel", "/k", "--disk", f"{image},format=raw")
    image.unlink()
    os.mkfifo(image)
    give(image, carol, 0o644)
    said = refused(alice, "clone", "led", "copied")
    owrun(alice, "rm", "led")
    assert said.endswith("it is no file")


def test_it_leads_to_none_below_a_disk(alice, carol, guest, secret, link):
    lead(link, carol, secret / "file")
    disk = secret / "top.qcow2"
    alice.run("qemu-img", "create", "-q", "-f", "qcow2", "-u", "-b", link, "-F", "raw", disk, "1M")
    done = owrun(alice, "run", "-d", *Machine(alice, guest, "led", *NO_NETWORK).arguments, "--disk",
                 f"{disk},readonly")
    owrun(alice, "kill", "led")
    assert done.returncode == 1 and "a symlink of 'carol'" in done.stderr


@pytest.mark.parametrize("whose", ["alice", "carol", "root"])
def test_what_is_honest_is_used(alice, carol, guest, secret, link, whose):
    """A symlink of the user's or of root, and one of another to a file of his own."""
    directory = secret
    if whose == "carol":
        directory = fill(PLACE / "own", carol)
        (directory / "file").chmod(0o644)
    link.symlink_to(directory / "file")
    if whose != "root":
        give(link, alice if whose == "alice" else carol)
    done = start(alice, guest, "read-only disk", link)
    assert done.returncode == 0, done.stderr
    assert owrun(alice, "kill", "led").returncode == 0
