# SPDX-License-Identifier: MIT
"""The Debian package on a host with systemd: installed, upgraded under a port, switched off,
removed and purged. Each test goes on where the one before it ended."""
import re
import subprocess

import pytest

import readme

ENABLE = "systemctl enable --now owvm-netd.socket"
PLACES = "/etc /lib /usr /run/owvm /var/lib/systemd"
# What apt and dpkg note, and the names that may own files.
STAYS = ("/etc/passwd", "/etc/shadow", "/etc/group", "/etc/gshadow", "/etc/subuid", "/etc/subgid",
         "/etc/.pwd.lock", "/usr/share/man")


def files(host):
    found = host.text(f"find {PLACES} -xdev -not -type d 2>/dev/null; true").splitlines()
    return {path for path in found if not path.rstrip("-").startswith(STAYS)}


def processes_of(uid):
    return f"cat /proc/[0-9]*/status | grep -cP '^Uid:\\t{uid}\\t'; true"


@pytest.fixture(scope="module")
def before(bare_host):
    return files(bare_host), bare_host.links(), bare_host.tables()


@pytest.fixture(scope="module")
def said(bare_host, before, deb):
    return bare_host.install(deb)


@pytest.fixture(scope="module")
def host(bare_host, said):
    return bare_host


@pytest.fixture(scope="module")
def newer(deb, tmp_path_factory):
    """The same as a later version, with another program in it."""
    place = tmp_path_factory.mktemp("newer")

    def run(*command):
        return subprocess.run(command, check=True, capture_output=True, text=True)
    run("dpkg-deb", "--raw-extract", deb, place / "tree")
    control = place / "tree/DEBIAN/control"
    text = control.read_text(encoding="utf-8")
    control.write_text(re.sub(r"(?m)^(Version: .*)$", r"\1+later", text), encoding="utf-8")
    run("dpkg-deb", "--root-owner-group", "--build", place / "tree", place / "owvm_later.deb")
    return place / "owvm_later.deb"


def test_it_says_what_is_left_to_do_and_does_not_do_it(host, said):
    assert ENABLE in said and "adduser NAME owvm" in said
    assert ENABLE in readme.lines_of_package("adduser alice")
    assert host.text("systemctl is-enabled owvm-netd.socket; true") == "disabled"
    assert host.text("systemctl is-active owvm-netd.socket owvm-netd.service; true") == (
        "inactive\ninactive")
    assert host.text("id -gn owvm-netd") == "owvm"
    assert host.text("owvm-policy check")
    assert host.text("stat -c '%a %U %G' /run/owvm /etc/owvm/policy.conf") == (
        "755 root root\n644 root root")


def test_what_it_says_makes_it_serve_and_nothing_else_is_needed(host):
    host.as_readme_says("adduser alice")
    assert "ow-" in host.text("owrun nets", user="alice")
    assert host.text("systemctl is-active owvm-netd.socket owvm-netd.service") == "active\nactive"
    uid = host.text("id -u owvm-netd")
    assert int(host.text(processes_of(uid))) >= 3
    with host.port("alice") as port:
        assert port in host.links()


def executable(host):
    return host.text(f"readlink /proc/{host.main_pid()}/exe")


def test_an_upgrade_under_a_port_brings_the_new_program_and_leaves_the_port(host, newer):
    with host.port("alice") as port:
        old, socket = host.main_pid(), host.text("stat -c %i /run/owvm/netd.sock")
        number = host.text(f"cat /sys/class/net/{port}/ifindex")
        guards = host.text("nft list table netdev owvm | grep -c chain")
        assert "are left to do" not in host.install(newer)
        assert host.main_pid() not in (0, old)
        assert executable(host).endswith("/usr/libexec/owvm/owvm-netd")
        assert host.text("stat -c %i /run/owvm/netd.sock") == socket
        assert host.text(f"cat /sys/class/net/{port}/ifindex") == number
        assert host.text("nft list table netdev owvm | grep -c chain") == guards
        assert port in host.text("owrun ports", user="alice")


def test_without_the_restart_the_old_program_would_serve_on(host, newer):
    """What the one before would find."""
    path = host.put(newer)
    host.text(f"printf '#!/bin/sh\\nexit 101\\n' >/usr/sbin/policy-rc.d && "
              f"chmod 755 /usr/sbin/policy-rc.d && dpkg -i {path} && rm /usr/sbin/policy-rc.d")
    assert executable(host).endswith("(deleted)")
    host.text("systemctl restart owvm-netd.service")


def test_where_it_was_switched_off_nobody_is_behind_the_socket(host):
    host.text("systemctl disable --now owvm-netd.socket owvm-netd.service")
    assert not host.path("/run/owvm/netd.sock").exists()
    assert "owvm-netd is not there" in host.text("owrun nets; true", user="alice")


def test_an_upgrade_does_not_start_what_was_switched_off(host, newer):
    host.install(newer)
    assert host.text("systemctl is-active owvm-netd.socket owvm-netd.service; true") == (
        "inactive\ninactive")
    assert host.text("systemctl is-enabled owvm-netd.socket; true") == "disabled"
    host.text(ENABLE)


def test_a_removal_ends_it_and_takes_ports_bridges_and_guards_along(host, before):
    with host.port("alice") as port:
        assert {port, f"ow-{host.user('alice').uid}"} <= host.links()
        assert host.tables() != before[2]
        host.text("apt-get remove -y owvm")
        assert host.links() == before[1] and host.tables() == before[2]
    uid = host.text("id -u owvm-netd")
    assert host.text(processes_of(uid)) == "0"
    assert host.text("cat /etc/owvm/policy.conf") and not host.path("/run/owvm").exists()
    assert host.text("systemctl --failed --no-legend") == ""


def test_a_purge_leaves_nothing(host, before):
    host.as_readme_says("purge")
    assert files(host) - before[0] == set()
    assert not host.path("/etc/owvm").exists()
