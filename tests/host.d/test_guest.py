# SPDX-License-Identifier: MIT
"""A whole VM on a real host, booted by a user who logged in. QEMU in QEMU takes its minutes."""
import pytest

from conftest import BRIDGE, VM

READY = "owvm demo router ready"
BOOT = 1800  # seconds


@pytest.fixture
def guest(host):
    host.text(f"mkdir share && owrun run -d --name guest {VM} --share share:hostshare "
              "--append 'console=ttyS0 quiet'", "alice")
    host.text(f"owrun wait guest --timeout {BOOT} --for 'console:{READY}'", "alice", timeout=BOOT)
    yield
    host.text("owrun kill guest", "alice")
    host.wait_for(f"! ip link show {BRIDGE}")


def test_a_vm_has_a_lan_a_console_and_a_share(host, guest):
    status = host.json("owrun status guest --json", "alice")
    assert status["lan"] == BRIDGE
    host.text("{ sleep 2; printf '\\recho made >/mnt/hostshare/made\\r'; sleep 60; } | "
              f"socat - UNIX:{status['directory']}/console.sock >console.txt", "alice")
    host.wait_for("grep -q made share/made", "alice")
