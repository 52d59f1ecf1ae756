# SPDX-License-Identifier: MIT
"""netd can be killed at any instant: nothing is lost, nothing is left."""
import fcntl
import os
import signal
import time

import pytest

import frames
import network
import owvm
import processes
from conftest import OWN_BRIDGE
from network import Tap
from owvm import Code
from people import Worker, connect_as, User


def take(user):
    def request():
        with owvm.connect() as sock:
            reply = owvm.exchange(sock, user.tap())
        request.kept = reply
        return reply.interface
    return request


@pytest.mark.smoke
def test_ports_live_on_when_netd_is_killed_and_it_serves_again_when_restarted(netd, alice):
    running = netd(OWN_BRIDGE)
    with running.request(alice, alice.tap()) as first, \
            running.request(alice, alice.tap()) as second:
        running.kill()
        Tap(first.fd, first.interface).send(
            frames.arp_request(first.mac, "192.168.7.1", "192.168.7.2"))
        assert Tap(second.fd, second.interface).receive(frames.is_from(first.mac)) is not None
        running.start()
        with running.request(alice, alice.tap()) as third:
            assert third.code == Code.OK
            assert network.ports(alice.bridge) == {
                first.interface, second.interface, third.interface}


def test_a_client_that_comes_while_netd_is_down_waits_and_is_served(netd, alice):
    running = netd(OWN_BRIDGE)
    running.kill()
    with connect_as(alice) as sock:
        sock.send(owvm.pack_nets())
        running.start()
        assert owvm.Reply(sock.recv(owvm.REPLY_SIZE)).code == Code.OK


def test_what_became_empty_while_netd_was_dead_is_removed_at_its_start(netd, alice):
    running = netd(OWN_BRIDGE)
    reply = running.request(alice, alice.tap())
    running.kill()
    reply.close()
    assert network.wait_until(lambda: reply.interface not in network.links())
    assert alice.bridge in network.links()
    running.start()
    assert network.wait_until(lambda: alice.bridge not in network.links())


def test_a_bridge_of_netds_that_is_down_with_ports_is_set_up_at_the_start(netd, alice):
    """What a remover leaves that is killed between two of its steps."""
    running = netd(OWN_BRIDGE)
    with running.request(alice, alice.tap()):
        running.kill()
        network.command("ip", "link", "set", alice.bridge, "down")
        running.start()
        assert network.wait_until(lambda: "UP" in network.links()[alice.bridge]["flags"])


def test_every_process_of_netd_dies_with_it(netd, alice):
    running = netd(OWN_BRIDGE)
    assert running.request(alice, owvm.pack_nets()).code == Code.OK
    assert processes.children(running.pid)
    running.kill()
    own = User("owvm-netd").uid
    assert network.wait_until(lambda: processes.of_user(own) == [])


@pytest.mark.parametrize("number", (0, 1))
def test_netd_ends_when_one_of_its_processes_dies_and_can_be_started_again(netd, alice, number):
    running = netd(OWN_BRIDGE)
    assert running.request(alice, owvm.pack_nets()).code == Code.OK
    children = processes.children(running.pid)
    assert len(children) == 2, "the front and the reaper"
    os.kill(children[number], signal.SIGKILL)
    assert running.wait_end() != 0
    assert network.wait_until(lambda: processes.of_user(User("owvm-netd").uid) == [])
    running.start()
    assert running.request(alice, owvm.pack_nets()).code == Code.OK


def test_sigterm_ends_netd_with_success_and_ports_stay(netd, alice):
    running = netd(OWN_BRIDGE)
    with running.request(alice, alice.tap()) as reply:
        assert running.stop() == 0
        assert reply.interface in network.links()
        running.start()


def test_the_port_of_a_killed_client_goes_and_its_slot_is_free(netd, alice):
    netd("permit user alice bridge ow-%U create taps 1\n")
    worker = Worker(alice, take(alice))
    name = worker.result()
    assert name == alice.slot(0)
    worker.kill()
    assert network.wait_until(lambda: name not in network.links())
    with connect_as(alice) as sock:
        with owvm.exchange(sock, alice.tap()) as again:
            assert again.interface == name


def test_netd_killed_at_random_moments_loses_nothing(netd, alice):
    running = netd("permit user alice bridge ow-%U create taps 100\n")

    def insist():
        granted = 0
        for _ in range(15):
            try:
                with owvm.connect() as sock:
                    reply = owvm.exchange(sock, alice.tap())
            except (ConnectionResetError, BrokenPipeError):
                continue
            if reply is None:
                continue
            assert reply.code == Code.OK, reply.text
            assert network.links()[reply.interface]["master"] == alice.bridge
            granted += 1
            reply.close()
        return granted
    workers = [Worker(alice, insist) for _ in range(4)]
    for _ in range(12):
        time.sleep(0.05)
        running.kill()
        running.start()
    granted = [worker.result() for worker in workers]
    for worker in workers:
        worker.finish()
    assert sum(granted) > 0


def test_a_tap_that_its_holder_made_persistent_is_removed_by_the_next_helper(helper, alice):
    running = helper("permit user alice bridge ow-%U create taps 1\n")
    with running.request(alice, alice.tap()) as reply:
        fcntl.ioctl(reply.fd, network.TUNSETPERSIST, 1)
    assert reply.interface in network.links()
    with running.request(alice, alice.tap()) as again:
        assert again.code == Code.OK, again.text
