# SPDX-License-Identifier: MIT
"""owvm-netd --listen PATH: the socket that netd makes itself."""
import os
import signal
import socket
import stat
import subprocess

import pytest

import network
import owvm
import service
from conftest import OWN_BRIDGE
from owvm import Code
from people import User, connect_as


@pytest.fixture
def listening(nothing_left, policy):
    """start() starts netd on a socket of its own in /run/owvm."""
    policy(OWN_BRIDGE)
    directory = os.path.dirname(owvm.SOCKET)
    own = User("owvm-netd")
    os.makedirs(directory, exist_ok=True)
    os.chown(directory, own.uid, own.gid)
    processes = []

    def start():
        process = subprocess.Popen(service.AS_UNIT + (service.NETD, "--listen", owvm.SOCKET),
                                   stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        processes.append(process)
        return process
    yield start
    network.wait_until(lambda: not network.made_by_netd())
    for process in processes:
        process.kill()
        process.wait()
        process.stderr.close()
    if os.path.exists(owvm.SOCKET):
        os.unlink(owvm.SOCKET)
    os.chown(directory, 0, 0)


def ready():
    assert network.wait_until(lambda: os.path.exists(owvm.SOCKET))


def serves(user):
    def answered():
        try:
            with connect_as(user) as sock:
                with owvm.exchange(sock, user.tap()) as reply:
                    return reply.code == Code.OK
        except (ConnectionRefusedError, FileNotFoundError):
            return False
    return network.wait_until(answered)


@pytest.mark.smoke
def test_the_socket_is_for_group_owvm_alone(listening, alice, carol):
    listening()
    ready()
    info = os.stat(owvm.SOCKET)
    assert stat.S_IMODE(info.st_mode) == 0o660
    assert (info.st_uid, info.st_gid) == (User("owvm-netd").uid, User("owvm-netd").gid)
    assert serves(alice)
    with pytest.raises(PermissionError):
        connect_as(carol)


def test_netd_can_be_started_again_at_once_after_a_kill(listening, alice):
    first = listening()
    ready()
    first.kill()
    first.wait()
    listening()
    assert serves(alice)


def test_a_socket_on_which_nobody_listens_any_more_is_replaced(listening, alice):
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as dead:
        dead.bind(owvm.SOCKET)
        os.chown(owvm.SOCKET, User("owvm-netd").uid, -1)
        os.chmod(owvm.SOCKET, 0o666)
    assert os.path.exists(owvm.SOCKET)
    listening()
    assert serves(alice)


def test_the_socket_is_gone_when_netd_was_ended(listening):
    process = listening()
    ready()
    process.send_signal(signal.SIGTERM)
    assert process.wait(10) == 0
    assert not os.path.exists(owvm.SOCKET)


def test_a_second_netd_does_not_take_the_socket_of_a_living_one(listening, alice):
    listening()
    assert serves(alice)
    second = listening()
    assert second.wait(10) != 0
    said = second.stderr.read()
    # Its reaper may have a line to say about an empty bridge, too.
    assert owvm.SOCKET in said.splitlines()[0]
    assert serves(alice)


def test_a_path_that_cannot_be_a_socket_is_refused(nothing_left, policy):
    policy(OWN_BRIDGE)
    done = network.command(*service.AS_UNIT, service.NETD, "--listen", "/nowhere/netd.sock",
                           check=False)
    assert done.returncode != 0
    assert "/nowhere/netd.sock" in done.stderr and len(done.stderr.splitlines()) == 1
