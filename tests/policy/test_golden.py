# SPDX-License-Identifier: MIT
"""Every message of the policy's parsers, with its place: NAME.conf or NAME.subuid is read,
NAME.expect holds what is said about it. Files that are sound have nothing to expect."""
import re

import pytest

import driver
from driver import HERE

FILES = sorted([*HERE.glob("*.conf"), *HERE.glob("*.subuid")])
SOURCES = ("policy-line.c", "policy-option.c", "policy-parse.c", "policy-parser.c",
           "policy-object.c", "policy-pattern.c", "subid.c")


def expected(path):
    return path.with_suffix(".expect").read_text(encoding="ascii").splitlines()


def printed(path):
    return driver.run("/dev/null", path) if path.suffix == ".subuid" else driver.run(path)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_what_is_said_about_a_file(path):
    assert printed(path) == expected(path)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_file_with_an_error_permits_nothing(path):
    files = ("/dev/null", path) if path.suffix == ".subuid" else (path,)
    answer = driver.run(*files, commands=driver.ask(1000, [], "br0", "02:00:00:03:e8:01"))[-1]
    assert answer.startswith("broken 0") == bool(expected(path))


def test_every_expectation_has_its_file():
    assert {path.stem for path in HERE.glob("*.expect")} == {path.stem for path in FILES}
    assert len({path.stem for path in FILES}) == len(FILES)


def messages():
    """The sentences of the parsers, as patterns: the strings in their sources that a message is
    made of, which are those that hold a space."""
    for name in SOURCES:
        text = (HERE.parents[1] / "policy" / name).read_text(encoding="utf-8")
        text = re.sub(r"/\*.*?\*/|^#include.*?$|static_assert\(.*?\);", "", text,
                      flags=re.DOTALL | re.MULTILINE)
        for literals in re.findall(r'"(?:[^"\\\n]|\\.)*"(?:\s*"(?:[^"\\\n]|\\.)*")*', text):
            sentence = "".join(re.findall(r'"((?:[^"\\\n]|\\.)*)"', literals))
            if re.search(r"[a-z'] [a-z']", sentence):
                yield re.sub(r"%[sdu]", ".*", re.sub(r"([.*+?(){}\[\]^$|])", r"\\\1", sentence))


def test_every_message_of_the_parsers_is_expected_somewhere():
    said = [line for path in FILES for line in expected(path)]
    wanted = sorted(set(messages()))
    assert len(wanted) > 25
    assert [pattern for pattern in wanted
            if not any(re.search(pattern, line) for line in said)] == []
