# SPDX-License-Identifier: MIT
"""`owrun log`: what a VM's console printed, while it runs and after its end."""
import os
import re
import signal
import subprocess
import time

import pytest

import network
import service
from machine import NO_NETWORK, Machine, left_of, owrun


@pytest.fixture(scope="module")
def vm(running, alice, guest):
    machine = Machine(alice, guest, "vm", *NO_NETWORK).boot()
    with machine.console() as console:
        console.login()
        console.run("seq 3000 | sed s/^/row-/")
    yield machine
    owrun(alice, "rm", "--force", "vm")
    assert network.wait_until(lambda: left_of(alice) == []), left_of(alice)


def log(vm, *words):
    done = owrun(vm.user, "log", *words, "vm")
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_by_default_all_of_it_is_printed(vm):
    text = log(vm)
    assert "owvm demo router ready" in text and "row-1\n" in text and "row-3000\n" in text


def test_the_last_lines_only(vm):
    def raw(*words):
        return owrun(vm.user, "log", *words, "vm", text=False).stdout
    # Only "\n" ends a line: the guest sends "\r" on its own, too.
    whole = raw()
    everything = re.findall(rb"[^\n]*\n|[^\n]+$", whole)
    for count in (1, 2, 10, 1000):
        assert raw("-n", str(count)) == b"".join(everything[-count:])
    assert raw("--lines", "0") == b""
    assert raw("--lines", "4000000000") == whole
    done = owrun(vm.user, "log", "-n", "x", "vm")
    assert done.returncode == 2 and "'x' is not a number" in done.stderr


def test_qemus_own_log(vm):
    assert "row-1" not in log(vm, "--qemu")


def follower(vm, *words):
    return subprocess.Popen((service.OWRUN, "log", "-f", *words, "vm"), user=vm.user.uid,
                            group=vm.user.gid, cwd=vm.user.home, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, env={**os.environ, "HOME": vm.user.home})


def test_ctrl_c_ends_following(vm):
    process = follower(vm)
    time.sleep(0.5)
    assert process.poll() is None
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=10)
    assert b"row-3000\r\n" in out


def test_a_pipe_that_nobody_reads_any_more_ends_following(vm):
    process = follower(vm)
    time.sleep(0.3)
    process.stdout.close()
    assert process.wait(10) != 0
    process.stderr.close()


def test_t67_following_shows_what_comes_until_the_vm_ends_and_then_it_can_be_read_again(vm):
    process = follower(vm, "-n", "0")
    with vm.console() as console:
        console.login()
        console.run("echo $((40 + 2))x")
        # A VM that is killed leaves its files.
        console.socket.sendall(b"seq 500 | sed s/^/late-/\r")
        console.expect(b"late-500", 20)
    # QEMU writes to the console first, then to its log.
    assert network.wait_until(lambda: "late-500\n" in log(vm))
    vm.kill()
    out, _ = process.communicate(timeout=20)
    assert process.returncode == 0
    assert b"42x\r\n" in out and b"late-500\r\n" in out and b"row-1\r\n" not in out
    assert vm.find()["state"] != "running"
    assert "late-500" in log(vm) and "late-500" in log(vm, "-f")


def test_a_vm_that_never_was_has_no_log(vm):
    done = owrun(vm.user, "log", "other")
    assert done.returncode == 1 and "'other'" in done.stderr
