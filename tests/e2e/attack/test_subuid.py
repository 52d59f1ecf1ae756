# SPDX-License-Identifier: MIT
"""A user who comes to be while netd runs, and with him a range of subordinate uids: he is one user
from the first request on, in every way to start netd."""
import contextlib
import os
import pathlib
import shutil

import pytest

import network
import owvm
import service
from holder import gone
from owvm import Code
from people import User

RULES = "permit group owvm bridge br-lab taps 2\n"
SUBUID = pathlib.Path("/etc/subuid")
NAME = "mallory"
FAR = 3000000000  # in no range that useradd gives


def identities(user):
    """Four that the user can take on without a privilege: with a set-user-ID file of his, made in a
    user namespace, also outside of any."""
    start = next(int(line.split(":")[1]) for line in SUBUID.read_text("ascii").splitlines()
                 if line.startswith(f"{user.name}:"))
    others = [User(user.name) for _ in range(4)]
    for number, other in enumerate(others):
        other.uid = start + 1000 * number
    return others


@contextlib.contextmanager
def newcomer():
    """useradd, which replaces /etc/subuid by another file."""
    before = SUBUID.stat().st_ino
    network.command("useradd", "--create-home", "--shell", "/bin/sh", "--groups", "owvm", NAME)
    try:
        assert SUBUID.stat().st_ino != before
        yield User(NAME)
    finally:
        network.command("userdel", "--remove", NAME)


class Listening(service.Service):
    """netd with a socket of its own."""

    def listen(self):
        directory = os.path.dirname(owvm.SOCKET)
        os.makedirs(directory, exist_ok=True)
        os.chown(directory, User("owvm-netd").uid, -1)
        # What Service hands over is not looked at.
        self.listener = open(os.devnull, "rb")  # pylint: disable=consider-using-with
        self.options = ("--listen", owvm.SOCKET)

    def start(self, prefix=()):
        super().start(prefix)
        assert network.wait_until(lambda: os.path.exists(owvm.SOCKET)), service.log()

    def close(self):
        directory = os.path.dirname(owvm.SOCKET)
        try:
            self.stop()
        finally:
            self.listener.close()
            pathlib.Path(owvm.SOCKET).unlink(missing_ok=True)
            os.chown(directory, 0, 0)


@pytest.fixture
def listening(nothing_left, policy, fresh_log):
    running = Listening()

    def start(text):
        policy(text)
        running.start()
        return running
    yield start
    running.close()


@pytest.fixture(params=["netd", "listening", "helper"])
def start(request):
    return request.getfixturevalue(request.param)


@pytest.fixture
def subuid(installed):
    """Gives /etc/subuid, which is put back."""
    kept = SUBUID.with_name("subuid.kept")
    shutil.copy2(SUBUID, kept)
    yield SUBUID
    os.rename(kept, SUBUID)


def replace(text, mode=0o644):
    new = SUBUID.with_name("subuid.new")
    new.write_text(text, "ascii")
    new.chmod(mode)
    os.rename(new, SUBUID)


def ports_of(running, users, bridge):
    """The codes that these get for two ports each; all are held until the last was asked for, and
    gone at the end."""
    with contextlib.ExitStack() as stack:
        replies = [stack.enter_context(running.request(user, user.tap(bridge)))
                   for user in users for _ in range(2)]
    assert all(gone(reply.interface) for reply in replies if reply.code == Code.OK)
    return [reply.code for reply in replies]


@pytest.mark.smoke
def test_who_is_added_while_netd_runs_is_one_user(start, subuid, alice, bridge):
    running = start(RULES)
    assert running.request(alice, owvm.pack_nets()).code == Code.OK
    with newcomer() as mallory:
        assert ports_of(running, identities(mallory), bridge) == [Code.IDENTITY] * 8
        assert ports_of(running, [mallory], bridge) == [Code.OK] * 2


def test_a_connection_that_was_there_before_the_range_is_judged_by_it(netd, subuid, alice, bridge):
    """The uid may be one of a user until then, whose connection waits."""
    running = netd(RULES)
    other = User(alice.name)
    other.uid = FAR + 500
    assert ports_of(running, [other], bridge) == [Code.OK] * 2
    with service.connect_as(other) as sock:
        replace(f"alice:{FAR}:1000\n")
        assert owvm.exchange(sock, other.tap(bridge)).code == Code.IDENTITY


def test_a_range_that_is_removed_counts_no_more(netd, subuid, alice, bridge):
    running = netd(RULES)
    others = identities(alice)
    assert ports_of(running, others[:1], bridge) == [Code.IDENTITY] * 2
    replace("")
    assert ports_of(running, others[:1], bridge) == [Code.OK] * 2
    os.unlink(SUBUID)
    assert ports_of(running, others[:1], bridge) == [Code.OK] * 2


BROKEN = {"a line that is none": (f"mallory\nbob:{FAR}:1000\n", 0o644, "NAME:START:COUNT expected"),
          "a file that others can write": ("", 0o666, "is writable by others than its owner")}


@pytest.mark.parametrize("how", BROKEN)
def test_a_file_with_an_error_permits_nothing_more(how, netd, subuid, alice, bridge, fresh_log):
    text, mode, said = BROKEN[how]
    running = netd(RULES)
    others = identities(alice)
    assert ports_of(running, others[:1], bridge) == [Code.IDENTITY] * 2
    replace(text, mode)
    for _ in range(5):
        assert ports_of(running, others[:1], bridge) == [Code.IDENTITY] * 2
        assert ports_of(running, [alice], bridge) == [Code.OK] * 2
    lines = [line for line in fresh_log().splitlines() if said in line]
    assert len(lines) == 1 and lines[0].startswith("<3>/etc/subuid"), lines
    # What is understood of it counts as well.
    others[0].uid = FAR + 500
    assert ports_of(running, others[:1], bridge) == [Code.IDENTITY if text else Code.OK] * 2


def test_a_file_that_is_written_in_place_all_the_time_is_followed(netd, subuid, alice, bridge):
    """Neither its size nor, within a tick of the kernel's clock, its time tells."""
    running = netd(RULES)
    other = User(alice.name)
    for number in range(100):
        first = FAR + 10000 * (number % 2)
        SUBUID.write_text(f"alice:{first}:10000\n", "ascii")
        other.uid = first + 5000
        assert running.request(other, other.tap(bridge)).code == Code.IDENTITY, number
