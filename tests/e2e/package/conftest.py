# SPDX-License-Identifier: MIT
"""The Debian package of the tree, and a host with systemd to install it on. tests/check makes both
by tests/debian-root/package."""
import contextlib
import os
import pathlib

import pytest

import owvm
import readme
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
        self.path("/etc/apt/apt.conf.d/90answers").write_text(
            'APT::Get::Assume-Yes "true";\nAPT::Get::ReInstall "true";\n', encoding="ascii")

    def put(self, deb):
        for other in (self.root / "root").glob("*.deb"):
            other.unlink()
        (self.root / "root" / deb.name).write_bytes(deb.read_bytes())
        return f"/root/{deb.name}"

    def install(self, deb):
        """As README says, also over one that is there; gives what was said."""
        self.put(deb)
        return self.as_readme_says("./owvm_")

    def as_readme_says(self, word):
        """The lines about the package in the block that has this word."""
        lines = readme.lines_of_package(word)
        assert lines
        return self.text(f'set -e; sudo() {{ "$@"; }}; cd /root\n{lines}')

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
