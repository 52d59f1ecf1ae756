# SPDX-License-Identifier: MIT
"""One VM with everything: each view tells all that belongs to it, as text and as JSON."""
import json
import os
import pathlib
import re

import pytest

import network
from machine import Machine, done_well, left_of, owrun, refused


@pytest.fixture(scope="module")
def vm(running, alice, guest):
    """Nobody waits for its guest. Its forwards are 8080 by the LAN and 2222 by the WAN."""
    place = pathlib.Path(alice.home, "views")
    place.mkdir()
    (place / "share").mkdir()
    (place / "disk.img").write_bytes(bytes(1 << 20))
    for path in (place, place / "share", place / "disk.img"):
        os.chown(path, alice.uid, alice.gid)
    machine = Machine(alice, guest, "all", "--memory", "192M", "--cpus", "2", "--disk",
                      str(place / "disk.img"), "--share", f"{place}/share:here", "--serial",
                      "console", "--serial", f"unix:{place}/second.sock", "--forward",
                      "18080:80", "--forward", "wan:12222:22")
    machine.create()
    machine.place = place
    machine.as_kept()
    done_well(alice, "snapshot", "all", "before")
    machine.stopped = machine.status()
    machine.stopped_text = done_well(alice, "status", "all").stdout
    machine.start()
    for spec in ("bridge", "user,model=e1000"):
        done_well(alice, "nic", "add", "all", spec)
    yield machine
    owrun(alice, "rm", "--force", "all")
    alice.run("rm", "-r", str(place))
    assert network.wait_until(lambda: left_of(alice) == []), left_of(alice)


@pytest.fixture
def user(vm):
    return vm.user


def shown(user, *words):
    """What a view prints, and its JSON."""
    return done_well(user, *words).stdout, json.loads(done_well(user, *words, "--json").stdout)


def nics_of(rows):
    return {row["id"]: (row["network"], row["model"]) for row in rows}


def all_nics(user):
    return {"eth0": (user.bridge, "virtio-net-pci"), "eth1": ("user", "virtio-net-pci"),
            "hot0": (user.bridge, "virtio-net-pci"), "hot1": ("user", "e1000")}


def test_nic_ls_has_those_of_the_start_and_those_that_were_plugged_in(vm, user):
    text, rows = shown(user, "nic", "ls", "all")
    assert nics_of(rows) == all_nics(user)
    # Each port is the one that netd has for that address.
    ports = {port["mac"]: port["interface"]
             for port in json.loads(done_well(user, "ports", "--json").stdout)}
    for row in rows:
        assert row["interface"] == (ports[row["mac"]] if row["network"] != "user" else None)
        line, = re.findall(rf"^{row['id']} .*", text, re.MULTILINE)
        assert line.split() == [row["id"], row["network"], row["interface"] or "-", row["model"],
                                row["mac"]]
    assert "those of the start stay" in refused(user, "nic", "remove", "all", "eth0")


def test_status_has_all(vm, user):
    text, status = shown(user, "status", "all")
    assert nics_of(status["nics"]) == all_nics(user)
    for nic, (where, model) in all_nics(user).items():
        word = "user network" if where == "user" else f"{where}, port ow"
        assert re.search(rf"^{nic} +{word}.*, {model}$", text, re.MULTILINE), text
    tell_all(vm, text, status)
    assert status["state"] == "running" and status["uptime"] is not None
    assert set(status["obstacles"]) | {way for way, fine in status["pages"].items() if fine} == (
        set(status["ways"]))
    assert re.search(r"^log +/", text, re.MULTILINE), text


def tell_all(vm, text, status):
    """What does not change by a start."""
    place = vm.place
    assert status["forwards"] == ["127.0.0.1:18080:80", "wan:127.0.0.1:12222:22"]
    assert (status["guest_memory"], status["cpus"]) == (192 << 20, 2)
    # The snapshot's overlay is what it writes to.
    assert [disk["path"] for disk in status["disks"]] == [f"{status['vmdir']}/before.disk0.qcow2"]
    assert [(share["path"], share["tag"]) for share in status["shares"]] == [
        (f"{place}/share", "here")]
    assert status["serials"] == ["console", f"unix:{place}/second.sock"]
    assert [row["label"] for row in status["snapshots"]] == ["before"]
    for words in ("guest +192 MiB, 2 processors", "forward +127.0.0.1:18080:80",
                  " +wan:127.0.0.1:12222:22", "disk +/.*/before.disk0.qcow2",
                  f"share +{place}/share; in the guest: .*mount", "serial +console",
                  f" +unix:{place}/second.sock", "snapshot +before", "vm.conf in /.*/all"):
        assert re.search(f"^{words}", text, re.MULTILINE), (words, text)


def test_status_of_the_vm_while_it_is_stopped_has_its_settings(vm, user):
    text, status = vm.stopped_text, vm.stopped
    assert (status["state"], status["reason"], status["problem"], status["pid"]) == (
        "stopped", None, None, None)
    tell_all(vm, text, status)
    assert nics_of(status["nics"]) == {nic: where for nic, where in all_nics(user).items()
                                       if nic.startswith("eth")}
    # It got these addresses when it was started.
    assert [nic["mac"] for nic in status["nics"]] == [
        nic["mac"] for nic in vm.status()["nics"] if nic["id"].startswith("eth")]
    assert re.search(rf"^eth0 +{user.bridge}, [0-9a-f:]+, virtio-net-pci$", text, re.MULTILINE)
    assert "reach it" not in text and "accel" not in text


def test_ls_has_its_lan_and_forwards(vm, user):
    text, (row,) = shown(user, "ls")
    assert (row["name"], row["lan"], row["forwards"]) == ("all", user.bridge, [
        "127.0.0.1:18080:80", "wan:127.0.0.1:12222:22"])
    assert text.splitlines()[1].endswith(
        f"{user.bridge}  127.0.0.1:18080:80,wan:127.0.0.1:12222:22")


def test_forward_ls_has_them_with_a_name_and_of_all(vm, user):
    text, rows = shown(user, "forward", "ls")
    assert [(row["vm"], row["forward"], row["by"]) for row in rows] == [
        ("all", "127.0.0.1:18080:80", "lan"), ("all", "wan:127.0.0.1:12222:22", "user network")]
    assert json.loads(done_well(user, "forward", "ls", "all", "--json").stdout) == rows
    named = done_well(user, "forward", "ls", "all").stdout
    assert [line.removeprefix("all  ") for line in text.splitlines()[1:]] == named.splitlines()[1:]


def test_ports_has_its_ports_and_says_where_forwards_are(vm, user):
    done = done_well(user, "ports")
    rows = json.loads(done_well(user, "ports", "--json").stdout)
    assert {(row["vm"], row["client"]) for row in rows} == {("all", None), (None, "forward")}
    assert len(rows) == 3 and len(done.stdout.splitlines()) == 4
    assert done.stderr == (
        "owrun: 'owrun forward ls' lists the ports of this host that lead into VMs\n")
    assert done_well(user, "ports", "--json").stderr == ""


def test_the_map_has_its_nics_and_forwards(vm, user):
    text, networks = shown(user, "map")
    members = [(network["bridge"], member["nic"]) for network in networks
               for member in network["members"] if member["kind"] == "vm"]
    assert sorted(members, key=str) == sorted(
        ((None if where == "user" else where, nic) for nic, (where, _) in all_nics(user).items()),
        key=str)
    assert sum((member["forwards"] for network in networks for member in network["members"]),
               []) == ["127.0.0.1:18080:80", "wan:127.0.0.1:12222:22"]
    for nic in all_nics(user):
        assert re.search(rf"\ball +{nic}\b", text), text


def test_nets_counts_its_ports(vm, user):
    _, rows = shown(user, "nets")
    own, = (row for row in rows if row["bridge"] == user.bridge)
    # The forwarder's is a third.
    assert own["used"] == 3


def test_config_has_all_its_keys(vm, user):
    text, rows = shown(user, "config", "all")
    keys = [row["key"] for row in rows]
    for key, count in (("memory", 1), ("cpus", 1), ("disk", 1), ("share", 1), ("serial", 2),
                       ("forward", 2), ("nic", 2)):
        assert keys.count(key) == count == len(re.findall(rf"^{key} ", text, re.MULTILINE)), key


def test_doctor_looks_at_each_forward(vm, user):
    done = owrun(user, "doctor", "--vm", "all", "--json")
    told = " ".join(finding["text"] for finding in json.loads(done.stdout))
    assert "18080" in told and "12222" in told and "VM 'all' runs" in told
    assert "18080" in owrun(user, "doctor", "--vm", "all").stdout


def test_ssh_config_has_it(vm, user):
    assert "Host all\n" in done_well(user, "ssh-config").stdout


def test_a_vm_conf_that_cannot_be_read_is_a_problem_that_status_tells(user, guest):
    directory = Machine(user, guest, "broken", "--lan", "none", "--wan", "none").create()
    conf = directory / "vm.conf"
    conf.write_text(conf.read_text(encoding="utf-8") + "memry = 1G\n", encoding="utf-8")
    text, status = shown(user, "status", "broken")
    assert status["state"] == "stopped" and "no key 'memry'" in status["problem"]
    assert re.search(r"^problem +/.*/vm.conf:\d+: ", text, re.MULTILINE), text
    done_well(user, "ls")
    done_well(user, "rm", "broken")
