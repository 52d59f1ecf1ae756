# SPDX-License-Identifier: MIT
"""Types commands into a guest's console and reads what they print."""
import re
import socket
import time

PROMPT = b"router# "
READY = b"owvm demo router ready"


class Console:
    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.connect(str(path))
        self.seen = b""

    def expect(self, pattern, seconds):
        """Read until the pattern (bytes, a regular expression) came; gives the match."""
        end = time.monotonic() + seconds
        while True:
            match = re.search(pattern, self.seen, re.DOTALL)
            if match:
                self.seen = self.seen[match.end():]
                return match
            self.socket.settimeout(max(end - time.monotonic(), 0.01))
            try:
                data = self.socket.recv(65536)
            except TimeoutError:
                data = b""
            if not data:
                raise AssertionError(f"the console did not show {pattern!r} within {seconds} s, "
                                     f"but: {self.seen[-2000:].decode(errors='replace')}")
            self.seen += data

    def login(self, seconds=60):
        """Wait for the prompt; it may have been printed before anybody listened."""
        end = time.monotonic() + seconds
        while True:
            self.socket.sendall(b"\r")
            try:
                return self.expect(re.escape(PROMPT), 2)
            except AssertionError:
                if time.monotonic() > end:
                    raise

    def run(self, command, seconds=30):
        """Run a command line in the guest; gives its exit status and its output."""
        # The quotes keep the marks out of the echo of what is typed.
        line = f"echo __'begin'__; {command}; echo __'end'__$?__"
        self.socket.sendall(line.encode() + b"\r")
        match = self.expect(rb"__begin__\r\n(.*?)__end__(\d+)__", seconds)
        self.expect(re.escape(PROMPT), seconds)
        return int(match[2]), match[1].decode(errors="replace").replace("\r\n", "\n")

    def close(self):
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
