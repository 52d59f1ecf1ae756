# SPDX-License-Identifier: MIT
"""A process that was taken over: system calls made in its place, by ptrace(2). Of x86 alone."""
import ctypes
import os
import pathlib
import struct

import network

ATTACH, DETACH, PEEK, POKE, GETREGS, SETREGS, STEP = 16, 17, 2, 5, 12, 13, 9
# struct user_regs_struct, in 64-bit words.
RAX, RDX, RSI, RDI, ORIG_RAX, RIP, RSP, R10 = 10, 12, 13, 14, 15, 16, 19, 7
REGISTERS = 27
OPENAT, SOCKET, EXECVE, KILL, CLONE, TKILL = 257, 41, 59, 62, 56, 200
SYSCALL = b"\x0f\x05"
RED_ZONE = 4096
SIGCHLD = 17

LIBC = ctypes.CDLL(None, use_errno=True)
LIBC.ptrace.restype = ctypes.c_long
LIBC.ptrace.argtypes = (ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p)


def trace(request, pid, address=None, data=None):
    ctypes.set_errno(0)
    done = LIBC.ptrace(request, pid, address, data)
    if done == -1 and ctypes.get_errno():
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return done


def registers(pid):
    words = (ctypes.c_ulonglong * REGISTERS)()
    trace(GETREGS, pid, None, ctypes.addressof(words))
    return words


def set_registers(pid, words):
    trace(SETREGS, pid, None, ctypes.addressof(words))


class TakenOver:
    """A process that sleeps in a system call, as most do. Afterwards it is at what it was."""

    def __init__(self, pid):
        self.pid, self.returns = pid, True

    def __enter__(self):
        assert network.wait_until(self.sleeps)
        trace(ATTACH, self.pid)
        os.waitpid(self.pid, 0x40000000)  # __WALL
        self.before = registers(self.pid)
        # Where it sleeps, behind the instruction that brought it there.
        self.instruction = self.before[RIP] - len(SYSCALL)
        word = struct.pack("q", trace(PEEK, self.pid, self.instruction))
        assert word[:2] == SYSCALL, word
        return self

    def sleeps(self):
        text = pathlib.Path(f"/proc/{self.pid}/syscall").read_text(encoding="ascii")
        return text.split()[0] not in ("running", "-1")

    def __exit__(self, *_):
        if self.returns:
            set_registers(self.pid, self.before)
        trace(DETACH, self.pid)

    def call(self, number, *arguments):
        """Make a system call. A text is passed by its address. Gives what it returned."""
        words = (ctypes.c_ulonglong * REGISTERS)(*self.before)
        free = self.before[RSP] - RED_ZONE
        for place, value in zip((RDI, RSI, RDX, R10), arguments):
            if isinstance(value, str):
                data = value.encode() + bytes(8)
                for at in range(0, len(data) - 7, 8):
                    chunk, = struct.unpack("q", data[at:at + 8])
                    trace(POKE, self.pid, free + at, chunk & (1 << 64) - 1)
                value, free = free, free - RED_ZONE
            words[place] = value & (1 << 64) - 1
        words[RAX], words[ORIG_RAX] = number, (1 << 64) - 1
        words[RIP] = self.instruction
        set_registers(self.pid, words)
        trace(STEP, self.pid)
        os.waitpid(self.pid, 0x40000000)
        return ctypes.c_longlong(registers(self.pid)[RAX]).value
