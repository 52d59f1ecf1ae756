# SPDX-License-Identifier: MIT
"""Addresses are derived from names, and two names may give the same one."""
import json
import pathlib

import pytest

from machine import Machine, owrun


def derived(uid, name, nic=0):
    """As common/mac-space.c does."""
    value = 2166136261
    for byte in name.encode() + bytes([nic]):
        value = (value ^ byte) * 16777619 & 0xffffffff
    value ^= value >> 16
    mac = [(value >> 8) % 63 << 2 | 2, *uid.to_bytes(4, "big"), value & 0xff]
    return ":".join(f"{byte:02x}" for byte in mac)


def collision(uid):
    """The first two names that give one address."""
    seen = {}
    for number in range(2000):
        name = f"vm{number}"
        if derived(uid, name) in seen:
            return seen[derived(uid, name)], name
        seen[derived(uid, name)] = name
    pytest.fail("no two of 2000 names collide")


@pytest.fixture(name="pair")
def fixture_pair(user, guest):
    return [Machine(user, guest, name, "--nic", "bridge") for name in collision(user.uid)]


def mac(machine):
    row, = machine.status()["nics"]
    return row["mac"]


def memory(machine):
    return pathlib.Path(machine.user.home, ".local/state/owvm/run", machine.name,
                        "remembered.json")


def test_the_second_vm_takes_another_address_and_keeps_it(user, pair):
    first, second = pair
    own = derived(user.uid, first.name)
    assert mac(first.start()) == own
    other = mac(second.start())
    assert other != own and other.split(":")[1:5] == own.split(":")[1:5]
    assert json.loads(memory(second).read_text(encoding="ascii")) == {"macs": {"0": other}}
    assert not memory(first).exists()
    second.quit()
    first.quit()
    # Also when nobody has its own any more, and beside the first, whoever starts earlier.
    assert mac(second.start()) == other
    assert mac(first.start()) == own
    first.quit()
    second.quit()
    memory(second).unlink()
    memory(second).parent.rmdir()


def test_an_address_that_was_asked_for_is_refused_with_who_has_it(user, pair):
    first, second = pair
    first.start()
    words = ("--name", second.name, *second.arguments[2:-1])
    done = owrun(user, "run", "-d", *words, f"bridge,mac={mac(first)}")
    assert done.returncode == 1
    assert f"; VM '{first.name}' has it: 'mac=' of '--nic' gives this one another" in done.stderr
    done = owrun(user, "run", "-d", *words, "bridge,mac=" + derived(user.uid, "quite another"))
    assert done.returncode == 0, done.stderr
    second.quit()
    first.quit()
