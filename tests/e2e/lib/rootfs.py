# SPDX-License-Identifier: MIT
"""Root file systems, as tars: a small one with busybox, and what is made of it. And what
e2fsprogs says of an image."""
import gzip
import io
import os
import pathlib
import subprocess
import tarfile

BUSYBOX = "/bin/busybox"
APPLETS = ("cat", "chmod", "chown", "cp", "cut", "dpkg", "echo", "env", "grep", "head", "id", "ip",
           "kill", "ln", "ls", "mkdir", "mknod", "mount", "mv", "nc", "poweroff", "ps", "pwd",
           "readlink", "rm", "sed", "setsid", "sh", "sleep", "stat", "stty", "sync", "tail", "tar",
           "test", "touch", "true", "tty", "umount", "uname", "unshare", "wc", "wget")
INIT = b"""#!/bin/sh
mount -t proc proc /proc
echo "this is $(cat /etc/name), root is $(grep ' / ext4 ' /proc/mounts | cut -d' ' -f1)"
exec sh -c 'while :; do sleep 1; done'
"""
# Of busybox's init, as routers have it: a shell on the console after Enter, and a way to go.
INITTAB = b"""::sysinit:/bin/mount -t proc proc /proc
ttyS0::askfirst:-/bin/sh
::shutdown:/bin/umount -a -r
"""
# For the demo guest's kernel, in whose initramfs the module of ext4 is.
BOOT = b"""#!/bin/sh
export PATH=/bin
mount -t devtmpfs dev /dev
modprobe -a virtio_pci virtio_blk crc32c_generic ext4
mkdir -p /image
mount -t ext4 /dev/vda /image || exec sh
exec switch_root /image /sbin/init
"""
E2FSPROGS = {"PATH": os.environ["PATH"] + ":/sbin:/usr/sbin"}


def member(name, kind=tarfile.REGTYPE, content=b"", mode=0o644, **more):
    """One of a tar: (TarInfo, its content)."""
    info = tarfile.TarInfo(name)
    info.type, info.size, info.mode, info.mtime = kind, len(content), mode, 1600000000
    for key, value in more.items():
        setattr(info, key, value)
    return info, content


def directory(name, mode=0o755, **more):
    return member(name, tarfile.DIRTYPE, mode=mode, **more)


def symlink(name, target, **more):
    return member(name, tarfile.SYMTYPE, linkname=target, mode=0o777, **more)


def hard_link(name, target, **more):
    return member(name, tarfile.LNKTYPE, linkname=target, **more)


def device(name, kind, major, minor, mode=0o600):
    return member(name, kind, mode=mode, devmajor=major, devminor=minor)


def tar(members, form=tarfile.PAX_FORMAT):
    """Its bytes."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=form) as file:
        for info, content in members:
            file.addfile(info, io.BytesIO(content))
    return stream.getvalue()


def busybox(*more, name=b"a small system\n", resolver=True):
    """Of a system that boots, with further members."""
    binary = pathlib.Path(BUSYBOX).read_bytes()
    return [*(directory(path) for path in ("bin", "dev", "etc", "lib", "proc", "root", "sbin",
                                           "sys", "usr", "usr/bin", "var", "var/lib")),
            directory("tmp", 0o1777), directory("run"),
            member("bin/busybox", content=binary, mode=0o755),
            *(symlink(f"bin/{applet}", "busybox") for applet in APPLETS),
            member("sbin/init", content=INIT, mode=0o755), member("etc/name", content=name),
            member("etc/passwd", content=b"root:x:0:0:root:/root:/bin/sh\n"),
            device("dev/console", tarfile.CHRTYPE, 5, 1),
            *([symlink("etc/resolv.conf", "/tmp/resolv.conf")] if resolver else []), *more]


def initramfs(guest):
    """The demo guest's, with another first program: the kernel unpacks one after the other."""
    def entry(path, content, mode):
        name = path.encode() + b"\0"
        head = b"070701" + b"".join(b"%08X" % value for value in (
            0, mode, 0, 0, 1, 0, len(content), 0, 0, 0, 0, len(name), 0)) + name
        return b"".join(part + bytes(-len(part) % 4) for part in (head, content))
    return (guest / "initrd.gz").read_bytes() + gzip.compress(
        entry("init", BOOT, 0o100755) + entry("TRAILER!!!", b"", 0))


def check(image):
    """Is the file system sound?"""
    done = subprocess.run(("e2fsck", "-fn", image), env=E2FSPROGS, capture_output=True, text=True,
                          check=False)
    assert done.returncode == 0, done.stdout


def debugfs(image, request):
    done = subprocess.run(("debugfs", "-R", request, image), env=E2FSPROGS, capture_output=True,
                          text=True, errors="replace", check=True)
    return done.stdout


def content(image, path):
    return subprocess.run(("debugfs", "-R", f'cat "{path}"', image), env=E2FSPROGS,
                          capture_output=True, check=True).stdout


def debugfs_all(image, request):
    """With what it complains of."""
    return subprocess.run(("debugfs", "-R", request, image), env=E2FSPROGS, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False).stdout
