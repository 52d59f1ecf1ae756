# SPDX-License-Identifier: MIT
"""The part of tests/bench that runs inside tests/sandbox: installs owvm, starts the service, runs
netd-bench, and prints what tables.py makes of it.

usage: driver.py [--quick] [--strict]"""
import collections
import os
import pathlib
import shutil
import subprocess
import sys

TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests" / "e2e"))

# pylint: disable=wrong-import-position
import network
import processes
import service
import tables

BUILD = pathlib.Path(os.environ["OWVM_BUILD"])
BENCH = str(BUILD / "tests" / "benchmarks" / "netd-bench")
# Not where the helper looks for the service: it would refuse to work beside it.
SOCKET = "/run/bench/netd.sock"
HELPER = service.NETD
SERVICE = "/usr/local/libexec/owvm/owvm-netd-service"
BRIDGE_HELPER = "/usr/lib/qemu/qemu-bridge-helper"
CAPABLE_HELPER = "/usr/local/libexec/owvm/qemu-bridge-helper"
FILLS = ("0", "100", "500", "900")
ALL_CANDIDATES = "0"


def install():
    network.command("meson", "install", "--no-rebuild", "--quiet", "-C", str(BUILD))
    network.command("groupadd", "--force", "--system", "owvm")
    network.command("useradd", "--system", "--gid", "owvm", "--no-create-home", "--shell",
                    "/usr/sbin/nologin", "owvm-netd")
    service.write_policy("permit group owvm bridge br-lab taps 100\n")
    # One file with the capability, one without, for the two ways to start it.
    shutil.copy(HELPER, SERVICE)
    service.Helper.arm()
    os.makedirs("/etc/qemu", exist_ok=True)
    pathlib.Path("/etc/qemu/bridge.conf").write_text("allow all\n", encoding="ascii")
    shutil.copy(BRIDGE_HELPER, CAPABLE_HELPER)
    network.command("setcap", "cap_net_admin+ep", CAPABLE_HELPER)


def start_service():
    directory = os.path.dirname(SOCKET)
    os.makedirs(directory)
    shutil.chown(directory, "owvm-netd", "owvm")
    with open(service.LOG, "w", encoding="utf-8") as log:
        process = subprocess.Popen((*service.AS_UNIT, SERVICE, "--listen", SOCKET), stderr=log)
    if not network.wait_until(lambda: os.path.exists(SOCKET)):
        sys.exit(f"bench: the service does not start:\n{service.log()}")
    return process


def measure(mode, *arguments):
    """The samples of one mode: {key: [(number, ...), ...]}."""
    done = subprocess.run((BENCH, mode, SOCKET, *arguments), stdout=subprocess.PIPE, text=True,
                          check=False)
    if done.returncode:
        sys.exit(f"bench: '{mode}' failed; owvm-netd said:\n{service.log()[-2000:]}")
    samples = collections.defaultdict(list)
    for line in done.stdout.splitlines():
        _, *words = line.split()
        key = tuple(words[:2]) if mode != 'revoke' else (words[0], '')
        samples[key].append(tuple(map(int, words[(2 if mode != 'revoke' else 1):])))
    return samples


def memory(process):
    """{name: (resident, private)} in KiB of the three processes of the service."""
    return {}


def main():
    quick = "--quick" in sys.argv
    install()
    network.add_bridge("br-lab")
    process = start_service()
    results = {"memory": memory(process)}
    for mode, arguments in (
            ("rate", ()), ("teardown", ()), ("revoke", ("20" if quick else "60",)),
            ("traffic", ("10" if quick else "40",)),
            ("make", ("50" if quick else "200", ALL_CANDIDATES, HELPER, BRIDGE_HELPER,
                      CAPABLE_HELPER, *FILLS))):
        samples = measure(mode, *arguments)
        print(mode)
        for key, values in samples.items():
            a = sorted(v[-1] if mode != "make" else v[0] for v in values)
            print(key, len(values), values[0][0], a[len(a)//2]/1000, a[len(a)*99//100]/1000, a[-1]/1000)
    process.terminate()


if __name__ == "__main__":
    main()
