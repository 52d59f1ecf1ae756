# SPDX-License-Identifier: MIT
"""owrun chroot --network: a command in an image downloads and installs packages (T50-T54)."""
import pathlib
import tarfile

import rootfs
from chrooted import shell, stays
from rootfs import debugfs, directory, member


def test_without_network_there_is_none(alice, image, packages):
    url = packages.put("/x", b"downloaded")
    stays(alice, image, "sh", "-c", f"wget -q -O /root/x {url} 2>/dev/null")
    shell(alice, image, f"wget -q -O /root/x {url}", options=("--network",))
    assert rootfs.content(image, "/root/x") == b"downloaded"


def test_resolv_conf_is_the_hosts_meanwhile(alice, image):
    host = pathlib.Path("/etc/resolv.conf")
    before = host.read_bytes() if host.exists() else None
    host.write_text("nameserver 192.0.2.7\n", encoding="ascii")
    try:
        said = shell(alice, image, "cat /etc/resolv.conf; echo more >>/etc/resolv.conf",
                     options=("--network",))
        assert said == "nameserver 192.0.2.7\n"
        assert 'Fast link dest: "/tmp/resolv.conf"' in debugfs(image, "stat /etc/resolv.conf")
        shell(alice, image, "rm /etc/resolv.conf; echo own >/etc/resolv.conf")
        shell(alice, image, "rm /etc/resolv.conf", options=("--network",))
        assert rootfs.content(image, "/etc/resolv.conf") == b"own\n"
        shell(alice, image, "rm /etc/resolv.conf")
        shell(alice, image, "cat /etc/resolv.conf", options=("--network",))
        assert "resolv" not in debugfs(image, "ls /etc")
    finally:
        if before is not None:
            host.write_bytes(before)


def deb(name, *members, script=b""):
    """A package of dpkg's, whose script runs in the end."""
    control = (f"Package: {name}\nVersion: 1\nArchitecture: all\nMaintainer: x <x@x>\n"
               "Description: x\n").encode()

    def part(entry, data):
        head = f"{entry:<16}{0:<12}{0:<6}{0:<6}{'100644':<8}{len(data):<10}`\n".encode()
        return head + data + b"\n" * (len(data) % 2)
    inner = rootfs.tar([directory("./"), member("./control", content=control),
                        member("./postinst", content=script, mode=0o755)], tarfile.GNU_FORMAT)
    return b"!<arch>\n" + part("debian-binary", b"2.0\n") + part(
        "control.tar", inner) + part("data.tar", rootfs.tar(
            [directory("./"), *members], tarfile.GNU_FORMAT))


def test_t50_t51_t52_t53_t54_a_package_is_installed(alice, image, packages):
    """The tutorial's rows in their order: the image is entered, name servers are put there, a
    package is downloaded and installed, and all that was for that is cleaned up."""
    url = packages.put("/hello.deb", deb(
        "hello", directory("./usr"), directory("./usr/bin"),
        member("./usr/bin/hello", content=b"#!/bin/sh\necho hello\n", mode=0o4755),
        script=b"#!/bin/sh\nchown 12:34 /usr/bin/hello && chmod 4755 /usr/bin/hello\n"))
    script = f"""set -e
        mkdir -p /var/lib/dpkg/info; : >/var/lib/dpkg/status
        wget -q -O /tmp/hello.deb {url}
        dpkg -i /tmp/hello.deb; hello"""
    said = shell(alice, image, script, options=("--network",))
    assert said.endswith("hello\n")
    assert "Mode:  04755" in debugfs(image, "stat /usr/bin/hello")
    assert "User:    12   Group:    34" in debugfs(image, "stat /usr/bin/hello")
    assert b"Package: hello" in rootfs.content(image, "/var/lib/dpkg/status")
    assert 'Fast link dest: "/tmp/resolv.conf"' in debugfs(image, "stat /etc/resolv.conf")
