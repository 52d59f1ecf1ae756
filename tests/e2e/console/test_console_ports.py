# SPDX-License-Identifier: MIT
"""A console on each of two serial ports, each with a socket, a log and one who types: one VM."""
import os
import pathlib

import pytest

import network
import service
from machine import NO_NETWORK, Machine, left_of, owrun, refused
from terminal import ESCAPE, Terminal

PROMPT = b"router# "


@pytest.fixture(scope="module")
def vm(running, alice, guest):
    machine = Machine(alice, guest, "vm", *NO_NETWORK, "--serial", "console", "--serial",
                      "console", "--serial", "null", "--serial", "none").boot()
    yield machine
    machine.quit()
    assert network.wait_until(lambda: left_of(alice) == []), left_of(alice)


def attach(vm, *words):
    return Terminal(vm.user, service.OWRUN, "console", *words, "vm")


def log(vm, *words):
    return owrun(vm.user, "log", *words, "vm").stdout


@pytest.fixture(scope="module")
def shells(vm):
    """A terminal at each port, both of which type, with a shell in it."""
    with attach(vm) as first, attach(vm, "--serial", "2") as second:
        second.expect(rb"owrun: serial port 2 of VM 'vm': Ctrl-\] leaves it\r\n")
        for terminal in (first, second):
            terminal.wait_raw()
        first.type(b"setsid sh </dev/ttyS1 >/dev/ttyS1 2>&1 &\r")
        for terminal in (first, second):
            terminal.type(b"\r")
            terminal.expect(PROMPT)
        yield first, second


def test_each_terminal_is_at_its_own_port_while_both_type(shells):
    for number, terminal in enumerate(shells):
        terminal.type(b"echo $((40 + 2)) $(tty)\r")
        terminal.expect(b"42 /dev/(ttyS%d|console)\r\n" % number if number == 0
                        else b"42 /dev/ttyS1\r\n")


def test_each_port_has_a_log_of_its_own(vm, shells):
    shells[1].type(b"echo only-$((50 + 5))-there\r")
    shells[1].expect(b"only-55-there")
    assert "only-55-there" in log(vm, "--serial", "2")
    assert "only-55-there" not in log(vm)
    assert log(vm, "--serial", "1") == log(vm)
    assert log(vm, "--serial", "2", "-n", "3").count("\n") <= 3


def test_who_comes_later_to_the_second_port_is_told_and_types_after_the_first(vm, shells):
    with attach(vm, "--serial", "2") as late:
        late.expect(b"serial port 2 of VM 'vm' is typed to from elsewhere")
        late.wait_raw()
        shells[1].type(ESCAPE)
        assert shells[1].end() == 0
        late.type(b"x")
        late.expect(b"this terminal does from now on")
        late.type(b"echo $((70 + 7))v\r")
        late.expect(b"77v")
    # Nothing of that has to do with the first.
    shells[0].type(b"echo $((80 + 8))w\r")
    shells[0].expect(b"88w")


def test_status_tells_each_console(vm):
    status = vm.status()
    directory = pathlib.Path(status["console"]).parent
    assert status["serials"] == ["console", "console", "null", "none"]
    assert status["consoles"] == [
        {"serial": 1, "socket": str(directory / "console.sock"),
         "log": str(directory / "console.log")},
        {"serial": 2, "socket": str(directory / "console2.sock"),
         "log": str(directory / "console2.log")}]
    assert f"console 2  {directory}/console2.sock\n" in owrun(vm.user, "status", "vm").stdout


REFUSED = {
    "3": "serial port 3 of VM 'vm' is no console, as it leads to 'null'",
    "4": "VM 'vm' has no serial port 4",
}


@pytest.mark.parametrize("number", REFUSED)
def test_a_port_that_is_no_console_is_refused_in_a_sentence(vm, number):
    assert REFUSED[number] in refused(vm.user, "console", "vm", "--serial", number)
    assert REFUSED[number] in refused(vm.user, "log", "vm", "--serial", number)


@pytest.mark.parametrize("words", (("console", "vm", "--serial", "5"), ("console", "vm", "--serial",
                                   "0"), ("log", "vm", "--serial", "unix:x"),
                                   ("log", "vm", "--serial", "2", "--qemu")))
def test_what_is_no_number_of_a_port_is_wrong_usage(vm, words):
    done = owrun(vm.user, *words)
    assert done.returncode == 2 and done.stdout == ""
    said = done.stderr.splitlines()[0]
    assert "is no serial port; they are 1 to 4" in said or "are two logs" in said


@pytest.mark.parametrize("first, number", (("file:port.log", 2), ("none", 2)))
def test_the_first_console_may_be_on_a_later_port(vm, guest, first, number):
    machine = Machine(vm.user, guest, "later", *NO_NETWORK, "--serial", first, "--serial",
                      "console").start()
    row, = machine.status()["consoles"]
    assert row["serial"] == number and row["socket"] == machine.status()["console"]
    assert "port 1" in refused(vm.user, "log", "later", "--serial", "1")
    assert owrun(vm.user, "log", "later", "--serial", "2").returncode == 0
    machine.quit()


def test_a_second_line_in_vm_conf_is_a_second_console(vm, guest):
    machine = Machine(vm.user, guest, "kept", *NO_NETWORK, "--serial", "console")
    conf = machine.create() / "vm.conf"
    conf.write_text(conf.read_text(encoding="utf-8") + "serial = console\n", encoding="utf-8")
    machine.as_kept().start()
    assert [row["serial"] for row in machine.status()["consoles"]] == [1, 2]
    assert owrun(vm.user, "log", "kept", "--serial", "2").returncode == 0
    machine.quit()
    assert owrun(vm.user, "rm", "kept").returncode == 0


@pytest.mark.parametrize("free", (False, True), ids=("sandboxed", "free"))
def test_a_second_console_lets_qemu_write_to_its_log_and_no_other_file(vm, guest, free):
    # QEMU's monitor plays the attacker, as what it opens QEMU opens.
    machine = Machine(vm.user, guest, "taken", *NO_NETWORK, "--serial", "console", "--serial",
                      "console", *(("--no-sandbox",) if free else ())).start()
    directory = pathlib.Path(machine.state["directory"])
    (directory / "console3.log").touch(0o600)
    os.chown(directory / "console3.log", vm.user.uid, vm.user.gid)
    for name, own in (("console.log", True), ("console2.log", True), ("console3.log", False),
                      ("vm.json", False), ("new.log", False)):
        done = owrun(vm.user, "monitor", "taken",
                     f"chardev-add file,id=out,append=on,path={directory / name}")
        owrun(vm.user, "monitor", "taken", "chardev-remove out")
        assert ("Permission denied" not in done.stdout) == (own or free), (name, done.stdout)
    machine.quit()
