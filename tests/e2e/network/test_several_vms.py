# SPDX-License-Identifier: MIT
"""Several VMs of one user on one bridge: a router and its clients, and many at the same time."""
import re
import time

import pytest

import network
from conftest import OWN_BRIDGE
from machine import Machine, left_of

CLIENTS = 2
MANY = 8


@pytest.fixture
def user(alice):
    yield alice
    assert network.wait_until(lambda: left_of(alice) == []), left_of(alice)


def lease(console):
    """Be a DHCP client on eth0; gives what the client said."""
    code, said = console.run("timeout 20 udhcpc -n -q -f -i eth0 -s /etc/udhcpc.script", 30)
    assert code == 0, said
    return said


def test_clients_get_their_addresses_from_the_router_vm_and_reach_its_page(
        user, either_mode, guest):
    either_mode(OWN_BRIDGE)
    router = Machine(user, guest, "router", "--wan", "none", "--append", "hostname=the-router")
    clients = [Machine(user, guest, f"client{number}", "--wan", "none")
               for number in range(CLIENTS)]
    machines = [router] + clients
    for machine in machines:
        machine.start()
    assert network.ports(user.bridge) == {machine.interface for machine in machines}
    for machine in machines:
        machine.wait_ready()
    # The guests are all alike: routers of the same address.
    for client in clients:
        with client.console() as console:
            console.login()
            console.run("killall udhcpd httpd; ip addr flush dev eth0")
    addresses = set()
    for client in clients:
        with client.console() as console:
            console.login()
            said = lease(console)
            assert "obtained from 192.168.1.1" in said
            addresses.add(re.search(r"lease of (\S+) obtained", said)[1])
            page = console.run("timeout 10 wget -q -O - http://192.168.1.1/")[1]
            assert "owvm demo router" in page and "the-router" in page
    assert len(addresses) == CLIENTS
    for machine in machines:
        machine.stop()
    assert network.wait_until(lambda: network.made_by_netd() == set())


def test_eight_vms_start_in_parallel_and_all_come_up(user, netd, guest):
    netd(OWN_BRIDGE)
    machines = [Machine(user, guest, f"vm{number}", "--forward", "wan:0:80", "--memory", "128M")
                for number in range(MANY)]
    started = time.monotonic()
    for process in [machine.spawn("-d") for machine in machines]:
        assert process.wait(60) == 0
    for machine in machines:
        machine.state = machine.listed()
    assert network.ports(user.bridge) == {machine.interface for machine in machines}
    # Ports of the host that were picked at the same time are different ones.
    forwards = [machine.state["forwards"][0] for machine in machines]
    assert len(set(forwards)) == MANY
    for machine in machines:
        machine.wait_ready(120)
    print(f"{MANY} VMs up after {time.monotonic() - started:.1f} s")
    for machine in machines:
        machine.quit()
    assert network.wait_until(lambda: network.made_by_netd() == set())
