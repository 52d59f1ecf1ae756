# SPDX-License-Identifier: MIT
"""What the kernel has: links, bridges, nft chains; taps of our own; clients plugged in."""
import fcntl
import json
import os
import select
import socket
import struct
import subprocess
import time

TUNSETIFF = 0x400454CA
TUNGETIFF = 0x800454D2
TUNSETPERSIST = 0x400454CB
IFF_TAP, IFF_NO_PI, IFF_VNET_HDR, IFF_TUN_EXCL = 0x0002, 0x1000, 0x4000, 0x8000
# The link group that marks a bridge as made by netd.
BRIDGE_GROUP = str(0x6F77766D)
VNET_HEADER = bytes(10)
RTMGRP_LINK = 1
SLOWNESS = float(os.environ.get("OWVM_SLOWNESS", "1"))  # of this machine


def command(*arguments, **options):
    options = {"check": True, "capture_output": True, "text": True, "timeout": 60, **options}
    return subprocess.run(arguments, **options)


def json_of(*arguments):
    output = command(*arguments).stdout
    return json.loads(output) if output.strip() else []


def links():
    """All links by name, as `ip -d -j link` tells them."""
    return {link["ifname"]: link for link in json_of("ip", "-d", "-j", "link") if link}


def ports(bridge):
    """What is on the bridge; of a cable of netd's the tap, as long as there is one."""
    found = links()
    cables = {f"owvmb{link['ifindex']}": name for name, link in found.items()}
    return {cables.get(name, name) for name, link in found.items() if link.get("master") == bridge}


def bridge_port(tap, found=None):
    """What of a port of netd's is on the bridge: the inner end of its cable, or the tap itself."""
    found = links() if found is None else found
    inner = f"owvmb{found[tap]['ifindex']}" if tap in found else ""
    return inner if inner in found else tap


def master(tap):
    """The bridge that a port of netd's is on, by its cable or itself; None: there is none."""
    found = links()
    return found.get(bridge_port(tap, found), {}).get("master")


def made_by_netd():
    """The links that netd made and that are still there."""
    return {name for name, link in links().items()
            if link.get("group") == BRIDGE_GROUP or link.get("ifalias", "").startswith("owvm port")}


def fdb(port):
    return [entry for entry in json_of("bridge", "-j", "fdb", "show", "brport", port)]


def chains(family="netdev"):
    """The chains of links in netd's nft table, or in one of its name in another family; those that
    all ports share stay while netd owns the table."""
    objects = json_of("nft", "-j", "list", "ruleset", family)["nftables"]
    return [item["chain"]["name"] for item in objects if "chain" in item and
            item["chain"]["table"] == "owvm" and "-" in item["chain"]["name"]]


def wait_until(condition, seconds=5.0):
    """Poll until condition() is true; gives its last value."""
    end = time.monotonic() + seconds * SLOWNESS
    while True:
        value = condition()
        if value or time.monotonic() > end:
            return value
        time.sleep(0.02)


def add_bridge(name):
    """As an administrator makes one, with all that the kernel sets by default; only that its ports
    forward at once."""
    command("ip", "link", "add", name, "type", "bridge", "forward_delay", "0")
    command("ip", "link", "set", name, "up")


def set_bridge_filter(on):
    """Whether frames that bridges pass on go through the rules for IP, and conntrack. Gives whether
    the kernel can do that."""
    names = [f"/proc/sys/net/bridge/bridge-nf-call-{name}" for name in ("iptables", "ip6tables")]
    for name in filter(os.path.exists, names):
        with open(name, "w", encoding="ascii") as setting:
            setting.write("1" if on else "0")
    return os.path.exists(names[0])


def add_interface(name):
    """An interface that is no bridge, whatever modules the kernel has: one end of a veth."""
    command("ip", "link", "add", name, "type", "veth", "peer", "name", name + "-far")
    command("ip", "link", "set", name + "-far", "up")


def rename(bridge, name):
    """While it is up, where the kernel lets it (since Linux 6.2)."""
    rename_it = ("ip", "link", "set", bridge, "name", name)
    if command(*rename_it, check=False).returncode:
        command("ip", "link", "set", bridge, "down")
        command(*rename_it)
        command("ip", "link", "set", name, "up")


def delete_link(name):
    command("ip", "link", "delete", name, check=False)


def announcements():
    """A socket that hears of all changes of links."""
    listener = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE)
    listener.bind((0, RTMGRP_LINK))
    listener.setblocking(False)
    return listener


def forwards(tap):
    """Does the bridge pass the port's frames already? What has a carrier it hears of from a worker
    of the kernel. What is on no bridge passes none, and is not waited for."""
    found = links()
    info = found.get(bridge_port(tap, found), {}).get("linkinfo", {})
    return info.get("info_slave_data", {}).get("state", "forwarding") == "forwarding"


class Tap:
    """A tap fd as QEMU would use it: frames in and out."""

    def __init__(self, fd, name, at_once=False):
        self.fd, self.name = fd, name
        self.header = VNET_HEADER if self.flags() & IFF_VNET_HDR else b""
        if not at_once:
            wait_until(lambda: forwards(name))

    @classmethod
    def open(cls, name, header=IFF_VNET_HDR):
        """A new tap, made by root, on no bridge and down."""
        fd = os.open("/dev/net/tun", os.O_RDWR | os.O_CLOEXEC)
        flags = IFF_TAP | IFF_NO_PI | header | IFF_TUN_EXCL
        fcntl.ioctl(fd, TUNSETIFF, struct.pack("16sH22x", name.encode(), flags))
        return cls(fd, name)

    @classmethod
    def make(cls, name, bridge, mac=None, header=IFF_VNET_HDR):
        """A plain tap on a bridge, made by root without any protection; its address is a random
        one unless it is given. The lowest on a bridge becomes the bridge's own."""
        tap = cls.open(name, header)
        if mac:
            command("ip", "link", "set", name, "address", mac)
        command("ip", "link", "set", name, "master", bridge)
        command("ip", "link", "set", name, "up")
        return tap

    def flags(self):
        return struct.unpack("16sH22x", fcntl.ioctl(self.fd, TUNGETIFF, bytes(40)))[1]

    def send(self, frame):
        os.write(self.fd, self.header + frame)

    def receive(self, matches, seconds=1.0):
        """The first frame that matches, or None. What came before is thrown away."""
        end = time.monotonic() + seconds
        while True:
            left = end - time.monotonic()
            if left <= 0 or not select.select([self.fd], [], [], left)[0]:
                return None
            frame = os.read(self.fd, 65536)[len(self.header):]
            if matches(frame):
                return frame

    def frames(self, silence=0.1):
        """All frames, until none has come for so long."""
        while (frame := self.receive(lambda _: True, silence)) is not None:
            yield frame

    def close(self):
        if self.fd >= 0:
            os.close(self.fd)
            self.fd = -1

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class Client:
    """A machine plugged into a bridge: a veth whose other end is in a namespace of its own."""

    def __init__(self, bridge, name="client"):
        self.name, self.bridge, self.host_end = name, bridge, f"v-{name}"
        command("ip", "netns", "add", name)
        command("ip", "link", "add", self.host_end, "type", "veth", "peer", "name", "eth0",
                "netns", name)
        command("ip", "link", "set", self.host_end, "master", bridge, "up")
        self.run("ip", "link", "set", "lo", "up")
        self.run("ip", "link", "set", "eth0", "up")

    def run(self, *arguments, **options):
        return command("ip", "netns", "exec", self.name, *arguments, **options)

    def dhcp(self):
        """Ask for an address, take it, and give what udhcpc says about it."""
        script = "/run/udhcpc-script"
        with open(script, "w", encoding="ascii") as stream:
            stream.write('#!/bin/sh\n[ "$1" != bound ] || ip addr add "$ip/$mask" dev eth0\n')
        os.chmod(script, 0o755)
        done = self.run("busybox", "udhcpc", "-f", "-q", "-n", "-t", "10", "-T", "1", "-i", "eth0",
                        "-s", script, check=False)
        said = (done.stdout + done.stderr).strip()
        leases = [line for line in said.splitlines() if "lease of" in line]
        return leases[0].split(": ")[-1] if leases else f"no lease: {said}"

    def close(self):
        delete_link(self.host_end)
        command("ip", "netns", "delete", self.name, check=False)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
