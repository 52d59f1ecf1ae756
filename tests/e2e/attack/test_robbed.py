# SPDX-License-Identifier: MIT
"""The holder of a tap may give it any address, and a bridge believes that of its ports above all:
what is sent to another's address ends there. First a plain tap with all that a bridge can do for
its ports, then netd's port, while somebody sends to the robbed one without a pause."""
import contextlib
import os
import select
import struct
import time

import frames
from holder import held, set_address
from network import Tap
from people import Worker
from test_watch import protect

POLICY = "permit group owvm bridge br-lab taps 10\n"
PORTS, CHANGES, BEFORE = 10, 5, 20
HOLD, PACE = 0.003, 0.0001  # seconds: for each of the two addresses, between frames
SENDER, ROBBED, OTHER = "52:54:00:00:00:0c", "02:00:00:00:00:0b", "02:00:00:00:00:0d"


def rob(taps, address):
    """As the holder of these: how often it could be done, and what was heard of what others got."""
    changes = heard = 0
    for fd, name, own in taps:
        with contextlib.suppress(OSError):
            for _ in range(CHANGES):
                for mac in (address, own):
                    set_address(fd, name, mac)
                    time.sleep(HOLD)
                changes += 1
        with contextlib.suppress(OSError):
            heard += sum(b"frame " in frame for frame in Tap(fd, name).frames(HOLD))
    return changes, heard


def send_without_pause(sender, victim, address, robber, begin):
    """Numbered frames until the robber has ended, who is told to begin when some have arrived; how
    many were sent, and how many got there."""
    sent, got = 0, set()
    while not select.select([robber.results], [], [], 0)[0]:
        mark = b"frame " + struct.pack(">I", sent)
        sender.send(frames.udp(address, SENDER, "192.168.7.3", "192.168.7.1", 9, mark))
        sent += 1
        got |= arrived(victim, PACE)
        if sent == BEFORE:
            os.write(begin, b".")
    return sent, len(got | arrived(victim, 0.2))


def arrived(victim, patience):
    return {frame[48:52] for frame in victim.frames(patience) if frame[42:48] == b"frame "}


def robbery(user, taps, address, sender, victim):
    """The changes that were made, the frames that got lost, and those that a robber heard."""
    ready, begin = os.pipe()
    robber = Worker(user, lambda: rob(taps, address), ready, [fd for fd, *_ in taps])
    try:
        sent, got = send_without_pause(sender, victim, address, robber, begin)
        changes, heard = robber.result()
    finally:
        robber.kill()
        os.close(ready)
        os.close(begin)
    print(f"{sent - got} of {sent} frames got lost, others heard {heard}, by {changes} changes")
    return changes, sent - got, heard


def test_who_has_a_plain_tap_robs_his_neighbour(alice, bridge):
    with Tap.make("plain0", bridge) as thief, Tap.make("plain1", bridge) as victim, \
            Tap.make("plain2", bridge, SENDER) as sender:
        protect("plain0", OTHER)
        protect("plain1", ROBBED)
        assert any(robbery(alice, [(thief.fd, "plain0", OTHER)], ROBBED, sender, victim)[1]
                   for _ in range(10))


def test_who_has_ports_takes_nothing_by_their_addresses(either_mode, alice, bob, bridge):
    running = either_mode(POLICY)
    with contextlib.ExitStack() as stack:
        thieves = [stack.enter_context(held(running, alice)) for _ in range(PORTS)]
        robbed = stack.enter_context(held(running, bob))
        sender = stack.enter_context(Tap.make("plain2", bridge, SENDER))
        victim = Tap(robbed.fd, robbed.interface)
        taps = [(reply.fd, reply.interface, reply.host_mac) for reply in thieves]
        assert robbery(alice, taps, robbed.mac, sender, victim) == (PORTS * CHANGES, 0, 0)
        # And what he has at the end are still ports.
        for reply in thieves:
            assert frames.hears(Tap(reply.fd, reply.interface), reply.mac, frames.udp6(
                reply.mac, "ff02::1", 4711), victim)
