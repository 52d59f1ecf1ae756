# SPDX-License-Identifier: MIT
"""The part of tests/bench about `owrun lan`, inside tests/sandbox: how long a short command takes
that has a port on a bridge. Its DHCP server is a client of the same user's.

usage: lan.py [--quick] [--strict]"""
import pathlib
import sys
import time

import launch
import tables
from launch import QUICK

# pylint: disable=wrong-import-position
import lan
import network
import service
from people import User

CANDIDATES = {
    "true": ("true",),
    "unshare": ("unshare", "-Urnm", "true"),
    "owrun": (service.OWRUN, "--version"),
    "address": (service.OWRUN, "lan", "BRIDGE", "--address", "192.168.1.9/24", "--", "true"),
    "dhcp": (service.OWRUN, "lan", "BRIDGE", "--", "true"),
}


def milliseconds(user, command):
    """From the start of the command to its end."""
    started = time.monotonic()
    done = user.run(*(user.bridge if word == "BRIDGE" else word for word in command))
    seconds = time.monotonic() - started
    if done.returncode:
        sys.exit(f"bench: {' '.join(command)}: {done.stderr}{service.log()}")
    # The kernel takes a namespace down when it has the time.
    time.sleep(0.1)
    return seconds * 1000


def measure(user, goals):
    samples = {name: [] for name in CANDIDATES}
    for _ in range(8 if QUICK else 40):
        for name, command in CANDIDATES.items():
            samples[name].append(milliseconds(user, command))
    medians = {name: tables.median(values) for name, values in samples.items()}
    goals.check("owrun lan NET --address CIDR -- true, all of it", medians["address"], 30, "ms")
    print("\nms from start to end, median, fastest")
    for name, values in samples.items():
        print(f"{' '.join(CANDIDATES[name]):66} {medians[name]:7.1f} {min(values):7.1f}")


def main():
    launch.install()
    alice = User("alice")
    netd = service.Service()
    netd.start()
    pathlib.Path(alice.home, "udhcpd.conf").write_text(
        lan.udhcpd_conf("192.168.1.100", "192.168.1.199"), encoding="ascii")
    with lan.Client(alice, alice.bridge, "--root", "--address", f"{lan.ROUTER}/24",
                    script="busybox udhcpd udhcpd.conf 2>/dev/null"):
        goals = tables.Goals()
        measure(alice, goals)
    network.wait_until(lambda: not network.made_by_netd())
    netd.close()
    return 1 if goals.missed and "--strict" in sys.argv else 0


if __name__ == "__main__":
    sys.exit(main())
