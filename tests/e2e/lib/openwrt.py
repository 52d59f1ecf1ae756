# SPDX-License-Identifier: MIT
"""owrun pull openwrt, from the tests' own mirror."""
import images
from machine import owrun


def pull(user, mirror, *arguments, key="key.pub"):
    return owrun(user, "pull", "--mirror", mirror.url + "/", *(("--key", key) if key else ()),
                 *arguments)


def pulled(user, mirror, *arguments):
    done = pull(user, mirror, *arguments)
    assert done.returncode == 0, done.stderr
    assert done.stderr in ("", "owrun: plain http: the signature tells whether all is as OpenWrt "
                               "has made it\n")
    return done.stdout.split(":")[0]


def refused(user, mirror, *arguments, **options):
    done = pull(user, mirror, *arguments, **options)
    assert done.returncode == 1 and done.stdout == ""
    assert images.names(user) == []
    return done.stderr.splitlines()[-1]
