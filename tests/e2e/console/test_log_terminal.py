# SPDX-License-Identifier: MIT
"""`owrun log` on a terminal: a guest that prints what terminals obey or answer reaches none. Each
of these made the terminal do so, or type at the shell's prompt, when the bytes went through."""
import pathlib
import re

import pytest

import network
import service
from machine import NO_NETWORK, Machine, left_of, owrun
from terminal import CTRL_C, Terminal

# Queries of position, kind, settings, title and answerback; title, paste and print; then the same
# in the forms of one byte and of two, a direction, and no UTF-8.
HOSTILE = (rb"\033[6n\033[c\033[>q\033[?u\033[18t\033[21t\005\033Z\033[?2026\044p"
           rb"\033P\044qm\033\\"
           rb"\033]0;title\007\033]11;?\007\033]52;c;ZWNobwo=\007\033[5i\033[2J"
           rb"\2336n\302\2336n\302\220q\302\234\342\200\256\377\360\237")
RAW = HOSTILE.decode("unicode_escape").encode("latin-1")
SHOWN = (rb"\e[6n\e[c\e[>q\e[?u\e[18t\e[21t\x05\eZ\e[?2026$p\eP$qm\e" + b"\\"
         rb"\e]0;title\a\e]11;?\a\e]52;c;ZWNobwo=\a\e[5i\e[2J"
         rb"\x9b6n\u009b6n\u0090q\u009c\u202e\xff\xf0\x9f")
WAYS = ((), ("-n", "5"), ("-f",))


@pytest.fixture(scope="module")
def vm(running, alice, guest):
    machine = Machine(alice, guest, "vm", *NO_NETWORK).boot()
    print_in_guest(machine, HOSTILE)
    yield machine
    machine.quit()
    assert network.wait_until(lambda: left_of(alice) == []), left_of(alice)


def print_in_guest(machine, escapes):
    """A line of these bytes between marks; no echo of what is typed has the marks."""
    with machine.console() as console:
        console.login()
        status, _ = console.run(f"printf 'mark''>{escapes.decode()}<mark\\n'")
        assert status == 0


def between_marks(data):
    return re.search(rb"mark>(.*?)<mark", data, re.DOTALL)[1]


def read_marked(terminal, way):
    """What comes between the marks; the program has ended then."""
    match = terminal.expect(rb"mark>(.*?)<mark\r+\n")
    if way == ("-f",):
        terminal.type(CTRL_C)
    terminal.process.wait(20)
    return match[1]


@pytest.mark.parametrize("way", WAYS, ids=" ".join)
def test_a_terminal_gets_nothing_that_it_obeys_or_answers(vm, way):
    with Terminal(vm.user, service.OWRUN, "log", *way, "vm") as terminal:
        assert read_marked(terminal, way) == SHOWN


def test_nor_is_anything_else_in_the_log_obeyed(vm):
    with Terminal(vm.user, service.OWRUN, "log", "vm") as terminal:
        assert terminal.end() == 0
    assert SHOWN in terminal.seen and re.search(rb"[^\n\r\t -~]", terminal.seen) is None


@pytest.mark.parametrize("way", WAYS, ids=" ".join)
def test_raw_gives_a_terminal_every_byte(vm, way):
    with Terminal(vm.user, service.OWRUN, "log", "--raw", *way, "vm") as terminal:
        assert read_marked(terminal, way) == RAW


@pytest.mark.parametrize("options", [(), ("--raw",)], ids=" ".join)
def test_a_pipe_gets_every_byte(vm, options):
    done = owrun(vm.user, "log", *options, "vm", text=False)
    assert between_marks(done.stdout) == RAW
    assert done.stdout == pathlib.Path(vm.state["directory"], "console.log").read_bytes()


def test_a_character_that_comes_in_parts_is_one_when_followed(vm):
    with Terminal(vm.user, service.OWRUN, "log", "-f", "-n", "0", "vm") as terminal:
        with vm.console() as console:
            console.login()
            console.run(r"printf 'euro>\342'; sleep 1; printf '\202'; sleep 1; "
                        r"printf '\254<euro\n'")
        match = terminal.expect(rb"euro>([^\r\n']*?)<euro\r\n")
        assert match[1] == b"\xe2\x82\xac"
        terminal.type(CTRL_C)
        terminal.process.wait(20)


def test_qemus_own_log_is_shown_harmless_too(vm):
    with open(f"{vm.state['directory']}/qemu.log", "ab") as stream:
        stream.write(b"x\x1b[6ny\n")
    with Terminal(vm.user, service.OWRUN, "log", "--qemu", "vm") as terminal:
        assert terminal.end() == 0
    assert rb"x\e[6ny" in terminal.seen and b"\x1b" not in terminal.seen
