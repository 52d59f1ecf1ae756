# SPDX-License-Identifier: MIT
"""`owrun lan` as a user runs it, and what is left of it."""
import contextlib
import json
import os
import subprocess

import network
import processes
import service
from machine import owrun

ROUTER = "192.168.1.1"
LOOP = 'echo ready; while read -r line; do eval "$line"; echo "= $?"; done'
UNADDRESSED = ("--address", "none")


def udhcpd_conf(first, last, *options):
    """What busybox's DHCP server on eth0 reads; the options are of leases, or lines of its own."""
    return "".join(f"{line}\n" for line in (
        "interface eth0", f"start {first}", f"end {last}", "lease_file /dev/null",
        "option subnet 255.255.255.0", *options))


def lan(user, *arguments, **options):
    return owrun(user, "lan", *arguments, **options)


def lan_well(user, *arguments, **options):
    """What the command printed."""
    done = lan(user, *arguments, **options)
    assert done.returncode == 0 and done.stderr == "", done
    return done.stdout


def lan_refused(user, *arguments):
    """The one sentence."""
    done = lan(user, *arguments)
    assert done.returncode == 125 and done.stdout == "", done
    said, = done.stderr.splitlines()
    assert said.startswith("owrun: ")
    return said[len("owrun: "):]


class Client:
    """A shell that waits for the next line, in an `owrun lan` that goes on until it ends."""

    def __init__(self, user, *arguments, script="", prefix=(), **options):
        self.user = user
        command = (*prefix, service.OWRUN, "lan", *arguments, "--", "sh", "-c",
                   f"{script}\n{LOOP}")
        self.process = subprocess.Popen(
            command, user=user.uid, group=user.gid, extra_groups=user.groups, cwd=user.home,
            env={"PATH": os.environ["PATH"], "HOME": user.home, "SHELL": "/bin/sh"}, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            start_new_session=True, **options)
        self.said = self._until("ready")

    def _until(self, mark):
        lines = []
        for line in self.process.stdout:
            if line.startswith(mark):
                return "".join(lines) + line[len(mark):]
            lines.append(line)
        raise AssertionError(f"it ended: {lines}, {self.process.stderr.read()}")

    def run(self, line):
        """Exit status and output."""
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        *lines, status = self._until("= ").splitlines(True)
        return int(status), "".join(lines)

    @property
    def address(self):
        """(MAC address, IPv4 address) of eth0."""
        shown, = json.loads(self.run("ip -j addr show eth0")[1])
        addresses = [one["local"] for one in shown["addr_info"] if one["family"] == "inet"]
        return shown["address"], *addresses

    @property
    def keeper(self):
        pid, = processes.children(self.process.pid)
        return pid

    def close(self):
        self.process.stdin.close()
        self.process.wait(20)
        self.process.stdout.close()
        self.process.stderr.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        with contextlib.suppress(BrokenPipeError):
            self.close()


def nothing_left(user):
    """Neither a process of the user's, nor a port, nor a bridge."""
    return network.wait_until(lambda: not processes.of_user(user.uid) and
                              not network.made_by_netd(), 10)
