# SPDX-License-Identifier: MIT
"""The part of tests/bench about ways out of a VM, inside tests/sandbox: TCP between a guest and a
machine beyond this host, by QEMU's user network, by passt, and by a bridge with the host's NAT.

usage: wan.py [--quick]"""
import random
import sys

# pylint: disable=wrong-import-position
import launch
import network
import service
import tables
from machine import Machine
from people import User

WAN = "br-wan"
FAR, FAR_ADDRESS, HOST_ADDRESS = "far", "203.0.113.2", "203.0.113.1"
GATEWAY, GUEST_ADDRESS = "10.99.0.1", "10.99.0.2"
# The guest's card, the way from it, and the MTU that the guest has there.
WAYS = {"user network": ("eth1", "10.0.3.2", 1500), "passt": ("eth2", "10.0.2.2", 1500),
        "passt, MTU 65520": ("eth2", "10.0.2.2", 65520),
        "bridge, the host routes": ("eth3", GATEWAY, 1500)}
ROUNDS = 2 if launch.QUICK else 5


def make_world():
    """A machine beyond this host, which routes to it; gives whether it hides guests by NAT."""
    network.command("ip", "netns", "add", FAR)
    network.command("ip", "link", "add", "out", "type", "veth", "peer", "name", "eth0", "netns",
                    FAR)
    network.command("ip", "addr", "add", f"{HOST_ADDRESS}/24", "dev", "out")
    network.command("ip", "link", "set", "out", "up")
    for words in (f"addr add {FAR_ADDRESS}/24 dev eth0", "link set eth0 up", "link set lo up",
                  f"route add default via {HOST_ADDRESS}"):
        network.command("ip", "-n", FAR, *words.split())
    network.command("ip", "route", "add", "default", "via", FAR_ADDRESS)
    with open("/proc/sys/net/ipv4/ip_forward", "w", encoding="ascii") as setting:
        setting.write("1")
    network.command("ip", "netns", "exec", FAR, "iperf3", "-s", "-D")
    done = network.command("nft", "add table ip nat; add chain ip nat out "
                           "{ type nat hook postrouting priority srcnat; }; "
                           f"add rule ip nat out iifname {WAN} masquerade", check=False)
    return done.returncode == 0


def set_way(console, card, gateway, mtu):
    for words in (f"ip link set {card} mtu {mtu}",
                  f"ip route replace {FAR_ADDRESS} via {gateway} dev {card}"):
        code, said = console.run(words)
        if code:
            sys.exit(f"bench: the guest refuses '{words}': {said}")


def measure(console):
    """{way: [(to the guest, from the guest)]}, each round in an order of its own."""
    found = {name: [] for name in WAYS}
    for _ in range(ROUNDS):
        for name in random.sample(list(WAYS), len(WAYS)):
            set_way(console, *WAYS[name])
            there, back = launch.throughput(
                lambda *words, **_: launch.in_console(console, *words), "-c", FAR_ADDRESS)
            found[name].append((back, there))
    return found


def main():
    launch.install()
    service.write_policy(f"permit group owvm bridge ow-%U create\n"
                         f"permit group owvm bridge {WAN} create address {GATEWAY}/24\n")
    alice = User("alice")
    netd = service.Service()
    netd.start()
    hides = make_world()
    launch.put_iperf(share := launch.pathlib.Path(alice.home, "iperf"))
    machine = Machine(alice, launch.GUEST, "wan", "--nic", "bridge", "--nic",
                      "user,net=10.0.3.0/24", "--nic", "passt", "--nic", f"bridge={WAN}",
                      "--share", f"{share}:hostshare,ro").boot()
    with machine.console() as console:
        console.login()
        for card, address in (("eth2", "10.0.2.15"), ("eth3", GUEST_ADDRESS)):
            console.run(f"ip addr add {address}/24 dev {card}; ip link set {card} up")
        found = measure(console)
    machine.stop()
    print(f"\n{'TCP, Mbit/s (TCG), medians':42} to the guest  from the guest")
    for name, pairs in found.items():
        more = ", with NAT" if hides and "bridge" in name else ""
        to_guest, from_guest = (tables.median(column) for column in zip(*pairs))
        print(f"{name + more:42} {to_guest:12.0f} {from_guest:15.0f}")
    netd.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
