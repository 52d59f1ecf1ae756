# SPDX-License-Identifier: MIT
"""What --json prints: owrun(1) has each key, and whatever a name is made of, it is JSON."""
import json
import os
import pathlib
import re
import shutil

import pytest

import network
from machine import Machine, done_well, left_of, owrun
from test_exit_codes import commands, make_tree

TOP = pathlib.Path(__file__).resolve().parents[3]
# Each view, where there is one of everything: the words, and whether it is a list of objects.
VIEWS = {
    "ls": "ls", "status": "status all", "config": "config all", "nic": "nic ls all",
    "forward": "forward ls", "nets": "nets", "ports": "ports", "map": "map",
    "machines": "machines", "cpus": "cpus", "doctor": "doctor", "images": "images",
    "ls-image": "ls-image tree.img:/", "recipes": "recipes",
    "snapshot": "snapshot ls all",
}


# Of NICs of passt, and of a LAN that is a user network.
OPTIONAL = {"guest", "nics.guest", "nics.ended", "nics.pid"}


@pytest.fixture(scope="module")
def user(running, alice, guest):
    """One that runs, with all that there is, one that is stopped, and an image."""
    home = pathlib.Path(alice.home)
    make_tree(alice)
    done_well(alice, "pull", "tree.img", "--name", "pulled")
    alice.run("truncate", "-s", "1M", "disk.img")
    alice.run("mkdir", "share")
    machine = Machine(alice, guest, "all", "--share", f"{home}/share", "--disk",
                      f"{home}/disk.img", "--forward", "0:80")
    machine.create()
    done_well(alice, "snapshot", "all", "first")
    Machine(alice, guest, "kept", "--nic", "none").create()
    machine.as_kept().start()
    done_well(alice, "nic", "add", "all", "user")
    yield alice
    done_well(alice, "rm", "-f", "all", "kept")
    done_well(alice, "images", "rm", "pulled")
    shutil.rmtree(home / "share")
    for path in (*home.glob("*.img"), home / "root.tar"):
        path.unlink()
    assert network.wait_until(lambda: left_of(alice) == []), left_of(alice)


def documented():
    """Command -> its keys, as the page has them."""
    page = (TOP / "launcher/man/owrun.1").read_text(encoding="utf-8")
    section = re.search(r"^\.Sh JSON$(.*?)^\.Sh ", page, re.MULTILINE | re.DOTALL)[1]
    items = re.findall(r"^\.It Ic (\S+)[^\n]*\n(.*?)(?=^\.It |^\.El)", section,
                       re.MULTILINE | re.DOTALL)
    keys = {command: {key for line in re.findall(r"^\.Li (.*)$", text, re.MULTILINE)
                      for key in line.split() if key not in ",."} for command, text in items}
    keys["status"] |= keys["ls"]
    return keys


def keys_of(value):
    """Of the objects themselves, and of those in them, as "nics.mac"."""
    rows = value if isinstance(value, list) else [value]
    for row in rows:
        for key, member in row.items():
            yield key
            if isinstance(member, list) and member and isinstance(member[0], dict):
                yield from (f"{key}.{inner}" for one in member for inner in one)


def test_each_command_with_json_is_a_view(user):
    assert sorted(VIEWS) == sorted(
        command for command in commands(user)
        if "--json" in owrun(user, command, "--help").stdout)


@pytest.mark.parametrize("command", VIEWS)
def test_its_keys_are_those_of_the_page(user, command):
    done = owrun(user, *VIEWS[command].split(), "--json")
    keys = set(keys_of(json.loads(done.stdout)))
    assert keys and keys - documented()[command] == set()
    assert documented()[command] - keys - OPTIONAL == set()


@pytest.mark.parametrize("command", sorted(set(VIEWS) - {
    "status", "config", "nic", "machines", "cpus", "doctor", "ls-image", "recipes",
    "snapshot"}))
def test_where_there_is_nothing_it_is_an_empty_list(carol, user, command):
    """carol has no VM, and no rule."""
    done = owrun(carol, *VIEWS[command].split(), "--json")
    assert done.returncode == 1 and done.stdout == "" or json.loads(done.stdout) == [], done


STRANGE = "d\x1b[6n \u202e'\n\u009b"


@pytest.fixture
def strange(user, guest):
    """A VM that runs, whose disk has a name that a terminal would obey. Gives its path."""
    path = os.path.join(user.home, STRANGE)
    user.run("truncate", "-s", "1M", path)
    machine = Machine(user, guest, "strange", "--lan", "none", "--wan", "none", "--disk",
                      f"{path},format=raw")
    machine.start()
    yield machine, path
    owrun(user, "rm", "-f", "strange")
    os.unlink(path)


@pytest.mark.parametrize("words", ("ls", "status strange", "map", "doctor --vm strange"))
def test_whatever_a_name_is_it_is_json_that_no_terminal_obeys(user, strange, words):
    _, path = strange
    done = owrun(user, *words.split(), "--json", text=False)
    value = json.loads(done.stdout.decode("utf-8"))
    assert done.stdout.decode("utf-8").replace("\n", "").isprintable()
    rows = value if isinstance(value, list) else [value]
    disks = [disk["path"] for row in rows for disk in row.get("disks", ())
             if row["name"] == "strange"]
    assert disks == ([path] if words.startswith(("ls", "status")) else [])


def test_what_would_be_lost_on_its_way_through_json_is_refused(user, guest):
    """'restart' would start another VM."""
    arguments = Machine(user, guest, "lost", "--lan", "none", "--wan", "none").arguments
    for more in (("--disk", b"/d\xff.img"), ("--", "-uuid", b"d\xff")):
        done = owrun(user, "run", "-d", *arguments, *more)
        said, = done.stderr.splitlines()
        assert done.returncode in (1, 2) and "not UTF-8 text" in said, said
