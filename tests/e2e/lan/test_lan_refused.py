# SPDX-License-Identifier: MIT
"""What `owrun lan` says where it cannot: the policy, quotas, names, the host."""
import json
import os
import subprocess

import pytest

import network
import service
from lan import UNADDRESSED, Client, lan, lan_refused, lan_well, nothing_left
from machine import done_well, owrun

OWN = "permit group owvm bridge ow-%U create\n"


@pytest.fixture
def alices(alice):
    yield alice
    assert nothing_left(alice)


def test_both_ways_to_start_netd_serve_it(either_mode, alices):
    """With the file capability the helper has it in the host's user namespace alone."""
    either_mode(OWN)
    assert lan_well(alices, alices.bridge, "--address", "192.168.1.9/24", "sh", "-c",
                    "ip -o -4 addr show eth0 | grep -c 192.168.1.9/24") == "1\n"
    with Client(alices, alices.bridge, *UNADDRESSED) as one:
        with Client(alices, alices.bridge, *UNADDRESSED) as other:
            assert one.address[0] != other.address[0]
    # The helper tidies up with the next request.
    assert network.wait_until(lambda: done_well(alices, "nets") and not network.made_by_netd())


def test_where_there_is_no_netd_that_is_said(policy, alices):
    os.rename(service.NETD, service.NETD + ".away")
    try:
        said = lan_refused(alices, alices.bridge, *UNADDRESSED, "true")
    finally:
        os.rename(service.NETD + ".away", service.NETD)
    assert "owvm-netd is not there" in said


def test_a_policy_without_netns_is_told_with_the_line_to_add(netd, bridge, alices):
    netd(f"permit group owvm bridge {bridge}\n")
    said = lan_refused(alices, bridge, *UNADDRESSED, "true")
    assert said.startswith(f"bridge '{bridge}' refused: ") and "netns" in said


def test_a_bridge_that_is_not_there_is_told(netd, alices):
    netd("permit group owvm bridge br-lab netns\n")
    said = lan_refused(alices, "br-lab", *UNADDRESSED, "true")
    assert "'br-lab'" in said and "does not exist" in said


def test_a_name_of_nothing_is_told_as_that(netd, alices):
    netd(OWN)
    said = lan_refused(alices, "rooter", *UNADDRESSED, "true")
    assert said.startswith("no VM 'rooter' is running, and no such bridge is there; 'owrun ls' ")


def test_a_bridge_of_another_user_is_not_ones_own(netd, alices, bob):
    netd(OWN)
    assert "refused" in lan_refused(alices, bob.bridge, *UNADDRESSED, "true")


def test_taps_and_clients_share_the_quota(netd, bridge, alices):
    running = netd(f"permit group owvm bridge {bridge} taps 2 netns\n")
    with running.request(alices, alices.tap(bridge)) as tap:
        assert tap.code == 0
        with Client(alices, bridge, *UNADDRESSED):
            said = lan_refused(alices, bridge, *UNADDRESSED, "true")
            with running.request(alices, alices.tap(bridge)) as third:
                assert third.code != 0 and third.text in said
    assert network.wait_until(lambda: network.ports(bridge) == set())


@pytest.mark.parametrize("arguments, words", (
    (("--address", "192.168.1.9", "BRIDGE"), "neither 'dhcp' nor 'none'"),
    (("--address", "192.168.1.9/0", "BRIDGE"), "neither 'dhcp' nor 'none'"),
    (("--address", "::1/64", "BRIDGE"), "neither 'dhcp' nor 'none'"),
    (("--name", "a/b", "BRIDGE"), "no name of an interface"),
    (("--name", "sixteen-letters-", "BRIDGE"), "no name of an interface"),
    (("--timeout", "-1", "BRIDGE"), "not a number of seconds"),
    ((), "needs a NAME|BRIDGE")))
def test_a_command_line_that_makes_no_sense_is_refused(alices, arguments, words):
    done = lan(alices, *(word.replace("BRIDGE", alices.bridge) for word in arguments))
    assert done.returncode == 2 and words in done.stderr, done


def test_names_that_are_none_are_refused(netd, alices):
    netd(OWN)
    assert "interface of that name" in lan_refused(alices, alices.bridge, *UNADDRESSED, "--name",
                                                   "lo", "true")
    assert "sixteen-letters-" in lan_refused(alices, "sixteen-letters-", *UNADDRESSED, "true")


def test_a_vm_that_does_not_run_is_told(netd, alices, guest):
    netd(OWN)
    done_well(alices, "create", "asleep", "--kernel", str(guest / "vmlinux"))
    said = lan_refused(alices, "asleep", *UNADDRESSED, "true")
    assert said == "VM 'asleep' is stopped; 'owrun run asleep' starts it"
    done_well(alices, "rm", "asleep")


def test_a_host_without_user_namespaces_is_told_with_the_setting(netd, alices):
    netd(OWN)
    # The limit of a user namespace of the user's own, so that it is nobody else's.
    done = alices.run("unshare", "-Ur", "sh", "-c",
                      "echo 0 >/proc/sys/user/max_user_namespaces && "
                      f"exec {service.OWRUN} lan {alices.bridge} --address none true")
    assert done.returncode == 125 and "user.max_user_namespaces" in done.stderr, done


def test_a_user_namespace_without_rights_is_told_with_the_profile(netd, alices):
    """As on Ubuntu: it is made, and AppArmor denies what its owner does. Here /proc denies it."""
    netd(OWN)
    host = ("unshare", "--mount", "sh", "-c", "mount -t tmpfs none /proc/sys/kernel && "
            "echo 1 >/proc/sys/kernel/apparmor_restrict_unprivileged_userns && "
            "mount -o remount,bind,ro /proc && exec \"$@\"", "sh", "setpriv", "--reuid",
            alices.name, "--regid", str(alices.gid), "--init-groups", "env", f"HOME={alices.home}",
            service.OWRUN)
    done = subprocess.run((*host, "lan", alices.bridge, *UNADDRESSED, "true"), timeout=60,
                          capture_output=True, text=True, check=False)
    assert done.returncode == 125 and "user namespace that serves: Read-only" in done.stderr, done
    done = subprocess.run((*host, "doctor", "--json"), timeout=60, capture_output=True, text=True,
                          check=False)
    told = [row for row in json.loads(done.stdout)
            if row["check"] == "userns" and "AppArmor" in row["text"]]
    assert len(told) == 1 and told[0]["state"] == "warning", done
    assert f"profile owrun {service.OWRUN} flags" in told[0]["command"]
