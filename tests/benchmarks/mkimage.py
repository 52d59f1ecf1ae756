# SPDX-License-Identifier: MIT
"""The part of tests/bench about `owrun mkimage`, inside tests/sandbox: against mke2fs -d under
fakeroot, as an ordinary user.

usage: mkimage.py [--quick] [--strict]"""
import os
import pathlib
import random
import sys
import tarfile
import time

TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests" / "e2e"))

# pylint: disable=wrong-import-position
import conftest
import network
import rootfs
import service
import tables
from machine import owrun
from people import User

BUILD = pathlib.Path(os.environ.get("OWVM_BUILD", TOP / "build" / "bench"))
QUICK = "--quick" in sys.argv
SIZE = 300 << 20  # bytes of files
PLACE = pathlib.Path("/usr/local/share/make")
IMAGE = PLACE / "image"
STATE = PLACE / "state"  # who owns what, for fakeroot
# What each does; mke2fs once with the tar unpacked before, and once with that as a part of it.
MKE2FS = "mke2fs -q -t ext4 -d tree image 600M"
UNPACK = "rm -rf tree && mkdir tree && tar -xf in.tar -C tree"


def make_tar():
    """Some 3,000 files, most of them small, as in a system."""
    source = random.Random(7)
    members, left, number = [rootfs.directory("./")], SIZE, 0
    for folder in range(600):
        members.append(rootfs.directory(f"./d{folder % 30}" if folder < 30 else
                                        f"./d{folder % 30}/e{folder}"))
    while left > 0:
        size = min(left, int(source.paretovariate(0.75) * 3000), 24 << 20)
        folder = source.randrange(30, 600)
        members.append(rootfs.member(f"./d{folder % 30}/e{folder}/file{number}",
                                     content=source.randbytes(size), uid=source.randrange(3)))
        left, number = left - size, number + 1
        if number % 50 == 0:
            members.append(rootfs.symlink(f"./d1/link{number}", f"../d2/{number}"))
    (PLACE / "in.tar").write_bytes(rootfs.tar(members, tarfile.GNU_FORMAT))
    return len(members)


def fakeroot(user, script, *options):
    return user.run("fakeroot", *options, "sh", "-c", f"cd {PLACE} && {script}",
                    env=rootfs.E2FSPROGS, timeout=600)


def timed(run):
    IMAGE.unlink(missing_ok=True)
    os.sync()
    started = time.monotonic()
    done = run()
    seconds = time.monotonic() - started
    if done.returncode:
        sys.exit(f"bench: {done.stderr}")
    return seconds


def main():
    network.command("meson", "install", "--no-rebuild", "--quiet", "-C", str(BUILD))
    network.command("groupadd", "--force", "--system", "owvm")
    conftest.add_user("alice", "--create-home", "--shell", "/bin/sh")
    alice = User("alice")
    PLACE.mkdir()
    os.chown(PLACE, alice.uid, alice.gid)
    files = make_tar()
    if fakeroot(alice, UNPACK, "-s", STATE).returncode:
        sys.exit("bench: fakeroot cannot unpack the tar")
    candidates = {
        "owrun mkimage": lambda: owrun(alice, "mkimage", PLACE / "in.tar", "-o", IMAGE, "--size",
                                       "600M"),
        "mke2fs -d, unpacked before": lambda: fakeroot(alice, MKE2FS, "-i", STATE),
        "tar, mke2fs -d": lambda: fakeroot(alice, f"{UNPACK} && {MKE2FS}"),
    }
    times = {name: [] for name in candidates}
    for _ in range(3 if QUICK else 9):
        for name, run in random.sample(sorted(candidates.items()), len(candidates)):
            times[name].append(timed(run))
            rootfs.check(IMAGE)
    goals = tables.Goals()
    middle = {name: tables.median(found) for name, found in times.items()}
    for name in list(candidates)[1:]:
        goals.check(f"{name}, under fakeroot / owrun mkimage", middle[name] /
                    middle["owrun mkimage"], 1.0, least=True)
    print(f"\nan image of {SIZE >> 20} MiB in {files} files, s: median (shortest-longest)")
    for name, found in times.items():
        print(f"{name:50} {middle[name]:7.2f} ({min(found):.2f}-{max(found):.2f})")
    return 1 if goals.missed and "--strict" in sys.argv else 0


if __name__ == "__main__":
    sys.exit(main())
