# SPDX-License-Identifier: MIT
"""Forwards that enter by the guest's LAN, where that is a bridge."""
import contextlib
import socket
import urllib.request

import pytest

import network
from machine import Machine, left_of


@pytest.fixture(scope="module")
def machine(running, alice, guest):
    started = Machine(alice, guest, "lan", "--forward", "0:80", "--forward", "0:7").boot()
    with started.console() as console:
        console.login()
        assert console.run("nc -ll -p 7 -e cat & true")[0] == 0
    yield started
    started.stop()
    assert network.wait_until(lambda: left_of(alice) == []), left_of(alice)
    assert network.wait_until(lambda: network.made_by_netd() == set())


def port(machine, guest):
    return next(int(text.split(":")[1]) for text in machine.status()["forwards"]
                if text.endswith(f":{guest}"))


def test_the_page_comes_by_the_lan(machine):
    with urllib.request.urlopen(f"http://127.0.0.1:{port(machine, 80)}/", timeout=20) as answer:
        assert "owvm demo router" in answer.read().decode()
    with machine.console() as console:
        console.login()
        said = console.run("cat /proc/net/arp")[1]
    assert "192.168.1.25" in said, said


