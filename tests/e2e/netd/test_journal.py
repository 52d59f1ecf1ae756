# SPDX-License-Identifier: MIT
"""No client writes into the log of owvm-netd what it likes: no string that it chose forges a line,
begins one, or reaches a terminal that shows it."""
import re

import pytest

import owvm
from conftest import OWN_BRIDGE
from owvm import Code

FORGED = b"\nuid 0 has"
# For a bridge of 15 bytes, and for a label of 39.
STRINGS = (FORGED, b"a\rb", b"\x1b[6n", b"\x9b6n", b"\xc2\x9b6n", b"\xe2\x80\xaea", b"a\0b",
           b"%s%n%s", b"a b",
           b"a\tb", b"<3>a", b"\xff\xfe", b"\x7f", b"'; x", b"a/b", b"..", b"\x85a")
LABELS = STRINGS + (b"vm' on bridge 'br0'", b"\nowvm-netd: the policy is sound")
LINE = re.compile(r"(<6>)?(uid \d+ (refused: [ -~]+|has port '\w+' on bridge '[\w.-]+' by [ -~]+)|"
                  r"bridge '[\w.-]+' removed: its last port left)", re.ASCII)


@pytest.mark.parametrize("place, strings", [("bridge", STRINGS), ("label", LABELS)])
def test_a_string_of_a_request_forges_no_line(either_mode, alice, fresh_log, place, strings):
    mode = either_mode(OWN_BRIDGE)
    mode.request(alice, owvm.pack_nets())
    before, log = fresh_log(), ""
    for string in strings:
        bridge = string if place == "bridge" else alice.bridge
        label = string if place == "label" else b"vm"
        with mode.request(alice, owvm.pack_tap(bridge, alice.mac(), label)) as reply:
            good = bool(re.fullmatch(rb"[A-Za-z0-9._%'-]*", string))
            assert (reply.code == Code.MALFORMED) or good, string
            assert reply.text.isascii() and reply.text.isprintable()
        # A helper's log is its caller's.
        log += getattr(mode, "errors", "")
    log += fresh_log()[len(before):]
    assert log.isascii() and [c for c in log if not c.isprintable() and c != "\n"] == []
    assert [line for line in log.splitlines() if not LINE.fullmatch(line)] == []
    assert log or not hasattr(mode, "listener")
    assert len(log.splitlines()) <= 2 * len(strings)
