# SPDX-License-Identifier: MIT
"""`owrun open`: the address of a router's page, which was reached; and a browser."""
import pathlib
import urllib.request

import pytest

import network
from machine import Machine, done_well, left_of, refused


@pytest.fixture(scope="module")
def machine(running, alice, guest):
    """Nothing of this host leads to it but a forward by the WAN, where it refuses."""
    machine = Machine(alice, guest, "router", "--forward", "wan:0:80").boot()
    yield machine
    machine.quit()
    assert network.wait_until(lambda: left_of(alice) == []), left_of(alice)


@pytest.fixture
def desktop(machine):
    """A desktop whose browser notes what it is to show. Gives its environment and the note."""
    programs = pathlib.Path(machine.user.home, "desktop")
    machine.user.run("mkdir", str(programs))
    note = programs / "opened"
    opener = programs / "xdg-open"
    opener.write_text(f'#!/bin/sh\necho "$1" >{note}.new\nmv {note}.new {note}\n',
                      encoding="ascii")
    opener.chmod(0o755)
    yield {"DISPLAY": ":7", "PATH": f"{programs}:/usr/bin:/bin"}, note
    machine.user.run("rm", "-r", str(programs))


def test_the_page_is_reached_by_a_forward_that_is_made_for_it(machine):
    url = done_well(machine.user, "open", "router").stdout.strip()
    with urllib.request.urlopen(url, timeout=20) as answer:
        assert "owvm demo router" in answer.read().decode()
    refusing, forward = machine.status()["forwards"]
    assert refusing.startswith("wan:") and not forward.startswith("wan:")
    assert url == f"http://{':'.join(forward.split(':')[:2])}/"
    # The next time it is there.
    assert done_well(machine.user, "open", "router").stdout.strip() == url


def test_a_desktop_shows_it(machine, desktop):
    environment, note = desktop
    url = done_well(machine.user, "open", "router", env=environment).stdout.strip()
    assert network.wait_until(note.exists, 20)
    assert note.read_text(encoding="ascii").strip() == url


def test_print_opens_nothing_and_a_desktop_without_an_opener_is_told(machine, desktop):
    environment, note = desktop
    done = done_well(machine.user, "open", "--print", "router", env=environment)
    assert done.stdout.startswith("http://") and done.stderr == ""
    done = done_well(machine.user, "open", "router",
                     env={"WAYLAND_DISPLAY": "w", "PATH": "/nowhere"})
    assert "package 'xdg-utils'" in done.stderr and done.stdout.startswith("http://")
    assert not note.exists()


def test_what_stands_in_the_way_is_told(bob, running, guest):
    """Its kernel never comes to its network."""
    machine = Machine(bob, guest, "mute", append="console=ttyS0 rdinit=/bin/none panic=-1").start()
    said = refused(bob, "open", "mute")
    assert "VM 'mute' shows no page at http://127.0.0.1:" in said and "192.168.1.1" in said
    machine.quit()
