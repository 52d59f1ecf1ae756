# SPDX-License-Identifier: MIT
"""A port without a declared address: how many addresses it can have a bridge learn, whatever the
bridge's own limits are."""
import pytest

import frames
import network
from conftest import OWN_BRIDGE
from network import Tap
import owvm
from owvm import Code

POLICY = "permit user alice bridge br-lab mac any\n" + OWN_BRIDGE
LIMIT = 32
FLOOD = 2000


def mac(number):
    return f"52:54:00:00:{number >> 8:02x}:{number & 0xFF:02x}"


def learned(port):
    return {entry["mac"] for entry in network.fdb(network.bridge_port(port))
            if entry.get("state") != "permanent"}


def hello(number):
    return frames.ethernet(frames.BROADCAST, mac(number), 0x88B5, b"hello")


def test_a_plain_tap_fills_the_table(bridge):
    with Tap.make("plain0", bridge) as liar:
        for number in range(FLOOD):
            liar.send(hello(number))
        assert network.wait_until(lambda: len(learned("plain0")) == FLOOD)


@pytest.mark.parametrize("own", (False, True), ids=("cable", "bare"))
def test_a_port_has_the_bridge_learn_no_more_than_a_few(own, either_mode, alice, bridge):
    name = alice.bridge if own else bridge
    running = either_mode(POLICY)
    with running.request(alice, owvm.pack_tap(name)) as reply:
        assert (reply.code, reply.mac) == (Code.OK, "00:00:00:00:00:00")
        with Tap.make("plain1", name) as victim:
            tap = Tap(reply.fd, reply.interface)
            for number in range(FLOOD):
                tap.send(hello(number))
            assert network.wait_until(lambda: len(learned(reply.interface)) == LIMIT)
            assert learned(reply.interface) == {mac(number) for number in range(LIMIT)}
            # Who was met first is heard still, all others are not.
            assert victim.receive(lambda frame: frame[6:12] == bytes.fromhex(
                mac(LIMIT).replace(":", "")), 0.2) is None
            tap.send(hello(LIMIT - 1))
            assert victim.receive(lambda frame: frame == hello(LIMIT - 1)) is not None
