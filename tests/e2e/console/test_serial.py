# SPDX-License-Identifier: MIT
"""Where serial ports and monitors lead, on two routers that most of these tests share."""
import contextlib
import os
import pathlib
import re
import select
import socket
import stat
import subprocess
import time
import tty

import pytest

import network
from console import PROMPT, Console
from machine import Machine, left_of, owrun

LOOPBACK = "127.0.0.1"


def receive(stream, pattern, seconds=10):
    """Read from a socket until the pattern came. Gives the match."""
    end, seen = time.monotonic() + seconds, b""
    while not (match := re.search(pattern, seen, re.DOTALL)):
        stream.settimeout(max(end - time.monotonic(), 0.01))
        try:
            data = stream.recv(65536)
        except TimeoutError:
            data = b""
        assert data, seen
        seen += data
    return match


def connect_unix(path):
    stream = socket.socket(socket.AF_UNIX)
    stream.connect(str(path))
    return stream


def connect_tcp(target):
    """To what is after the colon in "tcp:127.0.0.1:PORT"."""
    _, address, port = target.split(":")
    return socket.create_connection((address, int(port)), timeout=10)


def listening(uid):
    """The TCP sockets of a user that are listened on, as (address, port)."""
    lines = pathlib.Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:]
    fields = [line.split() for line in lines]
    ends = [words[1].split(":") for words in fields if words[3] == "0A" and int(words[7]) == uid]
    return {(socket.inet_ntoa(bytes.fromhex(address)[::-1]), int(port, 16))
            for address, port in ends}


@pytest.fixture(scope="module")
def user(alice):
    yield alice
    assert network.wait_until(lambda: left_of(alice) == []), left_of(alice)


@pytest.fixture(scope="module")
def first(user, guest):
    """Its ports: the console, a Unix socket, a file and a pty; a monitor on a Unix socket."""
    machine = Machine(user, guest, "one", "--lan", "user", "--serial", "console",
                      "--serial", "unix:ttyS1.sock,server,nowait", "--serial", "file:tty,,S2.log",
                      "--serial", "pty", "--monitor", "unix:mon.sock").boot()
    yield machine
    machine.stop()


@pytest.fixture(scope="module")
def shell(first):
    with first.console() as console:
        console.login()
        yield console


@pytest.fixture(scope="module")
def second(user, guest):
    """Its ports: TCP, none, and one that leads nowhere; a monitor on TCP."""
    machine = Machine(user, guest, "two", "--lan", "user", "--serial", "tcp::0,server=on,wait=off",
                      "--serial", "none", "--serial", "null", "--monitor", "telnet:0").start()
    yield machine
    machine.quit()


def test_t63_the_targets_are_told_with_what_they_became(first, user):
    serials = first.status()["serials"]
    assert serials[:3] == ["console", f"unix:{user.home}/ttyS1.sock",
                           f"file:{user.home}/tty,,S2.log"]
    assert re.fullmatch(r"pty:/dev/pts/\d+", serials[3])
    table = owrun(user, "status", first.name).stdout
    assert all(text in table for text in serials)


def test_t63_what_a_guest_says_to_a_port_is_in_the_file(shell, user):
    path = pathlib.Path(user.home, "tty,S2.log")
    assert shell.run("echo to-the-file >/dev/ttyS2")[0] == 0
    assert network.wait_until(lambda: path.read_bytes() == b"to-the-file\r\n"), path.read_bytes()
    assert path.stat().st_uid == user.uid


def test_t63_a_port_on_a_unix_socket_leads_both_ways(shell, user):
    with connect_unix(f"{user.home}/ttyS1.sock") as stream:
        shell.run("{ stty -F /dev/ttyS1 raw -echo; head -n 1 /dev/ttyS1 >/tmp/heard & }; "
                  "sleep 1; echo to-the-socket >/dev/ttyS1")
        receive(stream, rb"to-the-socket")
        stream.sendall(b"from-the-host\n")
        assert network.wait_until(lambda: "from-the-host" in shell.run("cat /tmp/heard")[1])


def test_t63_a_pty_leads_to_the_guest(first, shell, user):
    path = first.status()["serials"][3].removeprefix("pty:")
    assert stat.S_ISCHR(os.stat(path).st_mode) and os.stat(path).st_uid == user.uid
    fd = os.open(path, os.O_RDWR | os.O_NOCTTY)
    tty.setraw(fd)
    # QEMU looks once a second whether somebody is there, and drops what is said until then.
    shell.run("for i in 1 2 3 4 5; do echo to-the-pty >/dev/ttyS3; sleep 1; done")
    assert select.select([fd], [], [], 5)[0] == [fd]
    assert b"to-the-pty" in os.read(fd, 4096)
    os.close(fd)


def test_t63_the_first_port_may_be_on_tcp(second):
    with connect_tcp(second.status()["serials"][0]) as stream:
        receive(stream, re.escape(PROMPT), 60)
        stream.sendall(b"tty\r")
        receive(stream, rb"/dev/ttyS0\r\n")


def test_t63_tcp_is_on_loopback_only(second, user):
    status = second.status()
    ports = {int(text.rsplit(":", 1)[1]) for text in (status["serials"][0], status["monitor"])}
    # A user network comes with a forward.
    assert {(LOOPBACK, port) for port in ports} <= listening(user.uid)
    assert {address for address, _ in listening(user.uid)} == {LOOPBACK}


def test_t64_a_monitor_on_a_unix_socket_answers(first, user):
    with connect_unix(f"{user.home}/mon.sock") as stream:
        receive(stream, rb"\(qemu\)")
        stream.sendall(b"info status\n")
        receive(stream, rb"VM status: running")
    assert first.status()["monitor"] == f"unix:{user.home}/mon.sock"
    assert f"monitor    unix:{user.home}/mon.sock\n" in owrun(user, "status", first.name).stdout


def test_t66_a_shell_on_the_second_port(shell, user):
    with connect_unix(f"{user.home}/ttyS1.sock") as stream:
        # While nobody is connected, QEMU drops what is said.
        shell.run("{ setsid sh </dev/ttyS1 >/dev/ttyS1 2>&1 & }")
        receive(stream, re.escape(PROMPT))
        stream.sendall(b"echo begin; echo $((40 + 2)); tty\n")
        receive(stream, rb"begin\r?\n42\r?\n/dev/ttyS1")
        stream.sendall(b"exit\n")


def test_t63_none_is_no_port_and_null_is_one(second):
    words = pathlib.Path(f"/proc/{second.pid}/cmdline").read_bytes().decode().split("\0")
    ports = [words[at + 1] for at, word in enumerate(words) if word == "-serial"]
    assert ports == ["chardev:serial0", "none", "chardev:serial2"]
    assert second.status()["serials"][1:] == ["none", "null"]


def test_t64_a_monitor_on_telnet_answers(second):
    with connect_tcp(second.status()["monitor"]) as stream:
        receive(stream, rb"\(qemu\)")
        stream.sendall(b"info chardev\r\n")
        receive(stream, rb"serial2: filename=null")


def test_t64_a_monitor_to_a_file_greets_there(user, guest):
    machine = Machine(user, guest, "vm", "--lan", "user", "--monitor", "file:mon.log").start()
    path = pathlib.Path(user.home, "mon.log")
    assert network.wait_until(lambda: b"QEMU" in path.read_bytes()), path.read_bytes()
    machine.quit()


@pytest.mark.parametrize("options", ((), ("--monitor", "none"), ("--monitor", "null")))
def test_t65_there_is_a_monitor_whatever_was_asked(user, guest, options):
    machine = Machine(user, guest, "vm", "--lan", "user", *options).start()
    with connect_unix(machine.status()["monitor_socket"]) as stream:
        receive(stream, rb"\(qemu\)")
        stream.sendall(b"info status\n")
        receive(stream, rb"VM status: running")
    machine.quit()


def test_t60_mon_stdio_is_the_console(user, guest):
    machine = Machine(user, guest, "vm", "--lan", "user", "--serial", "mon:stdio").start()
    machine.wait_ready()
    with Console(machine.status()["console"]) as console:
        console.login()
        assert console.run("tty")[1] == "/dev/ttyS0\n"
    machine.quit()


@contextlib.contextmanager
def opened_when_read(path):
    """From when somebody reads the FIFO, who sees no end of it before ours."""
    fds = []

    def open_it():
        with contextlib.suppress(OSError):
            fds.append(os.open(path, os.O_WRONLY | os.O_NONBLOCK))
        return fds
    assert network.wait_until(open_it)
    try:
        yield
    finally:
        os.close(fds[0])


def test_t63_a_fifo_needs_a_reader_which_then_hears_all(user, guest):
    path = pathlib.Path(user.home, "port.fifo")
    os.mkfifo(path)
    os.chown(path, user.uid, user.gid)
    machine = Machine(user, guest, "vm", "--lan", "user", "--monitor", f"file:{path}")
    assert f"nobody reads FIFO '{path}'; start its reader first" in machine.refused()
    with subprocess.Popen(("cat", path), stdout=subprocess.PIPE) as reader:
        with opened_when_read(path):
            machine.start()
        assert reader.stdout.read(4) == b"QEMU"
        machine.quit()
        assert reader.wait(10) == 0
    path.unlink()


def test_t63_a_socket_whose_program_is_slow_is_not_taken_away(user, guest):
    path = pathlib.Path(user.home, "slow.sock")
    with socket.socket(socket.AF_UNIX) as server, socket.socket(socket.AF_UNIX) as client:
        server.bind(str(path))
        server.listen(0)
        os.chown(path, user.uid, user.gid)
        client.connect(str(path))
        machine = Machine(user, guest, "vm", "--lan", "user", "--serial", f"unix:{path}")
        inode = path.stat().st_ino
        assert f"socket '{path}' is in use by another program" in machine.refused()
        assert path.stat().st_ino == inode
    path.unlink()


REFUSED = {
    ("--serial", "stdio", "--monitor", "stdio"):
        "the terminal is one: leave '--monitor stdio' out, as Ctrl-A c switches",
    ("--serial", "mon:stdio", "--monitor", "stdio"): "Ctrl-A c switches between console",
    ("--serial", "stdio", "--serial", "mon:stdio"):
        "serial port 1 and serial port 2 are both consoles, and the terminal has the first",
    ("--serial", "stido"): "did you mean 'stdio'?",
    ("--serial", "unix:/tmp/" + "a" * 120): "has at most 107 bytes",
    ("--serial", "tcp::1"): "is privileged",
    ("--serial", "tcp:4555", "--monitor", "telnet::4555"): "both want tcp port 4555",
    ("--serial", "tcp:4555", "--forward", "4555:80"): "is wanted by a forward too",
    ("--serial", "tcp::4555,server,wait"): "cannot be made to wait for a client",
    ("--serial", "file:/root/x"): "cannot make '/root/x': Permission denied",
    ("--monitor", "unix:/etc/passwd"): "'/etc/passwd' is there and no socket",
}


@pytest.mark.parametrize("options", REFUSED)
def test_t62_what_does_not_go_together_is_refused_early(user, guest, options):
    machine = Machine(user, guest, "vm", "--lan", "user", *options)
    assert REFUSED[options] in machine.refused()


def test_t63_a_port_or_socket_in_use_is_refused(first, second, user, guest):
    target = second.status()["serials"][0]
    assert "is in use by" in Machine(user, guest, "vm", "--serial", target).refused()
    assert f"socket '{user.home}/ttyS1.sock' is in use by another program" in Machine(
        user, guest, "vm", "--serial", "unix:ttyS1.sock").refused()
