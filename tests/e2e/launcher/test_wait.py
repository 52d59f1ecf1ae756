# SPDX-License-Identifier: MIT
"""`owrun wait`, as a script uses it."""
import ctypes
import os
import resource
import signal
import subprocess
import time

import pytest

import network
import service
from machine import Machine, owrun, runtime_directory
from people import Worker


@pytest.fixture
def machine(user, guest):
    vm = Machine(user, guest, "vm", "--lan", "user", "--forward", "0:80", "--forward", "0:22")
    vm.start()
    yield vm
    if vm.find().get("state") == "running":
        vm.quit()


def wait(machine, *words, **options):
    return owrun(machine.user, "wait", "vm", *words, **options)


def test_for_text_on_the_console_that_is_still_to_come(machine):
    done = wait(machine, "--for", "console:demo router (ready|up)", "--timeout", "60")
    assert (done.returncode, done.stdout) == (0, "owvm demo router ready\n"), done.stderr
    # And for a prompt, which has no end of line; and for what was printed before.
    assert wait(machine, "--for", "console:^router# ", "--timeout", "20").returncode == 0
    assert wait(machine, "--for", "console:router ready", "--timeout", "0").returncode == 0


def test_for_a_port_that_the_guest_opens_when_it_is_up(machine):
    early = wait(machine, "--for", "port:80", "--timeout", "0")
    assert early.returncode == 124
    assert wait(machine, "--for", "port:80", "--timeout", "60").returncode == 0
    # QEMU takes connections for a port that is closed, too.
    done = wait(machine, "--for", "port:22", "--timeout", "1")
    assert done.returncode == 124 and done.stderr == (
        "owrun: VM 'vm': not within 1 s: the guest does not take it at port 22: nobody listens "
        "there yet\n")
    with machine.console() as console:
        console.login()
        console.run("httpd -p 22 -h /www")
    assert wait(machine, "--for", "port:22", "--timeout", "20").returncode == 0


def test_for_the_end_which_is_noticed_at_once(machine):
    process = subprocess.Popen((service.OWRUN, "wait", "vm"), user=machine.user.uid,
                               group=machine.user.gid, cwd=machine.user.home,
                               env={"PATH": os.environ["PATH"], "HOME": machine.user.home})
    time.sleep(0.3)
    assert process.poll() is None
    started = time.monotonic()
    os.kill(machine.pid, signal.SIGKILL)
    assert process.wait(10) == 0
    assert time.monotonic() - started < 1
    owrun(machine.user, "rm", "vm")


def test_an_end_that_was_before_counts_as_well(machine, user):
    machine.kill()
    assert network.wait_until(lambda: machine.find().get("state") == "ended")
    assert wait(machine).returncode == 0
    done = wait(machine, "--for", "console:never")
    assert done.returncode == 1 and "VM 'vm' has ended; 'owrun log vm'" in done.stderr
    assert owrun(user, "rm", "vm").returncode == 0
    done = wait(machine)
    assert done.returncode == 1 and "no VM 'vm' is running" in done.stderr
    machine.create()
    assert wait(machine).returncode == 0
    assert owrun(user, "rm", "vm").returncode == 0


def test_a_vm_that_ends_first_is_told(machine):
    process = subprocess.Popen((service.OWRUN, "wait", "vm", "--for", "console:never"),
                               user=machine.user.uid, group=machine.user.gid,
                               cwd=machine.user.home, stderr=subprocess.PIPE, text=True,
                               env={"PATH": os.environ["PATH"], "HOME": machine.user.home})
    time.sleep(0.3)
    os.kill(machine.pid, signal.SIGKILL)
    assert process.wait(10) == 1
    assert process.stderr.read() == "owrun: VM 'vm' has ended without it\n"
    process.stderr.close()
    owrun(machine.user, "rm", "vm")


@pytest.mark.parametrize("event, sentence", [
    ("console:(", "is not an extended regular expression"),
    ("console:", "is none of console:REGEX, port:N and exit"),
    ("port:0", "is none of"),
    ("port:443", "no forward leads to port 443 of the guest; 'owrun forward add vm 0:443' makes"),
])
def test_what_cannot_be_waited_for_is_told(machine, event, sentence):
    done = wait(machine, "--for", event)
    assert done.returncode == 1 and len(done.stderr.splitlines()) == 1 and sentence in done.stderr


def test_the_limit_counts_while_the_vm_is_being_started(user, guest):
    machine = Machine(user, guest, "vm", "--lan", "none", "--wan", "none")
    starting = machine.spawn("-d")
    # owrun has the lock, and does not get any further.
    lock = runtime_directory(user) / "vm" / "lock"
    assert network.wait_until(lambda: lock.exists() and lock.read_text(encoding="ascii"))
    starting.send_signal(signal.SIGSTOP)
    try:
        assert not (lock.parent / "vm.json").exists()
        started = time.monotonic()
        done = wait(machine, "--timeout", "1")
        assert (done.returncode, done.stderr) == (124, "owrun: VM 'vm': not within 1 s\n")
        assert time.monotonic() - started < 5
    finally:
        starting.send_signal(signal.SIGCONT)
        starting.wait(60)
        owrun(user, "kill", "vm")


def use_up_inotify():
    """Open as many instances as a user may have. Gives how many there were."""
    libc = ctypes.CDLL(None)
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    return next(n for n in range(100000) if libc.inotify_init() < 0)


def test_text_is_seen_in_time_without_inotify(machine):
    hog = Worker(machine.user, use_up_inotify)
    try:
        assert hog.result() > 0
        started = time.monotonic()
        done = wait(machine, "--for", "console:router ready", "--timeout", "50")
        assert done.returncode == 0 and time.monotonic() - started < 45
    finally:
        hog.finish()


def test_a_guest_that_prints_without_end_does_not_hold_it_up(machine):
    machine.wait_ready()
    with machine.console() as console:
        console.login()
        console.socket.sendall(b"yes\r")
        started = time.monotonic()
        done = wait(machine, "--for", "console:never", "--timeout", "2")
        assert done.returncode == 124 and time.monotonic() - started < 10
        console.socket.sendall(b"\x03")
