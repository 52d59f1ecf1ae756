# SPDX-License-Identifier: MIT
"""The process that forwards to a guest's LAN: what it has left when it was taken over, and who it
listens to. Each attack is first shown to work on a process of the same user without confinement."""
import contextlib
import errno
import os
import pathlib
import signal
import socket
import struct
import subprocess

import pytest

import network
import processes
from machine import Machine, done_well, left_of
from people import as_user, sleeper
from takeover import CLONE, EXECVE, KILL, OPENAT, SIGCHLD, SOCKET, TKILL, TakenOver

AT_FDCWD = -100
FORWARD = "forward.sock"
LIST = struct.pack("I56s", 1, b"")


@pytest.fixture(scope="module")
def machine(running, alice, guest):
    started = Machine(alice, guest, "vm", "--forward", "0:80").start()
    yield started
    started.quit()
    assert network.wait_until(lambda: left_of(alice) == []), left_of(alice)


@pytest.fixture
def forwarder(machine):
    return forwarder_of(machine)


def forwarder_of(machine):
    note = pathlib.Path(machine.state["directory"], "forward.pid").read_text(encoding="ascii")
    return int(note.split()[0])


@pytest.fixture
def free(alice):
    """An ordinary process of hers."""
    with sleeper(alice) as process:
        yield process.pid


def attempts(secret, victim):
    """What a process that was taken over would try, by name."""
    return {
        "open a file": (OPENAT, AT_FDCWD, str(secret), os.O_RDONLY),
        "make a file": (OPENAT, AT_FDCWD, str(secret) + "2", os.O_WRONLY | os.O_CREAT, 0o600),
        "reach a socket by its path": (SOCKET, socket.AF_UNIX, socket.SOCK_STREAM, 0),
        "see all frames": (SOCKET, socket.AF_PACKET, socket.SOCK_RAW, 0),
        "signal others": (KILL, victim, 0),
        "signal a thread of others": (TKILL, victim, 0),
        "become a program": (EXECVE, "/bin/true", 0, 0),
        "start a process": (CLONE, SIGCHLD, 0, 0),
    }


def test_it_has_no_capability_and_gains_none(forwarder, alice):
    fields = processes.status(forwarder)
    assert fields["Uid"] == [str(alice.uid)] * 4
    assert {fields[name][0] for name in ("CapInh", "CapPrm", "CapEff", "CapAmb")} == {"0" * 16}
    assert fields["NoNewPrivs"] == ["1"] and fields["Seccomp"] == ["2"]
    # Who writes to a connection that is gone gets a signal.
    assert int(fields["SigIgn"][0], 16) & 1 << signal.SIGPIPE - 1


def test_it_has_nothing_of_owruns_open(forwarder):
    names = {os.readlink(path) for path in pathlib.Path(f"/proc/{forwarder}/fd").iterdir()}
    kinds = {name.split(":")[0] for name in names}
    assert kinds == {"/dev/null", "socket", "anon_inode"}, names
    assert "anon_inode:[pidfd]" in names


@pytest.mark.parametrize("name", attempts("", 0))
def test_a_forwarder_that_was_taken_over_can_do_nothing_else(forwarder, free, alice, secret, name):
    with sleeper(alice) as victim:
        attempt = attempts(secret, victim.pid)[name]
        with TakenOver(free) as process:
            done = process.call(*attempt)
            # What became another program has nothing to return to.
            process.returns = name != "become a program"
        assert done >= 0 or name == "see all frames", os.strerror(-done)
        with TakenOver(forwarder) as process:
            done = process.call(*attempt)
        assert -done in (errno.EACCES, errno.EPERM), done
    pathlib.Path(str(secret) + "2").unlink(missing_ok=True)
    assert network.wait_until(lambda: processes.status(forwarder)["State"][0] == "S")


def test_who_has_a_namespace_of_his_own_sees_all_frames_there_but_for_the_confinement(alice):
    """The attack of that name, which no ordinary process of hers can try."""
    script = f"import socket; socket.socket({socket.AF_PACKET}, {socket.SOCK_RAW}); print(1)"
    assert alice.run("unshare", "-Urn", "/usr/bin/python3", "-c", script).stdout == "1\n"


def ask(path):
    """What the forwarder replies to a list; empty: it hangs up; None: there is no way to it."""
    with socket.socket(socket.AF_UNIX) as control:
        control.settimeout(10)
        try:
            control.connect(path)
            control.sendall(LIST)
            return control.recv(8192)
        except (BrokenPipeError, ConnectionResetError):
            return b""
        except PermissionError:
            return None


def test_another_user_who_gets_at_its_socket_is_not_listened_to(machine, alice, bob):
    directory = pathlib.Path(machine.state["directory"])
    path = str(directory / FORWARD)
    assert as_user(bob, lambda: ask(path)) is None
    assert as_user(alice, lambda: ask(path))[:4] == bytes(4)
    before = [(place, place.stat().st_mode) for place in (directory.parent, directory)]
    try:
        for place, _ in before:
            place.chmod(0o755)
        os.chmod(path, 0o777)
        assert as_user(bob, lambda: ask(path)) == b""
    finally:
        for place, mode in before:
            place.chmod(mode)
        os.chmod(path, 0o755)
    assert as_user(alice, lambda: ask(path))[:4] == bytes(4)


def test_nonsense_ends_nobody(machine, alice):
    path = str(pathlib.Path(machine.state["directory"], FORWARD))

    def babble():
        for data in (b"", b"\0", b"\xff" * 60, b"\xff" * 4096, struct.pack("I56s", 2, b"0:80"),
                     struct.pack("I56s", 4, b"x" * 56), struct.pack("I56s", 99, b"0:80")):
            with socket.socket(socket.AF_UNIX) as control:
                control.connect(path)
                control.settimeout(10)
                with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                    control.sendall(data)
                    control.shutdown(socket.SHUT_WR)
                    control.recv(8192)
        return True
    assert as_user(alice, babble)
    assert as_user(alice, lambda: ask(path))[:4] == bytes(4)


IMPOSTOR = """import os, socket, sys
os.unlink(sys.argv[1])
listener = socket.socket(socket.AF_UNIX)
listener.bind(sys.argv[1])
listener.listen()
print("ready", flush=True)
connection = listener.accept()[0]
print(len(connection.recv(4096)), flush=True)
"""


def test_who_serves_the_socket_in_its_place_is_told_nothing(machine, alice):
    path = pathlib.Path(machine.state["directory"], FORWARD)
    forwarder = forwarder_of(machine)
    os.kill(forwarder, signal.SIGKILL)
    assert network.wait_until(lambda: not os.path.exists(f"/proc/{forwarder}"))
    with subprocess.Popen(("/usr/bin/python3", "-c", IMPOSTOR, path), user=alice.uid,
                          group=alice.gid, extra_groups=alice.groups, cwd="/",
                          stdout=subprocess.PIPE, text=True) as impostor:
        try:
            assert impostor.stdout.readline() == "ready\n"
            assert "nobody serves it" in done_well(alice, "forward", "ls", "vm").stdout
            assert impostor.stdout.readline() == "0\n"
        finally:
            impostor.kill()
    done_well(alice, "forward", "add", "vm", machine.status()["forwards"][0])
    assert "nobody" not in done_well(alice, "forward", "ls", "vm").stdout
