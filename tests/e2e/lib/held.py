# SPDX-License-Identifier: MIT
"""The file-capability helper in the hands of its user: started as he likes, and waiting for its
request."""
import os
import socket
import subprocess

import network
import owvm
import processes
from people import become
from service import NETD


class Held:
    """The helper of `user`. before() runs in its process, as the user, just before the program;
    it inherits the fds of `keep`."""

    def __init__(self, user, before=None, keep=(), env=None):
        self.ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.ours.settimeout(20)

        def prepare():
            become(user)
            if before is not None:
                before()
        with theirs:
            self.process = subprocess.Popen(
                (NETD, "--fd", str(theirs.fileno())), pass_fds=[theirs.fileno(), *keep],
                preexec_fn=prepare, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                env={**os.environ, **(env or {})})

    def pids(self):
        """The back and the front, or what there is of them now."""
        return [self.process.pid, *processes.children(self.process.pid)]

    def ready(self):
        """Wait until both are as they are when they meet a client; gives their pids."""
        def confined():
            pids = self.pids()
            return pids if len(pids) == 2 and all(
                processes.status(pid).get("Seccomp") == ["2"] for pid in pids) else None
        pids = network.wait_until(confined)
        assert pids, f"not ready: {self.pids()}"
        return pids

    def ask(self, data):
        """The reply, or None where the helper ended without."""
        try:
            return owvm.exchange(self.ours, data)
        except (ConnectionResetError, BrokenPipeError):
            return None

    def end(self):
        """Close the socket and wait; gives the exit status and what it wrote."""
        self.ours.close()
        errors = self.process.communicate(timeout=20)[1]
        return self.process.returncode, errors

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.ours.close()
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.process.stderr.close()
