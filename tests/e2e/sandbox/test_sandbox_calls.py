# SPDX-License-Identifier: MIT
"""What a program in QEMU's place can do to what its user has beside open files. Each attack is
first shown to work without the sandbox."""
import ctypes
import os
import pathlib
import re
import shutil
import socket

import pytest

import network
import processes
import service
from conftest import BUILD
from machine import Machine, owrun
from people import User, become

LIBC = ctypes.CDLL(None, use_errno=True)
IPC_CREAT, IPC_PRIVATE, IPC_RMID, IPC_STAT = 0o1000, 0, 0, 2
NET_ADMIN = 1 << 12
MESSAGE = b"the-users-message"
ATTACKS = ("read message", "remove queue", "remove semaphores", "remove segment", "open secret",
           "connect one of a pair")


class Objects:
    """System V's, made by the user; the queue holds a message."""

    def __init__(self, user):
        reader, writer = os.pipe()
        pid = os.fork()
        if pid == 0:
            try:
                become(user)
                queue = LIBC.msgget(IPC_PRIVATE, IPC_CREAT | 0o600)
                LIBC.msgsnd(queue, b"\1".ljust(8, b"\0") + MESSAGE, len(MESSAGE), 0)
                ids = (queue, LIBC.semget(IPC_PRIVATE, 1, IPC_CREAT | 0o600),
                       LIBC.shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0o600))
                os.write(writer, " ".join(map(str, ids)).encode())
            finally:
                os._exit(0)
        os.close(writer)
        os.waitpid(pid, 0)
        self.queue, self.semaphores, self.segment = map(int, os.read(reader, 100).split())
        os.close(reader)

    def there(self):
        status = ctypes.create_string_buffer(1024)
        return [LIBC.msgctl(self.queue, IPC_STAT, status) == 0,
                LIBC.semctl(self.semaphores, 0, IPC_STAT, status) == 0,
                LIBC.shmctl(self.segment, IPC_STAT, status) == 0]

    def remove(self):
        LIBC.msgctl(self.queue, IPC_RMID, None)
        LIBC.semctl(self.semaphores, 0, IPC_RMID)
        LIBC.shmctl(self.segment, IPC_RMID, None)


@pytest.fixture(scope="module")
def programs(alice):
    """A directory where QEMU is another program."""
    place = pathlib.Path(alice.home, "programs")
    place.mkdir()
    for name in ("qemu-system-x86_64", "qemu-system-aarch64"):
        shutil.copy(BUILD / "tests/e2e/lib/attacker", place / name)
    return place


@pytest.fixture
def objects(alice):
    made = Objects(alice)
    yield made
    made.remove()


@pytest.fixture
def taker(alice):
    """A socket of the user's that takes datagrams, as his systemd has one."""
    path = pathlib.Path(alice.home, "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as server:
        server.bind(str(path))
        os.chown(path, alice.uid, alice.gid)
        yield path
    path.unlink()


@pytest.mark.parametrize("options", [(), ("--no-sandbox",)], ids=["sandboxed", "free"])
def test_what_the_user_has_can_be_used_only_without_the_sandbox(alice, guest, programs, objects,
                                                                secret, taker, options):
    machine = Machine(alice, guest, "calls", "--lan", "none", *options)
    done = owrun(alice, "run", "-d", *machine.arguments, env={
        "PATH": f"{programs}:{os.environ['PATH']}", "QUEUE": str(objects.queue),
        "SEMAPHORES": str(objects.semaphores), "SEGMENT": str(objects.segment),
        "SECRET": str(secret), "SERVICE": str(taker)})
    assert done.returncode == 1 and "QEMU ended at once" in done.stderr
    results = dict(re.findall(r"^  (.*): (.*)$", done.stderr, re.MULTILINE))
    free = options != ()
    assert {results[attack] == "done" for attack in ATTACKS} == {free}, done.stderr
    assert (MESSAGE.decode() in done.stderr) == free
    assert objects.there() == [not free] * 3
    assert (secret.stat().st_mode & 0o777) == (0o777 if free else 0o600)


@pytest.mark.parametrize("options", [(), ("--no-sandbox",)], ids=["sandboxed", "free"])
def test_the_passt_of_a_vm_can_use_it_only_without_the_sandbox(alice, guest, programs, objects,
                                                               secret, taker, options):
    """It is the program that owrun starts in passt's place."""
    told = pathlib.Path(alice.home, "told-by-passt")
    shutil.copy(programs / "qemu-system-x86_64", programs / "attacker")
    (programs / "passt").write_text(f"#!/bin/sh\n{programs}/attacker >{told}\nexit 1\n",
                                    encoding="ascii")
    (programs / "passt").chmod(0o755)
    machine = Machine(alice, guest, "calls", "--lan", "none", "--wan", "passt", *options)
    done = owrun(alice, "run", "-d", *machine.arguments, env={
        "PATH": f"{programs}:{os.environ['PATH']}", "QUEUE": str(objects.queue),
        "SEMAPHORES": str(objects.semaphores), "SEGMENT": str(objects.segment),
        "SECRET": str(secret), "SERVICE": str(taker)})
    assert done.returncode == 1 and "/passt' failed" in done.stderr
    text = told.read_text(encoding="ascii")
    results = dict(re.findall(r"^(.*): (.*)$", text, re.MULTILINE))
    free = options != ()
    assert {results[attack] == "done" for attack in ATTACKS} == {free}, text
    assert objects.there() == [not free] * 3
    assert (secret.stat().st_mode & 0o777) == (0o777 if free else 0o600)


INHERITED = ("--inh-caps=+net_admin", "--ambient-caps=+net_admin")


def with_capabilities(user, *command, path="", **options):
    """Run a command as the user, with a capability that is handed on."""
    return network.command(
        "/usr/bin/setpriv", f"--reuid={user.uid}", f"--regid={user.gid}", "--init-groups",
        *INHERITED, *command, **options,
        env={"HOME": user.home, "USER": user.name, "PATH": path + os.environ["PATH"]})


def sets_in(text):
    return {name: int(value, 16)
            for name, value in re.findall(r"^(Cap\w+):\t(\w+)$", text, re.MULTILINE)}


def start_with_capabilities(user, guest, *options):
    """The sets of owrun itself, and of its QEMU."""
    machine = Machine(user, guest, "inherited", "--lan", "none", "--wan", "none", *options)
    own = sets_in(with_capabilities(user, "cat", "/proc/self/status").stdout)
    with_capabilities(user, service.OWRUN, "run", "-d", *machine.arguments)
    machine.state = machine.listed()
    sets = processes.capabilities(machine.pid)
    machine.quit()
    return own, sets


@pytest.mark.parametrize("options", [(), ("--no-sandbox",)], ids=["sandboxed", "free"])
def test_qemu_inherits_no_capability_from_owrun(alice, guest, options):
    own, sets = start_with_capabilities(alice, guest, *options)
    assert own["CapEff"] == own["CapAmb"] == NET_ADMIN
    assert set(sets.values()) == {0}


def test_qemu_of_root_has_what_root_has_and_inherits_nothing(installed, guest):
    own, sets = start_with_capabilities(User("root"), guest)
    assert sets == {"CapInh": 0, "CapPrm": own["CapPrm"], "CapEff": own["CapEff"], "CapAmb": 0}


def test_no_other_program_of_owrun_inherits_one(alice, guest):
    """ssh, and the qemu-img that makes a disk: here programs that tell what they have."""
    programs, told = pathlib.Path(alice.home, "telling"), pathlib.Path(alice.home, "told")
    programs.mkdir()
    for name in ("ssh", "qemu-img"):
        (programs / name).write_text(f"#!/bin/sh\ncat /proc/self/status >>{told}\n",
                                     encoding="ascii")
        (programs / name).chmod(0o755)
    machine = Machine(alice, guest, "told", "--lan", "user", "--wan", "none").boot()
    machine.answer(22)
    image = pathlib.Path(alice.home, "disk.img")
    image.write_bytes(bytes(1 << 20))
    try:
        for command in (("ssh", "told"), ("create", "fresh", str(image))):
            told.unlink(missing_ok=True)
            with_capabilities(alice, service.OWRUN, *command, path=f"{programs}:", check=False)
            sets = sets_in(told.read_text(encoding="ascii"))
            assert {sets[name] for name in ("CapInh", "CapPrm", "CapEff", "CapAmb")} == {0}, command
    finally:
        machine.quit()
