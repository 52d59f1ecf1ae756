# SPDX-License-Identifier: MIT
"""What owrun prints may have been chosen by a guest, another user or a file: it goes by the few
places that make it harmless. Nobody else prints more than constants."""
import re

import pytest

import source
from source import name

# What prints what it gets as it is.
PRINTS = re.compile(r"(?<![\w.>])((?:v|d|vd|vf|f)?printf|f?puts|f?putc|putchar|fwrite|perror|"
                    r"psignal|error|errx?|warnx?|json_dump\w*|text_printf)(?:_unlocked)?\s*\(")
STRING = r'(?:[A-Z_]+|"(?:\\.|[^"\\])*")'
# A text or a character that stands in the source, and where it goes.
CONSTANT = re.compile(rf"(?:{STRING}(?:\s*{STRING})*|'(?:\\.|[^'\\])+')\s*(?:,\s*\w+\s*)?\)")
# Who may, and what it is that they print.
MAY = {
    "launcher/base/visible.c": "what it has made harmless",
    "launcher/base/text.c": "a line of visible.h",
    "launcher/base/report.c": "cells and JSON of visible.h",
    "launcher/base/shell-word.c": "the harmless form of a word, into memory",
    "launcher/base/atomic-file.c": "JSON into a file",
    "launcher/base/wait-line.c": "a phrase of owrun's own, and a number",
    "launcher/bridge-helper/main.c": "its own help",
    "launcher/command/cat.c": "bytes of a file, where they are wanted",
    "launcher/command/completion.c": "names out of tables",
    "launcher/command/log.c": "bytes of a log, where they are wanted",
    "launcher/command/run.c": "a shell_word()",
    "launcher/command/topics.c": "names and texts out of tables",
    "launcher/doctor/finding.c": "a name out of a table, with its colour",
    "launcher/download/progress.c": "numbers",
    "launcher/map/svg.c": "words of visible.h, as XML",
    "launcher/map/text.c": "words of visible.h",
    "launcher/options/conf.c": "settings into a file",
    "launcher/options/help.c": "names and texts out of tables",
    "launcher/plan/option.c": "shell_word()s",
    "launcher/qemu/qmp.c": "JSON for QEMU",
    "launcher/qemu/spawn.c": "into QEMU's log",
}


def prints(text):
    """The calls in the text that print more than a constant, by their line."""
    for match in PRINTS.finditer(text):
        if not CONSTANT.match(text, match.end()) or "printf" in match[1]:
            yield text.count("\n", 0, match.start()) + 1


def of_file(path):
    return list(prints("\n".join(source.code(path))))


FILES = {name(path): path for path in source.c_files("launcher") if path.suffix == ".c"}


@pytest.mark.parametrize("text, count", [
    ('printf("a\\n");', 1), ('puts("a");', 0), ("puts(a);", 1), ('fputs("a" B " c", stdout);', 0),
    ("fputs(a, stdout);", 1), ("putchar('\\n');", 0), ("fputc(*c, stream);", 1),
    ('fprintf(stream, "%s", a);', 1), ("fwrite(a, 1, n, stdout);", 1),
    ("json_dumpf(a, stdout, 0);", 1), ("text_print(stdout, a); snprintf(a, 1, b);", 0),
    ('fputs("a",\n\tstdout); fputs(b, c);', 1), ('fputs(a ? "b" : c, stdout);', 1)])
def test_the_search_for_prints_finds_them(text, count):
    assert len(list(prints(text))) == count


def test_nobody_prints_past_the_places_that_make_it_harmless():
    wrong = [f"{file}:{line}" for file, path in FILES.items() if file not in MAY
             for line in of_file(path)]
    assert len(FILES) > 100 and wrong == []


@pytest.mark.parametrize("file", MAY)
def test_who_may_print_does(file):
    assert of_file(FILES[file])
