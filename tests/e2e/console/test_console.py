# SPDX-License-Identifier: MIT
"""The console of a VM in the background, on terminals and in pipes: one booted VM for all tests."""
import os
import re
import signal
import subprocess
import time

import pytest

import network
import service
from machine import NO_NETWORK, Machine, left_of, owrun
from terminal import CTRL_C, ESCAPE, Terminal

PROMPT = b"router# "
SIGNALS = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT)


@pytest.fixture(scope="module")
def vm(running, alice, guest):
    machine = Machine(alice, guest, "vm", *NO_NETWORK).boot()
    yield machine
    machine.quit()
    assert network.wait_until(lambda: left_of(alice) == []), left_of(alice)


def attach(vm, *words, **streams):
    return Terminal(vm.user, service.OWRUN, "console", *words, "vm", **streams)


@pytest.fixture
def terminal(vm):
    """The first terminal at the console, with a shell's prompt in it."""
    with attach(vm) as opened:
        opened.wait_raw()
        opened.type(b"\r")
        opened.expect(PROMPT)
        yield opened


def printed(vm):
    return owrun(vm.user, "log", "vm").stdout


def test_the_escape_leaves_a_vm_that_goes_on_and_the_last_lines_come_first(vm):
    with attach(vm) as terminal:
        terminal.expect(rb"owrun: console of VM 'vm': Ctrl-\] leaves it\r\n")
        terminal.expect(b"owvm demo router ready")
        terminal.type(b"echo $((40 + 2))x\r")
        terminal.expect(b"42x")
        terminal.type(ESCAPE)
        assert terminal.end() == 0
        assert b"owrun: VM 'vm' goes on" in terminal.seen
    assert vm.listed()["pid"] == vm.pid


def test_without_a_key_that_leaves_the_console_says_so(vm):
    with attach(vm, "--console-escape", "none") as terminal:
        terminal.expect(rb"owrun: console of VM 'vm': no key leaves it\r\n")


def test_the_escape_can_be_another_key(vm):
    with attach(vm, "--console-escape", "^O") as terminal:
        terminal.expect(b"Ctrl-O leaves it")
        terminal.wait_raw()
        terminal.type(b"echo " + ESCAPE + b"$((6 * 7))y\r")
        terminal.expect(b"42y")
        terminal.type(b"\x0f")
        assert terminal.end() == 0


def test_a_later_terminal_follows_and_says_so_and_what_is_typed_there_goes_nowhere(vm, terminal):
    with attach(vm) as second:
        second.expect(rb"owrun: console of VM 'vm' is typed to from elsewhere; this shows what it "
                      rb"prints, Ctrl-\] leaves it\r\n")
        second.wait_raw()
        second.type(b"echo stray\x03\r")
        terminal.type(b"echo $((50 + 5))z\r")
        terminal.expect(b"55z")
        second.expect(b"55z")
        second.type(ESCAPE)
        assert second.end() == 0
    assert "stray" not in printed(vm)


def test_a_later_terminal_without_an_escape_is_left_by_ctrl_c(vm, terminal):
    with attach(vm, "--console-escape", "none") as second:
        second.expect(b"Ctrl-C leaves it\r\n")
        second.wait_raw()
        second.type(CTRL_C)
        assert second.end() == 0
    assert terminal.process.poll() is None


def test_a_script_is_told_that_somebody_else_types(vm, terminal):
    done = owrun(vm.user, "console", "vm", stdin=None, input="echo stray\n")
    assert done.returncode == 1
    assert "what was on standard input is not" in done.stderr.splitlines()[-1]
    assert "stray" not in printed(vm)


def test_who_comes_after_the_first_has_left_types(vm, terminal):
    terminal.type(ESCAPE)
    assert terminal.end() == 0
    with attach(vm) as second:
        second.wait_raw()
        second.type(b"echo $((30 + 3))w\r")
        second.expect(b"33w")


def test_a_mebibyte_of_quick_output_is_shown_whole_on_a_slow_terminal_too(vm, terminal):
    with attach(vm) as slow:
        slow.expect(b"is typed to from elsewhere")
        terminal.type(b"seq 80000 | sed s/$/-line/; echo __'end'__\r")
        want = b"".join(b"%d-line\r\n" % i for i in range(1, 80001)) + b"__end__"
        assert terminal.read_to(b"\n__end__", 120).endswith(want)
        assert slow.read_to(b"\n__end__", 60).endswith(want)


@pytest.mark.parametrize("number", SIGNALS, ids=lambda number: number.name)
def test_a_signal_ends_it_with_the_terminal_as_it_was(vm, terminal, number):
    terminal.process.send_signal(number)
    assert terminal.end() == 1
    assert vm.listed()["pid"] == vm.pid


def test_a_signal_ends_it_also_when_the_terminal_takes_nothing(vm, terminal):
    terminal.type(b"seq 9000 | sed s/$/-line/\r")
    # Nobody reads here: owrun comes to wait for its terminal.
    assert network.wait_until(lambda: "9000-line" in printed(vm), 30)
    terminal.process.send_signal(signal.SIGTERM)
    assert terminal.process.wait(5) == 1
    assert terminal.restored()


def test_a_window_that_is_closed_ends_it(vm, terminal):
    terminal.hang_up()
    assert terminal.process.wait(10) == 1
    assert vm.listed()["pid"] == vm.pid


def test_a_pipe_that_nobody_reads_ends_it_though_nothing_is_printed(vm):
    read, write = os.pipe()
    with attach(vm, stdout=write) as terminal:
        os.close(write)
        terminal.wait_raw()
        time.sleep(0.3)
        assert terminal.process.poll() is None
        os.close(read)
        assert terminal.end() == 1
        assert terminal.seen.endswith(b"nobody takes what is written to standard output\r\n")


def test_t59_the_manual_tells_what_the_words_mean_and_the_guest_agrees(vm, terminal):
    page = "/usr/local/share/man/man7/owrun-console.7"
    text = vm.user.run("mandoc", "-T", "ascii", page, env={"MANPAGER": "cat"}).stdout
    text = re.sub(".\x08", "", text)
    for word in ("terminal", "tty", "pts", "serial port", "ttyS0", "ttyAMA0", "console", "chardev",
                 "monitor", "Ctrl-]", "mon:stdio", "telnet:", "socat"):
        assert re.search(rf"^ +(\S+, )?{re.escape(word)}", text, re.MULTILINE), word
    terminal.type(b"cat /proc/consoles; echo; readlink /proc/$$/fd/0\r")
    terminal.expect(rb"\nttyS0 .*\n/dev/(ttyS0|console)\r\n")
    assert os.ttyname(terminal.theirs).startswith("/dev/pts/")


def test_t67_socat_works_on_the_console_socket(vm):
    path = vm.status()["console"]
    with Terminal(vm.user, "socat", "-,raw,echo=0,escape=0x18", f"UNIX-CONNECT:{path}") as socat:
        socat.wait_raw()
        socat.type(b"echo $((70 + 7))v\r")
        socat.expect(b"77v")
        socat.type(b"\x18")
        assert socat.process.wait(10) == 0
    # QEMU takes the end of what is sent for the end of the connection.
    script = f"(echo 'echo $((80 + 8))u'; sleep 2) | socat - UNIX-CONNECT:{path}"
    assert "88u" in vm.user.run("sh", "-c", script).stdout


def test_a_script_types_into_a_pipe_and_its_end_ends_nothing(vm):
    process = subprocess.Popen((service.OWRUN, "console", "vm"), user=vm.user.uid,
                               group=vm.user.gid, cwd=vm.user.home, stdin=subprocess.PIPE,
                               stdout=subprocess.DEVNULL, env={**os.environ, "HOME": vm.user.home})
    process.stdin.write(b"echo $((20 + 1))t\r")
    process.stdin.close()
    assert network.wait_until(lambda: "21t" in printed(vm), 20)
    assert process.poll() is None
    process.terminate()
    assert process.wait(10) == 1
