# SPDX-License-Identifier: MIT
"""netd under tests/fault: killed at the N-th boundary, for one N after the other."""
import contextlib
import os
import pathlib
import select
import signal
import socket
import subprocess

import network
import owvm
import service
from conftest import BUILD
from owvm import Code
from people import connect_as

FAULT = str(BUILD / "tests" / "fault" / "fault")
REPORT = pathlib.Path("/run/fault-report")
# "full": every boundary; else every so manieth, which takes a fraction of the time.
STRIDE = 1 if os.environ.get("OWVM_FAULT") == "full" else 5
BOUNDARIES_MAX = 1000
PATIENCE = 20  # seconds
ENDS = ("owvmb", "owvmc")  # of a cable; the tap's ifindex follows


def wrapper(kill, number):
    REPORT.unlink(missing_ok=True)
    return (FAULT, kill, str(number), str(REPORT))


def report():
    """What fault said last; empty while it has said nothing."""
    said = REPORT.read_text(encoding="ascii") if REPORT.exists() else ""
    return said.strip().rpartition("\n")[2] if said.endswith("\n") else ""


def hit():
    return report().startswith("hit")


def sweep(once, first=1):
    """once(N) for N = first, first + STRIDE, ... until one run was not hit. Gives what was hit."""
    struck = []
    for number in range(first, BOUNDARIES_MAX, STRIDE):
        try:
            once(number)
        except AssertionError as error:
            raise AssertionError(f"after '{report()}': {error}") from error
        assert report(), f"no report of boundary {number}"
        if not hit():
            return struck
        struck.append(report())
    raise AssertionError("netd does not come to an end")


def sweep_all(once, first, words):
    """The same, and from other beginnings until each of the words is in what was hit: which calls
    a sample meets depends on how the processes took turns."""
    struck = []
    for turn in range(STRIDE):
        struck += sweep(once, (first + turn - 1) % STRIDE + 1)
        if all(word in "\n".join(struck) for word in words):
            return struck
    raise AssertionError(f"not all of {words} were hit: {struck}")


def made_for(user):
    """The ports and the bridge of a user, and the cables and chains of links that are not there."""
    links = network.links()
    index = {str(link["ifindex"]) for link in links.values()}
    return ({name for name in links if name.startswith((f"ow{user.uid}t", user.bridge))} |
            {name for name in links if name.startswith(ENDS) and name[5:] not in index} |
            {chain for chain in network.chains() if chain.rpartition("-")[2] not in index})


def check_port(reply):
    """A port that a client holds is as it was given, whatever happened to netd: on its bridge, tied
    to it where it is a cable, and guarded."""
    links = network.links()
    number = links[reply.interface]["ifindex"]
    inner, outer = (f"{end}{number}" for end in ENDS)
    cable = (inner, outer) if inner in links else ()
    assert network.master(reply.interface) == reply.bridge
    for name in (reply.interface, reply.bridge, *cable):
        assert "UP" in links[name]["flags"], name
    for source, target in ((reply.interface, outer), (outer, reply.interface)) if cable else ():
        shown = network.command("tc", "filter", "show", "dev", source, "ingress").stdout
        assert f"Egress Redirect to device {target})" in shown, shown
    assert {f"port-{number}", f"to-{number}"} <= set(network.chains())


def check_quota(ask, limit, held=()):
    """With what is held, exactly as many ports can be had as the policy says."""
    replies = list(held)
    try:
        for _ in range(len(replies), limit):
            replies.append(ask())
            assert replies[-1].code == Code.OK, f"only {len(replies) - 1}: {replies[-1].text}"
        refused = ask()
        assert refused.code == Code.QUOTA, refused
    finally:
        for reply in replies:
            reply.close()


def receive(sock):
    """The reply; None where netd died with the request in its hands."""
    try:
        data, fds, _ = owvm.receive(sock, owvm.REPLY_SIZE + 1)
    except ConnectionResetError:
        return None
    return owvm.Reply(data, fds) if data else None


class ServiceCycle:
    """The service starts, a client gets a port and leaves, what was made goes: under fault. Then it
    starts again without."""

    def __init__(self, running, user, limit, **options):
        self.running, self.user, self.limit, self.options = running, user, limit, options

    def request(self):
        bridge = self.options.get("bridge", self.user.bridge)
        return owvm.pack_tap(bridge, self.user.mac(), queues=self.options.get("queues", 1))

    def ask(self):
        return self.running.request(self.user, self.request())

    def ended(self):
        """Has netd ended by itself? fault ends only after all processes of netd."""
        if self.running.pid and os.waitpid(self.running.pid, os.WNOHANG)[0]:
            self.running.pid = 0
        return not self.running.pid

    def gone(self):
        """Nothing of this user's is left."""
        return not made_for(self.user)

    def wait(self, condition):
        assert network.wait_until(lambda: self.ended() or condition(), PATIENCE), service.log()

    def once(self, kill, number):
        self.running.start(wrapper(kill, number))
        with connect_as(self.user) as sock:
            # It may be dead by now.
            with contextlib.suppress(BrokenPipeError):
                sock.send(self.request())
            self.wait(lambda: select.select([sock], [], [], 0.01)[0])
            held = None if self.ended() else self.leave(receive(sock))
            if not self.ended():
                self.running.stop()
                return
            self.running.start()
            if held is None:
                held = receive(sock)
        self.check(held)

    def recover(self, kill, number):
        """The service starts under fault where it has something to tidy up."""
        self.running.start(wrapper(kill, number))
        self.wait(lambda: self.gone() and not hit())
        if self.ended():
            self.running.start()
            self.wait(self.gone)
            self.running.kill()
            self.running.start()
            self.check(None)
        else:
            self.running.stop()

    def leave(self, reply):
        """netd replied. Give the port back, unless netd is as good as dead; wait for what follows.
        """
        if hit():
            self.wait(lambda: False)
            return reply
        if reply is not None:
            assert reply.code == Code.OK, reply.text
            reply.close()
        self.wait(lambda: self.gone() and not hit())
        return None

    def check(self, held):
        if held is not None and held.code == Code.OK:
            check_port(held)
        check_quota(self.ask, self.limit, [held] if held is not None else [])
        assert network.wait_until(self.gone, PATIENCE), (made_for(self.user), service.log())
        self.running.kill()


class HelperCycle:
    """The same with the helper, which only the user's own next command follows."""

    def __init__(self, running, user, limit, **options):
        self.running, self.user, self.limit, self.options = running, user, limit, options

    request, ask, gone = ServiceCycle.request, ServiceCycle.ask, ServiceCycle.gone

    def once(self, kill, number, request=None):
        held = self.under_fault(kill, number, request or self.request())
        if not hit():
            assert held is not None and held.code == Code.OK, held
        check_quota(self.ask, self.limit, [held] if getattr(held, "fds", []) else [])
        assert self.running.request(self.user, owvm.pack_nets()).code == Code.OK
        assert self.gone(), made_for(self.user)

    def stopped(self, number, meanwhile):
        """The helper is stopped at a boundary; then meanwhile() happens, and it goes on, to the
        next boundary if that gives true. Gives its reply."""
        return self.under_fault("stop", number, self.request(), meanwhile)

    def under_fault(self, kill, number, data, meanwhile=None):
        login = ("setpriv", "--reuid", str(self.user.uid), "--regid", str(self.user.gid),
                 "--groups", ",".join(map(str, self.user.groups)))
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with ours, theirs:
            command = wrapper(kill, number) + login + (service.NETD, "--fd", str(theirs.fileno()))
            with subprocess.Popen(command, pass_fds=[theirs.fileno()],
                                  stderr=subprocess.DEVNULL) as process:
                theirs.close()
                # It may be dead by now.
                with contextlib.suppress(BrokenPipeError):
                    ours.send(data)
                if meanwhile is not None:
                    self.steps(process, meanwhile)
                reply = receive(ours)
                ours.close()
                process.wait(PATIENCE)
        return reply

    @staticmethod
    def steps(process, meanwhile):
        last, further = "", True
        while further:
            assert network.wait_until(lambda before=last: report() != before, PATIENCE)
            last = report()
            if not hit():
                return
            further = meanwhile()
            process.send_signal(signal.SIGUSR2 if further else signal.SIGUSR1)
