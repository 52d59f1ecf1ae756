# SPDX-License-Identifier: MIT
"""Forwards that enter by the guest's LAN, where that is a bridge: what passes them, and how they
end. A guest's WAN refuses, as OpenWrt's does."""
import concurrent.futures
import contextlib
import hashlib
import json
import os
import pathlib
import random
import signal
import socket
import threading
import time
import urllib.request

import pytest

import echo
import network
import processes
from machine import Machine, done_well, left_of, owrun, refused

PARALLEL, LENGTH = 100, 65536
WITHIN = 1.0  # seconds, in which a forwarder ends with its VM


@pytest.fixture(scope="module")
def machine(running, alice, guest):
    forwards = [f"0:{port}" for port in (80, echo.ECHO, echo.ENDLESS)]
    forwards += [f"0:{echo.DATAGRAMS}/udp", "wan:0:80", "0:81", "0:192.168.1.77:80"]
    words = [word for text in forwards for word in ("--forward", text)]
    started = Machine(alice, guest, "lan", *echo.SHARE, *words).boot()
    echo.start(started)
    yield started
    started.stop()
    assert network.wait_until(lambda: left_of(alice) == []), left_of(alice)
    assert network.wait_until(lambda: network.made_by_netd() == set())


def text_of(machine, guest, wan=False):
    """The forward that leads to that port of the guest."""
    return next(text for text in machine.status()["forwards"]
                if text.split("/")[0].endswith(f":{guest}") and text.startswith("wan:") == wan)


def port_of(machine, guest, wan=False):
    return int(text_of(machine, guest, wan).removeprefix("wan:").split(":")[1])


def connect(machine, guest, timeout=30):
    return socket.create_connection(("127.0.0.1", port_of(machine, guest)), timeout)


def page(port):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=20) as answer:
        return answer.read().decode()


def forwarder_of(machine):
    note = pathlib.Path(machine.state["directory"], "forward.pid").read_text(encoding="ascii")
    return int(note.split()[0])


def gone(pid):
    return processes.status(pid).get("State", ["X"])[0] in "XZ"


def all_of(connection):
    parts = []
    while data := connection.recv(65536):
        parts.append(data)
    return b"".join(parts)


@pytest.mark.smoke
def test_t23_t25_the_page_comes_by_the_lan_where_the_wan_refuses(machine):
    assert "owvm demo router" in page(port_of(machine, 80))
    with pytest.raises((ConnectionError, urllib.error.URLError)):
        page(port_of(machine, 80, wan=True))


def test_t35_status_and_doctor_say_what_was_reached_and_what_refuses(machine):
    status = machine.status()
    ways = {way: status["obstacles"].get(way) for way in status["ways"]}
    by_lan = f"http://127.0.0.1:{port_of(machine, 80)}/"
    by_wan = f"http://127.0.0.1:{port_of(machine, 80, wan=True)}/"
    assert ways[by_lan] is None and status["pages"][by_lan]
    assert "at its WAN" in ways[by_wan] and "without 'wan:'" in ways[by_wan]
    nobody = [text for text in ways.values() if text and "ARP" in text]
    assert len(nobody) == 1 and "192.168.1.77" in nobody[0] and machine.user.bridge in nobody[0]
    found = json.loads(owrun(machine.user, "doctor", "--json", "--vm", "lan").stdout)
    said = {finding["text"].split("'")[1]: finding for finding in found
            if finding["check"] == "forward"}
    assert "HTTP/1." in said[text_of(machine, 80)]["text"]
    closed = said[text_of(machine, 81)]
    assert closed["state"] == "warning" and "192.168.1.1 refuses port 81" in closed["text"]
    mute = said[text_of(machine, echo.ECHO)]
    assert mute["state"] == "ok" and "waits for the other side to speak" in mute["text"]


def test_t24_a_hundred_transfers_at_once_are_each_what_was_sent(machine):
    def transfer(number):
        data = random.Random(number).randbytes(LENGTH)
        with connect(machine, echo.ECHO, 60) as connection:
            sender = threading.Thread(target=connection.sendall, args=(data,))
            sender.start()
            got = b""
            while len(got) < LENGTH and (part := connection.recv(65536)):
                got += part
            sender.join()
        return hashlib.sha256(got).digest() == hashlib.sha256(data).digest()
    with concurrent.futures.ThreadPoolExecutor(PARALLEL) as pool:
        assert all(pool.map(transfer, range(PARALLEL)))


def test_the_end_of_one_direction_is_told_and_the_other_goes_on(machine):
    with connect(machine, echo.ECHO) as connection:
        connection.sendall(b"said")
        connection.shutdown(socket.SHUT_WR)
        assert all_of(connection) == b"said[end]"


def test_who_does_not_read_holds_up_nobody_and_costs_no_time(machine):
    pid = forwarder_of(machine)

    def used():
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text(encoding="ascii").split()
        return int(fields[13]) + int(fields[14])
    with connect(machine, echo.ENDLESS) as slow, connect(machine, echo.ECHO) as ended:
        # One more that is half over.
        ended.shutdown(socket.SHUT_WR)
        assert all_of(ended) == b"[end]"
        # What the buffers on the way hold, then nothing moves.
        assert network.wait_until(lambda: still(used), 20)
        before = used()
        time.sleep(1)  # what is measured: ticks of a hundredth, of which a loop would take all
        assert used() - before <= 5
        assert "owvm demo router" in page(port_of(machine, 80))
        assert len(slow.recv(65536)) > 0


def still(used):
    before = used()
    time.sleep(0.2)  # ticks of the processor are what is counted
    return used() == before


def test_t24_datagrams_go_there_and_back_each_to_who_asked(machine):
    port = port_of(machine, echo.DATAGRAMS)
    for number in range(5):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            client.settimeout(1)
            # The other end of the loopback network is another address of this host's.
            client.connect(("127.0.0.1", port))

            def answer():
                with contextlib.suppress(TimeoutError):
                    client.send(f"datagram {number}".encode())
                    return client.recv(99)
                return None
            assert network.wait_until(answer, 20) == f"DATAGRAM {number}".encode()


def test_what_a_client_breaks_off_is_broken_off_at_the_guest(machine):
    rows = json.loads(done_well(machine.user, "forward", "ls", "--json", "lan").stdout)
    assert {row["by"] for row in rows} == {"lan", "user network"}

    def connections():
        found = json.loads(done_well(machine.user, "forward", "ls", "--json", "lan").stdout)
        return {row["forward"]: row["connections"] for row in found}[
            text_of(machine, echo.ENDLESS)]
    assert network.wait_until(lambda: connections() == 0, 10)
    with connect(machine, echo.ENDLESS) as connection:
        assert len(connection.recv(1)) == 1 and connections() == 1
    assert network.wait_until(lambda: connections() == 0, 10)


def test_forwards_come_and_go_while_a_connection_runs(machine):
    with connect(machine, echo.ECHO) as connection:
        connection.sendall(b"1")
        assert connection.recv(1) == b"1"
        old = text_of(machine, echo.ECHO)
        added = done_well(machine.user, "forward", "add", "lan", f"0:{echo.ECHO}").stdout
        new = int(added.split(":")[2])
        with socket.create_connection(("127.0.0.1", new), 20) as other:
            other.sendall(b"2")
            assert other.recv(1) == b"2"
        done_well(machine.user, "forward", "rm", "lan", old)
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", int(old.split(":")[1])), 5)
        connection.sendall(b"3")
        assert connection.recv(1) == b"3"
    assert [text for text in machine.status()["forwards"]
            if text.endswith(f":{echo.ECHO}")] == [f"127.0.0.1:{new}:{echo.ECHO}"]


def test_what_cannot_be_added_or_removed_is_told(machine):
    user = machine.user
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = busy.getsockname()[1]
        assert f"tcp port {port} of 127.0.0.1 is in use" in refused(
            user, "forward", "add", "lan", f"{port}:80")
    assert "tcp port 80 is privileged" in refused(user, "forward", "add", "lan", "80:80")
    assert "has no forward from tcp port 1 of 127.0.0.1" in refused(
        user, "forward", "rm", "lan", "1")
    assert "is not [wan:]" in refused(user, "forward", "add", "lan", "80")
    done = owrun(user, "forward", "list", "lan")
    assert done.returncode == 2 and "say 'owrun forward ls" in done.stderr


def test_a_program_is_connected_by_standard_input_and_output(machine):
    asked = "printf 'GET / HTTP/1.0\\r\\n\\r\\n' | owrun forward stdio lan 80"
    assert "owvm demo router" in machine.user.run("sh", "-c", asked).stdout
    assert "192.168.1.1 refuses port 81" in refused(machine.user, "forward", "stdio", "lan", "81")


def test_waiting_for_a_port_ends_when_it_is_open_or_says_who_refuses(machine):
    assert owrun(machine.user, "wait", "lan", "--for", "port:80", "--timeout",
                 "20").returncode == 0
    late = owrun(machine.user, "wait", "lan", "--for", "port:81", "--timeout", "1")
    assert late.returncode == 124 and "not within 1 s: 192.168.1.1 refuses port 81" in late.stderr


def test_a_forwarder_that_was_killed_is_told_and_brought_back(machine):
    before = machine.status()["forwards"]
    os.kill(forwarder_of(machine), signal.SIGKILL)
    status = machine.status()
    way = f"http://127.0.0.1:{port_of(machine, 80)}/"
    assert "owrun forward add lan" in status["obstacles"][way] and not status["pages"][way]
    assert status["state"] == "running"
    done_well(machine.user, "forward", "add", "lan", text_of(machine, 80))
    assert machine.status()["forwards"] == before
    assert "owvm demo router" in page(port_of(machine, 80))
    with connect(machine, echo.ECHO) as connection:
        connection.sendall(b"again")
        assert connection.recv(5) == b"again"


def test_a_vm_without_such_forwards_has_no_forwarder_until_one_is_added(running, bob, guest):
    machine = Machine(bob, guest, "none", "--forward", "wan:0:80").start()
    try:
        directory = pathlib.Path(machine.state["directory"])
        assert not (directory / "forward.pid").exists()
        assert set(processes.of_user(bob.uid)) == {machine.pid, processes.parent(machine.pid)}
        assert len(network.ports(bob.bridge)) == 1
        done_well(bob, "forward", "add", "none", "0:80")
        pid = forwarder_of(machine)
        assert not gone(pid) and len(network.ports(bob.bridge)) == 2
        # The end of QEMU, however it comes, is the end of its forwarder.
        killed = time.monotonic()
        machine.kill()
        assert network.wait_until(lambda: gone(pid), 5)
        assert time.monotonic() - killed < WITHIN
        assert network.wait_until(lambda: network.ports(bob.bridge) == set())
    finally:
        owrun(bob, "rm", "none")
    assert network.wait_until(lambda: left_of(bob) == []), left_of(bob)


def test_two_users_with_the_same_lan_each_reach_their_own(machine, bob, guest):
    # Another name of the same: its page says it.
    other = Machine(bob, guest, "other", "--forward", "0:80",
                    append="console=ttyS0 quiet hostname=bobs-router").boot()
    try:
        assert "bobs-router" in page(port_of(other, 80))
        mine = page(port_of(machine, 80))
        assert "owvm demo router" in mine and "bobs-router" not in mine
        # A guest that dies in the middle of a transfer is seen to do so.
        with socket.create_connection(("127.0.0.1", port_of(other, 80)), 20) as connection:
            connection.sendall(b"GET / HTTP/1.0\r\n")
            time.sleep(0.5)  # the guest has it: nothing unread is left that would be a reset itself
            other.kill()
            with pytest.raises(ConnectionResetError):
                assert connection.recv(4096) == b"never"
    finally:
        owrun(bob, "rm", "other")
    assert network.wait_until(lambda: left_of(bob) == []), left_of(bob)
