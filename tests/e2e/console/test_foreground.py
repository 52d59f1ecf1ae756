# SPDX-License-Identifier: MIT
"""`owrun run` in a terminal: QEMU's keys, its monitor, and every way it ends."""
import os
import signal

import pytest

import network
import service
from machine import NO_NETWORK, Machine, left_of, owrun
from terminal import CTRL_A, CTRL_C, ESCAPE, Terminal


@pytest.fixture
def user(alice, running):
    yield alice
    assert network.wait_until(lambda: left_of(alice) == []), left_of(alice)


@pytest.fixture
def run(user, guest):
    """run(option...) starts a VM in the foreground of a terminal; ended() is true after its end."""
    opened = []

    def start(*options):
        machine = Machine(user, guest, "vm", *NO_NETWORK, *options)
        terminal = Terminal(user, service.OWRUN, "run", *machine.arguments)
        terminal.machine = machine
        opened.append(terminal)
        return terminal
    yield start
    for terminal in opened:
        terminal.close()
        owrun(user, "kill", "vm")


def ended(terminal):
    return terminal.machine.find() == {}


@pytest.mark.smoke
def test_t05_the_console_is_in_this_terminal_as_with_nographic(run):
    terminal = run()
    terminal.expect(b"console of VM 'vm': Ctrl-\\] leaves it, Ctrl-A h helps\r\n")
    terminal.expect(b"owvm demo router ready", 60)
    terminal.type(b"\r")
    terminal.expect(b"router# ")
    terminal.type(b"echo $((40 + 2))x\r")
    terminal.expect(b"42x")
    terminal.type(b"poweroff\r")
    assert terminal.end() == 0
    assert terminal.seen.endswith(b"owrun: VM 'vm' has ended\r\n") and ended(terminal)


def test_t06_ctrl_a_x_ends_the_vm_and_the_terminal_is_as_it_was(run):
    terminal = run()
    terminal.wait_raw()
    terminal.type(CTRL_A + b"h")
    terminal.expect(b"C-a x    end the VM\r\n")
    terminal.type(CTRL_A + b"x")
    assert terminal.end() == 0 and ended(terminal)


def monitor_and_back(terminal):
    terminal.expect(b"owvm demo router ready", 60)
    terminal.type(CTRL_A + b"c")
    terminal.expect(b"\\(qemu\\) ")
    # QEMU's own line editor: the error is taken back before the line is sent.
    terminal.type(b"info nameX\x7f\r")
    terminal.expect(b"\nvm\r\n")
    terminal.type(CTRL_A + b"c\r")
    terminal.expect(b"router# ")
    # A Ctrl-A for the guest goes to the start of its shell's line.
    terminal.type(b"$((40 + 2))x" + CTRL_A + b"aecho \r")
    terminal.expect(b"42x")


def test_t60_serial_mon_stdio_is_the_console_with_the_monitor_behind_a_key(run):
    terminal = run("--serial", "mon:stdio")
    monitor_and_back(terminal)
    terminal.type(CTRL_A + b"x")
    assert terminal.end() == 0 and ended(terminal)


def test_t61_ctrl_a_c_is_the_monitor_and_its_quit_ends_the_vm(run):
    terminal = run()
    monitor_and_back(terminal)
    terminal.type(CTRL_A + b"c")
    terminal.type(b"quit\r")
    assert terminal.end() == 0 and ended(terminal)
    assert terminal.seen.endswith(b"owrun: VM 'vm' has ended\r\n")


def test_t62_a_serial_port_and_the_monitor_cannot_both_have_the_terminal(user, guest):
    machine = Machine(user, guest, "vm", *NO_NETWORK, "--serial", "stdio", "--monitor", "stdio")
    done = owrun(user, "run", *machine.arguments)
    assert done.returncode in (1, 2) and done.stdout == ""
    assert len(done.stderr.splitlines()) == 1 and "both want this terminal" in done.stderr
    assert "leave '--monitor stdio' out, as Ctrl-A c switches" in done.stderr


def test_ctrl_bracket_leaves_the_vm_in_the_background(run):
    terminal = run()
    terminal.wait_raw()
    terminal.type(ESCAPE)
    assert terminal.end() == 0
    assert b"'owrun console vm' comes back, 'owrun stop vm' ends it" in terminal.seen
    assert terminal.machine.listed()


@pytest.mark.parametrize("number", (signal.SIGTERM, signal.SIGHUP, signal.SIGINT),
                         ids=lambda number: number.name)
def test_a_signal_ends_the_vm_and_the_terminal_is_as_it_was(run, number):
    terminal = run()
    terminal.wait_raw()
    terminal.process.send_signal(number)
    terminal.end()
    assert ended(terminal)


def test_a_window_that_is_closed_ends_the_vm(run):
    terminal = run()
    terminal.wait_raw()
    terminal.hang_up()
    terminal.process.wait(20)
    assert network.wait_until(lambda: ended(terminal))


def test_a_vm_that_is_killed_leaves_the_terminal_as_it_was_and_says_so(run):
    terminal = run()
    terminal.wait_raw()
    os.kill(terminal.machine.listed()["pid"], signal.SIGKILL)
    assert terminal.end() == 1
    assert b"QEMU was killed by signal 9 (Killed)" in terminal.seen


def test_the_monitor_alone_can_have_the_terminal(run):
    terminal = run("--monitor", "stdio")
    terminal.expect(b"monitor of VM 'vm': Ctrl-\\] leaves it\r\n")
    terminal.expect(b"\\(qemu\\) ")
    terminal.wait_raw()
    terminal.type(b"info name\r")
    terminal.expect(b"\nvm\r\n")
    # The console is there for others.
    assert terminal.machine.status()["console"]
    terminal.type(b"quit\r")
    assert terminal.end() == 0 and ended(terminal)


def test_a_vm_whose_serial_port_leads_to_a_file_waits_here_for_ctrl_c(run, user):
    terminal = run("--serial", f"file:{user.home}/serial.txt")
    terminal.expect(b"nothing of VM 'vm' leads to this terminal; Ctrl-C ends the VM")
    done = owrun(user, "console", "vm")
    assert done.returncode == 1
    assert done.stderr == ("owrun: VM 'vm' has no console, as its serial port leads to "
                           f"'file:{user.home}/serial.txt'; 'owrun monitor vm' is QEMU's "
                           "monitor\n")
    assert owrun(user, "log", "vm").returncode == 1
    assert "console" not in terminal.machine.status()
    terminal.type(CTRL_C)
    terminal.end()
    assert ended(terminal)


def test_t05_a_script_powers_the_vm_off_through_a_pipe(user, guest):
    machine = Machine(user, guest, "vm", *NO_NETWORK).boot()
    done = owrun(user, "console", machine.name, stdin=None, input="\npoweroff\n")
    assert done.returncode == 0 and done.stderr == "owrun: VM 'vm' has ended\n"
    assert "poweroff" in done.stdout
