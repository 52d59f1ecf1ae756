# SPDX-License-Identifier: MIT
"""Bytes in, bytes out: what PROTOCOL.md says, seen from the other side."""
import os
import pathlib
import re
import socket
import struct

import pytest

import network
import owvm
import processes
from conftest import OWN_BRIDGE, TOP
from owvm import Code, Op
from people import connect_as

GOOD = owvm.pack_tap("ow-1000", "02:00:00:03:e8:01", "router")


def altered(offset, data):
    return GOOD[:offset] + data + GOOD[offset + len(data):]


def hex_example(number):
    whole = pathlib.Path(TOP, "common/PROTOCOL.md").read_text(encoding="utf-8")
    text = whole.split("## Example")[1]
    lines = re.findall(r"^    0[0-9a-f]{3}  ([0-9a-f ]+)$", text, re.MULTILINE)
    blocks = [lines[:5], lines[5:]]
    return bytes.fromhex("".join(blocks[number]))


def test_the_example_request_of_the_document_is_what_we_pack():
    assert hex_example(0) == GOOD


def test_the_example_reply_of_the_document_decodes():
    data = hex_example(1).ljust(owvm.REPLY_SIZE, b"\0")
    with open("/dev/null", "rb") as null:
        reply = owvm.Reply(data, [null.fileno()])
        reply.fds = []
    assert (reply.code, reply.interface, reply.bridge, reply.mac, reply.host_mac, reply.mtu,
            reply.uid) == (Code.OK, "ow1000t7", "ow-1000", "02:00:00:03:e8:01",
                           "fe:1b:c2:90:4e:77", 1500, 1000)


CLIENT = owvm.pack_client("ow-1000", "eth0")
BAD = {
    "nothing": (b"", Code.MALFORMED),
    "one byte short": (GOOD[:-1], Code.MALFORMED),
    "one byte long": (GOOD + b"\0", Code.MALFORMED),
    "one byte": (b"o", Code.MALFORMED),
    "a long message": (GOOD * 100, Code.MALFORMED),
    "65536 bytes": (GOOD.ljust(65536, b"\0"), Code.MALFORMED),
    "wrong magic": (altered(0, b"owvn"), Code.MALFORMED),
    "version 0": (altered(4, b"\0\0"), Code.VERSION),
    "version 2": (altered(4, b"\2\0"), Code.VERSION),
    "version in the other byte order": (altered(4, b"\0\1"), Code.VERSION),
    "operation 0": (altered(6, b"\0\0"), Code.NOT_SUPPORTED),
    "operation 5": (altered(6, b"\5\0"), Code.NOT_SUPPORTED),
    "unknown flag": (altered(8, struct.pack("<I", 5)), Code.NOT_SUPPORTED),
    "highest flag": (altered(8, struct.pack("<I", 1 | 1 << 31)), Code.NOT_SUPPORTED),
    "reserved word": (altered(12, b"\1"), Code.MALFORMED),
    "bridge without a NUL": (altered(16, b"a" * 16), Code.MALFORMED),
    "bridge padded with rubbish": (altered(16, b"ow-1000\0x"), Code.MALFORMED),
    "no bridge": (altered(16, bytes(16)), Code.MALFORMED),
    "bridge with a slash": (altered(16, b"ow/1000\0"), Code.MALFORMED),
    "bridge ..": (altered(16, b"..\0\0\0\0\0\0"), Code.MALFORMED),
    "bridge all": (altered(16, b"all\0\0\0\0\0"), Code.MALFORMED),
    "bridge with a space": (altered(16, b"ow 1000\0"), Code.MALFORMED),
    "no queue": (altered(38, b"\0\0"), Code.MALFORMED),
    "17 queues": (altered(38, b"\x11\0"), Code.MALFORMED),
    "label with a newline": (altered(40, b"rou\ner\0"), Code.MALFORMED),
    "label without a NUL": (altered(40, b"a" * 40), Code.MALFORMED),
    "undeclared MAC": (altered(8, bytes(4)), Code.MALFORMED),
    "CLIENT with vhost": (owvm.pack(Op.CLIENT, 2, CLIENT[16:]), Code.NOT_SUPPORTED),
    "CLIENT without a name": (owvm.pack(Op.CLIENT, 0, CLIENT[16:40]), Code.MALFORMED),
    "CLIENT named ..": (owvm.pack_client("ow-1000", ".."), Code.MALFORMED),
    "CLIENT named a/b": (owvm.pack_client("ow-1000", "a/b"), Code.MALFORMED),
    "CLIENT named default": (owvm.pack_client("ow-1000", "default"), Code.MALFORMED),
    "CLIENT named %d": (owvm.pack_client("ow-1000", "eth%d"), Code.MALFORMED),
    "CLIENT with a reserved byte": (CLIENT[:38] + b"\1" + CLIENT[39:], Code.MALFORMED),
    "CLIENT with rubbish at its end": (CLIENT[:-1] + b"\1", Code.MALFORMED),
    "CLIENT with an undeclared MAC": (
        owvm.pack(Op.CLIENT, 0, owvm.pack_client("ow-1000", "eth0", owvm.mac_of(1000))[16:]),
        Code.MALFORMED),
    "NETS with a flag": (owvm.pack(Op.NETS, 1), Code.MALFORMED),
    "NETS with rubbish": (owvm.pack(Op.NETS, 0, bytes(4) + b"\1"), Code.MALFORMED),
    "PORTS with rubbish": (owvm.pack(Op.PORTS, 0, bytes(63) + b"\1"), Code.MALFORMED),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_message_is_refused(name, either_mode, alice):
    data, code = BAD[name]
    reply = either_mode(OWN_BRIDGE).request(alice, data)
    assert reply.code == code
    assert reply.text


def test_a_refused_message_does_not_stop_the_service(netd, alice):
    running = netd(OWN_BRIDGE)
    assert running.request(alice, b"rubbish").code == Code.MALFORMED
    with running.request(alice, alice.tap()) as reply:
        assert reply.code == Code.OK


def test_a_client_that_sends_nothing_does_not_stop_others(netd, alice, bob):
    running = netd(OWN_BRIDGE)
    with connect_as(bob), connect_as(bob), connect_as(bob):
        with running.request(alice, alice.tap()) as reply:
            assert reply.code == Code.OK


def test_a_client_that_leaves_before_the_reply_leaves_no_port(netd, alice):
    running = netd(OWN_BRIDGE)
    for _ in range(5):
        with connect_as(alice) as sock:
            sock.send(owvm.pack_tap(alice.bridge))
    with running.request(alice, alice.tap()) as reply:
        assert reply.code == Code.OK


def test_a_second_request_on_one_connection_gets_no_reply(netd, alice):
    netd(OWN_BRIDGE)
    with connect_as(alice) as sock:
        assert owvm.exchange(sock, owvm.pack_nets()).code == Code.OK
        try:
            assert owvm.exchange(sock, owvm.pack_nets()) is None
        except (BrokenPipeError, ConnectionResetError):
            pass


def test_fds_that_a_client_sends_are_not_kept(netd, alice):
    running = netd(OWN_BRIDGE)
    assert running.request(alice, owvm.pack_nets()).code == Code.OK

    def open_fds():
        return sum(len(os.listdir(f"/proc/{pid}/fd"))
                   for pid in (running.pid, *processes.children(running.pid)))
    before = open_fds()
    for _ in range(10):
        read, write = os.pipe()
        with connect_as(alice) as sock:
            try:
                socket.send_fds(sock, [owvm.pack_nets()], [write] * 20)
            except OSError:
                pass  # the listener takes no fds at all
        os.close(write)
        # The end of the pipe comes only when no copy of `write` is left anywhere.
        assert os.read(read, 1) == b""
        os.close(read)
    assert network.wait_until(lambda: open_fds() <= before)
