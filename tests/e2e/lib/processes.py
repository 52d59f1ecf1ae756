# SPDX-License-Identifier: MIT
"""What /proc says of processes."""
import ctypes
import os

PIDFD_GETFD = 438  # the same number on all architectures


def status(pid):
    """The fields of /proc/PID/status as lists of words; empty when the process is gone."""
    try:
        with open(f"/proc/{pid}/status", encoding="utf-8", errors="replace") as stream:
            return {name: value.split() for name, _, value in
                    (line.rstrip("\n").partition(":") for line in stream)}
    except OSError:
        return {}


def living():
    """pid -> status of all processes that are no zombies."""
    found = {int(entry): status(entry) for entry in os.listdir("/proc") if entry.isdigit()}
    return {pid: fields for pid, fields in found.items() if fields and fields["State"][0] != "Z"}


def started(pid):
    """The start of a process as owrun notes it: field 22 of /proc/PID/stat."""
    with open(f"/proc/{pid}/stat", encoding="ascii") as stream:
        return stream.read().rsplit(")", 1)[1].split()[19]


def children(pid):
    return [child for child, fields in living().items() if fields["PPid"] == [str(pid)]]


def parent(pid):
    """Of a QEMU the process of owrun's that stays with it."""
    return int(status(pid)["PPid"][0])


def of_user(uid):
    return [pid for pid, fields in living().items() if fields["Uid"][0] == str(uid)]


def capabilities(pid):
    """The sets in which a process could hold a privilege now, as numbers."""
    fields = status(pid)
    return {name: int(fields[name][0], 16) for name in ("CapInh", "CapPrm", "CapEff", "CapAmb")}


def copies_of_taps(pid):
    """fds of ours for all taps that the process has."""
    libc, pidfd = ctypes.CDLL(None, use_errno=True), os.pidfd_open(pid)
    try:
        numbers = [int(entry) for entry in os.listdir(f"/proc/{pid}/fd")
                   if os.readlink(f"/proc/{pid}/fd/{entry}") == "/dev/net/tun"]
        copies = [libc.syscall(PIDFD_GETFD, pidfd, number, 0) for number in numbers]
    finally:
        os.close(pidfd)
    assert all(copy >= 0 for copy in copies), os.strerror(ctypes.get_errno())
    return copies


def command_line(pid):
    try:
        with open(f"/proc/{pid}/cmdline", encoding="utf-8", errors="replace") as stream:
            return stream.read().replace("\0", " ").strip()
    except OSError:
        return ""
