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


def rows():
    readme = (TOP / "README.md").read_text(encoding="utf-8")
    section = readme.split("## The tutorial, row by row")[1].split("\n## ")[0]
    return [(numbers(match[1]), match[2].strip(), match[0]) for match in ROW.finditer(section)]


def row_tests_in(file):
    text = (TESTS / f"test_{file}.py").read_text(encoding="utf-8")
    return {int(number) for name in re.findall(r"def test_((?:t\d\d_)+)", text)
            for number in re.findall(r"t(\d\d)", name)}


def test_each_row_has_the_tests_that_are_named_for_it():
    assert len(rows()) > 30
    for wanted, files, line in rows():
        if files == "-":
            assert "no test" in line
            continue
        found = {file.strip(): row_tests_in(file.strip()) for file in files.split(",")}
        assert set(wanted) <= set().union(*found.values()), line
        assert all(numbers_of & set(wanted) for numbers_of in found.values()), line


def test_each_test_of_a_row_is_in_the_table():
    listed = {(number, file.strip()) for wanted, files, _ in rows() for number in wanted
              for file in files.split(",")}
    there = {(number, path.stem[len("test_"):]) for path in TESTS.glob("test_*.py")
             for number in row_tests_in(path.stem[len("test_"):])}
    assert there - listed == set()
