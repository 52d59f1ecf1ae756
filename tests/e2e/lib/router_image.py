# SPDX-License-Identifier: MIT
"""A disk that stands in for OpenWrt's: a boot loader, then the demo guest with its page."""
import pathlib
import struct
import subprocess

MIB = 1 << 20
FIRST = 1 * MIB  # the partition's first byte
MBR = pathlib.Path("/usr/lib/syslinux/mbr/mbr.bin")
CONFIG = "DEFAULT demo\nLABEL demo\nKERNEL vmlinuz\nAPPEND initrd=initrd.gz console=ttyS0 quiet\n"


def make(guest, path):
    """Make the disk in a file of the user who runs this."""
    size = 2 * MIB + sum((guest / name).stat().st_size for name in ("vmlinuz", "initrd.gz"))
    size = FIRST + -(-size // MIB) * MIB
    entry = struct.pack("<B3sB3sII", 0x80, bytes(3), 0x0c, bytes(3), FIRST // 512,
                        (size - FIRST) // 512)
    with path.open("wb") as disk:
        disk.write(MBR.read_bytes().ljust(446, b"\0") + entry + bytes(48) + b"\x55\xaa")
        disk.truncate(size)
    config = path.with_suffix(".cfg")
    config.write_text(CONFIG, encoding="ascii")
    inside = f"{path}@@{FIRST}"
    for command in (("mformat", "-i", inside, "-T", str((size - FIRST) // 512), "::"),
                    ("syslinux", "--install", "--offset", str(FIRST), str(path)),
                    ("mcopy", "-i", inside, guest / "vmlinuz", guest / "initrd.gz", "::"),
                    ("mcopy", "-i", inside, config, "::syslinux.cfg")):
        subprocess.run(command, check=True, timeout=60)
    config.unlink()
    return path
