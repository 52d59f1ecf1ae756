# SPDX-License-Identifier: MIT
"""A network namespace of a user's own, as `unshare -Urn` gives one, and what is asked from it."""
import contextlib
import ctypes
import os
import socket

import network
import owvm
from people import become

CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
libc = ctypes.CDLL(None, use_errno=True)


def call(function, *arguments):
    if function(*arguments):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


@contextlib.contextmanager
def within(path):
    """This process is in the network namespace of `path`."""
    own, other = (os.open(where, os.O_RDONLY) for where in ("/proc/self/ns/net", path))
    try:
        call(libc.setns, other, CLONE_NEWNET)
        try:
            yield
        finally:
            call(libc.setns, own, CLONE_NEWNET)
    finally:
        os.close(own)
        os.close(other)


def work(control):
    """Serve the parent: a request for netd is answered by netd's reply; an empty message by the two
    ends of a socketpair and a socket that is not connected."""
    while True:
        request = control.recv(owvm.REPLY_SIZE)
        if len(request) == 1:
            made = (*socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET),
                    socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET))
            socket.send_fds(control, [b"."], [sock.fileno() for sock in made])
            for sock in made:
                sock.close()
        elif request:
            try:
                with owvm.connect() as sock:
                    sock.send(request)
                    control.send(sock.recv(owvm.REPLY_SIZE + 1) or b".")
            except OSError as error:
                control.send(str(error).encode())
        else:
            os._exit(0)


class Namespace:
    """A process of the user's which holds user and network namespace."""

    def __init__(self, user):
        self.user = user
        self.control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.control.settimeout(owvm.TIMEOUT)
        self.pid = os.fork()
        if self.pid == 0:
            try:
                os.closerange(3, theirs.fileno())
                os.closerange(theirs.fileno() + 1, 4096)
                become(user)
                call(libc.unshare, CLONE_NEWUSER | CLONE_NEWNET)
                theirs.send(b".")
                work(theirs)
            finally:
                os._exit(1)
        theirs.close()
        assert self.control.recv(1) == b"."

    @property
    def path(self):
        return f"/proc/{self.pid}/ns/net"

    def ask(self, bridge=None, name="eth0", mac=None):
        """netd's reply to a request for a client's port."""
        return self.send(owvm.pack_client(bridge or self.user.bridge, name, mac))

    def send(self, request):
        self.control.send(request)
        return self.reply()

    def reply(self):
        data = self.control.recv(owvm.REPLY_SIZE + 1)
        assert len(data) == owvm.REPLY_SIZE, data
        return owvm.Reply(data)

    def sockets(self):
        """The ends of a socketpair, and a socket, made inside. The caller closes them."""
        self.control.send(b".")
        return [socket.socket(fileno=fd) for fd in socket.recv_fds(self.control, 1, 3)[1]]

    def run(self, *command, **options):
        """As root of the host, who may do there what the user may."""
        return network.command("nsenter", f"--net={self.path}", *command, **options)

    def links(self):
        return {link["ifname"]: link for link in
                network.json.loads(self.run("ip", "-j", "-d", "link", "show").stdout)}

    def packets(self, name="eth0"):
        """A socket that sends and hears frames by an interface inside."""
        with within(self.path):
            sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
        sock.bind((name, 0))
        return sock

    def kill(self):
        if self.pid:
            os.kill(self.pid, 9)
            os.waitpid(self.pid, 0)
            self.pid = 0
            self.control.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.kill()
