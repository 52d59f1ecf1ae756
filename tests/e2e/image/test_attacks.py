# SPDX-License-Identifier: MIT
"""Images that are made to harm who looks into them, or runs commands in them."""
import contextlib
import os
import pty
import re
import struct
import subprocess

import rootfs
import service
from chrooted import chroot
from machine import owrun

BLOCK = 1024


def start(user, image, *arguments, script):
    return subprocess.Popen(
        (service.OWRUN, "chroot", *arguments, image, "--", "sh", "-c", script), user=user.uid,
        group=user.gid, extra_groups=[], cwd=user.home, stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, text=True)


def test_of_two_changes_at_once_none_is_lost(alice, image):
    first = start(alice, image, script="echo one >/etc/one; echo on; read line")
    assert first.stdout.readline() == "on\n"
    assert f"another owrun is changing '{image}'" in chroot(alice, image, "true").stderr
    said = owrun(alice, "cp", image.parent / "root.tar", f"{image}:/root/").stderr
    assert f"another owrun is changing '{image}'" in said
    first.communicate("go\n")
    assert first.returncode == 0 and rootfs.content(image, "/etc/one") == b"one\n"


def test_what_takes_the_images_name_meanwhile_stays(alice, image, fresh):
    first = start(alice, image, script="echo one >/etc/one; echo on; read line")
    assert first.stdout.readline() == "on\n"
    alice.run("sh", "-c", f"cp --sparse=always {fresh} {image}.new && mv {image}.new {image}")
    first.communicate("go\n")
    assert first.returncode == 125 and image.read_bytes() == fresh.read_bytes()


def test_who_serves_the_image_has_no_network(alice, image):
    command = start(alice, image, "--network", script="echo on; read line")
    assert command.stdout.readline() == "on\n"
    pid = subprocess.check_output(("pgrep", "-x", "fuse2fs"), text=True).split()[0]
    mine, its = (os.readlink(f"/proc/{who}/ns/net") for who in ("self", pid))
    command.communicate("go\n")
    assert command.returncode == 0 and its != mine


def make_inflated(alice, path, size, said):
    """A sound file system in an image that ends long before it does."""
    path.unlink()
    alice.run("truncate", "-s", said, path)
    tree = path.parent / "tree"
    alice.run("sh", "-c", f"mkdir {tree} && cd {tree} && tar -xf ../root.tar --exclude=dev")
    alice.run("sh", "-c", "PATH=$PATH:/sbin mke2fs -q -t ext4 -b 4096 -O ^has_journal "
                          f"-d {tree} {path}; rm -rf {tree}; truncate -s {size} {path}")
    path.chmod(0o640)


def test_a_file_system_does_not_outgrow_its_image(alice, image):
    make_inflated(alice, image, "24M", "100M")
    command, sizes = start(alice, image, script="head -c 60000000 /dev/urandom >/big; exit 1"), []
    while command.poll() is None:
        with contextlib.suppress(FileNotFoundError):
            sizes += [path.stat().st_size for path in image.parent.glob(".r.img.*")]
    assert command.returncode != 0 and max(sizes) == 24 << 20


def run_on_a_terminal(user, line):
    """What came to the terminal."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.setgroups([])
        os.setresgid(user.gid, user.gid, user.gid)
        os.setresuid(user.uid, user.uid, user.uid)
        os.execve("/bin/sh", ["sh", "-c", line], {"PATH": os.environ["PATH"], "HOME": user.home})
    said = b""
    try:
        while data := os.read(terminal, 1000):
            said += data
    except OSError:
        pass
    os.waitpid(pid, 0)
    os.close(terminal)
    return said.decode()


def test_a_terminal_that_the_command_did_not_get_is_out_of_its_reach(alice, image):
    said = run_on_a_terminal(alice, f"{service.OWRUN} chroot {image} -- sh -c "
                                    "'echo taken >/dev/tty' </dev/null >/dev/null 2>&1; echo $?")
    assert said == "1\r\n"


def test_a_terminal_is_as_it_was_whatever_was_redirected(alice, image):
    said = run_on_a_terminal(alice, f"{service.OWRUN} chroot {image} -- stty -echo -F /dev/tty "
                                    "</dev/null; echo $?; stty -a </dev/tty")
    assert said.startswith("0\r\n") and re.search(r" echo ", said)


def make_bomb(path):
    """A directory of 16 million blocks, in an image of 1 MiB: they are one."""
    def debugfs(request):
        return rootfs.debugfs_all(path, request)
    path.write_bytes(bytes(1 << 20))
    subprocess.run(("mke2fs", "-q", "-F", "-t", "ext2", "-b", str(BLOCK), path), check=True,
                   env=rootfs.E2FSPROGS)
    subprocess.run(("debugfs", "-w", "-R", "mkdir /d", path), check=True, capture_output=True,
                   env=rootfs.E2FSPROGS)
    number = re.search(r"Inode: (\d+)", debugfs("stat /d"))[1]
    block, offset = re.search(r"block (\d+), offset (0x\w+)", debugfs(f"imap <{number}>")).groups()
    data, at, first = bytearray(path.read_bytes()), int(block) * BLOCK + int(offset, 16), 900
    for level in range(3):
        where = (first + level) * BLOCK
        data[where:where + BLOCK] = struct.pack("<I", first + level + 1) * (BLOCK // 4)
    names = [struct.pack("<IHBB2s2x", 11, 12, 2, 2, b"%02d" % i) for i in range(84)]
    names.append(struct.pack("<IHBB2s2x", 11, BLOCK - 84 * 12, 2, 2, b"84"))
    data[(first + 3) * BLOCK:(first + 4) * BLOCK] = b"".join(names).ljust(BLOCK, b"\0")
    struct.pack_into("<I", data, at + 4, 1 << 30)        # i_size
    struct.pack_into("<I", data, at + 28, 1 << 22)       # i_blocks
    struct.pack_into("<I", data, at + 40 + 14 * 4, first)  # i_block, for three levels
    path.write_bytes(data)


def test_a_directory_does_not_eat_the_memory(alice, inside_place):
    path = inside_place / "bomb.img"
    make_bomb(path)
    for arguments in (("ls-image", f"{path}:/d"), ("cp", f"{path}:/d", inside_place / "d")):
        done = owrun(alice, *arguments, timeout=60)
        assert done.returncode == 1 and "'/d' has too many names to be true" in done.stderr
    path.unlink()
    (inside_place / "d").rmdir()


def test_a_name_that_is_too_long_is_refused_soon(alice, inside_place):
    tar, image = inside_place / "long.tar", inside_place / "long.img"
    tar.write_bytes(rootfs.tar([rootfs.member("/".join("a" * 8000), content=b"x")]))
    done = owrun(alice, "mkimage", tar, "-o", image, "--size", "100M", timeout=20)
    assert done.returncode == 1 and "whose name is longer than 4095 bytes" in done.stderr
    assert not image.exists()
    tar.unlink()
