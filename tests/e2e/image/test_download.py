# SPDX-License-Identifier: MIT
"""owrun pull URL: from a server that does its worst, all of the image comes, or a sentence."""
import gzip
import hashlib
import os
import pathlib
import pty
import random
import re
import shutil
import signal
import subprocess
import time

import pytest

import images
import network
import service
from machine import owrun
from mirror import Mirror

MIB = 1 << 20
DISK = random.Random(3).randbytes(8 * MIB) + bytes(8 * MIB)
PACKED = gzip.compress(DISK, 1) + b"a trailer"
HASH = hashlib.sha256(PACKED).hexdigest()
PATH = "/d.img.gz"


@pytest.fixture(scope="module")
def mirror(installed):
    server = Mirror()
    yield server
    server.close()


@pytest.fixture
def user(alice):
    yield alice
    images.forget(alice)


def image(user):
    return (images.directory(user) / "d.img").read_bytes()


def pull(user, *arguments, **options):
    return owrun(user, "pull", *arguments, **options)


def pulled(user, *arguments, **options):
    done = pull(user, *arguments, **options)
    assert done.returncode == 0, done.stderr
    assert image(user) == DISK and images.names(user) == ["d.img", "d.json"]
    return done.stderr.splitlines()


def refused(user, *arguments, **options):
    """The sentence at the end."""
    done = pull(user, *arguments, **options)
    assert done.returncode == 1 and done.stdout == ""
    return done.stderr.splitlines()[-1]


@pytest.mark.parametrize("tricks", [(), ("cut",), ("cut", "no-range"), ("cut", "no-tag"), ("busy",),
                                    ("chunked",), ("cut", "weak"), ("lie", "cut"),
                                    ("cut", "part")])
def test_t02_a_download_arrives_whatever_the_server_does(user, mirror, tricks):
    url = mirror.put(PATH, PACKED, *tricks)
    if "lie" in tricks:
        said = refused(user, url)
        assert "was cut" in said and said.endswith("; the same command goes on from there")
        mirror.tricks[PATH].clear()
    pulled(user, url)
    asked = [wanted for wanted in mirror.asked(PATH) if wanted]
    assert bool(asked) == ("cut" in tricks and not {"no-tag", "weak"} & {*tricks}), asked


def test_what_is_elsewhere_is_found_there(user, mirror):
    mirror.put("/moved" + PATH, PACKED)
    pulled(user, mirror.put(PATH, b"", "redirect"))


def test_an_interrupted_download_goes_on_where_it_was(user, mirror):
    url = mirror.put(PATH, PACKED, "stall")
    process = subprocess.Popen((service.OWRUN, "pull", url), user=user.uid, group=user.gid,
                               extra_groups=user.groups, stderr=subprocess.PIPE, text=True,
                               env={"HOME": user.home, "PATH": os.environ["PATH"]})
    part = images.directory(user) / ".d.part"
    assert network.wait_until(lambda: part.exists() and part.stat().st_size > MIB)
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    assert process.communicate(timeout=20)[1].endswith(
        "owrun: interrupted; the same command goes on from there\n")
    kept = part.stat().st_size
    assert images.names(user) == [".d.part", ".d.part.json"]
    mirror.put(PATH, PACKED)
    pulled(user, url)
    assert mirror.asked(PATH) == [f"bytes={kept}-"]


def test_what_was_cut_is_pruned_but_not_while_it_comes(user, mirror):
    url = mirror.put(PATH, PACKED, "stall")
    process = subprocess.Popen((service.OWRUN, "pull", "--quiet", url), user=user.uid,
                               group=user.gid, extra_groups=user.groups,
                               env={"HOME": user.home, "PATH": os.environ["PATH"]})
    part = images.directory(user) / ".d.part"
    assert network.wait_until(lambda: part.exists() and part.stat().st_size > MIB)
    assert owrun(user, "images", "prune").stdout == "" and part.exists()
    process.terminate()
    process.wait()
    said = owrun(user, "images", "prune").stdout
    assert said.startswith("d: removed what a pull has left, ") and said.count("\n") == 1
    assert images.names(user) == []


@pytest.mark.parametrize("tricks", [(), ("no-tag",), ("no-range",)])
@pytest.mark.parametrize("hashed", [False, True])
def test_a_file_that_changed_meanwhile_is_pulled_from_its_beginning(user, mirror, tricks, hashed):
    """Where nothing tells the files apart but the hash, that does."""
    old = bytes(b ^ 1 for b in PACKED)
    url = mirror.put(PATH, old[:10] + PACKED[10:-MIB] + old[-MIB:], "cut-always", *tricks)
    options = ("--sha256", HASH) if hashed else ()
    assert refused(user, *options, url)
    mirror.put(PATH, PACKED, *tricks)
    said = pulled(user, *options, url)
    if hashed and tricks == ("no-tag",):
        assert any("trying again from its beginning" in line for line in said)


def test_a_server_that_stalls_is_given_up(user, mirror):
    url = mirror.put(PATH, PACKED, "stall", "no-tag")
    began = time.monotonic()
    said = refused(user, "--timeout", "1", url)
    assert f"nothing came of '{url}' for 1 s" in said and time.monotonic() - began < 25
    assert images.names(user) == []


@pytest.mark.parametrize("url, words", [
    ("{}/none.img", "there is no '{}/none.img' (status 404)"),
    ("http://127.0.0.1:9/d.img", "cannot reach 'http://127.0.0.1:9/d.img': "),
    ("https://127.0.0.1:9/d.img", "cannot reach 'https://127.0.0.1:9/d.img': "),
    ("ftp://127.0.0.1/d.img", "begins with neither http:// nor https://"),
    ("file:///etc/passwd", "begins with neither http:// nor https://"),
])
def test_each_failure_has_a_sentence_of_its_own(user, mirror, url, words):
    assert words.format(mirror.url) in refused(user, url.format(mirror.url))
    assert not images.directory(user).exists() or images.names(user) == []


def test_a_redirect_to_a_file_of_this_host_is_not_followed(user, mirror):
    url = mirror.put(PATH, b"", "away")
    assert f"cannot get '{url}': Protocol \"file\" not supported" in refused(user, url)


def test_the_hash_is_that_of_what_came(user, mirror):
    url = mirror.put(PATH, PACKED)
    said = refused(user, "--sha256", "0" * 64, url)
    assert f"'{url}' has the SHA-256 {HASH}, and not " in said and images.names(user) == []
    said = pulled(user, "--sha256", HASH, url)
    assert said == []


def test_plain_http_without_a_hash_says_what_that_means(user, mirror):
    said = pulled(user, mirror.put(PATH, PACKED))
    assert said == ["owrun: anybody on the way could exchange what comes by plain http; "
                    "'--sha256 HASH' finds that out"]


def test_a_secret_in_a_url_is_not_kept(user, mirror):
    url = mirror.put(PATH, PACKED).replace("://", "://name:secret@")
    pulled(user, url)
    assert "secret" not in (images.directory(user) / "d.json").read_text(encoding="utf-8")
    assert mirror.url + PATH in owrun(user, "images").stdout


def test_two_at_once_download_once(user, mirror):
    url = mirror.put(PATH, PACKED)
    both = [subprocess.Popen((service.OWRUN, "pull", "--sha256", HASH, url), user=user.uid,
                             group=user.gid, extra_groups=user.groups, stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE, text=True,
                             env={"HOME": user.home, "PATH": os.environ["PATH"]})
            for _ in range(4)]
    said = [process.communicate(timeout=30) for process in both]
    assert [process.returncode for process in both] == [0] * 4, said
    assert len(mirror.asked(PATH)) == 1 and image(user) == DISK
    assert sum("is there already" in out for out, _ in said) == 3
    assert images.names(user) == ["d.img", "d.json"]


def test_a_proxy_of_the_environment_is_used(user, mirror):
    """It is asked for all of the URL."""
    mirror.put("http://example.invalid" + PATH, PACKED)
    pulled(user, "http://example.invalid" + PATH, env={"http_proxy": mirror.url})
    said = refused(user, "--name", "e", "http://example.invalid/e.img",
                   env={"http_proxy": "http://127.0.0.1:9"})
    assert "cannot reach" in said


def test_a_full_disk_leaves_nothing(user, mirror):
    url = mirror.put(PATH, PACKED)
    for size in ("4m", "12m"):  # of what is downloaded, of what comes out of it
        place = images.directory(user)
        user.run("mkdir", "-p", "-m", "700", place)
        network.command("mount", "-t", "tmpfs", "-o", f"size={size},uid={user.uid},mode=700",
                        "none", str(place))
        said = refused(user, url)
        left = images.names(user)
        network.command("umount", str(place))
        place.rmdir()
        assert left == [] and said.endswith(
            "cannot write: No space left on device; 'owrun images prune' may make room")


def on_terminal(user, *arguments):
    ours, theirs = pty.openpty()
    process = subprocess.Popen((service.OWRUN, "pull", *arguments), user=user.uid, group=user.gid,
                               extra_groups=user.groups, stdout=subprocess.DEVNULL, stderr=theirs,
                               env={"HOME": user.home, "PATH": os.environ["PATH"]})
    os.close(theirs)
    shown = b""
    try:
        while data := os.read(ours, 4096):
            shown += data
    except OSError:
        pass
    os.close(ours)
    assert process.wait(20) in (0, 1)
    return shown.decode()


def test_a_terminal_shows_a_bar_and_quiet_shows_nothing(user, mirror):
    url = mirror.put(PATH, PACKED, "stall")
    shown = on_terminal(user, "--timeout", "2", "--sha256", HASH, url)
    assert re.search(r"\r\x1b\[K\[=+ +\] [\d.]+ MiB of 8.\d MiB, [\d.]+ \wiB/s", shown), shown
    assert "\r\x1b[Kowrun: " in shown.replace("\r\n", "\n")
    mirror.put(PATH, PACKED)
    assert on_terminal(user, "--quiet", url) == ""


def test_what_goes_on_behind_an_archive_is_not_kept(user, mirror):
    url = mirror.put(PATH, gzip.compress(DISK, 1) + bytes(20 * MIB))
    assert "does not end where what is packed in it does" in refused(user, url)
    assert images.names(user) == []


def test_what_unpacks_to_nothing_does_not_go_on_for_ever(user, mirror):
    """Stored blocks of deflate that are empty (RFC 1951, 3.2.4)."""
    url = mirror.put(PATH, gzip.compress(b"")[:10] + b"\0\0\0\xff\xff" * (6 * MIB))
    said = refused(user, "--size", "8M", url)
    assert "is larger as it comes than what is packed in it may be" in said
    assert images.names(user) == []


def test_a_part_of_an_image_is_not_taken_for_it(user, mirror):
    url = mirror.put("/d.img", DISK, "half")
    assert "came as another part than was asked for" in refused(user, url)
    assert images.names(user) == []
