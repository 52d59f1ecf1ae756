# SPDX-License-Identifier: MIT
"""The rooms: a room is a folder, and knows its own files and those of rooms below it. No circle
leads from a file to itself."""
import functools
import pathlib

import pytest

import objects
import source
from source import TOP, name

# What each room may include besides its own files: rooms below it, from the ground up, and single
# headers of other rooms, which are data. A room can be a single file, beside the rooms it is above.
ROOMS = {
    "common": set(),
    "policy": {"common"},
    "netd/kernel": {"common"},
    "netd/start": {"common", "netd/kernel"},
    "netd/message": {"common"},
    "netd/port": {"common", "netd/kernel", "netd/message"},
    "netd/back": {"common", "netd/kernel", "netd/start", "netd/message", "netd/port"},
    "netd/front": {"common", "policy", "netd/kernel", "netd/start", "netd/message",
                   "netd/port/alias.h"},
    "netd/seccomp": set(),
    "netd/main.c": {"netd/kernel", "netd/start", "netd/message", "netd/port", "netd/back",
                    "netd/front"},
}
# The launcher's, from the ground up: each knows all below it. vm, plan, translate, map are pure.
LAUNCHER = ("base", "vm", "plan", "host", "runtime", "home", "disk", "translate", "options",
            "netd-client", "sandbox", "image", "download", "filesystem", "edit", "mkimage",
            "chroot", "passt", "qemu", "console", "netns", "relay", "capture", "map", "ssh",
            "change", "import", "autostart", "doctor", "start", "command")
ROOMS |= {f"launcher/{room}": {"common", *(f"launcher/{below}" for below in LAUNCHER[:number])}
          for number, room in enumerate(LAUNCHER)}
ROOMS["launcher/bridge-helper"] = {"common", "launcher/base", "launcher/netd-client"}
PURE = ("launcher/vm", "launcher/plan", "launcher/translate", "launcher/map")
LOOKS = {"dirent.h", "fcntl.h", "poll.h", "sys/ioctl.h", "sys/socket.h", "sys/stat.h"}
FOLDERS = sorted({room.partition("/")[0] for room in ROOMS})
README_FILES, README_LINES = 8, 20


def room_of(path):
    """The room of a file, or of a module."""
    alone = str(pathlib.Path(path).with_suffix(".c"))
    return alone if alone in ROOMS else str(pathlib.Path(path).parent)


def may_know(room, header):
    return room_of(header) in {room, *ROOMS[room]} or header in ROOMS[room]


def files_of(room):
    return [path for path in source.c_files(*FOLDERS) if room_of(name(path)) == room]


def headers_of(path):
    return [header for kind, header in source.included(path) if kind == '"']


def module(path):
    """X.c and X.h are one module."""
    return str(pathlib.Path(path).with_suffix(""))


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_file_is_in_a_room(folder):
    assert [name(path) for path in source.c_files(folder)
            if room_of(name(path)) not in ROOMS] == []


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_includes_only_what_is_below_it(room):
    wrong = [f"{name(path)}: {header}" for path in files_of(room) for header in headers_of(path)
             if not may_know(room, header)]
    assert files_of(room) and wrong == []


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_with_many_files_says_how_to_read_it(room):
    if len(files_of(room)) > README_FILES:
        lines = (TOP / room / "README.md").read_text(encoding="utf-8").splitlines()
        assert 0 < len(lines) <= README_LINES


@pytest.mark.parametrize("room", PURE)
def test_a_pure_room_looks_at_nothing(room):
    assert [f"{name(path)}: {header}" for path in files_of(room)
            for kind, header in source.included(path) if kind == "<" and header in LOOKS] == []


def test_a_unit_test_is_in_a_folder_of_its_room():
    rooms = {pathlib.Path(room).name for room in ROOMS if not room.endswith(".c")}
    tests = [path.relative_to(TOP / "tests/unit") for path in source.c_files("tests")
             if name(path).startswith("tests/unit/") and path.name.startswith("test-")]
    assert tests and [str(path) for path in tests
                      if str(path.parent) not in rooms | {"netd"}] == []


def circle(graph):
    """The first way that leads from a node back to itself, as a list; [] if there is none."""
    done = set()

    def walk(node, way):
        if node in way:
            return [*way[way.index(node):], node]
        if node in done:
            return []
        for other in sorted(graph.get(node, ())):
            found = walk(other, [*way, node])
            if found:
                return found
        done.add(node)
        return []
    return next(filter(None, (walk(node, []) for node in sorted(graph))), [])


def test_the_search_for_circles_finds_them():
    assert circle({"a": {"b"}, "b": {"c", "d"}, "d": {"b"}}) == ["b", "d", "b"]
    assert circle({"a": {"b", "c"}, "b": {"c"}}) == []


def test_the_order_of_rooms_has_no_circle():
    assert circle({room: {room_of(one) if one.endswith(".h") else one for one in known}
                   for room, known in ROOMS.items()}) == []


@functools.cache
def includes(folder):
    """module -> the modules of the folder that its files include. A header without a .c file does
    nothing: who includes it is seen by what he calls."""
    modules = {module(name(path)) for path in source.c_files(folder) if path.suffix == ".c"}
    graph = {}
    for path in source.c_files(folder):
        if module(name(path)) in modules:
            graph.setdefault(module(name(path)), set()).update(
                module(header) for header in headers_of(path) if module(header) in modules)
    return {here: others - {here} for here, others in graph.items()}


@functools.cache
def calls(folder):
    """module -> the modules of the folder whose functions and data its object needs"""
    found = objects.symbols(*objects.objects_of(folder))
    made_of = {where: module(name(objects.source_of(where))) for where in found}
    owners = {}
    for where, (defined, _) in found.items():
        for symbol in defined - {"main"}:
            owners.setdefault(symbol, set()).add(made_of[where])
    graph = {}
    for where, (_, needed) in found.items():
        graph.setdefault(made_of[where], set()).update(
            *(owners.get(symbol, ()) for symbol in needed))
    return {here: others - {here} for here, others in graph.items()}


@pytest.mark.parametrize("folder", FOLDERS)
def test_no_circle_of_files(folder):
    one, other = includes(folder), calls(folder)
    graph = {here: one.get(here, set()) | other.get(here, set()) for here in {*one, *other}}
    assert sum(map(len, one.values())) > 5 and sum(map(len, other.values())) > 5
    assert circle(graph) == []


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_room_calls_only_rooms_below_it(folder):
    """A header that is data is one of which nothing is called."""
    wrong = [f"{here}: {other}" for here, others in calls(folder).items() for other in others
             if room_of(other) not in {room_of(here), *ROOMS[room_of(here)]}]
    assert wrong == []
