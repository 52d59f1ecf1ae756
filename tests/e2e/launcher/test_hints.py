# SPDX-License-Identifier: MIT
"""Hints: each is tried, and the complaint is gone."""
import gzip
import os
import pathlib
import re
import shlex

import pytest

from machine import NO_NETWORK, owrun

TOP = pathlib.Path(__file__).resolve().parents[3]
QUOTED = re.compile(r"'owrun ([^']+)'")
STARTED = ("--accel", "tcg", *NO_NETWORK)


@pytest.fixture(name="place")
def fixture_place(user):
    """A directory of files, which a table of hints names."""
    place = pathlib.Path(user.home, "hints")
    place.mkdir()
    contents = {"disk.img": b"x" * 65536, "packed.img": gzip.compress(b"x" * 65536),
                "packed.img.gz": gzip.compress(b"x" * 65536), "kernel": b"x", "secret": b"x"}
    for name, content in contents.items():
        (place / name).write_bytes(content)
        os.chown(place / name, user.uid, user.gid)
    (place / "secret").chmod(0)
    os.chown(place, user.uid, user.gid)
    yield place
    for path in place.iterdir():
        path.unlink()
    place.rmdir()


def answers(user):
    """What owrun says to words of other programs, and to slips."""
    text = (TOP / "launcher/command/foreign.c").read_text(encoding="utf-8")
    words = re.findall(r'^\t\{"([a-z-]+)",', text, re.MULTILINE)
    assert len(words) > 50
    for word in (*words, "pulll", "rn", "statu"):
        yield word, owrun(user, word).stderr


def test_the_commands_of_answers_are_ones(user):
    commands = set()
    for word, said in answers(user):
        assert said.startswith(f"owrun: there is no command '{word}'; "), said
        found = QUOTED.findall(said)
        assert found, said
        commands.update(found)
    for command in sorted(commands):
        done = owrun(user, *command.split())
        assert done.returncode != 2 or "needs a" in done.stderr, (command, done.stderr)


@pytest.mark.parametrize("word", ("kil", "killl", "stopp", "stpo", "restar", "restor", "rmm"))
def test_nothing_that_destroys_is_proposed(user, word):
    said = owrun(user, word).stderr
    assert said == f"owrun: there is no command '{word}'; 'owrun --help' lists them\n"


@pytest.mark.parametrize("command, option", (
    ("run", "--no-sandbo"), ("run", "--trust-backin"), ("rm", "--forc"),
    ("pull", "--insecure-no-signatur")))
def test_nothing_that_gives_up_a_protection_is_proposed(user, command, option):
    said = owrun(user, command, option).stderr
    assert f"no option '{option}'; 'owrun {command} --help' lists them" in said


def run(user, place, *words, **options):
    return owrun(user, "run", *STARTED, *(word.format(place) for word in words), **options)


@pytest.mark.parametrize("words, hint, mended", (
    (("--kernel", "{}/kernel", "--disk", "{}/disk.img", "--append", "root=/dev/sda1"),
     "'root=/dev/vda1' is the one that it has, or ',if=ide' with '--disk' makes it one",
     (("--kernel", "{}/kernel", "--disk", "{}/disk.img", "--append", "root=/dev/vda1"),
      ("--kernel", "{}/kernel", "--disk", "{}/disk.img,if=ide", "--append", "root=/dev/sda1"))),
    (("--kernel", "{}/kernel", "--disk", "{}/disk.img,if=ide", "--append", "x root=/dev/vda ro"),
     "'root=/dev/sda' is the one that it has, or ',if=virtio' with '--disk' makes it one",
     (("--kernel", "{}/kernel", "--disk", "{}/disk.img", "--append", "x root=/dev/vda ro"),
      ("--kernel", "{}/kernel", "--disk", "{}/disk.img,if=ide", "--append", "x root=/dev/sda"))),
))
def test_a_root_that_no_disk_is(user, place, words, hint, mended):
    done = run(user, place, "--dry-run", *words)
    assert done.returncode == 0 and hint in done.stderr
    for other in mended:
        done = run(user, place, "--dry-run", *other)
        assert done.returncode == 0 and "looks for its root" not in done.stderr


@pytest.mark.parametrize("disk", ("packed.img", "packed.img.gz"))
def test_a_packed_disk_is_pulled_and_never_taken_as_it_is(user, place, disk):
    done = run(user, place, "--dry-run", "--disk", "{}/" + disk)
    assert done.returncode != 0 and "is packed by" in done.stderr
    assert "format=raw" not in done.stderr
    command, = QUOTED.findall(done.stderr)
    assert owrun(user, *shlex.split(command)).returncode == 0
    image, = re.findall(r"^(packed\S*) ", owrun(user, "images").stdout, re.MULTILINE)
    assert owrun(user, "create", "unpacked", image).returncode == 0
    assert owrun(user, "rm", "unpacked").returncode == 0
    assert owrun(user, "images", "rm", image).returncode == 0


def test_no_start_is_promised_of_a_vm_whose_files_are_not_there(user, place):
    gone, share = place / "gone", place / "no-share"
    (place / "other.conf").write_text('guest_os="linux"\n', encoding="utf-8")

    def told(*words, name="early"):
        done = owrun(user, *words, env={"EDITOR": "sed -i s/128M/256M/"})
        assert done.returncode == 0 and "owrun run" not in done.stdout and done.stdout, done
        said = [line for line in done.stderr.splitlines() if "cannot start yet" in line]
        assert said == [f"owrun: {name}: cannot start yet, as its 'kernel' is not there: '{gone}'",
                        f"owrun: {name}: cannot start yet, as its 'share' is not there: '{share}'"]

    lacking = ("--kernel", gone, "--share", f"{share}:tag,ro")
    told("create", "early", *lacking)
    told("set", "early", "memory=128M")
    told("edit", "early")
    told("clone", "early", "later", name="later")
    told("rename", "later", "last", name="last")
    told("import", place / "other.conf", "taken", *lacking, name="taken")
    for path in (gone, share):
        path.touch()
    done = owrun(user, "set", "early", "memory=64M")
    assert done.stdout == "early: set; 'owrun run early' starts it so\n" and done.stderr == ""
    assert owrun(user, "rm", "early", "last", "taken").returncode == 0


@pytest.mark.parametrize("words, hint", (
    (("-drive", "file={}/disk.img,format=raw,if=virtio"), "it can reach only the files"),
    (("-fw_cfg", "name=opt/x,file={}/disk.img"), "it can reach only the files"),
    # Here QEMU does not tell why.
    (("-bios", "{}/disk.img"), "it can reach only the files"),
))
def test_words_that_fail_in_the_sandbox(user, guest, place, words, hint):
    kernel = ("--name", "hinted", "-d", "--kernel", str(guest / "vmlinux"))
    done = run(user, place, *kernel, "--", *words)
    assert done.returncode == 1 and hint in done.stderr and "'--no-sandbox'" in done.stderr
    done = run(user, place, *kernel, "--no-sandbox", "--", *words)
    assert done.returncode == 0, done.stderr
    assert owrun(user, "kill", "hinted").returncode == 0


@pytest.mark.parametrize("words, hint", (
    (("-netdev", "tap,id=x,script=no,downscript=no"), "'--nic bridge=NAME'"),
    (("-netdev", "bridge,id=x,br=br0"), "'--nic bridge=NAME'"),
    (("-nic", "user,smb=/tmp"), "'--share PATH'"),
    (("-runas", "nobody"), "it runs as you, always"),
    # Nothing would change: the user cannot read it, or QEMU knows no such word.
    (("-drive", "file={}/secret,format=raw,if=virtio"), None),
    (("-drive", "file={}/none,format=raw,if=virtio"), None),
    (("-nonsense",), None),
))
def test_words_that_would_fail_without_the_sandbox_too(user, guest, place, words, hint):
    done = run(user, place, "--name", "hinted", "-d", "--kernel", str(guest / "vmlinux"), "--",
               *words)
    assert done.returncode == 1 and "QEMU ended at once; " in done.stderr
    assert "--no-sandbox" not in done.stderr
    assert hint in done.stderr if hint else done.stderr.rstrip().endswith("above"), done.stderr


def test_a_program_that_qemu_may_not_start(user, guest, place):
    kernel = ("--name", "hinted", "-d", "--kernel", str(guest / "vmlinux"))
    done = run(user, place, *kernel, "--", "-incoming", "exec:true")
    assert "killed for what its filter of system calls refuses; '--no-sandbox'" in done.stderr
    done = run(user, place, *kernel, "--no-sandbox", "--", "-incoming", "exec:true")
    assert "filter of system calls" not in done.stderr
    if done.returncode == 0:
        owrun(user, "kill", "hinted")


def test_tftp_of_qemu_is_out_of_reach_and_that_is_said(user, guest, place):
    kernel = ("--name", "hinted", "-d", "--kernel", str(guest / "vmlinux"))
    for words, said in (((), True), (("--no-sandbox",), False)):
        done = run(user, place, *kernel, *words, "--", "-nic", f"user,tftp={place}")
        assert done.returncode == 0 and ("out of reach" in done.stderr) == said
        assert owrun(user, "kill", "hinted").returncode == 0
    done = run(user, place, "--dry-run", "--nic", "user,tftp=/x", "--kernel", "/k")
    assert "use '--no-sandbox' with '-- -nic user,tftp=DIRECTORY'" in done.stderr
