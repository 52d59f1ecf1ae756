# SPDX-License-Identifier: MIT
"""QEMU as a user starts it by hand, its network by owvm-bridge-helper."""
import os
import pathlib
import subprocess
import tempfile

import network
from console import READY

PROGRAM = "qemu-system-x86_64"
HELPER = "/usr/local/bin/owvm-bridge-helper"
CLIENT_PAGE = "http://192.168.1.1/"


def netdev(bridge, helper=HELPER, kind="bridge"):
    return f"{kind},id=lan,br={bridge},helper={helper}"


class Qemu:
    """A VM whose one NIC is on the netdev 'lan'. paused: the guest does not run at all."""

    def __init__(self, user, guest, lan, *options, device="virtio-net-pci", paused=False):
        self.user = user
        self.serial = pathlib.Path(tempfile.mkdtemp(), "serial")
        os.chown(self.serial.parent, user.uid, user.gid)
        command = (PROGRAM, "-nodefaults", "-display", "none", "-accel", "tcg", "-m", "128",
                   "-kernel", str(guest / "vmlinux"), "-initrd", str(guest / "initrd.gz"),
                   "-append", "console=ttyS0 quiet", "-serial", f"file:{self.serial}",
                   "-netdev", lan, "-device", f"{device},netdev=lan") + options
        self.process = subprocess.Popen(
            command + (("-S",) if paused else ()), user=user.uid, group=user.gid,
            extra_groups=user.groups, cwd=user.home, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)

    def wait_port(self, bridge):
        """The first port of this user on the bridge, once it is there."""
        own = f"ow{self.user.uid}t"

        def found():
            assert self.process.poll() is None, self.process.communicate()[1]
            return [name for name in network.ports(bridge) if name.startswith(own)]
        names = network.wait_until(found, 20)
        assert names, "QEMU got no port"
        return names[0]

    def wait_ready(self, seconds=60):
        def ready():
            assert self.process.poll() is None, self.process.communicate()[1]
            return self.serial.exists() and READY in self.serial.read_bytes()
        assert network.wait_until(ready, seconds), self.serial.read_bytes()
        return self

    def wait_end(self):
        """For a QEMU that ends by itself: its exit status and its stderr."""
        errors = self.process.communicate(timeout=30)[1]
        return self.process.returncode, errors

    def kill(self):
        self.process.kill()
        self.process.communicate()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.kill()


def assert_reachable(bridge):
    """A client plugged into the bridge gets a lease and the page of the guest."""
    with network.Client(bridge) as client:
        assert "obtained from 192.168.1.1" in client.dhcp()
        page = client.run("busybox", "wget", "-q", "-O", "-", CLIENT_PAGE).stdout
    assert "owvm demo router" in page


def answers_arp(bridge):
    """Does the guest answer a client on the bridge that asks for its address?"""
    with network.Client(bridge) as client:
        client.run("ip", "addr", "add", "192.168.1.2/24", "dev", "eth0")
        return client.run("busybox", "arping", "-q", "-f", "-c", "1", "-w", "1", "-I", "eth0",
                          "192.168.1.1", check=False).returncode == 0


def assert_gone(bridge):
    """The user's ports have left, and a bridge that netd made is gone with them."""
    assert network.wait_until(lambda: not any(
        link.get("ifalias", "").startswith("owvm port") for link in network.links().values()))
    assert network.wait_until(lambda: bridge not in network.made_by_netd())
