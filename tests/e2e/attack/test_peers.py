# SPDX-License-Identifier: MIT
"""Another process in the place of a VM's QEMU: at its sockets, or in its lock. What such a process
says was believed, what is typed went to it, and owrun signalled whatever its lock named."""
import contextlib
import os
import pathlib
import re
import signal
import socket
import struct
import time

import pytest

import impostor
import network
import processes
from machine import NO_NETWORK, Machine, left_of, owrun, runtime_directory
from people import sleeper

GREETING = b'{"QMP": {"version": {}, "capabilities": []}}\r\n'
LAST_PID = pathlib.Path("/proc/sys/kernel/ns_last_pid")
ENDING = (("stop", "--timeout", "0"), ("kill",), ("restart", "-d"), ("rm", "--force"))


@pytest.fixture
def vm(alice, guest):
    machine = Machine(alice, guest, "vm", *NO_NETWORK).start()
    yield machine
    owrun(alice, "rm", "--force", "vm")
    assert network.wait_until(lambda: left_of(alice) == []), left_of(alice)


def say_paused(connection):
    """A QMP that answers all, and keeps what it hears."""
    connection.sendall(GREETING)
    while data := connection.recv(4096):
        with open("/tmp/heard", "ab") as stream:
            stream.write(data)
        connection.sendall(b'{"return": {"status": "stranger"}}\r\n')


def say_hello(connection):
    """A monitor or a console."""
    connection.sendall(b"stranger\r\n")
    while data := connection.recv(4096):
        with open("/tmp/heard", "ab") as stream:
            stream.write(data)


@pytest.fixture
def heard():
    path = pathlib.Path("/tmp/heard")
    path.touch()
    path.chmod(0o666)
    yield path
    path.unlink()


@pytest.fixture(params=["carol", "alice"])
def stranger(request):
    """Whose process it is: another user's, or the user's own that is not QEMU."""
    return request.getfixturevalue(request.param)


@pytest.mark.parametrize("command", [
    ("status", "vm"), ("stop", "--timeout", "0", "vm"), ("monitor", "vm", "info", "name"),
    ("monitor", "vm", "quit"), ("nic", "ls", "vm"), ("nic", "add", "vm", "user"),
    ("doctor", "--vm", "vm")], ids=" ".join)
def test_only_the_vms_process_is_believed_at_its_qmp(alice, vm, stranger, heard, command):
    path = pathlib.Path(vm.state["directory"], "qmp.sock")
    with impostor.instead(path, stranger, say_paused):
        done = owrun(alice, *command, timeout=20, input="typed\n", stdin=None)
    assert heard.read_bytes() == b""
    assert "stranger" not in done.stdout + done.stderr
    assert len(re.findall(r"'\S+/qmp.sock' is served by process \d+ of uid "
                          rf"{stranger.uid}, which is not the VM's", done.stderr)) == 1


def test_only_the_vms_process_is_believed_at_its_console(alice, vm, stranger, heard):
    """The console's socket is used where QMP cannot be."""
    directory = pathlib.Path(vm.state["directory"])
    with impostor.instead(directory / "qmp.sock", stranger, say_hello), \
            impostor.instead(directory / "console.sock", stranger, say_hello):
        done = owrun(alice, "console", "vm", timeout=20, input="typed\n", stdin=None)
    assert done.returncode == 1 and heard.read_bytes() == b""
    assert "console.sock' is served by process" in done.stderr


@pytest.mark.parametrize("options", [(), ("--no-sandbox",)], ids=["sandbox", "no sandbox"])
def test_an_honest_qemu_is_believed(alice, guest, options):
    """What all of this stands on: its sockets name it, and nothing is said."""
    Machine(alice, guest, "honest", *NO_NETWORK, *options).start()
    try:
        done = owrun(alice, "status", "honest")
        assert "state      running" in done.stdout and done.stderr == ""
        for file in ("qmp.sock", "monitor.sock", "console.sock"):
            with socket.socket(socket.AF_UNIX) as client:
                client.connect(str(runtime_directory(alice) / "honest" / file))
                peer = client.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
            assert f"pid        {struct.unpack('3i', peer)[0]}\n" in done.stdout
    finally:
        assert owrun(alice, "kill", "honest").returncode == 0


@pytest.mark.parametrize("command", ENDING, ids=lambda command: command[0])
def test_a_process_that_the_lock_names_is_not_signalled(alice, vm, victim, command):
    """With its right start, and its program."""
    with impostor.in_lock(vm.state["directory"], impostor.noted(victim.pid)):
        done = owrun(alice, *command, "vm")
    assert done.returncode == 1 and victim.poll() is None
    assert f"lives, but not as pid {victim.pid}" in done.stderr


@pytest.mark.parametrize("command", ENDING, ids=lambda command: command[0])
def test_a_process_that_an_older_lock_names_is_not_signalled(alice, vm, victim, command):
    text = f"{victim.pid} {processes.started(victim.pid)}"
    with impostor.in_lock(vm.state["directory"], text):
        done = owrun(alice, *command, "vm")
    assert done.returncode == 1 and victim.poll() is None


@pytest.mark.parametrize("command", ENDING[:3], ids=lambda command: command[0])
def test_a_process_that_has_the_pid_by_now_is_not_signalled(alice, vm, command):
    pid, end = vm.pid, time.monotonic() + 30
    with contextlib.ExitStack() as stack:
        process = None
        while process is None or process.pid != pid:
            assert time.monotonic() < end, "the pid did not come again"
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            network.wait_until(lambda: not os.path.exists(f"/proc/{pid}"))
            LAST_PID.write_text(str(pid - 1), encoding="ascii")
            process = stack.enter_context(sleeper(alice))
        # By a start that there was before, nobody could tell them apart.
        assert processes.started(pid) != pathlib.Path(
            vm.state["directory"], "lock").read_text(encoding="ascii").split()[1]
        owrun(alice, *command, "vm")
        assert process.poll() is None
