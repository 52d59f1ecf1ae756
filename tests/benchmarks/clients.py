# SPDX-License-Identifier: MIT
"""The part of tests/bench about clients, inside tests/sandbox: an interface in a user's namespace,
by owvm-netd and by lxc-user-nic, a set-user-ID program of the package lxc, one after the other.

usage: clients.py [--quick] [--strict]"""
import os
import pathlib
import random
import subprocess
import sys
import time

TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests" / "e2e"))

# pylint: disable=wrong-import-position
import installed
import network
import owvm
import service
import tables
from namespace import Namespace
from people import User

QUICK = "--quick" in sys.argv
LXC_USER_NIC = "/usr/libexec/lxc/lxc-user-nic"
SHARED = "br-lab"


def prepare():
    installed.install()
    for bridge in (SHARED, "ow-lxc"):
        network.add_bridge(bridge)
    service.write_policy(f"permit group owvm bridge {SHARED} netns\n"
                         "permit group owvm bridge ow-%U create\n")
    os.makedirs("/etc/lxc", exist_ok=True)
    with open("/etc/lxc/lxc-usernet", "w", encoding="ascii") as stream:
        stream.write("alice veth ow-lxc 10\n")


def as_program(user, *command):
    """A program of the user's, from its start to its end."""
    start = time.monotonic()
    done = subprocess.run(command, user=user.uid, group=user.gid, extra_groups=user.groups,
                          capture_output=True, check=False)
    if done.returncode:
        sys.exit(f"bench: {command}: {done.stderr.decode()}")
    return time.monotonic() - start


def by_netd(place, bridge):
    """From a process that is there, as `owrun lan` asks; the namespace's process takes part."""
    request = owvm.pack_client(bridge, "eth0", place.user.mac())
    start = time.monotonic()
    place.control.send(request)
    data = place.control.recv(owvm.REPLY_SIZE + 1)
    seconds = time.monotonic() - start
    reply = owvm.Reply(data)
    if reply.code != owvm.Code.OK:
        sys.exit(f"bench: {reply.text}")
    return seconds


def main():
    prepare()
    alice = User("alice")
    netd = service.Service()
    netd.start()
    candidates = {
        "owvm-netd, own bridge": lambda place: by_netd(place, alice.bridge),
        "owvm-netd, shared bridge": lambda place: by_netd(place, SHARED),
        "lxc-user-nic": lambda place: as_program(
            alice, LXC_USER_NIC, "create", alice.home, "box", str(place.pid), "veth", "ow-lxc",
            "eth0"),
        "a program that does nothing": lambda place: as_program(alice, "/bin/true"),
    }
    times = {name: [] for name in candidates}
    # One port stays, so that the own bridge is made but once, as that of lxc-user-nic.
    with Namespace(alice) as first:
        by_netd(first, alice.bridge)
        for number in range(20 if QUICK else 100):
            for name, run in random.sample(sorted(candidates.items()), len(candidates)):
                with Namespace(alice) as place:
                    seconds = run(place)
                    if number > 2:
                        times[name].append(seconds * 1e6)
                network.wait_until(lambda: len(network.ports(alice.bridge)) < 2 and
                                   not network.ports(SHARED) and not network.ports("ow-lxc"))
    netd.close()
    goals = tables.Goals()
    middle = {name: tables.median(found) for name, found in times.items()}
    for name in list(candidates)[:2]:
        goals.check(f"lxc-user-nic / {name}", middle["lxc-user-nic"] / middle[name], 2.0,
                    least=True)
    print("\nan interface in a namespace, us: median (99th percentile)")
    for name, found in times.items():
        print(f"{name:50} {middle[name]:7.0f} ({tables.at(found, 0.99):.0f})")
    return 1 if goals.missed and "--strict" in sys.argv else 0


if __name__ == "__main__":
    sys.exit(main())
