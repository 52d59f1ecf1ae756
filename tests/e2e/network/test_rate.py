# SPDX-License-Identifier: MIT
"""A rule's rate is what a port passes in each direction, and no other port's."""
import contextlib
import json
import subprocess

import pytest

import network
import owvm
from owvm import Code
from station import Station

RATE = 20  # Mbit/s
SKIPPED, SECONDS = "2", "5"  # the first ones have what was saved in silence
# Alice's ports have the rate, those of bob have none.
POLICIES = {
    "cable": "permit user alice bridge br-lab rate 20\npermit user bob bridge br-lab\n",
    "bare tap": "permit user alice bridge ow-%U create rate 20\n"
                "permit user bob bridge ow-%U create\n",
}


def iperf(station, server, *arguments):
    return ("ip", "netns", "exec", station.name, "iperf3", "-J", "-O", SKIPPED, "-t", SECONDS,
            "-c", server, *arguments)


def mbit(printed):
    """What arrived, behind the headers."""
    return json.loads(printed)["end"]["sum_received"]["bits_per_second"] / 1e6


@contextlib.contextmanager
def joined(running, user, number, bridge):
    """A machine of the user's on the bridge, and the address of one that answers iperf3 there."""
    near, far = f"10.{number}.0.1", f"10.{number}.0.2"
    with running.request(user, user.tap(bridge)) as reply:
        assert reply.code == Code.OK, reply.text
        with Station(f"near{number}", reply.fd, reply.mac, f"{near}/24") as station, \
                network.Client(bridge, f"far{number}") as client:
            client.run("ip", "addr", "add", f"{far}/24", "dev", "eth0")
            server = subprocess.Popen(("ip", "netns", "exec", client.name, "iperf3", "-s"),
                                      stdout=subprocess.DEVNULL)
            try:
                assert network.wait_until(lambda: "5201" in client.run("ss", "-Hltn").stdout)
                yield station, far
            finally:
                server.kill()
                server.wait()


@pytest.fixture(params=POLICIES)
def pair(request, netd, alice, bob, bridge):
    """A machine of alice's and one of bob's, each with its server."""
    running = netd(POLICIES[request.param])
    own = request.param == "bare tap"
    with joined(running, alice, 1, alice.bridge if own else bridge) as first, \
            joined(running, bob, 2, bob.bridge if own else bridge) as second:
        assert any(name.startswith("owvmb") for name in network.links()) != own
        yield first, second


@pytest.mark.alone
def test_a_port_passes_its_rate_in_each_direction_and_slows_no_other(pair):
    limited, free = pair
    for direction in ((), ("-R",)):
        alone = mbit(network.command(*iperf(*free, *direction)).stdout)
        with subprocess.Popen(iperf(*limited, *direction), stdout=subprocess.PIPE,
                              text=True) as process:
            beside = mbit(network.command(*iperf(*free, *direction)).stdout)
            found = mbit(process.communicate(timeout=60)[0])
        print(f"rate {RATE}: {found:.1f}; none: {alone:.0f}, beside it {beside:.0f} Mbit/s")
        assert 0.9 * RATE <= found <= 1.1 * RATE
        assert beside > 5 * RATE and beside > alone / 2


def test_nets_tells_the_rate(either_mode, alice):
    running = either_mode("permit group owvm bridge br-lab rate 100000\n"
                          "permit group owvm bridge ow-%U create\n")
    first = running.request(alice, owvm.pack_nets())
    assert first.rate == 100000
    assert running.request(alice, owvm.pack_nets(first.next)).rate == 0
