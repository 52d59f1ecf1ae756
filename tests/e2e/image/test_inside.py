# SPDX-License-Identifier: MIT
"""owrun ls-image, cat and cp: what is in images, and whatever it is stays in its bounds."""
import json
import os
import pathlib
import re
import shutil

import pytest

import insides
from machine import Machine, done_well, owrun

MIB = 1 << 20


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    place = insides.make_tree(tmp_path_factory.mktemp("root"))
    (place / "big").write_bytes(os.urandom(3 * MIB))
    (place / "deep/down").mkdir(parents=True)
    (place / "deep/down/file").write_text("deep\n", encoding="utf-8")
    (place / "deep/link").symlink_to("/etc/shadow")
    (place / "deep/long").symlink_to("x" * 200)
    (place / "deep/suid").write_text("s", encoding="utf-8")
    (place / "deep/suid").chmod(0o6755)
    os.mknod(place / "deep/null", 0o20666, os.makedev(1, 3))
    (place / "evil\x1b[2J\n").write_text("evil \x1b[2J\n", encoding="utf-8")
    return place


@pytest.fixture(scope="module")
def image(alice, tree):
    path = insides.make(alice, "d.img", tree, "gpt")
    yield path
    path.unlink()


@pytest.fixture
def place(alice):
    path = pathlib.Path(alice.home, "out")
    alice.run("mkdir", path)
    yield path
    shutil.rmtree(path)


def refused(user, *arguments):
    done = owrun(user, *arguments)
    assert done.returncode == 1
    return done.stderr.splitlines()[-1]


def test_a_directory_is_listed(alice, image):
    rows = json.loads(done_well(alice, "ls-image", "--json", f"{image}:/deep").stdout)
    assert [row["name"] for row in rows] == ["down", "link", "long", "null", "suid"]
    modes = [row["mode"] for row in rows]
    assert modes == ["drwxr-xr-x", "lrwxrwxrwx", "lrwxrwxrwx", "crw-r--r--", "-rwsr-sr-x"]
    assert rows[1]["target"] == "/etc/shadow" and rows[2]["target"] == "x" * 200
    assert rows[3]["size"] == "1, 3"
    lines = done_well(alice, "ls-image", f"{image}:/").stdout.splitlines()
    assert any(line.endswith(r" evil\e[2J\n") for line in lines)
    assert any(line.endswith(" var -> tmp") for line in lines)
    file, = json.loads(done_well(alice, "ls-image", "--json", f"{image}:/etc/shadow").stdout)
    assert file["name"] == "/etc/shadow"


def test_a_file_is_printed(alice, image, tree):
    done = done_well(alice, "cat", f"{image}:/big", text=False)
    assert done.stdout == (tree / "big").read_bytes()
    # A symlink leads to what is in the image.
    assert done_well(alice, "cat", f"{image}:/deep/link").stdout.startswith("root:::")
    assert refused(alice, "cat", f"{image}:/deep").endswith("is no regular file in the image")
    assert refused(alice, "cat", f"{image}:/none").endswith("'/none' is not in the image")
    assert "is not IMAGE:/PATH" in refused(alice, "cat", f"{image}")


def test_files_come_out(alice, image, tree, place):
    done_well(alice, "cp", f"{image}:/big", place)
    assert (place / "big").read_bytes() == (tree / "big").read_bytes()
    done_well(alice, "cp", f"{image}:/big", place / "other")
    assert (place / "other").stat().st_uid == alice.uid
    done = done_well(alice, "cp", f"{image}:/deep", place)
    assert "1 devices, fifos or sockets" in done.stderr
    assert (place / "deep/down/file").read_text(encoding="utf-8") == "deep\n"
    assert os.readlink(place / "deep/link") == "/etc/shadow"
    assert (place / "deep/suid").stat().st_mode & 0o7777 == 0o755
    done_well(alice, "cp", f"{image}:/deep", place)


def test_a_symlink_of_the_image_leads_nowhere_here(alice, image, place):
    """The image says twice what a name is: a symlink, and then a directory below it."""
    victim = place / "victim"
    victim.mkdir()
    os.chown(victim, alice.uid, alice.gid)
    (place / "deep").mkdir()
    os.chown(place / "deep", alice.uid, alice.gid)
    (place / "deep/down").symlink_to(victim)
    said = refused(alice, "cp", f"{image}:/deep", place)
    assert "cannot make 'deep/down'" in said
    assert list(victim.iterdir()) == []


def test_files_go_in(alice, image, place):
    alice.run("sh", "-c", "mkdir out/d; echo in >out/d/f")
    done_well(alice, "cp", place / "d", f"{image}:/new")
    done_well(alice, "cp", place / "d/f", f"{image}:/etc/")
    insides.check(image, "gpt")
    assert insides.read(image, "/new/f", "gpt") == insides.read(image, "/etc/f", "gpt") == "in\n"
    assert "one of" in refused(alice, "cp", place / "d", place)
    done = owrun(alice, "cp", place / "d")
    assert done.returncode == 2 and "needs a TO; say 'owrun cp FROM TO'" in done.stderr


def test_a_directory_that_is_in_itself_ends(alice, tree, place):
    path = insides.make(alice, "loop.img", tree)
    insides.tool("debugfs", "-w", "-R", "ln /deep /deep/down/again", path)
    assert "is a directory that is in two places" in refused(alice, "cp", f"{path}:/deep", place)
    path.unlink()


def test_a_running_vm_is_reached_by_ssh(alice, guest):
    programs = pathlib.Path(alice.home, "false-scp")
    programs.mkdir()
    (programs / "scp").write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n', encoding="ascii")
    (programs / "scp").chmod(0o755)
    environment = {"PATH": f"{programs}:{os.environ['PATH']}"}
    machine = Machine(alice, guest, "one", "--lan", "user", "--wan", "none").boot()
    machine.answer(22)
    done = done_well(alice, "cp", "a b", "one:/tmp/x y", env=environment)
    words = done.stdout.splitlines()
    assert words[:2] == ["-O", "-r"] and "HostKeyAlias=owvm-one" in words
    assert [word for word in words if re.match(r"ProxyCommand=.* forward stdio one 22$", word)]
    assert words[-3:] == ["--", "./a b", "root@one:'/tmp/x y'"]
    done = done_well(alice, "cp", "one:/tmp", "/tmp/x", env=environment)
    assert done.stdout.splitlines()[-2:] == ["root@one:/tmp", "/tmp/x"]
    machine.quit()
    shutil.rmtree(programs)
