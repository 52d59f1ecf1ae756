# SPDX-License-Identifier: MIT
"""Default deny, fail closed, explain: in both modes, with the policy where it really lives."""
import os

import pytest

import service
from conftest import OWN_BRIDGE
from owvm import Code


def ask(running, user, bridge=None):
    return running.request(user, user.tap(bridge))


@pytest.mark.smoke
def test_what_no_rule_permits_is_denied_and_the_line_to_add_is_named(either_mode, alice):
    reply = ask(either_mode(""), alice)
    assert reply.code == Code.DENIED
    # netd looks no names up while it serves: the line names the uid.
    assert f"{service.POLICY}: permit user {alice.uid} bridge {alice.bridge}" in reply.text


def test_a_line_that_a_refusal_names_permits_it_when_it_is_added(netd, alice, bridge):
    running = netd(OWN_BRIDGE)
    reply = ask(running, alice, bridge)
    assert reply.code == Code.DENIED
    line = reply.text[reply.text.index("permit user"):]
    running.stop()
    service.write_policy(OWN_BRIDGE + line + "\n")
    running.start()
    with ask(running, alice, bridge) as granted:
        assert granted.code == Code.OK, granted.text


def test_a_rule_for_one_user_does_not_serve_another(either_mode, alice, bob):
    running = either_mode("permit user alice bridge ow-%U create\n")
    with ask(running, alice) as reply:
        assert reply.code == Code.OK
    assert ask(running, bob, alice.bridge).code == Code.DENIED


def test_a_group_rule_counts_supplementary_and_primary_groups(either_mode, alice, bob):
    running = either_mode("permit group alice bridge one-%U create\n"
                          "permit group owvm bridge two-%U create\n")
    with ask(running, alice, f"one-{alice.uid}") as first, \
            ask(running, alice, f"two-{alice.uid}") as second:
        assert (first.code, second.code) == (Code.OK, Code.OK)
    assert ask(running, bob, f"one-{bob.uid}").code == Code.DENIED


def test_the_last_matching_rule_decides_and_is_named(either_mode, alice):
    reply = ask(either_mode(OWN_BRIDGE + "# not her\ndeny user alice bridge *\n"), alice)
    assert reply.code == Code.DENIED
    assert f"{service.POLICY}:3" in reply.text


def test_a_file_of_policy_d_comes_after_the_main_file(either_mode, policy, alice):
    policy("deny user alice bridge *\n", service.POLICY_D + "/10-deny.conf")
    policy("deny user bob bridge *\n", service.POLICY_D + "/20-not-read.txt")
    reply = ask(either_mode(OWN_BRIDGE), alice)
    assert reply.code == Code.DENIED
    assert f"{service.POLICY_D}/10-deny.conf:1" in reply.text


def test_another_users_own_bridge_is_not_the_callers(either_mode, alice, bob):
    assert ask(either_mode(OWN_BRIDGE), alice, bob.bridge).code == Code.DENIED


def test_a_name_of_15_characters_is_not_cut_to_match_a_rule(either_mode, alice):
    running = either_mode("permit user alice bridge abcdefghijklmn create mac any\n")
    assert ask(running, alice, "abcdefghijklmno").code == Code.DENIED


BROKEN = {
    "an unknown word": "permit user alice bridge x fast\n",
    "an unknown verb": "allow user alice bridge x\n",
    "an unknown user": "permit user nobody-of-that-name bridge x\n",
    "an unknown group": "permit group nobody-of-that-name bridge x\n",
    "no bridge": "permit user alice\n",
    "a name that is too long": "permit user alice bridge abcdefghijklmnop\n",
    "taps 0": "permit user alice bridge x taps 0\n",
    "taps 101": "permit user alice bridge x taps 101\n",
    "rate 0": "permit user alice bridge x rate 0\n",
    "rate 100001": "permit user alice bridge x rate 100001\n",
    "create with a bare star": "permit user alice bridge * create\n",
    "an option that is none": "permit user alice bridge x bridge\n",
    "an option twice": "permit user alice bridge x isolated isolated\n",
    "a NUL": "permit user alice bridge x\0\n",
}


@pytest.mark.parametrize("name", BROKEN)
def test_one_error_anywhere_permits_nothing_and_says_where(name, netd, fresh_log, alice):
    running = netd(OWN_BRIDGE + BROKEN[name])
    reply = ask(running, alice)
    assert reply.code == Code.POLICY_BROKEN
    assert f"{service.POLICY}:2" in reply.text
    assert f"{service.POLICY}:2:" in fresh_log()


def test_every_error_is_reported(netd, fresh_log, alice):
    running = netd("permit\ndeny user\n" + OWN_BRIDGE + "nonsense\n")
    assert ask(running, alice).code == Code.POLICY_BROKEN
    for line in (1, 2, 4):
        assert f"{service.POLICY}:{line}:" in fresh_log()


def test_an_error_in_policy_d_permits_nothing(either_mode, policy, alice):
    policy("nonsense\n", service.POLICY_D + "/50-broken.conf")
    reply = ask(either_mode(OWN_BRIDGE), alice)
    assert reply.code == Code.POLICY_BROKEN
    assert f"{service.POLICY_D}/50-broken.conf:1" in reply.text


def chmod(path, mode):
    return lambda: os.chmod(path, mode)


def chown(path, uid):
    return lambda: os.chown(path, uid, -1)


def replace_by_symlink():
    os.rename(service.POLICY, "/etc/owvm/elsewhere")
    os.symlink("/etc/owvm/elsewhere", service.POLICY)


def replace_by_directory():
    os.unlink(service.POLICY)
    os.mkdir(service.POLICY)


SPOILED = {
    "group-writable": chmod(service.POLICY, 0o664),
    "writable by all": chmod(service.POLICY, 0o646),
    "unreadable": chmod(service.POLICY, 0o600),
    "owned by somebody else": chown(service.POLICY, 1),
    "a symlink": replace_by_symlink,
    "a directory": replace_by_directory,
    "missing": lambda: os.unlink(service.POLICY),
    "in a group-writable directory": chmod("/etc/owvm", 0o775),
    "in somebody else's directory": chown("/etc/owvm", 1),
    "beside a group-writable policy.d": lambda: (os.mkdir(service.POLICY_D),
                                                 os.chmod(service.POLICY_D, 0o775)),
    "beside an unreadable policy.d": lambda: (os.mkdir(service.POLICY_D),
                                              os.chmod(service.POLICY_D, 0o700)),
}


@pytest.mark.parametrize("how", SPOILED)
def test_a_policy_that_others_could_have_written_or_netd_cannot_read_permits_nothing(
        how, either_mode, policy, alice):
    running = either_mode(OWN_BRIDGE)
    policy(OWN_BRIDGE)
    SPOILED[how]()
    if isinstance(running, service.Service):
        running.stop()
        running.start()
    try:
        reply = ask(running, alice)
    finally:
        # What comes after the test needs a policy that can be read.
        service.remove_policy()
        policy(OWN_BRIDGE)
    assert reply.code == Code.POLICY_BROKEN
    assert "/etc/owvm" in reply.text
