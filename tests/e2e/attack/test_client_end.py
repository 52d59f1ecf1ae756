# SPDX-License-Identifier: MIT
"""What the owner of a client does with his end, of which he is root: first with a bare veth of
root's between his namespace and the bridge, where it works, then with a client's port of netd's."""
import contextlib
import errno
import os

import pytest

import forge
import frames
import network
import owvm
from conftest import OWN_BRIDGE
from holder import gone
from namespace import End
from network import Tap
from owvm import Code
from test_attacks import GATEWAY, flood, gateway_hears, taken_over
from test_guard import LIES, LINK_LOCAL, spoofed_arp
from test_multicast import PIM_HELLO, neighbour

LEASE = f"permit group owvm bridge br-lab netns ip {forge.NETWORK}\n"
SHARED = "permit group owvm bridge br-lab netns\n"
GUEST = "52:54:00:00:00:0a"
STORM, MANY = 100, 300  # frames, announcements


@pytest.fixture(autouse=True)
def no_filter():
    """Else some kernels have the bridge's frames looked at by iptables, where lengths are
    checked."""
    network.set_bridge_filter(False)


@pytest.fixture(params=[False, True], ids=["plain", "netd"])
def guarded(request):
    return request.param


@pytest.fixture
def end(guarded, netd, alice, bridge):
    """end(policy) gives an End on br-lab, and its address."""
    @contextlib.contextmanager
    def made(policy=SHARED):
        mac = alice.mac()
        if guarded:
            netd(policy)
        with (End.client if guarded else End.plain)(alice, bridge, mac) as found:
            yield found, mac
    return made


def honest(mac):
    return frames.arp_request(mac, forge.ADDRESS, forge.VICTIM)


def written(liar, lie):
    """False: this kernel knows no such header, or not in an interface that cuts."""
    try:
        return os.write(liar.fd, lie.data) > 0
    except OSError:
        return False


def test_a_header_makes_no_lie_of_a_frame_behind_the_guards(guarded, end, bridge):
    with end(LEASE) as (liar, mac), Tap.make("plain1", bridge) as victim:
        assert frames.hears(liar, mac, honest(mac), victim)
        lies = [lie(mac) for lie in forge.LIES]
        lies = [lie for lie in lies if written(liar, lie)]
        assert len(lies) >= 8
        heard = list(victim.frames())
        assert [any(lie.is_it(frame) for frame in heard) for lie in lies[:8]] == [not guarded] * 8
        assert not guarded or not any(lie.is_it(frame) for frame in heard for lie in lies)
        assert frames.hears(liar, mac, honest(mac), victim)


def test_what_no_guest_may_say_a_client_does_not_either(guarded, end, bridge):
    network.command("ip", "link", "set", bridge, "type", "bridge", "group_fwd_mask", "0xfff8")
    with end(LEASE) as (liar, mac), Tap.make("plain1", bridge) as victim:
        lies = [*LIES, *LINK_LOCAL]
        heard = [lie.__name__ for lie in lies if frames.hears(liar, mac, lie(mac), victim)]
        assert heard == ([] if guarded else [lie.__name__ for lie in lies])


def test_nobody_takes_over_the_spanning_tree(guarded, end, bridge):
    network.command("ip", "link", "set", bridge, "type", "bridge", "forward_delay", "200",
                    "stp_state", "1")
    with end() as (liar, mac):
        assert taken_over(liar, mac, bridge) != guarded


def test_nobody_ends_ipv6_between_all_others_by_a_query(guarded, end, bridge):
    with end() as (liar, mac), Tap.make("plain0", bridge) as host, \
            Tap.make("plain1", bridge) as other:
        assert frames.hears(host, GUEST, neighbour(GUEST), other)
        liar.send(frames.mld_query(mac))
        dead = network.wait_until(lambda: not frames.hears(host, GUEST, neighbour(GUEST), other),
                                  0.5)
        assert dead != guarded


def test_nobody_hears_the_groups_of_others_as_a_multicast_router(guarded, end, bridge):
    with end() as (liar, mac), Tap.make("plain0", bridge) as host, \
            Tap.make("plain1", bridge) as router:
        data = frames.udp("01:00:5e:01:01:01", GUEST, "192.168.7.1", "239.1.1.1", 4711, b"data")
        router.send(frames.igmp_query("52:54:00:00:00:0b", "192.168.7.1"))
        assert network.wait_until(lambda: not frames.hears(host, GUEST, data, liar))
        liar.send(frames.ipv4("01:00:5e:00:00:0d", mac, "192.168.7.5", "224.0.0.13", 103,
                              PIM_HELLO))
        assert frames.hears(host, GUEST, data, liar) != guarded


def test_another_address_takes_nobodys_frames(guarded, end, bridge):
    with end() as (thief, _):
        thief.place.run("ip", "link", "set", "eth0", "address", GATEWAY)
        assert gateway_hears(thief, bridge) == guarded


def test_a_flood_of_addresses_is_not_learned(guarded, end, bridge):
    with end() as (attacker, _):
        assert (flood(attacker, 500) == 0) == guarded


def bridge_of_his(place):
    """It has an address of its own: what itself says with that of a port would go round."""
    place.run("ip", "link", "add", "br-own", "address", "02:11:22:33:44:66", "type", "bridge",
              "forward_delay", "0")
    for card in ("eth0", "eth1"):
        place.run("ip", "link", "set", card, "master", "br-own", "up")
    place.run("ip", "link", "set", "br-own", "up")


def add_plain(place, bridge):
    network.command("ip", "link", "add", "plain-w", "type", "veth", "peer", "name", "eth1",
                    "netns", str(place.pid))
    network.command("ip", "link", "set", "plain-w", "master", bridge, "up")


def stormy(bridge):
    """Does one broadcast of somebody else come again and again?"""
    with Tap.make("plain0", bridge) as sender, Tap.make("plain1", bridge) as victim:
        sent = heard = 0

        def is_heard():
            nonlocal sent, heard
            sender.send(frames.arp_request(GUEST, "192.168.7.1", "192.168.7.9"))
            sent += 1
            while heard < STORM and victim.receive(frames.is_from(GUEST), 0.3):
                heard += 1
            return heard
        assert network.wait_until(is_heard)
        return heard > sent


def test_a_loop_of_two_ends_is_no_storm_for_the_others(guarded, end, alice, bridge):
    with end() as (first, _):
        place = first.place
        if guarded:
            assert place.ask(bridge, "eth1", alice.mac()).code == Code.OK
        else:
            add_plain(place, bridge)
        bridge_of_his(place)
        assert stormy(bridge) != guarded
        place.kill()


def test_a_bridge_of_ones_own_between_two_bridges_passes_no_foreign_frames(
        guarded, end, alice, bridge):
    """What guests on one's own bridge say reaches a shared one only from one's own address."""
    policy = SHARED + OWN_BRIDGE
    with end(policy) as (first, _), contextlib.ExitStack() as stack:
        place, own = first.place, alice.bridge
        if guarded:
            assert place.ask(own, "eth1").code == Code.OK
        else:
            network.add_bridge(own)
            stack.callback(network.delete_link, own)
            add_plain(place, own)
        bridge_of_his(place)
        with Tap.make("plain0", own) as guest, Tap.make("plain1", bridge) as victim:
            frame = frames.arp_request(GUEST, "192.168.7.1", "192.168.7.9")

            def passes():
                guest.send(frame)
                return victim.receive(frames.is_from(GUEST), 0.2) is not None
            assert bool(network.wait_until(passes, 1.5)) != guarded
        place.kill()


CHANGES = {
    "renamed": ("name", "lan9"),
    "another address": ("address", "02:11:22:33:44:55"),
    "a larger MTU": ("mtu", "9000"),
    "a smaller MTU": ("mtu", "600"),
    "down": ("down",),
}


@pytest.mark.parametrize("how", CHANGES)
def test_what_is_done_to_the_end_concerns_the_end_alone(how, netd, alice, bridge):
    running = netd(LEASE)
    with End.client(alice, bridge, alice.mac()) as end, Tap.make("plain1", bridge) as victim:
        before = network.links()[end.name]
        end.place.run("ip", "link", "set", "eth0", "down")
        end.place.run("ip", "link", "set", "eth0", *CHANGES[how])
        now = network.links()[end.name]
        assert all(now[key] == before[key] for key in ("ifname", "address", "mtu", "ifalias"))
        name_now = "lan9" if how == "renamed" else "eth0"
        end.place.run("ip", "link", "set", name_now, "up")
        with End(end.place, end.name, name_now) as again:
            mac = end.reply.mac
            assert frames.hears(again, mac, honest(mac), victim)
            assert not frames.hears(again, mac, spoofed_arp(mac), victim)
    assert running.request(alice, owvm.pack_ports()).code in (Code.OK, Code.END)


def test_offload_that_is_switched_on_or_off_changes_nothing(netd, alice, bridge):
    netd(LEASE)
    mac = alice.mac()
    with End.client(alice, bridge, mac) as end, Tap.make("plain1", bridge) as victim:
        for on in (False, True):
            end.offload(on)
            os.write(end.fd, forge.arp_sender(mac).data)
            os.write(end.fd, forge.dhcp_answer(mac).data)
            heard = list(victim.frames())
            assert not any(lie(mac).is_it(frame) for frame in heard
                           for lie in (forge.arp_sender, forge.dhcp_answer))
            assert frames.hears(end, mac, honest(mac), victim)


def test_the_end_cannot_be_moved_to_the_host_and_in_another_namespace_it_is_guarded(
        netd, alice, bridge):
    netd(LEASE)
    mac = alice.mac()
    with End.client(alice, bridge, mac) as end, Tap.make("plain1", bridge) as victim:
        place = end.place
        assert place.move(1) == -errno.EPERM
        child = place.run("sh", "-c", "unshare -n sleep 600 >&- 2>&- & echo $!")[1].strip()
        assert network.wait_until(lambda: os.readlink(f"/proc/{child}/ns/net") !=
                                  os.readlink(place.path))
        assert place.move(child) == 0
        place.run("nsenter", "-t", child, "-n", "ip", "link", "set", "eth0", "up")
        script = "import socket; s = socket.socket(17, 3); s.bind(('eth0', 0)); " \
                 f"s.send(bytes.fromhex('{spoofed_arp(mac).hex()}')); " \
                 f"s.send(bytes.fromhex('{honest(mac).hex()}'))"
        place.run("nsenter", "-t", child, "-n", "/usr/bin/python3", "-c", script)
        heard = [frame for frame in victim.frames() if frame[12:14] == b"\x08\x06"]
        assert len(heard) == 1 and heard[0][22:28] == owvm.mac_bytes(mac)
        assert end.name in network.links()
        os.kill(int(child), 9)
        assert gone(end.name)


def announced(listener):
    """How many announcements of changes wait there, or may have been lost."""
    count = 0
    with contextlib.suppress(BlockingIOError):
        while count < MANY:
            try:
                count += bool(listener.recv(65536))
            except OSError as error:
                if error.errno != errno.ENOBUFS:
                    raise
                count = MANY
    return count


def test_up_and_down_without_end_is_announced_without_end_and_ends_a_port(
        guarded, end, fresh_log):
    """The carrier of the host's end follows. A slow machine takes its time."""
    with network.announcements() as listener, end() as (attacker, _):
        while announced(listener) == MANY:
            pass

        def over():
            attacker.storm(0.5)
            return attacker.name not in network.links() if guarded else announced(listener) == MANY
        assert network.wait_until(over, 20)
        assert not guarded or "times a second" in fresh_log()


@pytest.mark.parametrize("what", ("restart", "flush"))
def test_a_client_lives_on_and_stays_guarded(what, netd, alice, bridge):
    running = netd(LEASE)
    mac = alice.mac()
    with End.client(alice, bridge, mac) as end, Tap.make("plain1", bridge) as victim:
        if what == "restart":
            running.kill()
            running.start()
        else:
            network.command("nft", "flush", "ruleset", check=False)
        assert running.request(alice, owvm.pack_ports()).flags & owvm.PORT_CLIENT
        network.wait_until(lambda: f"port-{network.links()[end.name]['ifindex']}" in
                           network.chains())
        assert frames.hears(end, mac, honest(mac), victim)
        assert not frames.hears(end, mac, spoofed_arp(mac), victim)
        os.write(end.fd, forge.arp_sender(mac).data)
        assert not any(forge.arp_sender(mac).is_it(frame) for frame in victim.frames())
