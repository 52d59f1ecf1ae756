# SPDX-License-Identifier: MIT
"""The part of tests/bench about images, inside tests/sandbox: pulling one, and a VM made of it.

usage: images.py [--quick] [--strict]"""
import gzip
import hashlib
import json
import pathlib
import random
import subprocess
import sys
import tempfile
import threading
import time

import launch
import tables
from launch import QUICK, STAMPS, resident

# pylint: disable=wrong-import-position
import images
import processes
from machine import owrun
from mirror import Mirror
from people import User
from release import KEY, Release, put_versions

MIB = 1 << 20
SIZE = 120 * MIB
BY_HAND = 'curl -s "$0" | tee >(sha256sum >sum) | gunzip >disk && wait'


def make_image():
    """As full as OpenWrt's ext4-combined: an eighth is files, half of which packs well."""
    dice = random.Random(1)
    files = b"".join(dice.randbytes(MIB // 2) + dice.randbytes(512) * 1024 for _ in range(16))
    return files + bytes(SIZE - len(files))


def serve(directory, name):
    """A server in a process of its own. Gives it, and the URL."""
    server = subprocess.Popen((sys.executable, "-u", "-m", "http.server", "--bind", "127.0.0.1",
                               "--directory", directory, "0"), stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, text=True)
    port = server.stdout.readline().split("port ")[1].split()[0]
    return server, f"http://127.0.0.1:{port}/{name}"


def timed(run):
    started = time.monotonic()
    done = run()
    seconds = time.monotonic() - started
    if done.returncode:
        sys.exit(f"bench: {done.args}: {done.stderr}")
    return seconds


def measure_pull(alice, goals):
    image = make_image()
    packed = gzip.compress(image, 9)
    expected = hashlib.sha256(packed).hexdigest()
    times = {"owrun": [], "by hand": []}
    with tempfile.TemporaryDirectory() as directory:
        pathlib.Path(directory).chmod(0o755)
        pathlib.Path(directory, "i.img.gz").write_bytes(packed)
        server, url = serve(directory, "i.img.gz")
        runs = {"owrun": lambda: owrun(alice, "pull", "-q", "--sha256", expected, url),
                "by hand": lambda: alice.run("bash", "-o", "pipefail", "-c", BY_HAND, url)}
        for _ in range(3 if QUICK else 15):
            for name, run in runs.items():
                times[name].append(timed(run))
            owrun(alice, "images", "rm", "i")
        memory = peak_of(alice, runs["owrun"])
        server.kill()
    owrun(alice, "images", "rm", "i")
    medians = {name: tables.median(samples) for name, samples in times.items()}
    goals.check("pull of 120 MiB, owrun / curl | tee >(sha256sum) | gunzip",
                medians["owrun"] / medians["by hand"], 1.0)
    goals.check("private memory of pull and of what unpacks, at most", memory, 16, "MiB")
    print(f"  pull: owrun {medians['owrun']:.2f} s, by hand {medians['by hand']:.2f} s "
          f"({len(packed) / MIB:.1f} MiB packed)")


def peak_of(user, run):
    """The most private memory that processes of the user have had at a time, in MiB."""
    worker = threading.Thread(target=run)
    worker.start()
    peak = 0
    while worker.is_alive():
        found = 0
        for pid in processes.of_user(user.uid):
            try:
                found += resident(pid)
            except (OSError, KeyError):
                pass
        peak = max(peak, found)
        time.sleep(0.005)
    return peak


def to_exec(alice, *command):
    """Nanoseconds from the start of a command to main() of the stand-in for QEMU."""
    before = time.monotonic_ns()
    done = alice.run(*command, env={"PATH": f"{STAMPS}:/usr/bin:/bin"})
    return launch.stamp_of(done.stderr) - before


def measure_run(alice, goals):
    """From `run openwrt`, with the image there and no VM, to QEMU: the VM is made."""
    mirror = Mirror()
    put_versions(mirror, ["23.05.0"], "23.05.0")
    Release(mirror, KEY, "23.05.0").put()
    done = owrun(alice, "pull", "-q", "--mirror", mirror.url, "--insecure-no-signature", "openwrt")
    if done.returncode:
        sys.exit(f"bench: {done.stderr}")
    mirror.close()
    samples = {"owrun": [], "alone": []}
    for _ in range(5 if QUICK else 25):
        samples["owrun"].append(to_exec(alice, launch.service.OWRUN, "run", "-d", "--lan", "user",
                                        "openwrt"))
        samples["alone"].append(to_exec(alice, STAMPS / "qemu-system-x86_64"))
        owrun(alice, "rm", "-f", "openwrt")
    own = (tables.median(samples["owrun"]) - tables.median(samples["alone"])) / tables.MILLISECOND
    goals.check("owrun run openwrt to QEMU's exec, image there, VM made", own, 100, "ms")


def main():
    launch.install()
    alice = User("alice")
    goals = tables.Goals()
    measure_pull(alice, goals)
    measure_run(alice, goals)
    assert json.loads(owrun(alice, "ls", "--json").stdout) == []
    images.forget(alice)
    return 1 if goals.missed and "--strict" in sys.argv else 0


if __name__ == "__main__":
    sys.exit(main())
