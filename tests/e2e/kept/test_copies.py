# SPDX-License-Identifier: MIT
"""`owrun clone`, `create --from` and `rename`: what goes along, and what is refused."""
import fcntl
import json
import os
import pathlib
import re

import pytest

from machine import NO_NETWORK, Machine, done_well, owrun, refused

SIZE = 1 << 20


def home(user):
    return pathlib.Path(user.home, ".local/share/owvm")


@pytest.fixture
def router(user):
    """A kept VM with a disk of its own, a snapshot and two NICs; its directory."""
    image = pathlib.Path(user.home, "image.img")
    image.write_bytes(b"first".ljust(SIZE, b"\0"))
    os.chown(image, user.uid, user.gid)
    done_well(user, "create", "router", str(image), "--lan", "user", "--wan", "user")
    done_well(user, "snapshot", "router", "fresh")
    yield home(user) / "router"
    for name in ("router", "lab", "gateway"):
        owrun(user, "rm", name)
    image.unlink()
    assert [name for name in os.listdir(home(user)) if name not in (".backing.json", ".lock")] == []


def config(user, name):
    rows = json.loads(done_well(user, "config", "--json", name).stdout)
    return {row["key"]: row["value"] for row in rows}


def macs(user, name):
    shown = done_well(user, "run", "--dry-run", name).stdout
    return [word.partition("mac=")[2].split(",")[0].strip("'\\ \n")
            for word in shown.split() if "mac=" in word]


def write(user, disk, letter):
    """As a guest would: into the file that the VM has now."""
    done = user.run("qemu-io", "-f", "qcow2", "-c", f"write -P {ord(letter)} 0 512", disk)
    assert done.returncode == 0, done.stderr + done.stdout


def content(user, disk):
    raw = pathlib.Path(user.home, "content.raw")
    done = user.run("qemu-img", "convert", "-f", "qcow2", "-O", "raw", disk, raw)
    assert done.returncode == 0, done.stderr
    data = raw.read_bytes()
    raw.unlink()
    return data[:5]


def disk_of(user, name):
    """The file that the VM writes to when it is started."""
    shown = done_well(user, "run", "--dry-run", name).stdout
    return re.search(r"-drive \S*,file=([^, \n]+)", shown)[1]


def test_a_copy_has_disks_and_snapshots_of_its_own(user, router):
    before = {path.name: path.read_bytes() for path in router.iterdir()}
    done = done_well(user, "clone", "router", "lab")
    assert done.stdout == "lab: a copy of 'router'; 'owrun run lab' starts it\n"
    lab = home(user) / "lab"
    assert {path.name for path in lab.iterdir()} == set(before) - {".lock"}
    disk = disk_of(user, "lab")
    assert disk == f"{lab}/fresh.disk0.qcow2" and content(user, disk) == b"first"
    write(user, disk, "o")
    assert content(user, disk) == b"ooooo"
    assert content(user, disk_of(user, "router")) == b"first"
    done_well(user, "restore", "lab", "fresh")
    assert content(user, disk_of(user, "lab")) == b"first"
    assert {path.name: path.read_bytes() for path in router.iterdir()} == before


def test_a_copy_has_addresses_of_its_own_and_what_options_say(user, router):
    done_well(user, "set", "router", "nic=user,mac=52:54:00:00:00:01,model=e1000",
              "forward=8080:80", "--unset", "lan", "--unset", "wan")
    done = done_well(user, "create", "lab", "--from", "router", "--memory", "96M")
    assert "both have the forwards 127.0.0.1:8080:80" in done.stderr
    assert config(user, "lab")["memory"] == "96M"
    assert config(user, "lab")["nic"] == "user,model=e1000"
    assert macs(user, "router") == ["52:54:00:00:00:01"] != macs(user, "lab")


def test_paths_lead_where_they_led(user, router):
    (router / "kernel").write_text("k", encoding="ascii")
    image = pathlib.Path(user.home, "other.img")
    image.write_bytes(bytes(SIZE))
    os.chown(image, user.uid, user.gid)
    conf = router / "vm.conf"
    owrun(user, "restore", "router")
    (router / "snapshots.json").unlink()
    conf.write_text(f"# kept\nkernel = kernel\ndisk = disk.qcow2\ndisk = {image},if=ide\n"
                    f"disk = {image},readonly\n", encoding="utf-8")
    done_well(user, "clone", "router", "lab")
    assert (home(user) / "lab/vm.conf").read_text(encoding="utf-8") == (
        f"# kept\nkernel = {router}/kernel\ndisk = disk.qcow2\ndisk = cloned1.img,if=ide\n"
        f"disk = {image},readonly\n")
    assert (home(user) / "lab/cloned1.img").read_bytes() == bytes(SIZE)
    (router / "kernel").unlink()
    for path in router.glob("fresh.*"):
        path.unlink()
    image.unlink()


@pytest.mark.parametrize("words, said", [
    (("clone", "router", "router"), "there is 'router' already"),
    (("clone", "nothing", "lab"), "there is no VM 'nothing'"),
    (("clone", "router", "a b"), "'a b' is not a name"),
    (("clone", "router", "../lab"), "is not a name"),
    (("create", "lab", "--from", "router", "image.img"), "'image.img' has no place"),
    (("create", "lab", "--from", "router", "--disk", "image.img"), "'--disk' has no place"),
    (("create", "lab", "--from", "router", "--lan", "user", "--nic", "none"), "no place beside"),
    (("rename", "router", "router"), "already"), (("rename", "nothing", "lab"), "no VM 'nothing'"),
    (("rename", "router", ".x"), "is not a name"), (("rename", "./router", "x"), "is a path")])
def test_what_is_refused_leaves_nothing(user, router, words, said):
    done = owrun(user, *words)
    assert done.returncode in (1, 2) and said in done.stderr and done.stdout == ""
    assert len(done.stderr.splitlines()) == 1
    assert sorted(os.listdir(home(user))) == [".backing.json", ".lock", "router"]


def test_a_vm_that_runs_is_neither_copied_nor_renamed(user, guest):
    machine = Machine(user, guest, "runs", *NO_NETWORK)
    machine.create()
    machine.as_kept().start()
    for words in (("clone", "runs", "lab"), ("rename", "runs", "lab")):
        assert "VM 'runs' is running; 'owrun stop runs' ends it first" in refused(user, *words)
    done_well(user, "create", "idle", "--kernel", "/k")
    assert "VM 'runs' is running" in refused(user, "rename", "idle", "runs")
    done_well(user, "kill", "runs")
    for name in ("runs", "idle"):
        done_well(user, "rm", name)


def test_a_renamed_vm_keeps_its_addresses_disks_and_notes(user, router):
    addresses, notes = macs(user, "router"), home(user) / ".backing.json"
    before = json.loads(notes.read_text(encoding="ascii"))
    done = done_well(user, "rename", "router", "gateway")
    assert done.stdout == "gateway: was 'router'; 'owrun run gateway' starts it\n"
    assert not router.exists() and len(addresses) == 2
    assert macs(user, "gateway") == addresses
    assert content(user, disk_of(user, "gateway")) == b"first"
    after = json.loads(notes.read_text(encoding="ascii"))
    assert after == {key.replace("/router/", "/gateway/"): value for key, value in before.items()}
    assert before != after
    done_well(user, "restore", "gateway", "fresh")


def test_the_log_of_a_renamed_vm_is_there(user, guest):
    machine = Machine(user, guest, "said", *NO_NETWORK)
    machine.create()
    machine.as_kept().boot()
    done_well(user, "kill", "said")
    before = done_well(user, "log", "said").stdout
    done_well(user, "rename", "said", "tells")
    assert done_well(user, "log", "tells").stdout == before != ""
    assert owrun(user, "log", "said").returncode == 1
    done_well(user, "rm", "tells")


def test_the_name_in_a_vm_conf_changes_as_well(user):
    kernel = pathlib.Path(user.home, "kernel")
    kernel.write_bytes(b"k")
    done_well(user, "create", "one", "--kernel", str(kernel), "--lan", "user")
    conf = home(user) / "one/vm.conf"
    conf.write_text(f"# x\nname = other\nkernel = {kernel}\n", encoding="utf-8")
    addresses = macs(user, "one")
    done_well(user, "rename", "one", "two")
    assert (home(user) / "two/vm.conf").read_text(encoding="utf-8") == (
        f"# x\nname = two\nkernel = {kernel}\n")
    assert macs(user, "two") == addresses
    done_well(user, "rm", "two")
    kernel.unlink()


def test_what_a_killed_copy_left_is_in_nobodys_way(user, router):
    growing = home(user) / ".lab.new"
    user.run("mkdir", "-m", "700", growing)
    user.run("cp", router / "disk.qcow2", growing)
    user.run("touch", growing / "rest", growing / "vm.conf", growing / ".lock")
    assert "lab" not in done_well(user, "ls").stdout
    with (growing / ".lock").open("rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert "another owrun is just making VM 'lab'" in refused(user, "clone", "router", "lab")
        assert (growing / "rest").exists()
    done_well(user, "clone", "router", "lab")
    assert not growing.exists()
    assert sorted(os.listdir(home(user) / "lab")) == [
        "disk.qcow2", "fresh.disk0.qcow2", "snapshots.json", "vm.conf"]
