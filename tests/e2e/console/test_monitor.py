# SPDX-License-Identifier: MIT
"""QEMU's human monitor: in a terminal, in a script, a command at a time."""
import pytest

import network
import service
from machine import NO_NETWORK, Machine, left_of, owrun
from terminal import ESCAPE, Terminal

GREETING = rb"QEMU \S+ monitor"


@pytest.fixture(scope="module")
def vm(running, alice, guest):
    machine = Machine(alice, guest, "vm", *NO_NETWORK).start()
    yield machine
    owrun(alice, "kill", "vm")
    assert network.wait_until(lambda: left_of(alice) == []), left_of(alice)


def monitor(vm, *words, **options):
    return owrun(vm.user, "monitor", "vm", *words, **options)


def test_t65_one_command_prints_its_answer(vm):
    done = monitor(vm, "info", "name")
    assert (done.returncode, done.stdout, done.stderr) == (0, "vm\n", "")
    # What looks like an option of owrun's is the command's.
    assert "FlatView" in monitor(vm, "info", "mtree", "-f").stdout
    assert monitor(vm, "info status").stdout == "VM status: running\n"


def test_t65_a_terminal_has_qemus_line_editor_and_the_escape_leaves(vm):
    with Terminal(vm.user, service.OWRUN, "monitor", "vm") as terminal:
        terminal.expect(rb"owrun: monitor of VM 'vm': Ctrl-\] leaves it\r\n")
        terminal.expect(GREETING)
        terminal.wait_raw()
        terminal.type(b"info nameX\x7f\r")
        terminal.expect(b"\nvm\r\n")
        terminal.type(b"info vers\t\r")
        terminal.expect(rb"\n7\.\d+|\n\d+\.\d+")
        terminal.type(ESCAPE)
        assert terminal.end() == 0
        assert b"VM 'vm' goes on" in terminal.seen


def test_a_second_terminal_is_refused_but_a_command_works(vm):
    with Terminal(vm.user, service.OWRUN, "monitor", "vm") as terminal:
        terminal.expect(GREETING)
        with Terminal(vm.user, service.OWRUN, "monitor", "vm") as second:
            assert second.end() == 1
            assert b"in use elsewhere; 'owrun monitor vm COMMAND' works" in second.seen
        assert monitor(vm, "info", "name").stdout == "vm\n"


def test_socat_at_the_monitor_is_noticed(vm):
    path = vm.status()["monitor_socket"]
    with Terminal(vm.user, "socat", "-", f"UNIX-CONNECT:{path}") as socat:
        socat.expect(GREETING)
        with Terminal(vm.user, service.OWRUN, "monitor", "vm") as second:
            assert second.end() == 1
            assert b"in use elsewhere" in second.seen


def test_the_lines_of_a_script_are_run_and_their_answers_alone_printed(vm):
    done = monitor(vm, stdin=None, input="info name\n\nstop\ninfo status\r\ncont\ninfo status")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "vm\nVM status: paused\nVM status: running\n"


def test_an_error_is_the_exit_status(vm):
    done = monitor(vm, "nonsense")
    assert done.returncode == 1 and "unknown command: 'nonsense'" in done.stdout
    assert monitor(vm, "device_del", "nothing").returncode == 1
    done = monitor(vm, stdin=None, input="nonsense\ninfo name\n")
    assert done.returncode == 1 and done.stdout.endswith("vm\n")


def test_a_long_answer_comes_whole(vm):
    lines = monitor(vm, "help").stdout.splitlines()
    assert len(lines) > 100 and any(line.startswith("xp ") for line in lines)
    assert monitor(vm, "info", "qtree").returncode == 0
    assert monitor(vm, "xp", "/20000xb", "0").stdout.count("0x") == 20000


def test_quit_is_the_end_and_no_error(vm):
    done = monitor(vm, stdin=None, input="info name\nquit\ninfo name\n")
    assert done.returncode == 0 and done.stdout == "vm\n"
    assert done.stderr == "owrun: VM 'vm' has ended\n"
    assert network.wait_until(lambda: vm.find().get("state") != "running")
    assert monitor(vm, "info", "name").returncode == 1
