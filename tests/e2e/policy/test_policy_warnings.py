# SPDX-License-Identifier: MIT
"""owvm-policy check of a policy that is sound: what it warns of."""
import json

import pytest

import service
from conftest import OWN_BRIDGE
from policy_tool import PERMIT, tool

SPOOFS = "a guest can claim the IPv4 addresses of others on such a bridge (ARP): " \
         "'ip CIDR' limits it to that network, 'isolated' hides it from other such ports"


def test_check_warns_of_shared_bridges_where_guests_can_claim_others_addresses(policy, carol):
    policy(OWN_BRIDGE + "permit any bridge br-lab\npermit any bridge br-lab isolated\n"
           "permit any bridge br* ip 192.0.2.0/24\ndeny any bridge br-x\npermit any bridge lab*\n")
    done = tool(carol, "check", status=PERMIT)
    assert done.stdout == "6 rules in 1 file: sound\n"
    assert done.stderr.splitlines() == [f"{service.POLICY}:{line}: warning: {SPOOFS}"
                                        for line in (2, 6)]
    found = json.loads(tool(carol, "check", "--json", status=PERMIT).stdout)
    assert found["warnings"] == [{"file": service.POLICY, "line": line, "message": SPOOFS}
                                 for line in (2, 6)]


ENTERS = "such a bridge can be another user's own by a rule with '%U', where no guard judges " \
         "what the guest of that user sends"


def warnings_of_the_second_rule(user):
    place = f"{service.POLICY}:2: "
    return [line.removeprefix(place) for line in
            tool(user, "check", status=PERMIT).stderr.splitlines() if line.startswith(place)]


@pytest.mark.parametrize("rule, warned", [
    ("permit any bridge * isolated", True), ("permit user alice bridge o* isolated", True),
    ("permit any bridge ow-* isolated", True), ("permit any bridge ow-1* isolated", True),
    ("permit any bridge ow-1000 isolated", True),
    ("permit user 1001 bridge ow-1000 isolated", True),
    ("permit user 1000 bridge ow-1000 isolated", False),
    ("permit any bridge ow-x* isolated", False), ("permit any bridge ow-1000x isolated", False),
    ("permit any bridge ow- isolated", False), ("permit any bridge lab* isolated", False),
    ("deny any bridge ow-*", False),
    ("permit any bridge ow-%U", False), ("permit any bridge ow-%U-*", False),
    ("permit any bridge o%U", False), ("permit any bridge ow-1%U", True),
    ("permit any bridge ow-%U1", True), ("permit any bridge ow-%Ux", False)])
def test_check_warns_of_rules_that_let_others_onto_bridges_of_ones_own(
        policy, carol, rule, warned):
    policy(OWN_BRIDGE + rule + "\n")
    assert warnings_of_the_second_rule(carol) == ([f"warning: {ENTERS}"] if warned else [])


@pytest.mark.parametrize("rule, warned", [
    ("permit any bridge ow-1000-lab isolated", True), ("permit any bridge ow-1* isolated", True),
    ("permit any bridge ow-1000-l* isolated", True), ("permit any bridge ow-1000- isolated", True),
    ("permit any bridge ow-1000 isolated", False), ("permit any bridge ow-1000x* isolated", False),
    ("permit user 1000 bridge ow-1000-l* isolated", False),
    ("permit user 1000 bridge ow-1000-lab isolated", False),
    ("permit user 1001 bridge ow-1000-l* isolated", True),
    ("permit any bridge ow-%U", False), ("permit any bridge ow-1%U", False),
    ("permit any bridge ow-1%U-", True), ("permit any bridge ow-%U-1", False)])
def test_check_warns_of_rules_that_let_others_onto_one_of_several(policy, carol, rule, warned):
    policy("permit group owvm bridge ow-%U-* create\n" + rule + "\n")
    assert warnings_of_the_second_rule(carol) == ([f"warning: {ENTERS}"] if warned else [])
