# SPDX-License-Identifier: MIT
"""Programs of a real host that look after all links: they leave alone what owvm-netd made, whatever
a rule calls it, when they start and when they stop."""
import contextlib

import pytest

from conftest import BRIDGE, VM

# A bridge that a rule calls as administrators call theirs.
MADE, LATER, RULE = "lab", "lab2", "/etc/owvm/policy.d/lab.conf"
OTHERS = "plain"  # nobody's who says so: what these programs do to it they would do to owvm's
GREEDY = "[Match]\\nName=*\\n\\n[Network]\\nDHCP=yes\\n"
MANAGER = "NetworkManager.service"


@pytest.fixture
def made(host, router):
    """alice's second VM, on that bridge; gives the links of owvm-netd."""
    host.text(f"mkdir -p /etc/owvm/policy.d && echo 'permit user alice bridge lab* create' "
              f">{RULE} && systemctl restart owvm-netd")
    host.text(f"owrun run -d --name lab --lan {MADE} {VM} -- -S", "alice")
    host.text("udevadm settle --timeout=300")
    names = [link["ifname"] for link in host.json("ip -j link show")]
    yield [name for name in names if name in (BRIDGE, MADE) or name.startswith("ow")]
    host.text("owrun kill lab", "alice")
    host.wait_for(f"! ip link show {MADE}")
    host.text(f"rm {RULE} && systemctl restart owvm-netd")


@pytest.fixture
def others(host):
    host.text(f"ip link add {OTHERS} type bridge && ip address add 10.9.9.1/24 dev {OTHERS} && "
              f"ip link set {OTHERS} up")
    yield
    host.run(f"ip link delete {OTHERS}")


@contextlib.contextmanager
def greedy(host):
    """A file of systemd-networkd that takes all links."""
    path = "/etc/systemd/network/50-greedy.network"
    host.text(f"printf '{GREEDY}' >{path} && networkctl reload")
    try:
        yield
    finally:
        host.text(f"rm {path} && systemctl restart systemd-networkd")


def networkd_states(host):
    listed = host.text("networkctl list --no-legend --no-pager").splitlines()
    return {line.split()[1]: line.split()[4] for line in listed}


def manager_states(host):
    listed = host.text("nmcli -t -f DEVICE,STATE device").splitlines()
    return dict(line.split(":", 1) for line in listed)


def places(host):
    """Of each link: its bridge, whether it is up, its addresses."""
    return {link["ifname"]: (link.get("master"), "UP" in link["flags"],
                             [found["local"] for found in link["addr_info"]])
            for link in host.json("ip -j address show")}


def are_as_they_were(host, names, before):
    now = places(host)
    assert {name: now.get(name) for name in names} == {name: before[name] for name in names}
    assert now[BRIDGE][2] == now[MADE][2] == []


def test_networkd_leaves_ports_and_bridges_alone(host, made, others):
    before = places(host)
    with greedy(host):
        host.text("systemctl restart systemd-networkd")
        host.wait_for(f"networkctl list --no-legend {OTHERS} | grep -Eq 'configuring|configured'")
        states = networkd_states(host)
        assert {states[name] for name in made} == {"unmanaged"}
        are_as_they_were(host, made, before)
        # Links that come while it runs, too.
        host.text(f"owrun run -d --name later --lan {LATER} {VM} -- -S", "alice")
        host.wait_for(f"networkctl list --no-legend {LATER} | grep -q unmanaged")
        assert places(host)[LATER][2] == []
        host.text("owrun kill later", "alice")


def test_ports_and_bridges_outlive_a_stop_of_networkd(host, made):
    before = places(host)
    host.text("systemctl stop systemd-networkd.socket systemd-networkd.service")
    try:
        are_as_they_were(host, made, before)
    finally:
        host.text("systemctl start systemd-networkd.socket systemd-networkd.service")
    host.wait_for("networkctl list --no-legend lo | grep -q unmanaged")
    are_as_they_were(host, made, before)


def test_network_manager_leaves_ports_and_bridges_alone(host, made, others):
    before = places(host)
    host.text(f"systemctl unmask {MANAGER} && systemctl start {MANAGER}")
    try:
        host.wait_for(f"nmcli -t -f DEVICE,STATE device | grep -q '{OTHERS}:connected'")
        states = manager_states(host)
        assert {name: states[name] for name in made} == dict.fromkeys(made, "unmanaged")
        are_as_they_were(host, made, before)
    finally:
        host.text(f"systemctl stop {MANAGER} && systemctl mask {MANAGER}")
    are_as_they_were(host, made, before)
