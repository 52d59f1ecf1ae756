# SPDX-License-Identifier: MIT
"""Forwards by the LAN: what a policy, a host or a quota has against them, and other addresses."""
import json
import os
import pathlib
import socket

import pytest

import network
import service
from conftest import OWN_BRIDGE
from machine import Machine, done_well, left_of, owrun


@pytest.fixture
def user(alice):
    yield alice
    assert network.wait_until(lambda: left_of(alice) == []), left_of(alice)


def vm(user, guest, *options):
    return Machine(user, guest, "vm", *options)


def page(machine, number=0):
    address, port, _ = machine.status()["forwards"][number].split(":", 2)
    address = "127.0.0.1" if address == "0.0.0.0" else address
    with socket.create_connection((address, int(port)), 20) as connection:
        connection.sendall(b"GET / HTTP/1.0\r\n\r\n")
        return connection.makefile().read()


def test_both_ways_to_start_netd_give_the_forwarder_its_port(user, either_mode, guest):
    either_mode(OWN_BRIDGE)
    machine = vm(user, guest, "--forward", "0.0.0.0:0:80").boot()
    try:
        assert "owvm demo router" in page(machine)
    finally:
        machine.quit()


def test_a_policy_without_netns_is_told_with_the_option_that_lacks(user, netd, guest, bridge):
    netd(f"permit group owvm bridge {bridge} taps 4\n")
    said = vm(user, guest, "--lan", bridge, "--forward", "0:80").refused()
    assert "netns" in said and "'wan:" in said, said
    machine = vm(user, guest, "--lan", bridge, "--forward", "wan:0:80").start()
    machine.quit()


def test_a_quota_counts_the_forwarders_port(user, netd, guest):
    netd("permit group owvm bridge ow-%U create taps 1\n")
    said = vm(user, guest, "--forward", "0:80").refused()
    assert said.startswith("forward: ") and "1" in said, said
    assert network.wait_until(lambda: network.made_by_netd() == set())


@pytest.fixture
def no_netd(installed):
    """A host that has neither service nor helper."""
    os.rename(service.NETD, service.NETD + ".away")
    yield
    os.rename(service.NETD + ".away", service.NETD)


def test_without_netd_the_lan_is_a_user_network_and_forwards_lead_there(user, guest, no_netd):
    machine = vm(user, guest, "--forward", "0:80").boot()
    try:
        assert "owvm demo router" in page(machine)
        rows = json.loads(done_well(user, "forward", "ls", "--json", "vm").stdout)
        assert [row["by"] for row in rows] == ["user network"]
        added = done_well(user, "forward", "add", "vm", "0:80").stdout.split(":")[2]
        assert "owvm demo router" in page(machine, 1)
        done_well(user, "forward", "rm", "vm", added)
        assert len(machine.status()["forwards"]) == 1
        assert not pathlib.Path(machine.state["directory"], "forward.pid").exists()
    finally:
        machine.quit()


def test_the_guests_address_is_told_by_option_and_by_vm_conf(user, netd, guest):
    netd(OWN_BRIDGE)
    machine = vm(user, guest, "--guest-address", "10.77.0.1", "--forward", "0:80")
    directory = machine.create()
    assert "guest-address = 10.77.0.1\n" in (directory / "vm.conf").read_text(encoding="utf-8")
    machine.as_kept().boot()
    try:
        status = machine.status()
        assert status["guest_address"] == "10.77.0.1"
        obstacle, = status["obstacles"].values()
        assert "nobody answers ARP for 10.77.0.1" in obstacle
        with machine.console() as console:
            console.login()
            console.run("ip addr add 10.77.0.1/24 dev eth0; httpd -p 10.77.0.1:80 -h /www")
        assert "owvm demo router" in page(machine)
    finally:
        machine.quit()
        owrun(user, "rm", "vm")


def test_an_address_on_the_lan_that_somebody_has_is_not_taken(user, netd, guest):
    netd(OWN_BRIDGE)
    other = Machine(user, guest, "other").boot()
    machine = vm(user, guest, "--forward", "0:80")
    try:
        with other.console() as console:
            console.login()
            # All that would be tried first.
            console.run("ip addr del 192.168.1.1/24 dev eth0; for i in 250 251 252 253 254; do "
                        "ip addr add 192.168.1.$i/24 dev eth0; done")
            machine.boot()
            assert "owvm demo router" in page(machine)
        with machine.console() as console:
            console.login()
            said = console.run("cat /proc/net/arp")[1]
        addresses = {line.split()[0] for line in said.splitlines()[1:]}
        taken = {f"192.168.1.{last}" for last in range(250, 255)}
        assert addresses and not addresses & taken, said
    finally:
        machine.quit()
        other.quit()
