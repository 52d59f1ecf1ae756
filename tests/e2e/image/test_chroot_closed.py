# SPDX-License-Identifier: MIT
"""owrun chroot keeps an image from the host; where a host keeps it from users it says why."""
import os
import pathlib
import re
import subprocess

import pytest

import rootfs
import service
from chrooted import chroot, shell, stays
from machine import owrun
from rootfs import symlink

ATTACK = r"""
try() { "$@" >/dev/null 2>&1 && echo "DONE: $*"; }
try mount -t tmpfs x /root; try mount --bind /proc /root; try umount /proc
try unshare -r true; try unshare -n true; try unshare -m true
try mknod /root/disk b 8 0; try mknod /root/mem c 1 1
try sh -c 'echo 1 >/proc/sys/kernel/panic'; try sh -c 'echo b >/proc/sysrq-trigger'
try cat /proc/1/environ; try ls /proc/1/root/; try ls /proc/1/cwd/
try cat /proc/kcore; try cat /dev/kmsg
grep -E 'Cap(Prm|Eff|Bnd)|NoNewPrivs|Seccomp:' /proc/self/status
ls -l /proc/self/fd | grep -v -e 'pipe:' -e '/dev/null' -e /proc/
echo mounts; cut -d' ' -f3 /proc/mounts | sort -u
echo ids; cat /proc/self/uid_map
cd /; for i in 1 2 3 4 5 6 7 8; do cd ..; done; ls
"""


def test_nothing_of_the_host_is_there(alice, image):
    secret = pathlib.Path(alice.home, "secret")
    secret.write_text("of alice", encoding="ascii")
    said = shell(alice, image, ATTACK.replace("sort -u", "cat"))
    assert "DONE" not in said
    assert "NoNewPrivs:\t1" in said and "Seccomp:\t2" in said
    bounding = int(re.search(r"CapBnd:\t(\w+)", said)[1], 16)
    assert bounding & (1 << 21 | 1 << 19 | 1 << 12 | 1 << 27) == 0  # sys_admin, ptrace, net, mknod
    # Neither the user's own uid nor root's is one of the ids in there.
    first = int(re.search(r"ids\n +0 +(\d+)", said)[1])
    assert first > 65535
    assert set(said.split("mounts\n")[1].split("ids")[0].split()) <= {
        "fuse.ext4", "tmpfs", "devpts", "proc", "devtmpfs", "overlay"}
    assert "secret" not in said and "home" not in said
    secret.unlink()


def test_the_users_processes_are_out_of_reach(alice, image, victim):
    shell(alice, image, f"kill -9 {victim.pid}; kill -9 -1; true")
    assert victim.poll() is None


def test_a_directory_is_no_stream(alice, image):
    root = os.open("/", os.O_RDONLY)
    try:
        assert "is a directory, and no command in an image gets one" in stays(
            alice, image, "true", status=126, stdin=root)
    finally:
        os.close(root)


@pytest.mark.parametrize("target", ("/../../../../../../", "/proc/1/root", "/proc/self/cwd"))
@pytest.mark.parametrize("name", ("dev", "proc", "etc", "tmp"))
def test_an_image_leads_nowhere_else(alice, inside_place, name, target):
    """Symlinks in the place of what is mounted or written to."""
    def look():
        return sorted(os.listdir("/")), pathlib.Path("/etc/resolv.conf").exists()
    before, path = look(), inside_place / "h.img"
    (inside_place / "h.tar").write_bytes(rootfs.tar(
        [one for one in rootfs.busybox() if one[0].name.split("/")[0] != name] +
        [symlink(name, target)]))
    done = owrun(alice, "mkimage", inside_place / "h.tar", "-o", path, "--size", "24M")
    assert done.returncode == 0, done.stderr
    done = chroot(alice, path, "sh", "-c", "echo x >/tmp/made; echo in", options=("--network",))
    assert done.returncode in {0, 125}, done
    assert look() == before
    path.unlink()
    (inside_place / "h.tar").unlink()


@pytest.mark.parametrize("path", ("/etc/subuid", "/etc/subgid"))
def test_no_ids(alice, image, path):
    before = pathlib.Path(path).read_text(encoding="ascii")
    pathlib.Path(path).write_text("bob:100000:65536\nalice:x:1\nalice:5\n", encoding="ascii")
    try:
        said = stays(alice, image, "true", status=125)
    finally:
        pathlib.Path(path).write_text(before, encoding="ascii")
    assert f"'{path}' gives you no ids for an image's users" in said
    assert "usermod --add-subuids 100000-165535 --add-subgids 100000-165535 alice'" in said
    assert "; '--boot' runs the command in a VM" in said

def test_no_user_namespaces(alice, image):
    """The kernel makes none for who is in another root: user_namespaces(7)."""
    subprocess.run(("mount", "--rbind", "/", "/mnt"), check=True)
    try:
        done = subprocess.run(("chroot", "--userspec=alice:alice", "/mnt", service.OWRUN,
                               "chroot", image, "--", "true"), text=True, check=False,
                              capture_output=True, env={"PATH": os.environ["PATH"]})
    finally:
        subprocess.run(("umount", "-l", "/mnt"), check=True)
    assert done.returncode == 125
    assert "user namespace that serves: Operation not permitted" in done.stderr
    assert "; '--boot' runs the command in a VM" in done.stderr

def test_no_fuse(alice, image):
    os.chmod("/dev/fuse", 0o600)
    try:
        said = stays(alice, image, "true", status=125)
    finally:
        os.chmod("/dev/fuse", 0o666)
    assert "cannot use /dev/fuse" in said

def test_no_program(alice, image):
    said = stays(alice, image, "true", status=125, env={"PATH": "/nowhere"})
    assert "there is no program 'newuidmap' (package uidmap has it)" in said
    subprocess.run(("mount", "--bind", "/dev/null", "/usr/bin/fuse2fs"), check=True)
    try:
        said = stays(alice, image, "true", status=125)
    finally:
        subprocess.run(("umount", "/usr/bin/fuse2fs"), check=True)
    assert "there is no program 'fuse2fs' or 'e2fsck' (packages fuse2fs, e2fsprogs)" in said
