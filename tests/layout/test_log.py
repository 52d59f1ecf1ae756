# SPDX-License-Identifier: MIT
"""Every line that owvm-netd can log is explained in its manual, and no other."""
import re

import pytest

import source
from source import TOP

PAGE = TOP / "netd/man/owvm-netd.8"
STRING = r'"(?:\\.|[^"\\])*"'
# What puts "owvm-netd: " before a text and ": REASON" behind it.
WITH_REASON = ("must", "complain")


def formats():
    """The formats of all lines, with what the two functions above add."""
    found = set()
    for path in source.c_files("netd"):
        text = re.sub(r'"\s*"', "", "\n".join(source.code(path)))
        for function, arguments in re.findall(
                rf"\b(log_line|must|complain)\(((?:[^;\"]|{STRING})*?)\)(?:;| :)", text):
            strings = [string[1:-1] for string in re.findall(STRING, arguments)]
            if function in WITH_REASON:
                strings = [f"owvm-netd: {string}: %s" for string in strings
                           if not string.startswith("owvm-netd")]
            found |= {string for string in strings[:None if function in WITH_REASON else 1]
                      if re.search("[a-z]", re.sub("%[a-z]", "", string))}
    return sorted(found - {"owvm-netd: %s: %s"})


def heads():
    page = PAGE.read_text(encoding="utf-8")
    log = re.search(r"^\.Sh LOG$(.*?)^\.Sh ", page, re.MULTILINE | re.DOTALL)[1]
    return re.findall(r"^\.It (.*)$", log, re.MULTILINE)


def pattern(text):
    """The format as a head of the manual: capitals in the place of what varies."""
    return "[A-Z:]+".join(map(re.escape, re.split("%[a-z]", text)))


def test_the_formats_are_found():
    assert len(formats()) > 25
    assert any("refused" in text for text in formats())


@pytest.mark.parametrize("text", formats())
def test_a_line_of_the_log_is_explained(text):
    assert any(re.match(pattern(text), head) for head in heads())


def test_no_line_is_explained_that_nothing_writes():
    known = [re.compile(pattern(text)) for text in formats()]
    assert [head for head in heads() if not any(one.match(head) for one in known)
            and head != "owvm-netd: PATH: REASON"] == []
