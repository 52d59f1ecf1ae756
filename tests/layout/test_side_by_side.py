# SPDX-License-Identifier: MIT
"""tests/lib/side_by_side.py, which runs the end-to-end tests: what goes wrong with a file counts,
and files do not meet. Here without sandboxes, so that nobody need be root."""
import os
import signal
import subprocess
import sys
import time

import pytest

from source import TOP

sys.path.insert(0, str(TOP / "tests" / "lib"))
import side_by_side  # pylint: disable=wrong-import-position

WELL = "def test_well(): pass\n"
FILES = {
    "well": (WELL, [1, 0, 0]),
    "fails": (WELL + "def test_it(): assert False\n", [1, 1, 0]),
    "dies": (WELL + "def test_it():\n    import os\n    os.kill(os.getpid(), 9)\n", [0, 1, 0]),
    "exits": ("import pytest\ndef test_it(): pytest.exit('no', 2)\n", [0, 1, 0]),
    "cannot be read": ("import nothing_such\n", [0, 1, 0]),
    "hangs": (WELL + "def test_it():\n    import time\n    time.sleep(60)\n", [1, 1, 0]),
    "ends at once": (WELL + "def test_it():\n    import os\n    os._exit(0)\n", [0, 1, 0]),
}


@pytest.fixture
def suite(tmp_path, monkeypatch):
    """run(text...) runs such files."""
    for name, value in (("SUITE", tmp_path), ("RESULTS", tmp_path / "results"), ("SANDBOX", ()),
                        ("DURATIONS", tmp_path / "durations"), ("FILE_TIMEOUT", 60)):
        monkeypatch.setattr(side_by_side, name, value)
    monkeypatch.setenv("OWVM_PLACE", str(tmp_path))

    def run(*texts, workers=2):
        (tmp_path / "some").mkdir()
        for number, text in enumerate(texts):
            (tmp_path / f"some/test_{number}.py").write_text(text, encoding="utf-8")
        (tmp_path / "results/run").mkdir(parents=True)
        these = side_by_side.Run("run", "none", None, [])
        company, alone = side_by_side.files_of(these, [], None)
        these.together(company, workers)
        these.together(alone, 1)
        return these
    return run


@pytest.mark.parametrize("name", FILES)
def test_what_becomes_of_a_file_is_counted(name, suite, capfd, monkeypatch):
    text, counts = FILES[name]
    if name == "hangs":
        monkeypatch.setattr(side_by_side, "FILE_TIMEOUT", 5)
    assert suite(text).counts == counts
    assert ("some/test_0.py: it hung" in capfd.readouterr().err) == (name == "hangs")


def test_one_that_dies_takes_no_other_along(suite):
    assert suite(FILES["dies"][0], WELL, WELL).counts == [2, 1, 0]


def test_files_run_at_the_same_time_and_those_alone_afterwards(suite, tmp_path):
    text = ("import os, pathlib, time\nimport pytest\n"
            "place = pathlib.Path(os.environ['OWVM_PLACE'])\n"
            "def note(what): open(place / 'notes', 'a').write(what)\n"
            "def test_in_company():\n"
            "    note('(')\n"
            "    for _ in range(100):\n"
            "        time.sleep(0 if '((' in (place / 'notes').read_text() else 0.1)\n"
            "    note(')')\n"
            "    (place / os.environ['OWVM_UID_MIN']).touch()\n"
            "@pytest.mark.alone\ndef test_alone(): note('['); time.sleep(0.3); note(']')\n")
    assert suite(text, text).counts == [4, 0, 0]
    assert (tmp_path / "notes").read_text(encoding="utf-8") == "(())[][]"
    assert (tmp_path / "1001").exists() and (tmp_path / "1101").exists()


@pytest.mark.parametrize("number", (signal.SIGTERM, signal.SIGINT, signal.SIGKILL))
def test_what_ends_it_ends_what_it_started(number, tmp_path):
    code = ("import pathlib, sys\nsys.path.insert(0, sys.argv[1])\nimport side_by_side as it\n"
            "place = pathlib.Path(sys.argv[2])\n"
            "it.SUITE, it.RESULTS, it.SANDBOX = place, place, ()\n"
            "sys.exit(it.main(['run', 'none']))\n")
    (tmp_path / "some").mkdir()
    (tmp_path / "some/test_it.py").write_text(
        "import os, pathlib, time\ndef test_it():\n"
        f"    pathlib.Path('{tmp_path}/pid').write_text(str(os.getpid()))\n    time.sleep(60)\n",
        encoding="utf-8")
    command = (sys.executable, "-B", "-c", code, TOP / "tests/lib", tmp_path)
    with subprocess.Popen(command) as runner:
        assert wait_until(lambda: (tmp_path / "pid").exists() and (tmp_path / "pid").stat().st_size)
        pid = int((tmp_path / "pid").read_text(encoding="utf-8"))
        runner.send_signal(number)
        assert runner.wait(10) != 0
        assert wait_until(lambda: not os.path.exists(f"/proc/{pid}"))


def wait_until(condition, seconds=10):
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.02)
    return condition()
