# SPDX-License-Identifier: MIT
"""The console of a VM that is being started, and when other programs have it or it is left."""
import fcntl
import os
import signal
import struct
import subprocess
import termios
import time

import pytest

import network
import service
from machine import NO_NETWORK, Machine, left_of, owrun
from terminal import ESCAPE, Terminal


@pytest.fixture(scope="module")
def vm(running, alice, guest):
    machine = Machine(alice, guest, "vm", *NO_NETWORK).boot()
    yield machine
    machine.quit()
    assert network.wait_until(lambda: left_of(alice) == []), left_of(alice)


def attach(vm):
    return Terminal(vm.user, service.OWRUN, "console", vm.name)


def printed(vm):
    return owrun(vm.user, "log", vm.name).stdout


@pytest.fixture
def terminal(vm):
    """A terminal that types, with a shell in it."""
    with attach(vm) as opened:
        opened.wait_raw()
        opened.type(b"\r")
        opened.expect(b"router# ")
        yield opened


def test_what_was_typed_just_before_leaving_reaches_the_guest(vm, terminal):
    # The last of it is read by QEMU when the guest has taken the rest.
    terminal.type(b"echo " + b"x" * 200 + b"$((40 + 2))left\r" + ESCAPE)
    assert terminal.end() == 0
    assert network.wait_until(lambda: "42left" in printed(vm), 10)


def test_a_vm_that_takes_nothing_can_be_left(vm, terminal):
    os.kill(vm.pid, signal.SIGSTOP)
    try:
        terminal.type(b"x" * 3000)
        start = time.monotonic()
        terminal.type(ESCAPE)
        assert terminal.end() == 0
        assert time.monotonic() - start < 5
    finally:
        os.kill(vm.pid, signal.SIGCONT)
    with attach(vm) as again:
        again.wait_raw()
        again.type(b"\x15\recho $((40 + 2))again\r")
        again.expect(b"42again")


def test_who_follows_types_when_the_first_has_left(vm):
    with attach(vm) as first:
        first.wait_raw()
        with attach(vm) as second:
            second.expect(b"is typed to from elsewhere")
            second.wait_raw()
            second.type(b"echo $((40 + 2))stray\r")
            first.type(b"echo $((40 + 2))first\r")
            second.expect(b"42first")
            first.type(ESCAPE)
            assert first.end() == 0
            second.type(b"x")
            second.expect(b"nobody else types any more; this terminal does from now on")
            second.type(b"echo $((40 + 2))second\r")
            second.expect(b"42second")
            second.type(ESCAPE)
            assert second.end() == 0
    assert "42stray" not in printed(vm) and "xecho" not in printed(vm)


def test_who_comes_while_socat_has_the_console_follows_and_is_told(vm):
    path = vm.status()["console"]
    with Terminal(vm.user, "socat", "-,raw,echo=0,escape=0x18", f"UNIX-CONNECT:{path}") as socat:
        socat.wait_raw()
        socat.type(b"\r")
        socat.expect(b"router# ")
        with attach(vm) as second:
            second.expect(b"console of VM 'vm' is typed to from elsewhere; this shows what")
            second.wait_raw()
            second.type(b"echo stray\r")
            socat.type(b"echo $((40 + 2))socat\r")
            second.expect(b"42socat")
            second.type(ESCAPE)
            assert second.end() == 0
        socat.type(b"\x18")
        assert socat.process.wait(10) == 0
    assert "stray" not in printed(vm)


def test_attaching_again_and_again_always_types(vm):
    for i in range(5):
        with attach(vm) as terminal:
            terminal.expect(rb"Ctrl-\] leaves it\r\n")
            terminal.wait_raw()
            terminal.type(f"echo $((100 + {i}))again\r".encode())
            terminal.expect(b"%dagain" % (100 + i))
            terminal.type(ESCAPE)
            assert terminal.end() == 0


def test_a_guest_that_prints_without_end_can_be_left(vm, terminal):
    terminal.type(b"yes\r")
    terminal.expect(b"y\r\ny\r\n")
    terminal.type(ESCAPE)
    assert terminal.end(5) == 0
    with attach(vm) as again:
        again.wait_raw()
        again.type(b"\x03echo $((40 + 2))calm\r")
        again.expect(b"42calm")


def test_a_window_that_changes_its_size_changes_nothing(vm, terminal):
    fcntl.ioctl(terminal.ours, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 132, 0, 0))
    terminal.type(b"echo $((40 + 2))size\r")
    terminal.expect(b"42size")


def test_control_bytes_of_the_guest_come_as_they_are(vm, terminal):
    terminal.type(rb"printf '\033[1mbold\001\002\377\033[0m>'" + b"\r")
    terminal.expect(b"\x1b\\[1mbold\x01\x02\xff\x1b\\[0m>")
    raw = vm.user.run(service.OWRUN, "log", "vm", text=False).stdout
    assert b"\x1b[1mbold\x01\x02\xff\x1b[0m>" in raw


def start_and(user, guest, *words):
    """What `owrun WORDS` says of VM "two" that is being started, and that VM."""
    machine = Machine(user, guest, "two", *NO_NETWORK)
    starting = machine.spawn("-d")
    assert network.wait_until(lambda: machine.find() != {}, 20)
    process = subprocess.Popen((service.OWRUN, *words), user=user.uid, group=user.gid,
                               cwd=user.home, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, env={**os.environ, "HOME": user.home})
    return machine, starting, process


def test_the_console_of_a_vm_that_is_being_started_is_waited_for(vm, guest):
    machine, starting, process = start_and(vm.user, guest, "console", "two")
    assert starting.wait(20) == 0
    machine.state = machine.listed()
    machine.wait_ready()
    machine.quit()
    out, errors = process.communicate(timeout=20)
    assert (process.returncode, errors) == (0, b"owrun: VM 'two' has ended\n")
    assert b"owvm demo router ready" in out


def test_the_monitor_of_a_vm_that_is_being_started_is_waited_for(vm, guest):
    _, starting, process = start_and(vm.user, guest, "monitor", "two", "info", "name")
    assert process.communicate(timeout=20) == (b"two\n", b"")
    assert starting.wait(20) == 0
    owrun(vm.user, "kill", "two")


@pytest.mark.parametrize("end", (Machine.kill, Machine.quit), ids=("killed", "stopped"))
def test_a_vm_that_ends_while_a_terminal_types_and_another_follows(vm, guest, end):
    machine = Machine(vm.user, guest, "two", *NO_NETWORK).start()
    with attach(machine) as first, attach(machine) as second:
        for terminal in (first, second):
            terminal.wait_raw()
        end(machine)
        for terminal in (first, second):
            assert terminal.end() == 0
            assert terminal.seen.endswith(b"owrun: VM 'two' has ended\r\n")
    done = owrun(vm.user, "console", "two")
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1 and "no VM 'two' is running" in done.stderr
