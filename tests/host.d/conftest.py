# SPDX-License-Identifier: MIT
"""The host of all tests of this folder, with owvm installed as README says. They change it, file
after file in the order of their names: the last ones uninstall it, and take the package instead.

Run by tests/host check."""
import json
import os
import pathlib
import sys
import time

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from vm import BUILD, TREE, Host  # pylint: disable=wrong-import-position

PACKAGE = f"{BUILD}/package"  # the Debian package of the tree
BRIDGE = "ow-1000"  # of alice, the first user of the host
VM = f"--accel tcg --kernel {BUILD}/guest/vmlinux --initrd {BUILD}/guest/initrd.gz"
# A VM of alice's whose processor stands still: QEMU in QEMU is slow.
START_ROUTER = f"owrun run -d --name router {VM} -- -S"
WAIT = 120  # seconds
# All but the host's own link, which udev gives another name at a reboot.
LIST_LINKS = "ip -o link show | cut -d ' ' -f 2 | grep -v '^e'"
# What an uninstall must leave as it was; the tree is the user's own affair.
PLACES = "/etc /usr/local /run/owvm /lib/systemd /usr/lib/tmpfiles.d /usr/lib/sysusers.d"
LIST_FILES = (f"find {PLACES} -path {TREE} -prune -o -not -type d -print 2>/dev/null | sort; "
              f"{LIST_LINKS}; nft list tables")


class Installed(Host):
    """A host, what it was like before the installation, and ways to ask it."""

    def __init__(self, place):
        super().__init__(place)
        self.before = set()

    def prepare(self):
        self.start()
        self.before = self.everything()
        self.install()
        self.text("adduser bob owvm")
        # The first client starts the service: here that can take longer than owrun waits.
        self.wait_for("owrun nets", "alice")

    def everything(self):
        return set(self.text(LIST_FILES).splitlines())

    def wait_for(self, line, user="root"):
        """Until that line of shell succeeds."""
        end = time.monotonic() + WAIT
        while self.run(f"{line} >/dev/null 2>&1", user).returncode:
            assert time.monotonic() < end, f"not within {WAIT} s: {line}"
            time.sleep(1)

    def json(self, line, user="root"):
        return json.loads(self.text(f"{line} 2>/dev/null", user))

    def port(self):
        """alice's, on her bridge: (number, name) of the link."""
        ports = [(link["ifindex"], link["ifname"]) for link in
                 self.json(f"ip -j link show master {BRIDGE}")]
        assert len(ports) == 1, ports
        return ports[0]

    def states(self):
        """Of alice's VMs."""
        return [vm["state"] for vm in self.json("owrun ls --json", "alice")]

    def pids(self):
        """Of the service."""
        path = self.text("systemctl show -P ControlGroup owvm-netd.service")
        return self.text(f"cat /sys/fs/cgroup{path}/cgroup.procs").split()


def programs(host):
    """Device and inode of what the service runs."""
    return {host.text(f"stat -L -c %d:%i /proc/{pid}/exe") for pid in host.pids()}


@pytest.fixture(scope="session")
def host():
    made = Installed(os.environ["OWVM_HOST"])
    try:
        made.prepare()
        yield made
    finally:
        made.close()


@pytest.fixture
def router(host):
    """alice's VM, with a port on her bridge; one that runs serves all tests."""
    if host.run(f"ip link show {BRIDGE} >/dev/null 2>&1").returncode:
        host.text(START_ROUTER, "alice")
    assert host.states() == ["paused"]
    yield host.port()
