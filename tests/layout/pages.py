# SPDX-License-Identifier: MIT
"""The manuals, and how a terminal shows them."""
import os
import re
import subprocess
import unicodedata

from source import TOP

PAGES = sorted(TOP.glob("*/man/*.[1-8]"))
CHINESE = sorted((TOP / "launcher/man/zh_CN").iterdir())


def plain(page):
    """The text of a page: its macros stay, its escapes do not."""
    return page.read_text(encoding="utf-8").replace(r"\(aq", "'").replace(r"\&", "").replace(
        r"\e", "\\")


def shown(page):
    """The lines of a page in 80 columns, and what was said about it."""
    done = subprocess.run(("man", "-l", page), capture_output=True, text=True, check=True,
                          encoding="utf-8", env={**os.environ, "LC_ALL": "C.UTF-8",
                                                 "MANWIDTH": "80", "MAN_KEEP_FORMATTING": ""})
    return re.sub("\x1b\\[[0-9;]*m|.\b", "", done.stdout).splitlines(), done.stderr


def columns(line):
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in line)
