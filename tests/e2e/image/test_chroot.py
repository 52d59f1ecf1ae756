# SPDX-License-Identifier: MIT
"""owrun chroot: a command in an image, as its root, of a user who has no privilege. The image is as
before unless the command succeeded."""
import os
import pathlib
import pty
import re
import signal
import subprocess
import time

import pytest

import rootfs
import service
from chrooted import chroot, done_well, shell, stays
from machine import owrun
from network import wait_until
from rootfs import debugfs

TOP = pathlib.Path(__file__).resolve().parents[3]
ASIDE = "'{}' is as it was, as the command ended with status {}"


def test_a_command_changes_the_image(alice, image):
    said = shell(alice, image, "echo hello >/etc/new; id -u; chown 5:6 /etc/name; ln -s x /etc/l; "
                               "mkdir -m 2750 /etc/d; rm /etc/passwd; echo said")
    assert said == "0\nsaid\n"
    assert rootfs.content(image, "/etc/new") == b"hello\n"
    assert "User:     5   Group:     6" in debugfs(image, "stat /etc/name")
    assert 'Fast link dest: "x"' in debugfs(image, "stat /etc/l")
    assert "Mode:  02750" in debugfs(image, "stat /etc/d")
    assert "File not found" in rootfs.debugfs_all(image, "stat /etc/passwd")
    assert image.stat().st_mode & 0o777 == 0o640 and image.stat().st_uid == alice.uid


def test_what_the_command_leaves_alone_stays(alice, image):
    requests = ("stat /dev/odd", "stat /etc/owned", "stat /etc/mine", "ea_list /etc/mine",
                "stat /etc/resolv.conf", "stat /dev/console", "ls -l /dev")
    before = [debugfs(image, request) for request in requests]
    shell(alice, image, "cat /etc/mine; touch /etc/new", options=("--network",))
    after = [debugfs(image, request) for request in requests]
    for one, other in zip(before, after):
        hide = [re.sub(r"[ac]time:.*|Inode checksum.*|Version: \S+", "", text)
                for text in (one, other)]
        assert hide[0] == hide[1]


def test_the_exit_status_is_the_commands(alice, image):
    said = stays(alice, image, "sh", "-c", "echo x >/etc/new; exit 7", status=7)
    assert said == f"owrun: {ASIDE.format(image, 7)}\n"
    stays(alice, image, "sh", "-c", "kill -9 $$", status=137)
    said = stays(alice, image, "nonesuch", status=127)
    assert said == "owrun: the image has no program 'nonesuch', or not its loader\n"
    assert "cannot run '/etc/name' in the image: Permission denied" in stays(
        alice, image, "/etc/name", status=126)


def test_the_words_of_the_command_line_are_the_commands(alice, image):
    said = done_well(alice, image, "sh", "-c", 'printf "<%s>" "$@"', "sh", "--help", "a b", "")
    assert said == "<--help><a b><>"
    done = owrun(alice, "chroot", image, "echo", "--", "-x")
    assert (done.returncode, done.stdout) == (0, "-- -x\n")
    done = owrun(alice, "chroot", image)
    assert done.returncode == 2 and "'owrun chroot' needs a COMMAND" in done.stderr


def test_there_is_a_dev_a_proc_and_scratch(alice, image):
    said = shell(alice, image, """
        echo x >/dev/null && head -c 3 /dev/zero | wc -c; head -c 5 /dev/urandom | wc -c
        ls /dev; cat /proc/self/stat | cut -d' ' -f2; ls -d /proc/[0-9]* | wc -l
        echo gone >/tmp/f; echo gone >/run/f; echo stays >/root/f; ls -d /tmp/lock /run/lock
        mkdir /dev/shm/x; cat /etc/resolv.conf 2>&1; true""")
    assert said.splitlines()[:2] == ["3", "5"]
    assert {"null", "zero", "full", "random", "urandom", "tty", "fd", "stdin", "stdout", "stderr",
            "ptmx", "pts", "shm"} == set(said.split("5\n", 1)[1].split("(cat)")[0].split())
    assert "/run/lock\n/tmp/lock\n" in said
    assert "No such file" in said
    assert rootfs.content(image, "/root/f") == b"stays\n"
    assert " f" not in debugfs(image, "ls /tmp").replace("\n", " ")


def test_nothing_of_the_command_survives(alice, image):
    begun = time.monotonic()
    shell(alice, image, "sleep 501 & setsid sleep 502 & (setsid sh -c 'sleep 503 & sleep 504' &)")
    assert time.monotonic() - begun < 20
    assert subprocess.run(("pgrep", "-f", "sleep 50[1234]"), check=False).returncode == 1


def start(user, image, *command, **more):
    return subprocess.Popen(
        (service.OWRUN, "chroot", image, "--", *command), user=user.uid, group=user.gid,
        extra_groups=[], cwd=user.home, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        **more)


@pytest.mark.parametrize("number, said", (
    (signal.SIGTERM, "owrun: interrupted\n"), (signal.SIGINT, "owrun: interrupted\n"),
    (signal.SIGKILL, "")))
def test_one_that_is_ended_leaves_the_image(alice, inside_place, image, number, said):
    before = image.read_bytes()
    process = start(alice, image, "sh", "-c", "echo x >/etc/new; sync; echo on; sleep 505",
                    stdin=subprocess.DEVNULL)
    assert process.stdout.readline() == "on\n"
    process.send_signal(number)
    assert process.communicate(timeout=20)[1] == said
    assert process.returncode == (-9 if number == signal.SIGKILL else 125)
    assert wait_until(lambda: subprocess.run(
        ("pgrep", "-f", "sleep 505|fuse2fs"), check=False).returncode == 1)
    assert image.read_bytes() == before
    for litter in inside_place.glob(".r.img.*"):
        assert number == signal.SIGKILL
        litter.unlink()


def test_on_a_terminal_ctrl_c_is_the_commands(alice, image):
    pid, terminal = pty.fork()
    if pid == 0:
        os.setgroups([])
        os.setresgid(alice.gid, alice.gid, alice.gid)
        os.setresuid(alice.uid, alice.uid, alice.uid)
        os.execve(service.OWRUN, ["owrun", "chroot", str(image), "--", "sh", "-c",
                                  "trap 'echo caught >/etc/new; exit 0' INT; echo on; "
                                  "while :; do sleep 1; done"],
                  {"PATH": os.environ["PATH"], "HOME": alice.home})
    seen = b""
    while b"on" not in seen:
        seen += os.read(terminal, 100)
    os.write(terminal, b"\x03")
    _, status = os.waitpid(pid, 0)
    os.close(terminal)
    assert os.waitstatus_to_exitcode(status) == 0
    assert rootfs.content(image, "/etc/new") == b"caught\n"


def corrupt(image, request):
    subprocess.run(("debugfs", "-w", "-R", request, image), env=rootfs.E2FSPROGS, check=True,
                   capture_output=True)


def test_a_file_system_that_is_broken_is_refused(alice, image):
    corrupt(image, "clri /etc")
    said = stays(alice, image, "true", status=125)
    assert "the file system has errors" in said and "e2fsck" in said


@pytest.mark.parametrize("data", (bytes(1 << 20), b"\x1f\x8b" + bytes(9000)), ids=("zeros", "gz"))
def test_what_has_no_root_file_system(alice, image, data):
    image.write_bytes(data)
    assert f"image '{image}': no root file system is found in it" in stays(
        alice, image, "true", status=125)


def test_an_image_that_a_vm_has_is_refused(user, image, guest):
    done = owrun(user, "run", "-d", "--name", "has", "--lan", "none", "--wan", "none", "--accel",
                 "tcg", "--kernel", guest / "vmlinux", image)
    assert done.returncode == 0, done.stderr
    try:
        done = chroot(user, image, "true")
        assert done.returncode == 125 and f"'{image}' is in use by" in done.stderr
    finally:
        owrun(user, "kill", "has")


def test_an_image_in_partitions(alice, inside_place, image, fresh):
    """As a router's: an MBR, and the root file system in the second partition."""
    data = fresh.read_bytes()
    first, root = (262144, 1 << 20), (17301504, len(data))
    table = b"".join(bytes([0, 0, 0, 0, 0x83, 0, 0, 0]) + (start // 512).to_bytes(4, "little") +
                     (size // 512).to_bytes(4, "little") for start, size in (first, root))
    mbr = bytes(446) + table + bytes(32) + b"\x55\xaa"
    image.write_bytes(mbr + bytes(root[0] - len(mbr)) + data + b"what is behind it")
    done = chroot(alice, image, "sh", "-c", "echo in it >/etc/new")
    assert done.returncode == 0, done.stderr
    rest = image.read_bytes()
    assert rest[:root[0]] == mbr + bytes(root[0] - len(mbr))
    assert rest.endswith(b"what is behind it") and len(rest) == root[0] + len(data) + 17
    image.write_bytes(rest[root[0]:root[0] + len(data)])
    rootfs.check(image)
    assert rootfs.content(image, "/etc/new") == b"in it\n"
