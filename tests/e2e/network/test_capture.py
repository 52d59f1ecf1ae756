# SPDX-License-Identifier: MIT
"""`owrun capture`: what passes a NIC, without root, and a VM that never waits for its reader."""
import json
import os
import pathlib
import signal
import socket
import time

import pytest

import network
import people
import processes
import service
from frames import BROADCAST, ethernet
from machine import Machine, owrun, refused
from network import wait_until
from pcap import Capture, frames, tcpdump
from terminal import Terminal

MARK = b"owvm-mark-"
EXPERIMENTAL = 0x88B5
QUEUE = 9 * 1024 * 1024  # bytes that a capture keeps for its reader, and its pipes


@pytest.fixture(scope="module")
def machine(user, guest):
    machine = Machine(user, guest, "vm").boot()
    with machine.console() as console:
        console.login()
    yield machine
    machine.quit()


def send(machine, text, where="192.168.1.77"):
    """Have the guest send UDP with that text, by its LAN, or by its WAN to the host 10.0.2.2."""
    with machine.console() as console:
        console.login()
        console.run("arp -s 192.168.1.77 02:00:00:00:00:77; "
                    f"timeout 1 tftp -g -l /dev/null -r {text} {where} 7777")


def objects(machine):
    """What QEMU has of ours."""
    done = owrun(machine.user, "monitor", machine.name, "qom-list /objects")
    return [line.split()[0] for line in done.stdout.splitlines() if line.startswith("capture-")]


def answers(machine):
    """Does QEMU's main loop run?"""
    status = json.loads(owrun(machine.user, "status", "--json", machine.name, timeout=20).stdout)
    return status["state"] == "running" and status["reason"] is None


def test_a_pipe_gets_each_frame_when_it_passes_and_ctrl_c_ends_it(machine):
    with Capture(machine.user, "vm") as capture:
        capture.wait_begun()
        send(machine, "owvm-mark-1")
        capture.read_until(MARK + b"1")
        assert len(objects(machine)) == 1
        status, said = capture.end(signal.SIGINT)
    assert status == 0 and said.startswith("owrun: vm: ") and "frames of eth0" in said, said
    marked = [frame for frame in frames(capture.data) if MARK in frame]
    # No header of virtio before the frame: it begins with the address that it goes to.
    assert {frame[:6].hex() for frame in marked} == {"020000000077"}
    assert objects(machine) == []


def test_tcpdump_reads_a_file_of_the_wan_that_is_the_users_alone(machine):
    path = pathlib.Path(machine.user.home, "wan.pcap")
    with Capture(machine.user, "vm", "eth1", "-w", str(path)) as capture:
        assert wait_until(lambda: path.exists() and path.stat().st_size > 0)
        send(machine, "owvm-mark-2", "10.0.2.2")
        status, said = capture.end(signal.SIGINT)
    assert status == 0, said
    assert any("10.0.2.2.7777: UDP" in line for line in tcpdump(path, "udp")), said
    assert path.stat().st_mode & 0o777 == 0o600
    path.unlink()


def test_so_many_frames_of_so_many_bytes(machine):
    with Capture(machine.user, "vm", "-c", "2", "-s", "20") as capture:
        capture.wait_begun()
        send(machine, "owvm-mark-3")
        send(machine, "owvm-mark-4")
        status, said = capture.end()
    assert status == 0 and said == "owrun: vm: 2 frames of eth0\n"
    assert [len(frame) for frame in frames(capture.data)] == [20, 20]
    assert objects(machine) == []


def test_a_terminal_is_refused_with_both_ways_out(machine):
    with Terminal(machine.user, service.OWRUN, "capture", "vm") as terminal:
        terminal.expect(rb"not for a terminal; give '-w FILE', or a pipe as in "
                        rb"'owrun capture vm \| wireshark -k -i -'")
        assert terminal.end() == 1


def test_a_reader_that_goes_ends_it_quietly_without_a_further_frame(machine):
    with Capture(machine.user, "vm") as capture:
        capture.wait_begun()
        capture.process.stdout.close()
        capture.process.stdout = None
        status, said = capture.end()
    assert status == 0 and len(said.splitlines()) == 1
    assert objects(machine) == []


def test_another_users_vm_and_a_nic_that_is_not_there_are_refused(machine, bob):
    assert "'vm'" in refused(bob, "capture", "vm", "-w", "x")
    assert refused(machine.user, "capture", "vm", "eth7", "-w", "x").startswith(
        "owrun: VM 'vm' has no NIC 'eth7'; 'owrun status vm'")
    assert refused(machine.user, "capture", "vm", "wlan0", "-w", "x").startswith(
        "owrun: VM 'vm' has no NIC 'wlan0'")


def test_a_file_to_which_another_user_leads_is_refused(machine, bob):
    mine, trap = pathlib.Path(machine.user.home, "mine"), pathlib.Path("/tmp/trap.pcap")
    machine.user.run("sh", "-c", "echo precious >mine")
    bob.run("ln", "-s", str(mine), str(trap))
    assert "/tmp/trap.pcap" in refused(machine.user, "capture", "vm", "-w", str(trap))
    assert mine.read_text(encoding="ascii") == "precious\n"
    trap.unlink()
    mine.unlink()
    # His own file, which he lets everybody write and reads himself.
    bob.run("sh", "-c", f"echo his >{trap}; chmod 666 {trap}")
    assert "is a file of another user's" in refused(machine.user, "capture", "vm", "-w", str(trap))
    assert trap.read_text(encoding="ascii") == "his\n"
    trap.unlink()


def received(machine):
    """Bytes that came to the guest's LAN."""
    with machine.console() as console:
        console.login(5)
        return int(console.run("cat /sys/class/net/eth0/statistics/rx_bytes")[1])


def flood(bridge):
    """Frames for everybody on the bridge, for a moment."""
    frame = ethernet(BROADCAST, "02:00:00:00:00:78", EXPERIMENTAL, bytes(1400))
    with network.Tap.make("flood", bridge) as tap:
        for number in range(4000):
            tap.send(frame)
            if number % 100 == 0:
                time.sleep(0.002)  # for the tap of the VM, which keeps 1,000


def qmp(machine, pipe):
    """QEMU's filter-dump into a pipe, with nothing between."""
    with socket.socket(socket.AF_UNIX) as sock:
        sock.connect(machine.state["directory"] + "/qmp.sock")
        stream = sock.makefile("r")
        for name, arguments, fds in (
                ("qmp_capabilities", {}, []), ("add-fd", {}, [pipe]),
                ("object-add", {"qom-type": "filter-dump", "id": "plain", "netdev": "nic0"}, [])):
            if name == "object-add":
                arguments["file"] = f"/proc/self/fd/{answer['return']['fd']}"
            request = json.dumps({"execute": name, "arguments": arguments}) + "\n"
            socket.send_fds(sock, [request.encode()], fds)
            answer = {}
            while "return" not in answer:
                answer = json.loads(stream.readline())
                assert "error" not in answer, answer


def test_qemu_alone_waits_for_a_reader_that_does_not_read(user, guest):
    """What the process between is for."""
    machine = Machine(user, guest, "plain").boot()

    def start():
        ours, theirs = os.pipe()
        qmp(machine, theirs)
        os.close(theirs)
        return ours
    worker = people.Worker(user, start)
    worker.result()
    flood(user.bridge)
    assert not answers(machine)
    # Now the reader goes.
    worker.finish()
    assert wait_until(lambda: answers(machine), 20)
    machine.quit()


@pytest.mark.parametrize("stopped", [False, True])
def test_no_vm_waits_for_a_reader_that_does_not_read(machine, stopped):
    with Capture(machine.user, "vm") as capture:
        capture.wait_begun()
        pump, = processes.children(capture.process.pid)
        # Ctrl-Z stops a process group.
        assert os.getpgid(pump) != os.getpgid(capture.process.pid)
        if stopped:
            capture.process.send_signal(signal.SIGSTOP)
        before = received(machine)
        assert wait_until(lambda: flood(machine.user.bridge) or
                          received(machine) - before > QUEUE * 2, 60)
        assert answers(machine)
        capture.process.send_signal(signal.SIGCONT)
        status, said = capture.end(signal.SIGINT)
    assert status == 0 and "are left out, as the reader is too slow" in said, said
    assert frames(capture.data)
    assert objects(machine) == []


def test_what_kill_9_leaves_harms_nobody_and_the_next_capture_removes_it(machine):
    with Capture(machine.user, "vm") as capture:
        capture.wait_begun()
        pump, = processes.children(capture.process.pid)
        capture.end(signal.SIGKILL)
    assert wait_until(lambda: pump not in processes.of_user(machine.user.uid))
    before = processor_time(machine.pid)
    send(machine, "owvm-mark-5")
    send(machine, "owvm-mark-6")
    assert answers(machine) and processor_time(machine.pid) - before < 5
    assert len(objects(machine)) == 1
    with Capture(machine.user, "vm") as capture:
        capture.wait_begun()
        assert len(objects(machine)) == 1
        capture.end(signal.SIGTERM)
    assert objects(machine) == []


def processor_time(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2]
    return sum(map(int, fields.split()[11:13])) / os.sysconf("SC_CLK_TCK")


def test_two_at_once_and_a_nic_that_is_plugged_in(machine):
    owrun(machine.user, "nic", "add", "vm", "user")
    with Capture(machine.user, "vm") as one, Capture(machine.user, "vm") as two, \
            Capture(machine.user, "vm", "hot0") as three:
        for capture in (one, two, three):
            capture.wait_begun()
        send(machine, "owvm-mark-7")
        for capture in (one, two):
            capture.read_until(MARK + b"7")
            assert capture.end(signal.SIGINT)[0] == 0
        assert three.end(signal.SIGINT)[0] == 0
    owrun(machine.user, "nic", "remove", "vm", "hot0")


def test_a_bridge_is_captured_by_a_port_of_its_own_which_goes(machine):
    user = machine.user
    with Capture(user, user.bridge) as capture:
        capture.wait_begun()
        assert len(network.ports(user.bridge)) == 2
        # Nobody has that address: the bridge floods it.
        send(machine, "owvm-mark-8")
        capture.read_until(MARK + b"8")
        status, said = capture.end(signal.SIGINT)
    assert status == 0 and "frames of the bridge" in said, said
    assert frames(capture.data)
    assert wait_until(lambda: len(network.ports(user.bridge)) == 1)


def test_kill_9_leaves_no_port_of_a_captured_bridge(machine):
    user = machine.user
    with Capture(user, user.bridge) as capture:
        capture.wait_begun()
        capture.end(signal.SIGKILL)
    assert wait_until(lambda: len(network.ports(user.bridge)) == 1)
    assert wait_until(lambda: set(processes.of_user(user.uid)) == {
        machine.pid, processes.parent(machine.pid)})


def test_a_bridge_of_another_user_is_refused(machine, bob):
    said = refused(bob, "capture", machine.user.bridge, "-w", "x")
    assert said.startswith(f"owrun: bridge '{machine.user.bridge}' refused: ")


def test_a_name_of_nothing_is_told_as_that(user):
    said = refused(user, "capture", "rooter", "-w", "x")
    assert said.startswith("owrun: no VM 'rooter' is running, and no such bridge is there; ")


@pytest.mark.parametrize("options", [(), ("--no-sandbox", "--nic", "bridge,model=e1000")])
def test_it_ends_with_the_vm(user, guest, options):
    machine = Machine(user, guest, "short", *options).start()
    mac = bytes.fromhex(machine.state["nics"][0]["mac"].replace(":", ""))
    with Capture(user, "short") as capture:
        capture.wait_begun()
        # What the firmware or the kernel of the guest sends first.
        capture.read_until(mac, 60)
        machine.quit()
        status, said = capture.end()
    assert status == 0, said
    assert any(frame[6:12] == mac for frame in frames(capture.data))
