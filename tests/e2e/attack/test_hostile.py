# SPDX-License-Identifier: MIT
"""Guests, clients and users who do their worst."""
import contextlib
import os
import resource
import select
import socket
import sys
import time

import pytest

import network
import owvm
import reach
import service
from conftest import OWN_BRIDGE
from network import Tap
from owvm import Code
from people import User, Worker, as_user, at_once

HUNDRED = "permit group owvm bridge ow-%U create taps 100\n"


# Frames to these never leave a link, so a bridge takes them off its port, before all filters of
# bridges, and gives them to the host as frames of the port itself.
LINK_LOCAL = [f"01:80:c2:00:00:{number:02x}" for number in range(16)]
PAUSE = 1  # dropped by every bridge
PROBES = {"ARP": reach.by_arp, "UDP": reach.by_udp,
          "a router advertisement": reach.by_router_advertisement}


@pytest.fixture
def host(nothing_left):
    with reach.host():
        yield


@pytest.mark.parametrize("probe", PROBES)
def test_over_a_plain_bridge_link_local_frames_reach_the_host(probe, host):
    network.add_bridge("br-plain")
    try:
        with Tap.make("plain0", "br-plain") as tap:
            reached = PROBES[probe](tap, "02:00:00:00:00:0a", LINK_LOCAL)
            assert reached == set(range(16)) - {PAUSE}
    finally:
        network.delete_link("br-plain")


@pytest.mark.parametrize("probe", PROBES)
def test_over_netds_bridge_no_link_local_frame_reaches_the_host(probe, host, either_mode, alice):
    with either_mode(OWN_BRIDGE).request(alice, alice.tap()) as reply:
        tap = Tap(reply.fd, reply.interface)
        assert PROBES[probe](tap, reply.mac, LINK_LOCAL) == set()


def seconds_for(running, user, request):
    start = time.monotonic()
    with running.request(user, request) as reply:
        assert reply.code == Code.OK, reply.text
    return time.monotonic() - start


@pytest.fixture
def user_socket(alice):
    """A path where alice may put a socket."""
    path = os.path.join(alice.home, "netd.sock")
    yield path
    with contextlib.suppress(FileNotFoundError):
        os.unlink(path)


def assert_refused_to_serve(done):
    assert done.returncode != 0
    assert len(done.stderr.splitlines()) == 1 and "owvm-netd" in done.stderr


def test_with_a_file_capability_netd_does_not_listen_for_a_user(helper, alice, user_socket):
    helper(OWN_BRIDGE)
    assert_refused_to_serve(alice.run(service.NETD, "--listen", user_socket, timeout=5))
    assert not os.path.exists(user_socket)


ACTIVATE = """import os, sys
os.dup2(int(sys.argv[1]), 3)
os.environ.update(LISTEN_FDS="1", LISTEN_PID=str(os.getpid()))
os.execv(sys.argv[2], sys.argv[2:])"""


def test_with_a_file_capability_netd_does_not_serve_the_socket_of_a_user(helper, alice,
                                                                         user_socket):
    helper(OWN_BRIDGE)
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener:
        listener.bind(user_socket)
        listener.listen()
        number = listener.fileno()
        assert_refused_to_serve(alice.run(sys.executable, "-c", ACTIVATE, str(number), service.NETD,
                                          pass_fds=[number], timeout=5))


def subordinates(user, number):
    """Identities that the user can take on without any privilege, with his groups."""
    with open("/etc/subuid", encoding="ascii") as stream:
        first = next(int(line.split(":")[1]) for line in stream if line.startswith(user.name + ":"))
    others = [User(user.name) for _ in range(number)]
    for offset, other in enumerate(others):
        other.uid = first + offset
    return others


def test_silent_connections_of_subordinate_uids_take_no_places(netd, alice, bob):
    running = netd(OWN_BRIDGE)

    def stay_silent():
        stay_silent.kept = [owvm.connect() for _ in range(8)]
    assert running.request(bob, owvm.pack_nets()).code == Code.OK
    results, workers = at_once(subordinates(alice, 10), stay_silent)
    try:
        assert len(results) == 10
        assert seconds_for(running, bob, owvm.pack_nets()) < 1
    finally:
        for worker in workers:
            worker.finish()


@pytest.mark.parametrize("option", ("", "create"))
def test_an_alternative_name_is_no_way_around_a_deny(option, either_mode, alice):
    network.add_bridge("br-secret")
    try:
        network.command("ip", "link", "property", "add", "dev", "br-secret", "altname", "lab1")
        running = either_mode(f"permit user alice bridge lab* {option} mac any\n"
                              "deny user alice bridge br-secret\n")
        with running.request(alice, alice.tap("lab1")) as reply:
            assert reply.code != Code.OK and reply.text
            assert network.ports("br-secret") == set()
    finally:
        network.delete_link("br-secret")


@contextlib.contextmanager
def few_files():
    """What is started here may open 64 files, unless it raises that limit itself."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


def test_replies_that_nobody_reads_do_not_end_a_service_that_may_open_few_files(netd, alice, bob):
    with few_files():
        running = netd(HUNDRED)

    def ask_and_stay():
        ask_and_stay.kept = []
        for _ in range(90):
            sock = owvm.connect()
            sock.send(alice.tap())
            ask_and_stay.kept.append(sock)
            assert select.select([sock], [], [], 5)[0] == [sock]
    attacker = Worker(alice, ask_and_stay)
    try:
        attacker.result()
        with running.request(bob, bob.tap()) as reply:
            assert reply.code == Code.OK, reply.text
    finally:
        attacker.kill()


def test_a_mac_that_is_on_the_bridge_already_is_refused_before_a_tap_is_made(
        either_mode, alice, bridge):
    running = either_mode(f"permit user alice bridge {bridge}\n")
    with running.request(alice, alice.tap(bridge)) as first:
        last = max(link["ifindex"] for link in network.links().values())
        for _ in range(5):
            again = running.request(alice, owvm.pack_tap(bridge, first.mac))
            assert again.code == Code.MAC_IN_USE
        with running.request(alice, alice.tap(bridge)) as second:
            # The kernel numbers links in the order in which they are made.
            assert network.links()[second.interface]["ifindex"] == last + 1


@pytest.mark.alone
def test_clients_that_leave_without_their_replies_keep_no_slots(netd, alice, bob):
    running = netd(HUNDRED)

    def interfaces():
        return set(os.listdir("/sys/class/net"))

    def ask_and_leave():
        for _ in range(40):
            with owvm.connect() as sock:
                sock.send(alice.tap())

    def seconds_until_all_are_free():
        """From the reply to a client who came behind all of them; his slot counts as well."""
        as_user(alice, ask_and_leave)
        with running.request(bob, bob.tap()) as reply:
            assert reply.code == Code.OK, reply.text
        start = time.monotonic()
        assert network.wait_until(lambda: interfaces() == before)
        return time.monotonic() - start
    # Bridges that stay, as it is slots that count here.
    with running.request(alice, alice.tap()), running.request(bob, bob.tap()):
        before = interfaces()
        assert max(seconds_until_all_are_free() for _ in range(3)) < 0.2
