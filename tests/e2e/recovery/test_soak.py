# SPDX-License-Identifier: MIT
"""Eight users at once, each with a random mixture of everything: at the end nothing is left, and
netd is as it was. tests/soak runs it for long and prints the figures."""
import collections
import os
import random
import time

import pytest

import conftest
import network
import owvm
import processes
import service
from people import User, Worker
from soak import EXPECTED, HelperClient, ServiceClient, Soaker

USERS = 8
CYCLES = int(os.environ.get("OWVM_SOAK_CYCLES", "300"))
SEED = os.environ.get("OWVM_SOAK_SEED") or str(random.randrange(1 << 32))
RESTART_TIME = 0.2  # seconds between two kills of netd
IDLE_LOOKS = 50  # some 20 ms apart
PATIENCE = 60  # seconds: a reaper that has fallen behind closes some hundred taps a second
TUN = "/dev/net/tun"
GROWTH_MAX = 256  # KiB that a process of netd may have more at the end
POLICY = "".join(f"permit group owvm bridge {bridge} taps 16 queues 2\n"
                 for bridge in ("ow-%U create", "lab0 create", "br-lab"))


@pytest.fixture(scope="module")
def crowd(installed):
    for number in range(USERS):
        conftest.add_user(f"soak{number}", "--groups", "owvm")
    return [User(f"soak{number}") for number in range(USERS)]


def soak(crowd, client, bridges, cycles, meanwhile=lambda: None):
    """Let everybody do his part. Gives what happened."""
    workers = [Worker(user, lambda user=user: Soaker(
        user, SEED, client, [user.bridge, *bridges]).run(cycles // USERS)) for user in crowd]
    end = time.monotonic() + 30 + cycles / 5
    while not all(finished(worker) for worker in workers):
        meanwhile()
        assert time.monotonic() < end, service.log()[-2000:]
    happened = sum((worker.result() for worker in workers), collections.Counter())
    for worker in workers:
        worker.finish()
    return happened


def finished(worker):
    return network.wait_until(lambda: readable(worker.results), 0.02)


def readable(fd):
    return network.select.select([fd], [], [], 0)[0]


def usage(pid):
    """What each process of netd has: fds, and KiB of memory of its own."""
    return [(len(os.listdir(f"/proc/{one}/fd")), int(processes.status(one)["RssAnon"][0]))
            for one in (pid, *sorted(processes.children(pid)))]


def fds_of(used):
    return [fds for fds, _ in used]


def holds_a_tap(pid):
    """Does any process of netd?"""
    try:
        return any(os.readlink(entry.path) == TUN for one in (pid, *processes.children(pid))
                   for entry in os.scandir(f"/proc/{one}/fd"))
    except FileNotFoundError:
        return True  # something was closed just now


def settled_usage(pid):
    """When the reaper, which has further work when the links are gone, has had no tap for long."""
    seen = collections.deque(maxlen=IDLE_LOOKS)
    assert network.wait_until(lambda: seen.append(holds_a_tap(pid)) or (
        len(seen) == IDLE_LOOKS and not any(seen)), PATIENCE)
    return usage(pid)


def settled():
    """Wait until nothing is left; gives the seconds that it took."""
    started = time.monotonic()
    assert network.wait_until(lambda: left() == [], PATIENCE), left()
    return time.monotonic() - started


def left():
    return ([name for name in network.links() if name.startswith(("ow", "lab"))] +
            network.chains() +
            [row["dev"] for row in network.json_of("tc", "-j", "qdisc", "show", "ingress")])


def report(happened, started, what):
    """At the end of the cycles: wait until nothing is left, and say what happened."""
    seconds = time.monotonic() - started
    print(f"\n{what}: seed {SEED}: {CYCLES} cycles in {seconds:.1f} s, nothing left "
          f"{settled():.1f} s later; {dict(sorted(happened.items()))}")
    assert {name for name in happened if name.isupper() or ":" in name} <= EXPECTED
    assert happened["OK"] > CYCLES / 10


def test_a_crowd_leaves_nothing_and_the_service_is_as_before(netd, crowd, bridge):
    running = netd(POLICY)
    soak(crowd, ServiceClient, ["lab0", bridge], 10 * USERS)
    settled()
    before, started = settled_usage(running.pid), time.monotonic()
    happened = soak(crowd, ServiceClient, ["lab0", bridge], CYCLES)
    report(happened, started, "service")
    after = settled_usage(running.pid)
    print(f"fds and KiB of the back, the front and the reaper: {before}, then {after}")
    assert fds_of(after) == fds_of(before)
    if not sanitized():
        assert all(now - then <= GROWTH_MAX for (_, then), (_, now) in zip(before, after))
    assert happened["none"] == 0 and running.stop() == 0


def sanitized():
    """A sanitizer keeps what was freed."""
    return b"__asan_init" in open(service.NETD, "rb").read()


def test_a_crowd_leaves_nothing_though_netd_is_killed_again_and_again(netd, crowd, bridge):
    running = netd(POLICY)
    started, kills = time.monotonic(), [0]

    def meanwhile():
        time.sleep(RESTART_TIME)
        running.kill()
        running.start()
        kills[0] += 1
    happened = soak(crowd, ServiceClient, ["lab0", bridge], CYCLES, meanwhile)
    report(happened, started, f"service killed {kills[0]} times")
    assert kills[0] > 1


def test_a_crowd_with_helpers_leaves_nothing(helper, crowd, bridge):
    helper(POLICY)
    started = time.monotonic()
    happened = soak(crowd, HelperClient, [bridge], CYCLES)
    for user in crowd:
        service.Helper().request(user, owvm.pack_nets())
    report(happened, started, "helpers")
