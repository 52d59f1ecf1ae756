# SPDX-License-Identifier: MIT
"""owvm-netd --idle-exit: it ends when nobody needs it, and nobody notices."""
import os
import socket
import struct
import time

import pytest

import network
import owvm
import processes
import service
from conftest import OWN_BRIDGE
from owvm import Code
from people import connect_as

SECONDS = 1
OPTION = f"--idle-exit={SECONDS}"
SO_PASSCRED = 16


def lives(running):
    return bool(processes.status(running.pid)) and processes.status(running.pid)["State"][0] != "Z"


def assert_ends_well(running, log):
    assert running.wait_end() == 0
    lines = log().splitlines()
    assert lines[-1] == (
        f"<6>no client and no port for {SECONDS} s: owvm-netd ends until somebody asks")
    assert [line for line in lines if line.startswith(("<3>", "<4>"))] == []
    assert network.made_by_netd() == set()


@pytest.mark.smoke
def test_it_ends_with_success_and_serves_again_when_started(netd, alice, fresh_log):
    start = time.monotonic()
    running = netd(OWN_BRIDGE, OPTION)
    assert_ends_well(running, fresh_log)
    assert time.monotonic() - start >= SECONDS
    with connect_as(alice) as sock:
        sock.send(alice.tap())
        running.start()
        reply = owvm.Reply(*owvm.receive(sock, owvm.REPLY_SIZE)[:2])
        assert reply.code == Code.OK
        reply.close()
    assert_ends_well(running, fresh_log)


def test_it_stays_while_there_is_a_port_and_takes_the_bridge_along(netd, alice, fresh_log):
    running = netd(OWN_BRIDGE, OPTION)
    with running.request(alice, alice.tap()) as reply:
        assert reply.code == Code.OK
        time.sleep(2.5 * SECONDS)
        assert lives(running)
    start = time.monotonic()
    assert_ends_well(running, fresh_log)
    assert SECONDS * 0.9 < time.monotonic() - start < 3 * SECONDS


def test_a_port_that_was_there_before_counts(netd, alice, fresh_log):
    running = netd(OWN_BRIDGE)
    with running.request(alice, alice.tap()):
        running.stop()
        running.options = (OPTION,)
        running.start()
        time.sleep(2.5 * SECONDS)
        assert lives(running)
    assert_ends_well(running, fresh_log)


def test_it_stays_while_clients_come(netd, alice, fresh_log):
    running = netd(OWN_BRIDGE, OPTION)
    for _ in range(6):
        time.sleep(SECONDS / 2)
        assert running.request(alice, owvm.pack_nets()).code == Code.OK
    assert lives(running)
    with connect_as(alice) as silent:
        time.sleep(SECONDS * 1.5)
        assert lives(running)
        silent.send(owvm.pack_nets())
        assert owvm.Reply(*owvm.receive(silent, owvm.REPLY_SIZE)[:2]).code == Code.OK
    assert_ends_well(running, fresh_log)


def test_without_the_option_it_stays(netd):
    running = netd(OWN_BRIDGE)
    time.sleep(2 * SECONDS)
    assert lives(running)


def test_who_comes_when_it_is_just_ending_is_served_by_it_or_by_the_next(netd, alice):
    running = netd(OWN_BRIDGE, OPTION)
    for offset in range(-4, 12):
        time.sleep(max(0.0, SECONDS + offset / 1000))
        with connect_as(alice) as sock:
            sock.send(alice.tap())
            while True:
                pid, status = os.waitpid(running.pid, os.WNOHANG)
                if pid:
                    assert status == 0
                    running.start()
                try:
                    sock.settimeout(0.05)
                    data, fds, _ = owvm.receive(sock, owvm.REPLY_SIZE)
                    break
                except TimeoutError:
                    pass
        with owvm.Reply(data, fds) as reply:
            assert reply.code == Code.OK, reply.text
        assert network.wait_until(lambda: not network.made_by_netd())


@pytest.mark.parametrize("arguments", (
    ("--idle-exit=0",), ("--idle-exit=",), ("--idle-exit=x",), ("--idle-exit=-1",),
    ("--idle-exit=1x",), ("--idle-exit=99999999999",), ("--idle-exits",), ("--idle-exit", "5"),
    ("--idle-exit", "--listen", "/run/owvm/x"), ("--listen", "/run/owvm/x", "--idle-exit"),
    ("--fd", "0", "--idle-exit"), ("--idle-exit", "--fd", "0")))
def test_what_cannot_be_is_told_by_the_usage(arguments, installed):
    done = network.command(service.NETD, *arguments, check=False)
    assert done.returncode != 0
    assert done.stderr.startswith("usage: owvm-netd") and "[--idle-exit[=SECONDS]]" in done.stderr


class Manager:
    """What systemd has: a datagram socket that sees who sends."""

    def __init__(self, name):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.SOL_SOCKET, SO_PASSCRED, 1)
        self.socket.bind(name.replace("@", "\0"))
        self.socket.settimeout(10)
        if not name.startswith("@"):
            os.chmod(name, 0o777)

    def hear(self):
        """The lines, and the pid and uid of the sender."""
        data, control, _, _ = self.socket.recvmsg(4096, socket.CMSG_SPACE(12))
        pid, uid, _ = struct.unpack("iII", control[0][2])
        return data.decode().split("\n"), pid, uid


@pytest.fixture(params=("/run/owvm-notify", "@owvm-notify"))
def manager(request):
    manager = Manager(request.param)
    manager.name = request.param
    yield manager
    manager.socket.close()
    if not request.param.startswith("@"):
        os.unlink(request.param)


def test_the_init_system_hears_when_it_is_ready_and_when_it_ends(netd, manager, alice):
    running = netd(OWN_BRIDGE, OPTION, NOTIFY_SOCKET=manager.name)
    lines, pid, uid = manager.hear()
    assert lines == ["READY=1", "STATUS=serving"]
    # A process without any capability, as the name services may run in it.
    assert pid in processes.children(running.pid) and pid != running.pid
    assert set(processes.capabilities(pid).values()) == {0} and uid != 0
    assert manager.hear()[0] == ["STOPPING=1", "STATUS=nobody has asked for a while"]
    assert running.wait_end() == 0


def test_the_init_system_hears_of_a_broken_policy(netd, manager, alice):
    netd(OWN_BRIDGE + "nonsense\n", NOTIFY_SOCKET=manager.name)
    assert manager.hear()[0] == [
        "READY=1", f"STATUS=the policy is broken: {service.POLICY}:2; nothing is permitted"]


def test_an_init_system_that_does_not_listen_is_no_reason_to_stop(netd, alice):
    running = netd(OWN_BRIDGE, NOTIFY_SOCKET="/nowhere/notify")
    with running.request(alice, alice.tap()) as reply:
        assert reply.code == Code.OK
