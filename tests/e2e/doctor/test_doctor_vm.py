# SPDX-License-Identifier: MIT
"""owrun doctor and running VMs: what it sees of one from outside, and what its commands mend."""
import os
import pathlib
import signal
import socket
import time

import pytest

import network
import service
from conftest import OWN_BRIDGE
from diagnosis import Diagnosis, carry_out
from machine import Machine, left_of, owrun

ELSEWHERE = "10.99.0.1"  # an address of the host that QEMU does not answer for


@pytest.fixture(scope="module")
def router(alice, guest):
    service.write_policy(OWN_BRIDGE)
    netd = service.Service()
    netd.start()
    machine = Machine(alice, guest, "router", "--forward", "0:80", "--forward", "0:22",
                      "--forward", "0.0.0.0:0:8081", "--forward", "0:53/udp").start()
    machine.wait_ready()
    yield machine
    machine.stop()
    assert network.wait_until(lambda: left_of(alice) == []), left_of(alice)
    assert network.wait_until(lambda: not network.made_by_netd())
    netd.close()
    service.remove_policy()


@pytest.fixture(scope="module")
def console(router):
    with router.console() as connected:
        connected.login()
        # The address of the WAN comes a little later.
        assert connected.run("until ip addr show dev eth1 | grep -q 10.0.2.15; do sleep 0.1; "
                             "done")[0] == 0
        yield connected


def look(router):
    return Diagnosis(router.user, "--vm", router.name)


def forward(router, guest_port):
    return next(text for text in router.state["forwards"]
                if text.split("/")[0].endswith(f":{guest_port}"))


def test_t21_ping_through_the_user_network_needs_the_sysctl_that_doctor_prints(router, console):
    sysctl = pathlib.Path("/proc/sys/net/ipv4/ping_group_range")
    network.add_interface("elsewhere0")
    try:
        network.command("ip", "addr", "add", f"{ELSEWHERE}/24", "dev", "elsewhere0")
        network.command("ip", "link", "set", "elsewhere0", "up")
        sysctl.write_text("1 0\n", encoding="ascii")
        closed = Diagnosis(router.user).of("ping")
        assert closed["state"] == "warning"
        assert closed["command"] == 'sudo sysctl -w net.ipv4.ping_group_range="0 2147483647"'
        assert console.run(f"ping -q -c 1 -W 2 {ELSEWHERE}")[0] != 0
        carry_out(closed)
        assert Diagnosis(router.user).of("ping")["state"] == "ok"
        assert console.run(f"ping -q -c 1 -W 2 {ELSEWHERE}")[0] == 0
    finally:
        sysctl.write_text("0 2147483647\n", encoding="ascii")
        network.delete_link("elsewhere0")


def test_t22_a_vm_that_is_well_is_tested_from_outside(router, console):
    seen = look(router)
    assert seen.status == 0
    assert str(router.pid) in seen.of("alive")["text"]
    assert seen.of("qmp")["state"] == seen.of("lan")["state"] == "ok"
    assert router.interface in seen.of("lan")["text"]
    page = seen.of("forward", forward(router, 80))
    assert page["state"] == "ok" and "HTTP/1." in page["text"]
    assert "UDP" in seen.of("forward", forward(router, 53))["text"]
    assert "cannot be seen from outside" in seen.of("wan")["text"]


def test_t22_a_port_where_nobody_in_the_guest_listens_is_seen(router, console):
    closed = look(router).of("forward", forward(router, 22))
    assert closed["state"] == "warning"
    assert "192.168.1.1 refuses port 22: nobody listens there" in closed["text"]


def test_t22_a_guest_that_says_nothing_is_seen(router, console):
    console.run("ip link set eth0 down")
    try:
        mute = look(router).of("forward", forward(router, 80))
    finally:
        console.run("ip link set eth0 up")
    assert mute["state"] == "warning"
    assert "192.168.1.1 does not answer at port 80" in mute["text"] or (
        "nobody answers ARP for 192.168.1.1" in mute["text"])


def test_t22_a_port_that_is_down_is_found_and_mended(router):
    network.command("ip", "link", "set", router.interface, "down")
    try:
        down = look(router).of("lan")
        assert down["state"] == "broken" and "is down" in down["text"]
        carry_out(down)
        assert look(router).of("lan")["state"] == "ok"
    finally:
        network.command("ip", "link", "set", router.interface, "up")


def test_t22_a_paused_guest_is_seen(router, console):
    with socket.socket(socket.AF_UNIX) as monitor:
        monitor.connect(str(pathlib.Path(router.state["directory"], "monitor.sock")))
        monitor.sendall(b"stop\n")
        try:
            assert network.wait_until(lambda: "is paused" in look(router).of("qmp")["text"], 20)
            assert look(router).status == 1
            assert "forward" not in {finding["check"] for finding in look(router).findings}
        finally:
            monitor.sendall(b"cont\n")
            assert network.wait_until(lambda: look(router).of("qmp")["state"] == "ok", 20)


def test_t22_a_qemu_that_hangs_is_told_in_time(router, console):
    os.kill(router.pid, signal.SIGSTOP)
    try:
        start = time.monotonic()
        seen = look(router)
        assert time.monotonic() - start < 20
    finally:
        os.kill(router.pid, signal.SIGCONT)
    assert seen.of("alive")["state"] == "ok"
    assert seen.of("qmp")["state"] == "broken" and "does not answer" in seen.of("qmp")["text"]


def test_t22_a_vm_that_does_not_run_is_told(router, bob):
    for user, name in ((router.user, "nobody"), (bob, router.name), (bob, "../x")):
        seen = Diagnosis(user, "--vm", name)
        assert [finding["check"] for finding in seen.of_state("broken")] == ["alive"]


def test_a_port_is_looked_for_on_the_bridge_of_its_own_nic(alice, router, guest):
    machine = Machine(alice, guest, "kept", "--nic", "user", "--nic", "bridge")
    directory = machine.create()
    machine.as_kept().name = "kept"
    machine.start()
    try:
        by_name = Diagnosis(alice, "--vm", "kept")
        assert by_name.of("lan")["state"] == "ok" and by_name.status == 0
        assert f"'{alice.bridge}'" in by_name.of("lan")["text"]
        by_path = Diagnosis(alice, "--vm", str(directory))
        assert by_path.of("alive")["text"] == by_name.of("alive")["text"]
    finally:
        machine.quit()
        owrun(alice, "rm", "kept")


def test_t27_the_rule_for_ufw_is_named_for_forwards_that_others_reach(router, console):
    conf = pathlib.Path("/etc/ufw/ufw.conf")
    assert "not enabled" in Diagnosis(router.user).of("firewall")["text"]
    conf.parent.mkdir(exist_ok=True)
    conf.write_text("ENABLED=yes\n", encoding="ascii")
    try:
        hint = Diagnosis(router.user).of("firewall")
    finally:
        conf.unlink()
    opened = forward(router, 8081)
    assert opened in hint["text"]
    assert hint["command"] == f"sudo ufw allow {opened.split(':')[1]}/tcp"
