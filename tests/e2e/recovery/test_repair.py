# SPDX-License-Identifier: MIT
"""What root does behind netd's back, and what chance leaves: netd mends it, or bears it."""
import contextlib
import signal
import socket
import struct
import subprocess
import threading

import pytest

import network
import owvm
import processes
import reach
import service
from conftest import OWN_BRIDGE
from network import Tap
from owvm import Code
from people import User, become


@pytest.fixture
def host(nothing_left):
    with reach.host():
        yield


def test_a_restart_mends_the_host_drop_after_a_flushed_rule_set(netd, host, alice):
    running = netd(OWN_BRIDGE)
    with running.request(alice, alice.tap()) as reply:
        tap = Tap(reply.fd, reply.interface)
        running.stop()
        network.command("nft", "flush", "ruleset")
        assert reach.answers_arp(tap, reply.mac)
        running.start()
        assert network.wait_until(network.chains)
        assert not reach.answers_arp(tap, reply.mac)


RENAMED = "permit user alice bridge ow-%U create\npermit user alice bridge lab7\n"


@contextlib.contextmanager
def renamed_bridge(running, user):
    """The tap and the MAC of a port on a bridge of netd's that is called lab7 meanwhile. From Linux
    6.16 on a chain does not follow a renamed device: the host can be reached."""
    with running.request(user, user.tap()) as reply:
        network.rename(user.bridge, "lab7")
        yield Tap(reply.fd, reply.interface), reply.mac


def test_the_next_port_mends_the_host_drop_of_a_renamed_bridge(netd, host, alice):
    running = netd(RENAMED)
    with renamed_bridge(running, alice) as (tap, mac):
        with running.request(alice, alice.tap("lab7")) as second:
            assert second.code == Code.OK, second.text
            assert not reach.answers_arp(tap, mac)
            assert not reach.answers_arp(Tap(second.fd, second.interface), second.mac)


def test_a_restart_mends_the_host_drop_of_a_renamed_bridge(netd, host, alice):
    running = netd(RENAMED)
    with renamed_bridge(running, alice) as (tap, mac):
        running.stop()
        running.start()
        assert network.wait_until(lambda: not reach.answers_arp(tap, mac), 2)


def test_a_bridge_name_that_no_reply_can_bear_does_not_end_netd(netd, alice, bob, bridge):
    running = netd(f"permit group owvm bridge {bridge}\n")
    with running.request(alice, alice.tap(bridge)) as reply:
        network.rename(bridge, "br@lab")
        try:
            listed = running.request(alice, owvm.pack_ports())
            assert (listed.code, listed.interface) == (Code.OK, reply.interface)
            assert running.request(bob, owvm.pack_nets()).code == Code.OK
        finally:
            network.rename("br@lab", bridge)


def test_a_forged_alias_with_a_label_that_no_reply_can_bear_does_not_end_netd(netd, alice, bob):
    running = netd(OWN_BRIDGE)
    name = alice.slot(0)
    network.command("ip", "tuntap", "add", "dev", name, "mode", "tap")
    try:
        network.command("ip", "link", "set", name, "alias",
                        f"owvm port uid={alice.uid} bridge=x guest=any host=fe:00:00:00:00:01 "
                        "queues=1 ip=any dhcp-server=no label=a/b")
        assert running.request(alice, owvm.pack_ports()).code in (Code.OK, Code.END)
        assert running.request(bob, owvm.pack_nets()).code == Code.OK
    finally:
        network.delete_link(name)


@pytest.fixture
def shared(helper):
    """The helper, and a policy by which everybody may use lab0, which the helper makes."""
    yield helper("permit group owvm bridge lab0 create\n")
    network.delete_link("lab0")
    network.command("nft", "flush", "ruleset")


def test_a_helper_that_fails_does_not_remove_a_bridge_that_is_not_its_users(shared, alice):
    shared.request(alice, alice.tap("lab0")).close()
    # More than a tap can have.
    network.command("ip", "link", "set", "lab0", "mtu", "65535")
    assert shared.request(alice, alice.tap("lab0")).code == Code.KERNEL
    assert "lab0" in network.links()


def test_the_next_helper_removes_the_chain_of_a_bridge_that_is_gone(helper, alice):
    """From Linux 6.16 on a chain outlives its device."""
    running = helper(OWN_BRIDGE)
    running.request(alice, alice.tap()).close()
    network.delete_link(alice.bridge)
    assert running.request(alice, owvm.pack_nets()).code == Code.OK
    assert network.chains() == []


def test_a_bridge_with_an_mtu_too_small_for_ipv6_can_be_used(either_mode, alice, bridge):
    network.command("ip", "link", "set", bridge, "mtu", "1000")
    running = either_mode(f"permit user alice bridge {bridge}\n")
    with running.request(alice, alice.tap(bridge)) as reply:
        assert (reply.code, reply.text) == (Code.OK, "")
        assert reply.mtu == network.links()[reply.interface]["mtu"] == 1000


def test_a_bridge_of_netds_whose_mtu_became_too_small_for_ipv6_can_be_used(either_mode, alice):
    running = either_mode(OWN_BRIDGE)
    with running.request(alice, alice.tap()):
        network.command("ip", "link", "set", alice.bridge, "mtu", "1000")
        with running.request(alice, alice.tap()) as reply:
            assert (reply.code, reply.text) == (Code.OK, "")
            assert reply.mtu == 1000


@pytest.fixture
def other_service(nothing_left):
    """Only the socket of the service is there."""
    running = service.Service()
    running.listen()
    yield
    running.close()


def test_the_helper_refuses_a_client_that_had_sent_its_request_before(helper, other_service, alice):
    helper(OWN_BRIDGE)
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with ours, theirs:
        ours.send(alice.tap())
        alice.run(service.NETD, "--fd", str(theirs.fileno()), pass_fds=[theirs.fileno()])
        theirs.close()
        reply = owvm.Reply(ours.recv(owvm.REPLY_SIZE))
    assert reply.code == Code.NOT_SUPPORTED and owvm.SOCKET in reply.text


def test_a_regular_end_logs_no_error(netd, alice):
    running = netd(OWN_BRIDGE)
    with running.request(alice, alice.tap()):
        assert running.stop() == 0
        assert network.wait_until(lambda: processes.of_user(User("owvm-netd").uid) == [])
        said = service.log()
        running.start()
    assert "has port" in said and "<3>" not in said


RTM_NEWLINK, RTM_DELLINK, RTMGRP_LINK, NLM_F_REQUEST = 16, 17, 1, 1


def remove_at_first_sight(events, name):
    """Delete the link `name` when the kernel announces it, as a remover that comes in between."""
    while True:
        data = events.recv(65536)
        kind, ifindex = struct.unpack_from("=4xH14xi", data)
        if kind == RTM_NEWLINK and name.encode() + b"\0" in data:
            events.send(struct.pack("=IHHIIBxHiII", 32, RTM_DELLINK, NLM_F_REQUEST, 0, 0, 0, 0,
                                    ifindex, 0, 0))
            return


def test_a_success_after_a_lost_race_has_an_empty_text(netd, alice):
    running = netd(OWN_BRIDGE)
    made_again = tries = 0
    # Mostly the remover comes too late.
    while made_again < 3 and tries < 100:
        tries += 1
        with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE) as events:
            events.bind((0, RTMGRP_LINK))
            events.settimeout(5)
            remover = threading.Thread(target=remove_at_first_sight, args=(events, alice.bridge))
            remover.start()
            with running.request(alice, alice.tap()) as reply:
                remover.join()
                if reply.code == Code.OK:
                    assert reply.text == ""
                    made_again += alice.bridge in network.links()
        assert network.wait_until(lambda: network.made_by_netd() == set())
    assert made_again == 3
    # From Linux 6.16 on the chains of those bridges stay until the next start.
    running.stop()
    running.start()
    assert network.wait_until(lambda: network.chains() == [])


def test_no_chain_outlives_a_bridge_that_root_removed(netd, alice):
    running = netd(OWN_BRIDGE)
    with running.request(alice, alice.tap()):
        chain = f"host-{network.links()[alice.bridge]['ifindex']}"
        assert chain in network.chains()
        network.command("ip", "link", "del", alice.bridge)
        assert network.wait_until(lambda: chain not in network.chains())


@contextlib.contextmanager
def start_helper(user, number, sock=None):
    """The helper as `user` would start it, on the fd `number`."""
    with subprocess.Popen((service.NETD, "--fd", str(number)),
                          pass_fds=[sock.fileno()] if sock else (),
                          preexec_fn=lambda: become(user), stdin=subprocess.DEVNULL,
                          stderr=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


@contextlib.contextmanager
def started_helper(user):
    """The client's end, and the helper that serves the other one."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with ours, theirs, start_helper(user, theirs.fileno(), theirs) as process:
        theirs.close()
        yield ours, process


def test_a_client_that_leaves_at_once_leaves_no_bridge_to_the_helper(helper, alice):
    helper(OWN_BRIDGE)
    for _ in range(20):
        with started_helper(alice) as (ours, process):
            # Else it may have replied before the client is gone, who then has had a port.
            process.send_signal(signal.SIGSTOP)
            ours.send(alice.tap())
            ours.close()
            process.send_signal(signal.SIGCONT)
            assert process.wait(10) == 0
        assert alice.bridge not in network.links()


def test_a_helper_that_waits_for_its_request_ends_at_a_signal(helper, alice):
    helper(OWN_BRIDGE)
    with started_helper(alice) as (_, process):
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(0.3)
        process.terminate()
        assert process.wait(2) == -signal.SIGTERM


def test_a_helper_without_a_usable_fd_fails(helper, alice):
    helper(OWN_BRIDGE)
    for number in (77, 2):
        with start_helper(alice, number) as process:
            assert process.wait(5) == 1
            assert "--fd" in process.stderr.read()
