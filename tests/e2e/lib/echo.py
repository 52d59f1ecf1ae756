# SPDX-License-Identifier: MIT
"""Servers in a guest, which has none of its own but a page: the host's Python runs them there, from
a share."""
import contextlib
import socket

import network

SHARE = ("--share", "/:host,shared,ro")
ECHO, ENDLESS, DATAGRAMS = 7, 9, 5353
# One line, without single quotes: it is typed into the guest's shell.
SERVERS = """import socket, socketserver as s, threading as t
class Echo(s.StreamRequestHandler):
    def handle(self):
        while d := self.connection.recv(65536):
            self.connection.sendall(d)
        self.connection.sendall(b"[end]")
class Endless(s.StreamRequestHandler):
    def handle(self):
        while 1:
            self.connection.sendall(bytes(65536))
class Datagrams(s.DatagramRequestHandler):
    def handle(self):
        self.wfile.write(self.rfile.read().upper())
class Server(s.ThreadingTCPServer):
    request_queue_size = 256
    allow_reuse_address = True
for server in Server(("", 7), Echo), Server(("", 9), Endless), s.UDPServer(("", 5353), Datagrams):
    t.Thread(target=server.serve_forever).start()
print("servers are there", flush=True)
"""
# The last of them alone.
UDP_SERVER = ("import socket as s; u = s.socket(2, s.SOCK_DGRAM); u.bind((str(), 5353))\n"
              "while 1: d, a = u.recvfrom(99); u.sendto(d.upper(), a)")


def mount(console):
    code, said = console.run("mkdir -p /mnt/host && mount -t 9p -o ro,trans=virtio,"
                             "version=9p2000.L,msize=512000 host /mnt/host")
    assert code == 0, said


def start_datagrams(console):
    """Let a guest that has the share answer datagrams."""
    mount(console)
    console.run(": >/run/udp.py")
    for line in UDP_SERVER.splitlines():
        console.run(f"echo '{line}' >>/run/udp.py")
    console.run('chroot /mnt/host /usr/bin/python3 -SIc "$(cat /run/udp.py)" & true')


def datagrams_answered(port):
    """Does the guest answer them by that port of this host? They are lost until Python is up."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(0.5)
        client.connect(("127.0.0.1", port))

        def answer():
            with contextlib.suppress(TimeoutError):
                client.send(b"datagram")
                return client.recv(99)
            return None
        return network.wait_until(answer, 60) == b"DATAGRAM"


def start(machine):
    """Let a booted machine, which has the share, run them."""
    with machine.console() as console:
        console.login()
        mount(console)
        console.run(": >/run/servers.py")
        for line in SERVERS.splitlines():
            console.run(f"echo '{line}' >>/run/servers.py")
        console.run('(chroot /mnt/host /usr/bin/python3 -SIc "$(cat /run/servers.py)" '
                    ">/run/said 2>&1 &); true")
        code, said = console.run("for i in $(seq 300); do grep -q there /run/said && break; "
                                 "sleep 0.1; done; cat /run/said", 60)
        assert "servers are there" in said, said
