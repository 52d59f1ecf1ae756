# SPDX-License-Identifier: MIT
"""vhost-net as QEMU uses it for a guest that sends: one ring, whose buffers begin with a virtio
header (linux/vhost.h, linux/virtio_ring.h)."""
import ctypes
import fcntl
import mmap
import os
import struct

import network

DEVICE, NUMBERS = "/dev/vhost-net", (10, 238)
SET_FEATURES, SET_OWNER, SET_MEM_TABLE = 0x4008AF00, 0xAF01, 0x4008AF03
SET_VRING_NUM, SET_VRING_ADDR, SET_VRING_BASE = 0x4008AF10, 0x4028AF11, 0x4008AF12
SET_VRING_KICK, SET_BACKEND = 0x4008AF20, 0x4008AF30
TRANSMIT = 1  # the number of the ring
ENTRIES, PAGE = 32, 4096
AVAILABLE, USED, BUFFER = PAGE, 2 * PAGE, 3 * PAGE
PATIENCE = 20  # seconds


class Vhost:
    """Carries frames to a tap; the process that makes one is its owner. The fds stay the
    caller's."""

    def __init__(self, fd, tap):
        self.memory, self.sent, self.kick = mmap.mmap(-1, 4 * PAGE), 0, os.eventfd(0)
        start = ctypes.addressof(ctypes.c_char.from_buffer(self.memory))
        self.buffer = start + BUFFER
        state = struct.pack("=II", TRANSMIT, 0)
        fcntl.ioctl(fd, SET_OWNER)
        # None: so each buffer's header goes on to the tap.
        fcntl.ioctl(fd, SET_FEATURES, bytes(8))
        fcntl.ioctl(fd, SET_MEM_TABLE, struct.pack("=IIQQQQ", 1, 0, start, 4 * PAGE, start, 0))
        fcntl.ioctl(fd, SET_VRING_NUM, struct.pack("=II", TRANSMIT, ENTRIES))
        fcntl.ioctl(fd, SET_VRING_BASE, state)
        fcntl.ioctl(fd, SET_VRING_ADDR, struct.pack(
            "=IIQQQQ", TRANSMIT, 0, start, start + USED, start + AVAILABLE, 0))
        fcntl.ioctl(fd, SET_VRING_KICK, struct.pack("=Ii", TRANSMIT, self.kick))
        fcntl.ioctl(fd, SET_BACKEND, struct.pack("=Ii", TRANSMIT, tap))

    def write(self, data):
        """A header and a frame; returns when vhost is done with them."""
        self.memory[BUFFER:BUFFER + len(data)] = data
        self.memory[:16] = struct.pack("=QIHH", self.buffer, len(data), 0, 0)
        # The entry of each turn names the one descriptor.
        self.sent = (self.sent + 1) % 0x10000
        self.memory[AVAILABLE + 2:AVAILABLE + 4] = struct.pack("=H", self.sent)
        os.eventfd_write(self.kick, 1)
        done = network.wait_until(lambda: struct.unpack_from(
            "=H", self.memory, USED + 2)[0] == self.sent, PATIENCE)
        assert done, "vhost-net does not take what it is given"

    def send(self, frame):
        """With a header that asks for nothing."""
        self.write(network.VNET_HEADER + frame)

    def close(self):
        os.close(self.kick)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
