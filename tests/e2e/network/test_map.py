# SPDX-License-Identifier: MIT
"""`owrun map`: who is on which bridge, as text, as JSON and as a picture."""
import json
import pathlib
import xml.etree.ElementTree as xml

import pytest

from machine import Machine, done_well, refused
from people import User

UTF8, ASCII = {"LC_ALL": "C.UTF-8"}, {"LC_ALL": "C"}


@pytest.fixture(scope="module")
def machines(user, guest):
    """They need not boot for it."""
    router = Machine(user, guest, "router", "--forward", "0:80").start()
    client = Machine(user, guest, "client", "--nic", "bridge,model=e1000").start()
    yield router, client
    for machine in (router, client):
        machine.quit()


def drawn(user, *options, **environment):
    return done_well(user, "map", *options, env=environment).stdout


def test_the_map_has_who_netd_and_the_vms_tell_of(machines):
    router, client = machines
    networks = json.loads(drawn(router.user, "--json"))
    assert [network["bridge"] for network in networks] == [router.user.bridge, None]
    on_bridge = {member["name"]: member for member in networks[0]["members"]
                 if member["kind"] == "vm"}
    for machine in machines:
        member = on_bridge[machine.name]
        assert (member["interface"], member["uid"]) == (machine.interface, machine.user.uid)
        assert member["mac"] == machine.state["nics"][0]["mac"] and member["nic"] == "eth0"
    assert [member["name"] for member in networks[1]["members"]] == ["router"]
    assert [member["nic"] for member in networks[0]["members"]
            if member["kind"] == "client"] == ["forward"]
    forwards = [forward for network in networks for member in network["members"]
                for forward in member["forwards"]]
    assert forwards == router.state["forwards"]


def test_lines_are_those_of_the_locale_and_fit_the_terminal(machines):
    user = machines[0].user
    plain = drawn(user, **ASCII)
    assert plain.isascii() and "|- router" in plain and "\033" not in plain
    assert "├─ router" in drawn(user, **UTF8)
    narrow = drawn(user, **UTF8, COLUMNS="40").splitlines()
    assert max(map(len, narrow)) <= 40 < max(map(len, drawn(user, **UTF8).splitlines()))


def test_the_picture_is_xml_and_has_all_of_them(machines):
    user = machines[0].user
    path = pathlib.Path(user.home, "map.svg")
    done_well(user, "map", "--svg", str(path))
    picture = xml.parse(path).getroot()
    words = [element.text for element in picture.iter("{http://www.w3.org/2000/svg}text")]
    assert {"router", "client", f"bridge {user.bridge}", "user network"} <= set(words)
    assert path.read_text(encoding="utf-8") == drawn(user, "--svg", "-")
    path.unlink()


def test_another_user_sees_his_own_alone_and_root_everybodys_ports(machines, bob, root):
    done = bob.run("/usr/local/bin/owrun", "map")
    assert done.returncode == 0 and done.stdout == "" and "no VM runs" in done.stderr
    networks = json.loads(drawn(root, "--json"))
    assert {member["name"] for network in networks for member in network["members"]} >= {
        "router", "client"}


@pytest.fixture
def root():
    """The administrator, in a login of his own."""
    return User("root")


def test_a_picture_that_cannot_be_made_is_refused(machines):
    assert "/nowhere" in refused(machines[0].user, "map", "--svg", "/nowhere/map.svg")
