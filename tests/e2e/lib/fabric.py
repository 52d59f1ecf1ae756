# SPDX-License-Identifier: MIT
"""Hosts of a fabric: each has a network, runtime files and a machine-id of its own, the installed
examples of owvm-fabric(7), and FRR as Debian has it. All hang on one switch, the underlay."""
import contextlib
import ctypes
import json
import os
import pathlib
import pwd
import shutil
import signal
import subprocess

import network
import owvm
import service
from network import command

FRR = pathlib.Path("/usr/lib/frr")
NETWORKD = "/lib/systemd/systemd-networkd"
EXAMPLES = pathlib.Path("/usr/local/share/doc/owvm/examples/fabric")
UNDERLAY, BRIDGE, VXLAN = "underlay", "br-lab", "vxlan-lab"
EXAMPLE_HOST, REFLECTOR = "192.0.2.11", "192.0.2.1"
CLONE_NEWNS, CLONE_NEWNET = 0x00020000, 0x40000000
MOUNTS = ("mount --make-rprivate /", "mount -t sysfs -o ro sysfs /sys",
          *(f"mount -t tmpfs -o mode=1777 tmpfs {path}" for path in
            ("/tmp", "/run/owvm", "/run/frr", "/run/systemd", "/etc/systemd/network")))
libc = ctypes.CDLL(None, use_errno=True)



def call(function, *arguments):
    if function(*arguments):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def enter(fds):
    here = os.getcwd()
    for fd, kind in zip(fds, (CLONE_NEWNET, CLONE_NEWNS)):
        call(libc.setns, fd, kind)
    os.chdir(here)


def spaces(pid):
    return [os.open(f"/proc/{pid}/ns/{kind}", os.O_RDONLY) for kind in ("net", "mnt")]


class Host:
    """`with host:` this process is there, and what it starts stays there."""

    def __init__(self, number):
        self.number, self.address = number, f"192.0.2.{10 + number}"
        self.processes, self.netd, self.outside = {}, None, []
        ready, told = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            self._hold(told)
        os.close(told)
        assert os.read(ready, 1) == b".", "a host has no namespaces"
        os.close(ready)
        self.inside = spaces(self.pid)
        command("ip", "link", "add", self.cable, "type", "veth", "peer", "name", "eth0", "netns",
                str(self.pid))
        command("ip", "link", "set", self.cable, "master", UNDERLAY, "up")
        with self:
            for line in ("link set lo up", f"addr add {self.address}/24 dev eth0",
                         "link set eth0 up"):
                command("ip", *line.split())

    def _hold(self, told):
        """Of the new process: the host exists as long as it does."""
        try:
            os.setsid()
            call(libc.unshare, CLONE_NEWNS | CLONE_NEWNET)
            for path in ("/run/owvm", "/run/frr", "/run/systemd", "/etc/systemd/network"):
                os.makedirs(path, exist_ok=True)
            for line in MOUNTS:
                subprocess.run(line.split(), check=True)
            self.write_machine_id(f"{self.number:032x}")
            shutil.chown("/run/frr", "frr", "frr")
            os.write(told, b".")
            signal.pause()
        finally:
            os._exit(1)

    @staticmethod
    def write_machine_id(text):
        """From inside; the file of all hosts stays as it is."""
        path = pathlib.Path("/run/owvm/machine-id")
        path.write_text(text + "\n", encoding="ascii")
        pathlib.Path("/etc/machine-id").touch()
        subprocess.run(("mount", "--bind", path, "/etc/machine-id"), check=True)

    @property
    def cable(self):
        return f"u-{self.number}"

    def __enter__(self):
        self.outside.append(spaces("self"))
        enter(self.inside)
        return self

    def __exit__(self, *_):
        back = self.outside.pop()
        enter(back)
        for fd in back:
            os.close(fd)

    def example(self, name):
        """An installed example with this host's address."""
        text = (EXAMPLES / name).read_text(encoding="ascii")
        return text.replace(EXAMPLE_HOST, self.address)

    def start_networkd(self):
        """The bridge and its vxlan port, as the installed files say."""
        with self:
            for path in EXAMPLES.glob("20-*"):
                pathlib.Path("/etc/systemd/network", path.name).write_text(
                    self.example(path.name), encoding="ascii")
            os.makedirs("/run/systemd/netif", exist_ok=True)
            entry = pwd.getpwnam("systemd-network")
            os.chown("/run/systemd/netif", entry.pw_uid, entry.pw_gid)
            self.run("networkd", NETWORKD)
            up = network.wait_until(
                lambda: network.links().get(VXLAN, {}).get("master") == BRIDGE, 20)
            assert up, self.said("networkd")
            assert network.wait_until(lambda: network.forwards(VXLAN), 20)

    def run(self, name, *words):
        """A program of the host's, ended with it; what it says is kept."""
        with self, open(f"/run/frr/{name}.log", "a", encoding="utf-8") as log:
            self.processes[name] = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=log,
                                                    stderr=subprocess.STDOUT)

    def said(self, name):
        with self:
            return pathlib.Path(f"/run/frr/{name}.log").read_text(encoding="utf-8")

    def start_frr(self, example="frr.conf"):
        with self:
            conf = pathlib.Path("/run/frr/frr.conf")
            conf.write_text(self.example(example), encoding="ascii")
        for name in ("zebra", "bgpd"):
            self.start_daemon(name)

    def start_daemon(self, name):
        self.run(name, str(FRR / name), "--config_file", "/run/frr/frr.conf", "--vty_port", "0",
                 "--log", "stdout", "--log-level", "informational")

    def end(self, name, number=signal.SIGTERM):
        process = self.processes.pop(name)
        process.send_signal(number)
        process.wait(20)

    def ask_frr(self, what):
        """The answer of FRR's shell to a question, as JSON."""
        with self:
            done = command("vtysh", "-c", f"{what} json", check=False)
        return json.loads(done.stdout) if done.returncode == 0 and done.stdout.strip() else {}

    def peers(self):
        """How many BGP sessions are up."""
        found = self.ask_frr("show bgp l2vpn evpn summary").get("peers", {})
        return sum(peer["state"] == "Established" for peer in found.values())

    def start_netd(self):
        self.netd = service.Service()
        with self:
            self.netd.start()

    def request(self, user, data):
        with self:
            return self.netd.request(user, data)

    def remote(self):
        """The addresses that are on other hosts, and on which: {MAC: host's address}."""
        with self:
            entries = network.json_of("bridge", "-j", "fdb", "show", "dev", VXLAN)
        return {entry["mac"]: entry["dst"] for entry in entries
                if "dst" in entry and entry["mac"] != "00:00:00:00:00:00"}

    def flood_list(self):
        """The hosts to which a broadcast goes."""
        with self:
            entries = network.json_of("bridge", "-j", "fdb", "show", "dev", VXLAN)
        return {entry["dst"] for entry in entries if entry["mac"] == "00:00:00:00:00:00"}

    def cut(self):
        command("ip", "link", "set", self.cable, "down")

    def mend(self):
        command("ip", "link", "set", self.cable, "up")

    def close(self):
        for name in reversed(list(self.processes)):
            self.end(name)
        if self.netd is not None:
            with self:
                network.wait_until(lambda: not network.made_by_netd())
                self.netd.close()
        for fd in self.inside:
            os.close(fd)
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        network.delete_link(self.cable)


class Reflector(Host):
    """Where all hosts have their one BGP session. It has no bridge."""

    def __init__(self):
        super().__init__(-9)
        assert self.address == REFLECTOR


@contextlib.contextmanager
def fabric(count):
    """That many hosts that know each other, each with netd. A list."""
    network.add_bridge(UNDERLAY)
    hosts = []
    try:
        hosts.append(Reflector())
        hosts[0].start_frr("frr-reflector.conf")
        for number in range(1, count + 1):
            hosts.append(Host(number))
            hosts[-1].start_networkd()
            hosts[-1].start_frr()
            hosts[-1].start_netd()
        assert network.wait_until(lambda: all(
            len(host.flood_list()) == count - 1 for host in hosts[1:]), 60), [
                host.said("bgpd") for host in hosts]
        yield hosts[1:]
    finally:
        for host in reversed(hosts):
            host.close()
        network.delete_link(UNDERLAY)


@contextlib.contextmanager
def port(host, user, mac=None, **options):
    """A tap of netd's on the host's bridge, and its address."""
    with host.request(user, owvm.pack_tap(BRIDGE, mac or user.mac(), "box", **options)) as reply:
        assert reply.code == owvm.Code.OK, reply.text
        with host:
            tap = network.Tap(os.dup(reply.fd), reply.interface)
        with tap:
            reply.close()
            yield tap, reply.mac


def is_duplicate(host, mac):
    """Does FRR hold that address for one that two guests have? None: it knows of no such one."""
    found = host.ask_frr(f"show evpn mac vni 100 mac {mac}").get(mac)
    return found["isDuplicate"] if found else None
