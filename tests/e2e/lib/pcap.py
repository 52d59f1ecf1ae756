# SPDX-License-Identifier: MIT
"""What `owrun capture` writes: read by tcpdump, and frame by frame."""
import os
import struct
import subprocess
import time

import network
import service

HEADER = struct.Struct("=IHHiIII")  # pcap-savefile(5)
RECORD = struct.Struct("=IIII")
MAGIC = 0xA1B2C3D4


def frames(data):
    """The frames of a capture, which ends with a whole one."""
    assert HEADER.unpack_from(data)[0] == MAGIC and HEADER.unpack_from(data)[6] == 1
    found, at = [], HEADER.size
    while at < len(data):
        captured, length = RECORD.unpack_from(data, at)[2:]
        at += RECORD.size
        assert captured <= length and at + captured <= len(data)
        found.append(data[at:at + captured])
        at += captured
    return found


def tcpdump(path, *expression):
    """The lines that tcpdump prints of a file."""
    done = network.command("tcpdump", "-nn", "-e", "-r", str(path), *expression)
    return done.stdout.splitlines()


class Capture:
    """owrun capture of a user's, with a reader that reads, or with none."""

    def __init__(self, user, *arguments, output=subprocess.PIPE):
        self.process = subprocess.Popen(
            (service.OWRUN, "capture") + arguments, user=user.uid, group=user.gid,
            extra_groups=user.groups, cwd=user.home, stdin=subprocess.DEVNULL, stdout=output,
            stderr=subprocess.PIPE,
            env={"PATH": os.environ["PATH"], "HOME": user.home,
                 **{name: os.environ[name] for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS")}})
        self.data = b""

    def read_until(self, wanted, seconds=20):
        """Read until the bytes came."""
        end = time.monotonic() + seconds
        os.set_blocking(self.process.stdout.fileno(), False)
        while wanted not in self.data:
            assert time.monotonic() < end, (wanted, self.data[:2000])
            self.data += self.process.stdout.read() or b""
            time.sleep(0.02)

    def wait_begun(self):
        """From then on nothing is missed."""
        self.read_until(struct.pack("=I", MAGIC))

    def end(self, signal=None):
        """Its exit status, and what it said."""
        if signal is not None:
            self.process.send_signal(signal)
        if self.process.stdout is not None:
            os.set_blocking(self.process.stdout.fileno(), True)
        out, err = self.process.communicate(timeout=20)
        self.data += out or b""
        return self.process.returncode, err.decode()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()
