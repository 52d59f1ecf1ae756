# SPDX-License-Identifier: MIT
"""carol gives alice files whose names and contents are terminal escapes, directions of writing and
new lines. Whatever owrun says of them, no terminal obeys or answers it, no line is forged, JSON is
JSON, and a command to paste means the same file."""
import json
import os
import pathlib
import re
import shutil
import subprocess

import pytest

import service
from machine import NO_NETWORK, Machine, owrun
from terminal import Terminal

TEXT = "h\x1b[6n\x05\u009b6n\u202e\x07\x1b]0;t\x07"
SHOWN = rb"h\e[6n\x05\u009b6n\u202e\a\e]0;t\a"
# Of a path, which may have lines and may be no UTF-8.
NAME = TEXT + "\nowrun: forged\r"
NO_TEXT = b"n\xff\xc3\x1b[6n\x9b6n\nforged"
# Lines of a vm.conf that owrun has something to say of.
LINES = ("memory = {}", "cpus = {}", "arch = {}", "accel = {}", "disk = {},format={}",
         "disk = {}.img", "lan = {}", "nic = {}", "nic = bridge={}", "nic = user,{}=1",
         "forward = {}", "share = /x,{}", "serial = {}", "monitor = {}", "kvm-timeout = {}",
         "ephemeral = {}", "{} = 1", "kernel = {}", "[{}]", "{}")


@pytest.fixture
def place(alice):
    """A directory of alice's with such a name, which she unpacked; gives its path."""
    path = pathlib.Path(alice.home, NAME)
    path.mkdir()
    yield path
    shutil.rmtree(path)


def own(user, path):
    for one in (path, *path.rglob("*")):
        os.chown(one, user.uid, user.gid, follow_symlinks=False)


def seen(user, *command, **environment):
    """What a terminal, wide enough that nothing is cut, gets of a command, which leaves it as it
    was."""
    variables = [f"{key}={value}" for key, value in environment.items()]
    with Terminal(user, "env", "NO_COLOR=1", *variables, *command,
                  columns=4000) as terminal:
        terminal.end(60)
    return terminal.seen


def assert_harmless(data):
    text = data.decode("utf-8")
    assert [c for c in text if c not in "\r\n" and not c.isprintable()] == [], text
    # The monitor's lines are QEMU's own.
    assert not re.search(r"^\s*(owrun: )?forged(?!.*chain depth)", text, re.MULTILINE), text


def conf(alice, place, *lines):
    vm = place / "router"
    vm.mkdir()
    (vm / "vm.conf").write_text("\n".join(lines) + "\n", encoding="utf-8", newline="")
    own(alice, place)
    return vm


@pytest.mark.parametrize("line", LINES)
def test_what_is_wrong_with_a_vm_conf(alice, place, line):
    vm = conf(alice, place, line.replace("{}", TEXT))
    for command in (("config",), ("run", "-d")):
        data = seen(alice, service.OWRUN, *command, str(vm))
        assert SHOWN in data
        assert_harmless(data)


def test_what_is_right_with_it(alice, place):
    vm = conf(alice, place, f"append = {TEXT}", f"machine = {TEXT}")
    data = seen(alice, service.OWRUN, "config", str(vm))
    assert data.count(SHOWN) >= 4
    assert_harmless(data)
    rows = json.loads(owrun(alice, "config", "--json", str(vm)).stdout)
    assert {row["value"] for row in rows if row["key"] in ("append", "machine")} == {TEXT}
    assert any(row["origin"] == f"{vm}/vm.conf:1" for row in rows)
    assert_harmless(seen(alice, service.OWRUN, "config", "--json", str(vm)))


def test_what_a_qcow2_image_has_below_it(alice, carol, place, guest):
    carols = pathlib.Path("/tmp/carols")
    carols.mkdir(mode=0o755)
    try:
        (carols / NAME).write_bytes(bytes(1 << 20))
        own(carol, carols)
        carol.run("qemu-img", "create", "-q", "-f", "qcow2", "-F", "raw", "-b",
                  str(carols / NAME), str(carols / "gift.qcow2"))
        shutil.copy(carols / "gift.qcow2", place / "gift.qcow2")
        own(alice, place)
        machine = Machine(alice, guest, "vm", *NO_NETWORK, "--disk", str(place / "gift.qcow2"))
        data = seen(alice, service.OWRUN, "run", "-d", *machine.arguments)
        data += seen(alice, service.OWRUN, "rm", "--force", "vm")
    finally:
        shutil.rmtree(carols)
    # As it is noted.
    assert b"h%1B[6n%05%C2%9B6n%E2%80%AE%07%1B]0;t%07" in data
    assert_harmless(data)


def test_a_vm_that_runs_with_such_a_disk(alice, place, guest):
    disk = place / "disk.img"
    disk.write_bytes(bytes(1 << 20))
    own(alice, place)
    machine = Machine(alice, guest, "vm", *NO_NETWORK, "--disk", f"{disk},snapshot").start()
    for words in (("ls",), ("status", "vm"), ("monitor", "vm", "info", "block"),
                  ("monitor", "vm", TEXT), ("doctor", "--vm", "vm"), ("ls", "--json"),
                  ("status", "--json", "vm")):
        data = seen(alice, service.OWRUN, *words)
        assert data and ("--json" not in words or json.loads(data))
        assert_harmless(data)
    assert SHOWN in seen(alice, service.OWRUN, "status", "vm")
    assert machine.status()["disks"][0]["path"] == str(disk)
    machine.quit()


def pasted(words):
    """What a shell makes of words of a command."""
    done = subprocess.run(("sh", "-c", f"printf '%s\\0' {words}"), capture_output=True, check=True)
    return done.stdout.split(b"\0")[:-1]


@pytest.mark.parametrize("name", ["my vms", "$(touch pasted)", "it's; touch pasted"])
def test_what_create_and_a_refusal_say_can_be_pasted(alice, carol, guest, name):
    """Among them a directory whose name carol chose, and to which her group may write."""
    above, mark = pathlib.Path(alice.home, name), pathlib.Path(alice.home, "pasted")
    above.mkdir()
    os.chown(above, alice.uid, alice.gid)
    try:
        done = owrun(alice, "create", f"{above}/vm", "--kernel", guest / "vmlinux", *NO_NETWORK)
        start = re.search("; 'owrun (run .*)' starts it$", done.stdout)[1]
        os.chown(above, alice.uid, carol.gid)
        above.chmod(0o770)
        refused = alice.run("sh", "-c", f"{service.OWRUN} {start} --dry-run")
        assert not mark.exists()
        alice.run("sh", "-c", re.search("; '(chmod .*)' mends it", refused.stderr)[1])
        mended = alice.run("sh", "-c", f"{service.OWRUN} {start} --dry-run")
        again = owrun(alice, "create", f"{above}/vm", "--kernel", guest / "vmlinux", *NO_NETWORK)
        remove = re.search(", 'owrun (rm .*)' removes it$", again.stderr)[1]
        removed = alice.run("sh", "-c", f"{service.OWRUN} {remove}")
        assert refused.returncode == 1 and mended.returncode == 0, (refused, mended)
        assert removed.returncode == 0, removed
        assert not mark.exists()
    finally:
        shutil.rmtree(above)
        mark.unlink(missing_ok=True)


@pytest.mark.parametrize("name", ["my vms", "$(touch pasted)", "it's, or; touch pasted"])
def test_what_is_said_of_a_disk_can_be_pasted(alice, guest, name):
    above, mark = pathlib.Path(alice.home, name), pathlib.Path(alice.home, "pasted")
    disk, kernel = above / "vm/disk.qcow2", f"--kernel {guest}/vmlinux --nic none"
    disk.parent.mkdir(parents=True)
    try:
        subprocess.run(("qemu-img", "create", "-q", "-f", "qcow2", disk, "1M"), check=True)
        own(alice, above)
        there = owrun(alice, "create", f"{above}/vm", disk)
        take = re.search("; 'owrun (create .*)' would take it$", there.stderr)[1]
        taken = alice.run("sh", "-c", f"{service.OWRUN} {take} {kernel}")
        os.chown(disk, 0, 0)
        refused = owrun(alice, "run", "--dry-run", f"{above}/vm")
        spare = re.search("; with '(--disk .*)' nothing is written", refused.stderr)[1]
        spared = alice.run("sh", "-c", f"{service.OWRUN} run --dry-run --name x {spare} {kernel}")
        assert there.returncode == 1 and taken.returncode == 0, (there, taken)
        assert refused.returncode == 1 and spared.returncode == 0, (refused, spared)
        assert not mark.exists()
    finally:
        shutil.rmtree(above)
        mark.unlink(missing_ok=True)


def test_what_dry_run_prints_can_be_pasted(alice, place, guest):
    (place / "disk.img").write_bytes(bytes(1 << 20))
    own(alice, place)
    machine = Machine(alice, guest, "vm", *NO_NETWORK, "--disk", f"{place}/disk.img", append=TEXT)
    words = (service.OWRUN, "run", "--dry-run", *machine.arguments)
    data = seen(alice, *words)
    assert b"-append" in data and rb"\033[6n" in data
    assert data.decode().replace("\t", "").replace("\r\n", "").isprintable()
    lines = [line for line in alice.run(*words).stdout.splitlines()
             if not line.startswith(("#", "mkdir"))]
    arguments = pasted("\n".join(lines))
    assert any(TEXT.encode() in one for one in arguments)
    assert any(str(place).encode() in one for one in arguments)


@pytest.mark.parametrize("name", [NAME.encode(), NO_TEXT], ids=["text", "no text"])
def test_what_doctor_would_have_done(alice, name):
    top = os.fsencode(alice.home) + b"/" + name
    os.mkdir(top)
    os.chown(top, alice.uid, alice.gid)
    os.chmod(top, 0o777)
    try:
        variables = {"XDG_DATA_HOME": os.fsdecode(top)}
        data = seen(alice, service.OWRUN, "doctor", **variables)
        findings = json.loads(alice.run(service.OWRUN, "doctor", "--json", env=variables).stdout)
    finally:
        os.rmdir(top)
    assert_harmless(data)
    finding = next(one for one in findings if one["check"] == "data")
    command = finding["command"]
    assert command.isprintable() and command.encode() in data
    assert pasted(command) == [b"chmod", b"go-w", top]


def test_what_would_take_a_directory_from_others(alice, place):
    vm = conf(alice, place, "memory = 64M")
    place.chmod(0o777)
    data = seen(alice, service.OWRUN, "config", str(vm))
    assert_harmless(data)
    words = re.search(rb"'(chmod go-w .*)' mends it", data).group(1).decode()
    assert pasted(words) == [b"chmod", b"go-w", os.fsencode(place)]


def test_a_place_of_vms_whose_name_is_no_text(alice):
    top = os.fsencode(alice.home) + b"/" + NO_TEXT
    os.makedirs(top + b"/owvm/router")
    try:
        with open(top + b"/owvm/router/vm.conf", "wb") as stream:
            stream.write(b"memory = 64M\n")
        variables = {"XDG_DATA_HOME": os.fsdecode(top)}
        for words in (("ls",), ("status", "router"), ("config", "router"), ("run", "-d", "x")):
            data = seen(alice, service.OWRUN, *words, **variables)
            assert_harmless(data)
            assert words[0] == "run" or b"router" in data or b"64M" in data
        for words in (("ls",), ("status", "router"), ("config", "router")):
            done = alice.run(service.OWRUN, *words, "--json", env=variables)
            said = json.loads(done.stdout)
            assert said and "\ufffd" in json.dumps(said, ensure_ascii=False)
    finally:
        shutil.rmtree(top)


@pytest.mark.parametrize("words", [("run", "-d", TEXT), ("status", TEXT), ("log", TEXT), (TEXT,),
                                   ("run", f"--{TEXT}"), ("help", TEXT), ("completion", TEXT),
                                   ("create", TEXT), ("wait", "x", "--for", f"console:({TEXT}"),
                                   ("snapshot", "x", TEXT), ("nic", "add", "x", TEXT)],
                         ids=lambda words: words[0] if words[0] != TEXT else "command")
def test_what_was_typed_by_a_glob(alice, words):
    data = seen(alice, service.OWRUN, *words)
    assert data
    assert_harmless(data)
