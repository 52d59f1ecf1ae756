# SPDX-License-Identifier: MIT
"""systemd as the manager of one user's units, in a control group of its own."""
import os
import pathlib
import subprocess

import network
from systemd_host import PATIENCE, Groups

# systemd starts only where one is process 1, by its directory.
START = ('mount -t cgroup2 none /sys/fs/cgroup && mkdir -p /run/systemd && '
         'mount -t tmpfs none /run/systemd && mkdir /run/systemd/system && '
         'exec setpriv --reuid "$0" --regid "$1" --init-groups /lib/systemd/systemd --user')


class UserManager:
    def __init__(self, user, place):
        self.user, self.place = user, pathlib.Path(place)
        self.runtime = pathlib.Path(f"/tmp/owvm-test-run-{user.uid}")
        self.environment = {"XDG_RUNTIME_DIR": str(self.runtime)}
        self.process = None
        self.groups = Groups(self.place / "groups")

    def start(self):
        self.runtime.mkdir(mode=0o700, exist_ok=True)
        os.chown(self.runtime, self.user.uid, self.user.gid)
        for path in (self.groups.own, *self.groups.own.glob("cgroup.*")):
            os.chown(path, self.user.uid, self.user.gid)
        with (self.place / "manager.log").open("w", encoding="utf-8") as log:
            self.process = subprocess.Popen(
                ("unshare", "--mount", "--cgroup", "sh", "-c", START, str(self.user.uid),
                 str(self.user.gid)), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                env={"PATH": os.environ["PATH"], "HOME": self.user.home, **self.environment},
                cwd=self.user.home, preexec_fn=self.groups.enter)
        assert network.wait_until(self.is_up_or_gone, PATIENCE) and self.is_up(), self.said()

    def is_up(self):
        return self.control("is-active", "basic.target").stdout.strip() == "active"

    def is_up_or_gone(self):
        return self.process.poll() is not None or self.is_up()

    def said(self):
        return (self.place / "manager.log").read_text(encoding="utf-8")

    def control(self, *words):
        """systemctl --user; gives subprocess.CompletedProcess."""
        return self.user.run("systemctl", "--user", *words, env=self.environment, timeout=PATIENCE)

    def log_out(self):
        """As after the last session: all units are stopped, and the manager ends."""
        assert self.control("exit").returncode == 0
        self.process.wait(timeout=PATIENCE)
        self.process = None

    def close(self):
        if self.process is not None:
            self.process.kill()
            self.process.wait()
        (self.groups.own / "cgroup.kill").write_text("1", encoding="ascii")
        self.groups.close()
        network.command("rm", "-rf", str(self.runtime))
