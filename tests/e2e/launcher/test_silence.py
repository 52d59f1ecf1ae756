# SPDX-License-Identifier: MIT
"""What whoever starts a program left it: standard fds that are closed, signals that are ignored."""
import contextlib
import json
import os
import pathlib
import pty
import shutil
import signal
import subprocess

import pytest

import network
import processes
import rootfs
import service
from conftest import OWN_BRIDGE
from machine import NO_NETWORK, Machine, left_of, owrun

HELPER = "/usr/local/bin/owvm-bridge-helper"
POLICY_TOOL = "/usr/local/bin/owvm-policy"
CLOSED = ("0<&-", "1>&-", "2>&-", "1>&- 2>&-", "0<&- 1>&- 2>&-")


@pytest.fixture
def user(alice):
    yield alice
    assert network.wait_until(lambda: left_of(alice) == []), left_of(alice)


@pytest.fixture
def machine(user, guest):
    return Machine(user, guest, "vm", *NO_NETWORK)


def by_shell(user, redirections, *words):
    """A command started by a shell that redirects."""
    return user.run("sh", "-c", f'exec "$@" {redirections}', "sh", *words)


@pytest.mark.parametrize("closed", CLOSED)
def test_no_file_of_a_vm_becomes_a_standard_fd_that_is_closed(machine, closed):
    """Its lock would be standard error, and hold what is said there."""
    by_shell(machine.user, closed, service.OWRUN, "run", "-d", *machine.arguments)
    directory = pathlib.Path(machine.listed()["directory"])
    lock = (directory / "lock").read_text(encoding="ascii")
    assert len(lock.splitlines()) == 1 and len(lock.split()) == 3, lock
    assert b"owrun: " not in b"".join(path.read_bytes() for path in directory.iterdir()
                                      if path.is_file())
    assert json.loads((directory / "vm.json").read_text(encoding="utf-8"))["name"] == "vm"
    done = by_shell(machine.user, closed, service.OWRUN, "kill", "vm")
    assert done.returncode == (1 if "1>&-" in closed else 0)
    assert machine.find() == {}


def test_what_was_printed_to_a_closed_standard_output_is_an_error(alice):
    done = by_shell(alice, "1>&-", service.OWRUN, "--version")
    assert done.returncode == 1
    assert done.stderr == "owrun: cannot write to standard output: Bad file descriptor\n"


@pytest.mark.parametrize("program", (HELPER, POLICY_TOOL))
@pytest.mark.parametrize("closed", CLOSED)
def test_the_other_programs_bear_closed_fds_too(alice, netd, program, closed):
    """And write to no file that they read."""
    netd(OWN_BRIDGE)
    before = pathlib.Path(service.POLICY).read_bytes()
    arguments = ("--help",) if program == HELPER else ("check", service.POLICY)
    assert by_shell(alice, closed, program, *arguments).returncode >= 0
    assert pathlib.Path(service.POLICY).read_bytes() == before


@pytest.fixture
def failing(alice):
    """failing(SCRIPT): an image, and a PATH with a qemu-img that does that."""
    tool, image = (pathlib.Path(alice.home, name) for name in ("tools/qemu-img", "disk.img"))

    def make(script):
        tool.parent.mkdir()
        tool.write_text(f"#!/bin/sh\n{script}\n", encoding="ascii")
        tool.chmod(0o755)
        image.write_bytes(bytes(1 << 20))
        return image, {"PATH": f"{tool.parent}:{os.environ['PATH']}"}
    yield make
    shutil.rmtree(tool.parent)
    image.unlink()


def test_children_can_be_waited_for_where_sigchld_was_ignored(alice, failing):
    """Else a qemu-img that fails would be one that did well, and its empty file a disk."""
    image, path = failing("exit 1")
    done = alice.run("env", "--ignore-signal=CHLD", service.OWRUN, "create", "vm", str(image),
                     env=path)
    assert done.returncode == 1 and "'qemu-img' failed" in done.stderr, done.stderr
    assert not pathlib.Path(alice.home, ".local/share/owvm/vm").exists()


def ignores(pid, number):
    """Ignored and not blocked: then it does not even come."""
    fields = processes.status(pid)
    bit = 1 << (number - 1)
    return bool(int(fields["SigIgn"][0], 16) & bit) and not int(fields["SigBlk"][0], 16) & bit


def spawn(user, trap, *words):
    return subprocess.Popen(
        ("sh", "-c", f'{trap} exec "$@"', "sh", service.OWRUN, *words), user=user.uid,
        group=user.gid, extra_groups=user.groups, cwd=user.home, start_new_session=True,
        env={"PATH": os.environ["PATH"], "HOME": user.home}, stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


@pytest.mark.parametrize("trap, lives", (("", False), ("trap '' HUP;", True)))
def test_nohup_is_honoured_by_a_vm_in_the_foreground(machine, trap, lives):
    process = spawn(machine.user, trap, "run", *machine.arguments)
    # Its state is written when all is there.
    assert network.wait_until(lambda: "started" in machine.find(), 20)
    assert ignores(process.pid, signal.SIGHUP) == lives
    process.send_signal(signal.SIGHUP)
    if lives:
        assert machine.listed() and process.poll() is None
        process.terminate()
    assert process.wait(20) == 0
    assert machine.find() == {}


@pytest.mark.parametrize("trap, lives", (("", False), ("trap '' HUP;", True)))
def test_nohup_is_honoured_by_lan_and_what_runs_there(user, netd, trap, lives):
    netd(OWN_BRIDGE)
    process = spawn(user, trap, "lan", "--address", "192.168.1.9/24", user.bridge, "sleep", "600")

    def sleeper():
        return [pid for pid in processes.of_user(user.uid)
                if processes.command_line(pid) == "sleep 600"]
    assert network.wait_until(sleeper, 20)
    everybody = processes.of_user(user.uid)
    assert len(everybody) == 3
    assert [ignores(pid, signal.SIGHUP) for pid in everybody] == [lives] * 3
    for pid in everybody:
        # The first one's end may be that of the others.
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGHUP)
    if lives:
        assert processes.of_user(user.uid) == everybody
        process.terminate()
    assert process.wait(20) == 128 + (signal.SIGTERM if lives else signal.SIGHUP)
    assert network.wait_until(lambda: network.ports(user.bridge) == set())


def test_an_interrupt_that_was_ignored_does_not_end_the_vm(machine):
    """As a script's `owrun run ... &` has it: Ctrl-C is for who is in the foreground."""
    process = spawn(machine.user, "trap '' INT QUIT;", "run", *machine.arguments)
    assert network.wait_until(lambda: "started" in machine.find(), 20)
    assert ignores(process.pid, signal.SIGINT) and ignores(process.pid, signal.SIGQUIT)
    owrun(machine.user, "kill", "vm")
    assert process.wait(20) == 1


def test_forty_open_files_are_enough_for_a_vm(machine):
    done = machine.user.run("sh", "-c", 'ulimit -n 40; exec "$@"', "sh", service.OWRUN, "run", "-d",
                            *machine.arguments)
    assert done.returncode == 0, done.stderr
    owrun(machine.user, "kill", "vm")


def on_terminal(user, *words, environment=None):
    """What it prints on a terminal, and its exit status."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        (service.OWRUN, *words), user=user.uid, group=user.gid, extra_groups=user.groups,
        cwd=user.home, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True,
        env={"PATH": os.environ["PATH"], "HOME": user.home, "TERM": "xterm", **(environment or {})})
    os.close(theirs)
    said = b""
    with contextlib.suppress(OSError):
        while data := os.read(ours, 4096):
            said += data
    os.close(ours)
    return said, process.wait(20)


@pytest.fixture(name="deaf")
def fixture_deaf(user, guest):
    """A VM whose guest never hears of the power button."""
    machine = Machine(user, guest, "vm", *NO_NETWORK, append="rdinit=/none panic=0")
    return machine.start()


def test_a_stop_that_takes_its_time_says_so_on_a_terminal_alone(deaf):
    said, status = on_terminal(deaf.user, "stop", "--timeout", "5", "vm")
    assert status == 0 and b"\r\x1b[Kpower button: " in said, said
    # In the end the line is gone.
    assert said.rpartition(b"\x1b[K")[2].startswith(b"vm: power button: still there"), said
    deaf.start()
    done = owrun(deaf.user, "stop", "--timeout", "5", "vm")
    assert "\x1b" not in done.stdout + done.stderr and done.stderr == ""
    deaf.start()
    said, _ = on_terminal(deaf.user, "stop", "--timeout", "3", "vm", environment={"TERM": "dumb"})
    assert b"\x1b" not in said, said


def test_a_tool_that_takes_its_time_is_named_on_a_terminal(alice, failing):
    image, path = failing("sleep 2; exit 1")
    said, status = on_terminal(alice, "create", "vm", str(image), environment=path)
    assert status == 1 and b"\r\x1b[Kqemu-img: 1 s" in said, said
    assert said.rpartition(b"\x1b[K")[2].startswith(b"owrun: "), said
    done = owrun(alice, "create", "vm", str(image), env=path)
    assert done.stderr == "owrun: 'qemu-img' failed\n" and done.stdout == ""


def test_an_image_that_takes_its_time_is_named_on_a_terminal(alice):
    """The tar comes after the second with which the line begins."""
    place = pathlib.Path(alice.home, "slow")
    alice.run("mkdir", place)
    (place / "tar").write_bytes(rootfs.tar(rootfs.busybox()))
    os.mkfifo(place / "fifo", 0o644)
    os.chown(place / "fifo", alice.uid, alice.gid)
    with subprocess.Popen(("sh", "-c", 'exec >"$1/fifo"; sleep 2; cat "$1/tar"', "sh", place)):
        said, status = on_terminal(alice, "mkimage", place / "fifo", "-o", place / "i.img",
                                   "--size", "24M")
    assert status == 0 and f"\r\x1b[K{place}/i.img: 1 s".encode() in said, said
    assert said.rpartition(b"\x1b[K")[2].startswith(f"{place}/i.img: made".encode()), said
    shutil.rmtree(place)


@pytest.mark.parametrize("script, words", (
    ("exit 7", "it said nothing, and its exit status was 7"),
    ("kill -SEGV $$", "it said nothing, and was killed by signal 11 (Segmentation fault)")))
def test_a_qemu_that_ends_at_once_without_a_word(machine, script, words):
    tool = pathlib.Path(machine.user.home, "tools/qemu-system-x86_64")
    tool.parent.mkdir()
    tool.write_text(f"#!/bin/sh\n{script}\n", encoding="ascii")
    tool.chmod(0o755)
    done = owrun(machine.user, "run", "-d", "--no-sandbox", *machine.arguments,
                 env={"PATH": f"{tool.parent}:{os.environ['PATH']}"})
    assert done.returncode == 1 and f"QEMU ended at once; {words}" in done.stderr, done.stderr
    shutil.rmtree(tool.parent)
