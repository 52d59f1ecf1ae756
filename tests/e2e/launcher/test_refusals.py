# SPDX-License-Identifier: MIT
"""Every refusal of owrun: one clear sentence with the reason and the next step, an exit status that
is not 0, nothing left behind."""
import os
import pathlib
import socket

import pytest

import network
import service
from conftest import OWN_BRIDGE
from machine import APPEND, Machine, left_of, owrun, runtime_directory


@pytest.fixture
def refused(nothing_left, guest):
    """refused(user, words, option...): owrun run must refuse and say all the words."""
    def refuse(user, words, *options, lines=1, **run_options):
        arguments = {"--name": "vm", "--accel": "tcg", "--kernel": str(guest / "vmlinux"),
                     "--initrd": str(guest / "initrd.gz"), "--append": APPEND}
        given = [word for pair in arguments.items() if pair[0] not in options for word in pair]
        done = owrun(user, "run", "-d", *given, *options, **run_options)
        assert done.returncode != 0, done.stdout
        said = done.stderr.splitlines()
        assert len(said) == lines, done.stderr
        assert said[-1].startswith("owrun: ") and not said[-1].endswith(".")
        for word in words:
            assert word in done.stderr
        assert left_of(user) == []
        assert network.wait_until(lambda: network.made_by_netd() == set())
    return refuse


@pytest.fixture
def no_netd(installed):
    """A host without any netd: no service, and no helper either."""
    os.rename(service.NETD, service.NETD + ".away")
    yield
    os.rename(service.NETD + ".away", service.NETD)


def test_no_netd_and_a_bridge_by_name(refused, no_netd, alice):
    refused(alice, ["owvm-netd is not there", service.owvm.SOCKET], "--lan", "ow-x")


def test_no_netd_and_nothing_said_gives_a_user_network_and_says_so(no_netd, alice, guest):
    done = owrun(alice, "run", "--dry-run", "--accel", "tcg", "--kernel", str(guest / "vmlinux"))
    assert done.returncode == 0
    assert len(done.stderr.splitlines()) == 1 and "user network" in done.stderr
    assert "192.168.1.0/24" in done.stdout and "-netdev tap" not in done.stdout


def test_a_missing_policy(refused, netd, alice):
    running = netd("")
    os.unlink(service.POLICY)
    running.stop()
    running.start()
    refused(alice, [service.POLICY, "--lan user"])


def test_a_broken_policy(refused, netd, alice):
    netd(OWN_BRIDGE + "nonsense\n")
    refused(alice, [f"{service.POLICY}:2", "--lan user"])


@pytest.mark.smoke
def test_no_rule(refused, either_mode, alice):
    either_mode("")
    refused(alice, [f"permit user {alice.uid} bridge {alice.bridge}", "--lan user"])


def test_not_in_group_owvm(refused, netd, carol):
    netd(OWN_BRIDGE)
    refused(carol, ["not in group 'owvm'", "adduser"])


def test_in_the_group_but_this_login_is_older(refused, netd, alice):
    netd(OWN_BRIDGE)
    refused(alice.old_login(), ["this login is older", "log in again"])


@pytest.fixture
def stale(no_netd):
    """A socket that a service has left."""
    other = service.Service()
    other.listen()
    other.listener.close()
    yield
    other.close()


def test_nobody_listens_and_a_bridge_by_name(refused, stale, alice):
    refused(alice, ["nobody listens", "start owvm-netd"], "--lan", "ow-x")


def test_nobody_listens_and_nothing_said_is_as_without_netd(stale, alice, guest):
    done = owrun(alice, "run", "--dry-run", "--accel", "tcg", "--kernel", str(guest / "vmlinux"))
    assert done.returncode == 0 and "user network, as no owvm-netd runs" in done.stderr


def test_dev_net_tun_is_not_accessible(refused, either_mode, alice):
    either_mode(OWN_BRIDGE)
    os.chmod("/dev/net/tun", 0o600)
    try:
        refused(alice, ["/dev/net/tun"])
    finally:
        os.chmod("/dev/net/tun", 0o666)


def test_qemu_is_missing(refused, alice, tmp_path):
    refused(alice, ["qemu-system-x86_64", "qemu-system-x86"], "--lan", "user",
            env={"PATH": str(tmp_path)})


def test_qemu_fails_and_its_last_lines_are_shown(refused, netd, alice):
    netd(OWN_BRIDGE)
    refused(alice, ["unsupported machine type", "QEMU ended at once"], "--machine",
            "no-such-machine", lines=3)


def test_a_qemu_that_dies_at_once_takes_its_port_along(refused, either_mode, alice, tmp_path):
    either_mode(OWN_BRIDGE)
    fake = tmp_path / "qemu-system-x86_64"
    fake.write_text("#!/bin/sh\necho 'first words' >&2\necho 'last words' >&2\nexit 1\n",
                    encoding="utf-8")
    fake.chmod(0o755)
    for directory in (tmp_path, *tmp_path.parents[:-2]):
        directory.chmod(0o755)
    # The sandbox lets QEMU start as a program, but no shell.
    refused(alice, ["last words"], "--no-sandbox", lines=4,
            env={"PATH": f"{tmp_path}:{os.environ['PATH']}"})


@pytest.mark.parametrize("option", ("--kernel", "--initrd", "--disk", "--share"))
def test_a_missing_file(refused, netd, alice, option):
    netd(OWN_BRIDGE)
    refused(alice, ["/nowhere/x.img", "No such file"], option, "/nowhere/x.img")


def test_a_kernel_that_the_user_may_not_read(refused, alice, tmp_path):
    kernel = tmp_path / "kernel"
    kernel.write_bytes(b"x")
    kernel.chmod(0o600)
    for directory in (tmp_path, *tmp_path.parents[:-2]):
        directory.chmod(0o755)
    refused(alice, [str(kernel), "Permission denied"], "--kernel", str(kernel), "--lan", "user")


def test_a_forward_whose_port_is_busy(refused, alice):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        refused(alice, [str(port), "in use"], "--lan", "user", "--forward", f"{port}:80")


def test_a_forward_whose_port_is_privileged(refused, alice):
    refused(alice, ["80", "1024"], "--lan", "user", "--forward", "80:80")


def test_a_forward_given_twice(refused, alice):
    refused(alice, ["8080", "twice"], "--lan", "user", "--forward", "8080:80", "--forward",
            "8080:81")


def test_a_runtime_directory_of_somebody_else(refused, alice):
    trap = runtime_directory(alice)
    if trap.exists():
        trap.rmdir()
    trap.mkdir()
    try:
        refused(alice, [str(trap), "XDG_RUNTIME_DIR"], "--lan", "user")
    finally:
        trap.rmdir()


def test_without_a_runtime_directory_there_is_a_fall_back(netd, alice, guest):
    netd(OWN_BRIDGE)
    machine = Machine(alice, guest, "vm").start()
    assert pathlib.Path(machine.state["directory"]).parent == runtime_directory(alice)
    assert runtime_directory(alice).stat().st_mode & 0o7777 == 0o700
    machine.quit()


@pytest.mark.parametrize("arguments, words", (
    (("fly",), ["'fly'"]),
    (("run", "--fly"), ["--fly"]),
    (("run", "--memory", "lots"), ["lots"]),
    (("run", "--name", "../up", "--kernel", "x"), ["../up"]),
    (("run", "--lan", "a/b", "--kernel", "x"), ["a/b"]),
    (("run",), []),
    (("stop",), []),
    (("stop", "nobody"), ["nobody"]),
    (("console", "nobody"), ["nobody"]),
))
def test_a_command_line_that_makes_no_sense(nothing_left, alice, arguments, words):
    done = owrun(alice, *arguments)
    assert done.returncode != 0
    assert len(done.stderr.splitlines()) == 1, done.stderr
    for word in words:
        assert word in done.stderr
