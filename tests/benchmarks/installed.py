# SPDX-License-Identifier: MIT
"""The build that is measured, installed in /usr/local, with the service's user and alice."""
import os
import pathlib

import conftest
import network

BUILD = pathlib.Path(os.environ.get("OWVM_BUILD",
                                    pathlib.Path(__file__).resolve().parents[2] / "build/bench"))


def install():
    network.command("meson", "install", "--no-rebuild", "--quiet", "-C", str(BUILD))
    network.command("groupadd", "--force", "--system", "owvm")
    conftest.add_user("owvm-netd", "--system", "--gid", "owvm", "--no-create-home", "--shell",
                      "/usr/sbin/nologin")
    conftest.add_user("alice", "--create-home", "--shell", "/bin/sh", "--groups", "owvm")
