# SPDX-License-Identifier: MIT
"""Two names that take turns, while something looks at one and opens it later."""
import contextlib
import ctypes
import os
import time

from people import working

AT_FDCWD, RENAME_EXCHANGE = -100, 2


@contextlib.contextmanager
def exchanging(user, one, other, pause=0.0):
    """The user exchanges them all the time, with pauses of so many seconds (renameat2(2))."""
    names = os.fsencode(one), os.fsencode(other)
    libc = ctypes.CDLL(None)

    def alternate():
        while True:
            libc.renameat2(AT_FDCWD, names[0], AT_FDCWD, names[1], RENAME_EXCHANGE)
            time.sleep(pause)
    with working(user, alternate):
        yield
