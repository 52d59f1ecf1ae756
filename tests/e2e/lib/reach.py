# SPDX-License-Identifier: MIT
"""Whether frames of a guest reach the host, which has an address on no bridge at all. Many frames
are sent at once, each with a number, and it is told which of them got there."""
import contextlib
import pathlib
import re
import socket
import time

import frames
import network
from owvm import mac_bytes

HOST = "10.99.0.1"
PORT = 4711
PREFIX = "2001:db8:bad:"
# Frames reach the host within the write() that sends them; the answers of the host may not.
PATIENCE = 0.3
REVERSE_PATH = [pathlib.Path(f"/proc/sys/net/ipv4/conf/{name}/rp_filter")
                for name in ("all", "default")]


@contextlib.contextmanager
def host():
    """The host's address. No reverse path filter may hide here what netd lets through."""
    before = [path.read_text(encoding="ascii") for path in REVERSE_PATH]
    for path in REVERSE_PATH:
        path.write_text("0", encoding="ascii")
    network.add_interface("uplink0")
    network.command("ip", "addr", "add", HOST + "/24", "dev", "uplink0")
    network.command("ip", "link", "set", "uplink0", "up")
    try:
        yield
    finally:
        network.delete_link("uplink0")
        for path, text in zip(REVERSE_PATH, before):
            path.write_text(text, encoding="ascii")


def readdressed(destination, frame):
    return mac_bytes(destination) + frame[6:]


def by_arp(tap, mac, destinations):
    """The numbers of those `destinations` to which an ARP request is answered by the host."""
    for number, destination in enumerate(destinations):
        request = frames.arp_request(mac, f"10.99.0.{100 + number}", HOST)
        tap.send(readdressed(destination, request))
    reached, end = set(), time.monotonic() + PATIENCE
    while frame := tap.receive(frames.is_arp_answer(HOST), end - time.monotonic()):
        reached.add(frame[41] - 100)
    return reached


def by_udp(tap, mac, destinations):
    """The same for a datagram to the host's address."""
    reached = set()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
        listener.bind((HOST, PORT))
        listener.settimeout(PATIENCE)
        for number, destination in enumerate(destinations):
            tap.send(frames.udp(destination, mac, "10.99.0.77", HOST, PORT, bytes([number])))
        with contextlib.suppress(TimeoutError):
            while True:
                reached.add(listener.recv(64)[0])
    return reached


def by_router_advertisement(tap, mac, destinations):
    """The same for a router advertisement: did the host take a route from it?"""
    for number, destination in enumerate(destinations):
        advertisement = frames.router_advertisement(mac, f"{PREFIX}{number + 1:x}::")
        tap.send(readdressed(destination, advertisement))
    time.sleep(PATIENCE)
    routes = network.command("ip", "-6", "route", "show", "table", "all").stdout
    return {int(number, 16) - 1 for number in re.findall(PREFIX + r"([0-9a-f]+)::/64", routes)}


def answers_arp(tap, mac):
    return by_arp(tap, mac, [frames.BROADCAST]) != set()
