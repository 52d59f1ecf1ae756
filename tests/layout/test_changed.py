# SPDX-License-Identifier: MIT
"""tests/lib/changed.py, which says what a change can touch: it knows every folder."""
import sys

import pytest

import source
from source import TOP, name

sys.path.insert(0, str(TOP / "tests" / "lib"))
import changed  # pylint: disable=wrong-import-position

FOLDERS = {path.parent.name for path in (TOP / "tests/e2e").glob("*/test_*.py")}


def test_all_are_the_folders_that_there_are():
    assert changed.ALL == FOLDERS


@pytest.mark.parametrize("folder", sorted(changed.TOUCHES))
def test_a_folder_of_the_table_is_there_and_touches_folders(folder):
    assert (TOP / folder).is_dir() and changed.TOUCHES[folder] <= FOLDERS


def test_every_file_of_code_is_in_a_folder_of_the_table():
    wrong = [name(path) for path in source.c_files("common", "policy", "netd", "launcher")
             if not any(name(path).startswith(folder + "/") for folder in changed.TOUCHES)]
    assert wrong == []


@pytest.mark.parametrize("path, folders", (
    ("launcher/doctor/vm.c", {"doctor"}),
    ("launcher/new-room/x.c", changed.ALL),
    ("netd/front/watch.c", changed.NETD),
    ("tests/e2e/lib/network.py", changed.ALL),
    ("tests/e2e/conftest.py", changed.ALL),
    ("tests/e2e/disk/test_disks.py", {"disk"}),
    ("tests/check", changed.ALL),
    ("meson.build", changed.ALL),
    ("launcher/meson.build", changed.ALL),
    ("launcher/disk/README.md", set()),
    ("launcher/man/owrun.1", set()),
))
def test_what_a_file_touches(path, folders):
    assert changed.touched(path) == folders


def test_what_nobody_knows_touches_everything():
    assert changed.touched("new/x.c") == changed.ALL
