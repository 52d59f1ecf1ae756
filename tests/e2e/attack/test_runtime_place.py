# SPDX-License-Identifier: MIT
"""Another user makes the place where owrun would keep the files of running VMs, with a VM in it.
Without a look at its owner owrun showed it as the user's own, and killed what its lock names."""
import json
import os
import pathlib
import shutil

import pytest

import processes
from machine import NO_NETWORK, Machine, owrun, runtime_directory

COMMANDS = (("status", "router"), ("console", "router"), ("log", "router"), ("stop", "router"),
            ("kill", "router"), ("restart", "router"), ("monitor", "router", "info", "name"),
            ("wait", "router", "--timeout", "1"), ("ssh", "router"), ("nic", "ls", "router"))


@pytest.fixture(params=["directory", "readable by all", "symlink"])
def place(request, alice, carol, victim):
    """carol's place, at the path of alice's; gives its real path."""
    path = runtime_directory(alice)
    real = path.with_name("carols") if request.param == "symlink" else path
    vm = real / "router"
    vm.mkdir(parents=True)
    (vm / "lock").write_text(f"{victim.pid} {processes.started(victim.pid)}")
    (vm / "vm.json").write_text(json.dumps({"name": "router", "arguments": ["-S"], "settings": [],
                                            "monitor": "\x1b[6n"}))
    (vm / "console.log").write_text("\x1b[6nhello")
    for one in (real, vm, *vm.iterdir()):
        os.chown(one, carol.uid, carol.gid)
    real.chmod(0o755 if request.param == "readable by all" else 0o777)
    if request.param == "symlink":
        path.symlink_to(real)
        os.chown(path, carol.uid, carol.gid, follow_symlinks=False)
    yield real
    if path.is_symlink():
        path.unlink()
    shutil.rmtree(real)


def contents(place):
    return {str(path): path.read_bytes() for path in place.rglob("*") if path.is_file()}


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
def test_nothing_in_a_strangers_place_is_believed(alice, place, victim, command):
    before = contents(place)
    done = owrun(alice, *command)
    assert done.returncode == 1 and done.stdout == "" and "\x1b" not in done.stderr
    # These two say that there is no such VM.
    assert command[0] in ("status", "restart") or (
        f"'{runtime_directory(alice)}'" in done.stderr and "it is left out" in done.stderr)
    assert victim.poll() is None and contents(place) == before


def test_a_strangers_vm_is_not_listed(alice, place):
    done = owrun(alice, "ls")
    assert "router" not in done.stdout and done.stderr.count("so that it is left out") == 1


@pytest.fixture
def login(alice):
    """The place of a login of alice's, of which her variable does not tell, as after `su`."""
    path = pathlib.Path("/run/user", str(alice.uid))
    path.mkdir(parents=True)
    path.chmod(0o700)
    os.chown(path, alice.uid, alice.gid)
    yield path
    shutil.rmtree(path)


def test_a_strangers_place_keeps_no_vm_from_starting(alice, place, login, guest):
    """Where there is another."""
    machine = Machine(alice, guest, "mine", *NO_NETWORK)
    done = owrun(alice, "run", "-d", *machine.arguments)
    assert done.returncode == 0, done.stderr
    assert machine.listed()["directory"] == str(login / "owvm/mine")
    done = owrun(alice, "kill", "mine")
    assert done.returncode == 0 and done.stderr == ""


def test_doctor_tells_that_it_does(alice, place, guest):
    """Where there is no other."""
    refused = Machine(alice, guest, "mine", *NO_NETWORK).refused()
    found = {one["check"]: one for one in json.loads(owrun(alice, "doctor", "--json").stdout)}
    assert found["runtime"]["state"] == "broken", found["runtime"]
    for text in (refused, found["runtime"]["text"]):
        assert f"'{runtime_directory(alice)}'" in text and "XDG_RUNTIME_DIR" in text


def test_who_has_a_place_of_his_own_hears_nothing_of_it(alice, place, tmp_path_factory):
    own = tmp_path_factory.mktemp("run")
    os.chown(own, alice.uid, alice.gid)
    own.parent.chmod(0o755)
    own.parent.parent.chmod(0o755)
    done = owrun(alice, "ls", env={"XDG_RUNTIME_DIR": str(own)})
    assert done.returncode == 0 and "router" not in done.stdout
    assert "left out" not in done.stderr
