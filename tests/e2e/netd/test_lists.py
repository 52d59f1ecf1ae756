# SPDX-License-Identifier: MIT
"""NETS and PORTS tell what the kernel has, whatever came, went, or was changed by others, and
whatever the front could not hear of."""
import contextlib
import os
import random
import re
import socket
import statistics
import time

import pytest

import network
import owvm
import processes
from holder import storm
from losing import batch, deaf, make_it_lose, many_links
from network import Tap
from owvm import Code
from people import Worker, as_user, connect_as
from service import Service

TAPS = 12
POLICY = f"permit group owvm bridge br-* taps {TAPS}\n"
STEPS, SEED = 50, 7
SLOWER, ROUNDS = 1.6, 5
RENAMED, GONE = 401, 30
ALIAS = re.compile(r"owvm port uid=(\d+) .*guest=(\S+) host=(\S+) queues=(\d+) .*label=(\S*)$")
SLOT = re.compile(r"ow(\d+)t(\d+)$")


def in_the_kernel(user):
    """What PORTS has to say, by `ip -d link`."""
    links, found = network.links(), []
    for link in sorted(links.values(), key=lambda link: link["ifindex"]):
        alias, slot = ALIAS.match(link.get("ifalias", "")), SLOT.match(link["ifname"])
        if alias and slot and alias[1] == slot[1] and (user is None or int(alias[1]) == user.uid):
            port = links.get(f"owvmb{link['ifindex']}", link)
            found.append((link["ifname"], port.get("master", ""), alias[2], alias[3],
                          int(alias[4]), alias[5], "UP" in link["flags"]))
    return found


def exchange(running, user, request):
    if user is not None:
        return running.request(user, request)
    with owvm.connect() as sock:
        return owvm.exchange(sock, request)


def listed(running, user=None):
    """All pages of PORTS; without a user: root's."""
    found, cursor = [], 0
    while True:
        reply = exchange(running, user, owvm.pack_ports(cursor))
        if reply.code == Code.END:
            return found
        assert reply.code == Code.OK, reply.text
        assert reply.next > cursor
        cursor = reply.next
        found.append((reply.interface, reply.bridge, reply.mac, reply.host_mac, reply.queues,
                      reply.label, bool(reply.flags & owvm.PORT_UP)))


def assert_lists_are_true(running, *users):
    for user in users:
        expected = in_the_kernel(user)
        assert listed(running, user) == expected
        assert running.request(user, owvm.pack_nets()).used == len(expected)
    if isinstance(running, Service):
        assert listed(running) == in_the_kernel(None)


class World:
    """Two users who come and go, an administrator who changes what is theirs."""

    def __init__(self, running, users, dice):
        self.running, self.users, self.dice = running, users, dice
        self.held, self.bridge, self.count = [], "br-lab", 0

    def come(self):
        user = self.dice.choice(self.users)
        self.count += 1
        reply = self.running.request(user, user.tap(self.bridge, f"vm{self.count}"))
        assert reply.code in (Code.OK, Code.QUOTA), reply.text
        if reply.code == Code.OK:
            self.held.append(reply)
            assert reply.interface in [port[0] for port in listed(self.running, user)]

    def go(self):
        if self.held:
            reply = self.held.pop(self.dice.randrange(len(self.held)))
            reply.close()
            assert network.wait_until(lambda: reply.interface not in network.links())

    def port(self):
        return self.dice.choice(self.held).interface if self.held else None

    def change(self, *words):
        if self.held:
            network.command("ip", "link", "set", self.port(), *words)

    def down(self):
        self.change("down")

    def up(self):
        self.change("up")

    def label(self):
        """Of a port that is up: of one that is down the kernel does not tell."""
        name = self.port()
        if name:
            network.command("ip", "link", "set", name, "up")
            alias = network.links()[name]["ifalias"]
            network.command("ip", "link", "set", name, "alias",
                            re.sub("label=.*", f"label=by-root{self.count}", alias))

    def rename_bridge(self):
        """Ports stay on a bridge that has another name than when they came."""
        name = "br-lab" if self.bridge != "br-lab" else f"br-lab{self.count}"
        network.rename(self.bridge, name)
        self.bridge = name

    def other_links(self):
        network.add_bridge("br-other")
        with Tap.open(self.users[0].slot(99)):
            assert_lists_are_true(self.running, *self.users)
        network.delete_link("br-other")

    def flush(self):
        network.command("nft", "flush", "ruleset")

    def kill_netd(self):
        if isinstance(self.running, Service):
            self.running.kill()
            self.running.start()


@pytest.mark.smoke
def test_lists_tell_what_the_kernel_has_after_every_step(either_mode, alice, bob, bridge):
    dice = random.Random(SEED)
    running = either_mode(POLICY)
    world = World(running, (alice, bob), dice)
    steps = ([world.come] * 8 + [world.go] * 4 + [world.down, world.up] * 2 +
             [world.label] * 3 + [world.rename_bridge, world.flush, world.other_links] +
             [world.kill_netd] * 2)
    done = set()
    with contextlib.ExitStack() as end:
        end.callback(lambda: [reply.close() for reply in world.held])
        for _ in range(STEPS):
            step = dice.choice(steps)
            step()
            done.add((step.__name__, bool(world.held)))
            assert_lists_are_true(running, alice, bob)
        assert len(world.held) > 3 and {(step.__name__, True) for step in steps} <= done
    if world.bridge != bridge:
        network.rename(world.bridge, bridge)


def set_alias(name, old, new):
    alias = network.links()[name]["ifalias"]
    assert old in alias
    network.command("ip", "link", "set", name, "alias", alias.replace(old, new))


@pytest.mark.parametrize("loud", ("one link", "many links"))
def test_a_list_is_true_although_announcements_were_lost(loud, netd, alice, bob, bridge):
    """Already the answer to what bob asks before the front hears anything again."""
    running = netd(POLICY)
    with running.request(bob, bob.tap(bridge)) as first, \
            running.request(bob, bob.tap(bridge, "old")) as second, \
            Tap.open("plain0") as plain, many_links() as change:
        with deaf(running) as front:
            if loud == "one link":
                make_it_lose(front, alice, plain)
            else:
                change(front)
            first.close()
            assert network.wait_until(lambda: first.interface not in network.links())
            set_alias(second.interface, "label=old", "label=new")
            network.rename(bridge, "br-new")
            sock = connect_as(bob)
            sock.send(owvm.pack_ports())
        with sock:
            told = owvm.Reply(sock.recv(owvm.REPLY_SIZE))
        assert (told.interface, told.label, told.bridge) == (second.interface, "new", "br-new")
        assert_lists_are_true(running, bob)
        # What comes behind the loss is heard again.
        network.rename("br-new", bridge)
        assert_lists_are_true(running, bob)


def test_lists_are_true_while_another_user_has_his_tap_announced_without_end(netd, alice, bob,
                                                                             bridge):
    """What of a flood is not read is asked for."""
    running = netd(POLICY)
    with Tap.open("plain0") as loud:
        network.command("ip", "link", "set", "plain0", "up")
        worker = Worker(alice, lambda: storm(loud.fd, 3), keep=[loud.fd])
        try:
            for number in range(20):
                with running.request(bob, bob.tap(bridge, f"vm{number}")) as reply:
                    assert reply.code == Code.OK, reply.text
                    assert [port[0] for port in listed(running, bob)] == [reply.interface]
                    set_alias(reply.interface, f"vm{number}", f"other{number}")
                    assert_lists_are_true(running, bob)
                assert listed(running, bob) == []
            assert worker.result() > 1000
        finally:
            worker.finish()
            network.wait_until(lambda: not network.ports(bridge))


def test_what_changed_too_often_to_be_read_is_listed_as_it_is(netd, bob, bridge):
    running = netd(POLICY)
    names = [f"br-n{number}" for number in range(RENAMED)]
    lines = [f"link set {bridge} down"]
    lines += [f"link set {old} name {new}" for old, new in zip([bridge, *names], names)]
    with running.request(bob, bob.tap(bridge)) as reply:
        assert reply.code == Code.OK, reply.text
        for changes in (lines, [f"link set {names[-1]} name {bridge}", f"link set {bridge} up"]):
            batch(changes)
            assert_lists_are_true(running, bob)
        assert listed(running, bob)[0][1] == bridge


def test_a_port_is_in_the_next_list_and_a_closed_one_is_not(netd, bob, bridge):
    """However soon it comes, also while the front lets announcements wait."""
    netd(POLICY)

    def ask(request):
        with owvm.connect() as sock:
            return owvm.exchange(sock, request)

    def come_and_go():
        seen = []
        for _ in range(GONE):
            with ask(bob.tap(bridge)) as reply:
                first, used = ask(owvm.pack_ports()), ask(owvm.pack_nets()).used
            assert (first.code, first.interface, used) == (Code.OK, reply.interface, 1)
            # netd holds the tap for a moment longer than its client.
            while reply.interface in (name for _, name in socket.if_nameindex()):
                pass
            seen.append((ask(owvm.pack_nets()).used, ask(owvm.pack_ports()).code))
        return seen
    assert as_user(bob, come_and_go) == [(0, Code.END)] * GONE


def median_of_a_list(running, user, request):
    """On one processor: a hop to another one would be half of it, in some of the runs."""
    times, processor = [], {min(os.sched_getaffinity(0))}
    for pid in (running.pid, *processes.children(running.pid)):
        os.sched_setaffinity(pid, processor)

    def ask():
        os.sched_setaffinity(0, processor)
        for _ in range(200):
            start = time.monotonic()
            with owvm.connect() as sock:
                assert owvm.exchange(sock, request).code == Code.OK
            times.append(time.monotonic() - start)
        return statistics.median(times)
    return as_user(user, ask)


@pytest.mark.alone
@pytest.mark.parametrize("operation", ("NETS", "PORTS"))
def test_the_ports_of_one_user_do_not_make_lists_of_another_slow(operation, netd, alice, bob,
                                                                 bridge, capsys):
    running = netd("permit group owvm bridge br-* taps 100\n")
    request = owvm.pack_nets() if operation == "NETS" else owvm.pack_ports()
    with contextlib.ExitStack() as held:
        held.enter_context(running.request(bob, bob.tap(bridge)))
        quiet, crowded = median_of_a_list(running, bob, request), []
        for _ in range(100):
            reply = held.enter_context(running.request(alice, alice.tap(bridge)))
            assert reply.code == Code.OK, reply.text
        # What else runs on the machine only adds.
        while len(crowded) < ROUNDS and not (crowded and min(crowded) < SLOWER * quiet):
            crowded.append(median_of_a_list(running, bob, request))
        with capsys.disabled():
            print(f"\n{operation}: {quiet * 1000:.2f} ms, with 100 ports of another user "
                  f"{min(crowded) * 1000:.2f} ms")
        assert min(crowded) < SLOWER * quiet
    assert network.wait_until(lambda: not network.ports(bridge), 30)
