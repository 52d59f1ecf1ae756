# SPDX-License-Identifier: MIT
"""TUTORIAL's rows about machines, processors and kernels, and a guest of another architecture."""
import json
import os
import pathlib
import re
import subprocess
import urllib.request

import pytest

import network
from machine import NO_NETWORK, Machine, left_of, owrun
from network import Client

ROUTER = "192.168.1.1"
# The name of the board in virt's device tree, and one of the same length.
BOARD, OTHER_BOARD = b"linux,dummy-virt", b"owvm,other-board"


class ArmMachine(Machine):
    """Of --append it gets no console=: owrun has to know it."""

    def __init__(self, user, guest, name, *options):
        super().__init__(user, guest, name, "--arch", "aarch64", *options, kernel="vmlinuz",
                         append="quiet")


def all_gone(user):
    return network.wait_until(lambda: left_of(user) == [] and not network.made_by_netd())


def plan_of(machine):
    done = owrun(machine.user, "run", "--dry-run", *machine.arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def arm(running, alice, arm_guest):
    """A router on alice's bridge, with a share and a forward."""
    share = pathlib.Path(alice.home, "arm-share")
    share.mkdir()
    os.chown(share, alice.uid, alice.gid)
    machine = ArmMachine(alice, arm_guest, "arm", "--share", f"{share}:hostshare",
                         "--forward", "0:80").boot()
    yield machine
    if machine.find():
        machine.quit()
    assert all_gone(alice), left_of(alice)


@pytest.fixture(scope="module")
def arm_console(arm):
    with arm.console() as connected:
        connected.login()
        yield connected


@pytest.fixture(scope="module")
def pc_console(running, bob, guest):
    """The shell of an x86 guest on a machine and a processor of owrun's own choice."""
    machine = Machine(bob, guest, "pc", *NO_NETWORK).boot()
    with machine.console() as connected:
        connected.login()
        yield connected
    machine.stop()
    assert all_gone(bob), left_of(bob)


def defaults(user, *command):
    """What the list has, and what it marks as owrun's choice."""
    done = owrun(user, *command, "--json")
    assert done.returncode == 0, done.stderr
    rows = json.loads(done.stdout)
    return ([row["name"] for row in rows],
            [row["name"] for row in rows if row.get("default") == "yes"])


@pytest.mark.parametrize("arch, default, other", [
    ("x86_64", "q35", "pc"), ("i386", "q35", "pc"), ("aarch64", "virt", "raspi3b"),
    ("arm", "virt", "raspi2b")])
def test_t07_t09_t10_machines_lists_them_and_marks_the_default(alice, arch, default, other):
    names, marked = defaults(alice, "machines", "--arch", arch)
    assert {default, other} <= set(names) and marked == [default]


def test_t07_machines_are_a_table_for_people(alice):
    done = owrun(alice, "machines", "--arch", "x86_64")
    assert re.search(r"^q35 +yes +Standard PC \(Q35", done.stdout, re.MULTILINE), done.stdout


@pytest.mark.parametrize("options", [(), ("--machine", "q35")])
def test_t08_q35_is_asked_for_or_the_default(alice, guest, options):
    assert "-machine q35 " in plan_of(Machine(alice, guest, "x", *options, *NO_NETWORK))


def test_t08_the_guest_is_on_a_q35(pc_console):
    # q35's host bridge; i440fx's is 1237.
    assert "0x29c0" in pc_console.run("cat /sys/bus/pci/devices/0000:00:00.0/device")[1]


def test_t09_an_aarch64_guest_boots_on_virt_to_its_prompt(arm, arm_console):
    assert "-machine virt " in plan_of(arm)
    assert os.readlink(f"/proc/{arm.pid}/exe").endswith("/qemu-system-aarch64")
    assert arm_console.run("uname -m") == (0, "aarch64\n")
    board = arm_console.run("tr '\\0' '\\n' </proc/device-tree/compatible")[1]
    assert board.split() == [BOARD.decode()]


def test_t09_its_lan_is_on_the_users_bridge_and_serves_a_client(arm):
    assert arm.interface in network.ports(arm.user.bridge)
    with Client(arm.user.bridge) as client:
        assert f"obtained from {ROUTER}" in client.dhcp()
        page = client.run("busybox", "wget", "-q", "-O", "-", f"http://{ROUTER}/").stdout
        assert "owvm demo router" in page and "arm64" in page


def test_t09_a_forward_leads_to_it(arm):
    address = arm.state["forwards"][0].split(":")
    with urllib.request.urlopen(f"http://{address[0]}:{address[1]}/", timeout=20) as page:
        assert b"owvm demo router" in page.read()


def test_t09_its_share_works_both_ways(arm_console, alice):
    share = pathlib.Path(alice.home, "arm-share")
    (share / "given").write_text("from the host\n", encoding="utf-8")
    assert arm_console.run("cat /mnt/hostshare/given") == (0, "from the host\n")
    assert arm_console.run("echo hello >/mnt/hostshare/made")[0] == 0
    assert (share / "made").read_text(encoding="utf-8") == "hello\n"
    assert (share / "made").stat().st_uid == alice.uid


def test_t45_the_console_of_the_architecture_is_added_to_the_arguments(arm, arm_console):
    assert " -append 'quiet console=ttyAMA0' " in " ".join(plan_of(arm).split())
    assert arm_console.run("cat /proc/cmdline")[1] == "quiet console=ttyAMA0\n"


def test_t13_the_default_processor_of_aarch64_signs_pointers_the_fast_way(arm, arm_console):
    assert "-cpu max,pauth-impdef=on " in plan_of(arm)
    features = arm_console.run("grep -m 1 Features /proc/cpuinfo")[1].split()
    # What max has and QEMU's own default for virt, cortex-a15, has not.
    assert {"paca", "sve", "atomics"} <= set(features), features
    assert arm_console.run("dmesg | grep -q 'Address authentication (IMP DEF'")[0] == 0


def test_t13_the_default_processor_of_x86_is_max(pc_console, bob, guest):
    assert "-cpu max " in plan_of(Machine(bob, guest, "x", *NO_NETWORK))
    said = pc_console.run("grep -m 1 'model name' /proc/cpuinfo; grep -m 1 flags /proc/cpuinfo")[1]
    assert "QEMU TCG CPU" in said
    # qemu64, QEMU's own default, has none of these.
    assert {"avx2", "bmi2", "rdrand"} <= set(said.split()), said


@pytest.mark.parametrize("arch, other", [
    ("x86_64", "Nehalem"), ("i386", "qemu32"), ("aarch64", "cortex-a72"), ("arm", "cortex-a15")])
def test_t11_cpus_lists_them_and_marks_the_default(alice, arch, other):
    names, marked = defaults(alice, "cpus", "--arch", arch)
    assert {"max", other} <= set(names) and marked == ["max"]
    assert all(re.fullmatch(r"[\w.+-]+", name) for name in names), names


def test_t11_a_processor_of_the_list_can_be_had(alice, running, arm_guest):
    machine = ArmMachine(alice, arm_guest, "a72", "--cpu", "cortex-a72", *NO_NETWORK).boot()
    with machine.console() as console:
        console.login()
        assert "0xd08" in console.run("grep 'CPU part' /proc/cpuinfo")[1]
    machine.stop()


@pytest.mark.parametrize("cpu", ["host", "host,pmu=off"])
def test_t12_the_hosts_processor_needs_kvm(alice, running, guest, cpu):
    said = Machine(alice, guest, "x", "--cpu", cpu).refused()
    assert said == (f"'--cpu {cpu}' needs KVM, and this VM runs under TCG, as that was asked for; "
                    "use '--cpu max'")


@pytest.mark.parametrize("options, expected", [
    (("--cpu", "host", "--accel", "auto"),
     "'--cpu host' needs KVM, and this VM runs under TCG, as the guest's processor is of another "
     "kind than this host's; use '--cpu max'"),
    (("--accel", "kvm"),
     "KVM cannot be used: the guest's processor is of another kind than this host's; "
     "'--accel tcg' works everywhere, more slowly")])
def test_t12_a_foreign_guest_has_no_kvm(alice, running, arm_guest, options, expected):
    machine = ArmMachine(alice, arm_guest, "x")
    machine.arguments = tuple(word for word in machine.arguments if word not in ("--accel", "tcg"))
    machine.arguments += options
    assert machine.refused() == expected


@pytest.mark.parametrize("arch, hint", [
    ("aarch65", "; did you mean 'aarch64'?"), ("sparc", "")])
def test_an_unknown_architecture_is_refused(alice, arch, hint):
    for command in ("run", "machines", "cpus"):
        done = owrun(alice, command, "--arch", arch)
        assert done.returncode != 0 and done.stdout == ""
        assert done.stderr == (f"owrun: architecture '{arch}' is none of x86_64, i386, aarch64 "
                               f"and arm{hint}\n")


def test_other_names_of_an_architecture_mean_the_same(alice, arm_guest):
    usual, other = ArmMachine(alice, arm_guest, "x"), ArmMachine(alice, arm_guest, "x")
    other.arguments = tuple("arm64" if word == "aarch64" else word for word in other.arguments)
    assert plan_of(other) == plan_of(usual)


def test_t46_root_is_on_the_disk_of_an_aarch64_guest_too(alice, running, arm_guest):
    disk = pathlib.Path(alice.home, "arm.img")
    disk.write_bytes(bytes(1 << 20))
    os.chown(disk, alice.uid, alice.gid)
    machine = ArmMachine(alice, arm_guest, "root")
    machine.arguments = ("--name", "root", "--arch", "aarch64", "--kernel",
                         str(arm_guest / "vmlinuz"), "--disk", str(disk), *NO_NETWORK)
    machine.start()
    log = pathlib.Path(machine.state["directory"], "console.log")
    expected = b"Kernel command line: console=ttyAMA0 root=/dev/vda\r\n"
    assert network.wait_until(lambda: expected in log.read_bytes(), 30), log.read_bytes()
    owrun(alice, "kill", "root")


def test_t46_virt_has_no_ide(alice, running, arm_guest):
    disk = pathlib.Path(alice.home, "arm.img")
    machine = ArmMachine(alice, arm_guest, "root", "--disk", f"{disk},if=ide")
    assert machine.refused() == f"disk '{disk}': machine 'virt' has no ide; use 'if=virtio'"


@pytest.fixture
def dumped(alice):
    """A device tree as QEMU dumps it; it has room for a lot more."""
    tree = pathlib.Path(alice.home, "dumped.dtb")
    subprocess.run(("qemu-system-aarch64", "-machine", f"virt,dumpdtb={tree}", "-cpu", "max",
                    "-m", "256M"), check=True, capture_output=True)
    return tree


def test_t47_a_device_tree_of_the_users_is_the_guests(alice, running, arm_guest, dumped):
    tree = pathlib.Path(alice.home, "smaller.dtb")
    subprocess.run(("dtc", "-q", "-I", "dtb", "-O", "dtb", "-o", tree, dumped), check=True)
    tree.write_bytes(tree.read_bytes().replace(BOARD, OTHER_BOARD))
    machine = ArmMachine(alice, arm_guest, "dtb", "--dtb", str(tree), *NO_NETWORK).boot()
    with machine.console() as console:
        console.login()
        assert OTHER_BOARD.decode() in console.run("cat /proc/device-tree/compatible")[1]
    machine.stop()


def test_t47_a_tree_that_would_leave_the_guest_silent_is_refused(alice, running, arm_guest, dumped):
    machine = ArmMachine(alice, arm_guest, "dtb", "--dtb", str(dumped), *NO_NETWORK)
    assert machine.refused() == (
        f"dtb '{dumped}' is larger than the 1038576 bytes that QEMU and Linux can take; "
        f"'dtc -I dtb -O dtb -o SMALLER {dumped}' leaves out empty room")
    # The largest that is taken boots. Its header tells the size, too.
    tree = dumped.read_bytes()[:1038576]
    dumped.write_bytes(tree[:4] + len(tree).to_bytes(4, "big") + tree[8:])
    ArmMachine(alice, arm_guest, "dtb", "--dtb", str(dumped), *NO_NETWORK).boot().stop()


def test_t47_virt_makes_its_own_tree(arm):
    assert "-dtb" not in plan_of(arm)


def test_t09_owrun_stop_presses_its_power_button(arm):
    arm.stop()
    assert arm.find() == {}
