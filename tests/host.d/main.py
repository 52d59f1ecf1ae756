# SPDX-License-Identifier: MIT
"""Called by tests/host: main.py PLACE run LINE... | e2e FILE... | kernel"""
import os
import signal
import subprocess
import sys
import time

import vm
import tally

FILE = 3600  # seconds for a file of tests
PYTEST = ("/usr/bin/python3 -B -m pytest -p no:cacheprovider -q --tb short -rfE "
          f"--junit-xml {vm.BUILD}/result.xml")
# VMs of the tests run under the KVM of this host, which is emulated: see README.md.
SLOW = "OWVM_SLOWNESS=10 OWVM_ACCEL='--accel kvm --kvm-timeout 600'"
MAKE_KVM = "modprobe kvm_amd; mknod -m 666 /dev/kvm c 10 232"


def say(text):
    print(f"host: {text}", file=sys.stderr, flush=True)


def run(host, words):
    started = time.monotonic()
    host.install()
    say(f"installed after {time.monotonic() - started:.0f} s")
    return host.run(" ".join(words)).returncode


def one_file(host, name, results):
    """Its counts; all that it said is in a file of its own."""
    log = results / f"{name.replace('/', '-')}.log"
    with log.open("wb") as output:
        try:
            host.run(f"rm -f {vm.BUILD}/result.xml; cd {vm.TREE} && OWVM_BUILD={vm.BUILD}/gcc "
                     f"{SLOW} tests/sandbox sh -c '{MAKE_KVM} && exec {PYTEST} tests/e2e/{name}'",
                     timeout=FILE, stdout=output, stderr=subprocess.STDOUT)
        except subprocess.TimeoutExpired:
            say(f"{name}: no end after {FILE} s")
    xml = log.with_suffix(".xml")
    with xml.open("wb") as output:
        host.run(f"cat {vm.BUILD}/result.xml", stdout=output, stderr=subprocess.DEVNULL)
    try:
        return tally.of_pytest(xml), log
    except tally.UNREADABLE:
        return [0, 1, 0], log


def failures(log):
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    return [line for line in lines if line.startswith(("FAILED ", "ERROR "))] or lines[-3:]


def e2e(host, names):
    results = host.place / "results"
    results.mkdir(exist_ok=True)
    total = [0, 0, 0]
    # As where Docker runs: nothing in a network namespace loads it.
    host.run("modprobe br_netfilter")
    for name in names:
        started = time.monotonic()
        counts, log = one_file(host, name, results)
        total = [a + b for a, b in zip(total, counts)]
        say(f"{name}: {counts[0]} passed, {counts[1]} failed, {counts[2]} skipped "
            f"in {time.monotonic() - started:.0f} s")
        if counts[1] or not any(counts):
            print(*failures(log), sep="\n", file=sys.stderr, flush=True)
    print(f"{total[0]} passed, {total[1]} failed, {total[2]} skipped")
    return 1 if total[1] or not total[0] else 0


def kernel(host, _):
    return host.run(f"/usr/bin/python3 -B {vm.TREE}/tests/host.d/kernel.py").returncode


def main(place, command, *words):
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    host = vm.Host(place)
    try:
        started = time.monotonic()
        host.start()
        say(f"there after {time.monotonic() - started:.0f} s")
        return {"run": run, "e2e": e2e, "kernel": kernel}[command](host, words)
    except vm.Impossible as error:
        say(error)
        return 125
    finally:
        host.close()


if __name__ == "__main__":
    os.umask(0o022)
    sys.exit(main(*sys.argv[1:]))
