# SPDX-License-Identifier: MIT
"""What is remembered of a VM from one start to the next."""
import json
import pathlib
import shutil
import socket

import pytest

import network
from machine import Machine, left_of, owrun


@pytest.fixture
def user(alice):
    yield alice
    assert network.wait_until(lambda: left_of(alice) == []), left_of(alice)
    shutil.rmtree(pathlib.Path(alice.home, ".local"), ignore_errors=True)


@pytest.fixture
def machine(user, guest):
    return Machine(user, guest, "vm", "--lan", "user", "--forward", "0:80",
                   "--forward", "0:53/udp")


@pytest.fixture
def memory(user):
    return pathlib.Path(user.home, ".local/state/owvm/run/vm/remembered.json")


def ports_of_a_run(machine):
    forwards = machine.start().status()["forwards"]
    machine.quit()
    return [int(text.split(":")[1]) for text in forwards]


def test_automatic_ports_are_the_same_at_the_next_start(machine, memory, user):
    first = ports_of_a_run(machine)
    assert ports_of_a_run(machine) == first
    assert json.loads(memory.read_text(encoding="ascii")) == {
        "ports": {"127.0.0.1:0:80": first[0], "127.0.0.1:0:53/udp": first[1]}}
    status = memory.stat()
    assert status.st_mode & 0o777 == 0o600 and status.st_uid == user.uid
    assert [path.name for path in memory.parent.iterdir()] == ["remembered.json"]


def test_a_port_that_is_taken_meanwhile_is_replaced_and_remembered(machine, memory):
    first = ports_of_a_run(machine)
    with socket.create_server(("127.0.0.1", first[0])):
        second = ports_of_a_run(machine)
    assert second[0] != first[0] and second[1] == first[1]
    assert ports_of_a_run(machine) == second
    assert json.loads(memory.read_text(encoding="ascii"))["ports"]["127.0.0.1:0:80"] == second[0]


@pytest.mark.parametrize("content", ("", "{", '{"ports": 7}'))
def test_a_broken_memory_is_told_and_started_anew(machine, memory, user, content):
    ports_of_a_run(machine)
    memory.write_text(content, encoding="ascii")
    done = owrun(user, "run", "-d", *machine.arguments)
    assert done.returncode == 0
    assert f"owrun: what was remembered in '{memory}' is not used: " in done.stderr
    machine.quit()
    assert "is not used" not in owrun(user, "run", "-d", *machine.arguments).stderr
    machine.quit()


def test_a_vm_without_anything_to_remember_has_no_file(user, guest, memory):
    # A user network comes with an automatic forward.
    Machine(user, guest, "vm", "--nic", "none").start().quit()
    assert not memory.parent.exists(), list(memory.parent.iterdir())


def test_a_memory_that_cannot_be_written_does_not_stop_the_vm(machine, memory, user):
    pathlib.Path(user.home, ".local").write_text("a file, and no directory", encoding="ascii")
    done = owrun(user, "run", "-d", *machine.arguments)
    machine.quit()
    assert done.returncode == 0
    assert done.stderr.startswith("owrun: nothing is remembered for the next start: "
                                  f"cannot open '{memory.parent}': Not a directory"), done.stderr
    # Its log has no other place either.
    assert owrun(user, "rm", "vm").returncode == 0
    pathlib.Path(user.home, ".local").unlink()


def test_a_dry_run_remembers_nothing(machine, memory, user):
    assert owrun(user, "run", "--dry-run", *machine.arguments).returncode == 0
    assert not memory.exists()


def test_a_vm_that_was_run_can_be_created_with_its_ports_and_removed(machine, memory, user):
    first = ports_of_a_run(machine)
    directory = machine.create()
    assert ports_of_a_run(machine.as_kept()) == first
    done = owrun(user, "rm", "vm")
    assert done.returncode == 0, done.stderr
    assert not memory.parent.exists() and not directory.exists()
