# SPDX-License-Identifier: MIT
"""owvm-bridge-helper in the place of qemu-bridge-helper: Debian's QEMU by its own options."""
import fcntl
import os
import signal
import socket
import struct
import subprocess
import termios

import pytest

import network
import owvm
import service
from conftest import OWN_BRIDGE
from network import Tap
from qemu import HELPER, Qemu, answers_arp, assert_gone, assert_reachable, netdev

LAB = "permit group owvm bridge br-lab taps 2 dhcp-server\n"
QEMUS_OWN = "/usr/lib/qemu/qemu-bridge-helper"


def refusal(machine):
    """What QEMU prints before its own line, after it ended for want of a network."""
    status, errors = machine.wait_end()
    lines = errors.splitlines()
    assert status == 1 and len(lines) == 2, errors
    assert lines[1].startswith("qemu-system-x86_64: ") and lines[1].endswith("bridge helper failed")
    return lines[0]


def alias(interface):
    return network.links()[interface]["ifalias"].split()


@pytest.mark.smoke
def test_a_guest_on_a_netdev_bridge_is_reached_until_qemu_dies(netd, alice, guest):
    netd(OWN_BRIDGE)
    with Qemu(alice, guest, netdev(alice.bridge)) as machine:
        assert "guest=any" in alias(machine.wait_port(alice.bridge))
        machine.wait_ready()
        assert_reachable(alice.bridge)
    assert_gone(alice.bridge)


def test_a_guest_with_a_declared_address_is_reached_on_a_shared_bridge(
        helper, bridge, alice, guest):
    running = helper(LAB)
    mac = alice.mac()
    lan = netdev(bridge, f"owvm-bridge-helper --mac={mac} --label=router")
    with Qemu(alice, guest, lan, device=f"virtio-net-pci,mac={mac}") as machine:
        interface = machine.wait_port(bridge)
        assert {f"guest={mac}", "label=router", f"uid={alice.uid}"} <= set(alias(interface))
        machine.wait_ready()
        assert answers_arp(bridge)
        assert_reachable(bridge)
    # The tap goes with QEMU; its cable, of whose end nobody hears, with the next request.
    assert network.wait_until(lambda: interface not in network.links())
    running.request(alice, owvm.pack_nets())
    assert_gone(bridge)


def test_a_guest_with_another_address_than_the_declared_one_is_not_reached(
        netd, bridge, alice, guest):
    netd(LAB)
    lan = netdev(bridge, f"owvm-bridge-helper --mac={alice.mac()}")
    with Qemu(alice, guest, lan, device=f"virtio-net-pci,mac={alice.mac()}") as machine:
        machine.wait_ready()
        assert not answers_arp(bridge)


def test_a_guest_on_a_netdev_tap_is_reached(netd, alice, guest):
    netd(OWN_BRIDGE)
    with Qemu(alice, guest, netdev(alice.bridge, kind="tap")) as machine:
        machine.wait_ready()
        assert_reachable(alice.bridge)
    assert_gone(alice.bridge)


@pytest.mark.parametrize("kind", ("bridge", "tap"))
def test_a_refusal_is_told_by_qemu_in_netds_words(either_mode, alice, guest, kind):
    either_mode(OWN_BRIDGE)
    told = refusal(Qemu(alice, guest, netdev("br-lab", kind=kind)))
    assert told == (
        f"owvm-bridge-helper: bridge 'br-lab' refused: no rule permits uid {alice.uid} to use "
        "bridge 'br-lab'; an administrator can add to /etc/owvm/policy.conf: "
        f"permit user {alice.uid} bridge br-lab")
    assert network.made_by_netd() == set()


def test_without_a_bridge_qemu_asks_for_br0(netd, alice, guest):
    netd(OWN_BRIDGE)
    for lan in (f"bridge,id=lan,helper={HELPER}", f"tap,id=lan,helper={HELPER}"):
        assert "bridge 'br0' refused: " in refusal(Qemu(alice, guest, lan))


def test_who_declares_no_address_is_told_how_and_it_works(netd, bridge, alice, guest):
    netd(LAB)
    told = refusal(Qemu(alice, guest, netdev(bridge)))
    assert "none was declared; declare one with " in told
    example = told.split("such as '")[1][:17]
    helper = told.split('helper="')[1].split('"')[0].replace("MAC", example)
    device = "virtio-net-pci," + told.split("the same ")[1].split()[0].replace("MAC", example)
    with Qemu(alice, guest, netdev(bridge, helper), device=device, paused=True) as machine:
        assert f"guest={example}" in alias(machine.wait_port(bridge))


def test_a_quota_holds_for_netdev_bridge_too(netd, alice, guest):
    netd("permit group owvm bridge ow-%U create taps 1\n")
    with Qemu(alice, guest, netdev(alice.bridge), paused=True) as machine:
        machine.wait_port(alice.bridge)
        told = refusal(Qemu(alice, guest, netdev(alice.bridge), paused=True))
        assert f"bridge '{alice.bridge}' refused: " in told
        assert len(network.ports(alice.bridge)) == 1


def test_a_user_outside_the_group_is_told_so(netd, carol, guest):
    netd(OWN_BRIDGE)
    assert "you are not in group 'owvm'" in refusal(Qemu(carol, guest, netdev(carol.bridge)))


def test_where_there_is_no_netd_at_all_the_sentence_says_so(nothing_left, alice, guest):
    os.rename(service.NETD, service.NETD + ".away")
    try:
        assert "owvm-netd is not there: " in refusal(Qemu(alice, guest, netdev(alice.bridge)))
    finally:
        os.rename(service.NETD + ".away", service.NETD)


def test_without_new_privileges_the_file_capability_is_void(helper, alice, guest):
    helper(OWN_BRIDGE)
    # QEMU's sandbox sets no_new_privs; the service does not care.
    status, errors = Qemu(alice, guest, netdev(alice.bridge), "-sandbox", "on",
                          paused=True).wait_end()
    assert status == 1 and "owvm-netd: no capability CAP_NET_ADMIN" in errors


def test_qemus_sandbox_is_borne_but_for_spawn_deny(netd, alice, guest):
    netd(OWN_BRIDGE)
    sandbox = "on,obsolete=deny,elevateprivileges=deny,resourcecontrol=deny"
    with Qemu(alice, guest, netdev(alice.bridge), "-sandbox", sandbox, paused=True) as machine:
        machine.wait_port(alice.bridge)
    # QEMU may not even fork then: the kernel ends it without a word, whatever the helper is.
    status, errors = Qemu(alice, guest, netdev(alice.bridge), "-sandbox", sandbox + ",spawn=deny",
                          paused=True).wait_end()
    assert (status, errors) == (-signal.SIGSYS, "")


def test_in_the_place_of_qemus_own_helper_it_needs_no_option(netd, alice, guest):
    netd(OWN_BRIDGE)
    network.command("mount", "--bind", HELPER, QEMUS_OWN)
    try:
        with Qemu(alice, guest, f"bridge,id=lan,br={alice.bridge}", paused=True) as machine:
            machine.wait_port(alice.bridge)
    finally:
        network.command("umount", QEMUS_OWN)


def run_helper(user, *options):
    """Run it as QEMU does. Gives what completed, the bytes that came and the taps."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        done = user.run(HELPER, *options, f"--fd={theirs.fileno()}", pass_fds=[theirs.fileno()])
        theirs.close()
        data, fds, _, _ = socket.recv_fds(ours, 16, 4)
    return done, data, fds


def test_the_tap_comes_with_one_byte_and_always_has_a_virtio_header(either_mode, alice):
    either_mode(OWN_BRIDGE)
    for option in ("--use-vnet", "--label=vm"):
        done, data, fds = run_helper(alice, f"--br={alice.bridge}", option)
        with Tap(fds[0], "") as tap:
            assert (done.returncode, done.stdout, data, len(fds)) == (0, "", b"\0", 1)
            assert tap.flags() & network.IFF_VNET_HDR
        remark = "the tap has a virtio-net header although '--use-vnet' was not given"
        assert (remark in done.stderr) == (option != "--use-vnet")
        assert len(done.stderr.splitlines()) == (option != "--use-vnet")


def test_a_refused_caller_gets_nothing_over_the_socket(netd, alice):
    netd(OWN_BRIDGE)
    done, data, fds = run_helper(alice, "--br=br-lab", "--use-vnet")
    assert (done.returncode, done.stdout, data, fds) == (1, "", b"", [])
    assert len(done.stderr.splitlines()) == 1


def test_who_reads_stderr_late_is_waited_for_but_not_for_ever(alice):
    """libvirt tells its user what it has read by the time that the helper's socket closes."""
    def start():
        return subprocess.Popen((HELPER, "--br=br-lab"), user=alice.uid, group=alice.gid,
                                stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    with start() as late, start() as never:
        assert network.wait_until(lambda: unread(late) > 0 and unread(never) > 0)
        with pytest.raises(subprocess.TimeoutExpired):
            late.wait(0.3)
        assert b"'--fd=N' is missing" in late.stderr.read1()
        assert late.wait(0.5) == 1
        assert never.wait(5) == 1


def unread(process):
    """Bytes in the pipe of its stderr."""
    return struct.unpack("i", fcntl.ioctl(process.stderr, termios.FIONREAD, bytes(4)))[0]


def test_a_bridge_that_is_down_is_told(netd, bridge, alice):
    netd(LAB)
    network.command("ip", "link", "set", bridge, "down")
    done, _, fds = run_helper(alice, f"--br={bridge}", f"--mac={alice.mac()}", "--use-vnet")
    for fd in fds:
        os.close(fd)
    assert done.returncode == 0 and len(fds) == 1
    assert done.stderr == ("owvm-bridge-helper: bridge 'br-lab' is down; "
                           "an administrator can set it up\n")


@pytest.mark.parametrize("options, sentence", (
    ((), "'--br=BRIDGE' is missing"),
    (("--br=br-lab",), "'--fd=N' is missing"),
    (("--br=a-name-that-is-long", "--fd=0"), "'--br=a-name-that-is-long': a bridge's name"),
    (("--br=br-lab", "--fd=0"), "'--fd=0': Socket operation on non-socket"),
    (("--br=br-lab", "--fd=99"), "'--fd=99': Bad file descriptor"),
    (("--br", "br-lab"), "'--br' is not understood"),
))
def test_a_mistake_in_the_command_line_costs_one_sentence_and_no_port(
        netd, alice, options, sentence):
    running = netd("permit group owvm bridge br-lab create mac any dhcp-server\n")
    done = alice.run(HELPER, *options)
    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (1, "", 1)
    assert done.stderr.startswith(f"owvm-bridge-helper: {sentence}")
    assert network.made_by_netd() == set() and running.pid


def test_help_and_version_are_for_standard_output(alice):
    told = alice.run(HELPER, "--help")
    assert (told.returncode, told.stderr) == (0, "") and "--use-vnet" in told.stdout
    told = alice.run(HELPER, "--version")
    assert (told.returncode, told.stderr) == (0, "")
    assert told.stdout.startswith("owvm-bridge-helper ")


def test_the_helper_has_no_privilege_whatever(installed):
    done = subprocess.run(("getcap", HELPER), capture_output=True, text=True, check=True)
    assert done.stdout == "" and os.stat(HELPER).st_mode & 0o6022 == 0
