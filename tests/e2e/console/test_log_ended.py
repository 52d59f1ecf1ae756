# SPDX-License-Identifier: MIT
"""`owrun log` of a VM that has ended: what is kept of it, how it ended, and how much is kept."""
import os
import pathlib
import re
import shutil
import signal

import pytest

import network
import processes
import service
from machine import NO_NETWORK, Machine, done_well, left_of, owrun, refused

DATE = r"on \d{4}-\d\d-\d\d at \d\d:\d\d:\d\d"
PER_VM, IN_ALL = 3, 30
CONSOLE_MAX = 256 * 1024
KEEPER = "/usr/local/libexec/owvm/owrun-keeper"


@pytest.fixture(name="user")
def fixture_user(alice):
    yield alice
    assert network.wait_until(lambda: left_of(alice) == []), left_of(alice)
    shutil.rmtree(pathlib.Path(alice.home, ".local"), ignore_errors=True)


@pytest.fixture(name="kept")
def fixture_kept(user):
    """Where the logs are kept."""
    return pathlib.Path(user.home, ".local/state/owvm/ended")


@pytest.fixture(name="machine")
def fixture_machine(user, guest):
    return Machine(user, guest, "vm", *NO_NETWORK)


def log(user, *words):
    """What it printed, and said of the end."""
    done = done_well(user, "log", *words, "vm")
    said, = done.stderr.splitlines()
    return done.stdout, said


def write_console(machine, text, file="console.log"):
    """As the guest would."""
    path = pathlib.Path(machine.state["directory"], file)
    with path.open("ab") as stream:
        stream.write(text)


def test_a_vm_that_was_stopped_has_a_log(machine, user, kept):
    machine.boot().stop()
    assert machine.find() == {}
    text, said = log(user)
    assert "owvm demo router ready" in text
    assert re.fullmatch(rf"owrun: VM 'vm' ended {DATE}: QEMU's exit status was 0", said), said
    assert "router ready" not in log(user, "--qemu")[0]
    assert "router ready" in log(user, "-f")[0]
    assert log(user, "-n", "1")[0].count("\n") <= 1
    modes = {path.stat().st_mode & 0o7777 for path in kept.iterdir()}
    assert modes == {0o600} and kept.stat().st_mode & 0o7777 == 0o700
    assert {path.stat().st_uid for path in kept.iterdir()} == {user.uid}


@pytest.mark.parametrize("number, words", ((signal.SIGKILL, "signal 9 (Killed)"),
                                           (signal.SIGSEGV, "signal 11 (Segmentation fault)")))
def test_a_vm_that_was_killed_says_so_before_and_after_its_files_are_gone(
        machine, user, number, words):
    machine.start()
    write_console(machine, b"last words\n")
    os.kill(machine.pid, number)
    assert network.wait_until(lambda: machine.find()["state"] == "ended")
    expected = rf"owrun: VM 'vm' ended {DATE}: QEMU was killed by {re.escape(words)}"
    text, said = log(user)
    assert text.endswith("last words\n") and re.fullmatch(expected, said), said
    shutil.rmtree(machine.state["directory"])
    assert log(user) == (text, said)


def test_a_vm_in_the_foreground_and_one_whose_owrun_was_killed(machine, user):
    process = machine.spawn()
    assert network.wait_until(lambda: "started" in machine.find(), 20)
    machine.state = machine.listed()
    process.terminate()
    assert process.wait(20) == 0
    assert "exit status was 0" in log(user)[1]
    process = machine.spawn()
    assert network.wait_until(lambda: "started" in machine.find(), 20)
    machine.state = machine.listed()
    process.kill()
    process.wait()
    machine.kill()
    assert network.wait_until(lambda: machine.find()["state"] == "ended")
    assert "by signal 9" in log(user)[1]
    owrun(user, "rm", "vm")


def keeper_of(machine, program=KEEPER):
    """Once it is that program."""
    pid = processes.parent(machine.pid)
    assert network.wait_until(lambda: os.readlink(f"/proc/{pid}/exe") == program)
    assert processes.status(pid)["Name"] == ["owrun-keeper"]
    return pid


def test_without_the_process_that_sees_it_the_log_is_kept_by_who_tidies_up(machine, user):
    machine.start()
    write_console(machine, b"last words\n")
    os.kill(keeper_of(machine), signal.SIGKILL)
    machine.quit()
    assert log(user) == ("last words\n", "owrun: VM 'vm' has ended; nobody saw when and how")
    machine.start()
    write_console(machine, b"other words\n")
    os.kill(keeper_of(machine), signal.SIGKILL)
    machine.kill()
    # The next start does so, too.
    assert network.wait_until(lambda: machine.find()["state"] == "ended")
    machine.start()
    assert log_of_end(user, 1) == "other words\n" and log_of_end(user, 2) == "last words\n"
    machine.quit()


def log_of_end(user, back):
    return log(user, "--ended", str(back))[0]


def test_the_process_that_stays_holds_nothing_and_goes_with_the_vm(machine, user):
    machine.start()
    keeper = keeper_of(machine)
    fds = {os.readlink(f"/proc/{keeper}/fd/{fd}") for fd in os.listdir(f"/proc/{keeper}/fd")}
    assert len([fd for fd in fds if fd.startswith("socket:")]) == 1
    assert {fd for fd in fds if not fd.startswith("socket:")} == {
        "/dev/null", machine.state["directory"]}
    assert os.readlink(f"/proc/{keeper}/cwd") == "/"
    # A terminal, or a service manager, that says good-bye to all.
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
        os.kill(keeper, number)
    machine.quit()
    assert processes.of_user(user.uid) == []
    assert "exit status was 0" in log(user)[1]


def test_where_the_small_program_is_missing_owrun_itself_stays(machine, user):
    os.rename(KEEPER, f"{KEEPER}.away")
    try:
        machine.start()
        keeper_of(machine, service.OWRUN)
    finally:
        os.rename(f"{KEEPER}.away", KEEPER)
    write_console(machine, b"last words\n")
    machine.kill()
    text, said = log(user)
    assert text == "last words\n" and "by signal 9" in said
    owrun(user, "rm", "vm")


@pytest.mark.parametrize("words", ((), ("/tmp", "1x"), ("tmp", "1"), ("/tmp", "1")))
def test_by_hand_the_small_program_does_nothing(user, words):
    done = user.run(KEEPER, *words)
    assert done.returncode == 1 and done.stdout == ""
    assert done.stderr == "owrun: owrun starts owrun-keeper beside a VM; by hand it does nothing\n"


def test_the_last_ends_are_kept_and_no_more(machine, user, kept):
    for number in range(PER_VM + 1):
        machine.start()
        write_console(machine, b"%d\n" % number)
        machine.quit()
    assert [log_of_end(user, back) for back in range(1, PER_VM + 1)] == ["3\n", "2\n", "1\n"]
    done = owrun(user, "log", "--ended", str(PER_VM + 1), "vm")
    assert done.returncode == 1 and done.stdout == ""
    assert done.stderr == ("owrun: VM 'vm' has no log number 4; 1 is that of its last end, and 3 "
                           "are kept\n")
    assert owrun(user, "log", "--ended", "0", "vm").returncode == 2
    # Of other VMs: the oldest go.
    stems = sorted({path.name[:path.name.index("@") + 20] for path in kept.iterdir()})
    assert len(stems) == PER_VM
    for number in range(IN_ALL):
        path = kept / f"other{number}@20200101T0000{number:02}.000.json"
        path.write_text("{}", encoding="ascii")
        os.chown(path, user.uid, user.gid)
    machine.start().quit()
    left = {path.name.partition("@")[0] for path in kept.iterdir()}
    assert left == {"vm", *(f"other{number}" for number in range(PER_VM, IN_ALL))}


def test_a_guest_that_prints_for_ever_has_the_end_of_it_kept(machine, user, kept):
    machine.start()
    write_console(machine, b"x" * (3 * CONSOLE_MAX) + b"\nthe end\n")
    machine.quit()
    path, = kept.glob("*.console.log")
    assert path.stat().st_size == CONSOLE_MAX
    assert log(user)[0].endswith("x\nthe end\n")


def test_rm_takes_the_logs_along(machine, user, kept):
    machine.start().quit()
    assert len(list(kept.iterdir())) == 3
    assert done_well(user, "rm", "vm").stdout == "vm: removed\n"
    assert list(kept.iterdir()) == []
    done = owrun(user, "log", "vm")
    assert done.returncode == 1
    assert done.stderr == "owrun: there is no log of a VM 'vm'; 'owrun ls' lists your VMs\n"


def test_a_start_that_fails_keeps_nothing(user, guest, kept):
    done = owrun(user, "run", "-d", *Machine(user, guest, "vm", *NO_NETWORK, "--machine",
                                             "nonsense").arguments)
    assert done.returncode == 1 and "QEMU ended at once" in done.stderr
    assert not kept.exists() or list(kept.iterdir()) == []


def test_what_another_user_can_write_is_not_believed(machine, user, kept):
    """A log of somebody else's in the place of the user's."""
    machine.start().quit()
    log(user)
    note, = kept.glob("*.console.log")
    note.chmod(0o666)
    done = owrun(user, "log", "vm")
    assert done.returncode == 1 and done.stdout == ""
    assert "could have been written by others" in done.stderr
    note.chmod(0o600)
    kept.chmod(0o777)
    done = owrun(user, "log", "vm")
    assert done.returncode == 1 and done.stdout == "" and f"'{kept}'" in done.stderr


def test_a_log_that_cannot_be_kept_stays_where_it_is(machine, user, kept):
    kept.parent.mkdir(parents=True)
    kept.write_text("no directory", encoding="ascii")
    for path in (kept, *list(kept.parents)[:3]):
        os.chown(path, user.uid, user.gid)
    machine.start()
    write_console(machine, b"last words\n")
    done = owrun(user, "kill", "vm")
    said = f"owrun: the log of VM 'vm' is not kept: cannot make '{kept}'"
    assert said in done.stderr, done.stderr
    assert machine.find()["state"] == "ended"
    text, said = log(user)
    assert text == "last words\n" and "by signal 9" in said
    kept.unlink()
    owrun(user, "rm", "vm")


def test_without_a_home_there_is_nothing_to_keep_it_in_and_nothing_left(machine, user):
    done = user.run("env", "-u", "HOME", "/usr/local/bin/owrun", "run", "-d", *machine.arguments)
    assert done.returncode == 0, done.stderr
    done = user.run("env", "-u", "HOME", "/usr/local/bin/owrun", "kill", "vm")
    assert done.returncode == 0 and done.stderr == "", done.stderr
    assert machine.find() == {}


def test_a_further_console_has_a_log_of_its_own(user, guest):
    machine = Machine(user, guest, "vm", *NO_NETWORK, "--serial", "console", "--serial",
                      "console").start()
    write_console(machine, b"on the second port\n", "console2.log")
    machine.quit()
    assert log(user, "--serial", "2")[0] == "on the second port\n"
    assert "on the second port" not in log(user)[0]
    assert refused(user, "log", "vm", "--serial", "3") == (
        "owrun: nothing is kept of serial port 3 of VM 'vm'")
