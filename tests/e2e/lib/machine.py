# SPDX-License-Identifier: MIT
"""A VM of a user, started by owrun as he would."""
import json
import os
import pathlib
import signal
import subprocess

import network
import processes
import service
from console import READY, Console

APPEND = "console=ttyS0 quiet"
# Under tests/host TCG would be in TCG.
ACCEL = os.environ.get("OWVM_ACCEL", "--accel tcg").split()
NO_NETWORK = ("--lan", "none", "--wan", "none")


def owrun(user, *arguments, **options):
    return user.run(service.OWRUN, *arguments, **options)


def done_well(user, *arguments, **options):
    done = owrun(user, *arguments, **options)
    assert done.returncode == 0, done.stderr
    return done


def refused(user, *arguments):
    """The one sentence."""
    done = owrun(user, *arguments)
    assert done.returncode == 1 and done.stdout == ""
    said, = done.stderr.splitlines()
    return said


def runtime_directory(user):
    """Where owrun keeps its files when there is no XDG_RUNTIME_DIR."""
    return pathlib.Path(f"/tmp/owvm-{user.uid}")


def left_of(user):
    """What a user's VMs left behind: processes and runtime files."""
    directory = runtime_directory(user)
    files = [str(path) for path in directory.rglob("*")] if directory.exists() else []
    return files + [f"pid {pid}: {processes.command_line(pid)}"
                    for pid in processes.of_user(user.uid)]


class Machine:
    def __init__(self, user, guest, name, *options, kernel="vmlinux", append=APPEND):
        self.user, self.name = user, name
        self.arguments = ("--name", name, *ACCEL, "--kernel", str(guest / kernel),
                          "--initrd", str(guest / "initrd.gz"), "--append", append) + options
        self.state = {}

    def start(self):
        done = owrun(self.user, "run", "-d", *self.arguments)
        assert done.returncode == 0, done.stderr
        self.state = self.listed()
        return self

    def boot(self):
        """Start it, and wait until its shell is there."""
        self.start()
        self.wait_ready()
        return self

    def create(self):
        """Make it a VM that is kept. Gives its directory."""
        rest = self.arguments[2:]
        done = owrun(self.user, "create", self.name, *rest)
        assert done.returncode == 0, done.stderr
        return pathlib.Path(self.user.home, ".local/share/owvm", self.name)

    def as_kept(self):
        """From now on it is started by its vm.conf alone."""
        self.arguments = (self.name,)
        return self

    def refused(self):
        """The one sentence that owrun says instead of starting it."""
        done = owrun(self.user, "run", "-d", *self.arguments)
        assert done.returncode != 0 and done.stdout == ""
        assert len(done.stderr.splitlines()) == 1 and done.stderr.startswith("owrun: "), done.stderr
        assert self.find() == {}
        return done.stderr[len("owrun: "):].rstrip("\n")

    def spawn(self, *options, terminal=subprocess.DEVNULL):
        """owrun run, and nobody waits for it. Gives its process."""
        return subprocess.Popen(
            (service.OWRUN, "run") + options + self.arguments,
            user=self.user.uid, group=self.user.gid, extra_groups=self.user.groups,
            cwd=self.user.home, env={"PATH": os.environ["PATH"], "HOME": self.user.home},
            stdin=terminal, stdout=terminal, stderr=terminal, start_new_session=True)

    def start_in_foreground(self, terminal):
        """owrun stays with its console on a terminal. Gives its process."""
        process = self.spawn(terminal=terminal)
        # While owrun starts QEMU the VM runs already, but has no port yet.
        assert network.wait_until(lambda: self.find().get("interface"), 20)
        self.state = self.listed()
        return process

    def find(self):
        """What `owrun ls` says of it; empty when it is not listed."""
        rows = json.loads(owrun(self.user, "ls", "--json").stdout)
        return next((row for row in rows if row["name"] == self.name), {})

    def listed(self):
        row = self.find()
        assert row.get("state") == "running", row
        return row

    def status(self):
        """All that `owrun status` tells."""
        return json.loads(owrun(self.user, "status", "--json", self.name).stdout)

    @property
    def pid(self):
        return self.state["pid"]

    @property
    def interface(self):
        return self.state["interface"]

    def console(self):
        return Console(pathlib.Path(self.state["directory"], "console.sock"))

    def answer(self, port):
        """Something in the guest accepts connections to that port."""
        with self.console() as console:
            console.login()
            code, said = console.run(
                f"(nc -ll -p {port} -e cat &); for i in $(seq 100); do "
                f"netstat -ltn | grep -q ':{port} ' && break; usleep 100000; done")
            assert code == 0, said

    def wait_ready(self, seconds=60):
        log = pathlib.Path(self.state["directory"], "console.log")
        assert network.wait_until(lambda: READY in log.read_bytes(), seconds), log.read_bytes()

    def stop(self):
        """By the power button; only a guest that is up listens to it."""
        done = owrun(self.user, "stop", self.name)
        assert done.returncode == 0, done.stderr
        assert "power button: ended" in done.stdout

    def quit(self):
        """Without waiting for the guest."""
        done = owrun(self.user, "stop", "--timeout", "0", self.name)
        assert done.returncode == 0, done.stderr

    def kill(self):
        os.kill(self.pid, signal.SIGKILL)
