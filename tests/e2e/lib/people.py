# SPDX-License-Identifier: MIT
"""Real users, and code that runs as one of them in a process of its own."""
import contextlib
import os
import pickle
import pwd
import socket
import struct
import subprocess
import traceback

import owvm

# Locally administered, unicast, not netd's own, and not what mac_of() takes when nothing is said.
FIRST_BYTES = [byte for byte in range(0x06, 0xFE, 4)]

class User:
    def __init__(self, name):
        entry = pwd.getpwnam(name)
        self.name, self.uid, self.gid, self.home = name, entry.pw_uid, entry.pw_gid, entry.pw_dir
        self.groups = os.getgrouplist(name, self.gid)
        self._given = 0

    def old_login(self):
        """The same user as a process that was there before the groups were granted."""
        older = User(self.name)
        older.groups = [self.gid]
        return older

    def mac(self):
        """An address of this user's space that no other call gives soon, nor another process."""
        self._given += 1
        return owvm.mac_of(self.uid, self._given % 256, FIRST_BYTES[os.getpid() % len(FIRST_BYTES)])

    def tap(self, bridge=None, label=""):
        """A request for a tap with such an address, by default on the user's own bridge."""
        return owvm.pack_tap(bridge or self.bridge, self.mac(), label)

    @property
    def bridge(self):
        return f"ow-{self.uid}"

    def slot(self, number):
        return f"ow{self.uid}t{number}"

    def run(self, *command, **options):
        """Run a command as a login of this user would; gives subprocess.CompletedProcess."""
        options = {"capture_output": True, "text": True, "timeout": 60, "check": False,
                   "stdin": subprocess.DEVNULL, **options}
        environment = {"PATH": os.environ["PATH"], "HOME": self.home, "USER": self.name,
                       "LOGNAME": self.name, "SHELL": "/bin/sh", **options.pop("env", {})}
        for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS"):
            if name in os.environ:
                environment.setdefault(name, os.environ[name])
        return subprocess.run(command, user=self.uid, group=self.gid, extra_groups=self.groups,
                              cwd=self.home, env=environment, **options)


@contextlib.contextmanager
def sleeper(user):
    """A process of the user's that does nothing."""
    process = subprocess.Popen(("sleep", "600"), user=user.uid, group=user.gid, extra_groups=[])
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def become(user):
    os.setgroups(user.groups)
    os.setresgid(user.gid, user.gid, user.gid)
    os.setresuid(user.uid, user.uid, user.uid)
    os.environ["HOME"] = user.home


class Worker:
    """function() in a forked process as `user`. The process then stays, with whatever it holds,
    until finish() or kill()."""

    def __init__(self, user, function, ready=None, keep=()):
        self.results, results = os.pipe()
        hold, self.hold = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            os.close(self.results)
            os.close(self.hold)
            self._work(user, function, ready, set(keep), results, hold)
        os.close(results)
        os.close(hold)

    @staticmethod
    def _work(user, function, ready, kept, results, hold):
        # A copy of somebody's tap would keep that tap alive.
        keep = {0, 1, 2, results, hold, ready} | kept
        for number in os.listdir("/proc/self/fd"):
            if int(number) not in keep:
                try:
                    os.close(int(number))
                except OSError:
                    pass  # the fd of the listing itself
        try:
            become(user)
            if ready is not None:
                os.read(ready, 1)
            outcome = (True, function())
        except BaseException:  # pylint: disable=broad-except
            outcome = (False, traceback.format_exc())
        with os.fdopen(results, "wb") as stream:
            pickle.dump(outcome, stream)
        os.read(hold, 1)
        os._exit(0)

    def result(self):
        with os.fdopen(self.results, "rb") as stream:
            data = stream.read()
        assert data, "the worker died without a result"
        fine, value = pickle.loads(data)
        assert fine, f"in a process of another user:\n{value}"
        return value

    def finish(self):
        if self.pid:
            # A byte, not the end of the pipe: workers that were forked later hold it open too.
            try:
                os.write(self.hold, b".")
            except BrokenPipeError:
                pass
            os.close(self.hold)
            os.waitpid(self.pid, 0)
            self.pid = 0

    def kill(self):
        if self.pid:
            os.kill(self.pid, 9)
            self.finish()


@contextlib.contextmanager
def working(user, function):
    """function() goes on in a process of the user meanwhile."""
    worker = Worker(user, function)
    try:
        yield
    finally:
        worker.kill()


def as_user(user, function, keep=()):
    """The result of function() in a process of the user, which also has the fds of `keep`."""
    worker = Worker(user, function, keep=keep)
    try:
        return worker.result()
    finally:
        worker.finish()


def at_once(users, function):
    """function() in one process for each of `users`, all released at the same moment. Gives the
    results and the workers, which still hold what they got: finish them."""
    ready, release = os.pipe()
    workers = []
    for user in users:
        workers.append(Worker(user, function, ready))
    os.close(ready)
    os.write(release, b"." * len(workers))
    os.close(release)
    return [worker.result() for worker in workers], workers


def connect_as(user, path=owvm.SOCKET):
    """A connection that `user` made: the kernel keeps who connected, so the fd may come here."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        pid = os.fork()
        if pid == 0:
            try:
                become(user)
                with owvm.connect(path) as sock:
                    socket.send_fds(theirs, [struct.pack("<i", 0)], [sock.fileno()])
            except OSError as error:
                theirs.send(struct.pack("<i", error.errno))
            finally:
                os._exit(0)
        os.waitpid(pid, 0)
        data, fds, _ = owvm.receive(ours, 4)
    number = struct.unpack("<i", data)[0]
    if number:
        raise OSError(number, os.strerror(number))
    sock = socket.socket(fileno=fds[0])
    sock.settimeout(20)
    return sock
