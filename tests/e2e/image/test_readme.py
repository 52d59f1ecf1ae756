# SPDX-License-Identifier: MIT
"""README's blocks that begin with '$ ', each as it is printed, by a user whose home is empty. A
disk that boots stands in for OpenWrt's, on a mirror of the tests' own."""
import gzip
import os
import pathlib
import struct

import pytest

import images
import readme
import router_image
from machine import owrun
from service import OWRUN
from terminal import ESCAPE, Terminal

OWN = "permit group owvm bridge ow-%U create\n"
BUILD = pathlib.Path(os.environ["OWVM_BUILD"]).resolve()
HEADLESS = ("chromium", "--headless", "--disable-gpu", "--no-first-run", "--hide-scrollbars",
            "--window-size=480,160", "--virtual-time-budget=5000")
TITLE = "owvm demo router"
PROMPT = b"router# "
# What a person does there.
AT_TERMINAL = {"owrun console openwrt": ((b"\n", PROMPT), (ESCAPE, b""))}
WRAPPER = """#!/bin/sh
# What a test has to say beyond what a user would: where the releases are.
what=$1
shift
case $what:$* in
create:*openwrt*|run:*--forward*) set -- --mirror {url} --key {key} "$@" ;;
esac
exec {owrun} "$what" "$@"
"""


@pytest.fixture(scope="module")
def disk(guest, tmp_path_factory):
    path = tmp_path_factory.mktemp("router") / "router.img"
    return gzip.compress(router_image.make(pathlib.Path(guest), path).read_bytes(), 1)


@pytest.fixture
def programs(user, mirror, releases, disk, tmp_path):
    """A directory with an 'owrun' that finds the mirror. HOME holds nothing but its key."""
    release = releases["23.05.10"]
    release.files[release.names["ext4", "combined"]] = disk
    release.put()
    assert not {".local", ".cache", ".config"} & set(os.listdir(user.home))
    place = pathlib.Path("/usr/local/lib/readme")
    place.mkdir()
    wrapper = place / "owrun"
    wrapper.write_text(WRAPPER.format(url=mirror.url, key=f"{user.home}/key.pub", owrun=OWRUN),
                       encoding="ascii")
    wrapper.chmod(0o755)
    yield place
    for name in ("openwrt", "lab"):
        owrun(user, "rm", "-f", name)
    images.forget(user)


def at_terminal(user, command):
    with Terminal(user, "sh", "-c", command) as terminal:
        for typed, expected in AT_TERMINAL[command]:
            terminal.type(typed)
            terminal.expect(expected)
        assert terminal.end() == 0


def take_picture(user, url):
    """As docs/page.png was made: copy it from the build directory."""
    picture = pathlib.Path(user.home, "page.png")
    done = user.run(*HEADLESS, "--dump-dom", f"--screenshot={picture}", url, timeout=120)
    assert done.returncode == 0 and TITLE in done.stdout, done.stderr
    taken = picture.read_bytes()
    picture.unlink()
    (BUILD / "page.png").write_bytes(taken)
    assert size_of(taken) == size_of((readme.TOP / "docs/page.png").read_bytes())


def size_of(png):
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    return struct.unpack_from(">II", png, 16)


def test_t35_the_commands_of_readme_lead_from_nothing_to_the_page(user, programs, netd):
    netd(OWN)
    path = f"{programs}:{os.environ['PATH']}"
    steps = readme.session()
    assert steps[0][0].startswith("owrun run ") and len(steps) > 10
    for command, shown in steps:
        if command in AT_TERMINAL:
            at_terminal(user, command)
            continue
        done = user.run("sh", "-c", command, env={"PATH": path}, timeout=120)
        assert done.returncode == 0, f"{command}: {done.stderr}"
        assert not shown or readme.matches(shown, done.stdout), f"{command}: {done.stdout}"
        if command.startswith("owrun open"):
            url = done.stdout.strip()
            assert f"reach it   {url}, which answers\n" in owrun(user, "status", "openwrt").stdout
            take_picture(user, url)


def test_a_block_that_shows_something_else_would_be_found():
    shown = readme.session()[0][1]
    assert shown and not readme.matches(shown, "")
    assert not readme.matches(shown, "\n".join(shown).replace("bridge", "tap"))
    assert readme.matches(shown, "\n".join(shown))
