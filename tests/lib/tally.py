# SPDX-License-Identifier: MIT
"""Counts test results for tests/check.

--meson FILE: the cases of the cmocka programs in meson's testlog.json; --pytest FILE: those in a
JUnit file; both print "PASSED FAILED SKIPPED". --slowest FOLDER: prints the tests that took
longest, of all JUnit files below it. --sum FILE...: adds such lines up and prints the line that
tests/check ends with; the exit status says whether all is well."""
import json
import pathlib
import re
import sys
import xml.etree.ElementTree

SLOWEST = 10
UNREADABLE = (OSError, ValueError, xml.etree.ElementTree.ParseError)


def of_program(row):
    """A cmocka program says what became of each case; one that crashed does not finish."""
    output = row.get("stdout", "") + row.get("stderr", "")
    passed = len(re.findall(r"^\[       OK \]", output, re.MULTILINE))
    # Cases that failed are named once when they end and once more in the summary.
    failed = len(set(re.findall(r"^\[  FAILED  \] (\D\S*)", output, re.MULTILINE)))
    skipped = len(set(re.findall(r"^\[  SKIPPED \] (\D\S*)", output, re.MULTILINE)))
    if row["result"] == "SKIP":
        skipped = max(skipped, 1)
    elif row["result"] != "OK" or not passed + skipped:
        failed = max(failed, 1)
    return passed, failed, skipped


def of_meson(path):
    with open(path, encoding="utf-8") as stream:
        counts = [of_program(json.loads(line)) for line in stream]
    return [sum(column) for column in zip(*counts)] if counts else [0, 1, 0]


def of_pytest(path):
    suites = xml.etree.ElementTree.parse(path).getroot().iter("testsuite")
    tests = failed = skipped = 0
    for suite in suites:
        tests += int(suite.get("tests"))
        failed += int(suite.get("failures")) + int(suite.get("errors"))
        skipped += int(suite.get("skipped"))
    # A case whose teardown fails, too, counts as a test that passed and an error.
    return [max(tests - failed - skipped, 0), failed, skipped]


def slowest(folder):
    """(seconds, test) of the tests that took longest."""
    cases = [(float(case.get("time")), f"{case.get('classname')}::{case.get('name')}")
             for path in pathlib.Path(folder).rglob("*.xml")
             for case in xml.etree.ElementTree.parse(path).getroot().iter("testcase")]
    return sorted(cases, reverse=True)[:SLOWEST]


def add_up(paths):
    total = [0, 0, 0]
    for path in paths:
        with open(path, encoding="utf-8") as stream:
            total = [a + int(b) for a, b in zip(total, stream.read().split())]
    return total


def main(kind, paths):
    if kind == "--sum":
        passed, failed, skipped = add_up(paths)
        print(f"{passed} passed, {failed} failed, {skipped} skipped")
        return 0 if passed and not failed else 1
    if kind == "--slowest":
        print("the slowest tests:")
        for seconds, test in slowest(paths[0]):
            print(f"{seconds:6.1f} s  {test}")
        return 0
    print(*{"--meson": of_meson, "--pytest": of_pytest}[kind](paths[0]))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
