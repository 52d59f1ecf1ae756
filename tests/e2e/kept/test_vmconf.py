# SPDX-License-Identifier: MIT
"""VMs that are kept: their directory, vm.conf, and what counts where the command line says more."""
import json
import os
import pathlib
import re
import subprocess

import pytest

from machine import Machine, owrun


@pytest.fixture
def kept(user, guest):
    """A VM that was created, without a network that anybody else has to make."""
    machine = Machine(user, guest, "kept", "--lan", "user", "--forward", "0:80")
    machine.directory = machine.create()
    yield machine
    owrun(user, "rm", "--force", "kept")
    assert not machine.directory.exists()


def write(machine, text):
    (machine.directory / "vm.conf").write_text(text, encoding="utf-8")


def test_t01_one_directory_is_one_vm_and_its_name_starts_it(kept):
    conf = (kept.directory / "vm.conf").read_text(encoding="utf-8")
    assert "forward = 0:80\n" in conf and "kernel = /" in conf
    done = owrun(kept.user, "run", "-d", "kept")
    assert done.returncode == 0, done.stderr
    assert kept.find()["vmdir"] == str(kept.directory)
    assert owrun(kept.user, "stop", "--timeout", "0", "kept").returncode == 0
    assert kept.find()["state"] == "stopped"


def test_t01_a_path_works_as_a_name(user, guest):
    machine = Machine(user, guest, "lab/one", "--lan", "none", "--wan", "none")
    assert owrun(user, "create", "lab/one", *machine.arguments[2:]).returncode == 0
    try:
        assert owrun(user, "run", "-d", "./lab/one").returncode == 0
        status = json.loads(owrun(user, "status", "--json", "lab/one/").stdout)
        assert status["name"] == "one" and status["state"] == "running"
        assert owrun(user, "stop", "--timeout", "0", "lab/one").returncode == 0
    finally:
        assert owrun(user, "rm", "--force", "lab/one").returncode == 0
    assert not pathlib.Path(user.home, "lab/one").exists()


def test_relative_paths_in_vm_conf_are_those_of_its_directory(kept, user, guest):
    for name in ("vmlinux", "initrd.gz"):
        os.symlink(guest / name, kept.directory / name)
    write(kept, "kernel = vmlinux\ninitrd = initrd.gz\naccel = tcg\nlan = none\nwan = none\n")
    try:
        done = owrun(user, "run", "--dry-run", "kept")
        assert f"-kernel {kept.directory}/vmlinux" in done.stdout
    finally:
        for name in ("vmlinux", "initrd.gz"):
            os.unlink(kept.directory / name)


def config(machine, *options):
    rows = json.loads(owrun(machine.user, "config", "--json", machine.name, *options).stdout)
    found = {}
    for row in rows:
        found.setdefault(row["key"], []).append((row["value"], row["origin"]))
    return found


def test_config_shows_what_counts_and_where_each_value_comes_from(kept):
    write(kept, "kernel = k\nmemory = 512M\nforward = 8080:80\nforward = 2222:22\n")
    rows = config(kept, "--cpus", "2")
    conf = kept.directory / "vm.conf"
    assert rows["memory"] == [("512M", f"{conf}:2")]
    assert rows["forward"] == [("8080:80", f"{conf}:3"), ("2222:22", f"{conf}:4")]
    assert rows["cpus"] == [("2", "command line")]
    assert rows["accel"] == [("auto", "default")]


def test_the_command_line_replaces_all_that_vm_conf_says_of_a_key(kept):
    write(kept, "kernel = k\nmemory = 512M\nforward = 8080:80\nforward = 2222:22\n")
    rows = config(kept, "--forward", "9000:80", "--memory=1G")
    assert rows["forward"] == [("9000:80", "command line")]
    assert rows["memory"] == [("1G", "command line")]


@pytest.mark.parametrize("line, sentence", [
    ("memry = 512M", "there is no key 'memry'; did you mean 'memory'?"),
    ("memory = lots", "memory 'lots' is not a size"),
    ("memory", "neither 'key = value' nor a comment"),
    ("nic = user\n[network]", "vm.conf has no sections"),
    ("name = my router", "name 'my router' is not 1-39 letters"),
    ("kernel = ~/vmlinuz", "'~' in it is taken as it is"),
    ("kernel = $HOME/vmlinuz", "'$' in it is taken as it is"),
    ("memory = '1G'", "the quotes around '1G' would be a part of the value"),
    ("kernel = vmlinuz ; the old one", "' ;' in it is taken as it is"),
    ("cpus = 1\ncpus = 2", "key 'cpus' is given twice, first in line 2"),
    ("nic = user,modl=e1000", "did you mean 'model'?"),
    ("ephemeral = perhaps", "neither yes nor no"),
    ("kernel =", "key 'kernel' needs a value"),
])
def test_a_mistake_in_vm_conf_is_told_with_its_line_and_nothing_starts(kept, line, sentence):
    write(kept, "# a comment\n" + line + "\n")
    done = owrun(kept.user, "run", "-d", "kept")
    number = 1 + len(line.split("\n"))
    assert done.returncode == 1 and len(done.stderr.splitlines()) == 1
    assert f"{kept.directory}/vm.conf:{number}: " in done.stderr and sentence in done.stderr
    assert kept.find()["state"] == "stopped"


def test_create_refuses_what_would_not_start_and_leaves_no_directory(user):
    home = pathlib.Path(user.home, ".local/share/owvm")
    for arguments in (("--memory", "lots"), (),
                      ("--kernel", "k", "--nic", "none", "--lan", "user")):
        done = owrun(user, "create", "wrong", *arguments)
        assert done.returncode != 0 and len(done.stderr.splitlines()) == 1
        assert not (home / "wrong").exists()


def test_create_does_not_overwrite(kept):
    before = (kept.directory / "vm.conf").read_bytes()
    done = owrun(kept.user, "create", "kept", "--kernel", "other")
    assert done.returncode == 1 and "is there already" in done.stderr
    assert (kept.directory / "vm.conf").read_bytes() == before


def test_an_unknown_name_is_told_with_the_nearest(kept):
    done = owrun(kept.user, "run", "kepd")
    assert done.returncode == 1 and "did you mean 'kept'?" in done.stderr


def test_config_of_a_vm_that_cannot_start_shows_what_was_said_of_it(kept):
    write(kept, "memory = 512M\nappend = quiet\n")
    done = owrun(kept.user, "config", "--json", kept.name)
    assert done.returncode == 1
    assert done.stderr == ("owrun: nothing to boot: give a disk IMAGE, '--cdrom FILE' or "
                           "'--kernel FILE'\n")
    rows = {row["key"]: row["value"] for row in json.loads(done.stdout)}
    assert (rows["memory"], rows["append"], rows["cpus"]) == ("512M", "quiet", "1")


def test_a_directory_that_is_no_vms_or_not_named_as_one_is_told(user):
    done = owrun(user, "run", ".")
    assert done.stderr == "owrun: '.' is no directory of a VM: it has no vm.conf\n"
    pathlib.Path(user.home, "lab").mkdir(exist_ok=True)
    os.chown(pathlib.Path(user.home, "lab"), user.uid, user.gid)
    said = owrun(user, "run", "lab/").stderr
    command, = re.findall(r"; 'owrun (create lab/) IMAGE' makes one", said)
    assert owrun(user, *command.split(), "--kernel", "/k", "--nic", "none").returncode == 0
    assert pathlib.Path(user.home, "lab/vm.conf").exists()
    done = owrun(user, "run", "lab")
    assert "the directory of that name here is './lab'" in done.stderr
    assert owrun(user, "rm", "./lab").returncode == 0


@pytest.mark.parametrize("command", ("ls", "config {}", "run --dry-run {}", "help", "--version"))
def test_output_that_cannot_be_written_is_a_failure(kept, user, command):
    with open("/dev/full", "w", encoding="utf-8") as full:
        done = owrun(user, *command.format(kept.name).split(), capture_output=False, stdout=full,
                     stderr=subprocess.PIPE)
    assert (done.returncode, done.stderr) == (
        1, "owrun: cannot write to standard output: No space left on device\n")


def test_rm_leaves_files_that_are_not_owruns(kept, user):
    mine = kept.directory / "notes"
    mine.write_text("mine\n", encoding="utf-8")
    done = owrun(user, "rm", "kept")
    assert done.returncode == 0 and "holds other files and stays" in done.stdout
    assert [path.name for path in kept.directory.iterdir()] == ["notes"]
    mine.unlink()
    kept.directory.rmdir()


def test_rm_refuses_a_vm_that_runs_and_force_kills_it(kept, user):
    owrun(user, "run", "-d", "kept")
    done = owrun(user, "rm", "kept")
    assert done.returncode == 1 and "is running" in done.stderr
    assert kept.find()["state"] == "running"
    done = owrun(user, "rm", "--force", "kept")
    assert done.returncode == 0 and kept.find() == {}


def test_restart_starts_a_vm_as_it_was_started(kept, user):
    owrun(user, "run", "-d", "kept", "--memory", "300M")
    first = kept.find()["pid"]
    done = owrun(user, "restart", "-d", "--timeout", "0", "kept")
    assert done.returncode == 0, done.stderr
    assert kept.find()["pid"] != first
    status = json.loads(owrun(user, "status", "--json", "kept").stdout)
    assert ["memory", "300M"] in status["settings"]
    owrun(user, "kill", "kept")


def test_restart_knows_a_vm_that_was_only_run(user, guest):
    machine = Machine(user, guest, "once", "--lan", "none", "--wan", "none").start()
    done = owrun(user, "restart", "-d", "--timeout", "0", "once")
    assert done.returncode == 0, done.stderr
    assert machine.find()["state"] == "running" and machine.find()["pid"] != machine.pid
    owrun(user, "kill", "once")
