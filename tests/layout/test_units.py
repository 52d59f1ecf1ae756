# SPDX-License-Identifier: MIT
"""The systemd units: what the build makes of them is what systemd would take."""
import os
import pathlib
import re
import shutil
import subprocess

import pytest

from source import TOP

BUILD = pathlib.Path(os.environ.get("OWVM_BUILD", TOP / "build" / "default")).resolve()
UNITS = ("owvm-netd.socket", "owvm-netd.service")


@pytest.fixture
def units(tmp_path):
    """The units with the program of the build in place of the one that is installed later."""
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not here")
    for unit in UNITS:
        text = (BUILD / "netd" / unit).read_text(encoding="utf-8")
        lines = [f"ExecStart={BUILD}/netd/owvm-netd" if line.startswith("ExecStart=") else line
                 for line in text.splitlines()]
        (tmp_path / unit).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return [tmp_path / unit for unit in UNITS]


def test_systemd_finds_nothing_wrong_with_the_units(units):
    done = subprocess.run(["systemd-analyze", "verify", *units], capture_output=True, text=True,
                          check=False)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_an_error_in_a_unit_would_be_found(units):
    units[1].write_text(units[1].read_text(encoding="utf-8").replace("User=", "Usre="),
                        encoding="utf-8")
    done = subprocess.run(["systemd-analyze", "verify", *units], capture_output=True, text=True,
                          check=False)
    assert "Usre" in done.stderr


def test_the_service_has_one_capability_and_a_user_of_its_own():
    text = (BUILD / "netd" / "owvm-netd.service").read_text(encoding="utf-8").splitlines()
    assert {"User=owvm-netd", "Group=owvm", "NoNewPrivileges=yes",
            "AmbientCapabilities=CAP_NET_ADMIN", "CapabilityBoundingSet=CAP_NET_ADMIN"} <= set(text)


EXPOSURE = 1.5


def test_systemd_rates_the_service_as_well_confined(units, capsys):
    done = subprocess.run(["systemd-analyze", "security", "--offline=true", "--no-pager", units[1]],
                          capture_output=True, text=True, check=False)
    rated = re.search(r"Overall exposure level for owvm-netd.service: ([0-9.]+)", done.stdout)
    assert rated, done.stdout + done.stderr
    with capsys.disabled():
        print(f"\nsystemd's exposure level of owvm-netd.service: {rated[1]}")
    assert float(rated[1]) <= EXPOSURE


# What is easily left out, as it is needed at the start alone, or seldom.
NEEDED = {"accept4", "bind", "capget", "capset", "clone", "close_range", "connect",
          "epoll_wait", "exit_group",
          "getdents64", "getsockopt", "ioctl", "kill", "landlock_restrict_self", "newfstatat",
          "openat", "pidfd_open", "pipe2", "poll", "prctl", "prlimit64", "recvmsg", "seccomp",
          "sendmsg", "sendto", "shutdown", "signalfd4", "socketpair", "unlink", "wait4", "waitid"}
NOT_NEEDED = {"bpf", "chroot", "init_module", "io_uring_setup", "keyctl", "mount", "ptrace",
              "reboot",
              "setuid", "settimeofday", "swapon"}


def calls(word):
    """The system calls of a word of SystemCallFilter=."""
    if not word.startswith("@"):
        return {word}
    lines = subprocess.run(("systemd-analyze", "syscall-filter", word), capture_output=True,
                           text=True, check=True).stdout.splitlines()[1:]
    words = [line.strip() for line in lines if line.strip() and "#" not in line]
    return set().union(*map(calls, words))


def test_the_filter_of_the_unit_lets_pass_what_netd_needs(units):
    text, allowed = units[1].read_text(encoding="utf-8"), set()
    for inverted, words in re.findall(r"^SystemCallFilter=(~?)(.*)$", text, re.MULTILINE):
        named = set().union(*map(calls, words.split()))
        allowed = allowed - named if inverted else allowed | named
    assert NEEDED - allowed == set() and NOT_NEEDED & allowed == set()


def test_sysusers_makes_the_user_and_the_group(tmp_path):
    if shutil.which("systemd-sysusers") is None:
        pytest.skip("systemd-sysusers is not here")
    (tmp_path / "etc").mkdir()
    subprocess.run(("systemd-sysusers", f"--root={tmp_path}", TOP / "netd/systemd/owvm.sysusers"),
                   capture_output=True, text=True, check=True)
    group = re.search(r"^owvm:x:(\d+):", (tmp_path / "etc/group").read_text("ascii"), re.MULTILINE)
    user = re.search(r"^owvm-netd:x:(\d+):(\d+):[^:]*:/:(\S+)$",
                     (tmp_path / "etc/passwd").read_text("ascii"), re.MULTILINE)
    assert group and user and user[2] == group[1] and user[1] != "0"
    assert user[3].endswith("nologin")
    assert re.search(r"^kvm:x:\d+:owvm-netd$", (tmp_path / "etc/group").read_text("ascii"),
                     re.MULTILINE)


def test_tmpfiles_makes_the_directory_of_the_socket(tmp_path):
    if shutil.which("systemd-tmpfiles") is None:
        pytest.skip("systemd-tmpfiles is not here")
    if os.geteuid() != 0:
        pytest.skip("only root can make a directory of root's")
    text = (BUILD / "netd/owvm.conf").read_text(encoding="utf-8")
    path = re.match(r"d (\S+) 0755 root root -$", text.strip())[1]
    # No file of accounts, no name: and root is 0 without one.
    subprocess.run(("systemd-tmpfiles", "--create", f"--root={tmp_path}", BUILD / "netd/owvm.conf"),
                   capture_output=True, text=True, check=True)
    made = (tmp_path / path.lstrip("/")).stat()
    assert (made.st_mode, made.st_uid, made.st_gid) == (0o40755, 0, 0)


def test_the_example_of_a_drop_in_is_one(units):
    """The commented lines in the unit, put where an administrator would put them."""
    text = units[1].read_text(encoding="utf-8")
    example = re.search(r"^#(\[Service\])\n((?:#\S.*\n)+)", text, re.MULTILINE)
    lines = [example[1]] + [line[1:] for line in example[2].splitlines()]
    assert "ExecStart=" in lines and lines[-1] == "Restart=on-failure"
    options = [line.split(" ", 1)[1] for line in lines if line.startswith("ExecStart=/")]
    assert options == ["--idle-exit"]
    directory = units[1].with_name(units[1].name + ".d")
    directory.mkdir()
    lines = [f"ExecStart={BUILD}/netd/owvm-netd --idle-exit" if line.startswith("ExecStart=/")
             else line for line in lines]
    (directory / "idle.conf").write_text("\n".join(lines) + "\n", encoding="utf-8")
    done = subprocess.run(["systemd-analyze", "verify", *units], capture_output=True, text=True,
                          check=False)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")
