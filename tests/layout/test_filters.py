# SPDX-License-Identifier: MIT
"""The seccomp filters of machines that the tests do not run on, read as the kernel would run them.
On the machine itself tests/e2e/netd/test_seccomp.py asks the kernel."""
import os
import pathlib
import re
import struct
import subprocess

import pytest

from source import TOP

BUILD = pathlib.Path(os.environ.get("OWVM_BUILD", TOP / "build" / "default"))
GENERATOR = BUILD / "netd" / "netd-seccomp"
X86_64, AARCH64 = 0xC000003E, 0xC00000B7
VERDICTS = {0x7FFF0000: "allow", 0x80000000: "kill process"}
AT_FDCWD, SIGKILL, SIGCONT = -100, 9, 18
RW, READ = 0o2000002, 0o2000000  # with O_CLOEXEC
FORK, NEW_USER = 0x01200011, 0x10000000
TUNSETIFF, TUNSETPERSIST, SIOCSIFHWADDR = 0x400454CA, 0x400454CB, 0x8924
PRIVATE = 0x22  # MAP_PRIVATE | MAP_ANONYMOUS

# side, number (include/uapi/asm-generic/unistd.h of the kernel), arguments, may it?
CALLS = (
    ("back", 73, (), True),  # ppoll
    ("back", 94, (), True),  # exit_group
    ("back", 128, (), True),  # restart_syscall
    ("back", 221, (), False),  # execve
    ("back", 220, (FORK,), False),  # clone
    ("front", 220, (FORK,), True),
    ("front", 220, (FORK | NEW_USER,), False),
    ("back", 56, (AT_FDCWD, 1, RW), True),  # openat
    ("back", 56, (AT_FDCWD, 1, READ), False),
    ("front", 56, (AT_FDCWD, 1, RW), False),
    ("front", 35, (AT_FDCWD, 1, 0), True),  # unlinkat
    ("back", 29, (3, TUNSETIFF), True),  # ioctl
    ("back", 29, (3, TUNSETPERSIST, 0), True),
    ("back", 29, (3, TUNSETPERSIST, 1), False),
    ("back", 29, (3, SIOCSIFHWADDR), False),
    ("back", 63, (3,), False),  # read
    ("back", 64, (2,), True),  # write
    ("back", 64, (3,), False),
    ("back", 222, (0, 4096, 3, PRIVATE), True),  # mmap
    ("back", 222, (0, 4096, 5, PRIVATE), False),
    ("back", 198, (1, 0o2000002, 0), True),  # socket
    ("back", 198, (2, 0o2000002, 0), False),
    ("back", 424, (5, SIGKILL), True),  # pidfd_send_signal
    ("back", 424, (5, SIGCONT), False),
    ("back", 95, (3,), True),  # waitid
    ("front", 22, (), True),  # epoll_pwait
    ("front", 242, (), True),  # accept4
)


def filters(family, mode="strict"):
    """side -> the steps of its filter"""
    text = subprocess.run((GENERATOR, family, mode), capture_output=True, text=True,
                          check=True).stdout
    arrays = re.findall(r"sock_filter (\w+)\[\] = \{\n(.*?)\n\};", text, re.DOTALL)
    return {side: [tuple(int(word, 0) for word in step)
                   for step in re.findall(r"\{(\w+), (\w+), (\w+), (\w+)\}", body)]
            for side, body in arrays}


def verdict(steps, arch, number, arguments=()):
    words = [argument & 0xFFFFFFFFFFFFFFFF for argument in (*arguments, *[0] * 6)[:6]]
    data = struct.pack("<IIQ6Q", number, arch, 0, *words)
    jumps = {0x15: lambda a, k: a == k, 0x25: lambda a, k: a > k, 0x35: lambda a, k: a >= k,
             0x45: lambda a, k: a & k != 0}
    at = accumulator = 0
    while True:
        code, if_true, if_false, value = steps[at]
        at += 1
        if code == 0x20:
            accumulator = struct.unpack_from("<I", data, value)[0]
        elif code == 0x54:
            accumulator &= value
        elif code == 0x05:
            at += value
        elif code == 0x06:
            return VERDICTS[value]
        else:
            at += if_true if jumps[code](accumulator, value) else if_false


@pytest.mark.parametrize("side, number, arguments, may", CALLS)
def test_the_filter_of_aarch64_means_the_same_as_that_of_the_tested_machine(
        side, number, arguments, may):
    assert verdict(filters("aarch64")[side], AARCH64, number, arguments) == (
        "allow" if may else "kill process")


@pytest.mark.parametrize("mode", ("strict", "sanitized"))
@pytest.mark.parametrize("family, arch, exec_calls", (("x86_64", X86_64, (59, 322)),
                                                      ("aarch64", AARCH64, (221, 281))))
def test_no_process_of_netd_can_start_a_program(family, arch, exec_calls, mode):
    found = filters(family, mode)
    assert set(found) == {"back", "front"}
    for steps in found.values():
        assert {verdict(steps, arch, number) for number in exec_calls} == {"kill process"}


@pytest.mark.parametrize("family, other", (("x86_64", AARCH64), ("aarch64", X86_64)))
def test_the_calls_of_another_machine_end_the_process(family, other):
    for steps in filters(family).values():
        assert {verdict(steps, other, number) for number in range(500)} == {"kill process"}


def test_a_machine_that_nobody_looked_at_stops_the_build():
    done = subprocess.run((GENERATOR, "pdp11", "strict"), capture_output=True, text=True,
                          check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert len(done.stderr.splitlines()) == 1 and "'pdp11'" in done.stderr
