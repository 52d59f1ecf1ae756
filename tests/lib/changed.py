# SPDX-License-Identifier: MIT
"""What of the tests a change can touch, for tests/check --changed.

usage: changed.py REVISION

Prints the folders of tests/e2e for all that differs from where this branch left the revision,
commits and the working tree alike, with commas between; "." stands for none. Unit and layout tests
take seconds and always run."""
import pathlib
import subprocess
import sys

TOP = pathlib.Path(__file__).resolve().parents[2]
NETD = {"netd", "lan", "attack", "recovery", "policy", "bridge-helper", "network", "launcher",
        "doctor", "fabric"}
OWRUN = {"lan", "launcher", "kept", "console", "network", "disk", "share", "sandbox", "doctor",
         "attack", "image"}
ALL = NETD | OWRUN | {"package"}
NONE = set()

# The longest name that a path begins with counts. What begins with none of them touches all.
TOUCHES = {
    "common": ALL,
    "common/PROTOCOL.md": {"netd"},
    "README.md": {"image", "package"},
    "docs": {"image"},
    "policy": NETD,
    "netd": NETD,
    "netd/examples": {"fabric"},
    "launcher/base": OWRUN | {"bridge-helper", "policy"},
    "launcher/vm": OWRUN,
    "launcher/plan": OWRUN,
    "launcher/host": {"launcher", "network", "share", "disk", "console", "doctor"},
    "launcher/runtime": OWRUN,
    "launcher/home": {"kept", "launcher", "network", "disk", "attack"},
    "launcher/disk": {"disk", "kept", "share", "sandbox"},
    "launcher/options": OWRUN,
    "launcher/translate": OWRUN,
    "launcher/netd-client": {"lan", "network", "launcher", "doctor", "bridge-helper", "policy",
                             "fabric"},
    "launcher/sandbox": {"sandbox", "share", "disk", "console", "launcher", "lan"},
    "launcher/edit": {"image"},
    "launcher/filesystem": {"image"},
    "launcher/mkimage": {"image"},
    "launcher/chroot": {"image"},
    "launcher/image": {"image", "launcher", "kept"},
    "launcher/download": {"image", "launcher", "kept"},
    "launcher/passt": OWRUN,
    "launcher/qemu": OWRUN,
    "launcher/capture": {"network"},
    "launcher/map": {"network"},
    "launcher/ssh": {"console", "image"},
    "launcher/change": {"kept"},
    "launcher/import": {"kept"},
    "launcher/autostart": {"kept"},
    "launcher/console": {"console", "launcher", "attack", "image"},
    "launcher/netns": {"lan", "network"},
    "launcher/relay": {"network", "attack", "doctor", "launcher"},
    "launcher/doctor": {"doctor", "image"},
    "launcher/start": OWRUN | {"fabric"},
    "launcher/command": OWRUN | {"policy"},
    "launcher/bridge-helper": {"bridge-helper"},
    "launcher/completions": {"launcher"},
    "launcher/man": {"console"},
    "netd/man": NONE,
    "policy/man": NONE,
    "tests/benchmarks": NONE,
    "debian": {"package"},
    "tests/debian-root": {"image", "package"},
    "tests/fuzz": NONE,
    "tests/layout": NONE,
    "tests/policy": NONE,
    "tests/unit": NONE,
    **{f"tests/e2e/{folder}": {folder} for folder in ALL},
}


def touched(path):
    """The folders of tests/e2e that a file can touch."""
    parents = [str(parent) for parent in pathlib.PurePath(path).parents]
    if path.endswith(".md"):
        return TOUCHES.get(path, NONE)
    return next((TOUCHES[parent] for parent in parents if parent in TOUCHES), ALL)


def differs(revision):
    """The files that differ from where this branch left the revision, or are new. One that moved
    counts where it was, too."""
    base, = git("merge-base", revision, "HEAD")
    return (git("diff", "--name-only", "--no-renames", base)
            + git("ls-files", "--others", "--exclude-standard"))


def git(*arguments):
    return subprocess.run(("git", "-c", f"safe.directory={TOP}", *arguments), cwd=TOP,
                          stdout=subprocess.PIPE, text=True, check=True).stdout.splitlines()


def main(revision):
    try:
        folders = set().union(*map(touched, differs(revision)))
    except subprocess.CalledProcessError:
        return 1  # git has said why
    print(",".join(sorted(folders)) or ".")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
