# SPDX-License-Identifier: MIT
"""A VM whose QMP is held by somebody else, or that says on it what it should not."""
import contextlib
import json
import os
import pathlib
import re
import socket
import subprocess
import threading
import time

import pytest

import impostor
import network
import service
from machine import NO_NETWORK, Machine, left_of, owrun

GREETING = b'{"QMP": {"version": {}, "capabilities": []}}\r\n'
LATE = 4  # seconds; owrun waits for one answer for 5
EVENT = b'{"event": "RESUME", "timestamp": {}}\r\n'


@pytest.fixture
def machine(running, alice, guest):
    yield Machine(alice, guest, "vm", *NO_NETWORK)
    owrun(alice, "kill", "vm")
    assert network.wait_until(lambda: left_of(alice) == []), left_of(alice)


def qmp_path(machine):
    return pathlib.Path(machine.state["directory"], "qmp.sock")


def hold_qmp(machine):
    """Be the one client that QEMU serves."""
    client = socket.socket(socket.AF_UNIX)
    client.connect(str(qmp_path(machine)))
    client.recv(4096)
    return client


@contextlib.contextmanager
def false_qmp(machine, serve):
    """serve(connection) is what a client of QMP meets instead of QEMU, as a guest that took QEMU
    over would have it: the lock names that process."""
    with impostor.instead(qmp_path(machine), machine.user, serve) as pid, \
            impostor.in_lock(machine.state["directory"], impostor.noted(pid)):
        yield


def stop(machine, timeout):
    """owrun stop: its result, and the seconds that it took."""
    started = time.monotonic()
    done = owrun(machine.user, "stop", "--timeout", str(timeout), machine.name)
    return done, time.monotonic() - started


def test_stop_stands_in_line_behind_another_client_of_qmp(machine):
    machine.boot()
    with hold_qmp(machine) as client:
        threading.Timer(5, client.shutdown, (socket.SHUT_RDWR,)).start()
        done, _ = stop(machine, 60)
    assert re.fullmatch(r"vm: power button: ended after \d+\.\d s\n", done.stdout), done.stdout


def test_stop_says_that_qmp_was_busy_and_kills_when_the_time_is_up(machine):
    machine.start()
    with hold_qmp(machine):
        done, seconds = stop(machine, 4)
    assert re.fullmatch(r"vm: no power button: QMP is busy, or QEMU hangs, for 4\.\d s\n"
                        r"vm: no quit: QMP is busy, or QEMU hangs, for 3\.\d s\n"
                        r"vm: kill: ended after \d\.\d s\n", done.stdout), done.stdout
    assert 7 <= seconds < 15


def test_stop_gets_its_turn_while_a_card_is_taken_out(machine):
    # The guest's kernel is not up: it does not let a card go.
    machine.start()
    assert owrun(machine.user, "nic", "add", "vm", "user").returncode == 0
    remover = subprocess.Popen((service.OWRUN, "nic", "remove", "vm", "hot0"),
                               user=machine.user.uid, group=machine.user.gid,
                               cwd=machine.user.home, stderr=subprocess.PIPE,
                               env={"PATH": os.environ["PATH"], "HOME": machine.user.home})
    time.sleep(0.3)
    assert remover.poll() is None
    done, _ = stop(machine, 0)
    assert "vm: power button: still there" in done.stdout
    assert "vm: quit: ended" in done.stdout
    _, error = remover.communicate(timeout=20)
    assert remover.returncode == 1 and len(error.splitlines()) == 1


def test_a_qmp_that_does_not_stop_talking_is_killed_in_time(machine):
    machine.start()

    def flood(connection):
        connection.sendall(GREETING)
        while True:
            connection.sendall(1000 * EVENT)
    with false_qmp(machine, flood):
        done, seconds = stop(machine, 2)
    assert done.returncode == 0 and "vm: kill: ended after" in done.stdout
    assert seconds < 10


def answer(value):
    """A false QMP that answers every command with that value, in JSON."""
    def serve(connection):
        connection.sendall(GREETING)
        for result in (b"{}", *(100 * [value])):
            if not connection.recv(4096):
                return
            connection.sendall(b'{"return": ' + result + b"}\r\n")
    return serve


def test_what_qmp_says_does_not_get_at_the_terminal(machine):
    machine.start()
    with false_qmp(machine, answer(rb'{"status": "\u001b]0;title\u0007\u009b1m"}')):
        done = owrun(machine.user, "status", "vm")
        assert r"state      paused: QEMU's own word for it is '\e]0;title\a\u009b1m'" in done.stdout
        assert done.stdout.isascii()
        assert all(char == "\n" or char.isprintable() for char in done.stdout)
    with false_qmp(machine, answer(rb'"\u001b]0;title\u0007 caf\u00e9\r\n"')):
        done = owrun(machine.user, "monitor", "vm", "info", "name")
        assert done.stdout == "\\e]0;title\\a caf\u00e9\n"


def answer_late(connection):
    """Each answer but the first two comes when a client is about to give up."""
    connection.sendall(GREETING)
    devices = [{"name": f"hot{number}", "type": "child<virtio-net-pci>"} for number in range(4)]
    for number, line in enumerate(connection.makefile("rb")):
        time.sleep(LATE if number > 0 else 0)
        said = devices if b"qom-list" in line else "" if b"human" in line else {}
        connection.sendall(json.dumps({"return": said}).encode() + b"\r\n")


def test_status_waits_no_longer_for_many_late_answers_than_for_one(machine):
    """A guest that took QEMU over says that four cards were plugged in."""
    machine.start()
    with false_qmp(machine, answer_late):
        for command in (("status", "vm"), ("completion", "words", "nic", "remove", "vm", "")):
            started = time.monotonic()
            owrun(machine.user, *command)
            took = time.monotonic() - started
            assert took < 5 * LATE, f"{command}: {took:.1f} s"
