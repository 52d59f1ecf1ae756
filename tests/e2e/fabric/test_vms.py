# SPDX-License-Identifier: MIT
"""VMs on two hosts of a fabric: a router on one of them, clients on both, one user with VMs of one
name, and a VM that moves."""
import json
import pathlib
import re

import pytest

import fabric
import network
from lan import lan_well
from machine import Machine, owrun

HOSTS = 2
POLICY = ("permit user alice bridge br-lab dhcp-server\n"
          "permit user bob bridge br-lab netns taps 20\n")
ROUTER = "192.168.1.1"
ON_THE_BRIDGE = ("--nic", f"bridge={fabric.BRIDGE}")


@pytest.fixture(name="router", scope="module")
def fixture_router(hosts, alice, guest):
    """alice's, on the first host, with a DHCP server on the bridge."""
    machine = Machine(alice, guest, "router", *ON_THE_BRIDGE)
    with hosts[0]:
        machine.boot()
        yield machine
        machine.quit()


def quiet(user, guest, name):
    """A VM whose guest does not matter."""
    return Machine(user, guest, name, *ON_THE_BRIDGE)


def mac(machine):
    row, = machine.status()["nics"]
    return row["mac"]


def test_a_client_on_each_host_has_a_lease_of_the_router_on_the_first(router, hosts, bob):
    for host in hosts:
        with host:
            said = lan_well(bob, fabric.BRIDGE, "--", "sh", "-c",
                            f"ip -4 -o addr show dev eth0; ping -c 3 {ROUTER}", timeout=60)
            assert re.search(r"inet 192\.168\.1\.\d+/24", said) and " 0% packet loss" in said


def test_a_guest_learns_what_vxlan_leaves_of_a_frame(router, hosts):
    with hosts[0], router.console() as console:
        console.login()
        assert console.run("cat /sys/class/net/eth0/mtu") == (0, "1450\n")


def test_what_fills_the_mtu_gets_to_the_other_host_whole(router, hosts, bob):
    with hosts[1]:
        said = lan_well(bob, fabric.BRIDGE, "--", "sh", "-c",
                        f"ip link show eth0; ping -M do -s 1422 -c 3 {ROUTER}",
                        timeout=60)
        assert " mtu 1450 " in said and " 0% packet loss" in said


def run_on(host, machine):
    with host:
        machine.start()
        return mac(machine)


def test_vms_of_one_name_on_two_hosts_have_an_address_each(hosts, bob, guest):
    machines = [quiet(bob, guest, "box") for _ in hosts]
    one, other = (run_on(host, machine) for host, machine in zip(hosts, machines))
    assert one != other and one.split(":")[1:5] == other.split(":")[1:5]
    for host, machine in zip(hosts, machines):
        with host:
            machine.quit()
            # And the same each time.
            assert run_on(host, machine) == (one if host is hosts[0] else other)
            machine.quit()


def test_hosts_that_were_copied_with_their_machine_id_are_told_apart_by_netd(hosts, bob, guest):
    """Without the defence of the address: the second one is refused before its guest speaks."""
    first, second = hosts
    machines = [quiet(bob, guest, "twin") for _ in hosts]
    with second:
        second.write_machine_id(f"{first.number:032x}")
    try:
        one = run_on(first, machines[0])
        assert network.wait_until(lambda: one in second.remote())
        with second:
            done = owrun(bob, "run", "-d", *machines[1].arguments)
        assert done.returncode == 1
        assert f"MAC {one} is in use" in done.stderr and "on another host" in done.stderr
    finally:
        with second:
            network.command("umount", "/etc/machine-id")
        with first:
            machines[0].quit()


def test_a_kept_vm_takes_its_address_along(hosts, bob, guest):
    """Both hosts have its directory, as on a share. It can run on one of them at a time."""
    first, second = hosts
    machine = quiet(bob, guest, "mobile")
    with first:
        memory = machine.create() / "remembered.json"
        assert json.loads(memory.read_text(encoding="ascii")) == {"macs": {}}
    machine.as_kept()
    one = run_on(first, machine)
    assert network.wait_until(lambda: one in second.remote())
    assert json.loads(memory.read_text(encoding="ascii")) == {"macs": {"0": one}}
    with second:
        assert f"MAC {one} is in use" in owrun(bob, "run", "-d", "mobile").stderr
    with first:
        machine.quit()
    assert network.wait_until(lambda: one not in second.remote())
    assert run_on(second, machine) == one
    assert network.wait_until(lambda: first.remote().get(one) == second.address)
    with second:
        machine.quit()
    # A copy has an address of its own, a new name does not change it.
    for words in (("clone", "mobile", "copy"), ("rename", "mobile", "renamed")):
        assert owrun(bob, *words).returncode == 0
    known = [json.loads((memory.parents[1] / name / memory.name).read_text(encoding="ascii"))
             for name in ("copy", "renamed")]
    assert known == [{"macs": {}}, {"macs": {"0": one}}]
    assert owrun(bob, "rm", "copy", "renamed").returncode == 0


def test_a_kept_vm_from_before_keeps_the_address_by_its_name(hosts, bob, guest):
    """One of an owrun that knew of no hosts remembers nothing of addresses."""
    machines = [quiet(bob, guest, "older").as_kept() for _ in hosts]
    with hosts[0]:
        quiet(bob, guest, "older").create()
        pathlib.Path(bob.home, ".local/share/owvm/older/remembered.json").unlink()
    addresses = set()
    for host, machine in zip(hosts, machines):
        addresses.add(run_on(host, machine))
        with host:
            machine.quit()
        assert network.wait_until(lambda: not hosts[1].remote().keys() & addresses)
    assert len(addresses) == 1
    with hosts[0]:
        assert owrun(bob, "rm", "older").returncode == 0
