# SPDX-License-Identifier: MIT
"""Ethernet frames, built by hand."""
import socket
import struct

from owvm import mac_bytes

BROADCAST = "ff:ff:ff:ff:ff:ff"
ALL_NODES = "33:33:00:00:00:01"
ARP, IPV4, IPV6, VLAN, VLAN_PROVIDER, VLAN_OLD = 0x0806, 0x0800, 0x86DD, 0x8100, 0x88A8, 0x9100
PPPOE_DISCOVERY, MVRP = 0x8863, 0x88F5
ICMP, IGMP, TCP, VRRP = 1, 2, 6, 112
HOP_BY_HOP, DESTINATION_OPTIONS = 0, 60
# A destination options header of padding alone, and behind it what its first byte says.
PADDED = bytes([58, 0, 1, 4, 0, 0, 0, 0])
# A hop-by-hop header with the router alert of MLD (RFC 2711).
ROUTER_ALERT = bytes([58, 0, 5, 2, 0, 0, 1, 0])


def ethernet(destination, source, kind, payload):
    frame = mac_bytes(destination) + mac_bytes(source) + struct.pack(">H", kind) + payload
    return frame.ljust(60, b"\0")


def checksum(data):
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def arp_request(mac, sender, target, claimed=None):
    """From `mac`; the sender's address inside is `claimed`, where that is another one."""
    payload = struct.pack(">HHBBH6s4s6s4s", 1, IPV4, 6, 4, 1, mac_bytes(claimed or mac),
                          socket.inet_aton(sender), bytes(6), socket.inet_aton(target))
    return ethernet(BROADCAST, mac, ARP, payload)


def is_arp_answer(sender):
    """A matcher: an ARP answer that claims to be `sender`."""
    def matches(frame):
        return (frame[12:14] == struct.pack(">H", ARP) and frame[20:22] == b"\0\2" and
                frame[28:32] == socket.inet_aton(sender))
    return matches


def is_from(mac):
    """A matcher: a frame whose source is `mac`."""
    return lambda frame: frame[6:12] == mac_bytes(mac)


def tagged(frame, *identifiers, kind=VLAN):
    """The frame with VLAN tags, the outermost first (IEEE 802.1Q)."""
    tags = b"".join(struct.pack(">HH", kind, identifier) for identifier in identifiers)
    return frame[:12] + tags + frame[12:]


def udp6(mac, target, port, data=b"", source="fe80::bad"):
    return ipv6(mac, source, target, 17, struct.pack(">HHHH", 547, port, 8 + len(data), 0) + data,
                6)


def udp(destination_mac, mac, sender, target, port, data):
    datagram = struct.pack(">HHHH", 4000, port, 8 + len(data), 0) + data
    return ipv4(destination_mac, mac, sender, target, 17, datagram)


def tcp(destination_mac, mac, sender, target, ports, flags, data=b""):
    """A segment; `ports`: of the sender and of the target."""
    body = struct.pack(">HHIIBBHHH", *ports, 1, 1, 0x50, flags, 1024, 0, 0) + data
    pseudo = (socket.inet_aton(sender) + socket.inet_aton(target) +
              struct.pack(">HH", TCP, len(body)))
    body = body[:16] + struct.pack(">H", checksum(pseudo + body)) + body[18:]
    return ipv4(destination_mac, mac, sender, target, TCP, body)


def ipv4(destination_mac, mac, sender, target, protocol, body):
    """The body as it is: checksums inside are the caller's."""
    header = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(body), 1, 0, 64, protocol, 0,
                         socket.inet_aton(sender), socket.inet_aton(target))
    header = header[:10] + struct.pack(">H", checksum(header)) + header[12:]
    return ethernet(destination_mac, mac, IPV4, header + body)


def checked(body):
    """A body whose checksum is at its third byte, as those of ICMP and IGMP."""
    return body[:2] + struct.pack(">H", checksum(body)) + body[4:]


def igmp_query(mac, sender):
    """A general one, to be answered within 0.1 s (RFC 2236)."""
    return ipv4("01:00:5e:00:00:01", mac, sender, "224.0.0.1", IGMP,
                checked(bytes([0x11, 1, 0, 0, 0, 0, 0, 0])))


def mld_query(mac):
    """A general one, to be answered within 1 ms (RFC 2710), with a hop limit that hosts ignore it
    for."""
    body = struct.pack(">BBHHH16s", 130, 0, 0, 1, 0, bytes(16))
    return ipv6(mac, "fe80::bad", "ff02::1", 58, body, 2, ROUTER_ALERT, HOP_BY_HOP)


def router_advertisement(mac, prefix="2001:db8:bad::", extensions=b""):
    """Says: I am the default router, and take yourself an address in prefix/64."""
    options = struct.pack(">BB6s", 1, 1, mac_bytes(mac)) + struct.pack(
        ">BBBBIII16s", 3, 4, 64, 0xC0, 3600, 3600, 0, socket.inet_pton(socket.AF_INET6, prefix))
    body = struct.pack(">BBHBBHII", 134, 0, 0, 64, 0, 1800, 0, 0) + options
    return ipv6(mac, "fe80::bad", "ff02::1", 58, body, 2, extensions)


def redirect6(mac):
    """Says: to reach one host, go by another (RFC 4861)."""
    addresses = [socket.inet_pton(socket.AF_INET6, text) for text in ("fe80::bad", "2001:db8::1")]
    body = struct.pack(">BBHI16s16s", 137, 0, 0, 0, *addresses)
    return ipv6(mac, "fe80::1", "ff02::1", 58, body, 2)


def ipv6(mac, source, target, protocol, body, checksum_at, extensions=b"",
         extension=DESTINATION_OPTIONS):
    """A datagram to a group. `extensions`: headers before `protocol`, of which the first one is of
    the kind `extension`."""
    source, target = (socket.inet_pton(socket.AF_INET6, text) for text in (source, target))
    pseudo = source + target + struct.pack(">II", len(body), protocol)
    body = (body[:checksum_at] + struct.pack(">H", checksum(pseudo + body)) +
            body[checksum_at + 2:])
    first = extension if extensions else protocol
    header = struct.pack(">IHBB16s16s", 6 << 28, len(extensions + body), first, 255, source, target)
    return ethernet(ALL_NODES, mac, IPV6, header + extensions + body)


def heard(sender, mac, receiver):
    """What got there of what it has sent. An honest frame behind it tells when to stop waiting."""
    sender.send(ethernet(BROADCAST, mac, 0x88B5, b"the end"))
    seen = []
    while not seen or b"the end" not in seen[-1]:
        seen.append(receiver.receive(is_from(mac)))
        assert seen[-1] is not None, "nothing passes at all"
    return seen[:-1]


def hears(sender, mac, frame, receiver):
    """Does it get there?"""
    sender.send(frame)
    return heard(sender, mac, receiver) != []
