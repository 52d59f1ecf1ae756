# SPDX-License-Identifier: MIT
"""A Debian host in QEMU (TCG): boots the disks of root.sh, and runs commands in it by ssh.

What it writes to its disks is gone when it ends. It has no way to any network; its ssh server is
reached by a port of localhost. Every wait is for a machine that is ten to twenty times slower."""
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
import side_by_side  # pylint: disable=wrong-import-position

TREE = "/usr/src/owvm"
BUILD = f"{TREE}/build"
TOP = pathlib.Path(__file__).resolve().parents[2]
READY = "owvm-host: ready"
BOOT, END, COMMAND = 600, 120, 600  # seconds
MEMORY = 2048  # MiB
APPEND = ("root=/dev/vda rw console=ttyS0 quiet mitigations=off audit=0 "
          "systemd.show_status=0 systemd.default_timeout_start_sec=600")
SSH = ("-F", "none", "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=no",
       "-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR", "-o", "ControlMaster=auto",
       "-o", "ControlPersist=yes")


class Impossible(Exception):
    """One sentence for the person who called."""


def free_port():
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


def install_lines():
    """What README says under "Install on a real host". The packages are there, and the build is
    that of this suite."""
    readme = (TOP / "README.md").read_text(encoding="utf-8")
    block = readme.split("**Install on a real host:**")[1].split("\n\n")[1]
    lines = re.sub(r" \\\n\s*", " ", block).splitlines()
    lines = [line.strip() for line in lines if "apt-get" not in line]
    assert "meson setup build && sudo meson install -C build" in lines
    return [re.sub(r"\bbuild\b", "build/default", line) if "meson" in line else line
            for line in lines]


class Host:
    """The VM, from start() to close()."""

    def __init__(self, place):
        self.place = pathlib.Path(place)
        # Short: the paths of ssh's control sockets are in it.
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="owvm-host-"))
        self.console = self.directory / "console"
        self.ssh_port, self.boots, self.seconds, self.process = free_port(), 0, 0, None

    def arguments(self):
        drives = [f"file={self.place / disk}.ext4,if=virtio,format=raw,snapshot=on,cache=unsafe"
                  for disk in ("root", "tree")]
        return ("qemu-system-x86_64", "-nodefaults", "-display", "none", "-machine", "q35",
                "-accel", "tcg,thread=multi,tb-size=512", "-cpu", "max", "-smp", "2",
                "-m", str(MEMORY), "-kernel", str(self.place / "vmlinuz"),
                "-initrd", str(self.place / "initrd"), "-append", APPEND,
                *(word for drive in drives for word in ("-drive", drive)),
                "-serial", f"file:{self.console}", "-netdev",
                f"user,id=net,restrict=on,hostfwd=tcp:127.0.0.1:{self.ssh_port}-:22",
                "-device", "virtio-net-pci,netdev=net")

    def start(self):
        self.process = subprocess.Popen(self.arguments(), stdin=subprocess.DEVNULL,
                                        stderr=subprocess.PIPE, text=True,
                                        preexec_fn=lambda: side_by_side.die_with_parent(
                                            signal.SIGKILL))
        self.wait_boot()

    def wait_boot(self):
        started, self.boots = time.monotonic(), self.boots + 1
        while self.said().count(READY) < self.boots:
            if self.process.poll() is not None:
                raise Impossible(f"QEMU ended at once: {self.process.stderr.read().strip()}")
            if time.monotonic() - started > BOOT:
                raise Impossible(f"no host after {BOOT} s; its console said:\n{self.said()[-2000:]}")
            time.sleep(0.1)
        self.seconds = time.monotonic() - started

    def said(self):
        return self.console.read_text("utf-8", "replace") if self.console.exists() else ""

    def ssh(self, user):
        return ("ssh", *SSH, "-o", f"ControlPath={self.directory}/%r", "-i", self.place / "key",
                "-p", str(self.ssh_port), f"{user}@127.0.0.1")

    def run(self, command, user="root", timeout=COMMAND, **options):
        """A line of shell; gives what subprocess.run() gives. Each user has one login, which the
        first command makes."""
        return subprocess.run((*self.ssh(user), command), check=False, timeout=timeout,
                              stdin=subprocess.DEVNULL, **options)

    def text(self, command, user="root", status=0, **options):
        """What it says, on both outputs; it must end with that status."""
        done = self.run(command, user, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                        errors="replace", **options)
        assert done.returncode == status, f"{command}: status {done.returncode}\n{done.stdout}"
        return done.stdout.strip()

    def log_out(self, user):
        """The next command of that user logs in again."""
        subprocess.run((*self.ssh(user)[:-1], "-O", "exit", self.ssh(user)[-1]), check=False,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def install(self):
        """owvm, as README says, on a host with three users."""
        users = "for name in alice bob carol; do useradd -m -s /bin/bash $name; done"
        script = "\n".join(('set -e; sudo() { "$@"; }', users, f"cd {TREE}", *install_lines()))
        return self.text(script)

    def reboot(self):
        self.run("systemctl reboot")
        self.wait_boot()

    def close(self):
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(END)
        shutil.rmtree(self.directory, ignore_errors=True)


