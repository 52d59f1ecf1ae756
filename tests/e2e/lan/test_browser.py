# SPDX-License-Identifier: MIT
"""A real browser, Debian's chromium, run by the user: it shows the router's page on the host by a
forward, and without one on the router's LAN."""
import pathlib
import struct
import zlib

import pytest

import network
from lan import ROUTER
from machine import Machine, left_of, owrun

HEADLESS = ("chromium", "--headless", "--disable-gpu", "--no-first-run", "--hide-scrollbars",
            "--window-size=400,300", "--virtual-time-budget=5000")
TITLE = "<title>owvm demo router</title>"
SIGNATURE = b"\x89PNG\r\n\x1a\n"
LIMIT = 60  # seconds, for a browser that starts on a loaded host


@pytest.fixture(scope="module")
def router(running, alice, guest):
    machine = Machine(alice, guest, "router", "--forward", "0:80").boot()
    yield machine
    machine.quit()
    assert network.wait_until(lambda: left_of(alice) == []), left_of(alice)


@pytest.fixture(params=["host", "lan"])
def browse(request, router, alice):
    """browse(option...) is what the browser printed of the page."""
    there = request.param == "lan"
    url = f"http://{ROUTER}/" if there else router.status()["ways"][0]

    def run(*options):
        command = (*HEADLESS, *options, url)
        done = (owrun(alice, "lan", "router", "--", *command, timeout=LIMIT) if there
                else alice.run(*command, timeout=LIMIT))
        assert done.returncode == 0, done.stderr
        return done.stdout
    return run


def pixels(png):
    """The bytes of the picture, filtered as they are."""
    assert png.startswith(SIGNATURE)
    at, data = len(SIGNATURE), b""
    while at < len(png):
        length, kind = struct.unpack_from(">I4s", png, at)
        data += png[at + 8:at + 8 + length] if kind == b"IDAT" else b""
        at += length + 12
    return zlib.decompress(data)


def test_a_browser_shows_the_routers_page(browse, alice):
    picture = pathlib.Path(alice.home, "page.png")
    page = browse("--dump-dom", f"--screenshot={picture}")
    assert TITLE in page and "<h1>owvm demo router</h1>" in page
    # Black letters on white: neither one colour, nor the browser's own page about an error.
    assert len(set(pixels(picture.read_bytes()))) > 10
    picture.unlink()
