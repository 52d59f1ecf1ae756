# SPDX-License-Identifier: MIT
"""Another user swaps what is on the way to the place of a user's VMs while the user works: a place
that was judged by one path, and used by another, was his at one moment and a stranger's then."""
import contextlib
import os
import pathlib
import shutil
import subprocess

import pytest

import impostor
import processes
import service
from people import Worker

RUNS = 500  # of each of two ways
LIMIT = 40  # seconds, which is enough with sanitizers, too
LOOP = """
i=0
while [ $i -lt "$1" ]; do
    i=$((i + 1))
    echo run
    case $((i % 10)) in
    0) "$0" stop --timeout 0 router;;
    5) "$0" restart -d router;;
    *) "$0" ls;;
    esac
done
"""

pytestmark = pytest.mark.alone


def put(place, user, lock, log):
    """A place with an ended VM, and a file that nobody may remove."""
    vm = place / "owvm" / "router"
    vm.mkdir(parents=True)
    for name, text in (("lock", lock), ("vm.json", '{"name": "router", "lan": "%s"}' % log),
                       ("console.log", log)):
        (vm / name).write_text(text, encoding="ascii")
    for path in (place, place / "owvm", vm, *vm.iterdir()):
        os.chown(path, user.uid, user.gid)
        path.chmod(0o700 if path.is_dir() else 0o600)


@pytest.fixture
def way(alice, carol, victim):
    """A path to alice's place by a directory of carol's, who has a place of hers beside it."""
    top = pathlib.Path("/tmp/way")
    top.mkdir()
    os.chown(top, carol.uid, carol.gid)
    mine = pathlib.Path(alice.home, "mine")
    put(mine, alice, "", "honest")
    # What is in it looks like alice's: she may read it, and it names a process of hers.
    put(top / "carols", carol, f"{victim.pid} {processes.started(victim.pid)}", "stranger")
    for path in (top / "carols", *(top / "carols").rglob("*")):
        path.chmod(0o777 if path.is_dir() else 0o666)
    (top / "run").symlink_to(mine)
    yield top / "run", mine
    shutil.rmtree(top)
    shutil.rmtree(mine)


def swap(way, mine):
    """Without end: the link leads to alice's place, to carol's, is a directory, is not there."""
    os.chdir(way.parent)
    while True:
        for target in (mine, "carols"):
            with contextlib.suppress(OSError):
                os.symlink(target, "next")
            with contextlib.suppress(OSError):
                os.rename("next", way.name)
        with contextlib.suppress(OSError):
            os.unlink(way.name)
        with contextlib.suppress(OSError):
            os.rename("carols", way.name)
        with contextlib.suppress(OSError):
            os.rename(way.name, "carols")


def contents(place):
    return {str(path): path.read_bytes() for path in place.rglob("*") if path.is_file()}


@pytest.mark.parametrize("below", ["", "/"])
def test_a_race_is_not_won(alice, carol, victim, way, below):
    """By the variable's last part, which is a symlink, or by one that goes on below it."""
    path, mine = way
    before = contents(path.parent / "carols")
    if below:
        (mine / "run").mkdir()
        (path.parent / "carols" / "run").mkdir()
        for place in (mine, path.parent / "carols"):
            (place / "owvm").rename(place / "run" / "owvm")
            owner = place.stat()
            os.chown(place / "run", owner.st_uid, owner.st_gid)
            (place / "run").chmod(0o700 if place == mine else 0o777)
        before = contents(path.parent / "carols")
        path = path / "run"
    kept = contents(mine)
    swapper = Worker(carol, lambda: swap(way[0], mine))
    try:
        loops = [subprocess.Popen(("sh", "-c", LOOP, service.OWRUN, str(RUNS // 2)),
                                  user=alice.uid, group=alice.gid, extra_groups=[], text=True,
                                  cwd=alice.home, stdin=subprocess.DEVNULL,
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                  env={"PATH": os.environ["PATH"], "HOME": alice.home,
                                       "XDG_RUNTIME_DIR": str(path)}) for _ in range(2)]
        outputs = [loop.communicate(timeout=LIMIT) for loop in loops]
    finally:
        swapper.kill()
    assert sum(output.count("run\n") for output, _ in outputs) == RUNS
    assert not [text for output in outputs for text in output if "stranger" in text]
    assert victim.poll() is None
    now = contents(path.parent.parent if below else path.parent)
    assert set(before.values()) <= set(now.values())
    assert contents(mine) == kept
