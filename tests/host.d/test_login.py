# SPDX-License-Identifier: MIT
"""What a user of a real host sees who logs in, with PAM and systemd-logind."""
from conftest import BRIDGE, VM


def test_who_is_in_the_group_has_his_own_bridge_and_no_privilege(host):
    assert "owvm" in host.text("id -nG", "alice").split()
    assert host.text("echo $XDG_RUNTIME_DIR", "alice") == "/run/user/1000"
    assert BRIDGE in host.text("owrun nets", "alice")


def test_doctor_has_nothing_to_mend(host):
    found = host.json("owrun doctor --json", "alice")
    assert [line for line in found if line["state"] == "broken"] == []
    assert {line["check"] for line in found if line["state"] == "ok"} >= {
        "qemu", "tun", "netd", "group", "policy", "privileges", "runtime", "data"}


def test_qemu_of_the_vm_is_the_users_and_has_no_capability(host, router):
    pid = host.json("owrun ls --json", "alice")[0]["pid"]
    status = dict(line.split(":\t", 1) for line in
                  host.text(f"cat /proc/{pid}/status").splitlines() if ":\t" in line)
    assert set(status["Uid"].split()) == {"1000"}
    assert int(status["CapEff"], 16) == int(status["CapPrm"], 16) == 0
    assert (status["NoNewPrivs"], status["Seccomp"]) == ("1", "2")


def test_a_second_user_is_refused_and_told_which_rule_he_lacks(host, router):
    said = host.text(f"owrun run -d --name guest --lan {BRIDGE} {VM}", "bob", status=1)
    assert f"permit user 1001 bridge {BRIDGE}" in said
    assert host.port() == router


def test_who_is_not_in_the_group_is_told_so(host):
    said = host.text("owrun nets", "carol", status=1)
    assert "owvm" in said and "group" in said
