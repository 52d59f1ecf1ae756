# SPDX-License-Identifier: MIT
"""Images with something in them, as releases of OpenWrt are laid out, and what is in them."""
import os
import pathlib
import shutil
import subprocess

SECTOR = 512
KIB = 1 << 10
MIB = 1 << 20
ROOT_SIZE = 24 * MIB
BOOT_SIZE = 16 * MIB
# Where the root file system begins, by the kind of table.
OFFSETS = {"raw": 0, "dos": 17301504, "gpt": 17039360}
FEATURES = "^metadata_csum,^64bit"
PATH = "/usr/sbin:/usr/bin:/sbin:/bin"


def tool(*words, codes=(0,), **options):
    """Run one of the system's; gives its output."""
    done = subprocess.run(words, capture_output=True, text=True, check=False,
                          env={"PATH": PATH, "MKE2FS_CONFIG": "/dev/null"}, **options)
    assert done.returncode in codes, f"{words}: {done.stdout}{done.stderr}"
    return done.stdout


def make_tree(place, release="23.05.0"):
    """What is in the root file system: as little as will do."""
    shutil.rmtree(place, ignore_errors=True)
    (place / "etc/uci-defaults").mkdir(parents=True)
    (place / "etc/openwrt_release").write_text(
        f"DISTRIB_ID='OpenWrt'\nDISTRIB_RELEASE='{release}'\n", encoding="utf-8")
    (place / "etc/shadow").write_text("root:::0:99999:7:::\n", encoding="utf-8")
    (place / "bin").mkdir()
    (place / "tmp").mkdir()
    (place / "var").symlink_to("tmp")
    (place / "lib").symlink_to("/bin")
    return place


def put_table(path, kind, size):
    starts = {"dos": (512, 33792), "gpt": (512, 33280)}[kind]
    table = f"label: {kind}\n" + ("first-lba: 34\n" if kind == "gpt" else "")
    table += "".join(f"start={start}, size={length // SECTOR}\n"
                     for start, length in zip(starts, (BOOT_SIZE, size)))
    tool("sfdisk", "-q", path, input=table)


def make(user, name, tree, kind="raw", size=ROOT_SIZE, features=FEATURES):
    """An image of the user's, with that tree in its root file system."""
    path = pathlib.Path(user.home, name)
    offset = OFFSETS[kind]
    with open(path, "wb") as file:
        file.truncate(offset + size + (MIB if kind != "raw" else 0))
    if kind != "raw":
        put_table(path, kind, size)
    tool("mke2fs", "-q", "-F", "-t", "ext4", "-O", features, "-E", f"offset={offset}",
         "-d", tree, path, f"{size // KIB}k")
    os.chown(path, user.uid, user.gid)
    return path


def make_squashfs(user, name, tree, kind):
    """An image whose second partition is a squashfs, and whose first is what it boots from."""
    path = pathlib.Path(user.home, name)
    first = 262144
    with open(path, "wb") as file:
        file.truncate(OFFSETS[kind] + ROOT_SIZE + MIB)
    put_table(path, kind, ROOT_SIZE)
    tool("mksquashfs", tree, f"{path}.sqfs", "-quiet", "-no-progress")
    with open(path, "r+b") as file:
        file.seek(OFFSETS[kind])
        file.write(pathlib.Path(f"{path}.sqfs").read_bytes())
    os.unlink(f"{path}.sqfs")
    if kind == "dos":
        tool("mke2fs", "-q", "-F", "-t", "ext4", "-O", FEATURES + ",^has_journal", "-E",
             f"offset={first}", path, f"{BOOT_SIZE // KIB}k")
    else:
        with open(f"{path}.fat", "wb") as file:
            file.truncate(BOOT_SIZE)
        tool("mkfs.fat", f"{path}.fat")
        with open(path, "r+b") as file:
            file.seek(first)
            file.write(pathlib.Path(f"{path}.fat").read_bytes())
        os.unlink(f"{path}.fat")
    os.chown(path, user.uid, user.gid)
    return path


def where(path, kind="raw"):
    """For e2fsprogs."""
    return f"{path}?offset={OFFSETS[kind]}"


def check(path, kind="raw"):
    """e2fsck finds nothing wrong."""
    tool("e2fsck", "-fn", where(path, kind))


def ask(path, request, kind="raw"):
    """What debugfs answers."""
    return tool("debugfs", "-R", request, where(path, kind))


def read(path, inside, kind="raw"):
    return ask(path, f"cat {inside}", kind)


def names(path, inside="/", kind="raw"):
    lines = ask(path, f"ls -p {inside}", kind).splitlines()
    return {line.split("/")[5] for line in lines if line.startswith("/")} - {".", "..", ""}


def left_beside(path):
    """What a copy would have left there."""
    return [entry.name for entry in path.parent.iterdir() if entry.name.startswith(f".{path.name}")]
