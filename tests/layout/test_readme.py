# SPDX-License-Identifier: MIT
"""README's table of the tutorial's rows: each has the tests that it names, and no test is left
out."""
import re

from source import TOP

ROW = re.compile(r"^\| ([\d, -]+) \| .* \| ([^|]+) \|$", re.MULTILINE)
TESTS = TOP / "tests/e2e"


def numbers(text):
    found = []
    for part in text.split(","):
        first, _, last = part.strip().partition("-")
        found += range(int(first), int(last or first) + 1)
    return found


def name_of(path):
    return str(path.relative_to(TESTS).with_suffix("")).replace("/test_", "/")


def rows():
    readme = (TOP / "README.md").read_text(encoding="utf-8")
    section = readme.split("## The tutorial, row by row")[1].split("\n## ")[0]
    return [(numbers(match[1]), match[2].strip(), match[0]) for match in ROW.finditer(section)]


def named(files):
    """The files of a row, by folder and name; one without a folder is in that of the one before."""
    folder, found = "", []
    for file in files.split(","):
        *folders, name = file.strip().split("/")
        folder = "/".join(folders) or folder
        found.append(f"{folder}/{name}")
    return found


def row_tests_in(file):
    folder, name = file.rsplit("/", 1)
    text = (TESTS / folder / f"test_{name}.py").read_text(encoding="utf-8")
    return {int(number) for name in re.findall(r"def test_((?:t\d\d_)+)", text)
            for number in re.findall(r"t(\d\d)", name)}


def test_each_row_has_the_tests_that_are_named_for_it():
    assert len(rows()) > 30
    for wanted, files, line in rows():
        if files == "-":
            assert "no test" in line
            continue
        found = {file: row_tests_in(file) for file in named(files)}
        assert set(wanted) <= set().union(*found.values()), line
        assert all(numbers_of & set(wanted) for numbers_of in found.values()), line


def test_each_test_of_a_row_is_in_the_table():
    listed = {(number, file) for wanted, files, _ in rows() for number in wanted
              for file in named(files)}
    there = {(number, file) for file in map(name_of, TESTS.rglob("test_*.py"))
             for number in row_tests_in(file)}
    assert len(there) >= len(rows())
    assert there - listed == set()
