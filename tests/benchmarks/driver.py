# SPDX-License-Identifier: MIT
"""The part of tests/bench that runs inside tests/sandbox: installs owvm, starts the service, runs
netd-bench, and prints what tables.py makes of it.

usage: driver.py [--quick] [--strict] [MODE...]"""
import collections
import os
import pathlib
import shutil
import subprocess
import sys
import time

TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests" / "e2e" / "lib"))

# pylint: disable=wrong-import-position
import network
import processes
import service
import tables

BUILD = pathlib.Path(os.environ.get("OWVM_BUILD", TOP / "build" / "bench"))
BENCH = str(BUILD / "tests" / "benchmarks" / "netd-bench")
# Not where the helper looks for the service: it would refuse to work beside it.
SOCKET = "/run/bench/netd.sock"
SERVICE = "/usr/local/libexec/owvm/owvm-netd-service"
BRIDGE_HELPER = "/usr/lib/qemu/qemu-bridge-helper"
CAPABLE_HELPER = "/usr/local/libexec/owvm/qemu-bridge-helper"
BRIDGE = "br-lab"
# The service would take the ports of others for its own that were tampered with, and its watching
# costs them time: they are measured in a network without it, made in the same way.
WATCHED, APART = "watched", "apart"
# A port on one's own bridge is a bare tap: measured in a third network, whose bridge is such a one.
OWN, OWN_BRIDGE, OWN_SOCKET = "own", "ow-30001", "/run/bench/own.sock"
FILLS = ("0", "100", "500", "900")
ALL_CANDIDATES = "0"


def install():
    network.command("meson", "install", "--no-rebuild", "--quiet", "-C", str(BUILD))
    network.command("groupadd", "--force", "--system", "owvm")
    network.command("useradd", "--system", "--gid", "owvm", "--no-create-home", "--shell",
                    "/usr/sbin/nologin", "owvm-netd")
    service.write_policy(f"permit group owvm bridge {BRIDGE} taps 100\n"
                         "permit group owvm bridge ow-%U create taps 100\n")
    # One file without the capability, one with it, for the two ways to start it.
    shutil.copy(service.NETD, SERVICE)
    service.Helper.arm()
    os.makedirs("/etc/qemu", exist_ok=True)
    pathlib.Path("/etc/qemu/bridge.conf").write_text("allow all\n", encoding="ascii")
    shutil.copy(BRIDGE_HELPER, CAPABLE_HELPER)
    network.command("setcap", "cap_net_admin+ep", CAPABLE_HELPER)


def netns(name):
    return f"/run/netns/{name}"


def inside(name, *command):
    return ("nsenter", f"--net={netns(name)}", "--", *command)


def make_network(name, bridge=BRIDGE):
    network.command("ip", "netns", "add", name)
    for command in (f"link add {bridge} type bridge forward_delay 0 mcast_snooping 0",
                    f"link set {bridge} up", "link set lo up"):
        network.command("ip", "-n", name, *command.split())


def start_service(name=WATCHED, program=SERVICE, path=SOCKET):
    directory = os.path.dirname(path)
    os.makedirs(directory, exist_ok=True)
    shutil.chown(directory, "owvm-netd", "owvm")
    with open(service.LOG, "a", encoding="utf-8") as log:
        process = subprocess.Popen(inside(name, *service.AS_UNIT, program, "--listen", path),
                                   stderr=log)
    if not network.wait_until(lambda: os.path.exists(path)):
        sys.exit(f"bench: the service does not start:\n{service.log()}")
    return process


def measure(mode, *arguments):
    """The samples of one mode: {(word, word): [numbers, ...]}."""
    done = subprocess.run(inside(WATCHED, BENCH, mode, SOCKET, *arguments), stdout=subprocess.PIPE,
                          text=True, check=False)
    if done.returncode:
        sys.exit(f"bench: '{mode}' failed; owvm-netd said:\n{service.log()[-2000:]}")
    samples = collections.defaultdict(list)
    for line in done.stdout.splitlines():
        _, first, second, *numbers = line.split()
        samples[first, second].append([int(number) for number in numbers])
    return samples


def private(pid):
    """(private, resident) KiB of a process."""
    with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as stream:
        sizes = {words[0]: int(words[1]) for words in map(str.split, stream)
                 if words[-1] == "kB"}
    return sizes["Private_Clean:"] + sizes["Private_Dirty:"], sizes["Rss:"]


def memory(process):
    """{name: (private, resident)} of the service's processes, after some work."""
    found = {"back": private(process.pid)}
    for pid in processes.children(process.pid):
        capable = processes.capabilities(pid)["CapEff"] != 0
        found["reaper" if capable else "front"] = private(pid)
    return found


def modes(quick):
    return {
        "make": ("50" if quick else "200", ALL_CANDIDATES, service.NETD, BRIDGE_HELPER,
                 CAPABLE_HELPER, netns(APART), netns(OWN), OWN_SOCKET, *FILLS),
        "list": ("200" if quick else "1000",),
        "rate": (), "teardown": (),
        "revoke": ("20" if quick else "100",),
        "traffic": ("10" if quick else "40",),
    }


def main():
    wanted = [word for word in sys.argv[1:] if not word.startswith("-")]
    # Others who change links hold a lock that all network namespaces share.
    print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f} at the start "
          "(above 1 the times are mostly those of others)\n")
    install()
    make_network(WATCHED)
    make_network(APART)
    make_network(OWN, OWN_BRIDGE)
    process, own = start_service(), start_service(OWN, path=OWN_SOCKET)
    results = {}
    for mode, arguments in modes("--quick" in sys.argv).items():
        if not wanted or mode in wanted:
            start = time.monotonic()
            results[mode] = measure(mode, *arguments)
            print(f"bench: {mode}: {time.monotonic() - start:.0f} s", file=sys.stderr)
    results["memory"] = memory(process)
    for started in (process, own):
        started.terminate()
        started.wait()
    missed = tables.show(results)
    return 1 if missed and "--strict" in sys.argv else 0


if __name__ == "__main__":
    sys.exit(main())
