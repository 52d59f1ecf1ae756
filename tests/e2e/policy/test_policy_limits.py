# SPDX-License-Identifier: MIT
"""The limits of a rule and its addresses, as owvm-policy and `owrun nets` show them."""
import json

import pytest

import service
from conftest import OWN_BRIDGE
from owvm import Code, WITH_MAC, WITH_VHOST, pack_tap
from policy_tool import DENY, PERMIT, explain, tool


def test_limits_and_addresses_of_a_rule_are_told(policy, alice):
    policy("permit any bridge br-nat create vhost queues 4 rate 250 ip 192.0.2.0/24 "
           "address 192.0.2.1/24\n")
    found = explain(alice, "br-nat", "--queues", "4", "--vhost", status=PERMIT)
    assert (found["queues"], found["vhost"]) == (4, True)
    assert found["limits"] == {
        "taps": 8, "queues": 4, "mtu": None, "rate": 250, "mac": "own",
        "ip": "192.0.2.0/24", "address": "192.0.2.1/24", "create": True, "isolated": False,
        "vhost": True, "dhcp_server": False, "netns": False}
    text = tool(alice, "explain", "--user", "alice", "--bridge", "br-nat", status=PERMIT).stdout
    assert "limits: taps 8, queues 4, mtu of the bridge, rate 250 Mbit/s, mac own, " \
           "ip 192.0.2.0/24, address 192.0.2.1/24\n" in text


def test_no_line_is_suggested_in_place_of_a_rule_that_permits_less(policy, alice):
    policy("permit any bridge br-lab isolated\n")
    found = explain(alice, "br-lab", "--queues", "2", status=DENY)
    assert (found["add"], found["add_to"]) == (None, None)
    assert "'queues 2'" in found["text"]
    policy("deny any bridge br-lab\n")
    found = explain(alice, "br-lab", "--queues", "2", "--vhost", status=DENY)
    assert found["add"] == f"permit user {alice.uid} bridge br-lab queues 2 vhost"
    policy("deny any bridge br-lab\n" + found["add"] + "\n")
    explain(alice, "br-lab", "--queues", "2", "--vhost", status=PERMIT)


LIMITS = {
    "two queues": ("permit any bridge br-lab\n", 2, False),
    "more queues than the rule has": ("permit any bridge br-lab queues 15 vhost\n", 16, True),
    "vhost": ("permit any bridge br-lab queues 16\n", 16, True),
    "more of both, and no rule": ("", 16, True),
}


@pytest.mark.parametrize("name", LIMITS)
def test_a_limit_has_the_text_and_the_code_of_netds_refusal(name, either_mode, alice):
    text, queues, vhost = LIMITS[name]
    flags = WITH_MAC | (WITH_VHOST if vhost else 0)
    reply = either_mode(text).request(
        alice, pack_tap("br-lab", alice.mac(), queues=queues, flags=flags))
    found = explain(alice, "br-lab", "--queues", str(queues), *(["--vhost"] * vhost), status=DENY)
    assert found["code"] == reply.code == Code.DENIED
    assert found["text"] == reply.text


def test_nets_lists_what_owrun_lists(either_mode, alice):
    either_mode(OWN_BRIDGE + "deny user bob bridge *\ndeny user alice bridge x*\n"
                "permit any bridge lab* taps 3 isolated mac any queues 2 mtu 1400\n"
                "permit any bridge br0 vhost netns dhcp-server ip 192.0.2.0/24 rate 100\n")
    theirs = json.loads(alice.run(service.OWRUN, "nets", "--json").stdout)
    ours = json.loads(tool(alice, "nets", "--user", "alice", "--json", status=PERMIT).stdout)
    assert len(ours) == 4
    # What is used only netd knows; the addresses are not in its list.
    assert [{key: value for key, value in row.items() if key not in ("ip", "address")}
            for row in ours] == [{key: value for key, value in row.items() if key != "used"}
                                 for row in theirs]
    assert [(row.get("rate"), row.get("ip")) for row in ours] == [
        (None, None), (None, None), (None, None), (100, "192.0.2.0/24")]
    table = tool(alice, "nets", "--user", "alice", status=PERMIT).stdout.splitlines()
    assert [line.split() for line in table[:5:4]] == [
        ["BRIDGE", "VERDICT", "TAPS", "QUEUES", "MTU", "RATE", "MAC", "OPTIONS", "RULE"],
        ["br0", "permit", "8", "1", "-", "100", "own", "vhost,dhcp-server,netns,ip=192.0.2.0/24",
         f"{service.POLICY}:5"]]
    # Columns are in line, however long the options are.
    assert len({line.index(end) for line, end in zip(table, ("RULE", *["/etc/owvm"] * 4))}) == 1


def test_owrun_nets_shows_what_a_rule_limits(either_mode, alice):
    either_mode(OWN_BRIDGE + "deny user alice bridge x*\n"
                "permit any bridge br0 queues 4 mtu 1400 rate 50 vhost netns\n")
    rows = json.loads(alice.run(service.OWRUN, "nets", "--json").stdout)
    assert rows[0] == {
        "bridge": alice.bridge, "verdict": "permit", "used": 0, "taps": 8, "queues": 1,
        "mtu": None, "rate": None, "mac": "any", "options": ["create", "dhcp-server", "netns"],
        "rule": f"{service.POLICY}:1"}
    assert (rows[2]["queues"], rows[2]["mtu"], rows[2]["rate"], rows[2]["options"]) == (
        4, 1400, 50, ["vhost", "netns"])
    table = alice.run(service.OWRUN, "nets").stdout.splitlines()
    assert [line.split() for line in table] == [
        ["BRIDGE", "VERDICT", "USED", "OF", "QUEUES", "MTU", "RATE", "MAC", "OPTIONS", "RULE"],
        [alice.bridge, "permit", "0", "8", "1", "-", "-", "any", "create,dhcp-server,netns",
         f"{service.POLICY}:1"],
        ["x*", "deny", "-", "-", "-", "-", "-", "-", "-", f"{service.POLICY}:2"],
        ["br0", "permit", "0", "8", "4", "1400", "50", "own", "vhost,netns",
         f"{service.POLICY}:3"]]


def test_nets_of_a_user_without_any_rule_is_empty(policy, carol):
    policy(OWN_BRIDGE)
    done = tool(carol, "nets", "--user", "carol", status=PERMIT)
    assert done.stdout == "" and "no rule" in done.stderr
    assert json.loads(tool(carol, "nets", "--user", "carol", "--json", status=PERMIT).stdout) == []
