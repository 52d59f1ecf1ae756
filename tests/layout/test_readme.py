# SPDX-License-Identifier: MIT
"""README: somebody runs each of its lines. owvm(7)'s table of the tutorial's rows: each has the
tests that it names, and no test is left out."""
import os
import pathlib
import re
import subprocess
import sys

from source import TOP

sys.path.insert(0, str(TOP / "tests/e2e/lib"))
import readme  # pylint: disable=wrong-import-position

BUILD = pathlib.Path(os.environ.get("OWVM_BUILD", TOP / "build" / "default")).resolve()
PAGE = TOP / "launcher/man/owvm.7"
ROW = re.compile(r'^\.It T ([\d, -]+): .*\n(?:(?!\.It).*\n)*?\.\\" tests: (.*)$', re.MULTILINE)
TESTS = TOP / "tests/e2e"
COLUMNS = 100


def numbers(text):
    found = []
    for part in text.split(","):
        first, _, last = part.strip().partition("-")
        found += range(int(first), int(last or first) + 1)
    return found


def name_of(path):
    return str(path.relative_to(TESTS).with_suffix("")).replace("/test_", "/")


def rows():
    return [(numbers(match[1]), match[2].strip(), match[0])
            for match in ROW.finditer(PAGE.read_text(encoding="utf-8"))]


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


def test_somebody_runs_each_line_of_readme():
    lines = readme.lines_of_administrators()
    assert len(lines) > 15 and len(readme.session()) > 10
    assert [line for line in lines if readme.runner_of(line) is None] == []
    assert [head for head in readme.RUN_BY
            if not any(line.startswith(head) for line in lines)] == []
    assert readme.runner_of("sudo rm") is None


def test_the_rules_of_readme_are_a_policy(tmp_path):
    """Its users and groups do not exist here: ids take their place."""
    rules = [line for line in readme.lines_of_administrators() if line.startswith("permit ")]
    policy = tmp_path / "policy.conf"
    policy.write_text("".join(re.sub("group [a-z]+", "group 4000000", rule) + "\n"
                              for rule in rules), encoding="ascii")
    policy.chmod(0o644)
    done = subprocess.run((BUILD / "policy/owvm-policy", "check", policy), capture_output=True,
                          text=True, check=False)
    assert len(rules) == 2 and done.returncode == 0, done.stderr


def test_no_line_of_readme_is_wide():
    assert [line for line in readme.README.read_text(encoding="utf-8").splitlines()
            if len(line) > COLUMNS] == []


def test_the_tests_that_owvm_7_names_are_there():
    named_there = [file.strip() for line in re.findall(
        r'^\.\\" tests: (\S+\.py.*)$', PAGE.read_text(encoding="utf-8"), re.MULTILINE)
                   for file in line.split(",")]
    assert len(named_there) > 20
    assert [file for file in named_there if not (TESTS / file).is_file()] == []


def test_the_chinese_page_has_the_rows_of_the_english_one():
    chinese = (TOP / "launcher/man/zh_CN/owvm.7").read_text(encoding="utf-8")
    found = [numbers(row) for row in re.findall(r"^\.It T ([\d, -]+): ", chinese, re.MULTILINE)]
    assert found == [wanted for wanted, _, _ in rows()]
