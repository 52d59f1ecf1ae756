# SPDX-License-Identifier: MIT
"""What others of a real host restart while a VM runs: no VM notices."""
import pytest

from conftest import BRIDGE, START_ROUTER, programs

GUARDS = "nft list table netdev owvm"
RESTARTS = {
    "netd": "systemctl restart owvm-netd",
    "netd killed": "systemctl kill -s KILL owvm-netd",
    "nftables": "systemctl restart nftables",
    "networkd": "systemctl restart systemd-networkd",
    "udevd": "systemctl restart systemd-udevd",
    "coldplug": "udevadm trigger --action=add && udevadm settle --timeout=300",
    "systemd": "systemctl daemon-reexec",
    "sshd": "systemctl restart ssh",
}


def is_as_it_was(host, port):
    assert host.port() == port
    assert host.states() == ["paused"]
    assert BRIDGE in host.text("owrun nets", "alice")
    links = host.json(f"ip -j address show dev {BRIDGE}")
    assert links[0]["addr_info"] == []


@pytest.mark.parametrize("name", RESTARTS)
def test_a_vm_keeps_its_port_when_others_restart(host, router, name):
    guards = set(host.text(GUARDS).splitlines())
    host.text(RESTARTS[name])
    host.wait_for("systemctl is-active owvm-netd")
    is_as_it_was(host, router)
    # The numbers of counters begin anew with the rules.
    for line in guards:
        if line.strip().startswith(("chain", "type filter")):
            host.wait_for(f"{GUARDS} | grep -qF '{line.strip()}'")


def test_an_upgrade_is_served_by_the_new_program_and_no_vm_notices(host, router):
    old = programs(host)
    host.as_readme_says("**Upgrade")
    host.wait_for("systemctl is-active owvm-netd")
    assert not old & programs(host)
    is_as_it_was(host, router)


def test_a_port_leaves_nothing_when_its_vm_ends(host, router):
    host.text("owrun kill router", "alice")
    host.wait_for(f"! ip link show {BRIDGE}")
    assert router[1] not in host.text("ip -o link show")
    assert router[1] not in host.run(GUARDS, capture_output=True, text=True).stdout


def test_after_a_reboot_the_socket_is_there_and_nothing_of_before(host, router):
    host.reboot()
    assert host.text("systemctl is-active owvm-netd.socket") == "active"
    assert BRIDGE not in host.text("ip -o link show")
    assert host.states() == []
    # The first start after a boot loads modules: that can take longer than owrun waits.
    host.wait_for(START_ROUTER, "alice")
    assert host.port()
