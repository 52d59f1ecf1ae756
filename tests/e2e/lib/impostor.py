# SPDX-License-Identifier: MIT
"""A process in the place of a VM's QEMU: at one of its sockets, or in its lock."""
import contextlib
import ctypes
import os
import pathlib
import socket
import threading

import network
import processes
from people import Worker

PR_SET_DUMPABLE, PR_SET_NO_NEW_PRIVS = 4, 38


def noted(pid):
    """What a lock says when that process holds it."""
    program = os.stat(f"/proc/{pid}/exe")
    return f"{pid} {processes.started(pid)} {program.st_dev}:{program.st_ino}\n"


@contextlib.contextmanager
def instead(path, user, serve):
    """serve(connection), in a process of the user's and a thread for each, is what clients of the
    socket meet instead of QEMU. Gives the pid."""
    fresh = path.with_suffix(".new")
    path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(fresh))
    worker = Worker(user, lambda: listen(listener, serve), keep=[listener.fileno()])
    try:
        # Its peer's pid is that of who called listen().
        assert network.wait_until(lambda: accepts(fresh), 10)
        owner = path.parent.stat()
        os.chown(fresh, owner.st_uid, owner.st_gid)
        fresh.rename(path)
        yield worker.pid
    finally:
        worker.kill()
        listener.close()


def accepts(path):
    with socket.socket(socket.AF_UNIX) as client, contextlib.suppress(OSError):
        client.connect(str(path))
        return True
    return False


def listen(listener, serve):
    # As a QEMU that owrun started.
    libc = ctypes.CDLL(None)
    assert libc.prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) == 0
    assert libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0
    listener.listen()
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=serve_one, args=(connection, serve), daemon=True).start()


def serve_one(connection, serve):
    with connection, contextlib.suppress(OSError):
        serve(connection)


@contextlib.contextmanager
def in_lock(directory, text):
    """That is what the lock of a VM says, as long as the VM is there."""
    lock = pathlib.Path(directory, "lock")
    before = lock.read_text(encoding="ascii")
    lock.write_text(text, encoding="ascii")
    yield
    if lock.exists():
        lock.write_text(before, encoding="ascii")
