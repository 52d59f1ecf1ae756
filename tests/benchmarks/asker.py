# SPDX-License-Identifier: MIT
"""Whoever asks owvm-netd from the network that this process is in when he is made."""
import os
import signal
import socket
import struct
import sys
import time

import owvm
from people import become


class Asker:
    """A process of a user's on a host, or here, that asks netd and tells how long that took."""

    def __init__(self, user):
        self.control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.waited = 0  # for the quota
        self.pid = os.fork()
        if self.pid == 0:
            try:
                self.control.close()
                become(user)
                while data := theirs.recv(4096):
                    theirs.send(self.serve(data))
            finally:
                os._exit(0)
        theirs.close()

    @staticmethod
    def serve(data):
        start = time.monotonic_ns()
        with owvm.connect() as sock:
            reply = owvm.exchange(sock, data)
        spent = time.monotonic_ns() - start
        # An end of a list is an answer, too.
        fine = reply.code in (owvm.Code.OK, owvm.Code.END)
        reply.close()
        return struct.pack("=qi", spent if fine else -1, reply.code)

    def ask(self, data):
        """Nanoseconds. Who has all his ports because the kernel still deletes them tries again."""
        while True:
            self.control.send(data)
            spent, code = struct.unpack("=qi", self.control.recv(64))
            if spent >= 0:
                return spent
            if code != owvm.Code.QUOTA:
                sys.exit(f"bench: owvm-netd refuses: {owvm.Code(code).name}")
            self.waited += 1
            time.sleep(0.1)

    def close(self):
        # The end of its socket would not do: processes that were made later have a copy.
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        self.control.close()
