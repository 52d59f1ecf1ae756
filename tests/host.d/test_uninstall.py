# SPDX-License-Identifier: MIT
"""Owvm leaves a host as it was; the user and the group stay, as they may own files."""
from conftest import BRIDGE, VM

STAYS = ("/etc/passwd", "/etc/shadow", "/etc/group", "/etc/gshadow", "/etc/subuid", "/etc/subgid")


def test_it_stops_with_its_socket(host, router):
    host.text("owrun kill router", "alice")
    host.wait_for(f"! ip link show {BRIDGE}")
    host.text("systemctl disable --now owvm-netd.socket owvm-netd.service")
    assert host.text("systemctl is-active owvm-netd.service owvm-netd.socket; true") == (
        "inactive\ninactive")
    said = host.text(f"owrun run -d --name router {VM} -- -S && owrun kill router", "alice")
    assert "a user network, as no owvm-netd runs on this host" in said
    said = host.text(f"owrun run -d --name router --lan {BRIDGE} {VM}", "alice", status=1)
    assert "owvm-netd is not there" in said


def test_an_uninstall_leaves_nothing(host):
    host.as_readme_says("**Uninstall")
    new = {line for line in host.everything() - host.before
           if not line.rstrip("-").endswith(STAYS)}
    assert new == set()
    assert host.text("systemctl --failed --no-legend") == ""
