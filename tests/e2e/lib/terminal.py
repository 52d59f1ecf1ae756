# SPDX-License-Identifier: MIT
"""A terminal with a program in it, and what a person sees and types there."""
import fcntl
import os
import pty
import re
import select
import subprocess
import termios
import time

import network

ESCAPE = b"\x1d"
CTRL_A = b"\x01"
CTRL_C = b"\x03"


class Terminal:
    def __init__(self, user, *command, columns=0, **streams):
        """Start a command of the user's with it; columns: its width, 0: it tells none; streams:
        stdin, stdout, stderr that are others."""
        self.ours, self.theirs = pty.openpty()
        termios.tcsetwinsize(self.ours, (25 if columns else 0, columns))
        os.fchown(self.theirs, user.uid, user.gid)
        self.before = termios.tcgetattr(self.theirs)
        self.seen = b""
        streams = {"stdin": self.theirs, "stdout": self.theirs, "stderr": self.theirs, **streams}
        self.process = subprocess.Popen(
            command, user=user.uid, group=user.gid, extra_groups=user.groups, cwd=user.home,
            env={**os.environ, "HOME": user.home}, start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0), **streams)

    def type(self, data):
        os.write(self.ours, data)

    def read(self, seconds):
        """What is printed next; nothing when time is up or the terminal is gone."""
        if not select.select([self.ours], [], [], max(seconds, 0))[0]:
            return b""
        try:
            return os.read(self.ours, 65536)
        except OSError:
            return b""

    def expect(self, pattern, seconds=20):
        """Read until the pattern (bytes, a regular expression) came; gives the match."""
        end = time.monotonic() + seconds
        while True:
            match = re.search(pattern, self.seen, re.DOTALL)
            if match:
                self.seen = self.seen[match.end():]
                return match
            data = self.read(end - time.monotonic())
            assert data or time.monotonic() < end, f"no {pattern!r}, but: {self.seen[-2000:]!r}"
            self.seen += data

    def read_to(self, mark, seconds):
        """Read, quickly, until the mark is among the last bytes; gives all that was read."""
        end = time.monotonic() + seconds
        parts = bytearray(self.seen)
        while mark not in parts[-65536 - len(mark):]:
            data = self.read(end - time.monotonic())
            assert data or time.monotonic() < end, f"no {mark!r}, but: {bytes(parts[-2000:])!r}"
            parts += data
        self.seen = bytes(parts[parts.rindex(mark) + len(mark):])
        return bytes(parts[:parts.rindex(mark) + len(mark)])

    def is_raw(self):
        return not termios.tcgetattr(self.theirs)[3] & termios.ICANON

    def wait_raw(self):
        assert network.wait_until(self.is_raw, 20)

    def restored(self):
        return termios.tcgetattr(self.theirs) == self.before

    def end(self, seconds=20):
        """The exit status of the command, which has put the terminal back."""
        deadline = time.monotonic() + seconds
        while self.process.poll() is None and time.monotonic() < deadline:
            self.seen += self.read(0.05)
        assert self.process.poll() is not None, self.seen
        while data := self.read(0):
            self.seen += data
        assert self.restored()
        return self.process.returncode

    def hang_up(self):
        """The window is closed."""
        os.close(self.ours)
        self.ours = -1

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        for fd in (self.ours, self.theirs):
            if fd >= 0:
                os.close(fd)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
