# SPDX-License-Identifier: MIT
"""A host for owrun whose KVM opens and then leaves every guest where it is, or works."""
import os
import pathlib
import stat
import subprocess

import pytest

import service

DEVICE = "/dev/kvm"
FLAGS = "flags\t\t: fpu vme vmx ept\n"
# A QEMU whose KVM is TCG: for owrun it is one that works.
FALSE_QEMU = """#!/bin/sh
for word; do
	shift
	case $word in kvm) word=tcg ;; host) word=max ;; esac
	set -- "$@" "$word"
done
exec /usr/bin/qemu-system-x86_64 "$@"
"""


def make_device():
    """/dev/kvm for everybody. Skips where the host has none, or one that works."""
    if any(os.path.exists(f"/sys/module/{name}") for name in ("kvm_intel", "kvm_amd")):
        pytest.skip("the KVM of this host works: no guest hangs")
    os.mknod(DEVICE, stat.S_IFCHR | 0o666, os.makedev(10, 232))
    os.chmod(DEVICE, 0o666)
    try:
        os.close(os.open(DEVICE, os.O_RDWR))
    except OSError as error:
        os.unlink(DEVICE)
        pytest.skip(f"this host has no KVM ({error.strerror})")


def write_cpuinfo():
    """A /proc/cpuinfo by which KVM should work."""
    path = pathlib.Path("/usr/local/share/cpuinfo")
    path.write_text(FLAGS, encoding="ascii")
    return path


def write_false_qemu():
    """Gives its directory."""
    path = pathlib.Path("/usr/local/share/false-qemu/qemu-system-x86_64")
    path.parent.mkdir(exist_ok=True)
    path.write_text(FALSE_QEMU, encoding="ascii")
    path.chmod(0o755)
    return path.parent


def on_hopeful_host(user, cpuinfo, *command, qemu=None):
    """A command as owrun's of this user, which sees that /proc/cpuinfo: its words, and the options
    of subprocess that it needs."""
    groups = ",".join(str(number) for number in user.groups)
    words = ("unshare", "--mount", "--propagation", "private", "sh", "-c",
             f"mount --bind '{cpuinfo}' /proc/cpuinfo && exec setpriv --reuid {user.uid} "
             f"--regid {user.gid} --groups {groups} -- \"$@\"", "sh", service.OWRUN) + command
    path = os.environ["PATH"] if qemu is None else f"{qemu}:{os.environ['PATH']}"
    environment = {name: value for name, value in os.environ.items() if name.endswith("_OPTIONS")}
    return words, {"cwd": user.home, "env": {"PATH": path, "HOME": user.home, **environment}}


def run(user, cpuinfo, *command, qemu=None):
    words, options = on_hopeful_host(user, cpuinfo, *command, qemu=qemu)
    return subprocess.run(words, capture_output=True, text=True, timeout=60, check=False,
                          stdin=subprocess.DEVNULL, **options)
