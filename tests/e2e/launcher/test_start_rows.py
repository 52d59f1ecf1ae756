# SPDX-License-Identifier: MIT
"""TUTORIAL's rows about starting, finding and ending a VM."""
import json
import os
import pathlib
import re
import signal
import stat
import subprocess
import time

import pytest

import network
import processes
import service
from console import Console
from machine import NO_NETWORK, Machine, left_of, owrun


@pytest.fixture
def user(alice, running):
    yield alice
    assert network.wait_until(lambda: left_of(alice) == []), left_of(alice)
    assert network.wait_until(lambda: network.made_by_netd() == set())


@pytest.fixture
def machine(user, guest):
    return Machine(user, guest, "vm", *NO_NETWORK)


def test_t10_the_default_machine_is_q35_and_another_can_be_had(user, guest):
    vm = Machine(user, guest, "pc", "--machine", "pc", *NO_NETWORK)
    plan = owrun(user, "run", "--dry-run", *vm.arguments[:-4]).stdout
    assert "-machine pc " in plan
    vm.boot()
    with vm.console() as console:
        console.login()
        assert "0x8086" in console.run("cat /sys/bus/pci/devices/0000:00:00.0/vendor")[1]
        # i440fx, not q35's 29c0.
        assert "0x1237" in console.run("cat /sys/bus/pci/devices/0000:00:00.0/device")[1]
    vm.stop()
    default = owrun(user, "run", "--dry-run", *Machine(user, guest, "x").arguments).stdout
    assert "-machine q35 " in default


@pytest.mark.parametrize("given, mebibytes", [("300", 300), ("300M", 300), ("1G", 1024)])
def test_t16_memory_in_qemus_units(user, guest, given, mebibytes):
    plan = owrun(user, "run", "--dry-run",
                 *Machine(user, guest, "x", "-m", given).arguments).stdout
    assert f"-m {mebibytes}M " in plan


def test_t16_the_guest_has_that_memory_and_those_processors(user, guest):
    vm = Machine(user, guest, "big", "--memory", "384M", "-smp", "2", *NO_NETWORK).boot()
    with vm.console() as console:
        console.login()
        total = int(re.search(r"MemTotal: +(\d+)", console.run("cat /proc/meminfo")[1])[1])
        assert 320 * 1024 < total < 384 * 1024
        assert console.run("nproc")[1].strip() == "2"
    vm.stop()


@pytest.mark.parametrize("suffix, device", [("", "vda"), (",if=ide", "sda")])
def test_t46_root_follows_from_the_disk_and_its_interface(user, guest, suffix, device):
    disk = pathlib.Path(user.home, "root.img")
    disk.write_bytes(bytes(1 << 20))
    os.chown(disk, user.uid, user.gid)
    done = owrun(user, "run", "-d", "--name", "root", "--accel", "tcg", "--kernel",
                 str(guest / "vmlinux"), "--disk", f"{disk}{suffix}", "--append", "panic=-1",
                 *NO_NETWORK)
    assert done.returncode == 0, done.stderr
    vm = Machine(user, guest, "root")
    vm.state = vm.listed()
    log = pathlib.Path(vm.state["directory"], "console.log")
    expected = f"Command line: panic=-1 console=ttyS0 root=/dev/{device}".encode()
    assert network.wait_until(lambda: expected in log.read_bytes(), 30), log.read_bytes()
    owrun(user, "kill", "root")


def test_t45_t46_a_kernel_with_its_own_arguments_keeps_them(user, guest):
    arguments = Machine(user, guest, "x", "--append", "root=/dev/nfs console=tty1").arguments
    plan = owrun(user, "run", "--dry-run", *arguments).stdout
    assert re.search(r"-append 'console=ttyS0 quiet root=/dev/nfs console=tty1'", plan), plan


def test_t68_d_leaves_the_vm_in_the_background_and_its_session_to_itself(machine):
    machine.start()
    fields = processes.status(machine.pid)
    assert os.getsid(machine.pid) == machine.pid and fields["PPid"] != [str(os.getpid())]
    machine.quit()


def test_t69_the_pidfile_is_where_status_says_and_holds_qemus_pid(machine):
    machine.start()
    pidfile = pathlib.Path(machine.status()["pidfile"])
    assert int(pidfile.read_text(encoding="ascii")) == machine.pid
    assert stat.S_IMODE(pidfile.stat().st_mode) == 0o600
    machine.quit()
    assert not pidfile.exists()


def test_t70_t72_process_and_guest_bear_the_name(machine):
    machine.start()
    assert processes.command_line(machine.pid).find("-name vm,process=owvm-vm") > 0
    comm = pathlib.Path(f"/proc/{machine.pid}/comm").read_text(encoding="ascii").strip()
    assert comm == "owvm-vm"
    machine.quit()


def test_t71_status_and_ls_know_it_by_its_name(machine):
    machine.start()
    assert machine.status()["state"] == "running"
    assert re.search(r"^vm +running +\d+", owrun(machine.user, "ls").stdout, re.MULTILINE)
    machine.quit()
    done = owrun(machine.user, "status", "vm")
    assert done.returncode == 1 and "there is no VM 'vm'" in done.stderr


def test_t73_stop_asks_first_then_quits_and_tells_the_times(machine):
    machine.start()
    # This guest's kernel is not up: it cannot hear a button.
    done = owrun(machine.user, "stop", "--timeout", "0", "vm")
    assert re.fullmatch(r"vm: power button: still there after \d\.\d s\n"
                        r"vm: quit: ended after \d\.\d s\n", done.stdout)


def test_t73_a_qemu_that_does_not_answer_is_killed(machine):
    machine.start()
    os.kill(machine.pid, signal.SIGSTOP)
    done = owrun(machine.user, "stop", "--timeout", "0", "vm")
    assert done.returncode == 0 and "vm: kill: ended after" in done.stdout


def test_t74_kill_ends_it_at_once(machine):
    machine.start()
    started = time.monotonic()
    done = owrun(machine.user, "kill", "vm")
    assert done.returncode == 0 and done.stdout.startswith("vm: kill: ended after 0.")
    assert time.monotonic() - started < 2


def test_t75_of_two_starts_at_the_same_time_one_wins_and_the_other_says_who_has_it(machine):
    starts = [subprocess.Popen((service.OWRUN, "run", "-d") + machine.arguments,
                               user=machine.user.uid, group=machine.user.gid,
                               extra_groups=machine.user.groups, cwd=machine.user.home,
                               env={"PATH": os.environ["PATH"], "HOME": machine.user.home},
                               stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
              for _ in range(6)]
    errors = [process.communicate(timeout=60)[1] for process in starts]
    codes = [process.returncode for process in starts]
    assert sorted(codes) == [0, 1, 1, 1, 1, 1], errors
    for code, error in zip(codes, errors):
        assert code == 0 or re.search(r"name 'vm' is in use by pid \d+", error), error
    machine.quit()


def test_t75_files_of_a_vm_that_was_killed_are_no_obstacle(machine):
    machine.start()
    directory = pathlib.Path(machine.state["directory"])
    machine.kill()
    assert network.wait_until(lambda: machine.find()["state"] == "ended")
    assert (directory / "pid").exists() and (directory / "qmp.sock").exists()
    machine.start().quit()


def test_t75_after_a_reboot_the_files_of_before_are_those_of_an_ended_vm(machine):
    machine.start()
    directory = pathlib.Path(machine.state["directory"])
    machine.kill()
    network.wait_until(lambda: machine.find()["state"] == "ended")
    state = json.loads((directory / "vm.json").read_text(encoding="utf-8"))
    state["boot"] = "00000000-0000-0000-0000-000000000000"
    (directory / "vm.json").write_text(json.dumps(state), encoding="utf-8")
    # The pid in the lock is somebody else's by now.
    (directory / "lock").write_text(str(os.getpid()), encoding="ascii")
    status = machine.status()
    assert (status["state"], status["reason"]) == ("ended",
                                                   "it ended with the last boot of this host")
    # Nothing is told of that process.
    assert (status["pid"], status["memory"], status["uptime"]) == (None, None, None)
    assert owrun(machine.user, "stop", "vm").returncode == 1
    machine.start().quit()


def test_t79_qemu_has_no_capability_and_owrun_needs_none(machine):
    machine.start()
    assert set(processes.capabilities(machine.pid).values()) == {0}
    for program in (f"/proc/{machine.pid}/exe", service.OWRUN):
        assert not os.stat(program).st_mode & (stat.S_ISUID | stat.S_ISGID)
        assert "security.capability" not in os.listxattr(program)
    machine.quit()


def test_what_dry_run_prints_starts_the_same_vm_in_a_shell(user, guest):
    share = pathlib.Path(user.home, "it's, a share")
    share.mkdir()
    os.chown(share, user.uid, user.gid)
    doubled = str(share).replace(",", ",,")
    machine = Machine(user, guest, "dry", "--share", f"{doubled}:hostshare", "--", "-uuid",
                      "00112233-4455-6677-8899-aabbccddeeff")
    printed = owrun(user, "run", "--dry-run", *machine.arguments)
    assert printed.returncode == 0, printed.stderr
    shell = subprocess.Popen(("/bin/sh", "-e", "-c", printed.stdout), user=user.uid,
                             group=user.gid, extra_groups=user.groups, cwd=user.home,
                             env={"PATH": os.environ["PATH"], "HOME": user.home},
                             stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT, start_new_session=True)
    directory = pathlib.Path(f"/tmp/owvm-{user.uid}/dry")
    try:
        assert network.wait_until(lambda: (directory / "console.sock").exists(), 20)
        with Console(directory / "console.sock") as console:
            console.login()
            uuid = console.run("cat /sys/class/dmi/id/product_uuid")[1].strip()
            mac = console.run("cat /sys/class/net/eth0/address")[1].strip()
            assert console.run("grep -q /mnt/hostshare /proc/mounts")[0] == 0
        # Nothing of it is taken for that of a VM that has ended.
        assert machine.find()["state"] == "running"
        assert "name 'dry' is in use by pid" in owrun(user, "run", *machine.arguments).stderr
        assert "ended after" in owrun(user, "stop", "--timeout", "0", "dry").stdout
    finally:
        if shell.poll() is None:
            os.killpg(shell.pid, signal.SIGTERM)
        output = shell.communicate(timeout=20)[0]
    assert uuid == "00112233-4455-6677-8899-aabbccddeeff", output
    machine.start()
    assert machine.status()["nics"][0]["mac"] == mac
    machine.quit()
    share.rmdir()


def test_an_option_that_is_not_known_is_told_with_the_nearest(user):
    done = owrun(user, "run", "--memroy", "1G", "x.img")
    assert done.returncode == 2
    assert done.stderr == "owrun: 'owrun run' has no option '--memroy'; did you mean '--memory'?\n"
