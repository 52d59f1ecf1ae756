# SPDX-License-Identifier: MIT
"""owvm-netd as an administrator would run it: both ways to start, its policy, what it leaves."""
import grp
import os
import pwd
import shutil
import signal
import socket
import subprocess
import time

import network
import owvm
from people import become, connect_as

NETD = "/usr/local/libexec/owvm/owvm-netd"
OWRUN = "/usr/local/bin/owrun"
POLICY = "/etc/owvm/policy.conf"
POLICY_D = "/etc/owvm/policy.d"
LOG = "/var/log/owvm-netd.log"
# As User=, Group=, AmbientCapabilities=, CapabilityBoundingSet= and NoNewPrivileges= of a unit do.
AS_UNIT = ("setpriv", "--reuid", "owvm-netd", "--regid", "owvm", "--clear-groups",
           "--inh-caps", "-all,+net_admin", "--ambient-caps", "-all,+net_admin",
           "--bounding-set", "-all,+net_admin", "--no-new-privs", "--")


def write_policy(text, path=POLICY, mode=0o644):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as stream:
        stream.write(text)
    os.chmod(path, mode)


def remove_policy():
    shutil.rmtree("/etc/owvm", ignore_errors=True)


def log():
    try:
        with open(LOG, encoding="utf-8", errors="replace") as stream:
            return stream.read()
    except FileNotFoundError:
        return ""


class Service:
    """The service. This process holds the listener, as an init system would: netd can be killed
    and started again, and clients wait meanwhile."""

    def __init__(self):
        self.pid = 0
        self.listener = None
        self.options = ()
        self.environment = {}

    def listen(self):
        directory = os.path.dirname(owvm.SOCKET)
        os.makedirs(directory, exist_ok=True)
        os.chmod(directory, 0o755)
        self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.listener.bind(owvm.SOCKET)
        os.chown(owvm.SOCKET, pwd.getpwnam("owvm-netd").pw_uid, grp.getgrnam("owvm").gr_gid)
        os.chmod(owvm.SOCKET, 0o660)
        self.listener.listen(64)

    def start(self, prefix=()):
        """Start netd; `prefix`: a command that starts it instead, and sets its LISTEN_PID."""
        if self.listener is None:
            self.listen()
        log_fd = os.open(LOG, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)
        self.pid = os.fork()
        if self.pid == 0:
            try:
                os.setsid()
                os.dup2(log_fd, 1)
                os.dup2(log_fd, 2)
                os.dup2(self.listener.fileno(), 3)
                # It may have been 3 before.
                os.set_inheritable(3, True)
                os.environ.update(LISTEN_FDS="1", LISTEN_PID=str(os.getpid()), **self.environment)
                command = prefix + AS_UNIT + (NETD,) + self.options
                os.execvp(command[0], command)
            finally:
                os._exit(127)
        os.close(log_fd)

    def _wait(self, seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.pid = 0
                return os.waitstatus_to_exitcode(status)
            time.sleep(0.01)
        raise AssertionError(f"owvm-netd did not end within {seconds} s:\n{log()}")

    def stop(self):
        """End it as an init system would; gives its exit status."""
        os.kill(self.pid, signal.SIGTERM)
        return self._wait(10)

    def kill(self):
        os.kill(self.pid, signal.SIGKILL)
        self._wait(10)

    def wait_end(self):
        """Wait until it ends by itself; gives its exit status."""
        return self._wait(10)

    def close(self):
        try:
            if self.pid:
                self.stop()
        finally:
            if self.pid:
                self.kill()
            if self.listener is not None:
                self.listener.close()
                self.listener = None
                os.unlink(owvm.SOCKET)

    def request(self, user, data):
        with connect_as(user) as sock:
            return owvm.exchange(sock, data)


class Helper:
    """The file-capability way: each request starts netd as the user, with one end of a
    socketpair."""

    def __init__(self):
        self.errors = ""

    @staticmethod
    def arm(capabilities="cap_net_admin=p"):
        os.chown(NETD, 0, grp.getgrnam("owvm").gr_gid)
        os.chmod(NETD, 0o750)
        network.command("setcap", capabilities, NETD)

    @staticmethod
    def disarm():
        network.command("setcap", "-r", NETD, check=False)
        os.chmod(NETD, 0o755)

    def request(self, user, data):
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with ours, theirs:
            ours.settimeout(20)
            # A fork of its own: after a real exec by an ordinary process netd is not dumpable.
            with subprocess.Popen((NETD, "--fd", str(theirs.fileno())), pass_fds=[theirs.fileno()],
                                  preexec_fn=(lambda: become(user)) if os.geteuid() == 0 else None,
                                  stdin=subprocess.DEVNULL,
                                  stderr=subprocess.PIPE) as process:
                theirs.close()
                try:
                    reply = owvm.exchange(ours, data)
                except (ConnectionResetError, BrokenPipeError):
                    reply = None
                ours.close()
                self.errors = process.communicate(timeout=20)[1].decode()
        return reply
