# SPDX-License-Identifier: MIT
"""The sentences of manuals and of READMEs."""
import re
import subprocess

WIDTH = 1000  # columns, the most that mandoc has: nearly every paragraph is one line
LONGEST = 100  # of a word, with the indentation
END = re.compile(r"(?<=[.?!])[)'\"’*]*\s+")
WORD = re.compile(r"\w")


def of_page(page):
    """A page as mandoc shows it; tags, headings and displays are lines of their own."""
    text = subprocess.run(("mandoc", "-T", "utf8", "-O", f"width={WIDTH}", page), check=True,
                          capture_output=True, encoding="utf-8").stdout
    lines, before = [], ""
    # The first line and the last are the name of the page.
    for line in re.sub(".\b", "", text).splitlines()[1:-1]:
        if len(before) > WIDTH - LONGEST:
            lines[-1] += f" {line.strip()}"
        else:
            lines.append(line.strip())
        before = line
    return split(lines)


def of_markdown(page):
    """A row of a table is as many texts as it has cells; blocks of code are none."""
    lines, parts = [], []
    text = re.sub(r"(?ms)^```.*?^```$", "", page.read_text(encoding="utf-8"))
    for line in [*text.splitlines(), ""]:
        cells = re.findall(r"(?<=\|) [^|]* (?=\|)", line) if line.startswith("|") else []
        item = re.match(r"\s*(?:[-*]|\d+\.) |#", line)
        if not line.strip() or line.startswith(("    ", "\t")) or cells or item:
            lines.append(" ".join(parts))
            parts = []
        if not line.startswith(("    ", "\t")) and not cells:
            parts.append(re.sub(r"^(?:[-*]|\d+\.|#+) ", "", line.strip()))
        lines += cells
    return split(lines)


def split(lines):
    return [sentence for line in lines for sentence in END.split(line.strip()) if sentence]


def words(sentence):
    """What a person reads as one: of a span of code all that has no blank."""
    return sum(1 for word in sentence.split() if WORD.search(word))
