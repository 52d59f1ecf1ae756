# SPDX-License-Identifier: MIT
"""meson install and ninja uninstall: what they write, what they say, what they leave."""
import os
import pathlib
import subprocess
import time

import pytest

from source import TOP

BUILD = pathlib.Path(os.environ.get("OWVM_BUILD", TOP / "build" / "default")).resolve()
SCRIPT = TOP / "netd/systemd/say-what-is-left"
SYSUSERS, RESTART = "systemd-sysusers && ", "systemctl restart owvm-netd.service"
ENABLE, ADD = "systemctl enable --now owvm-netd.socket", "adduser NAME owvm"
POLICY = "permit group owvm bridge"
# What stands for the programs of the host, in shell.
ANSWERS = {"systemctl": 'case " $ACTIVE " in *" $3 "*) ;; *) exit 3 ;; esac',
           "getent": "grep ^$2: $ACCOUNTS/$1", "systemd-sysusers": ":"}


def run(*command, **options):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, **options).stdout


def files(place):
    return {path for path in place.rglob("*") if not path.is_dir()}


def test_an_installation_elsewhere_is_silent_and_an_uninstall_leaves_no_file(tmp_path):
    before = time.time()
    said = run("meson", "install", "--no-rebuild", "-C", BUILD, "--destdir", tmp_path)
    assert "left to do" not in said and len(files(tmp_path)) > 20
    # What of the build is root's afterwards, where root installs.
    written = {path.name for path in files(BUILD) if path.stat().st_mtime >= before}
    assert written == {"install-log.txt"}
    run("ninja", "-C", BUILD, "uninstall")
    assert files(tmp_path) == set()


def test_readme_builds_as_the_user_and_installs_as_root():
    readme = (TOP / "README.md").read_text(encoding="utf-8")
    assert "meson compile -C build && sudo meson install -C build --no-rebuild" in readme


@pytest.fixture
def says(tmp_path):
    """says(active units, groups, users, is there a policy): what the script says of such a host."""
    programs = tmp_path / "programs"
    programs.mkdir()
    (programs / "grep").symlink_to("/bin/grep")

    def say(active="", group="", passwd="", policy=False, systemd=True, quiet=False):
        for name, script in ANSWERS.items():
            if systemd or not name.startswith("system"):
                (programs / name).write_text(f"#!/bin/sh\n{script}\n", encoding="ascii")
                (programs / name).chmod(0o755)
        for name, text in (("group", group), ("passwd", passwd)):
            (tmp_path / name).write_text(text, encoding="ascii")
        if policy:
            (tmp_path / "policy.conf").touch()
        return run(SCRIPT, tmp_path, env={"PATH": str(programs), "ACTIVE": active,
                                          "ACCOUNTS": str(tmp_path),
                                          **({"MESON_INSTALL_QUIET": "1"} if quiet else {})})
    return say


NETD, OWVM = "owvm-netd:x:99:99::/:/bin/false\n", "owvm:x:99:"


@pytest.mark.parametrize("host, words", (
    ({}, [SYSUSERS, POLICY, ENABLE, ADD]),
    ({"passwd": NETD, "group": OWVM}, [POLICY, ENABLE, ADD]),
    ({"passwd": NETD, "group": OWVM + "alice"}, [POLICY, ENABLE]),
    ({"passwd": NETD, "group": OWVM + "alice", "policy": True}, [ENABLE]),
    ({"passwd": NETD, "group": OWVM + "alice", "policy": True, "active": "owvm-netd.socket"}, []),
    ({"passwd": NETD, "group": OWVM + "alice", "policy": True,
      "active": "owvm-netd.socket owvm-netd.service"}, [RESTART]),
    ({"systemd": False}, ["--listen", POLICY, ADD]),
    ({"quiet": True}, []),
))
def test_an_installation_says_what_is_left_to_do(says, host, words):
    said = says(**host)
    assert {word for word in (SYSUSERS, POLICY, ENABLE, RESTART, ADD, "--listen")
            if word in said} == set(words)
    assert (said == "") == (words == [])
