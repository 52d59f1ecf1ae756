# SPDX-License-Identifier: MIT
"""The Debian package of the tree, and a host with systemd to install it on. tests/check makes both
by tests/debian-root/package."""
import contextlib
import os
import pathlib

import pytest

import owvm
from people import Worker
from systemd_host import SystemdHost

PLACE = pathlib.Path(__file__).resolve().parents[3] / "build/package"
SOCKET = "/run/owvm/netd.sock"


@pytest.fixture(scope="session")
def deb():
    found = list(PLACE.glob("owvm_*.deb"))
    if len(found) != 1:
        pytest.skip(f"'{PLACE}' has not one package: make it with tests/debian-root/package")
    return found[0]


class PackageHost(SystemdHost):
    """One on which alice is a user, and where packages can be put."""

    def prepare(self):
        self.start()
        self.text("useradd --create-home --shell /bin/sh alice")

    def put(self, deb):
        (self.root / "root" / deb.name).write_bytes(deb.read_bytes())
        return f"/root/{deb.name}"

    def install(self, deb):
        """As README says; gives what was said."""
        return self.text(f"apt-get install -y --reinstall {self.put(deb)}")

    def main_pid(self):
        return int(self.text("systemctl show -P MainPID owvm-netd.service"))

    def links(self):
        return set(self.text("ls /sys/class/net").split())

    def tables(self):
        return self.text("nft list tables").splitlines()

    @contextlib.contextmanager
    def port(self, name):
        """A port of that user's on his own bridge, held as a VM would."""
        user = self.user(name)
        directory = os.open(self.path(os.path.dirname(SOCKET)), os.O_PATH | os.O_DIRECTORY)

        def hold():
            with owvm.connect(f"/proc/self/fd/{directory}/netd.sock") as sock:
                reply = owvm.exchange(sock, owvm.pack_tap(f"ow-{user.uid}",
                                                          owvm.mac_of(user.uid, 1, 6)))
            assert reply.code == owvm.Code.OK, reply
            return reply.interface
        worker = Worker(user, hold, keep=[directory])
        try:
            yield worker.result()
        finally:
            worker.finish()
            os.close(directory)


@pytest.fixture(scope="module")
def bare_host(installed, deb, tmp_path_factory):
    if not (PLACE / "root.tar").exists():
        pytest.skip(f"'{PLACE}/root.tar' is missing: make it with tests/debian-root/package")
    made = PackageHost(PLACE / "root.tar", tmp_path_factory.mktemp("host"))
    try:
        made.prepare()
        yield made
    finally:
        made.close()
