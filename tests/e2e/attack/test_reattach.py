# SPDX-License-Identifier: MIT
"""The holder makes himself the owner of his tap, has it survive, comes back with a virtio header
and writes: all within 0.2 ms, before anybody who watches can act. First on a plain tap with guards,
then on ports of netd's."""
import contextlib
import os

import forge
import frames
import network
import owvm
from holder import alone_with, attached_again
from network import Tap
from owvm import Code

PORTS = 100  # of each of two users
POLICY = f"permit group owvm bridge br-lab taps {PORTS}\n"


def come_back_and_lie(taps):
    """As the holder; how often the lie could be written."""
    written = 0
    for fd, name, mac in taps:
        with contextlib.suppress(OSError), attached_again(fd, name) as again:
            written += os.write(again, forge.arp_sender(mac).data) > 0
    return written


def heard(victim, macs):
    """How many lies of these the victim gets, and how many other frames."""
    lies = {owvm.mac_bytes(mac): forge.arp_sender(mac) for mac in macs}
    got = [lies[frame[6:12]].is_it(frame) for frame in victim.frames() if frame[6:12] in lies]
    return sum(got), len(got) - sum(got)


def test_a_plain_tap_with_guards_passes_the_lie_of_who_comes_back(alice, bridge):
    mac = "52:54:00:00:00:0a"
    try:
        with Tap.make("plain0", bridge) as liar, Tap.make("plain1", bridge) as victim:
            network.command("nft", "add table netdev naive; add chain netdev naive in "
                            "{ type filter hook ingress device plain0 priority 0; }; "
                            f"add rule netdev naive in arp saddr ether != {mac} drop")
            liar.send(forge.arp_sender(mac).lie)
            assert heard(victim, [mac]) == (0, 0)
            fd = liar.fd
            assert alone_with(alice, [liar], lambda: come_back_and_lie([(fd, "plain0", mac)])) == 1
            assert heard(victim, [mac]) == (1, 0)
    finally:
        network.command("nft", "delete", "table", "netdev", "naive", check=False)


def test_who_comes_back_to_a_port_is_not_heard_once_in_200_times(
        either_mode, alice, bob, bridge, capsys):
    running = either_mode(POLICY)
    written = lies = 0
    for user in (alice, bob):
        with contextlib.ExitStack() as stack:
            victim = stack.enter_context(Tap.make("plain1", bridge))
            replies = [stack.enter_context(running.request(user, user.tap(bridge)))
                       for _ in range(PORTS)]
            assert {reply.code for reply in replies} == {Code.OK}
            macs = [reply.mac for reply in replies]
            for reply in replies:
                Tap(reply.fd, reply.interface).send(
                    frames.arp_request(reply.mac, forge.ADDRESS, forge.VICTIM))
            assert heard(victim, macs) == (0, PORTS)
            taps = [(reply.fd, reply.interface, reply.mac) for reply in replies]
            written += alone_with(user, replies, lambda: come_back_and_lie(taps))
            lies += heard(victim, macs)[0]
    with capsys.disabled():
        print(f"\n{lies} of {written} lies were heard from ports to which their holder came back")
    assert lies == 0
    # Nobody is to be blamed for what he did at his own end.
    with Tap.make("plain1", bridge) as victim, running.request(bob, bob.tap(bridge)) as reply:
        assert reply.code == Code.OK, reply.text
        tap = Tap(reply.fd, reply.interface)
        assert frames.hears(tap, reply.mac, frames.udp6(reply.mac, "ff02::1", 4711), victim)
