# SPDX-License-Identifier: MIT
"""Who is refused after ports were lost: whoever loses very many of those that are on their bridge
themselves. Not for what another program did, nor for what an announcement calls the owner of a tap,
nor for what he did at his own end of a cable."""
import contextlib
import ctypes
import fcntl
import os
import struct

import pytest

import network
import owvm
import service
from conftest import OWN_BRIDGE
from holder import SHARED, TUNSETOWNER, gone, held, set_address
from owvm import Code
from people import Worker, as_user

CLONE_NEWUSER, PR_SET_DUMPABLE = 0x10000000, 4
IFF_MULTI_QUEUE = 0x0100
QUEUES = SHARED[:-1] + " queues 4\n" + OWN_BRIDGE[:-1] + " queues 4\n"
OTHER = "02:00:00:00:00:99"
LOST_MAX = 16
libc = ctypes.CDLL(None, use_errno=True)


def enter_user_namespace(inside):
    """A new one, in which the caller is the uid `inside`: any number will do."""
    uid = os.getuid()
    # Else /proc/self belongs to root, as the uid of this process has changed.
    if libc.prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) or libc.unshare(CLONE_NEWUSER):
        return False
    with open("/proc/self/uid_map", "w", encoding="ascii") as stream:
        stream.write(f"{inside} {uid} 1")
    return True


@pytest.fixture
def user_namespaces(alice):
    if not as_user(alice, lambda: enter_user_namespace(0)):
        pytest.skip("no user namespaces here, as in many containers: nobody can attack this way")


def lines(log):
    return [line for line in log().splitlines() if "loses port" in line]


def assert_free(running, user):
    with held(running, user):
        pass


def end_as_a_vm(running, user, inside):
    """A VM in a rootless container: the last holder of the port ends there."""
    with held(running, user) as reply:
        worker = Worker(user, lambda: enter_user_namespace(inside), keep=reply.fds)
        assert worker.result()
        name = reply.interface
    worker.kill()
    return name


def test_a_vm_that_ends_in_a_rootless_container_is_not_blamed(user_namespaces, netd, alice, bridge,
                                                              fresh_log):
    """There the owner of its tap has no number: the kernel announces the overflow uid."""
    running = netd(SHARED)
    for _ in range(5):
        assert gone(end_as_a_vm(running, alice, 0))
    assert not lines(fresh_log)
    assert_free(running, alice)


def test_what_a_vm_in_a_rootless_container_does_to_its_tap_is_not_blamed(
        user_namespaces, netd, alice, bridge, fresh_log):
    """The kernel announces a change of no consequence."""
    running = netd(SHARED)

    def refresh(reply):
        assert enter_user_namespace(0)
        set_address(reply.fd, reply.interface, reply.host_mac)
    with held(running, alice) as reply:
        for _ in range(3):
            as_user(alice, lambda: refresh(reply), reply.fds)
        # What came before has been heard then.
        assert_free(running, alice)
        assert reply.interface in network.links() and not lines(fresh_log)


def set_link(*words):
    return lambda name: network.command("ip", "link", "set", name, *words)


def change_often(name):
    """As a program does that wants another setting again and again."""
    network.command("ip", "-batch", "-", check=False, input="".join(
        f"link set {name} txqueuelen {500 + i % 2}\n" for i in range(5000)))


def open_queue(name, *more):
    with open("/dev/net/tun", "rb+", buffering=0) as device:
        fcntl.ioctl(device, network.TUNSETIFF, struct.pack(
            "16sH22x", name.encode(), network.IFF_TAP | network.IFF_NO_PI | IFF_MULTI_QUEUE))
        with contextlib.suppress(OSError):
            for request, value in more:
                fcntl.ioctl(device, request, value)
        assert gone(name)


def set_up_as_ones_own(name):
    """As for a tap that was made by "ip tuntap add ... multi_queue user 1234"."""
    open_queue(name, (TUNSETOWNER, 1234), (network.TUNSETPERSIST, 1), (network.TUNSETPERSIST, 0))


def move(name):
    set_link("master", "br-other")(network.bridge_port(name))


# How somebody with CAP_NET_ADMIN, and not the user, makes a port what it should not be. What is his
# own business behind a cable is told of one's own bridge alone.
BY_OTHERS = {"an address": (set_link("address", OTHER), 1, "its address became", False),
             "many changes": (change_often, 1, "it changed more than", True),
             "another bridge": (move, 1, "it was moved", True),
             "a queue": (open_queue, 2, "queues (not 2)", False),
             "an owner": (set_up_as_ones_own, 2, "loses port", True)}


@pytest.mark.parametrize("how, cable", [(how, cable) for how, (*_, always) in BY_OTHERS.items()
                                        for cable in {False, always}])
def test_nobody_is_blamed_for_what_another_program_does(
        how, cable, netd, alice, bridge, fresh_log):
    do, queues, said, _ = BY_OTHERS[how]
    running = netd(QUEUES)
    network.add_bridge("br-other")
    try:
        name = bridge if cable else alice.bridge
        # A bridge that netd made is gone with its last port, and then none was taken off it.
        with held(running, alice, name), held(running, alice, name, queues=queues) as reply:
            assert (network.bridge_port(reply.interface) != reply.interface) == cable
            do(reply.interface)
            assert gone(reply.interface)
        line, = lines(fresh_log)
        assert said in line and "refused" not in line
        assert_free(running, alice)
    finally:
        network.delete_link("br-other")


def test_an_administrator_who_moves_many_ports_makes_nobody_wait(netd, alice, bridge):
    running = netd("permit group owvm bridge br-lab taps 20\n")
    network.add_bridge("br-other")
    try:
        with contextlib.ExitStack() as stack:
            ports = [stack.enter_context(held(running, alice)) for _ in range(LOST_MAX + 2)]
            for port in ports:
                move(port.interface)
            assert all(gone(port.interface) for port in ports)
        assert_free(running, alice)
    finally:
        network.delete_link("br-other")


def change_address(fd, name):
    set_address(fd, name, OTHER)


def make_persistent(fd, name):
    fcntl.ioctl(fd, network.TUNSETPERSIST, 1)


def lose_one(running, user, bridge, misuse):
    with running.request(user, user.tap(bridge)) as reply:
        if reply.code == Code.OK:
            as_user(user, lambda: misuse(reply.fd, reply.interface), reply.fds)
            assert gone(reply.interface)
        return reply.code, reply.text


@pytest.mark.parametrize("misuse", [change_address, make_persistent])
def test_who_loses_one_port_after_the_other_has_to_wait(misuse, netd, alice, bob, bridge):
    """A thief of addresses cannot be told from a program that changes them, but is as slow. On
    any bridge."""
    running = netd(QUEUES)
    codes = [lose_one(running, alice, alice.bridge, misuse)[0] for _ in range(LOST_MAX + 1)]
    assert codes == [Code.OK] * (LOST_MAX + 1)
    for name in (alice.bridge, bridge):
        code, text = lose_one(running, alice, name, misuse)
        assert code == Code.BUSY and "lost more than 16 ports within a minute" in text
    assert_free(running, bob)


def test_ports_that_the_helper_made_stay_and_are_nobodys_misuse(helper, alice, bridge, fresh_log):
    """They belong to their user. With what is theirs they go when he does."""
    with helper(SHARED).request(alice, owvm.pack_tap(bridge, alice.mac())) as reply:
        assert reply.code == Code.OK
        service.Helper.disarm()
        running = service.Service()
        running.start()
        try:
            assert_free(running, alice)
            chains, port = network.chains(), network.bridge_port(reply.interface)
            assert port != reply.interface and len(chains) >= 2
            reply.close()
            assert gone(reply.interface) and gone(port)
            assert network.wait_until(lambda: network.chains() == [])
            assert not lines(fresh_log)
        finally:
            running.close()
            service.Helper.arm()
