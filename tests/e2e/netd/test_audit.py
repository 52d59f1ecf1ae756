# SPDX-License-Identifier: MIT
"""The log: who, what, which rule, what came of it; no byte that a client chose freely, no flood."""
import re
import time

import network
import owvm
import service
from conftest import OWN_BRIDGE
from owvm import Code
from people import as_user
from test_protocol import altered

LIMIT, ORDERS, WINDOW = 20, 200, 10  # lines, lines, seconds
NONSENSE = 150  # requests; an emulated machine has them within a window, too
EVIL = b"a\x1b[2J\n<0>uid 0 has port 'x'\r\xff\x9b"


def lines(log, words):
    return [line for line in log().splitlines() if words in line]


def test_a_line_says_who_has_what_by_which_rule(netd, alice, fresh_log):
    running = netd("# a comment\n" + OWN_BRIDGE)
    with running.request(alice, alice.tap()) as reply:
        expected = (f"<6>uid {alice.uid} has port '{reply.interface}' on bridge '{alice.bridge}' "
                    f"by {service.POLICY}:2")
        assert network.wait_until(lambda: expected in fresh_log().splitlines())


def test_a_line_says_who_was_refused_what_and_why(netd, alice, fresh_log):
    running = netd("permit user alice bridge br-x\ndeny user alice bridge br-y\n")
    for bridge, words in (("br-y", f"{service.POLICY}:2"), ("br-x", f"{service.POLICY}:1"),
                          ("br-z", "permit user")):
        reply = running.request(alice, alice.tap(bridge))
        assert reply.code != Code.OK
        assert f"<6>uid {alice.uid} refused: {reply.text}" in fresh_log().splitlines()
        assert bridge in reply.text and words in reply.text


def test_no_byte_that_a_client_chose_freely_is_in_the_log(netd, alice, fresh_log):
    running = netd(OWN_BRIDGE)
    for offset, size in ((16, 16), (40, 40), (0, 80), (4, 40), (32, 48)):
        for start in range(len(EVIL)):
            data = EVIL[start:start + size]
            with running.request(alice, altered(offset, data)) as reply:
                # The last few bytes may make an address, which is no text.
                assert reply.code != Code.OK or (offset == 32 and len(data) <= 6)
    assert running.request(alice, EVIL).code != Code.OK
    log = fresh_log()
    assert lines(fresh_log, f"uid {alice.uid} refused") != []
    assert re.fullmatch(r"(<[346]>[ -~]+\n)+", log), log


def test_refusals_are_logged_so_often_and_then_counted(netd, alice, bob, fresh_log):
    running = netd(OWN_BRIDGE)
    start = time.monotonic()

    def talk_nonsense():
        for _ in range(NONSENSE):
            with owvm.connect() as sock:
                assert owvm.exchange(sock, b"nonsense").code == Code.MALFORMED
    as_user(alice, talk_nonsense)
    assert time.monotonic() - start < WINDOW / 2
    assert len(lines(fresh_log, f"uid {alice.uid} refused")) == LIMIT
    # Others, and what is granted, are seen all the same.
    assert running.request(bob, b"nonsense").code == Code.MALFORMED
    assert len(lines(fresh_log, f"uid {bob.uid} refused")) == 1
    with running.request(alice, alice.tap()) as reply:
        assert reply.code == Code.OK
        granted = f"uid {alice.uid} has port '{reply.interface}'"
        assert network.wait_until(lambda: lines(fresh_log, granted))
    end = f"<4>uid {alice.uid}: {NONSENSE - LIMIT} more requests not logged"
    assert network.wait_until(lambda: end in fresh_log().splitlines(), WINDOW + 3)
    assert time.monotonic() - start >= WINDOW
    assert running.request(alice, b"nonsense").code == Code.MALFORMED
    assert len(lines(fresh_log, f"uid {alice.uid} refused")) == LIMIT + 1


def test_what_the_back_logs_is_limited_too(netd, alice, bridge, fresh_log):
    """A MAC that is in use where the front cannot see it: each request goes to the back."""
    running = netd("permit user alice bridge br-lab taps 100 mac any\n")

    def ask():
        replies = []
        for number in range(ORDERS + 50):
            with owvm.connect() as sock:
                reply = owvm.exchange(sock, owvm.pack_tap("br-lab", owvm.mac_of(1, number % 256)))
                replies.append(reply.code)
                reply.close()
        return replies
    start = time.monotonic()
    replies = as_user(alice, ask)
    # Of as many windows as it took: an emulated machine is slow.
    limit = ORDERS * (int((time.monotonic() - start) / WINDOW) + 1)
    granted = replies.count(Code.OK)
    assert granted > 0
    written = len(lines(fresh_log, f"uid {alice.uid} has port"))
    assert written <= limit
    assert granted <= limit or written == limit


def test_lines_without_systemd_bear_no_priorities(nothing_left, policy, alice):
    policy(OWN_BRIDGE)
    done = network.command(*service.AS_UNIT, service.NETD, "--listen", "/nowhere/x", check=False)
    assert done.stderr.startswith("owvm-netd: ")


def test_every_line_about_a_broken_policy_has_a_priority(netd, alice, fresh_log):
    netd("nonsense\npermit user alice bridge x/y\n")

    def about_it():
        """Not about an old kernel."""
        return lines(fresh_log, "policy")
    assert network.wait_until(lambda: len(about_it()) >= 3)
    log = about_it()
    assert log[0] == "<3>the policy is broken; nothing is permitted:"
    assert all(line.startswith("<3>") for line in log)
    assert f"{service.POLICY}:1" in log[1] and f"{service.POLICY}:2" in log[2]
