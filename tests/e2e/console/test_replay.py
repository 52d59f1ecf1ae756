# SPDX-License-Identifier: MIT
"""The last lines that `owrun console` shows first. A guest may have left a query there, or the half
of a sequence: the terminal typed the answer into the console, or took what owrun printed next for
the other half."""
import itertools
import os
import re
import subprocess

import pytest

import network
import service
from machine import NO_NETWORK, Machine, left_of
from terminal import ESCAPE, Terminal

NUMBERS = itertools.count()

QUERIES = {
    "position": rb"\033[6n", "kind": rb"\033[c", "second kind": rb"\033[>c", "version": rb"\033[>q",
    "mode": rb"\033[?2026\044p", "size": rb"\033[18t", "title": rb"\033[21t", "keys": rb"\033[?u",
    "setting": rb"\033P\044qm\033\\", "colour": rb"\033]11;?\007", "clipboard": rb"\033]52;c;?\007",
    "answerback": rb"\005", "old kind": rb"\033Z", "resizes": rb"\033[?2048h", "C1": rb"\302\2336n"}
HALVES = {
    "escape": rb"\033", "control": rb"\033[", "parameter": rb"\033[31", "charset": rb"\033(",
    "title": rb"\033]0;half", "DCS": rb"\033P1", "APC": rb"\033_a",
    "string's end": rb"\033]0;a\033", "character": rb"\342\202", "emoji": rb"\360\237\230"}


@pytest.fixture(scope="module")
def vm(running, alice, guest):
    machine = Machine(alice, guest, "vm", *NO_NETWORK).boot()
    yield machine
    machine.quit()
    assert network.wait_until(lambda: left_of(alice) == []), left_of(alice)


@pytest.fixture
def printed(vm):
    """printed(escapes) has the guest print them behind a mark, which it gives, and nothing more
    until somebody types."""
    marks = []

    def print_in_guest(escapes):
        number = next(NUMBERS)
        marks.append(b"mark%d>" % number)
        with vm.console() as console:
            console.login()
            # The quotes keep the mark out of the echo.
            line = f"printf 'mark''{number}>{escapes.decode()}'; read -r rest\r"
            console.socket.sendall(line.encode())
            console.expect(re.escape(marks[0] + unescaped(escapes)), 20)
        return marks[0]
    yield print_in_guest
    assert marks
    with vm.console() as console:
        console.socket.sendall(b"\r")
        console.login()


def unescaped(escapes):
    return escapes.decode("unicode_escape").encode("latin-1")


def attach(vm, **streams):
    return Terminal(vm.user, service.OWRUN, "console", "vm", **streams)


def seen_after(vm, mark):
    """What a terminal sees after the mark until it leaves."""
    with attach(vm) as terminal:
        terminal.expect(re.escape(mark))
        terminal.wait_raw()
        while data := terminal.read(1):
            terminal.seen += data
        terminal.type(ESCAPE)
        assert terminal.end() == 0
        seen, rest = terminal.seen.split(b"\r\n", 1)
        assert rest == b"owrun: VM 'vm' goes on\r\n"
        return seen


@pytest.mark.parametrize("name", QUERIES)
def test_a_query_of_before_is_not_asked_again(vm, printed, name):
    mark = printed(b"a" + QUERIES[name] + rb"\033[31mb\033[0m")
    rest = b"6n" if name == "C1" else b""
    assert seen_after(vm, mark) == b"a" + rest + b"\x1b[31mb\x1b[0m"


@pytest.mark.parametrize("name", HALVES)
def test_the_half_of_a_sequence_does_not_come(vm, printed, name):
    assert seen_after(vm, printed(b"a" + HALVES[name])) == b"a"


def test_nor_does_the_half_that_the_last_lines_begin_with(vm):
    with vm.console() as console:
        console.login()
        # A title that is longer than what is shown first.
        line = rb"printf 'long''>\033]0;%09000d\007<end''ed' 7; read -r rest"
        console.socket.sendall(line + b"\r")
        console.expect(b"<ended", 20)
        with attach(vm) as terminal:
            terminal.expect(b"^[^0]*<ended")
        console.socket.sendall(b"\r")
        console.login()


def test_the_other_half_brings_the_first(vm, printed):
    mark = printed(rb"a\033[3")
    with attach(vm) as terminal:
        terminal.expect(re.escape(mark) + b"a")
        terminal.wait_raw()
        terminal.type(b"1m\r")
        # What is typed is echoed: the sequence is whole, and what comes then is the terminal's own.
        terminal.expect(rb"^\x1b\[31m\r\n")
        terminal.expect(rb"router# \x1b\[6n")
        terminal.type(ESCAPE)
        assert terminal.end() == 0


def test_a_pipe_gets_all_of_it(vm, printed):
    mark = printed(rb"\033[6n\033]0;half")
    with attach(vm, stdout=subprocess.PIPE) as terminal:
        data = b""
        while not data.endswith(mark + b"\x1b[6n\x1b]0;half"):
            more = os.read(terminal.process.stdout.fileno(), 65536)
            assert more, data
            data += more
        terminal.process.stdout.close()
