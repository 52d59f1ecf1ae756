# SPDX-License-Identifier: MIT
"""The part of tests/bench about the inside of images: a small file into a root file system of
104 MiB, by owrun and by debugfs.

usage: edit.py [--quick] [--strict]"""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests" / "e2e" / "lib"))

# pylint: disable=wrong-import-position
import insides
import tables

BUILD = pathlib.Path(os.environ.get("OWVM_BUILD", TOP / "build" / "bench"))
OWRUN = BUILD / "launcher" / "owrun"
ROUNDS = 10 if "--quick" in sys.argv else 50
FILES = 40
SIZE = 104 * insides.MIB
CONTENT = 16 * insides.MIB  # about what a release has


class Here:
    """Whoever runs this, in the current directory."""
    home, uid, gid = ".", os.getuid(), os.getgid()


def make_image():
    tree = insides.make_tree(pathlib.Path("tree"))
    for number in range(FILES):
        (tree / f"bin/{number}").write_bytes(os.urandom(CONTENT // FILES))
    pathlib.Path("file").write_text("x\n", encoding="ascii")
    return insides.make(Here, "d.img", tree, "dos", SIZE)


def run(*words):
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                   env={"PATH": insides.PATH, "HOME": os.getcwd()})


def by_owrun(image):
    run(OWRUN, "inject", image, "file:/etc/file")


def by_debugfs(image):
    """In the image itself: what is cut in the middle is lost, and the old inode is an orphan."""
    run("debugfs", "-w", "-R", "write file file-of-debugfs", insides.where(image, "dos"))
    run("debugfs", "-w", "-R", "rm file-of-debugfs", insides.where(image, "dos"))


def by_copy(image):
    """As safe as owrun: on a copy that takes the image's place."""
    run("cp", "--reflink=auto", "--sparse=auto", image, "copy")
    run("debugfs", "-w", "-R", "write file file-of-debugfs", insides.where("copy", "dos"))
    run("debugfs", "-w", "-R", "rm file-of-debugfs", insides.where("copy", "dos"))
    run("sync", "copy")
    run("mv", "copy", image)


def main():
    ways = {"owrun": by_owrun, "debugfs": by_debugfs, "debugfs on a copy": by_copy}
    times = {name: [] for name in ways}
    goals = tables.Goals()
    with tempfile.TemporaryDirectory(prefix="owvm-bench-") as place:
        os.chdir(place)
        image = make_image()
        for _ in range(ROUNDS):
            for name, way in ways.items():
                started = time.monotonic()
                way(image)
                times[name].append((time.monotonic() - started) * 1000)
        insides.check(image, "dos")
        os.chdir("/")
    medians = {name: tables.median(values) for name, values in times.items()}
    goals.check("a small file into 104 MiB, owrun inject", medians["owrun"], 50, "ms")
    goals.check("the same, owrun / debugfs on a copy", medians["owrun"] /
                medians["debugfs on a copy"], 1)
    for name, median in medians.items():
        print(f"  {name}: {median:.1f} ms ({min(times[name]):.1f}-{max(times[name]):.1f})")
    shutil.rmtree(place, ignore_errors=True)
    return 1 if goals.missed and "--strict" in sys.argv else 0


if __name__ == "__main__":
    sys.exit(main())
