# SPDX-License-Identifier: MIT
"""The part of tests/bench that runs inside tests/sandbox: installs owvm, starts the service, runs
netd-bench, and makes the tables."""
import os
import pathlib
import shutil
import subprocess
import sys
import time

TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests" / "e2e"))

# pylint: disable=wrong-import-position
import network
import service

BUILD = pathlib.Path(os.environ["OWVM_BUILD"])
BENCH = BUILD / "tests" / "benchmarks" / "netd-bench"
# Not where the helper looks for the service: it would refuse to work.
SOCKET = "/run/bench/netd.sock"
HELPER = "/usr/local/libexec/owvm/owvm-netd"
BRIDGE_HELPER = "/usr/lib/qemu/qemu-bridge-helper"
CAPABLE_HELPER = "/usr/local/libexec/owvm/qemu-bridge-helper"


def install():
    network.command("meson", "install", "--no-rebuild", "--quiet", "-C", str(BUILD))
    network.command("groupadd", "--force", "--system", "owvm")
    network.command("useradd", "--system", "--gid", "owvm", "--no-create-home", "--shell",
                    "/usr/sbin/nologin", "owvm-netd")
    service.write_policy("permit group owvm bridge br-lab taps 100\n")
    service.Helper.arm()
    # The service runs the same file, by its own capability.
    shutil.copy(HELPER, "/usr/local/libexec/owvm/owvm-netd-service")
    os.chmod("/usr/local/libexec/owvm/owvm-netd-service", 0o755)
    os.makedirs("/etc/qemu", exist_ok=True)
    with open("/etc/qemu/bridge.conf", "w", encoding="utf-8") as stream:
        stream.write("allow all\n")
    shutil.copy(BRIDGE_HELPER, CAPABLE_HELPER)
    network.command("setcap", "cap_net_admin+ep", CAPABLE_HELPER)


def start_service():
    os.makedirs(os.path.dirname(SOCKET))
    shutil.chown(os.path.dirname(SOCKET), "owvm-netd", "owvm")
    log = open("/var/log/netd.log", "w")
    process = subprocess.Popen(service.AS_UNIT +
        ("/usr/local/libexec/owvm/owvm-netd-service", "--listen", SOCKET), stderr=log)
    network.wait_until(lambda: os.path.exists(SOCKET))
    time.sleep(0.1)
    return process


def main():
    install()
    network.add_bridge("br-lab")
    process = start_service()
    mode = sys.argv[1]
    if mode == "shell":
        subprocess.run(sys.argv[2:])
        return
    done = subprocess.run((str(BENCH), "make", SOCKET, HELPER, BRIDGE_HELPER, CAPABLE_HELPER, *sys.argv[2:]),
                          capture_output=True, text=True)
    print(done.stderr, done.returncode)
    data = {}
    for line in done.stdout.splitlines():
        _, fill, what, ready, ended = line.split()
        data.setdefault((int(fill), what), []).append((int(ready), int(ended)))
    for (fill, what), values in sorted(data.items()):
        ready = sorted(v[0] for v in values)
        ended = sorted(v[1] for v in values)
        raw = sorted(v[0] for v in data.get((fill, "raw"), [(1,1)]))
        n = len(ready)
        print(f"{fill:4} {what:9} n={n} median {ready[n//2]/1e3:8.1f} p99 {ready[n*99//100]/1e3:8.1f}"
              f" ended {ended[n//2]/1e3:8.1f} ratio {ready[n//2]/raw[len(raw)//2]:.2f}")
    process.terminate()
    print(open("/var/log/netd.log").read()[-300:])


main()
