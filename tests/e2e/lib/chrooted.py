# SPDX-License-Identifier: MIT
"""owrun chroot, and what becomes of the image."""
import rootfs
from machine import owrun


def chroot(user, image, *command, options=(), **more):
    return owrun(user, "chroot", *options, image, "--", *command, **more)


def done_well(user, image, *command, **more):
    done = chroot(user, image, *command, **more)
    assert done.returncode == 0, done.stderr
    rootfs.check(image)
    return done.stdout


def shell(user, image, script, **more):
    return done_well(user, image, "sh", "-c", script, **more)


def stays(user, image, *command, status=1, **more):
    """The image does; gives what was said."""
    before = image.read_bytes()
    done = chroot(user, image, *command, **more)
    assert done.returncode == status, done.stderr
    assert image.read_bytes() == before
    return done.stderr
