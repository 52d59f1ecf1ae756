# SPDX-License-Identifier: MIT
"""A route reflector that knows of hosts which are not there: it speaks BGP (RFC 4271) and tells
their guests' addresses by EVPN (RFC 7432, RFC 8365)."""
import ipaddress
import os
import select
import socket
import struct
import traceback

import owvm

AS, HOLD, VNI = 65000, 90, 100
OPEN, UPDATE, KEEPALIVE = 1, 2, 4
EVPN = struct.pack(">HB", 25, 70)  # AFI L2VPN and SAFI EVPN
FIRST_HOST = ipaddress.IPv4Address("198.18.0.1")
PORT = 179
ROUTE_TARGET = struct.pack(">BBHI", 0, 2, AS, VNI)
ENCAPSULATION = struct.pack(">BBHI", 3, 12, 0, 8)  # VXLAN


def message(kind, body=b""):
    return b"\xff" * 16 + struct.pack(">HB", 19 + len(body), kind) + body


def attribute(flags, kind, value):
    return struct.pack(">BBH", flags | 0x10, kind, len(value)) + value


def opening(identifier):
    abilities = b"".join(struct.pack(">BB", code, len(value)) + value for code, value in (
        (1, struct.pack(">HBB", 25, 0, 70)), (65, struct.pack(">I", AS))))
    parameter = struct.pack(">BB", 2, len(abilities)) + abilities
    return message(OPEN, struct.pack(">BHH4sB", 4, AS, HOLD, identifier, len(parameter)) +
                   parameter)


def update(host, routes, *further):
    """Routes of one host, all of one kind."""
    reach = EVPN + b"\x04" + host + b"\0" + b"".join(routes)
    attributes = b"".join((
        attribute(0x40, 1, b"\0"), attribute(0x40, 2, b""),
        attribute(0x40, 5, struct.pack(">I", 100)), attribute(0x80, 9, host),
        attribute(0x80, 10, socket.inet_aton("192.0.2.1")), attribute(0x80, 14, reach),
        attribute(0xC0, 16, ROUTE_TARGET + ENCAPSULATION), *further))
    return message(UPDATE, struct.pack(">HH", 0, len(attributes)) + attributes)


def distinguisher(host):
    return struct.pack(">H4sH", 1, host, 2)


def flood_route(host):
    """Type 3: what is for all goes there, too."""
    body = distinguisher(host) + bytes(4) + b"\x20" + host
    tunnel = struct.pack(">BB", 0, 6) + VNI.to_bytes(3, "big") + host
    return update(host, [struct.pack(">BB", 3, len(body)) + body], attribute(0xC0, 22, tunnel))


def address_route(host, mac):
    """Type 2: that address is there."""
    body = (distinguisher(host) + bytes(10) + bytes(4) + b"\x30" + mac + b"\0" +
            VNI.to_bytes(3, "big"))
    return struct.pack(">BB", 2, len(body)) + body


def routes_of(number, guests):
    """All that one host tells, as messages."""
    host = (FIRST_HOST + number).packed
    macs = [owvm.mac_bytes("06:00:00:00:00:00")[:2] + struct.pack(">HH", number, guest)
            for guest in range(guests)]
    return flood_route(host) + update(host, [address_route(host, mac) for mac in macs])


def serve(listener, told):
    """Speak to everybody; what is in `told`, address to bytes, is for that one alone."""
    identifier, peers = socket.inet_aton("192.0.2.1"), {}
    while True:
        ready = select.select([listener, *peers], [], [], HOLD / 3)[0]
        if not ready:
            for peer in peers:
                peer.send(message(KEEPALIVE))
        for sock in ready:
            if sock is listener:
                peer, (address, _) = listener.accept()
                peers[peer] = told.get(address, b"")
                peer.sendall(opening(identifier))
            elif not answer(sock, peers):
                peers.pop(sock).close()


def answer(peer, peers):
    """To the first keepalive all routes, to each one that we live, too. False: it is gone."""
    try:
        head = peer.recv(19, socket.MSG_WAITALL)
        if len(head) < 19:
            return False
        size, kind = struct.unpack(">16xHB", head)
        peer.recv(size - 19, socket.MSG_WAITALL)
        if kind == OPEN:
            peer.sendall(message(KEEPALIVE))
        elif kind == KEEPALIVE:
            peer.sendall(peers[peer] or message(KEEPALIVE))
            peers[peer] = b""
        return True
    except OSError:
        return False


def start(told):
    """In a process of its own, in the network that this one is in. Gives its pid."""
    listener = socket.create_server(("", PORT))
    pid = os.fork()
    if pid == 0:
        try:
            serve(listener, told)
        except BaseException:  # pylint: disable=broad-except
            traceback.print_exc()
        finally:
            os._exit(1)
    listener.close()
    return pid
