# SPDX-License-Identifier: MIT
"""Clients on the LAN of a router VM, without root: an address, names, pings, its page."""
import json
import os
import pathlib
import shlex
import shutil
import subprocess

import pytest

import network
from lan import ROUTER, UNADDRESSED, Client, lan, lan_refused, lan_well, nothing_left
from machine import Machine, left_of, owrun

FETCH = f"busybox wget -q -O - http://{ROUTER}/"
PAGE = "owvm demo router"
PING = "./ping"


@pytest.fixture(scope="module")
def router(running, alice, guest):
    machine = Machine(alice, guest, "router").boot()
    # A copy has no file capability.
    shutil.copy(shutil.which("ping"), pathlib.Path(alice.home, PING))
    yield machine
    machine.quit()
    assert network.wait_until(lambda: left_of(alice) == []), left_of(alice)


@pytest.fixture(scope="module")
def client(router, alice):
    with Client(alice, "router") as shell:
        yield shell


@pytest.mark.smoke
def test_t33_a_client_gets_an_address_of_the_router_and_reaches_its_page(client):
    mac, address = client.address
    assert address.startswith("192.168.1.") and address != ROUTER
    status, page = client.run(FETCH)
    assert status == 0 and PAGE in page
    assert client.run("ip route show default")[1].startswith(f"default via {ROUTER} dev eth0")
    assert [link["ifname"] for link in network.json.loads(client.run("ip -j link")[1])] == [
        "lo", "eth0"]
    assert mac not in network.command("ip", "addr").stdout


def test_t34_both_ping_each_other(client, router):
    assert client.run(f"{PING} -q -c 1 -W 5 {ROUTER}")[0] == 0
    with router.console() as console:
        console.login()
        assert console.run(f"ping -q -c 1 -W 5 {client.address[1]}")[0] == 0


def test_names_are_asked_of_the_router_inside_and_of_nobody_else_outside(client):
    outside = pathlib.Path("/etc/resolv.conf")
    before = outside.read_bytes() if outside.exists() else None
    assert f"nameserver {ROUTER}\n" in client.run("cat /etc/resolv.conf")[1]
    assert (outside.read_bytes() if outside.exists() else None) == before
    assert before is None or ROUTER.encode() not in before


def test_a_second_client_has_another_address_and_both_hear_each_other(client, alice):
    with Client(alice, "router") as other:
        assert len({client.address[0], other.address[0]}) == 2
        assert len({client.address[1], other.address[1]}) == 2
        assert other.run(f"{PING} -q -c 1 -W 5 {client.address[1]}")[0] == 0
        assert PAGE in other.run(FETCH)[1]


def test_a_client_is_the_user_with_his_groups_and_no_capability(client, alice):
    group = pathlib.Path(alice.home, "of-the-group")
    group.write_text("seen\n", encoding="ascii")
    os.chown(group, 0, alice.groups[-1])
    group.chmod(0o040)
    assert client.run("id -u; id -g")[1].split() == [str(alice.uid), str(alice.gid)]
    assert client.run("cat of-the-group") == (0, "seen\n")
    assert client.run("grep -c '^Cap[IPEA].*0000000000000000$' /proc/self/status")[1] == "4\n"
    assert client.run("ip addr add 192.168.1.7/24 dev eth0 2>&1")[0] != 0


def test_root_is_root_there_alone(router, alice):
    secret = pathlib.Path("/etc/secret-of-root")
    secret.write_text("secret\n", encoding="ascii")
    secret.chmod(0o600)
    script = (f"id -u; ip addr add 192.168.1.7/24 dev eth0 && {PING} -q -c 1 -W 5 {ROUTER} >&2 && "
              f"cat {secret}")
    done = lan(alice, "router", *UNADDRESSED, "--root", "--", "sh", "-c", script)
    assert done.stdout == "0\n" and "1 received" in done.stderr, done
    assert "Permission denied" in done.stderr


def test_an_address_may_be_given(router, alice):
    shown = lan_well(alice, "router", "--address", "192.168.1.9/24", "--name", "lan0",
                     "ip", "-j", "-4", "addr", "show", "lan0")
    (address,) = network.json.loads(shown)[0]["addr_info"]
    assert (address["local"], address["prefixlen"]) == ("192.168.1.9", 24)
    shown = lan_well(alice, "router", *UNADDRESSED, "ip", "-j", "addr", "show", "eth0")
    assert [one["family"] for one in network.json.loads(shown)[0]["addr_info"]] in (["inet6"], [])


def test_umask_and_home_do_not_matter(router, alice):
    def prepare():
        os.umask(0o077)
    done = lan(alice, "router", "--", "sh", "-c", f"umask; cat /etc/resolv.conf; {FETCH}",
               preexec_fn=prepare, env={"HOME": ""})
    assert done.returncode == 0, done
    assert done.stdout.startswith("0077\n") and ROUTER in done.stdout and PAGE in done.stdout


def test_a_name_of_both_a_bridge_and_a_vm_is_the_bridges_and_that_is_said(router, alice):
    network.add_bridge("router")
    try:
        done = lan(alice, "router", *UNADDRESSED, "true")
    finally:
        network.delete_link("router")
    assert done.returncode == 125
    first, second = done.stderr.splitlines()
    assert first == "owrun: 'router' is a bridge and a VM: the bridge is taken"
    assert "bridge 'router' refused" in second


def test_ports_tells_clients_from_vms(router, client, alice):
    ports = network.json.loads(owrun(alice, "ports", "--json").stdout)
    assert {(port["vm"], port["client"]) for port in ports} == {("router", None), (None, "eth0")}


def test_a_vm_that_is_there_and_does_not_answer_is_named(router, alice):
    with router.console() as console:
        console.login()
        console.run("killall -STOP udhcpd")
        try:
            said = lan_refused(alice, alice.bridge, "--timeout", "2", "true")
        finally:
            console.run("killall -CONT udhcpd")
    assert said == (f"no DHCP server answered on bridge '{alice.bridge}' within 2 s: VM 'router' "
                    "is on it; '--address CIDR' or '--address none' does without a lease")


RECORD = """
import json, socket, sys
sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
sock.bind(("eth0", 0))
print("ready", flush=True)
sock.settimeout(0.2)
heard = set()
for line in sys.stdin:
    while True:
        try:
            heard.add(sock.recv(65536)[6:12].hex(":"))
        except TimeoutError:
            break
    print(json.dumps(sorted(heard)), flush=True)
"""


def test_two_users_with_the_same_network_do_not_hear_each_other(router, client, alice, bob):
    """bob's router is a client of his, with the same address."""
    serve = f"mkdir -p www && echo of bob >www/index.html && busybox httpd -p 80 -h www"
    with Client(bob, bob.bridge, "--root", "--address", f"{ROUTER}/24", script=serve) as other:
        with Client(bob, bob.bridge, "--root", "--address", "192.168.1.50/24") as his:
            recorder = subprocess.Popen(
                ("nsenter", f"--net=/proc/{his.keeper}/ns/net", "/usr/bin/python3", "-c", RECORD),
                text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
            assert recorder.stdout.readline() == "ready\n"
            assert his.run(FETCH) == (0, "of bob\n")
            for _ in range(3):
                assert PAGE in client.run(FETCH)[1]
            client.run(f"{PING} -q -c 3 -i 0.2 -b 192.168.1.255")
            heard = recorder.communicate("\n", timeout=20)[0]
            heard = set(network.json.loads(heard))
            assert other.address[0] in heard and his.address[0] in heard
            assert heard <= {other.address[0], his.address[0]}
    assert network.wait_until(lambda: bob.bridge not in network.links())


def iperf(client, *arguments):
    """Mbit/s that arrived."""
    status, printed = client.run(shlex.join(("iperf3", "-J", "-t", "1", *arguments)))
    assert status == 0, printed
    return json.loads(printed.replace("\n", " "))["end"]["sum_received"]["bits_per_second"] / 1e6


def test_iperf3_measures_a_port_both_ways(running, alice):
    with Client(alice, alice.bridge, "--address", "10.7.0.1/24") as server, \
            Client(alice, alice.bridge, "--address", "10.7.0.2/24") as client:
        assert server.run("iperf3 -s -D")[0] == 0
        assert network.wait_until(lambda: "5201" in server.run("ss -Hltn")[1])
        # A port passes thousands; a wrong checksum or segment would leave next to nothing.
        assert iperf(client, "-c", "10.7.0.1") > 20
        assert iperf(client, "-c", "10.7.0.1", "-R") > 20
