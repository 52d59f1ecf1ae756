# SPDX-License-Identifier: MIT
"""The demo's evidence as assertions, on one booted router that all these tests share."""
import json
import os
import pathlib
import urllib.request

import pytest

import frames
import network
import processes
from machine import Machine, left_of, owrun
from network import Client, Tap
from owvm import Code

ROUTER = "192.168.1.1"


@pytest.fixture(scope="module")
def router(running, alice, guest):
    share = pathlib.Path(alice.home, "share")
    share.mkdir()
    os.chown(share, alice.uid, alice.gid)
    machine = Machine(alice, guest, "router", "--share", f"{share}:hostshare",
                      "--forward", "0:80").start()
    machine.wait_ready()
    yield machine
    machine.stop()
    assert network.wait_until(lambda: left_of(alice) == []), left_of(alice)
    assert network.wait_until(lambda: network.made_by_netd() == set())
    assert network.wait_until(lambda: network.chains() == [])


@pytest.fixture(scope="module")
def console(router):
    with router.console() as connected:
        connected.login()
        yield connected


@pytest.fixture(scope="module")
def client(router, alice):
    """A machine plugged into the bridge, with the address that the guest's DHCP server gave."""
    with Client(alice.bridge) as plugged:
        plugged.lease = plugged.dhcp()
        yield plugged


@pytest.mark.smoke
def test_qemu_runs_as_the_user_without_any_capability(router, alice):
    fields = processes.status(router.pid)
    assert os.path.basename(os.readlink(f"/proc/{router.pid}/exe")).startswith("qemu-system-")
    assert fields["Uid"] == [str(alice.uid)] * 4 and fields["Gid"] == [str(alice.gid)] * 4
    assert set(processes.capabilities(router.pid).values()) == {0}
    assert fields["NoNewPrivs"] == ["1"] and fields["Seccomp"] == ["2"]


def test_qemu_has_one_tap_and_no_other_fd_of_owruns(router):
    targets = [os.readlink(path) for path in pathlib.Path(f"/proc/{router.pid}/fd").iterdir()]
    assert targets.count("/dev/net/tun") == 1


@pytest.mark.smoke
def test_the_tap_is_on_the_users_bridge_and_named_after_the_vm(router, alice):
    link = network.links()[router.interface]
    assert link["master"] == alice.bridge
    assert "label=router" in link["ifalias"].split()


@pytest.mark.smoke
def test_a_client_on_the_bridge_gets_a_lease_from_the_guest(client):
    assert f"obtained from {ROUTER}" in client.lease


def test_the_guests_page_is_served_to_the_client(client):
    page = client.run("busybox", "wget", "-q", "-O", "-", f"http://{ROUTER}/").stdout
    assert "owvm demo router" in page


def test_a_forward_leads_to_the_guest(router):
    address = router.state["forwards"][0].split(":")
    with urllib.request.urlopen(f"http://{address[0]}:{address[1]}/", timeout=20) as page:
        assert b"owvm demo router" in page.read()


def test_a_file_of_the_guests_root_belongs_to_the_user_on_the_host(console, alice):
    code, output = console.run("echo hello >/mnt/hostshare/made && ls -ln /mnt/hostshare/made")
    assert code == 0 and output.split()[2] == "0", output
    made = pathlib.Path(alice.home, "share", "made")
    assert made.read_text(encoding="utf-8") == "hello\n"
    assert made.stat().st_uid == alice.uid
    assert int.from_bytes(os.getxattr(made, "user.virtfs.uid"), "little") == 0


def test_a_file_of_the_user_is_seen_in_the_guest(console, alice):
    pathlib.Path(alice.home, "share", "given").write_text("from the host\n", encoding="utf-8")
    assert console.run("cat /mnt/hostshare/given") == (0, "from the host\n")


def test_the_guest_reaches_a_client_but_not_the_host(console, client, alice):
    network.add_interface("uplink0")
    try:
        network.command("ip", "addr", "add", "10.99.0.1/24", "dev", "uplink0")
        network.command("ip", "link", "set", "uplink0", "up")
        client.run("ip", "addr", "add", "10.99.0.2/24", "dev", "eth0")
        console.run("ip addr add 10.99.0.3/24 dev eth0")
        assert console.run("arping -q -c 2 -w 2 -I eth0 10.99.0.2")[0] == 0
        assert console.run("arping -q -c 2 -w 2 -I eth0 10.99.0.1")[0] != 0
        console.run(f"arp -s 10.99.0.1 {network.links()[alice.bridge]['address']}")
        assert console.run("ping -q -c 1 -W 1 10.99.0.2")[0] == 0
        assert console.run("ping -q -c 1 -W 1 10.99.0.1")[0] != 0
    finally:
        console.run("ip addr del 10.99.0.3/24 dev eth0; arp -d 10.99.0.1")
        network.delete_link("uplink0")


def test_the_second_user_is_refused_on_that_bridge_with_the_line_to_add(router, guest, alice, bob):
    done = owrun(bob, "run", "-d", "--lan", alice.bridge, *Machine(bob, guest, "b").arguments)
    assert done.returncode != 0
    assert len(done.stderr.splitlines()) == 1
    assert f"permit user {bob.uid} bridge {alice.bridge}" in done.stderr
    assert left_of(bob) == []


def test_ls_shows_it_to_its_user_only(router, bob):
    row = router.listed()
    assert (row["lan"], row["wan"], row["accel"]) == (router.user.bridge, "user", "tcg")
    assert json.loads(owrun(bob, "ls", "--json").stdout) == []


def test_nets_and_ports_tell_what_the_policy_grants_and_what_is_used(router, alice):
    nets = json.loads(owrun(alice, "nets", "--json").stdout)
    assert [(net["bridge"], net["taps"], net["used"]) for net in nets] == [
        (alice.bridge, 8, 2)]
    ports = json.loads(owrun(alice, "ports", "--json").stdout)
    # Its own, and that of the process that forwards to its LAN.
    assert [(port["interface"], port["bridge"], port["vm"], port["client"]) for port in ports] == [
        (router.interface, alice.bridge, "router", None),
        (alice.slot(6), alice.bridge, None, "forward")]


def test_a_name_in_use_is_refused_and_the_vm_goes_on(router, guest, alice):
    done = owrun(alice, "run", "-d", *Machine(alice, guest, "router").arguments)
    assert done.returncode != 0
    assert len(done.stderr.splitlines()) == 1 and "'router'" in done.stderr
    assert router.listed()["pid"] == router.pid


def test_another_user_on_a_bridge_of_his_own_does_not_hear_it(router, running, bob, client):
    with running.request(bob, bob.tap()) as reply:
        assert reply.code == Code.OK
        client.run("busybox", "arping", "-q", "-c", "1", "-I", "eth0", ROUTER)
        heard = Tap(reply.fd, reply.interface).receive(
            lambda frame: frame[12:14] == frames.ARP.to_bytes(2, "big"), 0.5)
        assert heard is None


@pytest.mark.smoke
def test_netd_killed_while_the_vm_runs_costs_it_nothing(router, running, client, alice, bob):
    fetch = ("busybox", "wget", "-q", "-O", "-", f"http://{ROUTER}/")
    running.kill()
    try:
        assert "owvm demo router" in client.run(*fetch).stdout
    finally:
        running.start()
    with running.request(bob, bob.tap()) as reply:
        assert reply.code == Code.OK
    assert router.interface in network.ports(alice.bridge)
    assert "owvm demo router" in client.run(*fetch).stdout
