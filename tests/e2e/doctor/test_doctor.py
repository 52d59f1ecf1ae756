# SPDX-License-Identifier: MIT
"""owrun doctor: what is missing on this host, told to ordinary users."""
import json
import os
import pathlib
import pty
import shutil
import signal
import subprocess
import time

import pytest

import network
import service
from conftest import OWN_BRIDGE
from diagnosis import Diagnosis, carry_out
from machine import owrun


def test_a_host_with_all_that_it_needs_has_nothing_broken(netd, alice):
    netd(OWN_BRIDGE)
    runtime = pathlib.Path("/run/user", str(alice.uid))
    runtime.mkdir(parents=True)
    os.chown(runtime, alice.uid, alice.gid)
    runtime.chmod(0o700)
    try:
        seen = Diagnosis(alice, env={"XDG_RUNTIME_DIR": str(runtime)})
    finally:
        runtime.rmdir()
    assert seen.status == 0
    for check in ("qemu", "qemu-img", "tun", "netd", "group", "policy", "privileges", "ping",
                  "runtime", "data", "lan"):
        assert seen.of(check)["state"] == "ok", check
    assert alice.bridge in seen.of("policy")["text"] and alice.bridge in seen.of("lan")["text"]
    assert "x86_64" in seen.of("qemu")["text"]


def test_it_takes_no_longer_than_a_person_waits(netd, alice):
    netd(OWN_BRIDGE)
    start = time.monotonic()
    Diagnosis(alice)
    assert time.monotonic() - start < 10


def test_a_netd_that_hangs_is_told_in_time(netd, alice):
    netd(OWN_BRIDGE)
    running = netd.service
    os.kill(running.pid, signal.SIGSTOP)
    try:
        start = time.monotonic()
        seen = Diagnosis(alice)
        assert time.monotonic() - start < 20
    finally:
        os.kill(running.pid, signal.SIGCONT)
    assert seen.of("netd")["state"] == "broken"
    assert "journalctl" in seen.of("netd")["command"]


def test_the_helper_counts_as_netd(helper, alice):
    helper(OWN_BRIDGE)
    seen = Diagnosis(alice)
    assert "helper" in seen.of("netd")["text"]
    assert seen.of("netd")["state"] == seen.of("policy")["state"] == "ok"


def test_a_helper_without_its_capability_is_told(policy, alice):
    policy(OWN_BRIDGE)
    broken = Diagnosis(alice).of("netd")
    assert broken["state"] == "broken" and "no file capability" in broken["text"]


@pytest.fixture
def no_netd(installed):
    """No socket, and a helper that is not there either."""
    away = service.NETD + ".away"
    os.rename(service.NETD, away)
    yield
    os.rename(away, service.NETD)


def test_without_netd_it_warns_and_names_how_to_start_it(no_netd, alice):
    seen = Diagnosis(alice)
    assert seen.of("netd")["state"] == "warning"
    assert seen.of("netd")["command"] == "sudo systemctl enable --now owvm-netd.socket"
    assert seen.status == 0


def test_a_user_outside_the_group_is_told_who_adds_him(netd, carol):
    netd(OWN_BRIDGE)
    seen = Diagnosis(carol)
    assert seen.status == 1
    assert seen.of("netd")["state"] == seen.of("group")["state"] == "broken"
    assert seen.of("group")["command"] == "sudo adduser carol owvm"


def test_a_login_older_than_its_group_is_told_to_log_in_again(netd, alice):
    netd(OWN_BRIDGE)
    seen = Diagnosis(alice.old_login())
    assert seen.of("group")["state"] == "broken"
    assert "log in again" in seen.of("group")["text"]


def test_a_tun_device_for_root_alone_is_found_and_mended(netd, alice):
    netd(OWN_BRIDGE)
    os.makedirs("/etc/udev/rules.d", exist_ok=True)
    os.chmod("/dev/net/tun", 0o600)
    try:
        broken = Diagnosis(alice).of("tun")
        assert broken["state"] == "broken" and "0600" in broken["text"]
        carry_out(broken)
        assert Diagnosis(alice).of("tun")["state"] == "ok"
    finally:
        os.chmod("/dev/net/tun", 0o666)
        pathlib.Path("/etc/udev/rules.d/65-owvm-tun.rules").unlink(missing_ok=True)


def test_a_copy_of_qemu_with_a_capability_is_found_and_mended(netd, alice):
    netd(OWN_BRIDGE)
    copy = pathlib.Path(alice.home, "bin", "qemu-system-x86_64")
    copy.parent.mkdir()
    shutil.copy("/bin/true", copy)
    try:
        network.command("setcap", "cap_net_admin=ep", str(copy))
        broken = Diagnosis(alice).of("privileges")
        assert broken["state"] == "broken"
        assert broken["command"] == f"sudo setcap -r {copy}"
        carry_out(broken)
        assert Diagnosis(alice).of("privileges")["state"] == "ok"
        copy.chmod(0o4755)
        broken = Diagnosis(alice).of("privileges")
        assert broken["command"] == f"sudo chmod u-s,g-s {copy}"
        carry_out(broken)
        assert Diagnosis(alice).of("privileges")["state"] == "ok"
    finally:
        shutil.rmtree(copy.parent)


def test_what_the_policy_says_of_each_bridge_is_told(netd, alice):
    netd(OWN_BRIDGE + "permit user alice bridge br-a taps 2\ndeny any bridge br-b\n")
    seen = Diagnosis(alice)
    assert "is permitted" in seen.of("policy", alice.bridge)["text"]
    assert "0 of 2 ports" in seen.of("policy", "'br-a'")["text"]
    assert "is denied" in seen.of("policy", "'br-b'")["text"]
    assert "policy.conf:3" in seen.of("policy", "'br-b'")["text"]


def test_a_policy_without_a_rule_for_the_user_is_broken(netd, alice):
    netd("permit user bob bridge br-lab\n")
    broken = Diagnosis(alice).of("policy")
    assert broken["state"] == "broken" and "no rule for you" in broken["text"]
    assert "permit group owvm bridge ow-%U create" in broken["command"]


def test_a_policy_without_the_users_own_bridge_gets_a_warning(netd, alice):
    netd("permit user alice bridge br-lab\ndeny user alice bridge ow*\n")
    warning = Diagnosis(alice).of("policy", "your own bridge")
    assert warning["state"] == "warning" and alice.bridge in warning["text"]


def test_a_policy_with_a_mistake_is_broken(netd, alice):
    netd("permit user alice bridge\n")
    broken = Diagnosis(alice).of("policy")
    assert broken["state"] == "broken" and broken["command"] == "owvm-policy check"


def test_a_bridge_whose_address_goes_with_the_ports_gets_a_warning(netd, alice, bridge):
    running = netd(OWN_BRIDGE + f"permit user alice bridge {bridge}\n")
    warning = Diagnosis(alice).of("bridge", f"'{bridge}'")
    assert warning["state"] == "warning" and "no address of its own" in warning["text"]
    with running.request(alice, alice.tap(bridge)) as port:
        assert network.ports(bridge) == {port.interface}
        assert Diagnosis(alice).of("bridge", f"'{bridge}'") == warning
    with network.Tap.make("uplink0", bridge):
        assert not Diagnosis(alice).has("bridge")
    carry_out(warning)
    assert not Diagnosis(alice).has("bridge")
    assert network.links()[bridge]["address"].startswith("52:54:00:")


def test_bridges_whose_frames_pass_iptables_get_a_warning_that_names_docker(netd, alice):
    netd(OWN_BRIDGE)
    setting = pathlib.Path("/proc/sys/net/bridge/bridge-nf-call-iptables")
    if not setting.exists():
        pytest.skip("this kernel has no br_netfilter")
    before = setting.read_text(encoding="ascii")
    network.add_interface("docker0")
    try:
        setting.write_text("1\n", encoding="ascii")
        warning = Diagnosis(alice).of("br-filter")
        setting.write_text("0\n", encoding="ascii")
        assert Diagnosis(alice).of("br-filter")["state"] == "ok"
    finally:
        setting.write_text(before, encoding="ascii")
        network.delete_link("docker0")
    assert warning["state"] == "warning" and "Docker" in warning["text"]
    assert "physdev" in warning["command"]


def test_a_home_that_is_not_the_users_is_broken(netd, alice):
    netd(OWN_BRIDGE)
    broken = Diagnosis(alice, env={"HOME": "/root"}).of("data")
    assert broken["state"] == "broken" and "/root/.local/share/owvm" in broken["text"]
    assert broken["command"] == f"export HOME={alice.home}"
    assert Diagnosis(alice, env={"HOME": alice.home}).of("data")["state"] == "ok"


def test_root_is_told_no_sudo(netd):
    netd(OWN_BRIDGE)
    done = subprocess.run((service.OWRUN, "doctor", "--json"), check=False, capture_output=True)
    commands = [row["command"] for row in json.loads(done.stdout) if row["command"]]
    assert commands and not any("sudo" in command for command in commands)


def test_a_home_that_others_can_write_to_is_broken_as_owrun_says(netd, alice, carol):
    """carol's group may write there: owrun finds no VM, and doctor's command mends it."""
    netd(OWN_BRIDGE)
    home = pathlib.Path(alice.home, ".local/share/owvm")
    owrun(alice, "create", "kept", "--kernel", "/k", "--nic", "none")
    os.chown(home, alice.uid, carol.gid)
    home.chmod(0o770)
    broken = Diagnosis(alice).of("data")
    assert broken["state"] == "broken" and "owner 'alice', mode 0770" in broken["text"]
    assert broken["command"] == f"chmod go-w {home}" and "mends it" not in broken["text"]
    assert "kept" not in owrun(alice, "ls").stdout
    carry_out(broken)
    assert Diagnosis(alice).of("data")["state"] == "ok"
    assert "kept" in owrun(alice, "ls").stdout
    owrun(alice, "rm", "kept")


@pytest.mark.parametrize("variable, command", [
    ("HOME", "export HOME="), ("XDG_DATA_HOME", "unset XDG_DATA_HOME")])
def test_root_is_asked_for_nothing_in_the_home_of_another_user(
        netd, alice, carol, variable, command):
    """carol would have a directory of alice's in her home, made by root."""
    netd(OWN_BRIDGE)
    broken = Diagnosis(alice, env={variable: carol.home}).of("data")
    assert broken["state"] == "broken" and "owner 'carol'" in broken["text"]
    assert "sudo" not in broken["command"] and broken["command"].startswith(command)


def test_people_get_a_line_each_and_the_command_below_it(netd, carol):
    netd(OWN_BRIDGE)
    done = owrun(carol, "doctor")
    lines = done.stdout.splitlines()
    assert done.returncode == 1 and "\033" not in done.stdout
    group = next(number for number, line in enumerate(lines) if line.startswith("broken   group"))
    assert lines[group + 1].startswith("        ")
    assert lines[group + 1].strip() == "sudo adduser carol owvm"


def on_terminal(user, **environment):
    """What doctor prints there."""
    ours, theirs = pty.openpty()
    try:
        owrun(user, "doctor", capture_output=False, stdout=theirs, stderr=subprocess.DEVNULL,
              env=environment)
    finally:
        os.close(theirs)
    printed = b""
    with open(ours, "rb", buffering=0) as screen:
        try:
            while True:
                printed += screen.read(65536)
        except OSError:
            return printed  # the end of a terminal


def test_colour_is_for_terminals_where_it_is_wanted(netd, alice):
    netd(OWN_BRIDGE)
    assert b"\033[32mok" in on_terminal(alice)
    plain = on_terminal(alice, NO_COLOR="1")
    assert b"ok       tun" in plain and b"\033" not in plain
