# SPDX-License-Identifier: MIT
"""A Debian host in QEMU (TCG): boots the disks of root.sh, and runs commands in it by ssh.

What it writes to its disks is gone when it ends. It has no way to any network; its ssh server is
reached by a port of localhost. Every wait is for a machine that is ten to twenty times slower.

A boot takes a minute, so it is done once: what is in memory then is saved, and each further host
goes on from there. The disk of the tree is another one each time, and is mounted afterwards."""
import fcntl
import hashlib
import json
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

TREE = "/usr/local/owvm-tree"
BUILD = f"{TREE}/build"
TOP = pathlib.Path(__file__).resolve().parents[2]
READY = "owvm-host: ready"
QEMU = "qemu-system-x86_64"
BOOT, END, COMMAND = 600, 120, 600  # seconds
MEMORY = 2048  # MiB
APPEND = ("root=/dev/vda rw console=ttyS0 quiet mitigations=off "
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


def readme_block(title):
    """The first commands that README has under a title."""
    readme = (TOP / "README.md").read_text(encoding="utf-8")
    parts = readme.split(f"\n{title}")[1].split("\n\n")
    block = next(part for part in parts if part.startswith("    "))
    lines = [line.strip() for line in re.sub(r" \\\n\s*", " ", block).splitlines()]
    assert all("sudo" in line for line in lines), lines
    return lines


def readme_lines(title):
    """What of them is to be done here: the packages are there, and the build is this suite's."""
    return "\n".join(re.sub(r"\bbuild\b", "build/default", line)
                     for line in readme_block(title) if "apt-get" not in line)


def qmp(path, *commands):
    """Commands for QEMU's monitor, each (name, arguments); gives the last answer."""
    with socket.socket(socket.AF_UNIX) as sock, sock.makefile("rw", encoding="utf-8") as stream:
        sock.connect(str(path))
        for name, arguments in (("qmp_capabilities", {}), *commands):
            stream.write(json.dumps({"execute": name, "arguments": arguments}) + "\n")
            stream.flush()
            answer = {}
            while "return" not in answer:
                answer = json.loads(stream.readline())
                if "error" in answer:
                    raise Impossible(f"QEMU refuses '{name}': {answer['error']['desc']}")
    return answer["return"]


class Host:
    """The VM, from start() to close()."""

    def __init__(self, place):
        self.place = pathlib.Path(place)
        # Short: the paths of ssh's control sockets are in it.
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="owvm-host-"))
        self.console, self.monitor = self.directory / "console", self.directory / "monitor"
        self.ssh_port, self.boots, self.seconds, self.process = free_port(), 0, 0, None
        self.disk, self.memory = self.place / "booted.qcow2", self.place / "booted.memory"

    def machine(self):
        """What must be the same for memory to fit."""
        return ("-nodefaults", "-display", "none", "-machine", "q35",
                "-accel", "tcg,thread=multi,tb-size=512", "-cpu", "max", "-smp", "2",
                "-m", str(MEMORY), "-kernel", str(self.place / "vmlinuz"),
                "-initrd", str(self.place / "initrd"), "-append", APPEND)

    def launch(self, snapshot, *options):
        """`snapshot`: on, or off where what is written to the root disk is to stay."""
        drives = (f"file={self.disk},format=qcow2,snapshot={snapshot}",
                  f"file={self.place / 'tree.ext4'},format=raw,snapshot=on")
        self.process = subprocess.Popen(
            (QEMU, *self.machine(), *options, "-serial", f"file:{self.console}",
             *(word for drive in drives for word in ("-drive", f"{drive},if=virtio,cache=unsafe")),
             "-netdev", f"user,id=net,restrict=on,hostfwd=tcp:127.0.0.1:{self.ssh_port}-:22",
             "-device", "virtio-net-pci,netdev=net",
             "-qmp", f"unix:{self.monitor},server=on,wait=off"),
            stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
            preexec_fn=lambda: side_by_side.die_with_parent(signal.SIGKILL))

    def stamp(self):
        version = subprocess.run((QEMU, "--version"), capture_output=True, check=True).stdout
        text = (self.place / "stamp").read_bytes() + version + repr(self.machine()).encode()
        return hashlib.sha256(text).hexdigest()

    def start(self):
        """Go on where a boot has ended; boot where none has yet, or all has changed since."""
        known = self.place / "booted.stamp"
        with (self.place / "lock").open("w", encoding="utf-8") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not known.exists() or known.read_text(encoding="utf-8") != self.stamp():
                known.unlink(missing_ok=True)
                self.boot_and_save()
                known.write_text(self.stamp(), encoding="utf-8")
        self.launch("on", "-incoming", f"exec:cat {self.memory}")
        # A connection that is made before is lost: its state is among what is loaded.
        self.wait_until(lambda: self.monitor.exists() and qmp(
            self.monitor, ("query-status", {}))["status"] == "paused", "no host goes on")
        qmp(self.monitor, ("cont", {}))
        self.text(f"date -s @{time.time():.0f} && blockdev --flushbufs /dev/vdb && mount {TREE}")

    def boot_and_save(self):
        for path in (self.disk, self.memory):  # one that runs keeps what it has open
            path.unlink(missing_ok=True)
        subprocess.run(("qemu-img", "create", "-q", "-f", "qcow2", "-F", "raw", "-b",
                        self.place / "root.ext4", self.disk), check=True)
        self.launch("off")
        self.wait_boot()
        print(f"host: booted in {self.seconds:.0f} s", file=sys.stderr, flush=True)
        self.text(f"systemctl is-system-running --wait && umount {TREE} && sync")
        self.log_out("root")
        self.console.unlink()
        self.boots = 0
        qmp(self.monitor, ("stop", {}), ("migrate", {"uri": f"exec:cat >{self.memory}"}))
        self.wait_until(lambda: qmp(self.monitor, ("query-migrate", {}))["status"] == "completed",
                        "its memory is not saved")
        self.process.terminate()
        self.process.wait(END)

    def wait_until(self, condition, problem):
        end = time.monotonic() + BOOT
        while not condition():
            if self.process.poll() is not None:
                raise Impossible(f"QEMU ended: {self.process.stderr.read().strip()}")
            if time.monotonic() > end:
                raise Impossible(f"{problem} after {BOOT} s; its console said:\n"
                                 f"{self.said()[-2000:]}")
            time.sleep(0.2)

    def wait_boot(self):
        """Its console says once more that it is ready."""
        started, self.boots = time.monotonic(), self.boots + 1
        self.wait_until(lambda: self.said().count(READY) >= self.boots, "no host")
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

    def as_readme_says(self, title):
        return self.text(f'set -e; sudo() {{ "$@"; }}; cd {TREE}\n{readme_lines(title)}')

    def install(self):
        """On a host with three users."""
        self.text("for name in alice bob carol; do useradd -m -s /bin/bash $name; done")
        return self.as_readme_says("**Install on a real host")

    def reboot(self):
        self.run("systemctl reboot")
        for user in ("root", "alice", "bob", "carol"):
            self.log_out(user)
        self.wait_boot()

    def close(self):
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(END)
        shutil.rmtree(self.directory, ignore_errors=True)


