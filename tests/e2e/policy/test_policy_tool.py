# SPDX-License-Identifier: MIT
"""owvm-policy as ordinary users run it, and that it says what netd does."""
import fcntl
import json
import os
import pty
import struct
import subprocess
import termios

import pytest

import service
from conftest import OWN_BRIDGE
from owvm import Code, pack_tap
from policy_tool import BROKEN, DENY, PERMIT, explain, tool

NOBODY_OF_THAT_UID = "4000000"


@pytest.fixture
def own_file(alice):
    """write(text) makes a file that belongs to alice and that anybody may write. Gives its path."""
    path = os.path.join(alice.home, "trial.conf")

    def write(text):
        with open(path, "w", encoding="utf-8") as stream:
            stream.write(text)
        os.chown(path, alice.uid, alice.gid)
        os.chmod(path, 0o666)
        return path
    yield write
    if os.path.exists(path):
        os.unlink(path)


@pytest.mark.smoke
def test_check_of_a_sound_policy_counts_rules_and_files(policy, carol):
    policy(OWN_BRIDGE)
    assert tool(carol, "check", status=PERMIT).stdout == "1 rule in 1 file: sound\n"
    policy("# nothing\n", service.POLICY_D + "/10.conf")
    policy("deny any bridge x\ndeny any bridge y\n", service.POLICY_D + "/20.conf")
    done = tool(carol, "check", status=PERMIT)
    assert (done.stdout, done.stderr) == ("3 rules in 3 files: sound\n", "")
    assert json.loads(tool(carol, "check", "--json", status=PERMIT).stdout) == {
        "verdict": "sound", "text": None, "rules": 3, "files": 3, "errors": [], "warnings": []}


def test_check_of_a_broken_policy_prints_every_error_with_its_column(policy, carol):
    policy(OWN_BRIDGE + "permit user alice bridge x fast\n")
    policy("nonsense\n", service.POLICY_D + "/10.conf")
    done = tool(carol, "check", status=BROKEN)
    assert done.stdout == ""
    first, second = done.stderr.splitlines()
    assert first.startswith(f"{service.POLICY}:2:28: ")
    assert second.startswith(f"{service.POLICY_D}/10.conf:1:1: ")
    found = json.loads(tool(carol, "check", "--json", status=BROKEN).stdout)
    assert found["verdict"] == "broken"
    assert [f"{error['file']}:{error['line']}:{error['column']}: {error['message']}"
            for error in found["errors"]] == [first, second]


def test_check_without_an_installed_policy_says_so(installed, carol):
    service.remove_policy()
    done = tool(carol, "check", status=BROKEN)
    assert done.stderr.startswith(f"{service.POLICY}: cannot open ")


def test_a_file_that_netd_would_not_trust_can_be_tried_but_stays_refused(
        either_mode, policy, alice):
    running = either_mode(OWN_BRIDGE)
    os.chmod(service.POLICY, 0o666)
    if isinstance(running, service.Service):
        running.stop()
        running.start()
    try:
        reply = running.request(alice, alice.tap())
        assert reply.code == Code.POLICY_BROKEN
        assert "writable by others" in tool(alice, "check", status=BROKEN).stderr
        assert tool(alice, "check", service.POLICY, status=PERMIT).stdout == \
            "1 rule in 1 file: sound\n"
    finally:
        policy(OWN_BRIDGE)


def test_files_are_tried_by_their_user_and_all_their_errors_told(own_file, alice):
    path = own_file("permit\n" + OWN_BRIDGE + "deny user\n")
    lines = tool(alice, "check", path, "/dev/null", status=BROKEN).stderr.splitlines()
    assert [line[:len(path) + 3] for line in lines] == [f"{path}:1:", f"{path}:3:"]
    path = own_file(OWN_BRIDGE)
    assert tool(alice, "check", "trial.conf", "/dev/null", status=PERMIT).stdout == \
        "1 rule in 2 files: sound\n"


def test_a_file_of_ones_own_is_asked_instead_of_the_installed_policy(policy, own_file, alice):
    policy("deny any bridge *\n")
    path = own_file(OWN_BRIDGE)
    assert explain(alice, alice.bridge, status=DENY)["rule"]["file"] == service.POLICY
    found = explain(alice, alice.bridge, "--policy", path, status=PERMIT)
    assert (found["rule"]["file"], found["rule"]["line"]) == (path, 1)
    rows = json.loads(tool(alice, "nets", "--user", "alice", "--policy", path, "--json",
                           status=PERMIT).stdout)
    assert [row["rule"] for row in rows] == [f"{path}:1"]


@pytest.mark.smoke
def test_a_permit_names_the_rule_its_limits_and_every_rule_that_was_looked_at(policy, alice):
    policy("permit user bob bridge *\n" + "permit any bridge x*\n" + OWN_BRIDGE +
           "permit user alice bridge ow-%U taps 3 mac own isolated mtu 1400\n")
    found = explain(alice, alice.bridge, status=PERMIT)
    assert (found["verdict"], found["code"], found["text"]) == ("permit", Code.OK, None)
    assert (found["user"], found["uid"], found["gids"]) == ("alice", alice.uid, alice.groups)
    assert found["rule"] == {
        "file": service.POLICY, "line": 4,
        "text": f"permit user {alice.uid} bridge ow-%U isolated dhcp-server netns taps 3 queues 1 "
                "mtu 1400 mac own"}
    assert found["limits"] == {
        "taps": 3, "queues": 1, "mtu": 1400, "rate": None, "mac": "own", "ip": None,
        "address": None, "create": False, "isolated": True, "vhost": False, "dhcp_server": True,
        "netns": True}
    assert [(rule["line"], rule["matches"], rule["decides"]) for rule in found["rules"]] == [
        (1, False, False), (2, False, False), (3, True, False), (4, True, True)]
    assert found["rules"][0]["why"].startswith("subject: ")
    assert found["rules"][1]["why"].startswith("pattern: ")
    text = tool(alice, "explain", "--user", str(alice.uid), "--bridge", alice.bridge,
                status=PERMIT).stdout
    assert f"decided by: {service.POLICY}:4: {found['rule']['text']}\n" in text
    assert "limits: taps 3, queues 1, mtu 1400, rate unlimited, mac own, ip any, address none\n" \
           "options: create no, isolated yes, vhost no, dhcp-server yes, netns yes\n" in text
    assert "\033" not in text


def test_the_line_to_add_permits_it(policy, alice):
    policy("deny any bridge *\n")
    policy("deny any bridge br-lab\n", service.POLICY_D + "/10.conf")
    found = explain(alice, "br-lab", status=DENY)
    assert found["add"] == f"permit user {alice.uid} bridge br-lab"
    assert found["add_to"] == service.POLICY_D + "/10.conf"
    policy("deny any bridge br-lab\n" + found["add"] + "\n", found["add_to"])
    assert explain(alice, "br-lab", status=PERMIT)["add"] is None
    assert explain(alice, "br-lab2", status=DENY)["rule"]["file"] == service.POLICY


QUESTIONS = {
    "no rule": ("", "br-lab", None),
    "no rule for one's own bridge": ("", None, None),
    "a rule that denies": (OWN_BRIDGE + "deny group owvm bridge *\n", None, None),
    "a foreign address": ("permit any bridge br-lab\n", "br-lab", "02:00:00:00:00:01"),
    "no address": ("permit any bridge br-lab\n", "br-lab", "none"),
    "a multicast address": ("permit any bridge br-lab mac any\n", "br-lab", "01:00:00:00:00:01"),
}


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_denial_has_the_text_and_the_code_of_netds_refusal(name, either_mode, alice):
    text, bridge, mac = QUESTIONS[name]
    bridge = bridge or alice.bridge
    reply = either_mode(text).request(
        alice, pack_tap(bridge, None if mac == "none" else mac or alice.mac()))
    assert reply.code != Code.OK
    found = explain(alice, bridge, *(("--mac", mac) if mac else ()), status=DENY)
    assert (found["code"], found["text"]) == (reply.code, reply.text)
    plain = tool(alice, "explain", "--user", "alice", "--bridge", bridge,
                 *(("--mac", mac) if mac else ()), status=DENY).stdout
    assert plain.splitlines()[0] == f"deny: {reply.text}"


def test_a_broken_policy_has_the_text_of_netds_refusal(either_mode, alice):
    reply = either_mode(OWN_BRIDGE + "nonsense\n").request(alice, alice.tap())
    assert reply.code == Code.POLICY_BROKEN
    assert explain(alice, alice.bridge, status=BROKEN)["text"] == reply.text
    done = tool(alice, "explain", "--user", "alice", "--bridge", "x", status=BROKEN)
    assert done.stdout == "" and f"{service.POLICY}:2:1: " in done.stderr
    tool(alice, "nets", "--user", "alice", status=BROKEN)


def test_subordinate_uids_are_denied_and_no_rule_is_looked_at(policy, alice):
    policy("permit any bridge *\n")
    with open("/etc/subuid", encoding="utf-8") as stream:
        before = stream.read()
    try:
        with open("/etc/subuid", "w", encoding="utf-8") as stream:
            stream.write(f"alice:{NOBODY_OF_THAT_UID}:10\n")
        found = json.loads(tool(alice, "explain", "--user", NOBODY_OF_THAT_UID, "--groups", "",
                                "--bridge", "x", "--json", status=DENY).stdout)
        assert found["code"] == Code.IDENTITY and found["rules"] == [] and found["add"] is None
        done = tool(alice, "nets", "--user", NOBODY_OF_THAT_UID, "--groups", "", status=DENY)
        assert found["text"] in done.stderr
    finally:
        with open("/etc/subuid", "w", encoding="utf-8") as stream:
            stream.write(before)


@pytest.mark.parametrize("arguments, reason", (
    (("--user", "nobody-of-that-name"), "there is no user 'nobody-of-that-name'"),
    (("--user", NOBODY_OF_THAT_UID), "--groups"),
    (("--user", "4294967296"), "is no id"),
    (("--user", "alice", "--groups", "owvm,nobody-of-that-name"), "there is no group"),
    (("--user", "alice", "--groups", "owvm,"), "there is no group"),
    ((), "--user"),
))
def test_who_asks_must_be_known(arguments, reason, policy, carol):
    policy(OWN_BRIDGE)
    for command in (("explain", "--bridge", "x"), ("nets",)):
        done = tool(carol, *command, *arguments, status=BROKEN)
        assert done.stdout == "" and len(done.stderr.splitlines()) == 1
        assert done.stderr.startswith("owvm-policy: ") and reason in done.stderr


def test_groups_that_are_given_stand_for_those_of_the_user_database(policy, carol, alice):
    policy(OWN_BRIDGE)
    explain(carol, carol.bridge, status=DENY)
    assert len(explain(carol, carol.bridge, "--groups", "carol,owvm", status=PERMIT)["gids"]) == 2
    assert explain(alice, alice.bridge, "--groups", "", status=DENY)["gids"] == []


def on_a_terminal(user, environment):
    """What `explain` writes to a terminal."""
    ours, theirs = pty.openpty()
    try:
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 200, 0, 0))
        tool(user, "explain", "--user", user.name, "--bridge", user.bridge, status=PERMIT,
             capture_output=False, stdout=theirs, stderr=subprocess.PIPE, env=environment)
        return os.read(ours, 65536).decode()
    finally:
        os.close(ours)
        os.close(theirs)


def test_colour_is_for_terminals_and_no_color_takes_it_away(policy, alice):
    policy(OWN_BRIDGE)
    assert on_a_terminal(alice, {}).startswith("\033[1;32mpermit\033[0m: ")
    assert on_a_terminal(alice, {"NO_COLOR": ""}).startswith("\033[1;32mpermit")
    assert on_a_terminal(alice, {"NO_COLOR": "1"}).startswith("permit: ")


def test_help_version_and_bad_usage(carol):
    assert tool(carol, "--help", status=PERMIT).stdout.startswith("usage: owvm-policy ")
    assert tool(carol, "explain", "--help", status=PERMIT).stderr == ""
    assert tool(carol, "--version", status=PERMIT).stdout.startswith("owvm-policy ")
    for arguments in ((), ("ask",), ("check", "--user", "x"), ("explain", "--user", "carol")):
        done = tool(carol, *arguments, status=BROKEN)
        assert done.stdout == "" and done.stderr.startswith("owvm-policy: ")


def test_an_answer_that_cannot_be_written_is_no_permit(policy, alice):
    policy(OWN_BRIDGE)
    with open("/dev/full", "w", encoding="utf-8") as full:
        tool(alice, "explain", "--user", "alice", "--bridge", alice.bridge, status=BROKEN,
             capture_output=False, stdout=full, stderr=subprocess.PIPE)
