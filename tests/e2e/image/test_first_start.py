# SPDX-License-Identifier: MIT
"""From nothing to a router with a page: a disk that boots stands in for OpenWrt's."""
import gzip
import pathlib
import urllib.request

import pytest

import images
import network
import router_image
from console import Console
from machine import owrun, runtime_directory
from people import as_user
from service import OWRUN
from terminal import ESCAPE, Terminal

OWN = "permit group owvm bridge ow-%U create\n"


@pytest.fixture(scope="module")
def disk(guest, tmp_path_factory):
    path = tmp_path_factory.mktemp("router") / "router.img"
    return gzip.compress(router_image.make(pathlib.Path(guest), path).read_bytes(), 1)


@pytest.fixture
def mirrored(user, mirror, releases, disk):
    """What the tests say beyond what a user would: where the releases are."""
    release = releases["23.05.10"]
    release.files[release.names["ext4", "combined"]] = disk
    release.put()
    yield ["--mirror", mirror.url, "--key", "key.pub", "--accel", "tcg"]
    owrun(user, "rm", "-f", "openwrt")
    images.forget(user)


def page_of(url):
    with urllib.request.urlopen(url, timeout=20) as answer:
        return answer.read().decode()


def test_t45_a_root_file_system_boots_with_that_kernel(user, mirror, releases, guest,
                                                      tmp_path):
    """The demo kernel needs its initial RAM disk, and finds the root file system as /dev/vda."""
    release = releases["23.05.10"]
    (tmp_path / "files/etc").mkdir(parents=True)
    (tmp_path / "files/etc/openwrt_release").write_text("DISTRIB_ID='OpenWrt'\n", encoding="ascii")
    network.command("mke2fs", "-q", "-t", "ext4", "-d", str(tmp_path / "files"),
                    str(tmp_path / "root.img"), "4M")
    release.files[release.names["ext4", "rootfs"]] = gzip.compress(
        (tmp_path / "root.img").read_bytes())
    release.files[release.kernel_name] = (pathlib.Path(guest) / "vmlinux").read_bytes()
    release.put()
    done = owrun(user, "run", "-d", "--mirror", mirror.url, "--key", "key.pub", "--accel", "tcg",
                 "--lan", "user", "--wan", "none", "--initrd", f"{guest}/initrd.gz",
                 "--append", "quiet", "--name", "rooted", "openwrt@rootfs")
    assert done.returncode == 0 and "its page answers at" in done.stdout, done.stderr
    with Console(runtime_directory(user) / "rooted/console.sock") as console:
        console.login()
        assert console.run("mkdir /m && mount /dev/vda /m && cat /m/etc/openwrt_release") == (
            0, "DISTRIB_ID='OpenWrt'\n")
    assert owrun(user, "rm", "-f", "rooted").returncode == 0


def test_a_page_on_a_bridge_is_told_and_tried_where_this_host_is_on_it(
        user, mirrored, netd):
    netd(OWN + "permit group owvm bridge lab0 create address 192.168.1.77/24\n")
    done = owrun(user, "run", "-d", *mirrored, "--wan", "none", "openwrt")
    assert done.returncode == 0, done.stderr
    assert done.stderr.endswith(
        "owrun: openwrt: its page will be http://192.168.1.1/ for clients on bridge "
        f"'ow-{user.uid}'; "
        "'owrun forward add openwrt 0:80' leads there from this host\n")
    assert owrun(user, "rm", "-f", "openwrt").returncode == 0
    done = owrun(user, "run", "-d", *mirrored, "--lan", "lab0", "--wan", "none", "openwrt")
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith("openwrt: its page answers at http://192.168.1.1/\n")
    assert "owvm demo router" in as_user(user, lambda: page_of("http://192.168.1.1/"))
    assert owrun(user, "kill", "openwrt").returncode == 0


def test_in_the_foreground_the_console_comes_at_once(user, mirrored):
    command = (OWRUN, "run", *mirrored, "--lan", "user", "--wan", "none", "openwrt")
    with Terminal(user, *command) as terminal:
        terminal.expect(rb"openwrt: its page will be at http://127\.0\.0\.1:\d+/; "
                        rb"'owrun status openwrt' tries it")
        terminal.wait_raw()
        terminal.type(ESCAPE)
        assert terminal.end() == 0
    assert owrun(user, "kill", "openwrt").returncode == 0


def test_a_vm_that_ends_before_its_page_answers(user, mirrored):
    """Nobody waits for it any longer."""
    worker = Terminal(user, OWRUN, "run", "-d", *mirrored, "--lan", "user", "--wan", "none",
                      "openwrt")
    with worker as terminal:
        terminal.expect(rb"is its console")
        assert network.wait_until(lambda: owrun(user, "kill", "openwrt").returncode == 0)
        terminal.expect(rb"VM 'openwrt' has ended; 'owrun log openwrt' shows what it printed")
        assert terminal.end() == 0
