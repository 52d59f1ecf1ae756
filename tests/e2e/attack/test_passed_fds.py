# SPDX-License-Identifier: MIT
"""Clients that pass file descriptors: sockets whose last close sleeps as long as they chose."""
import contextlib
import os
import signal
import socket
import struct
import time

import pytest

import network
import owvm
import processes
from conftest import BUILD, OWN_BRIDGE
from owvm import Code
from people import Worker

SO_PASSRIGHTS = 83
LINGER = 6  # seconds
# Of a build with sanitizers, whose own library wants to be the first.
SANITIZER = os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0"


def kernel(name):
    return {"LD_PRELOAD": str(BUILD / "tests/e2e/lib" / f"{name}.so"), "ASAN_OPTIONS": SANITIZER}


def listeners_can_refuse_fds():
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as sock:
        try:
            sock.setsockopt(socket.SOL_SOCKET, SO_PASSRIGHTS, 0)
        except OSError:
            return False
    return True


def lingering_socket():
    """A TCP socket: whoever closes the last copy of it sleeps LINGER seconds, as nobody reads what
    it has still to send. Also what must be kept open meanwhile."""
    listener = socket.create_server(("127.0.0.1", 0))
    sock = socket.create_connection(listener.getsockname())
    sock.setblocking(False)
    with contextlib.suppress(BlockingIOError):
        while True:
            sock.send(bytes(65536))
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, LINGER))
    return sock, listener


def with_the_request(sock, user, fd):
    socket.send_fds(sock, [owvm.pack_nets()], [fd])


def behind_the_request(sock, user, fd):
    sock.send(user.tap())
    socket.send_fds(sock, [b"more"], [fd])


def behind_an_empty_message(sock, user, fd):
    sock.send(b"")
    socket.send_fds(sock, [b"more"], [fd])


def with_an_empty_message(sock, user, fd):
    socket.send_fds(sock, [b""], [fd])


ATTACKS = (with_the_request, behind_the_request, behind_an_empty_message, with_an_empty_message)


def pass_one(user, pass_fd):
    """A process of the user that has passed such a socket and kept no copy of its own."""
    def attack():
        attack.kept = lingering_socket()
        attack.sock = owvm.connect()
        try:
            pass_fd(attack.sock, user, attack.kept[0].fileno())
        except PermissionError:
            return False
        os.close(attack.kept[0].detach())
        return True
    return Worker(user, attack)


@contextlib.contextmanager
def attacked(running, user, pass_fd):
    """netd must not take it before the attacker has closed his own copy."""
    pids = [running.pid, *processes.children(running.pid)]
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        attacker = pass_one(user, pass_fd)
        passed = attacker.result()
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)
    try:
        yield passed
    finally:
        attacker.kill()


def seconds_for(running, user, request):
    start = time.monotonic()
    with running.request(user, request) as reply:
        assert reply.code == Code.OK, reply.text
    return time.monotonic() - start


def seconds_until_served_or_dropped(running, user):
    """Who was accepted before netd slept has run out of time when it wakes up."""
    start = time.monotonic()
    reply = running.request(user, user.tap())
    if reply is not None:
        reply.close()
    return time.monotonic() - start


def assert_not_delayed(running, user):
    assert seconds_for(running, user, owvm.pack_nets()) < 1
    assert seconds_for(running, user, user.tap()) < 1


def assert_punished(running, user, log):
    lines = [line for line in log().splitlines() if "passes file descriptors" in line]
    assert len(lines) == 1 and lines[0].startswith(f"<4>uid {user.uid} passes")
    refused = running.request(user, user.tap())
    assert refused.code == Code.DENIED and "misused" in refused.text


@pytest.mark.alone
@pytest.mark.parametrize("pass_fd", ATTACKS)
def test_without_a_defence_another_user_waits_for_seconds(pass_fd, netd, alice, bob):
    running = netd(OWN_BRIDGE, **kernel("blind-kernel"))
    assert running.request(bob, owvm.pack_nets()).code == Code.OK
    with attacked(running, alice, pass_fd) as passed:
        assert passed
        assert seconds_until_served_or_dropped(running, bob) > LINGER / 2


@pytest.mark.parametrize("pass_fd", ATTACKS)
def test_an_older_kernel_delays_nobody_either(pass_fd, netd, alice, bob, fresh_log):
    running = netd(OWN_BRIDGE, **kernel("old-kernel"))
    assert running.request(bob, owvm.pack_nets()).code == Code.OK
    with attacked(running, alice, pass_fd) as passed:
        assert passed
        assert_not_delayed(running, bob)
        assert_punished(running, alice, fresh_log)


@pytest.mark.parametrize("pass_fd", ATTACKS)
def test_fds_are_refused_by_the_kernel_where_it_can(pass_fd, netd, alice, bob):
    if not listeners_can_refuse_fds():
        pytest.skip("this kernel has no SO_PASSRIGHTS (Linux 6.16)")
    running = netd(OWN_BRIDGE)
    assert running.request(bob, owvm.pack_nets()).code == Code.OK
    with attacked(running, alice, pass_fd) as passed:
        assert not passed
        assert_not_delayed(running, bob)


@pytest.mark.parametrize("pass_fd", ATTACKS)
def test_who_connected_before_netd_was_there_delays_nobody(pass_fd, netd, alice, bob, fresh_log):
    """The kernel refuses fds only on connections that are made after netd asked for it."""
    netd.service.listen()
    attacker = pass_one(alice, pass_fd)
    try:
        assert attacker.result()
        running = netd(OWN_BRIDGE)
        assert_not_delayed(running, bob)
        assert_punished(running, alice, fresh_log)
    finally:
        attacker.kill()


def test_who_asked_before_netd_was_there_and_left_is_not_punished(netd, alice, fresh_log):
    """Nor who had more connections than a user may have."""
    netd.service.listen()

    def ask_and_leave():
        for _ in range(20):
            with owvm.connect() as sock:
                sock.send(alice.tap())
        ask_and_leave.silent = [owvm.connect() for _ in range(40)]
    worker = Worker(alice, ask_and_leave)
    try:
        worker.result()
        running = netd(OWN_BRIDGE)
        with running.request(alice, owvm.pack_nets()) as reply:
            assert reply.code in (Code.OK, Code.BUSY)
    finally:
        worker.kill()
    with running.request(alice, alice.tap()) as reply:
        assert reply.code == Code.OK, reply.text
    assert "passes file descriptors" not in fresh_log()


def test_what_comes_while_a_user_has_too_many_connections_delays_nobody(netd, alice, bob):
    running = netd(OWN_BRIDGE, **kernel("old-kernel"))
    assert running.request(bob, owvm.pack_nets()).code == Code.OK
    silent = Worker(alice, lambda: [owvm.connect().detach() for _ in range(32)])
    silent.result()
    try:
        with attacked(running, alice, with_the_request):
            assert_not_delayed(running, bob)
    finally:
        silent.kill()


def test_many_of_them_delay_nobody(netd, alice, bob, fresh_log):
    """More than one disposable child may close at once."""
    running = netd(OWN_BRIDGE, **kernel("old-kernel"))

    def send_many(sock, user, fd):
        kept = []
        for _ in range(300):
            kept.append(owvm.connect())
            with contextlib.suppress(BrokenPipeError):
                socket.send_fds(kept[-1], [owvm.pack_nets()], [fd])
    assert running.request(bob, owvm.pack_nets()).code == Code.OK
    attacker = pass_one(alice, send_many)
    try:
        for _ in range(20):
            assert seconds_for(running, bob, owvm.pack_nets()) < 1
        assert attacker.result()
        assert_not_delayed(running, bob)
        front = processes.children(running.pid)
        assert network.wait_until(lambda: not any(map(processes.children, front)))
    finally:
        attacker.kill()


def test_an_honest_client_of_an_older_kernel_is_served(netd, alice):
    running = netd(OWN_BRIDGE, **kernel("old-kernel"))
    for _ in range(3):
        with running.request(alice, alice.tap()) as reply:
            assert reply.code == Code.OK, reply.text
    assert running.request(alice, owvm.pack_nets()).code == Code.OK
    assert running.request(alice, b"rubbish").code == Code.MALFORMED
    with running.request(alice, alice.tap()) as reply:
        assert reply.code == Code.OK, reply.text
