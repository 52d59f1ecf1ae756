# SPDX-License-Identifier: MIT
"""Identity comes from the kernel: who may connect, and whom netd believes."""
import errno
import os

import pytest

import network
import owvm
import processes
import service
from conftest import OWN_BRIDGE, TOP
from owvm import Code
from people import User, as_user, connect_as

CLIENT = str(TOP / "tests" / "e2e" / "lib" / "owvm.py")


@pytest.mark.smoke
def test_who_is_not_in_the_group_cannot_connect(netd, carol):
    netd(OWN_BRIDGE)
    with pytest.raises(OSError) as refused:
        connect_as(carol)
    assert refused.value.errno == errno.EACCES


def test_who_is_not_in_the_group_cannot_run_the_helper(helper, carol):
    helper(OWN_BRIDGE)
    done = as_user(carol, lambda: os.access(service.NETD, os.X_OK | os.R_OK))
    assert done is False


def test_a_login_older_than_the_group_cannot_connect(netd, alice):
    netd(OWN_BRIDGE)
    with pytest.raises(OSError) as refused:
        connect_as(alice.old_login())
    assert refused.value.errno == errno.EACCES


def subordinate(user):
    """An identity that the user can take on without any privilege: a subordinate uid, with his
    groups."""
    with open("/etc/subuid", encoding="ascii") as stream:
        first = next(int(line.split(":")[1]) for line in stream if line.startswith(user.name + ":"))
    other = User(user.name)
    other.uid = first + 776
    return other


def test_a_subordinate_uid_is_refused_whatever_its_groups_permit(netd, alice):
    running = netd("permit any bridge ow-%U create\n")
    other = subordinate(alice)
    reply = running.request(other, other.tap())
    assert reply.code == Code.IDENTITY
    assert reply.text


def test_a_rule_that_names_the_subordinate_uid_admits_it(netd, alice):
    other = subordinate(alice)
    running = netd(f"permit user {other.uid} bridge ow-%U create\n")
    with running.request(other, other.tap()) as reply:
        assert (reply.code, reply.uid) == (Code.OK, other.uid)


def test_a_user_namespace_does_not_make_a_second_user(netd, alice):
    """The attack itself: newuidmap gives alice 65,536 uids, each with her groups."""
    if alice.run("unshare", "--user", "true").returncode:
        pytest.skip("no user namespaces here, as in many containers: nobody can attack this way")
    netd("permit group owvm bridge ow-%U create\npermit any bridge ow-%U create\n")
    done = alice.run("unshare", "--user", "--map-auto", "--map-root-user", "setpriv", "--reuid",
                     "776", "/usr/bin/python3", CLIENT, "tap", f"ow-{subordinate(alice).uid}")
    assert done.returncode == 0, done.stderr
    assert f'"code": {int(Code.IDENTITY)}' in done.stdout


def test_the_overflow_uid_is_refused(netd, alice):
    running = netd("permit any bridge ow-%U create\n")
    nobody = User(alice.name)
    nobody.uid = 65534
    reply = running.request(nobody, nobody.tap())
    assert reply.code == Code.IDENTITY


def test_a_message_cannot_say_who_sent_it(netd, alice, bob):
    """One connection, made by alice, used by bob: alice's."""
    running = netd(OWN_BRIDGE)
    with connect_as(alice) as sock:
        code = as_user_with(bob, sock)
    assert code == Code.OK
    assert running.request(bob, bob.tap(alice.bridge)).code == Code.DENIED


def as_user_with(user, sock):
    pid = os.fork()
    if pid == 0:
        os.setresuid(user.uid, user.uid, user.uid)
        sock.send(owvm.pack_tap(f"ow-{User('alice').uid}"))
        os._exit(0)
    os.waitpid(pid, 0)
    data, fds, _ = owvm.receive(sock, owvm.REPLY_SIZE)
    with owvm.Reply(data, fds) as reply:
        return reply.code


def test_root_sees_everybodys_ports(netd, alice, bob):
    running = netd(OWN_BRIDGE)
    with running.request(alice, alice.tap()), \
            running.request(bob, bob.tap()):
        owners, cursor = set(), 0
        while True:
            with owvm.connect() as sock:
                reply = owvm.exchange(sock, owvm.pack_ports(cursor))
            if reply.code == Code.END:
                break
            owners.add(reply.uid)
            cursor = reply.next
        assert owners == {alice.uid, bob.uid}


def test_the_service_has_its_own_uid_and_one_capability(netd, alice):
    running = netd(OWN_BRIDGE)
    assert running.request(alice, owvm.pack_nets()).code == Code.OK
    status = processes.status(running.pid)
    own = User("owvm-netd").uid
    assert status["Uid"] == [str(own)] * 4
    net_admin = f"{1 << 12:016x}"
    assert [status[name] for name in ("CapPrm", "CapEff", "CapBnd")] == [[net_admin]] * 3
    assert status["NoNewPrivs"] == ["1"]
    # Not dumpable: its files in /proc belong to root.
    assert os.stat(f"/proc/{running.pid}/environ").st_uid == 0


def test_the_process_that_meets_clients_has_no_capability(netd, alice):
    running = netd(OWN_BRIDGE)
    assert running.request(alice, owvm.pack_nets()).code == Code.OK
    # Of netd's processes it is the one that holds the listener.
    front, = [pid for pid in processes.children(running.pid)
              if holds(pid, running.listener)]
    assert not holds(running.pid, running.listener)
    assert set(processes.capabilities(front).values()) == {0}
    fields = processes.status(front)
    assert fields["Uid"] == [str(User("owvm-netd").uid)] * 4
    assert fields["NoNewPrivs"] == ["1"]


def holds(pid, sock):
    inode = f"socket:[{os.stat(sock.fileno()).st_ino}]"
    return inode in [os.readlink(f"/proc/{pid}/fd/{fd}") for fd in os.listdir(f"/proc/{pid}/fd")]


def test_netd_refuses_to_be_root(policy, nothing_left, tmp_path):
    policy(OWN_BRIDGE)
    done = network.command(service.NETD, "--listen", str(tmp_path / "sock"), check=False)
    assert done.returncode != 0
    assert done.stderr.strip() and len(done.stderr.strip().splitlines()) == 1


def test_the_helper_refuses_while_the_service_is_there(helper, alice):
    running = helper(OWN_BRIDGE)
    other = service.Service()
    other.listen()
    try:
        reply = running.request(alice, alice.tap())
    finally:
        other.close()
    assert reply is not None, f"closed without a reply: {running.errors}"
    assert reply.code == Code.NOT_SUPPORTED and owvm.SOCKET in reply.text
    assert network.made_by_netd() == set()


def test_a_helper_without_its_capability_says_so(nothing_left, policy, alice):
    policy(OWN_BRIDGE)
    running = service.Helper()
    assert running.request(alice, alice.tap()) is None
    assert "CAP_NET_ADMIN" in running.errors and len(running.errors.splitlines()) == 1
