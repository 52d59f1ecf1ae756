#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A second implementation of the protocol, written from PROTOCOL.md alone.

As a program it sends one request and prints the reply as JSON:
owvm.py tap BRIDGE [MAC [LABEL]] | nets [CURSOR] | ports [CURSOR]"""
import enum
import json
import os
import socket
import struct
import sys

SOCKET = "/run/owvm/netd.sock"
MAGIC = b"owvm"
VERSION = 1
REQUEST_SIZE = 80
REPLY_SIZE = 512
TEXT_OFFSET = 128
FDS_MAX = 32
TIMEOUT = 20  # seconds

WITH_MAC = 1
WITH_VHOST = 2

PERMIT, CREATE, MAC_ANY, ISOLATED = 1, 2, 4, 8
NETNS = 32
PORT_UP, PORT_CLIENT = 1, 2


class Op(enum.IntEnum):
    TAP = 1
    CLIENT = 2
    NETS = 3
    PORTS = 4


class Code(enum.IntEnum):
    OK = 0
    MALFORMED = 1
    VERSION = 2
    NOT_SUPPORTED = 3
    DENIED = 4
    POLICY_BROKEN = 5
    QUOTA = 6
    NO_BRIDGE = 7
    NOT_A_BRIDGE = 8
    MAC_REFUSED = 9
    MAC_IN_USE = 10
    IDENTITY = 11
    BRIDGE_FULL = 12
    NO_DEVICE = 13
    KERNEL = 14
    BUSY = 15
    END = 16
    NAMESPACE = 17
    NAME_IN_USE = 18


class ProtocolError(Exception):
    """A reply that is not as PROTOCOL.md describes it."""


def mac_bytes(text):
    return bytes(int(part, 16) for part in text.split(":"))


def mac_text(data):
    return ":".join(f"{byte:02x}" for byte in data)


def mac_of(uid, last=1, first=0x02):
    """An address of the MAC space of `uid`."""
    return mac_text(bytes([first]) + struct.pack(">I", uid) + bytes([last]))


def padded(text, size):
    data = text.encode("ascii") if isinstance(text, str) else text
    if len(data) >= size:
        raise ValueError(f"'{text}' does not fit {size} bytes with its NUL")
    return data.ljust(size, b"\0")


def pack(operation, flags=0, body=b"", version=VERSION, magic=MAGIC, reserved=0):
    data = magic + struct.pack("<HHII", version, operation, flags, reserved) + body
    return data.ljust(REQUEST_SIZE, b"\0")


def pack_tap(bridge, mac=None, label="", queues=1, flags=None):
    if flags is None:
        flags = WITH_MAC if mac else 0
    body = (padded(bridge, 16) + (mac_bytes(mac) if mac else bytes(6)) +
            struct.pack("<H", queues) + padded(label, 40))
    return pack(Op.TAP, flags, body)


def pack_client(bridge, interface, mac=None):
    body = padded(bridge, 16) + (mac_bytes(mac) if mac else bytes(6)) + bytes(2)
    return pack(Op.CLIENT, WITH_MAC if mac else 0, body + padded(interface, 16))


def pack_nets(cursor=0):
    return pack(Op.NETS, 0, struct.pack("<I", cursor))


def pack_ports(cursor=0):
    return pack(Op.PORTS, 0, struct.pack("<I", cursor))


def string(data):
    """A NUL-terminated field, padded with NULs."""
    text, _, padding = data.partition(b"\0")
    if len(text) == len(data) or padding.strip(b"\0"):
        raise ProtocolError(f"not NUL-terminated and NUL-padded: {data!r}")
    return text.decode("utf-8")


class Reply:
    """The decoded reply; owns the fds that came with it. Fields of the body are attributes."""

    def __init__(self, data, fds=()):
        self.fds = list(fds)
        if len(data) != REPLY_SIZE:
            raise ProtocolError(f"a reply of {len(data)} bytes")
        magic, version, self.operation, code, self.taps, self.vhosts = struct.unpack_from(
            "<4sHHIHH", data)
        if magic != MAGIC or version != VERSION:
            raise ProtocolError(f"magic {magic!r}, version {version}")
        if self.taps + self.vhosts != len(self.fds):
            raise ProtocolError(f"{self.taps} taps, {self.vhosts} vhosts, {len(self.fds)} fds")
        self.code = Code(code)
        self.text = string(data[TEXT_OFFSET:])
        body = data[16:TEXT_OFFSET]
        used = 0
        if self.code == Code.OK:
            used = {Op.TAP: self._tap, Op.CLIENT: self._client, Op.NETS: self._nets,
                    Op.PORTS: self._ports}[self.operation](body)
        if body[used:].strip(b"\0"):
            raise ProtocolError(f"reserved bytes are not zero: {body[used:]!r}")

    def _tap(self, body):
        self.interface, self.bridge = string(body[0:16]), string(body[16:32])
        self.mac, self.host_mac = mac_text(body[32:38]), mac_text(body[38:44])
        self.mtu, self.uid = struct.unpack_from("<II", body, 44)
        return 52

    def _client(self, body):
        used = self._tap(body)
        self.peer = string(body[used:used + 16])
        return used + 16

    def _nets(self, body):
        self.next, self.flags = struct.unpack_from("<II", body)
        self.pattern = string(body[8:24])
        self.limit, self.used, self.queues = struct.unpack_from("<HHH", body, 24)
        if body[30:32] != bytes(2):
            raise ProtocolError("reserved bytes are not zero")
        self.mtu, self.rate = struct.unpack_from("<II", body, 32)
        return 40

    def _ports(self, body):
        self.next, self.uid = struct.unpack_from("<II", body)
        self.interface, self.bridge = string(body[8:24]), string(body[24:40])
        self.mac, self.host_mac = mac_text(body[40:46]), mac_text(body[46:52])
        self.flags, self.queues = struct.unpack_from("<IH", body, 52)
        if body[58:60] != bytes(2):
            raise ProtocolError("reserved bytes are not zero")
        self.label = string(body[60:100])
        return 100

    @property
    def fd(self):
        """The one tap."""
        assert len(self.fds) == 1, f"{self}"
        return self.fds[0]

    def close(self):
        while self.fds:
            os.close(self.fds.pop())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def __repr__(self):
        return f"Reply({self.__dict__})"


def receive(sock, size):
    """socket.recv_fds(), but the fds do not go on to the programs that this process starts."""
    data, fds, flags, _ = socket.recv_fds(sock, size, FDS_MAX)
    for fd in fds:
        os.set_inheritable(fd, False)
    return data, fds, flags


def exchange(sock, request):
    """Send a request over a connected socket and read the one reply. None: closed without one."""
    try:
        sock.send(request)
    except BrokenPipeError:
        pass  # who is refused for his identity or for too many connections is not listened to
    # One byte more than a reply: a longer one must be seen.
    try:
        data, fds, flags = receive(sock, REPLY_SIZE + 1)
    except ConnectionResetError:
        # What was not listened to is told first, then what was said.
        data, fds, flags = receive(sock, REPLY_SIZE + 1)
    if flags & socket.MSG_CTRUNC:
        raise ProtocolError("control data truncated")
    return Reply(data, fds) if data else None


def connect(path=SOCKET):
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    try:
        # A socket with a timeout of Python's does not block, and a full backlog would be an error.
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", TIMEOUT, 0))
        sock.connect(path)
        sock.settimeout(TIMEOUT)
    except OSError:
        sock.close()
        raise
    return sock


def main(arguments):
    kind, rest = arguments[0], arguments[1:]
    if kind == "tap":
        request = pack_tap(rest[0], rest[1] if len(rest) > 1 else None,
                           rest[2] if len(rest) > 2 else "")
    else:
        request = {"nets": pack_nets, "ports": pack_ports}[kind](int(rest[0]) if rest else 0)
    with connect() as sock:
        reply = exchange(sock, request)
    print(json.dumps(reply.__dict__))


if __name__ == "__main__":
    main(sys.argv[1:])
