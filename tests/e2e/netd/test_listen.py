# SPDX-License-Identifier: MIT
"""owvm-netd --listen PATH: the socket that netd makes itself."""
import os
import pathlib
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

    def start(*wrapper):
        command = service.AS_UNIT + wrapper + (service.NETD, "--listen", owvm.SOCKET)
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE,
                                   text=True)
        processes.append(process)
        return process
    yield start
    network.wait_until(lambda: not network.made_by_netd() and not network.chains())
    for process in processes:
        process.kill()
        process.wait()
        process.stderr.close()
    # The front of a netd that was killed may be removing it just now.
    pathlib.Path(owvm.SOCKET).unlink(missing_ok=True)
    os.chown(directory, 0, 0)


def ready():
    assert network.wait_until(lambda: os.path.exists(owvm.SOCKET))


def serves(user):
    def answered():
        try:
            with connect_as(user) as sock:
                reply = owvm.exchange(sock, user.tap())
        except (ConnectionRefusedError, ConnectionResetError, FileNotFoundError):
            return False  # nobody listens yet
        if reply is None:
            return False  # it was the socket of a front that is just going
        with reply:
            return reply.code == Code.OK
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
    # Its back and its reaper may have a line to say, too.
    assert any(owvm.SOCKET in line for line in said.splitlines())
    assert serves(alice)


def test_a_path_that_cannot_be_a_socket_is_refused(nothing_left, policy):
    policy(OWN_BRIDGE)
    done = network.command(*service.AS_UNIT, service.NETD, "--listen", "/nowhere/netd.sock",
                           check=False)
    assert done.returncode != 0
    # On 6.1 it adds that the table of guards has no owner.
    said = [line for line in done.stderr.splitlines() if "has no owner" not in line]
    assert len(said) == 1 and "/nowhere/netd.sock" in said[0]


def test_a_file_that_is_no_socket_is_not_replaced(listening):
    notes = pathlib.Path(owvm.SOCKET)
    notes.write_text("keep me\n", encoding="utf-8")
    os.chown(notes, User("owvm-netd").uid, -1)
    process = listening()
    assert process.wait(10) != 0
    assert notes.read_text(encoding="utf-8") == "keep me\n"


def test_netd_ends_in_time_while_a_name_service_hangs(listening, policy):
    """A FIFO instead of /etc/group: whoever looks a name up waits for ever."""
    group = pathlib.Path("/etc/group")
    text = group.read_bytes()
    policy("permit group nobodyknows bridge ow-%U create\n")
    # setpriv, which looks names up, too, comes before the FIFO.
    process = listening("sh", "-c", 'sleep 0.5; exec "$@"', "sh")
    name = pathlib.Path(f"/proc/{process.pid}/comm")
    assert network.wait_until(lambda: name.read_text(encoding="utf-8") == "sh\n")
    group.unlink()
    try:
        os.mkfifo(group, 0o644)
        assert network.wait_until(lambda: name.read_text(encoding="utf-8") == "owvm-netd\n")
        ready()
        process.send_signal(signal.SIGTERM)
        assert process.wait(4) == 1
        assert "signal 9" in process.stderr.read()
    finally:
        group.unlink()
        group.write_bytes(text)
