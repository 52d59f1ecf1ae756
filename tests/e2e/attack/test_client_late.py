# SPDX-License-Identifier: MIT
"""Frames that the owner of a client changes when the guards have seen them: first with a bare veth
of root's between his namespace and the bridge, where it works, then with a client's port."""
import contextlib
import fcntl
import os
import select
import socket
import struct

import pytest

import forge
import frames
import network
import owvm
from namespace import ETHTOOL_SGRO, End, within
from network import Tap
from station import TUN_F_CSUM, TUNSETOFFLOAD

LEASE = f"permit group owvm bridge br-lab netns ip {forge.NETWORK}\n"
SO_NO_CHECK = 11
VXLAN = struct.pack(">II", 0x08000000, 5 << 8)


@contextlib.contextmanager
def sent_by(sock, data):
    """Gives what changes the data when sendfile(2) has sent it."""
    with open(os.memfd_create("data"), "w+b", buffering=0) as file:
        file.write(data)
        assert os.sendfile(sock.fileno(), file.fileno(), 0, len(data)) == len(data)
        yield lambda to, offset: os.pwrite(file.fileno(), to, offset)


def is_copied():
    """Does this kernel copy what sendfile(2) sends by UDP? Debian's 6.1.0-50 does."""
    with socket.socket(type=socket.SOCK_DGRAM) as ear, \
            socket.socket(type=socket.SOCK_DGRAM) as mouth:
        ear.bind(("127.0.0.1", 0))
        mouth.setsockopt(socket.SOL_SOCKET, SO_NO_CHECK, 1)
        mouth.connect(ear.getsockname())
        with sent_by(mouth, b"true") as change:
            change(b"late", 0)
            return ear.recv(4) == b"true"


@contextlib.contextmanager
def sent_from_a_file(liar, frame):
    """What the file holds when somebody reads the frame is in it: its body was never copied. A
    tunnel to oneself makes a frame of what sendfile(2) sends."""
    for command in ("lo up", "add u0 type bridge", "eth0 master u0 address 02:00:00:00:00:fe",
                    "add vx type vxlan id 5 dstport 4789 local 127.0.0.1 remote 127.0.0.2 dev lo",
                    "vx master u0 up", "u0 up"):
        verb = () if command.startswith("add ") else ("set",)
        if liar.place.run("ip", "link", *verb, *command.split(), check=False)[0]:
            pytest.skip("this kernel has no vxlan")
    # It copies headers.
    liar.offload(False, "vx", (ETHTOOL_SGRO,))
    with within(liar.place.path), socket.socket(type=socket.SOCK_DGRAM) as sock:
        if is_copied():
            pytest.skip("this kernel copies what sendfile(2) sends by UDP")
        network.set_bridge_filter(False)
        sock.connect(("127.0.0.1", 4789))
        with sent_by(sock, VXLAN + frame) as change:
            yield lambda to: change(to, len(VXLAN))


@pytest.mark.parametrize("guarded", (False, True), ids=("plain", "netd"))
def test_a_frame_that_is_changed_behind_the_guards_stays_what_it_was(guarded, netd, alice, bridge):
    mac = alice.mac()
    netd(LEASE)
    network.set_bridge_filter(False)
    with (End.client if guarded else End.plain)(alice, bridge, mac) as liar, \
            Tap.make("plain1", bridge) as victim:
        # As QEMU does; else a tap copies what it is given.
        fcntl.ioctl(victim.fd, TUNSETOFFLOAD, TUN_F_CSUM)
        true, answer = (frames.udp(frames.BROADCAST, mac, forge.ADDRESS, "255.255.255.255", port,
                                   b"offer") for port in (4711, forge.DHCP_CLIENT))
        assert frames.hears(liar, mac, true, victim)
        assert frames.hears(liar, mac, answer, victim) != guarded
        with sent_from_a_file(liar, true) as change:
            assert select.select([victim.fd], [], [], owvm.TIMEOUT)[0]
            change(answer)
            heard = [frame for frame in victim.frames() if frame[6:12] == owvm.mac_bytes(mac)]
        assert heard == [true if guarded else answer]
