# SPDX-License-Identifier: MIT
"""The file-capability helper against the user who starts it: what it inherits does not count, and
whatever is done to it, nobody else is harmed and nothing is left."""
import ctypes
import os
import random
import resource
import signal
import socket
import time

import pytest

import network
import owvm
import processes
import service
from conftest import OWN_BRIDGE
from held import Held
from owvm import Code
from people import as_user

BOTH = OWN_BRIDGE + "permit group owvm bridge br-lab create taps 4\n"
PTRACE_TRACEME, PTRACE_CONT = 0, 7
libc = ctypes.CDLL(None, use_errno=True)


@pytest.fixture
def others(helper, alice, bob):
    """The helper is armed. At the end bob is served, alice as well, and neither waits."""
    running = helper(BOTH)
    yield
    start = time.monotonic()
    for user in (bob, alice):
        # On the bridge of both as well, which either may have to make.
        for bridge in ("br-lab", user.bridge):
            with running.request(user, user.tap(bridge)) as reply:
                assert reply.code == Code.OK, reply.text
    assert time.monotonic() - start < 5 * network.SLOWNESS
    # br-lab is no bridge of one user's: nobody's helper removes it.
    network.wait_until(lambda: not network.ports("br-lab"))
    network.delete_link("br-lab")


def serves(held, user):
    with held.ask(user.tap()) as reply:
        assert reply.code == Code.OK, reply.text
    assert held.end() == (0, "")


def ignore_everything():
    for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
        try:
            signal.signal(number, signal.SIG_IGN)
        except OSError:
            pass
    signal.pthread_sigmask(signal.SIG_SETMASK, signal.valid_signals())


@pytest.mark.smoke
def test_signals_and_umask_are_reset(others, alice):
    def before():
        ignore_everything()
        os.umask(0)
    with Held(alice, before) as held:
        for pid in held.ready():
            fields = processes.status(pid)
            assert int(fields["SigBlk"][0], 16) == 0
            standard = (1 << signal.SIGSYS) - 1  # the realtime ones mean nothing to anybody
            assert int(fields["SigIgn"][0], 16) & standard == 1 << (signal.SIGPIPE - 1)
            assert fields["Umask"] == ["0077"]
        serves(held, alice)


@pytest.mark.smoke
def test_the_environment_says_nothing(others, alice):
    hostile = {"LD_PRELOAD": "/tmp/x.so", "LD_DEBUG": "all",
               "GLIBC_TUNABLES": "glibc.malloc.check=3", "LISTEN_FDS": "1", "LISTEN_PID": "1",
               "NLDBG": "4", "NLCB": "debug", "NOTIFY_SOCKET": "/tmp/x",
               "LANGUAGE": "/tmp", "NSS_WRAPPER_PASSWD": "/tmp/x", "ASAN_OPTIONS": "verbosity=0"}
    with Held(alice, env=hostile) as held:
        serves(held, alice)


@pytest.mark.smoke
def test_closed_standard_fds_are_nothing_that_netd_uses(others, alice):
    with Held(alice, lambda: os.closerange(0, 3)) as held:
        for pid in held.ready():
            # glibc itself takes /dev/full for one of them.
            assert {os.readlink(f"/proc/{pid}/fd/{fd}") for fd in range(3)} <= {
                "/dev/null", "/dev/full"}
        serves(held, alice)


@pytest.mark.smoke
def test_no_inherited_fd_survives_in_either_process(others, alice):
    ours, theirs = os.pipe()
    mine = [ours, theirs] + [os.dup(theirs) for _ in range(1000)]
    high = resource.getrlimit(resource.RLIMIT_NOFILE)[0] - 1
    mine.append(os.dup2(theirs, high))
    pipe = os.readlink(f"/proc/self/fd/{theirs}")
    try:
        with Held(alice, keep=mine) as held:
            for pid in held.ready():
                links = [os.readlink(f"/proc/{pid}/fd/{fd}")
                         for fd in os.listdir(f"/proc/{pid}/fd")]
                assert pipe not in links
            serves(held, alice)
    finally:
        for fd in mine:
            os.close(fd)


LIMITS = {
    "no file": {resource.RLIMIT_FSIZE: 0},
    "no process": {resource.RLIMIT_NPROC: 0},
    "two processes": {resource.RLIMIT_NPROC: 2},
    "no fd": {resource.RLIMIT_NOFILE: 0},
    "4 fds": {resource.RLIMIT_NOFILE: 4},
    "7 fds": {resource.RLIMIT_NOFILE: 7},
    "8 fds": {resource.RLIMIT_NOFILE: 8},
    "10 fds": {resource.RLIMIT_NOFILE: 10},
    "no second of the CPU": {resource.RLIMIT_CPU: 0},
    "3 MiB of addresses": {resource.RLIMIT_AS: 3 << 20},
    "8 MiB of addresses": {resource.RLIMIT_AS: 8 << 20},
    "no heap": {resource.RLIMIT_DATA: 0},
    "256 KiB of stack": {resource.RLIMIT_STACK: 256 << 10},
    "no locked memory": {resource.RLIMIT_MEMLOCK: 0},
    "no pending signal": {resource.RLIMIT_SIGPENDING: 0},
    "a core without end": {resource.RLIMIT_CORE: resource.RLIM_INFINITY},
}


@pytest.mark.parametrize("bridge", ("ones own", "of both"))
@pytest.mark.parametrize("limits", LIMITS)
def test_a_limit_harms_nobody_else(limits, bridge, others, alice):
    def before():
        for which, value in LIMITS[limits].items():
            resource.setrlimit(which, (value, resource.RLIM_INFINITY
                                       if value == resource.RLIM_INFINITY else value))
    try:
        held = Held(alice, before)
    except OSError:
        return  # the program did not even begin
    with held:
        reply = held.ask(alice.tap("br-lab" if bridge == "of both" else alice.bridge))
        if reply is not None:
            with reply:
                assert reply.code in (Code.OK, Code.KERNEL, Code.NO_DEVICE, Code.BUSY), reply.text
    # `others` looks at the rest.


def limit(pids):
    for pid in pids:
        for which in (resource.RLIMIT_NOFILE, resource.RLIMIT_AS, resource.RLIMIT_FSIZE):
            try:
                resource.prlimit(pid, which, (0, 0))
            except OSError:
                pass  # it has ended


@pytest.mark.parametrize("when", ("while it waits", "any time"))
def test_limits_set_from_outside_harm_nobody(when, others, alice):
    codes = []
    for _ in range(10):
        with Held(alice) as held:
            pids = held.ready() if when == "while it waits" else held.pids()
            if when == "any time":
                held.ours.send(alice.tap("br-lab"))
            as_user(alice, lambda pids=pids: limit(pids))
            reply = held.ask(alice.tap("br-lab"))
            if reply is not None:
                codes.append(reply.code)
                reply.close()
    assert when == "any time" or Code.OK not in codes, "the limits have an effect"


@pytest.mark.parametrize("number", (signal.SIGSTOP, signal.SIGKILL, signal.SIGALRM))
def test_a_signal_at_any_instant_harms_nobody(number, others, alice, bob):
    """As long as they are stopped, too: bob is served while alice's helpers are held."""
    stopped = []
    try:
        for _ in range(25):
            held = Held(alice)
            held.ours.send(alice.tap("br-lab"))
            time.sleep(random.random() * 0.02)
            for pid in held.pids():
                try:
                    os.kill(pid, number)
                except ProcessLookupError:
                    pass
            stopped.append(held)
        start = time.monotonic()
        with Held(bob) as mine:
            serves(mine, bob)
        with Held(bob) as mine, mine.ask(bob.tap("br-lab")) as reply:
            assert reply.code == Code.OK, reply.text
        assert time.monotonic() - start < 2 * network.SLOWNESS
    finally:
        for held in stopped:
            with held:
                for pid in held.pids():
                    os.kill(pid, signal.SIGCONT)


def test_a_timer_from_before_the_start_harms_nobody(others, alice):
    for number in range(20):
        with Held(alice, lambda number=number: signal.setitimer(
                signal.ITIMER_REAL, 0.001 + number * 0.001)) as held:
            reply = held.ask(alice.tap())
            if reply is not None:
                reply.close()


def run_helper(fd, traced):
    """Run a helper, from its first instruction on under ptrace; gives its exit status."""
    pid = os.fork()
    if pid == 0:
        if traced:
            libc.ptrace(PTRACE_TRACEME, 0, None, None)
        os.execv(service.NETD, (service.NETD, "--fd", str(fd)))
    while True:
        _, status = os.waitpid(pid, 0)
        if not os.WIFSTOPPED(status):
            return os.waitstatus_to_exitcode(status)
        number = os.WSTOPSIG(status)
        libc.ptrace(PTRACE_CONT, pid, None, 0 if number == signal.SIGTRAP else number)


@pytest.mark.parametrize("traced, status", ((False, 0), (True, 1)))
def test_a_helper_that_is_traced_has_no_capability(traced, status, others, alice):
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    theirs.set_inheritable(True)
    with ours, theirs:
        ours.send(owvm.pack_nets())
        fd = theirs.fileno()
        assert as_user(alice, lambda: run_helper(fd, traced), keep={fd}) == status
