# SPDX-License-Identifier: MIT
"""The part of tests/bench about bridges that span hosts, and about one host's limits, inside
tests/sandbox. The fabric is one of which 1,000 hosts are told by evpn.py and three are there: one
hears of all of them, one has FRR and hears of none, one has no FRR.

usage: capacity.py [--quick] [--strict] [--long]"""
import contextlib
import os
import pathlib
import random
import signal
import sys
import time

TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(TOP / "tests" / "e2e"), str(TOP / "tests" / "e2e" / "lib")]

# pylint: disable=wrong-import-position
from asker import Asker
import driver
import evpn
import fabric
import installed
import network
import owvm
import service
import tables
from people import User

QUICK, LONG = "--quick" in sys.argv, "--long" in sys.argv
HOSTS, GUESTS = (100, 50) if QUICK else (1000, 50)
ROUNDS = 100 if QUICK else 400
PORTS_MAX, RULES = 1023, 10000
RATE, PORTS_IN_TEN = 200, 1  # requests a second, and how many of ten make a port
SECONDS = 600 if LONG else 20
FIRST_UID = 20000
RULE = "permit group owvm bridge br-lab taps 100\n"


def prepare():
    installed.install()
    service.write_policy(RULE)


@contextlib.contextmanager
def three_hosts():
    """Of which the first one hears of all the others, in `told`."""
    network.add_bridge(fabric.UNDERLAY)
    hosts = [fabric.Host(number) for number in (-9, 1, 2, 3)]
    told = {hosts[1].address: b"".join(evpn.routes_of(number, GUESTS) for number in range(HOSTS))}
    with hosts[0]:
        speaker = evpn.start(told)
    try:
        for host in hosts[1:]:
            with host:
                network.command("ip", "route", "add", "198.18.0.0/16", "dev", "eth0")
            host.start_networkd()
            if host is not hosts[3]:
                host.start_frr()
            host.start_netd()
        yield hosts[1:]
    finally:
        os.kill(speaker, signal.SIGKILL)
        os.waitpid(speaker, 0)
        for host in reversed(hosts):
            host.close()
        network.delete_link(fabric.UNDERLAY)


def learn(host):
    """How long it takes until the kernel has all addresses."""
    start = time.monotonic()
    network.wait_until(lambda: host.flood_list(), 60)
    if not network.wait_until(lambda: len(host.remote()) >= HOSTS * GUESTS, 300):
        sys.exit(f"bench: of {HOSTS * GUESTS} addresses {len(host.remote())} have come:\n"
                 f"{host.said('bgpd')[-1000:]}")
    return time.monotonic() - start


def resident(process):
    return driver.private(process.pid)[1] / 1024


class Back:
    """What driver.memory() wants of a process."""

    def __init__(self, pid):
        self.pid = pid


def netd_memory(pid):
    return sum(own for own, _ in driver.memory(Back(pid)).values()) / 1024


def plain_port():
    """What the kernel alone takes to put a link onto the bridge, with the start of ip(8): us."""
    network.command("ip", "link", "add", "plain0", "type", "veth", "peer", "name", "plain1")
    start = time.monotonic_ns()
    network.command("ip", "link", "set", "plain0", "master", fabric.BRIDGE)
    spent = time.monotonic_ns() - start
    network.delete_link("plain0")
    return spent / 1000


def measure_hosts(hosts, alice):
    """{(request, host's number): [us, ...]}"""
    requests = {"NETS": owvm.pack_nets, "PORTS": owvm.pack_ports,
                "TAP": lambda: owvm.pack_tap(fabric.BRIDGE, alice.mac())}
    times = {(kind, number): [] for kind in (*requests, "veth") for number in range(len(hosts))}
    askers = []
    for host in hosts:
        with host:
            askers.append(Asker(alice))
    for turn in range(ROUNDS):
        for kind, request in requests.items():
            for number in random.sample(range(len(hosts)), len(hosts)):
                spent = askers[number].ask(request())
                if turn > 2:
                    times[kind, number].append(spent / 1000)
        for host, number in random.sample(list(zip(hosts, range(len(hosts)))), len(hosts)):
            with host:
                if turn % 4 == 0:
                    times["veth", number].append(plain_port())
        # What was made in this round is gone before the next one: deleting takes a lock of all.
        for host in hosts:
            with host:
                network.wait_until(lambda: not any(name.startswith("owvmb") for name in
                                                   os.listdir("/sys/class/net")))
    for asker in askers:
        asker.close()
    return times


def show_hosts(goals, times):
    for kind in ("TAP", "NETS", "PORTS"):
        full, empty, plain = (tables.median(times[kind, number]) for number in range(3))
        goals.check(f"{kind}: {HOSTS * GUESTS} remote addresses / none", full / empty, 1.1)
        goals.check(f"{kind}: FRR with none / no FRR", empty / plain, 1.1)
    more = [tables.median(times[kind, 0]) - tables.median(times[kind, 1])
            for kind in ("TAP", "veth")]
    print(f"\nwith the addresses a port takes {more[0]:.0f} us more, a plain veth {more[1]:.0f} us "
          "more\nus: median (99th percentile)    remote addresses       none     no FRR")
    for kind in ("TAP", "NETS", "PORTS", "veth"):
        cells = (f"{tables.median(found):7.0f} ({tables.at(found, 0.99):.0f})"
                 for found in (times[kind, number] for number in range(3)))
        print(f"{kind:28}", *cells)


class Somebody:
    """A user of whom no database knows, in group owvm."""

    def __init__(self, uid, group):
        self.uid, self.gid, self.groups, self.home = uid, uid, [group], "/"


def fill(netd, group):
    """As many users as a bridge has ports, one each. Gives the taps, and the us of each."""
    held, times = [], []
    for number in range(PORTS_MAX):
        user = Somebody(FIRST_UID + number, group)
        with service.connect_as(user) as sock:
            start = time.monotonic_ns()
            reply = owvm.exchange(sock, owvm.pack_tap(fabric.BRIDGE, owvm.mac_of(user.uid)))
            times.append((time.monotonic_ns() - start) / 1000)
        if reply.code != owvm.Code.OK:
            sys.exit(f"bench: port {number}: {reply.text}\n{service.log()[-1000:]}")
        held.append(reply)
    refused = netd.request(Somebody(FIRST_UID - 1, group),
                           owvm.pack_tap(fabric.BRIDGE, owvm.mac_of(FIRST_UID - 1)))
    if refused.code != owvm.Code.BRIDGE_FULL:
        sys.exit(f"bench: port {PORTS_MAX + 1}: {refused.text}")
    return held, times


def limits(alice):
    """One host: a full bridge of 1,023 users, with a policy of 10,000 rules."""
    group = alice.groups[-1] if alice.groups[-1] != alice.gid else alice.groups[0]
    network.add_bridge(fabric.BRIDGE)
    netd, times = service.Service(), {}
    rules = "".join(f"permit user {40000 + number} bridge lab{number}\n"
                    for number in range(RULES - 1))
    for name, text in (("1 rule", RULE), (f"{RULES} rules", rules + RULE)):
        service.write_policy(text)
        netd.start()
        asker = Asker(alice)
        asker.ask(owvm.pack_nets())
        times[name] = [asker.ask(alice.tap(fabric.BRIDGE)) / 1000 for _ in range(ROUNDS)]
        asker.close()
        if text is RULE:
            netd.stop()
    network.wait_until(lambda: not network.made_by_netd(), 60)
    before = netd_memory(netd.pid)
    held, filling = fill(netd, group)
    print(f"\n{PORTS_MAX} users with a port each on one bridge; {RULES} rules")
    for part in range(0, PORTS_MAX, 200):
        print(f"ports {part + 1:4} and further: {tables.median(filling[part:part + 200]):7.0f} us")
    print(f"private memory of owvm-netd: {before:.2f} MiB with no port, "
          f"{netd_memory(netd.pid):.2f} MiB with {PORTS_MAX}")
    for name, found in times.items():
        print(f"a port with {name}: {tables.median(found):.0f} us")
    start = time.monotonic()
    for reply in held:
        reply.close()
    gone = network.wait_until(lambda: not network.made_by_netd() and not network.chains(), 300)
    print(f"all ports and chains gone {time.monotonic() - start:.0f} s after the last one closed")
    return netd, bool(gone), times


def endure(netd, alice):
    """Requests at a steady rate. Gives the us of each, the memory before and after, is all gone?"""
    asker = Asker(alice)
    kinds = (["TAP"] * PORTS_IN_TEN + ["NETS", "PORTS"] * 5)[:10]
    times = {kind: [] for kind in kinds}
    before, start = 0, time.monotonic()
    for number in range(SECONDS * RATE):
        time.sleep(max(0, start + number / RATE - time.monotonic()))
        kind = kinds[number % len(kinds)]
        data = {"TAP": lambda: alice.tap(fabric.BRIDGE), "NETS": owvm.pack_nets,
                "PORTS": owvm.pack_ports}[kind]()
        times[kind].append(asker.ask(data) / 1000)
        if number == SECONDS * RATE // 10:
            before = netd_memory(netd.pid)
    spent = time.monotonic() - start
    after = netd_memory(netd.pid)
    asker.close()
    gone = network.wait_until(lambda: not network.made_by_netd() and not network.chains(), 60)
    print(f"\n{RATE} requests a second for {SECONDS} s ({spent:.0f} s; {asker.waited} times all "
          "ports were still being deleted), us: median, 99th percentile, longest")
    for kind, found in times.items():
        print(f"{kind:6} {tables.median(found):7.0f} {tables.at(found, 0.99):7.0f} "
              f"{max(found):7.0f}")
    return before, after, bool(gone)


def main():
    prepare()
    alice = User("alice")
    with three_hosts() as hosts:
        seconds = learn(hosts[0])
        times = measure_hosts(hosts, alice)
        memory = [netd_memory(host.netd.pid) for host in hosts]
        frr = [resident(hosts[0].processes[name]) for name in ("zebra", "bgpd")]
    goals = tables.Goals()
    show_hosts(goals, times)
    goals.check("memory of owvm-netd: remote addresses / none", memory[0] / memory[1], 1.1)
    print(f"\n{HOSTS} hosts with {GUESTS} guests each: {seconds:.0f} s until the kernel had all; "
          f"zebra {frr[0]:.0f} MiB, bgpd {frr[1]:.0f} MiB")
    netd, nothing_left, by_rules = limits(alice)
    before, after, gone = endure(netd, alice)
    netd.close()
    print()
    one, many = (tables.median(found) for found in by_rules.values())
    goals.check(f"a port: {RULES} rules / 1 rule", many / one, 1.1)
    goals.check("memory of owvm-netd at the end / after a tenth", after / before, 1.05)
    goals.check("runs that left a port or a chain", 2 - nothing_left - gone, 0)
    return 1 if goals.missed and "--strict" in sys.argv else 0


if __name__ == "__main__":
    sys.exit(main())
