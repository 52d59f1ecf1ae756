# SPDX-License-Identifier: MIT
"""A qcow2 image of another user may name any file of whoever starts it, and be changed later."""
import contextlib
import ctypes
import fcntl
import itertools
import os
import pathlib
import select
import shutil
import signal
import subprocess
import time

import pytest

import processes
from machine import NO_NETWORK, Machine, done_well, owrun
from people import Worker, working

SECRET = b"what nobody else may read\n"
PLACE = pathlib.Path("/tmp/images")
NUMBERS = itertools.count()
HEADER = 4096  # bytes of an image that tell what is below it
PAUSE = 0.005  # seconds
LEASE = 2  # seconds: longer than it takes to look
TRIES = 20
QUIET = 0.001  # seconds
IN_CLOSE_NOWRITE = 0x10


@pytest.fixture
def secret(alice):
    path = pathlib.Path(alice.home, "secret")
    path.write_bytes(SECRET + bytes(65536 - len(SECRET)))
    os.chown(path, alice.uid, alice.gid)
    path.chmod(0o600)
    yield path
    path.unlink()


@pytest.fixture
def image():
    """The path of one; no other test had it."""
    PLACE.mkdir()
    yield PLACE / f"{next(NUMBERS)}.qcow2"
    shutil.rmtree(PLACE)


def qemu_img(*arguments):
    subprocess.run(("qemu-img", *map(str, arguments)), check=True, capture_output=True)


def plain(_, image):
    qemu_img("create", "-q", "-f", "qcow2", image, "64K")


def over(secret, image):
    qemu_img("create", "-q", "-f", "qcow2", "-b", secret, "-F", "raw", image)


def data_file(secret, image):
    """The data of the image are in another file, that its header names."""
    qemu_img("create", "-q", "-f", "qcow2", "-o",
             f"data_file={PLACE}/data,data_file_raw=on", image, "65536")
    name = f"{PLACE}/data".encode()
    header = bytearray(image.read_bytes())
    at = header.index(name)
    wanted = str(secret).encode()
    header[at - 4:at] = len(wanted).to_bytes(4, "big")
    header[at:at + (len(wanted) + 7) // 8 * 8] = wanted.ljust((len(wanted) + 7) // 8 * 8, b"\0")
    header[at + (len(wanted) + 7) // 8 * 8:at + 64] = bytes(64 - (len(wanted) + 7) // 8 * 8)
    image.write_bytes(header)
    (PLACE / "data").unlink()


def headers_of(secret, image, *ways):
    """What such images begin with; the last of them stays."""
    headers = []
    for make in ways:
        make(secret, image)
        headers.append(image.read_bytes()[:HEADER])
    return headers


@contextlib.contextmanager
def changing(image, user, *headers, pause=PAUSE):
    """Its owner writes one and the other, all the time."""
    def write():
        with open(image, "r+b", buffering=0) as stream:
            while True:
                for header in headers:
                    os.pwrite(stream.fileno(), header, 0)
                    time.sleep(pause)
    with working(user, write):
        yield


def opened(user, path):
    """Has a process of the user the file open?"""
    fds = [fd for pid in processes.of_user(user.uid)
           for fd in pathlib.Path(f"/proc/{pid}/fd").glob("*")]
    return any(fd.is_symlink() and os.readlink(fd) == str(path) for fd in fds)


def commands(machine, image):
    return {"run": ("run", "-d", *machine.arguments),
            "without a sandbox": ("run", "-d", "--no-sandbox", *machine.arguments),
            "create": ("create", "copied", str(image))}


@pytest.mark.parametrize("way", [over, data_file], ids=lambda way: way.__name__)
@pytest.mark.parametrize("what", ["run", "without a sandbox", "create"])
def test_a_strangers_image_opens_no_file_of_the_users(user, carol, guest, secret, image, way, what):
    way(secret, image)
    os.chown(image, carol.uid, carol.gid)
    machine = Machine(user, guest, "foreign", "--disk", f"{image},snapshot", *NO_NETWORK)
    done = owrun(user, *commands(machine, image)[what])
    copy = pathlib.Path(user.home, ".local/share/owvm/copied/disk.qcow2")
    copied = copy.exists() and SECRET in copy.read_bytes()
    owrun(user, "kill", "foreign")
    owrun(user, "rm", "copied")
    assert not copied and done.returncode == 1 and done.stdout == "", done.stderr
    assert len(done.stderr.splitlines()) == 1 and f"disk '{image}'" in done.stderr
    assert "owner 'carol', mode 0644" in done.stderr and "'--trust-backing'" in done.stderr


@pytest.mark.parametrize("what, pause", [("run", 0), ("without a sandbox", PAUSE),
                                         ("create", PAUSE)])
def test_what_is_written_between_two_looks_opens_none_either(user, carol, guest, secret, image,
                                                             what, pause):
    """Nothing is below it when owrun looks, and the secret when QEMU does."""
    headers = headers_of(secret, image, plain, over)
    machine = Machine(user, guest, "foreign", "--disk", f"{image},readonly", *NO_NETWORK)
    os.chown(image, carol.uid, carol.gid)
    kept = pathlib.Path(user.home, ".local/share/owvm")
    copy = kept / "copied/disk.qcow2"
    leaked, said = 0, ""
    with changing(image, carol, *headers, pause=pause):
        for _ in range(TRIES):
            # What was noted before is compared: each look is the first.
            (kept / ".backing.json").unlink(missing_ok=True)
            done = owrun(user, *commands(machine, image)[what])
            if what == "create":
                leaked += copy.exists() and SECRET in copy.read_bytes()
            elif done.returncode == 0:
                leaked += opened(user, secret)
            owrun(user, "kill", "foreign")
            owrun(user, "rm", "copied")
            said += done.stderr
    assert leaked == 0, f"{leaked} of {TRIES}"
    assert "owner 'carol', mode 0644" in said and "'--trust-backing'" in said


@contextlib.contextmanager
def leased(image, user):
    """Its owner keeps those who would not wait from opening it, and those who do wait for a while
    (F_SETLEASE in fcntl(2))."""
    def take():
        fd = os.open(image, os.O_RDWR)

        def release(*_):
            time.sleep(LEASE)
            fcntl.fcntl(fd, fcntl.F_SETLEASE, fcntl.F_UNLCK)
        signal.signal(signal.SIGIO, release)
        fcntl.fcntl(fd, fcntl.F_SETLEASE, fcntl.F_WRLCK)
    holder = Worker(user, take)
    try:
        holder.result()
        yield
    finally:
        holder.finish()


def test_what_cannot_be_looked_at_is_not_cloned(user, carol, guest, secret, image):
    """The copy would be the user's own, so that what it says counts."""
    plain(secret, image)
    os.chown(image, carol.uid, carol.gid)
    Machine(user, guest, "foreign", "--disk", str(image), *NO_NETWORK).create()
    over(secret, image)
    os.chown(image, carol.uid, carol.gid)
    with leased(image, carol):
        done = owrun(user, "clone", "foreign", "copied")
    owrun(user, "run", "-d", "copied")
    leaked = opened(user, secret)
    owrun(user, "kill", "copied")
    for name in ("copied", "foreign"):
        owrun(user, "rm", name)
    assert done.returncode == 1 and not leaked, f"{done.stderr}, leaked: {leaked}"
    assert f"'{image}'" in done.stderr


def test_what_is_written_while_it_is_cloned_opens_none_either(user, carol, guest, secret, image):
    headers = headers_of(secret, image, plain, over)
    os.chown(image, carol.uid, carol.gid)
    Machine(user, guest, "foreign", "--disk", str(image), *NO_NETWORK).create()
    copy = pathlib.Path(user.home, ".local/share/owvm/copied/cloned0.qcow2")
    leaked = cloned = 0
    with changing(image, carol, *headers, pause=0):
        for _ in range(TRIES):
            cloned += owrun(user, "clone", "foreign", "copied").returncode == 0
            leaked += copy.exists() and str(secret).encode() in copy.read_bytes()
            owrun(user, "rm", "copied")
    owrun(user, "rm", "foreign")
    assert leaked == 0, f"{leaked} of {TRIES}, of which {cloned} were cloned"


@contextlib.contextmanager
def turning(image, user, header):
    """Its owner writes that header when somebody has looked at the image."""
    libc = ctypes.CDLL(None)
    watch = libc.inotify_init1(os.O_CLOEXEC)
    assert libc.inotify_add_watch(watch, os.fsencode(image), IN_CLOSE_NOWRITE) > 0

    def turn():
        os.read(watch, 4096)
        while select.select([watch], [], [], QUIET)[0]:
            os.read(watch, 4096)
        with open(image, "r+b") as stream:
            stream.write(header)
    writer = Worker(user, turn, keep=[watch])
    os.close(watch)
    yield
    writer.result()
    writer.finish()


def test_what_is_written_while_a_snapshot_goes_is_not_read(user, carol, guest, secret, image):
    """The user's disk stands on the image, and takes more of it than the snapshot's overlay."""
    other, first = headers_of(secret, image, over, plain)
    os.chown(image, carol.uid, carol.gid)
    disk = pathlib.Path(user.home, "mine.qcow2")
    overlay = pathlib.Path(user.home, ".local/share/owvm/foreign/s.disk0.qcow2")
    user.run("qemu-img", "create", "-q", "-f", "qcow2", "-o", "cluster_size=128K", "-b", image,
             "-F", "qcow2", disk, "256K")
    before = disk.read_bytes()
    Machine(user, guest, "foreign", "--disk", str(disk), *NO_NETWORK).create()
    leaked = refused = 0
    for _ in range(TRIES // 4):
        disk.write_bytes(before)
        done_well(user, "snapshot", "foreign", "s")
        user.run("qemu-io", "-c", "write -P 7 64K 4K", overlay)
        with turning(image, carol, other):
            failed = owrun(user, "snapshot", "rm", "foreign", "s").returncode
        leaked, refused = leaked + (SECRET in disk.read_bytes()), refused + failed
        image.write_bytes(first + image.read_bytes()[HEADER:])
        if failed:
            done_well(user, "snapshot", "rm", "foreign", "s")
        assert bytes([7]) * 4096 in disk.read_bytes() and not overlay.exists()
    owrun(user, "rm", "foreign")
    assert leaked == 0 and refused > 0, f"{leaked} leaked, {refused} refused"


def test_what_the_user_has_taken_once_is_taken_until_it_changes(user, carol, guest, secret, image):
    qemu_img("create", "-q", "-f", "raw", PLACE / "base.img", "1M")
    qemu_img("create", "-q", "-f", "qcow2", "-b", "base.img", "-F", "raw", image)
    for path in PLACE.iterdir():
        os.chown(path, carol.uid, carol.gid)
    machine = Machine(user, guest, "foreign", "--disk", f"{image},readonly", *NO_NETWORK)
    assert "owner 'carol'" in machine.refused()
    machine.arguments = ("--trust-backing",) + machine.arguments
    machine.start().quit()
    machine.arguments = machine.arguments[1:]
    machine.start().quit()
    qemu_img("rebase", "-u", "-b", secret, "-F", "raw", image)
    assert "below it now, and had" in machine.refused()
    owrun(user, "rm", "foreign")


def test_an_image_that_others_can_replace_is_theirs(user, carol, guest, secret, image):
    """The user's own image, in a directory of carol's."""
    over(secret, image)
    os.chown(PLACE, carol.uid, carol.gid)
    os.chown(image, user.uid, user.gid)
    machine = Machine(user, guest, "foreign", "--disk", f"{image},snapshot", *NO_NETWORK)
    done = owrun(user, "run", "-d", *machine.arguments)
    owrun(user, "kill", "foreign")
    assert done.returncode == 1 and f"'{PLACE}' can be changed by others" in done.stderr
    assert "owner 'carol'" in done.stderr and "'--trust-backing'" in done.stderr


def test_images_below_which_there_is_nothing_are_only_disks(user, carol, guest, image):
    """Whoever they belong to: a base that users share, and one of root's over another."""
    qemu_img("create", "-q", "-f", "qcow2", image, "1M")
    os.chown(image, carol.uid, carol.gid)
    roots = pathlib.Path("/usr/local/share/owvm-roots")
    roots.mkdir()
    try:
        qemu_img("create", "-q", "-f", "qcow2", roots / "base.qcow2", "1M")
        qemu_img("create", "-q", "-f", "qcow2", "-b", "base.qcow2", "-F", "qcow2",
                 roots / "top.qcow2")
        machine = Machine(user, guest, "foreign", "--disk", f"{image},readonly", "--disk",
                          f"{roots}/top.qcow2,readonly", *NO_NETWORK)
        machine.start().quit()
        owrun(user, "rm", "foreign")
    finally:
        shutil.rmtree(roots)
