# SPDX-License-Identifier: MIT
"""What somebody who has taken over a process of netd can call: every system call of tests/probe,
first without the confinement, where it works, then behind it."""
import errno
import functools
import json
import re
import signal
import subprocess

import pytest

from conftest import BUILD, TOP

PROBE = BUILD / "tests" / "probe" / "netd-probe"
TRIALS = re.findall(r'^\t\{"([^"]+)", ', (TOP / "tests/probe/trials.c").read_text(encoding="utf-8"),
                    re.MULTILINE)
WORKS, NO_LANDLOCK = 0, 253
# What is not in these is the end of the process.
OUTCOMES = {
    "back": {
        "pidfd_send_signal of SIGKILL": WORKS,
        "openat of a file": errno.EACCES,
        "openat of a device": errno.EACCES,
        "openat of the tap device": WORKS,
        "write to the log": WORKS,
        "mmap of memory": WORKS,
        "socket of local datagrams": WORKS,
        "TUNSETIFF": WORKS,
        "TUNSETOWNER": WORKS,
        "TUNSETPERSIST of 0": WORKS,
        "SIOCGSKNS": WORKS,
        "NS_GET_USERNS": WORKS,
        "newfstatat of an fd": WORKS,
        "getrandom": WORKS,
    },
    "front": {
        "openat of a file of /etc": WORKS,
        "openat of another file below an fd": errno.EACCES,
        "openat of another file by its path": errno.EACCES,
        "openat of /etc as a file": errno.EACCES,
        "newfstatat below an fd": WORKS,
        "newfstatat of an fd": WORKS,
        "read": WORKS,
        "fork": WORKS,
        "pipe2": WORKS,
        "close_range": WORKS,
        "SIOCGIFINDEX": WORKS,
        "unlinkat": WORKS,
        "unlinkat elsewhere": errno.EACCES,
        "write to the log": WORKS,
        "mmap of memory": WORKS,
        "getsockopt": WORKS,
        "epoll_create1": WORKS,
        "epoll_pwait": WORKS,
        "getrandom": WORKS,
    },
}
# Not every kernel has these ways in; a 32-bit call then ends by SIGSEGV.
OTHER_WAYS = {"a call of x32": (WORKS, errno.ENOSYS),
              "a call of i386": (WORKS, -signal.SIGSEGV)}


def sanitized():
    text = (BUILD / "meson-info" / "intro-buildoptions.json").read_text(encoding="utf-8")
    return next(option["value"] for option in json.loads(text)
                if option["name"] == "b_sanitize") != "none"


# The sanitizers need calls that nothing else does: their filter is a wider one.
pytestmark = [pytest.mark.smoke,
              pytest.mark.skipif(sanitized(), reason="the filter of a build with sanitizers")]


def status(side, trial):
    return subprocess.run((PROBE, side, trial), check=False, stdin=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL, timeout=20).returncode


@functools.cache
def unconfined(trial):
    return status("none", trial)


@pytest.mark.parametrize("side, trial", [(side, trial) for side in OUTCOMES for trial in TRIALS])
def test_a_call_ends_the_process_unless_it_needs_it(side, trial):
    before = unconfined(trial)
    if before in (errno.EPERM, errno.ENOSYS) and trial not in OTHER_WAYS:
        pytest.skip(f"this system permits it to nobody: {errno.errorcode[before]}")
    assert before in OTHER_WAYS.get(trial, (WORKS,))
    behind = status(side, trial)
    if behind == NO_LANDLOCK:
        pytest.skip("this kernel has no Landlock")
    assert behind == OUTCOMES[side].get(trial, -signal.SIGSYS)


def test_the_exceptions_are_trials():
    assert set(OUTCOMES["back"]) | set(OUTCOMES["front"]) | set(OTHER_WAYS) <= set(TRIALS)
