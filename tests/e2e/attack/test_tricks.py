# SPDX-License-Identifier: MIT
"""Tricks around the making of ports: names that are cut off, quotas that limits, locks or signals
widen, ports that outlive their holder, a second identity. Each first against a naive way.
(Queues: test_theft.)"""
import contextlib
import fcntl
import os
import resource
import signal
import socket
import struct
import subprocess
import time

import pytest

import fault
import network
import owvm
import processes
import service
from conftest import TOP
from fault import HelperCycle
from network import Tap
from owvm import Code
from people import Worker, as_user

LONG = "br-lab-internal"  # as long as a name can be
TWO = "permit group owvm bridge ow-%U create taps 2\n"
SO_PEERGROUPS = 59


@pytest.fixture
def long_bridge(nothing_left):
    network.add_bridge(LONG)
    yield LONG
    network.delete_link(LONG)


def test_a_rule_that_is_cut_off_permits_another_bridge(long_bridge):
    """As QEMU's own helper did it (CVE-2019-13164): a rule was copied into 15 characters."""
    rule, request = f"{LONG}2"[:15], LONG
    assert rule == request
    with Tap.make("plain0", request):
        assert network.ports(LONG) == {"plain0"}


def test_the_kernel_cuts_off_names_too(nothing_left):
    with open("/dev/net/tun", "rb+", buffering=0) as device:
        fcntl.ioctl(device, network.TUNSETIFF, struct.pack(
            "16sH22x", b"plain0-and-more2", network.IFF_TAP))
        assert "plain0-and-more" in network.links()


def test_a_rule_whose_name_is_too_long_permits_nothing(either_mode, alice, long_bridge):
    running = either_mode(f"permit group owvm bridge {LONG}2\n")
    reply = running.request(alice, alice.tap(LONG))
    assert reply.code == Code.POLICY_BROKEN and f"{service.POLICY}:1" in reply.text
    assert network.ports(LONG) == set()


def test_a_request_whose_name_is_not_terminated_is_refused(either_mode, alice, long_bridge):
    running = either_mode(f"permit group owvm bridge {LONG}\n")
    request = alice.tap(LONG)
    cut = request[:16] + f"{LONG}2".encode() + request[32:]
    assert len(cut) == len(request)
    assert running.request(alice, cut).code == Code.MALFORMED
    with running.request(alice, request) as reply:
        assert reply.bridge == LONG


def locks():
    """pids of those who hold a lock on a file."""
    with open("/proc/locks", encoding="ascii") as stream:
        return {int(line.split("->")[-1].split()[4]) for line in stream}


def test_a_helper_that_locks_and_is_stopped_stops_all(nothing_left, alice, bob):
    path = "/tmp/naive-lock"

    def lock(how=0):
        with open(path, "ab") as stream:
            fcntl.flock(stream, fcntl.LOCK_EX | how)
            if not how:
                os.kill(os.getpid(), signal.SIGSTOP)
    open(path, "wb").close()
    os.chmod(path, 0o666)
    worker = Worker(alice, lock)
    assert network.wait_until(lambda: processes.status(worker.pid)["State"][0] == "T")
    assert worker.pid in locks()
    with pytest.raises(AssertionError, match="BlockingIOError"):
        as_user(bob, lambda: lock(fcntl.LOCK_NB))
    worker.kill()
    os.unlink(path)


def test_a_helper_that_its_user_stops_at_any_boundary_holds_nothing_and_widens_no_quota(
        helper, alice, bob):
    running = helper(TWO)
    cycle = HelperCycle(running, alice, 2)

    def once(number):
        replies = []

        def meanwhile():
            assert not locks() & set(processes.of_user(alice.uid))
            replies.extend(cycle.ask() for _ in range(3))
            assert len(ports_of(alice)) <= 2
            with running.request(bob, bob.tap()) as reply:
                assert reply.code == Code.OK, reply.text
        with contextlib.ExitStack() as stack:
            replies.append(cycle.stopped(number, meanwhile))
            for reply in replies:
                stack.enter_context(reply)
            assert {reply.code for reply in replies} <= {Code.OK, Code.QUOTA}
            granted = {reply.interface for reply in replies if reply.code == Code.OK}
            assert ports_of(alice) == granted
            assert len(granted) == (2 if fault.hit() else 1)
    assert fault.sweep(once)


def ports_of(user):
    return {name for name in network.links() if name.startswith(f"ow{user.uid}t")}


def files():
    """Where helpers use to keep what they must remember, and when it was written. Not the source
    tree, which may be below: tests beside this one write their results there."""
    tree, found = os.stat(TOP), {}
    for top in ("/run", "/var", "/tmp", "/etc"):
        for directory, below, names in os.walk(top):
            with contextlib.suppress(FileNotFoundError):
                if os.path.samestat(os.stat(directory), tree):
                    below.clear()
                    continue
            for path in [directory, *(os.path.join(directory, name) for name in names)]:
                with contextlib.suppress(FileNotFoundError):
                    status = os.lstat(path)
                    found[path] = (status.st_ino, status.st_size, status.st_mtime_ns)
    return found


def test_the_service_writes_no_file_and_holds_no_lock(netd, alice):
    running = netd(TWO)
    with running.request(alice, alice.tap()):
        pass
    assert network.wait_until(lambda: not network.made_by_netd())
    before = files()
    pids = {running.pid, *processes.children(running.pid)}
    with running.request(alice, alice.tap()):
        assert not locks() & pids
    assert network.wait_until(lambda: not network.made_by_netd())
    after = files()
    changed = {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}
    assert changed <= {service.LOG}


def write_down(sock, count):
    """A naive way: make the tap, hand it over, note that the user has one more."""
    with Tap.open(f"plain{os.getpid()}") as tap:
        socket.send_fds(sock, [b"."], [tap.fd])
        with open(count, "ab", buffering=0) as stream:
            stream.write(b".")


def test_a_limit_on_file_sizes_widens_a_quota_in_a_file(nothing_left, tmp_path):
    count = tmp_path / "count"
    count.touch()
    with contextlib.ExitStack() as stack:
        for _ in range(5):
            ours, theirs = socket.socketpair()
            assert count.stat().st_size < 2, "the quota is 2"
            pid = os.fork()
            if pid == 0:
                resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
                try:
                    write_down(theirs, count)
                finally:
                    os._exit(0)
            os.waitpid(pid, 0)
            with ours, theirs:
                stack.callback(os.close, socket.recv_fds(ours, 1, 1)[1][0])
        assert len([name for name in network.links() if name.startswith("plain")]) == 5


LIMITS = [(resource.RLIMIT_NOFILE, value) for value in range(3, 20)] + [
    (resource.RLIMIT_FSIZE, 0), (resource.RLIMIT_NPROC, 0), (resource.RLIMIT_MEMLOCK, 0),
    (resource.RLIMIT_STACK, 1 << 16), (resource.RLIMIT_DATA, 1 << 16), (resource.RLIMIT_CORE, 0),
    (resource.RLIMIT_AS, 1 << 23), (resource.RLIMIT_SIGPENDING, 0), (resource.RLIMIT_CPU, 0)]


def limited(user, limit, early):
    """The reply of a helper whose limit the user sets before he starts it, or once it runs."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)

    def prepare():
        if early:
            resource.setrlimit(limit[0], (limit[1], limit[1]))
    with ours, theirs, subprocess.Popen(
            (service.NETD, "--fd", str(theirs.fileno())), pass_fds=[theirs.fileno()],
            preexec_fn=prepare, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        theirs.close()
        if not early:
            with contextlib.suppress(ProcessLookupError):
                resource.prlimit(process.pid, limit[0], (limit[1], limit[1]))
        with contextlib.suppress(ConnectionResetError, BrokenPipeError):
            return owvm.exchange(ours, user.tap())
    return None


@pytest.mark.parametrize("early", (True, False), ids=("before the start", "while it runs"))
def test_no_limit_widens_the_quota(helper, alice, early):
    running = helper(TWO)

    def fill():
        """As alice, who keeps what she gets."""
        replies = [limited(alice, limit, early) for limit in LIMITS]
        fill.held = [reply for reply in replies if reply is not None and reply.fds]
        assert len(fill.held) <= 2 and ports_of(alice) == {held.interface for held in fill.held}
        return len(fill.held)
    worker = Worker(alice, fill)
    assert worker.result() >= 1, "some limits are none"
    worker.kill()
    assert network.wait_until(lambda: not ports_of(alice))
    fault.check_quota(lambda: running.request(alice, alice.tap()), 2)


def persist(fd):
    fcntl.ioctl(fd, network.TUNSETPERSIST, 1)


def test_a_plain_tap_that_was_made_persistent_outlives_its_holder(nothing_left, alice):
    tap = Tap.open("plain0")
    worker = Worker(alice, lambda: persist(tap.fd), keep=[tap.fd])
    worker.result()
    tap.close()
    worker.kill()
    time.sleep(0.2)
    assert "plain0" in network.links()
    network.delete_link("plain0")


def test_a_port_that_was_made_persistent_does_not(netd, alice):
    netd(TWO)

    def misuse():
        with owvm.connect() as sock:
            misuse.reply = owvm.exchange(sock, alice.tap())
        persist(misuse.reply.fd)
        return misuse.reply.interface
    worker = Worker(alice, misuse)
    name = worker.result()
    worker.kill()
    assert network.wait_until(lambda: name not in network.links())


CONNECT = "import socket, sys; s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1])"


def test_a_subordinate_uid_shows_the_groups_of_its_user(alice):
    """To a server that asks the kernel, it is another member of the group."""
    path = "/run/naive.sock"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        os.chmod(path, 0o666)
        listener.listen(1)
        done = alice.run("unshare", "--user", "--map-auto", "--map-root-user", "setpriv", "--reuid",
                         "776", "/usr/bin/python3", "-c", CONNECT, path)
        os.unlink(path)
        if done.returncode:
            pytest.skip("no user namespaces here, as in many containers: " + done.stderr)
        with listener.accept()[0] as sock:
            _, uid, _ = struct.unpack("iII", sock.getsockopt(
                socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
            groups = sock.getsockopt(socket.SOL_SOCKET, SO_PEERGROUPS, 1024)
    assert uid not in (alice.uid, 0, 65534)
    assert set(alice.groups) & set(struct.unpack(f"{len(groups) // 4}I", groups))
