# SPDX-License-Identifier: MIT
"""A whole VM on a real host, under KVM: QEMU's TCG emulates AMD's SVM, so that the host's own
kvm_amd runs it in half a minute. Under TCG in TCG it takes seven."""
import pytest

from conftest import BRIDGE
from vm import BUILD

READY = "owvm demo router ready"
BOOT = 600  # seconds; its clock is not slower than its processor, which a busy machine makes slow
# A KVM that is emulated is slow to give a sign of life.
VM = f"--kernel {BUILD}/guest/vmlinux --initrd {BUILD}/guest/initrd.gz --kvm-timeout {BOOT}"
# What doctor finds to mend on such a host, and rightly.
MENDABLE = {"ping", "linger"}


@pytest.fixture(scope="module")
def guest(host):
    """alice's, once she has done as doctor says to have KVM."""
    hint = next(line["command"] for line in host.json("owrun doctor --json", "alice")
                if line["check"] == "kvm")
    host.text(hint.removeprefix("sudo "))
    host.log_out("alice")
    host.text(f"mkdir share && owrun run -d --name guest {VM} --share share:hostshare "
              "--append 'console=ttyS0 quiet'", "alice")
    try:
        host.text(f"owrun wait guest --timeout {BOOT} --for 'console:{READY}'", "alice",
                  timeout=2 * BOOT)
        yield host.json("owrun status guest --json", "alice")
    finally:
        host.text("owrun kill guest", "alice")
        host.wait_for(f"! ip link show {BRIDGE}")


def test_a_vm_has_kvm_and_a_lan(host, guest):
    assert (guest["accel"], guest["lan"]) == ("kvm", BRIDGE)
    _, port = host.port()
    # What the guest sends there.
    assert int(host.text(f"cat /sys/class/net/{port}/statistics/rx_packets")) > 0
    assert "1 received" in host.text("owrun lan guest ping -c 1 -W 60 192.168.1.1", "alice")


def test_its_console_is_a_shell_and_its_share_the_users_files(host, guest):
    host.text("{ printf '\\recho made >/mnt/hostshare/made\\r'; "
              "until [ -s share/made ]; do sleep 1; done; } | "
              f"socat - UNIX:{guest['directory']}/console.sock", "alice")
    assert host.text("cat share/made; stat -c %U share/made", "alice") == "made\nalice"


def test_doctor_says_nothing_false_of_it(host, guest):
    found = host.json("owrun doctor --json", "alice") + host.json(
        "owrun doctor --vm guest --json", "alice")
    unwell = [line for line in found if line["state"] not in ("ok", "note")]
    assert {line["check"] for line in unwell} <= MENDABLE, unwell
    assert {line["check"] for line in found} >= {"kvm", "netd", "alive", "qmp", "lan"}
