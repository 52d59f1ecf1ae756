# SPDX-License-Identifier: MIT
"""What of the tests a change can touch, for tests/check --changed.

usage: changed.py REVISION

Prints the folders of tests/e2e for all that differs from the revision, commits and the working tree
alike, one a line; "." stands for none. Unit and layout tests take seconds and always run."""
import pathlib
import subprocess
import sys

TOP = pathlib.Path(__file__).resolve().parents[2]
NETD = {"netd", "attack", "recovery", "policy", "bridge-helper", "network"}
OWRUN = {"launcher", "kept", "console", "network", "disk", "share", "sandbox", "doctor", "attack"}
ALL = NETD | OWRUN
NONE = set()

# The longest name that a path begins with counts. What begins with none of them touches all.
TOUCHES = {
    "common": ALL,
    "policy": {"policy", "netd", "attack"},
    "netd": NETD,
    "launcher/base": OWRUN | {"bridge-helper"},
    "launcher/vm": OWRUN,
    "launcher/plan": OWRUN,
    "launcher/host": {"launcher", "network", "share", "disk", "console", "doctor"},
    "launcher/runtime": OWRUN,
    "launcher/home": {"kept", "launcher", "disk", "attack"},
    "launcher/disk": {"disk", "kept", "share", "sandbox"},
    "launcher/options": OWRUN,
    "launcher/netd-client": {"network", "launcher", "doctor", "bridge-helper"},
    "launcher/sandbox": {"sandbox", "share", "disk", "console", "launcher"},
    "launcher/qemu": OWRUN,
    "launcher/console": {"console", "launcher"},
    "launcher/doctor": {"doctor"},
    "launcher/start": OWRUN,
    "launcher/command": OWRUN,
    "launcher/bridge-helper": {"bridge-helper"},
    "launcher/completions": NONE,
    "launcher/man": NONE,
    "netd/man": NONE,
    "policy/man": NONE,
    "tests/benchmarks": NONE,
    "tests/fuzz": NONE,
    "tests/layout": NONE,
    "tests/policy": NONE,
    "tests/unit": NONE,
    **{f"tests/e2e/{folder}": {folder} for folder in ALL},
}


def touched(path):
    """The folders of tests/e2e that a file can touch."""
    if path.endswith(".md"):
        return NONE
    parents = [str(parent) for parent in pathlib.PurePath(path).parents]
    return next((TOUCHES[parent] for parent in parents if parent in TOUCHES), ALL)


def differs(revision):
    """The files that differ from the revision, or are new."""
    commands = (("git", "diff", "--name-only", revision),
                ("git", "ls-files", "--others", "--exclude-standard"))
    return [line for command in commands
            for line in subprocess.run(command, cwd=TOP, capture_output=True, text=True,
                                       check=True).stdout.splitlines()]


def main(revision):
    folders = set().union(*map(touched, differs(revision)))
    print("\n".join(sorted(folders)) or ".")


if __name__ == "__main__":
    main(sys.argv[1])
