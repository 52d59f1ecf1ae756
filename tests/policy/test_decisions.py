# SPDX-License-Identifier: MIT
"""The table of decisions, decisions.txt: each of its policies with its requests."""
import pytest

import driver
from driver import GROUPS, HERE, USERS


def identity(word, table):
    return table[word] if word in table else int(word)


def own_mac(uid):
    return "02:" + uid.to_bytes(4, "big").hex(":") + ":01"


def question(words):
    who, bridge, mac, *wanted = words
    user, _, listed = who.partition("+")
    uid = identity(user, USERS)
    gids = [identity(word, GROUPS) for word in listed.split(",") if word]
    address = {"-": None, "own": own_mac(uid)}.get(mac, mac)
    flags = [word in wanted for word in ("vhost", "netns")]
    wanted = [word for word in wanted if word not in ("vhost", "netns")]
    assert not wanted or wanted[0] == "queues" and len(wanted) == 2, words
    return uid, gids, bridge, address, int(wanted[1]) if wanted else 1, *flags


def read():
    """(topic, rules, ranges, [(number of the line, question, answer)]) for each block."""
    topic, blocks, inside = "", [], False
    text = (HERE / "decisions.txt").read_text(encoding="ascii")
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith("== "):
            topic = line[3:]
        elif line.startswith("|"):
            if not inside:
                blocks.append((topic, [], [], []))
            blocks[-1][1].append(line[2:])
        elif line == "s" or line.startswith("s "):
            blocks[-1][2].append(line[2:])
        elif line and not line.startswith("#"):
            asked, _, answer = line.partition(" = ")
            blocks[-1][3].append((number, question(asked.split()), answer))
        inside = line.startswith("|")
    return blocks


BLOCKS = read()
TOPICS = list(dict.fromkeys(block[0] for block in BLOCKS))


def joined(lines):
    return "".join(f"{line}\n" for line in lines).encode("ascii")


def holds(answer, expected):
    """Is this the code and the line, and where more is said, all that is granted?"""
    answer, expected = answer.split(), expected.split()
    return answer == expected or len(expected) == 2 and answer[:2] == expected


@pytest.mark.parametrize("topic", TOPICS)
def test_decisions(topic):
    blocks = [block for block in BLOCKS if block[0] == topic]
    results = driver.batch((joined(rules), joined(ranges), [asked for _, asked, _ in rows])
                           for _, rules, ranges, rows in blocks)
    wrong = []
    for (_, _, _, rows), (errors, answers) in zip(blocks, results):
        assert bool(errors) == all(answer == "broken 0" for _, _, answer in rows), errors
        wrong += [f"decisions.txt:{number}: {answer}"
                  for (number, _, expected), answer in zip(rows, answers)
                  if not holds(answer, expected)]
    assert wrong == []


def test_the_table_is_large_and_varied():
    rows = [row for block in BLOCKS for row in block[3]]
    assert len(rows) >= 250
    assert all(block[3] for block in BLOCKS)
    assert {answer.split()[0] for _, _, answer in rows} == {
        "ok", "denied", "mac", "identity", "broken"}
    assert sum(len(answer.split()) > 2 for _, _, answer in rows) >= 30
