# SPDX-License-Identifier: MIT
"""Runs BUILD/tests/policy/driver, which shows what the policy library makes of texts."""
import os
import pathlib
import subprocess

HERE = pathlib.Path(__file__).resolve().parent
BUILD = pathlib.Path(os.environ.get("OWVM_BUILD", HERE.parents[1] / "build" / "default")).resolve()
DRIVER = BUILD / "tests" / "policy" / "driver"

# The table of names.c.
USERS = {"root": 0, "alice": 1000, "bob": 1001, "mallory": 1002, "guest": 100777, "nobody": 65534}
GROUPS = {"netlab": 2000, "owvm": 2001, "staff": 2002}


def run(*files, commands=b""):
    """What the driver prints, as lines; it must not complain."""
    done = subprocess.run((DRIVER, *files), input=commands, capture_output=True, check=False,
                          timeout=60)
    assert (done.returncode, done.stderr.decode(errors="replace")) == (0, "")
    # Not splitlines(), for which more than a newline ends a line.
    return done.stdout.decode("ascii").split("\n")[:-1]


def load(rules, ranges=b""):
    """The command that loads these bytes."""
    return b"policy %d %d\n" % (len(rules), len(ranges)) + rules + ranges


def ask(uid, gids, bridge, mac=None, queues=1, vhost=False, netns=False):
    """The command that asks for a decision."""
    listed = ",".join(map(str, gids)) or "-"
    words = (uid, listed, bridge, mac or "-", queues, int(vhost), int(netns))
    return f"ask {' '.join(map(str, words))}\n".encode("ascii")


def batch(cases):
    """cases: (rules, ranges, [arguments of ask()]). Returns for each (errors, answers), all from
    one process."""
    cases = list(cases)
    commands = b"".join(load(rules, ranges) + b"".join(ask(*question) for question in questions)
                        for rules, ranges, questions in cases)
    lines = iter(run(commands=commands))
    results = []
    for _, _, questions in cases:
        errors = list(iter(lambda: next(lines), "."))
        results.append((errors, [next(lines) for _ in questions]))
    assert list(lines) == []
    return results
