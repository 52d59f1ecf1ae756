# SPDX-License-Identifier: MIT
"""A port that leads to a pty: QEMU has that terminal, and none of the user's others. As in
test_sandbox.py the monitor plays the attacker, and each attack first works without the sandbox."""
import os
import pty
import re
import select
import tty

import pytest

import network
import service
from machine import Machine, owrun
from test_sandbox import Monitor


@pytest.fixture(scope="module")
def terminal(user):
    """Another terminal of the user's: its two ends."""
    ours, theirs = pty.openpty()
    os.chown(os.ttyname(theirs), user.uid, user.gid)
    tty.setraw(theirs)
    yield ours, os.ttyname(theirs)
    os.close(ours)
    os.close(theirs)


@pytest.fixture(scope="module", params=[(), ("--no-sandbox",)], ids=["sandboxed", "free"])
def vm(request, user, guest):
    machine = Machine(user, guest, "ptys", "--lan", "none", "--wan", "none", "--serial", "console",
                      "--serial", "pty", "--serial", "pty", "--monitor", "pty", *request.param)
    done = owrun(user, "run", "-d", *machine.arguments)
    assert done.returncode == 0 and "your other terminals" not in done.stderr, done.stderr
    machine.state = machine.listed()
    machine.wait_ready()
    machine.free = request.param != ()
    machine.qemu_monitor = Monitor(machine)
    yield machine
    machine.qemu_monitor.close()
    machine.quit()


def paths(vm):
    status = vm.status()
    found = [text.removeprefix("pty:") for text in status["serials"][1:] + [status["monitor"]]]
    assert all(re.fullmatch(r"/dev/pts/\d+", path) for path in found), status
    assert len(set(found)) == 3
    return found


def test_another_terminal_of_the_user_can_be_used_only_without_the_sandbox(vm, terminal):
    ours, path = terminal
    for backend in ("serial", "file"):
        answer = vm.qemu_monitor.run(f"chardev-add {backend},id={backend},path={path}")
        assert ("rror" not in answer) == vm.free, answer
        vm.qemu_monitor.run(f"chardev-remove {backend}")
    assert select.select([ours], [], [], 0)[0] == []


def test_another_pty_cannot_be_made_later_in_the_sandbox(vm):
    answer = vm.qemu_monitor.run("chardev-add pty,id=later")
    assert ("redirected to" in answer) == vm.free, answer


def test_all_of_its_own_lead_to_the_guest_both_ways(vm):
    serials = paths(vm)[:2]
    with vm.console() as console:
        console.login()
        for number, path in enumerate(serials, 1):
            fd = os.open(path, os.O_RDWR | os.O_NOCTTY)
            tty.setraw(fd)
            console.run(f"stty -F /dev/ttyS{number} raw -echo; "
                        f"head -n 1 /dev/ttyS{number} >/tmp/h & "
                        f"for i in 1 2 3 4; do echo said{number} >/dev/ttyS{number}; sleep 1; done")
            assert select.select([fd], [], [], 5)[0] == [fd]
            assert f"said{number}".encode() in os.read(fd, 4096)
            os.write(fd, f"heard{number}\n".encode())
            assert network.wait_until(lambda: f"heard{number}" in console.run("cat /tmp/h")[1])
            os.close(fd)


def test_a_guest_does_not_wait_for_who_does_not_read(vm):
    with vm.console() as console:
        console.login()
        done = console.run("head -c 20000 /dev/zero >/dev/ttyS1 && echo passed", 30)
        assert "passed" in done[1]


def test_a_monitor_on_a_pty_answers(vm):
    fd = os.open(paths(vm)[2], os.O_RDWR | os.O_NOCTTY)
    tty.setraw(fd)
    said = b""

    def ask():
        nonlocal said
        os.write(fd, b"info name\n")
        while select.select([fd], [], [], 0.5)[0]:
            said += os.read(fd, 4096)
        return b"ptys" in said
    assert network.wait_until(ask, 10), said
    os.close(fd)


# A filter that hands calls over (here: none) is there already, and the kernel bears one of these.
LISTEN = """
import ctypes, os, struct, sys
libc = ctypes.CDLL(None)
step = ctypes.create_string_buffer(struct.pack("HBBI", 0x06, 0, 0, 0x7fff0000), 8)
program = ctypes.create_string_buffer(struct.pack("HxxxxxxQ", 1, ctypes.addressof(step)), 16)
PR_SET_NO_NEW_PRIVS, SYS_SECCOMP, SET_MODE_FILTER, NEW_LISTENER = 38, 317, 1, 8
assert libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0
fd = libc.syscall(SYS_SECCOMP, SET_MODE_FILTER, NEW_LISTENER, program)
assert fd >= 0
os.set_inheritable(fd, True)
os.execv(sys.argv[1], sys.argv[1:])
"""


def test_where_no_filter_can_be_set_up_a_pty_works_and_what_it_opens_is_told(user, guest):
    machine = Machine(user, guest, "listened", "--lan", "none", "--wan", "none", "--serial",
                      "console", "--serial", "pty")
    done = user.run("/usr/bin/python3", "-c", LISTEN, service.OWRUN, "run", "-d",
                    *machine.arguments)
    assert done.returncode == 0 and "your other terminals" in done.stderr, done.stderr
    machine.state = machine.listed()
    machine.wait_ready()
    machine.quit()
