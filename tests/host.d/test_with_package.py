# SPDX-License-Identifier: MIT
"""The Debian package on a host from which the installation from source is gone: installed by what
README says, upgraded and removed under a VM that runs, purged."""
import pytest

from conftest import BRIDGE, LIST_LINKS, PACKAGE, START_ROUTER, programs
from vm import BUILD, TREE, readme_block

SERVICE, SOCKET = "owvm-netd.service", "owvm-netd.socket"
# What is owvm's anywhere, and all of /etc.
FILES = (f"find /usr /var /run -xdev -path {TREE} -prune -o '(' -name '*owvm*' -o -name '*owrun*' "
         f"')' -print; find /etc -not -type d; {LIST_LINKS}; nft list tables")
# What names who may own files, and what apt notes.
STAYS = ("/etc/passwd", "/etc/shadow", "/etc/group", "/etc/gshadow", "/etc/subuid", "/etc/subgid",
         "/etc/.pwd.lock")
# The same as a later version, with another program in it: an inode of its own.
LATER = ("rm -rf /tmp/later && dpkg-deb --raw-extract owvm_*.deb /tmp/later && "
         "sed -i 's/^Version: .*/&+later/' /tmp/later/DEBIAN/control && "
         "dpkg-deb -Znone --root-owner-group --build /tmp/later /tmp/owvm_later.deb")


def everything(host):
    return set(host.text(FILES).splitlines())


@pytest.fixture(scope="module")
def before(host):
    if not host.run("test -e /usr/local/bin/owrun").returncode:
        host.as_readme_says("**Uninstall")
    return everything(host)


@pytest.fixture(scope="module")
def said(host, before):
    """By the second command; the first one was root.sh's."""
    command = readme_block("## Install")[1]
    return host.text(f'sudo() {{ "$@"; }}; cd {PACKAGE} && {command}')


@pytest.fixture(scope="module")
def package(host, said):
    """It serves, once what it says is done."""
    assert host.text(f"systemctl is-active {SOCKET} {SERVICE}; true") == "inactive\ninactive"
    line = next(line.strip() for line in said.splitlines() if "systemctl enable" in line)
    host.text(f"{line} && adduser alice owvm")
    host.log_out("alice")
    return host


@pytest.fixture
def vm(package):
    """alice's, with a port; one that runs serves all tests. Gives the pid of its QEMU."""
    if package.run(f"ip link show {BRIDGE} >/dev/null 2>&1").returncode:
        package.text(START_ROUTER, "alice")
    assert package.port()
    return package.json("owrun ls --json", "alice")[0]["pid"]


def test_readme_names_all_that_the_package_is_made_with(host):
    command = readme_block("## Install")[0]
    assert command.startswith("sudo apt-get build-dep ./ && debian/make-deb ")
    said = host.text(f"cd {TREE} && apt-get build-dep --simulate ./")
    assert " 0 newly installed" in said


def test_it_brings_all_that_a_vm_needs(package, vm):
    assert package.text("readlink -f $(command -v owrun)", "alice") == "/usr/bin/owrun"
    found = package.json("owrun doctor --json", "alice")
    assert [line for line in found if line["state"] == "broken"] == []


def test_an_upgrade_is_served_by_the_new_program_and_no_vm_notices(package, vm):
    port, old = package.port(), programs(package)
    package.text(f"cd {PACKAGE} && {LATER} && apt-get install -y /tmp/owvm_later.deb")
    assert "+later" in package.text("dpkg-query -W owvm")
    assert programs(package) and not old & programs(package)
    assert package.port() == port
    assert package.json("owrun ls --json", "alice")[0]["pid"] == vm
    assert port[1] in package.text("owrun ports", "alice")


def test_a_removal_under_a_vm_leaves_neither_service_nor_port_nor_bridge(package, vm, before):
    assert BRIDGE in package.text("ip -o link show")
    package.text("apt-get remove -y owvm")
    try:
        assert package.text(f"systemctl is-active {SOCKET} {SERVICE}; true") == "inactive\ninactive"
        assert package.run("pgrep -u owvm-netd").returncode == 1
        left = package.text("ip -o link show; nft list tables")
        assert BRIDGE not in left and "owvm" not in left
        # It has its configuration, and the VM, which lost its network, is the user's own affair.
        assert package.text(f"cat /etc/owvm/policy.conf && kill -0 {vm}")
    finally:
        package.text(f"kill {vm}")


def test_a_purge_leaves_nothing(package, before):
    package.text("apt-get purge -y owvm")
    new = {line for line in everything(package) - before if not line.rstrip("-").endswith(STAYS)}
    assert new == set()
    assert package.text("systemctl --failed --no-legend") == ""
