# SPDX-License-Identifier: MIT
"""Bridges that are not owvm's: what the administrator, STP and br_netfilter make of them is told,
and the commands mend it."""
import contextlib
import pathlib

import pytest

import frames
import network
from diagnosis import Diagnosis, carry_out
from machine import Machine, owrun

LAB = "permit group owvm bridge br-lab taps 4 netns mac any\n"
DELAY = 2  # seconds: the least that the kernel takes


@pytest.fixture
def lab(netd, bridge):
    """An administrator's bridge with an address, on which nothing is to be said."""
    network.command("ip", "link", "set", bridge, "address", "52:54:00:01:02:03", "up")
    delay = ("forward_delay", str(100 * DELAY))
    network.command("ip", "link", "set", bridge, "type", "bridge", *delay)
    return netd(LAB)


@pytest.fixture
def stp(lab, bridge):
    network.command("ip", "link", "set", bridge, "type", "bridge", "stp_state", "1")
    return lab


def test_a_bridge_in_order_is_no_line(lab, alice):
    assert not Diagnosis(alice).has("bridge")


def test_a_bridge_with_stp_is_told_by_doctor_whose_command_ends_it(stp, alice, bridge):
    warning = Diagnosis(alice).of("bridge")
    assert warning["state"] == "warning" and f"nothing for {2 * DELAY} s" in warning["text"]
    carry_out(warning)
    assert not Diagnosis(alice).has("bridge")


def test_a_start_on_a_bridge_with_stp_says_that_it_is_silent_at_first(stp, alice, guest, bridge):
    machine = Machine(alice, guest, "waits", "--lan", bridge, "--wan", "none")
    network.command("ip", "link", "set", bridge, "type", "bridge", "forward_delay", "3000")
    done = owrun(alice, "run", "-d", *machine.arguments)
    try:
        assert f"'{bridge}' runs STP: a new port there passes nothing for 60 s" in done.stderr
        waits = Diagnosis(alice, "--vm", "waits").of("lan")
        assert waits["state"] == "warning" and "passes nothing yet" in waits["text"]
        network.command("ip", "link", "set", bridge, "down")
        down = Diagnosis(alice, "--vm", "waits").of("lan")
        assert down["state"] == "broken" and f"bridge '{bridge}' is down" in down["text"]
        assert Diagnosis(alice).of("bridge", "is down")["state"] == "broken"
        carry_out(down)
        assert Diagnosis(alice, "--vm", "waits").of("lan")["state"] == "warning"
    finally:
        owrun(alice, "stop", "--timeout", "0", "waits")


def test_a_client_of_a_bridge_with_stp_is_told_and_waits_longer(stp, alice, bridge):
    done = owrun(alice, "lan", "--address", "10.9.0.2/24", bridge, "true")
    assert done.returncode == 0 and f"bridge '{bridge}' runs STP" in done.stderr
    done = owrun(alice, "lan", "--timeout", "1", bridge, "true")
    assert "runs STP" in done.stderr and "no DHCP server answered" in done.stderr


def test_a_bridge_whose_uplink_is_unplugged_is_told(lab, alice, bridge):
    network.command("ip", "link", "add", "up0", "type", "veth", "peer", "name", "far0")
    try:
        network.command("ip", "link", "set", "up0", "master", bridge, "up")
        warning = Diagnosis(alice).of("bridge")
        assert warning["state"] == "warning" and "'up0' has no carrier" in warning["text"]
        network.command("ip", "link", "set", "far0", "up")
        assert network.wait_until(lambda: not Diagnosis(alice).has("bridge"))
    finally:
        network.delete_link("up0")


def test_a_pattern_of_a_rule_means_the_bridges_that_are_there(netd, alice, bridge):
    netd("permit group owvm bridge br-* taps 4\ndeny group owvm bridge br-other\n")
    network.add_bridge("br-other")
    try:
        network.command("ip", "link", "set", bridge, "type", "bridge", "stp_state", "1")
        network.command("ip", "link", "set", "br-other", "type", "bridge", "stp_state", "1")
        told = [row["text"] for row in Diagnosis(alice).findings if "STP" in row["text"]]
    finally:
        network.delete_link("br-other")
    assert len(told) == 1 and f"'{bridge}'" in told[0]


@contextlib.contextmanager
def two_taps(running, alice, bridge):
    """Ports of two VMs of alice's, as (tap, address)."""
    with contextlib.ExitStack() as stack:
        made = []
        for _ in range(2):
            reply = stack.enter_context(running.request(alice, alice.tap(bridge)))
            made.append((network.Tap(reply.fd, reply.interface), reply.mac))
        yield made


def passes(ports):
    """Does a datagram get from one to the other?"""
    (sender, mac), (receiver, other) = ports
    frame = frames.udp(other, mac, "10.9.0.1", "10.9.0.2", 7, b"anybody there?")
    return frames.hears(sender, mac, frame, receiver)


def test_a_forward_chain_that_drops_is_told_and_mended(lab, alice, bridge):
    if not network.set_bridge_filter(True):
        pytest.skip("this kernel has no br_netfilter")
    network.command("iptables", "-P", "FORWARD", "DROP")
    network.add_interface("docker0")
    try:
        with two_taps(lab, alice, bridge) as ports:
            assert not passes(ports)
            warning = Diagnosis(alice).of("br-filter")
            assert warning["state"] == "warning" and "Docker" in warning["text"]
            carry_out(warning)
            assert passes(ports)
    finally:
        network.command("iptables", "-F", "FORWARD")
        network.command("iptables", "-P", "FORWARD", "ACCEPT")
        network.set_bridge_filter(False)
        network.delete_link("docker0")


def test_a_bridge_that_asks_iptables_by_itself_is_told_and_mended(lab, alice, bridge):
    switch = pathlib.Path(f"/sys/class/net/{bridge}/bridge/nf_call_iptables")
    if not network.set_bridge_filter(False) or not switch.exists():
        pytest.skip("this kernel has no br_netfilter")
    switch.write_text("1\n", encoding="ascii")
    warning = Diagnosis(alice).of("bridge")
    assert warning["state"] == "warning" and "FORWARD" in warning["text"]
    carry_out(warning)
    assert not Diagnosis(alice).has("bridge")
