# SPDX-License-Identifier: MIT
"""Running, paused, stopped and ended: one word for one thing, and what is said of a VM that does
not run."""
import fcntl
import json
import os
import pathlib
import re
import shutil
import signal

import pytest

import impostor
import network
from machine import Machine, done_well, left_of, owrun, refused
from people import Worker

NETWORK = ("--lan", "user", "--wan", "none", "--forward", "0:80")
MANY = 150
STOPPED = "owrun: VM 'kept' is stopped; 'owrun run kept' starts it"


@pytest.fixture
def kept(user, guest):
    """A VM that is kept, and stopped. Nobody waits for its guest."""
    machine = Machine(user, guest, "kept", *NETWORK)
    machine.create()
    yield machine.as_kept()
    assert owrun(user, "rm", "--force", "kept").returncode == 0


@pytest.fixture
def once(user, guest):
    """A VM that is only run."""
    machine = Machine(user, guest, "once", *NETWORK).start()
    yield machine
    assert owrun(user, "rm", "--force", "once").returncode == 0


def views(machine):
    """What each view says of its state: all the same."""
    listed, status = machine.find(), machine.status()
    text = done_well(machine.user, "status", machine.name).stdout
    table = done_well(machine.user, "ls").stdout
    words = {listed["state"], status["state"], re.search(r"^state +(\w+)", text, re.MULTILINE)[1],
             re.search(rf"^{machine.name} +(\w+)", table, re.MULTILINE)[1]}
    assert len(words) == 1 and listed["reason"] == status["reason"], (words, listed, status)
    return words.pop(), status["reason"]


def test_a_vm_that_runs_tells_its_time_memory_and_processor(once):
    assert views(once) == ("running", None)
    for row in (once.find(), once.status()):
        assert row["memory"] > 10 << 20 and row["uptime"] >= 0 and row["cpu_time"] >= 0
    assert network.wait_until(lambda: once.find()["uptime"] > 0)
    text = done_well(once.user, "status", "once").stdout
    assert re.search(r"^uptime +\d+[sm]$", text, re.MULTILINE), text
    assert re.search(r"^memory +[\d.]+ MiB$", text, re.MULTILINE), text
    head, row = done_well(once.user, "ls").stdout.splitlines()
    assert head.split()[:6] == ["NAME", "STATE", "PID", "UPTIME", "MEMORY", "CPU-TIME"]
    assert re.match(r"once +running +\d+ +\d+[sm] +[\d.]+ MiB +\d+s ", row), row


def test_a_vm_that_somebody_paused_says_so_and_how_it_goes_on(once):
    user = once.user
    done_well(user, "monitor", "once", "stop")
    state, reason = views(once)
    assert (state, reason) == ("paused", "somebody paused it; 'owrun monitor once cont' lets it go "
                                         "on")
    # Whoever wants something of the guest is told.
    assert f"the VM is paused: {reason}" in refused(user, "open", "once")
    assert "the VM is paused" in owrun(user, "status", "once").stdout
    assert "the VM is paused" in owrun(user, "wait", "--for", "port:80", "--timeout", "0",
                                       "once").stderr
    done = owrun(user, "doctor", "--vm", "once")
    assert done.returncode == 1 and "the VM is paused: somebody paused it" in done.stdout
    done_well(user, *re.search(r"'owrun (.*)'", reason)[1].split())
    assert views(once) == ("running", None)


def test_nothing_is_told_of_a_process_that_is_not_the_vms(once):
    """The pid that is noted is that of a process of root's."""
    lock = pathlib.Path(once.state["directory"], "lock")
    noted = lock.read_text(encoding="ascii")
    assert once.find()["memory"] is not None
    lock.write_text(impostor.noted(os.getpid()), encoding="ascii")
    try:
        row = once.find()
    finally:
        lock.write_text(noted, encoding="ascii")
    assert (row["uptime"], row["cpu_time"], row["memory"]) == (None, None, None)


def test_a_qemu_that_does_not_answer_is_told(once):
    os.kill(once.pid, signal.SIGSTOP)
    try:
        assert views(once) == ("running", "QEMU does not answer; 'owrun doctor --vm once' tells "
                                          "more")
    finally:
        os.kill(once.pid, signal.SIGCONT)


@pytest.mark.parametrize("words", (
    "console", "monitor NAME info", "ssh", "open", "stop", "kill", "nic ls NAME",
    "nic add NAME user", "nic remove NAME hot0", "forward ls NAME", "forward add NAME 0:80",
    "forward rm NAME 80", "forward stdio NAME 22", "capture NAME", "lan NAME",
    "wait NAME --for console:x", "wait NAME --for port:80"))
def test_a_command_on_a_vm_that_is_stopped(kept, words):
    command, *rest = words.replace("NAME", "kept").split()
    done = owrun(kept.user, command, *(rest or ["kept"]))
    assert done.returncode == (125 if command == "lan" else 1) and done.stdout == ""
    assert done.stderr.splitlines() == [STOPPED]


def test_doctor_tells_it_too(kept):
    done = owrun(kept.user, "doctor", "--vm", "kept")
    assert done.returncode == 1 and STOPPED.removeprefix("owrun: ") in done.stdout


def test_the_hint_starts_it_and_its_end_makes_it_stopped_again(kept):
    assert views(kept) == ("stopped", None)
    done_well(kept.user, "run", "-d", "kept")
    assert views(kept)[0] == "running"
    kept.quit()
    assert views(kept) == ("stopped", None)


def test_a_vm_that_is_kept_is_stopped_however_it_ended(kept):
    kept.start().kill()
    assert network.wait_until(lambda: kept.find()["state"] != "running")
    state, reason = views(kept)
    assert state == "stopped" and "'owrun log kept'" in reason
    assert refused(kept.user, "console", "kept") == STOPPED
    # What it has left is not in the way of 'rm'.


def test_a_vm_that_was_only_run_has_ended(once):
    once.kill()
    assert network.wait_until(lambda: once.find()["state"] != "running")
    state, reason = views(once)
    assert state == "ended" and "'owrun log once'" in reason
    assert refused(once.user, "console", "once") == (
        "owrun: VM 'once' has ended; 'owrun log once' shows what it said last")


def test_one_in_a_directory_of_its_own_is_started_by_its_path(user, guest):
    rest = Machine(user, guest, "lab", *NETWORK).arguments[2:]
    done_well(user, "create", "lab/here", *rest)
    place = pathlib.Path(user.home, "lab/here")
    try:
        said = refused(user, "console", "./lab/here")
        assert said == f"owrun: VM 'here' is stopped; 'owrun run {place}' starts it"
        done_well(user, "run", "-d", str(place))
        here = Machine(user, guest, "here")
        os.kill(here.listed()["pid"], signal.SIGKILL)
        assert network.wait_until(lambda: here.find()["state"] != "running")
        # By its name it is known by what it left.
        assert views(here)[0] == "stopped" and refused(user, "stop", "here") == said
    finally:
        done_well(user, "rm", "--force", "lab/here")
        place.parent.rmdir()


def names(user, *options):
    return done_well(user, "ls", "-q", *options).stdout


def test_names_alone(kept, once):
    assert names(kept.user) == "once\nkept\n"
    assert json.loads(names(kept.user, "--json")) == ["once", "kept"]


@pytest.fixture
def three(user, guest):
    """Names of VMs that run, and are no more in the end."""
    for name in "abc":
        Machine(user, guest, name, *NETWORK).start()
    yield list("abc")
    owrun(user, "rm", "--force", "a", "b", "c")
    assert network.wait_until(lambda: left_of(user) == []), left_of(user)


def test_of_several_the_others_are_done_when_one_fails(user, three):
    done = owrun(user, "log", "a", "nobody", "c")
    assert done.returncode == 1 and "nobody" in done.stderr
    assert re.findall(r"^==> (.*) <==$", done.stdout, re.MULTILINE) == ["a", "nobody", "c"]
    assert owrun(user, "log", "-f", "a", "b").returncode == 2
    done = owrun(user, "kill", "a", "nobody", "b")
    assert done.returncode == 1 and len(done.stderr.splitlines()) == 1
    assert "no VM 'nobody' is running" in done.stderr
    assert sorted(line[0] for line in done.stdout.splitlines()) == ["a", "b"]
    assert names(user) == "c\n"
    # The highest status counts.
    done = owrun(user, "wait", "nobody", "c", "--timeout", "0")
    assert done.returncode == 124 and len(done.stderr.splitlines()) == 2
    done = owrun(user, "rm", "nobody", "c")
    assert done.returncode == 1 and len(done.stderr.splitlines()) == 2 and names(user) == "c\n"
    done = owrun(user, "rm", "nobody", "c", "--force")
    assert done.returncode == 1 and names(user) == ""


@pytest.fixture
def many(user, guest, three):
    """Names of as many VMs that seem to run as no table of fixed size holds."""
    assert three
    place = pathlib.Path(Machine(user, guest, three[0]).listed()["directory"]).parent
    names_ = [f"x{number}" for number in range(MANY)]

    def hold():
        for name in names_:
            (place / name).mkdir(0o700)
            fcntl.flock(os.open(place / name / "lock", os.O_CREAT | os.O_RDWR, 0o600),
                        fcntl.LOCK_EX)
    holder = Worker(user, hold)
    holder.result()
    yield names_
    holder.finish()
    for name in names_:
        shutil.rmtree(place / name, ignore_errors=True)


def test_all_are_all_however_many(user, many, three):
    done = owrun(user, "wait", "--all", "--timeout", "0")
    said = re.findall(r"VM '(\w+)'", done.stderr)
    assert done.returncode == 124 and sorted(said) == sorted(many + three)
    done = owrun(user, "wait", "--timeout", "0", *many)
    assert done.returncode == 124 and len(done.stderr.splitlines()) == MANY


def test_all_means_those_that_run(user, three, kept):
    done = owrun(user, "stop", "--all", "a")
    assert done.returncode == 2 and len(done.stderr.splitlines()) == 1
    # None hears its button: one after the other they would take thrice the time.
    done = done_well(user, "stop", "--all", "--timeout", "1")
    assert sorted(re.findall(r"^(\w): quit: ended", done.stdout, re.MULTILINE)) == three
    assert names(user) == "kept\n"
    for command in ("stop", "kill", "wait"):
        done = done_well(user, command, "--all")
        assert done.stderr == "owrun: no VM is running\n"
    # What destroys a disk wants names.
    assert owrun(user, "rm", "--all").returncode == 2 and names(user) == "kept\n"
