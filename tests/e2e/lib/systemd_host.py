# SPDX-License-Identifier: MIT
"""A Debian with systemd as its process 1, in namespaces: a host without its own kernel, which boots
in a second. Its processes are in a control group of their own, below that of the tests."""
import contextlib
import ctypes
import os
import pathlib
import signal
import subprocess
import time
import types

import pytest

import network
import processes

BOOT = pathlib.Path(__file__).with_name("boot.sh")
NAMESPACES = ("--cgroup", "--mount", "--pid", "--net", "--ipc", "--uts")
PATIENCE = 180  # seconds, where other tests run beside it
PR_SET_PDEATHSIG = 1
ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C", "HOME": "/root",
               "DEBIAN_FRONTEND": "noninteractive"}


class Groups:
    """A control group, and all below it."""

    def __init__(self, top):
        self.top = pathlib.Path(top)
        self.top.mkdir()
        self.own = self.top / f"owvm-test-{os.getpid()}-{time.monotonic_ns()}"
        done = network.command("mount", "-t", "cgroup2", "none", str(self.top), check=False)
        try:
            self.own.mkdir()
        except OSError as error:
            pytest.skip(f"no control groups for systemd here: {done.stderr} {error.strerror}")
        assert done.returncode == 0, done.stderr

    def enter(self):
        (self.own / "cgroup.procs").write_text("0", encoding="ascii")

    def close(self):
        def gone(path):
            with contextlib.suppress(FileNotFoundError):
                path.rmdir()
            return not path.exists()

        def all_gone():
            try:
                for path in sorted(self.own.glob("**/"), reverse=True):
                    gone(path)
            except OSError:
                return False  # a process is still ending
            return not self.own.exists()
        assert network.wait_until(all_gone, PATIENCE)
        network.command("umount", str(self.top))
        self.top.rmdir()


class SystemdHost:
    def __init__(self, root_tar, place):
        self.place = pathlib.Path(place)
        self.root = self.place / "root"
        self.root.mkdir()
        self.process, self.pid = None, 0
        network.command("tar", "-C", str(self.root), "-xf", str(root_tar))
        self.groups = Groups(self.place / "groups")

    def start(self):
        def prepare():
            ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
            self.groups.enter()
        with (self.place / "boot.log").open("w", encoding="utf-8") as log:
            self.process = subprocess.Popen(
                ("unshare", *NAMESPACES, "--fork", "--kill-child", "sh", str(BOOT),
                 str(self.root)), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                preexec_fn=prepare)
        assert network.wait_until(lambda: processes.children(self.process.pid), PATIENCE)
        self.pid, = processes.children(self.process.pid)
        assert network.wait_until(self.is_up, PATIENCE), self.said()

    def is_up(self):
        return self.run("systemctl is-system-running", check=False).stdout.strip() in (
            "running", "degraded")

    def said(self):
        return (self.place / "boot.log").read_text(encoding="utf-8")

    def run(self, line, check=True, user=None, **options):
        """A line of shell as root, or by a login of the user; gives subprocess.CompletedProcess
        with all that it said in stdout."""
        shell = ("su", "-", user, "-c", line) if user else ("sh", "-c", line)
        done = subprocess.run(
            ("nsenter", f"--target={self.pid}", "--all", "--root", "--wd", *shell), check=False,
            env=ENVIRONMENT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
            stderr=subprocess.STDOUT, timeout=PATIENCE, **options)
        assert not check or done.returncode == 0, f"{line}: {done.returncode}\n{done.stdout}"
        return done

    def text(self, line, **options):
        return self.run(line, **options).stdout.strip()

    def path(self, path):
        """A file of the host for this process, also below what is mounted there."""
        return pathlib.Path(f"/proc/{self.pid}/root{path}")

    def user(self, name):
        """For people.Worker."""
        uid, gid = (int(self.text(f"id -{option} {name}")) for option in "ug")
        groups = [int(number) for number in self.text(f"id -G {name}").split()]
        return types.SimpleNamespace(name=name, uid=uid, gid=gid, groups=groups, home="/")

    def close(self):
        if self.process is not None:
            self.process.kill()
            self.process.wait()
        self.groups.close()
