# SPDX-License-Identifier: MIT
"""KVM that is there and does not work: what the watchdog does, and what is remembered."""
import json
import os
import pathlib
import pty
import shutil
import signal
import subprocess
import time

import pytest

import kvm
import network
import processes
import service
from conftest import OWN_BRIDGE
from console import PROMPT
from machine import Machine, left_of, owrun

# QEMU itself refuses the default, '--cpu host', where KVM cannot set some registers.
HANGING = ("--accel", "auto", "--cpu", "kvm64", "--kvm-timeout", "3")
SILENT = "under KVM it showed no sign of life within 3 s"


@pytest.fixture
def user(alice):
    yield alice
    assert network.wait_until(lambda: left_of(alice) == []), left_of(alice)
    shutil.rmtree(pathlib.Path(alice.home, ".local"), ignore_errors=True)


@pytest.fixture
def cpuinfo(installed):
    path = kvm.write_cpuinfo()
    yield path
    path.unlink()


@pytest.fixture
def device(installed):
    kvm.make_device()
    yield
    os.unlink(kvm.DEVICE)


@pytest.fixture
def machine(user, netd, guest):
    netd(OWN_BRIDGE)
    machine = Machine(user, guest, "vm")
    yield machine
    if machine.find().get("state") == "running":
        machine.quit()


def run(machine, cpuinfo, *options, **more):
    done = kvm.run(machine.user, cpuinfo, "run", "-d", *machine.arguments, *options, **more)
    if done.returncode == 0:
        machine.state = machine.listed()
    return done


def remembered(machine):
    path = pathlib.Path(machine.user.home, ".local/state/owvm/run", machine.name,
                        "remembered.json")
    return json.loads(path.read_text(encoding="ascii")) if path.exists() else {}


def accelerator(machine):
    words = pathlib.Path(f"/proc/{machine.pid}/cmdline").read_bytes().split(b"\0")
    return words[words.index(b"-accel") + 1].decode()


def test_t14_a_guest_that_hangs_under_kvm_runs_under_tcg_instead(machine, cpuinfo, device):
    done = run(machine, cpuinfo, *HANGING)
    assert done.returncode == 0, done.stderr
    lines = done.stderr.splitlines()
    assert "owrun: accelerator: KVM, as /dev/kvm works" in lines
    assert f"owrun: {SILENT}; it is started again under TCG" in lines
    assert accelerator(machine) == "tcg" and machine.state["accel"] == "tcg"
    assert SILENT in machine.status()["accel_reason"]
    machine.wait_ready()
    machine.stop()


def test_t14_the_second_qemu_has_the_port_of_the_first(machine, cpuinfo, device):
    done = run(machine, cpuinfo, *HANGING)
    assert done.returncode == 0, done.stderr
    assert network.ports(machine.user.bridge) == {machine.interface}
    # netd was asked once.
    assert service.log().count(" has port ") == 1
    assert processes.children(processes.parent(machine.pid)) == [machine.pid]
    assert len(processes.of_user(machine.user.uid)) == 2
    mac = machine.status()["nics"][0]["mac"]
    assert f"mac={mac}" in processes.command_line(machine.pid)
    machine.wait_ready()
    with machine.console() as console:
        console.login()
        assert mac in console.run("cat /sys/class/net/*/address")[1]
    machine.stop()


def test_t14_the_second_qemu_has_a_passt_of_its_own(machine, cpuinfo, device):
    """On the ports of the first one, which has ended."""
    machine.arguments += ("--wan", "passt", "--forward", "wan:0:80")
    done = run(machine, cpuinfo, *HANGING)
    assert done.returncode == 0 and SILENT in done.stderr, done.stderr
    qemu, passt = machine.pid, machine.status()["nics"][1]["pid"]
    assert sorted(processes.of_user(machine.user.uid)) == sorted(
        [qemu, processes.parent(qemu), passt])
    machine.wait_ready()
    with machine.console() as console:
        console.login()
        assert network.wait_until(
            lambda: "10.0.2.15/24" in console.run("ip -4 addr show eth1")[1], 20)
    machine.stop()


def test_t14_the_next_start_takes_tcg_at_once_and_says_why(machine, cpuinfo, device):
    assert run(machine, cpuinfo, *HANGING).returncode == 0
    machine.quit()
    before = time.monotonic()
    done = run(machine, cpuinfo, *HANGING)
    assert done.returncode == 0 and time.monotonic() - before < 3
    date = time.strftime("%Y-%m-%d")
    assert f"owrun: accelerator: TCG, as {SILENT} on {date}" in done.stderr
    assert "('--accel kvm' tries again)" in done.stderr
    assert "started again" not in done.stderr
    machine.quit()


def test_t14_a_qemu_that_ends_at_once_under_kvm_is_started_under_tcg(machine, cpuinfo, device):
    # Here KVM does not let QEMU set a register, and with '--cpu host' QEMU gives up.
    done = run(machine, cpuinfo, "--accel", "auto", "--kvm-timeout", "3")
    assert done.returncode == 0, done.stderr
    assert "; it is started again under TCG" in done.stderr
    assert accelerator(machine) == "tcg"
    assert list(remembered(machine)) == ["kvm"]
    machine.quit()


def test_t14_what_tcg_cannot_start_either_is_not_blamed_on_kvm(machine, cpuinfo, device):
    done = run(machine, cpuinfo, "--accel", "auto", "--machine", "q35,nonsense=1")
    assert done.returncode == 1 and "nonsense" in done.stderr
    assert remembered(machine) == {}
    assert network.wait_until(lambda: network.made_by_netd() == set())


def test_t14_kvm_by_name_is_not_taken_away_only_warned_of(machine, cpuinfo, device):
    done = run(machine, cpuinfo, *HANGING, "--accel", "kvm")
    assert done.returncode == 0, done.stderr
    assert f"owrun: {SILENT}; '--accel tcg' works everywhere, more slowly" in done.stderr
    assert accelerator(machine) == "kvm" and remembered(machine) == {}
    # It can be killed all the same.
    before = time.monotonic()
    done = owrun(machine.user, "kill", machine.name)
    assert done.returncode == 0 and time.monotonic() - before < 2, done.stderr
    assert processes.of_user(machine.user.uid) == []
    assert network.wait_until(lambda: network.made_by_netd() == set())


def test_t14_without_a_limit_nobody_waits(machine, cpuinfo, device):
    before = time.monotonic()
    done = run(machine, cpuinfo, *HANGING, "--kvm-timeout", "0")
    assert done.returncode == 0 and time.monotonic() - before < 3
    assert accelerator(machine) == "kvm"
    machine.quit()


def test_t14_a_signal_while_the_guest_is_watched_leaves_nothing(machine, cpuinfo, device):
    words, options = kvm.on_hopeful_host(
        machine.user, cpuinfo, "run", *machine.arguments, *HANGING, "--kvm-timeout", "30")
    with subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, **options) as process:
        assert network.wait_until(lambda: network.ports(machine.user.bridge), 10)
        time.sleep(0.5)
        process.send_signal(signal.SIGTERM)
        assert "interrupted" in process.communicate(timeout=10)[1]
        assert process.returncode == 1
    assert network.wait_until(lambda: network.made_by_netd() == set())
    assert left_of(machine.user) == [] and remembered(machine) == {}


def test_t14_in_the_foreground_the_prompt_is_reached(machine, cpuinfo, device):
    ours, theirs = pty.openpty()
    words, options = kvm.on_hopeful_host(machine.user, cpuinfo, "run", *machine.arguments, *HANGING)
    with subprocess.Popen(words, stdin=theirs, stdout=theirs, stderr=theirs,
                          start_new_session=True, **options) as process:
        seen = b""
        while PROMPT not in seen:
            seen += os.read(ours, 65536)
        assert f"{SILENT}; it is started again under TCG".encode() in seen
        os.write(ours, b"\x01x")
        assert network.wait_until(lambda: process.poll() is not None, 20)
    os.close(ours)
    os.close(theirs)


def test_t14_a_guest_that_lives_under_kvm_is_left_there_and_trusted_again(machine, cpuinfo, device):
    assert run(machine, cpuinfo, *HANGING).returncode == 0
    machine.quit()
    assert remembered(machine)["kvm"]["reason"].startswith("it showed no sign of life")
    working = kvm.write_false_qemu()
    more = ("--kvm-timeout", "30", "--no-sandbox")
    done = run(machine, cpuinfo, *HANGING, "--accel", "kvm", *more, qemu=working)
    assert done.returncode == 0 and "no sign of life" not in done.stderr
    assert machine.state["accel"] == "kvm" and remembered(machine) == {}
    machine.quit()
    done = run(machine, cpuinfo, *HANGING, *more, qemu=working)
    assert done.returncode == 0 and "accelerator: KVM, as /dev/kvm works" in done.stderr
    assert machine.state["accel"] == "kvm"
    machine.quit()


def test_t15_kvm_by_name_is_refused_where_it_cannot_work(machine, device):
    for option in (("--accel", "kvm"), ("-enable-kvm",), ("-accel", "kvm")):
        done = owrun(machine.user, "run", "-d", *machine.arguments, *option)
        assert done.returncode == 1
        assert "owrun: KVM cannot be used: /dev/kvm opens, but neither kvm_intel nor kvm_amd is " \
            "loaded and the CPU shows no vmx or svm; '--accel tcg' works everywhere" in done.stderr


def test_t14_auto_says_why_it_takes_tcg(machine, device):
    done = owrun(machine.user, "run", "-d", *machine.arguments, "--accel", "auto")
    assert done.returncode == 0
    assert "owrun: accelerator: TCG, as /dev/kvm opens, but neither" in done.stderr
    machine.quit()


def test_t15_kvm_by_name_is_refused_where_there_is_none(machine):
    assert not os.path.exists(kvm.DEVICE)
    done = owrun(machine.user, "run", "-d", *machine.arguments, "-enable-kvm")
    assert done.returncode == 1
    assert "KVM cannot be used: /dev/kvm does not open: No such file" in done.stderr


def test_t15_kvm_by_name_is_refused_to_a_user_who_may_not_open_it(machine, device):
    os.chmod(kvm.DEVICE, 0o600)
    done = owrun(machine.user, "run", "-d", *machine.arguments, "--accel", "kvm")
    assert done.returncode == 1
    assert "KVM cannot be used: /dev/kvm may not be opened by you (group 'kvm')" in done.stderr
