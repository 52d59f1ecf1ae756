#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The parts of the guest builder that a shell does badly. Called by ./build only."""

import gzip
import lzma
import os
import re
import stat
import struct
import sys
import zlib

# Setup header of a bzImage: Documentation/arch/x86/boot.rst of the kernel.
SETUP_SECTS = 0x1F1
HEADER_MAGIC = 0x202
VERSION = 0x206
PAYLOAD_OFFSET = 0x248
PAYLOAD_LENGTH = 0x24C
FIRST_WITH_PAYLOAD = 0x208

# Written into the archive directly: only root could make them in a directory.
DEVICE_NODES = {"dev/console": (0o600, 5, 1), "dev/null": (0o666, 1, 3)}

# What a line of the list of modules says that is for another architecture.
OTHERS = {"amd64": {"arm64"}, "arm64": {"amd64"}}


class PackError(Exception):
    pass


def read(path):
    with open(path, "rb") as file:
        return file.read()


def write(path, data):
    with open(path, "wb") as file:
        file.write(data)


def decompress(payload):
    # The kernel's build appends the unpacked size to the stream, so both must stop at its end.
    if payload.startswith(b"\xfd7zXZ\0"):
        return lzma.LZMADecompressor(lzma.FORMAT_XZ).decompress(payload)
    if payload.startswith(b"\x1f\x8b"):
        return zlib.decompressobj(16 + zlib.MAX_WBITS).decompress(payload)
    raise PackError(f"kernel compressed by an unknown method (magic {payload[:4].hex()}): "
                    "only xz and gzip are supported")


def extract_vmlinux(vmlinuz, out):
    image = read(vmlinuz)
    if len(image) < 0x1000 or image[HEADER_MAGIC:HEADER_MAGIC + 4] != b"HdrS":
        raise PackError(f"'{vmlinuz}' is not a bzImage")
    (version,) = struct.unpack_from("<H", image, VERSION)
    if version < FIRST_WITH_PAYLOAD:
        raise PackError(f"'{vmlinuz}': boot protocol {version:#x} has no payload fields")
    offset, length = struct.unpack_from("<II", image, PAYLOAD_OFFSET)
    # Offsets count from the protected-mode code, after the boot sector and the setup sectors;
    # 0 setup sectors means 4, for the sake of old loaders.
    start = ((image[SETUP_SECTS] or 4) + 1) * 512 + offset
    if length > len(image) or start > len(image) - length:
        raise PackError(f"'{vmlinuz}': the payload ends behind the end of the file")
    vmlinux = decompress(image[start:start + length])
    if not vmlinux.startswith(b"\x7fELF"):
        raise PackError(f"'{vmlinuz}': the payload is no ELF file")
    write(out, vmlinux)


def module_name(path):
    return re.sub(r"\.ko(\.xz)?$", "", os.path.basename(path)).replace("-", "_")


def read_module(path):
    data = read(path)
    return lzma.decompress(data) if path.endswith(".xz") else data


def module_depends(data):
    found = re.search(rb"\0depends=([^\0]*)\0", data)
    return found.group(1).decode().split(",") if found and found.group(1) else []


def wanted_modules(path, arch):
    """The file's lines for that architecture, as lists of words: the module, "later"."""
    with open(path, encoding="ascii") as file:
        lines = [line.split("#")[0].split() for line in file]
    return [[word for word in words if word != arch] for words in lines
            if words and not OTHERS[arch] & set(words)]


def copy_modules(source, wanted_list, out, arch):
    """Copies the modules that the file wanted_list has for arch, and what they need, into out."""
    files = {module_name(name): os.path.join(top, name)
             for top, _, names in os.walk(source) for name in names if ".ko" in name}
    with open(os.path.join(source, "modules.builtin"), encoding="ascii") as file:
        builtin = {module_name(line.strip()) for line in file}
    lines = wanted_modules(wanted_list, arch)
    pending = [words[0] for words in lines]
    boot = [words[0] for words in lines if words[1:] != ["later"]]
    done = set()
    while pending:
        name = pending.pop().replace("-", "_")
        if name in done or name in builtin:
            continue
        if name not in files:
            raise PackError(f"the kernel package has no module '{name}'")
        done.add(name)
        data = read_module(files[name])
        write(os.path.join(out, name + ".ko"), data)
        pending += module_depends(data)
    boot = [name for name in boot if name.replace("-", "_") not in builtin]
    write(os.path.join(out, "boot"), "".join(name + "\n" for name in boot).encode())


def cpio_entry(name, mode, inode, data=b"", device=(0, 0)):
    # newc: 13 numbers of 8 hex digits; owner root, no times, so equal inputs give equal bytes.
    raw = name.encode() + b"\0"
    fields = (inode, mode, 0, 0, 1, 0, len(data), 0, 0, *device, len(raw), 0)
    head = b"070701" + b"".join(b"%08X" % field for field in fields) + raw
    return b"".join(part + b"\0" * (-len(part) % 4) for part in (head, data))


def tree_entries(root):
    """Yields (name, mode, data) below root, directories before what they hold."""
    for top, dirs, names in os.walk(root):
        dirs.sort()
        for name in sorted(dirs + names):
            path = os.path.join(top, name)
            info = os.lstat(path)
            data = b""
            if stat.S_ISLNK(info.st_mode):
                data = os.readlink(path).encode()
                mode = stat.S_IFLNK | 0o777
            elif stat.S_ISDIR(info.st_mode):
                mode = stat.S_IFDIR | 0o755
            else:
                data = read(path)
                mode = stat.S_IFREG | (0o755 if info.st_mode & 0o100 else 0o644)
            yield os.path.relpath(path, root), mode, data


def pack_initrd(root, out):
    for name in ("dev", "mnt/hostshare", "proc", "root", "run", "sys", "tmp", "var", "www"):
        os.makedirs(os.path.join(root, name), exist_ok=True)
    for link, target in (("sbin", "bin"), ("usr", "."), ("var/run", "../run")):
        os.symlink(target, os.path.join(root, link))
    archive = [cpio_entry(name, mode, inode, data)
               for inode, (name, mode, data) in enumerate(tree_entries(root), 1)]
    for inode, (name, (mode, *device)) in enumerate(DEVICE_NODES.items(), len(archive) + 1):
        archive.append(cpio_entry(name, stat.S_IFCHR | mode, inode, device=device))
    archive.append(cpio_entry("TRAILER!!!", 0, 0))
    with open(out, "wb") as raw, gzip.GzipFile("", "wb", 9, raw, mtime=0) as file:
        file.write(b"".join(archive))


COMMANDS = {"vmlinux": extract_vmlinux, "modules": copy_modules, "initrd": pack_initrd}


def main():
    try:
        COMMANDS[sys.argv[1]](*sys.argv[2:])
    except (PackError, OSError, lzma.LZMAError, zlib.error) as error:
        sys.exit(f"tests/guest/pack.py: {error}")


if __name__ == "__main__":
    main()
