# SPDX-License-Identifier: MIT
"""The bridge that leads out, as owvm-netd(8) has it: systemd-networkd makes it of the manual's
files, and a VM reaches by it a machine beyond the host that knows no way back to the VM."""
import pathlib
import re

import pytest

import host_programs
import network
import service
from machine import Machine

MANUAL = pathlib.Path(__file__).resolve().parents[3] / "netd/man/owvm-netd.8"
SECTION = r"^\.Ss A bridge that leads out\n(.*?)^\.S[hs] "
BEYOND, HOST = "203.0.113.2", "203.0.113.1"


def shown():
    """The manual's two files, and its rule."""
    text = re.search(SECTION, MANUAL.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)[1]
    files = re.findall(r"^\.Bd -literal[^\n]*\n(.*?)^\.Ed$", text, re.MULTILINE | re.DOTALL)
    return *files, re.search(r"^\.Dl (permit .*)$", text, re.MULTILINE)[1]


@pytest.fixture
def bridge(installed):
    netdev, settings, rule = shown()
    directory = pathlib.Path("/etc/systemd/network")
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "50-br-wan.netdev").write_text(netdev, encoding="ascii")
    (directory / "50-br-wan.network").write_text(settings, encoding="ascii")
    service.write_policy(rule + "\n")
    with host_programs.udev(), host_programs.networkd():
        assert network.wait_until(lambda: "10.99.0.1/24" in network.command(
            "ip", "-4", "addr", "show", "br-wan", check=False).stdout, host_programs.PATIENCE)
        netd = service.Service()
        netd.start()
        yield "br-wan"
        assert network.wait_until(lambda: not network.made_by_netd())
        netd.close()
    network.delete_link("br-wan")
    service.remove_policy()


@pytest.fixture
def beyond(bridge):
    """A machine that has no route but to its own network."""
    network.add_bridge("uplink")
    network.command("ip", "addr", "add", f"{HOST}/24", "dev", "uplink")
    with network.Client("uplink", "beyond") as client:
        client.run("ip", "addr", "add", f"{BEYOND}/24", "dev", "eth0")
        yield client
    network.delete_link("uplink")


def test_a_vm_gets_an_address_and_reaches_what_is_beyond_by_the_hosts_nat(alice, guest, beyond):
    machine = Machine(alice, guest, "out", "--nic", "user", "--nic", "bridge=br-wan").boot()
    with machine.console() as console:
        console.login()
        assert network.wait_until(
            lambda: " 10.99.0." in console.run("ip -4 addr show eth1")[1], 30)
        assert "default via 10.99.0.1 dev eth1" in console.run("ip route")[1]
        # Nothing there knows of 10.99.0.0/24.
        assert beyond.run("ip", "route", "get", "10.99.0.9", check=False).returncode != 0
        assert console.run(f"ping -c 1 -W 10 {BEYOND}", 20)[0] == 0
    machine.stop()
