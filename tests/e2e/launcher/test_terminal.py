# SPDX-License-Identifier: MIT
"""Terminals that are narrow, or can do little: tables are cut to them, texts parted, and colours
are for those who want them. A pipe gets all."""
import re
import subprocess

import pytest

import service
from machine import Machine, owrun
from terminal import Terminal

NAME = "a-name-as-long-as-names-be"
FORWARDS = [f"--forward=127.0.0.1:{port}:{port}" for port in range(18001, 18009)]
TABLES = (("ls",), ("nets",), ("ports",), ("images",), ("recipes",), ("config", NAME),
          ("forward", "ls", NAME), ("nic", "ls", NAME), ("machines",), ("map",))
TEXTS = (("doctor",), ("help",), *(("help", topic) for topic in (
    "options", "disk", "nic", "share", "serial", "keys", "openwrt", "run", "capture")))
ADDRESS = re.compile(r"\b(?:[0-9a-f]{2}:){5}[0-9a-f]{2}\b")
DIM = b"\x1b["


@pytest.fixture(scope="module")
def vm(user, guest):
    machine = Machine(user, guest, NAME, *FORWARDS)
    machine.create()
    machine.as_kept().start()
    yield machine
    machine.quit()
    owrun(user, "rm", NAME)


def shown(user, columns, *arguments, setting="A=b"):
    """The lines that a terminal of that width gets, and all its bytes."""
    script = f'stty cols {columns}; exec env "$@"'
    command = ("sh", "-c", script, "sh", setting, service.OWRUN, *arguments)
    with Terminal(user, *command, stderr=subprocess.DEVNULL) as terminal:
        assert terminal.end() in (0, 1)
        text = re.sub(rb"\x1b\[[0-9]*m", b"", terminal.seen).decode()
        return text.replace("\r\n", "\n").splitlines(), terminal.seen


@pytest.mark.parametrize("columns", (60, 80, 200))
@pytest.mark.parametrize("arguments", TABLES, ids=" ".join)
def test_a_table_is_as_wide_as_the_terminal_and_a_pipe_gets_all(vm, alice, arguments, columns):
    lines, _ = shown(alice, columns, *arguments)
    whole = owrun(alice, *arguments).stdout.splitlines()
    assert [line for line in lines if len(line) > columns] == []
    # No address is cut: rows have several lines before.
    assert sorted(ADDRESS.findall("\n".join(lines))) == sorted(ADDRESS.findall("\n".join(whole)))
    if whole and len(lines) != len(whole) and arguments in (("nets",), ("ports",)):
        assert len(lines) % len(whole) == 0 and columns < 200
    elif whole and arguments != ("map",):
        assert len(lines) == len(whole) and not any("~" in line for line in whole)
        assert any("~" in line for line in lines) == (max(map(len, whole)) > columns)


def test_a_name_is_whole_as_long_as_it_can_be(vm, alice):
    lines, _ = shown(alice, 100, "ls")
    assert any(line.startswith(NAME + "  running") for line in lines)


def test_titles_are_cut_before_words(bob, guest):
    Machine(bob, guest, "r", FORWARDS[0]).create()
    lines, _ = shown(bob, 60, "ls")
    owrun(bob, "rm", "r")
    assert max(map(len, lines)) == 60 and "~" in lines[0]
    assert lines[1].split()[:7] == ["r", "stopped", "-", "-", "-", "-", bob.bridge]


@pytest.mark.parametrize("columns", (60, 80, 200))
@pytest.mark.parametrize("arguments", TEXTS, ids=" ".join)
def test_a_text_is_parted_where_it_can_be(vm, alice, arguments, columns):
    lines, _ = shown(alice, columns, *arguments)
    whole = owrun(alice, *arguments).stdout
    wide = [line.strip() for line in lines if len(line) > columns]
    # What is left is a word, or a command to paste.
    assert [line for line in wide if " " in line and line not in (
        one.strip() for one in whole.splitlines())] == []
    if arguments != ("doctor",):
        assert [line for line in wide if " " in line and not line.startswith("owrun ")] == []
        assert " ".join(whole.split()) == " ".join(" ".join(lines).split())


def test_doctor_puts_what_is_broken_first_and_ends_with_a_summary(vm, alice):
    broken = {"HOME": "/nonexistent/home"}
    lines = owrun(alice, "doctor", env=broken).stdout.splitlines()
    states = [line.split()[0] for line in lines[:-1] if line[0] != " "]
    order = {"broken": 0, "warning": 1, "ok": 2}
    assert states == sorted(states, key=order.get) and {"broken", "ok"} <= set(states)
    counts = [states.count(state) for state in order]
    assert re.match(r"(\d+) broken, (\d+) warnings?, (\d+) ok", lines[-1]).groups() == tuple(
        map(str, counts))


def test_colours_are_for_a_terminal_that_has_them_and_for_who_wants_them(vm, alice):
    assert DIM in shown(alice, 80, "doctor", setting="TERM=xterm")[1]
    for setting in ("TERM=dumb", "NO_COLOR=1"):
        lines, seen = shown(alice, 80, "doctor", setting=setting)
        assert DIM not in seen and lines
    assert "\x1b" not in owrun(alice, "doctor", env={"TERM": "xterm"}).stdout
