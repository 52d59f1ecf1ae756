# SPDX-License-Identifier: MIT
"""Clients: an interface on a bridge, in a network namespace of the user's own."""
import contextlib
import os
import signal
import socket

import pytest

import network
import owvm
import processes
from conftest import OWN_BRIDGE
from namespace import CLIENT_GROUP, Namespace, all_gone, make_namespaces
from owvm import Code
from people import User, as_user, at_once

FOUR = "permit group owvm bridge ow-%U create taps 4\n"
LIMITS = "permit group owvm bridge br-lab netns mtu 1400 isolated ip 192.168.7.0/24 rate 100\n"


@pytest.fixture(params=["service", "helper"])
def ask(request):
    """ask(policy) starts netd either way. Gives ask(namespace, ...)."""
    start = request.getfixturevalue("netd" if request.param == "service" else "helper")

    def started(text):
        started.running = start(text)
        return Namespace.ask if request.param == "service" else Namespace.ask_helper
    return started


@pytest.mark.smoke
def test_two_clients_reach_each_other_and_go_with_their_namespaces(ask, place, alice):
    asked = ask(OWN_BRIDGE)
    with Namespace(alice) as other:
        for number, namespace in enumerate((place, other), 2):
            mac = alice.mac()
            reply = asked(namespace, mac=mac)
            assert reply.code == Code.OK, reply.text
            assert (reply.operation, reply.bridge, reply.mac, reply.peer, reply.uid, reply.fds) == (
                owvm.Op.CLIENT, alice.bridge, mac, "eth0", alice.uid, [])
            inside = namespace.links()["eth0"]
            assert (inside["address"], inside["mtu"]) == (mac, reply.mtu)
            assert "UP" not in inside["flags"]
            namespace.up(f"192.168.1.{number}/24")
        place.run("ping", "-c", "1", "-w", "10", "192.168.1.3")
    place.kill()
    assert network.wait_until(lambda: alice.slot(7) not in network.links())
    if asked is Namespace.ask:
        assert all_gone(), network.links().keys()


def test_a_client_is_tied_to_the_bridge_by_a_cable_and_its_alias_says_what_it_is(ask, place, alice):
    reply = ask(OWN_BRIDGE)(place, name="lan7")
    links = network.links()
    slot = links[reply.interface]
    assert slot["linkinfo"]["info_kind"] == "veth" and slot["group"] == CLIENT_GROUP
    assert "master" not in slot and slot["address"] == reply.host_mac
    assert links[f"owvmb{slot['ifindex']}"]["master"] == alice.bridge
    for word in ("cable=yes", "client=yes", "queues=0", "label=lan7", f"uid={alice.uid}"):
        assert word in slot["ifalias"].split()


def test_the_rule_gives_a_client_what_it_gives_a_guest(ask, place, alice, bridge):
    reply = ask(LIMITS)(place, bridge, mac=alice.mac())
    assert reply.code == Code.OK, reply.text
    assert reply.mtu == 1400 == place.links()["eth0"]["mtu"]
    data = network.links()[network.bridge_port(reply.interface)]["linkinfo"]["info_slave_data"]
    assert data["locked"] and data["isolated"] and not data["learning"]


def test_lists_tell_clients_from_taps(netd, place, alice):
    running = netd(OWN_BRIDGE)
    with running.request(alice, alice.tap(label="router")):
        assert place.ask(name="lan0").code == Code.OK
        found, cursor = [], 0
        while (reply := running.request(alice, owvm.pack_ports(cursor))).code == Code.OK:
            found.append((reply.label, bool(reply.flags & owvm.PORT_CLIENT), reply.queues))
            cursor = reply.next
        assert found == [("router", False, 1), ("lan0", True, 0)]
        net = running.request(alice, owvm.pack_nets())
        assert net.flags & owvm.NETNS and net.used == 2


REFUSED = {
    "no netns": ("permit group owvm bridge br-lab mac any\n", "br-lab", "eth0", Code.DENIED),
    "no rule": (OWN_BRIDGE, "br-lab", "eth0", Code.DENIED),
    "another one's bridge": (OWN_BRIDGE, "ow-1", "eth0", Code.DENIED),
    "no bridge": ("permit group owvm bridge x netns mac any\n", "x", "eth0", Code.NO_BRIDGE),
    "no address": ("permit group owvm bridge br-lab netns\n", "br-lab", "eth0", Code.MAC_REFUSED),
    "lo": (OWN_BRIDGE, None, "lo", Code.NAME_IN_USE),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_refusal_leaves_nothing(name, ask, place, alice, bridge):
    policy, asked, interface, code = REFUSED[name]
    reply = ask(policy)(place, asked, interface)
    assert reply.code == code and reply.text, reply.text
    assert set(place.links()) == {"lo"}
    assert network.wait_until(lambda: not network.ports(bridge) | network.ports(alice.bridge))


def test_a_name_is_taken_once_inside(ask, place, alice):
    asked = ask(FOUR)
    assert asked(place).code == Code.OK
    reply = asked(place)
    assert reply.code == Code.NAME_IN_USE, reply.text
    assert asked(place, name="eth1").code == Code.OK
    assert network.wait_until(lambda: len(network.ports(alice.bridge)) == 2)


def connected(user, place):
    """A socket that was made in the place's namespace, and that `user` connects."""
    *rest, sock = place.sockets()
    for other in rest:
        other.close()
    as_user(user, lambda: sock.connect(owvm.SOCKET), [sock.fileno()])
    sock.settimeout(owvm.TIMEOUT)
    return sock


def test_a_namespace_of_another_user_is_refused(netd, alice, bob):
    netd(OWN_BRIDGE)
    with Namespace(bob) as theirs, connected(alice, theirs) as sock:
        reply = owvm.exchange(sock, owvm.pack_client(alice.bridge, "eth0"))
        assert reply.code == Code.NAMESPACE and "another user" in reply.text
        assert set(theirs.links()) == {"lo"}


def test_a_socket_counts_where_it_was_made_not_where_it_is_used(netd, place, alice):
    netd(OWN_BRIDGE)
    with connected(alice, place) as sock:
        assert owvm.exchange(sock, owvm.pack_client(alice.bridge, "eth0")).code == Code.OK
    assert "eth0" in place.links()

    def inside_by_a_socket_from_outside():
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as sock:
            make_namespaces(alice.uid, alice.gid)
            sock.connect(owvm.SOCKET)
            return owvm.exchange(sock, owvm.pack_client(alice.bridge, "eth0")).code
    assert as_user(alice, inside_by_a_socket_from_outside) == Code.NAMESPACE


@pytest.mark.parametrize("name", ("alice", "root"))
def test_the_hosts_own_namespace_is_refused_to_everybody(name, netd, installed):
    user = User(name)
    running = netd(OWN_BRIDGE + "permit user root bridge ow-%U create\n")
    reply = running.request(user, owvm.pack_client(user.bridge, "eth7"))
    assert reply.code == Code.NAMESPACE and "host's" in reply.text
    assert "eth7" not in network.links()


def test_the_helper_refuses_its_callers_own_namespace(helper, alice):
    reply = helper(OWN_BRIDGE).request(alice, owvm.pack_client(alice.bridge, "eth7"))
    assert reply.code == Code.NAMESPACE, reply.text
    assert "eth7" not in network.links()


def test_root_has_a_client_in_a_namespace_of_its_own(netd, alice):
    netd("permit user root bridge ow-%U create\n")
    root = User("root")
    root.groups = alice.groups
    with Namespace(root) as place:
        assert place.ask().code == Code.OK


def test_a_subordinate_uid_has_none(netd, alice):
    """Its user namespace is its own, but it is no user."""
    netd("permit any bridge ow-%U create\n")
    other = User("alice")
    with open("/etc/subuid", encoding="ascii") as stream:
        other.uid = next(int(line.split(":")[1]) for line in stream if line.startswith("alice:"))
    with Namespace(other) as place:
        assert place.ask().code == Code.IDENTITY


def test_taps_and_clients_share_one_quota(ask, place, alice):
    asked = ask(FOUR)
    running = ask.running
    with running.request(alice, alice.tap()), running.request(alice, alice.tap()):
        assert [asked(place, name=f"eth{n}").code for n in range(3)] == [
            Code.OK, Code.OK, Code.QUOTA]
        assert running.request(alice, alice.tap()).code == Code.QUOTA
        place.run("ip", "link", "del", "eth0")
        assert network.wait_until(lambda: alice.slot(1) not in network.links())
        with running.request(alice, alice.tap()) as reply:
            assert reply.code == Code.OK, reply.text


def test_fifty_requests_at_once_get_no_more_than_the_quota(netd, alice):
    netd(OWN_BRIDGE)

    def ask_inside():
        make_namespaces(alice.uid, alice.gid)
        with owvm.connect() as sock:
            return owvm.exchange(sock, owvm.pack_client(alice.bridge, "eth0")).code
    codes, workers = at_once([alice] * 50, ask_inside)
    assert codes.count(Code.OK) == 8 and set(codes) == {Code.OK, Code.QUOTA}
    assert len(network.ports(alice.bridge)) == 8
    for worker in workers:
        worker.kill()
    assert all_gone()


@pytest.mark.parametrize("how", ("deleted", "namespace killed"))
def test_a_client_whose_end_goes_takes_all_with_it(how, netd, place, alice):
    netd(OWN_BRIDGE)
    reply = place.ask()
    if how == "deleted":
        place.run("ip", "link", "del", "eth0")
    else:
        place.kill()
    assert network.wait_until(lambda: reply.interface not in network.links())
    assert all_gone()


def test_who_deletes_each_end_as_it_appears_gets_a_refusal_and_harms_nobody(netd, place, alice):
    running = netd(OWN_BRIDGE)
    script = "import subprocess, sys\nwhile True:\n" \
             "    subprocess.run(('ip', '-batch', '-'), input='link del eth0\\n' * 200," \
             " text=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)\n"
    command = ("nsenter", f"--net={place.path}", "/usr/bin/python3", "-c", script)
    deleter = os.posix_spawnp(command[0], command, os.environ)
    try:
        codes = {place.ask().code for _ in range(20)}
    finally:
        for pid in (*processes.children(deleter), deleter):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        os.waitpid(deleter, 0)
    assert codes <= {Code.OK, Code.KERNEL, Code.NAME_IN_USE}
    with running.request(alice, alice.tap()) as reply:
        assert reply.code == Code.OK, reply.text
