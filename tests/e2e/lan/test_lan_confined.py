# SPDX-License-Identifier: MIT
"""What a DHCP client that a guest has taken over can do to its user: a program stands in its place
which tries it. Each attack first works for a program that is not confined."""
import os
import pathlib
import re
import shutil

import pytest

import network
from conftest import BUILD
from lan import UNADDRESSED, lan, nothing_left

ATTACKS = ("open secret", "write secret", "start program")


@pytest.fixture(scope="module", autouse=True)
def service_runs(running, alice):
    yield
    assert nothing_left(alice)


@pytest.fixture(scope="module")
def attacker(installed):
    path = pathlib.Path("/usr/local/bin/attacker")
    shutil.copy(BUILD / "tests/e2e/lib/attacker", path)
    path.chmod(0o755)
    return path


def test_the_attacks_work_for_a_program_that_is_not_confined(alice, secret, attacker):
    done = lan(alice, alice.bridge, *UNADDRESSED, "--", attacker, env={"SECRET": str(secret)})
    results = dict(re.findall(r"^(.*): (.*)$", done.stdout, re.MULTILINE))
    assert [results[attack] for attack in ATTACKS] == ["done"] * 3, done
    assert secret.stat().st_mode & 0o777 == 0o777 and secret.read_text(encoding="ascii") != ""


def test_a_dhcp_client_that_was_taken_over_changes_nothing(alice, secret, attacker):
    program = os.path.realpath(shutil.which("udhcpc", path="/usr/sbin:/sbin") or
                               shutil.which("busybox"))
    network.command("mount", "--bind", attacker, program)
    try:
        done = lan(alice, alice.bridge, "true", env={"SECRET": str(secret)})
    finally:
        network.command("umount", program)
    assert done.returncode == 125
    # The status is its own: it came to try.
    assert "the DHCP client ended with status 1 and without a lease" in done.stderr, done
    assert secret.stat().st_mode & 0o777 == 0o600 and secret.read_text(encoding="ascii") == ""
