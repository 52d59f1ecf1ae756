# SPDX-License-Identifier: MIT
"""Guards are nftables, which others restart: `systemctl restart nftables` begins with a flush of
all rules there are. First a table of a program that does not look, then netd's, which stays where
the kernel lets a table belong to a program and outlive it, and elsewhere is back at once."""
import contextlib
import json
import os
import select
import threading
import time

import pytest

import frames
import network
import owvm
from network import Tap
from owvm import Code

POLICY = "permit group owvm bridge br-lab\n"
WAYS = {"flush": ("flush", "ruleset"), "delete": ("delete", "table", "netdev", "owvm")}
BACK = 5  # seconds
TIMES = 20
STAYS = tuple(map(int, os.uname().release.split(".")[:2])) >= (6, 9)


def forged(mac):
    return frames.arp_request(mac, "192.168.7.1", "192.168.7.9", claimed="52:54:00:00:00:fe")


@contextlib.contextmanager
def liar(running, user):
    with running.request(user, user.tap("br-lab")) as reply:
        yield Tap(reply.fd, reply.interface), reply.mac


def remove(way):
    """Give whether the kernel said yes; a flush passes over what belongs to somebody."""
    return network.command("nft", *WAYS[way], check=False).returncode == 0


def rules():
    """What the table has, without handles and counters."""
    listed = json.loads(network.command("nft", "-j", "list", "ruleset", "netdev").stdout)
    return sorted(json.dumps([item["rule"]["chain"], *(
        expression for expression in item["rule"]["expr"] if "counter" not in expression)])
        for item in listed["nftables"] if "rule" in item)


def test_rules_that_nobody_looks_after_are_gone_for_good(bridge):
    with Tap.make("plain0", bridge) as sender, Tap.make("plain1", bridge) as victim:
        network.command("nft", "add table netdev naive; add chain netdev naive in "
                        "{ type filter hook ingress device plain0 priority 0; policy drop; }")
        mac = "52:54:00:00:00:0a"
        sender.send(forged(mac))
        assert victim.receive(frames.is_from(mac), 0.3) is None
        network.command("nft", "flush", "ruleset")
        assert frames.hears(sender, mac, forged(mac), victim)


@pytest.mark.parametrize("way", WAYS)
def test_guards_that_others_remove_stay_or_are_back_at_once(way, netd, alice, bridge, fresh_log):
    running = netd(POLICY + "permit group owvm bridge ow-%U create\n")
    with liar(running, alice) as (tap, mac), Tap.make("plain1", bridge) as victim, \
            running.request(alice, alice.tap()):
        before, chains = rules(), sorted(network.chains())
        assert len(before) > 10 and len(chains) >= 3
        removed = remove(way)
        if STAYS:
            assert removed == (way == "flush") and rules() == before
        assert network.wait_until(lambda: rules() == before, BACK)
        assert sorted(network.chains()) == chains
        assert not frames.hears(tap, mac, forged(mac), victim)
    said = sum("somebody removed the nftables table" in line for line in fresh_log().splitlines())
    assert said == (not STAYS)


@pytest.mark.parametrize("way", WAYS)
def test_none_is_heard_while_guards_are_removed_again_and_again(
        way, netd, alice, bridge, fresh_log, capsys):
    """Or few, where they cannot but go."""
    running = netd(POLICY)
    stop, sent = threading.Event(), 0

    def again_and_again():
        for _ in range(TIMES):
            remove(way)
            time.sleep(0.1)
        stop.set()
    with liar(running, alice) as (tap, mac), Tap.make("plain1", bridge) as victim:
        remover = threading.Thread(target=again_and_again)
        remover.start()
        heard = 0
        while not stop.is_set():
            tap.send(forged(mac))
            sent += 1
            while select.select([victim.fd], [], [], 0)[0]:
                heard += frames.is_from(mac)(os.read(victim.fd, 2048)[len(victim.header):])
        remover.join()
        with capsys.disabled():
            print(f"\n{way}, {TIMES} times: {heard} of {sent} forged frames were heard")
        assert network.wait_until(network.chains, BACK)
        assert not frames.hears(tap, mac, forged(mac), victim)
    if STAYS:
        assert heard == 0
    else:
        # How long netd takes depends on the machine: some ms, 0.1 s in an emulated one.
        assert heard < sent
        assert fresh_log().count("somebody removed the nftables table") >= TIMES / 2


def test_a_helper_finds_the_cable_of_a_port_whose_guards_are_gone(helper, alice, bridge):
    """None of its chains tells of it any more."""
    running = helper(POLICY)
    with liar(running, alice) as (tap, _):
        port = network.bridge_port(tap.name)
        assert port != tap.name
        network.command("nft", "flush", "ruleset")
    assert network.wait_until(lambda: tap.name not in network.links())
    assert running.request(alice, owvm.pack_nets()).code == Code.OK
    assert network.wait_until(lambda: port not in network.links())
