# SPDX-License-Identifier: MIT
"""What every process of netd has given up, seen from outside. What it can still call:
test_seccomp."""
import ctypes
import errno
import os
import signal
import socket
import struct
import subprocess

import pytest

import network
import owvm
import processes
import service
from conftest import OWN_BRIDGE
from held import Held
from owvm import Code
from people import User, as_user, connect_as

NET_ADMIN = 1 << 12
PTRACE_SEIZE = 0x4206
SYS_PIDFD_OPEN, SYS_PIDFD_GETFD = 434, 438
libc = ctypes.CDLL(None, use_errno=True)

pytestmark = pytest.mark.smoke


def call(function, *arguments):
    """The errno of a call of libc, 0 where it worked."""
    ctypes.set_errno(0)
    return ctypes.get_errno() if function(*arguments) < 0 else 0


def started(running):
    """The pids of the service, once all three processes are as they are when they serve."""
    def confined():
        pids = [running.pid, *processes.children(running.pid)]
        return pids if len(pids) == 3 and all(
            processes.status(pid).get("Seccomp") == ["2"] for pid in pids) else None
    pids = network.wait_until(confined)
    assert pids, service.log()
    return pids


@pytest.fixture(params=["service", "helper"])
def confined(request, alice):
    """(pids, the one without capability, whose they are) of a netd that waits for clients."""
    if request.param == "service":
        yield started(request.getfixturevalue("netd")(OWN_BRIDGE)), User("owvm-netd")
        return
    request.getfixturevalue("helper")(OWN_BRIDGE)
    with Held(alice) as held:
        yield held.ready(), alice


def test_each_process_has_the_one_capability_or_none_and_no_way_to_more(confined):
    pids, user = confined
    holders = 0
    for pid in pids:
        fields = processes.status(pid)
        sets = processes.capabilities(pid)
        assert sets in ({"CapInh": 0, "CapPrm": NET_ADMIN, "CapEff": NET_ADMIN, "CapAmb": 0},
                        dict.fromkeys(sets, 0))
        holders += sets["CapPrm"] == NET_ADMIN
        assert fields["NoNewPrivs"] == ["1"]
        assert fields["Seccomp"] == ["2"]
        assert fields["Uid"] == [str(user.uid)] * 4
    assert holders == len(pids) - 1, "all but the front"


def test_the_unit_leaves_nothing_else_in_the_bounding_set(netd):
    for pid in started(netd(OWN_BRIDGE)):
        assert processes.status(pid)["CapBnd"] == [f"{NET_ADMIN:016x}"]


def attacks(pid):
    """What the process's own user could do to it: name -> errno."""
    def opened(name, flags):
        try:
            os.close(os.open(f"/proc/{pid}/{name}", flags))
        except OSError as error:
            return error.errno
        return 0

    def listed(name):
        try:
            os.listdir(f"/proc/{pid}/{name}")
        except OSError as error:
            return error.errno
        return 0
    pidfd = libc.syscall(SYS_PIDFD_OPEN, pid, 0)
    return {"ptrace": call(libc.ptrace, PTRACE_SEIZE, pid, None, None),
            "memory": opened("mem", os.O_RDWR), "maps": opened("maps", os.O_RDONLY),
            "environment": opened("environ", os.O_RDONLY), "fds": listed("fd"),
            "an fd": call(libc.syscall, SYS_PIDFD_GETFD, pidfd, 2, 0)}


def test_its_own_user_can_neither_trace_nor_read_it(confined):
    pids, user = confined

    def attack_a_process_of_ones_own():
        with subprocess.Popen(("sleep", "60")) as sleep:
            found = attacks(sleep.pid)
            sleep.kill()
        return found
    assert set(as_user(user, attack_a_process_of_ones_own).values()) == {0}, "shows nothing here"
    for pid in pids:
        found = as_user(user, lambda pid=pid: attacks(pid))
        assert set(found.values()) <= {errno.EPERM, errno.EACCES}, found
        assert os.stat(f"/proc/{pid}/environ").st_uid == 0, "not dumpable"


def test_a_front_that_the_kernel_ends_is_told_in_the_log_and_netd_ends(netd, alice):
    running = netd(OWN_BRIDGE)
    front, = [pid for pid in started(running)
              if set(processes.capabilities(pid).values()) == {0}]
    os.kill(front, signal.SIGSYS)
    assert running.wait_end() == 1
    assert f"the front was ended by signal {int(signal.SIGSYS)}" in service.log()
    running.start()
    assert running.request(alice, owvm.pack_nets()).code == Code.OK


def test_netd_that_was_stopped_and_continued_goes_on(netd, alice):
    """A wait that goes on is another system call to the kernel, restart_syscall()."""
    running = netd(OWN_BRIDGE)
    pids = started(running)
    for number in (signal.SIGSTOP, signal.SIGCONT):
        for pid in pids:
            os.kill(pid, number)
    with running.request(alice, alice.tap()) as reply:
        assert reply.code == Code.OK
    assert started(running) == pids


def hide_landlock():
    """As a kernel without it answers. Filters of seccomp add up, so netd's own works all the
    same."""
    load, equal, give = 0x20, 0x15, 0x06
    create_ruleset, errno_of, allow = 444, 0x00050000 | errno.ENOSYS, 0x7FFF0000
    code = b"".join(struct.pack("<HBBI", *step) for step in (
        (load, 0, 0, 0), (equal, 0, 1, create_ruleset), (give, 0, 0, errno_of),
        (give, 0, 0, allow)))
    program = ctypes.create_string_buffer(code, len(code))
    header = struct.pack("HxxxxxxP", len(code) // 8, ctypes.addressof(program))
    assert libc.prctl(22, 2, header, 0, 0) == 0, "PR_SET_SECCOMP"


def test_a_kernel_without_landlock_is_told_in_one_line(nothing_left, policy, alice):
    policy(OWN_BRIDGE)
    own = User("owvm-netd")
    os.makedirs(os.path.dirname(owvm.SOCKET), exist_ok=True)
    os.chown(os.path.dirname(owvm.SOCKET), own.uid, own.gid)
    command = service.AS_UNIT + (service.NETD, "--listen", owvm.SOCKET)
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                          preexec_fn=hide_landlock) as process:
        try:
            assert network.wait_until(lambda: os.path.exists(owvm.SOCKET))
            with connect_as(alice) as sock, owvm.exchange(sock, alice.tap()) as reply:
                assert reply.code == Code.OK
            network.wait_until(lambda: network.made_by_netd() == set())
        finally:
            process.terminate()
            said = process.communicate(timeout=20)[1]
            os.chown(os.path.dirname(owvm.SOCKET), 0, 0)
    assert process.returncode == 0
    assert [line for line in said.splitlines() if "Landlock" in line] == [
        "this kernel has no Landlock: only permissions and seccomp keep owvm-netd from files"]


def test_landlock_lets_a_socket_with_a_relative_path_go(nothing_left, policy):
    """--listen: the front may remove its socket, wherever it was started."""
    policy(OWN_BRIDGE)
    own = User("owvm-netd")
    directory = "/run/owvm-relative"
    os.makedirs(directory, exist_ok=True)
    os.chown(directory, own.uid, own.gid)
    command = service.AS_UNIT + (service.NETD, "--listen", "sock")
    path = os.path.join(directory, "sock")
    with subprocess.Popen(command, cwd=directory, stdin=subprocess.DEVNULL) as process:
        assert network.wait_until(lambda: os.path.exists(path))
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as sock:
            sock.connect(path)
            assert owvm.exchange(sock, owvm.pack_nets()) is not None
        process.terminate()
        assert process.wait(20) == 0
    assert not os.path.exists(path)
