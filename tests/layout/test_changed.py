# SPDX-License-Identifier: MIT
"""tests/lib/changed.py, which says what a change can touch: it knows every folder."""
import subprocess
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
    assert (TOP / folder).exists() and changed.TOUCHES[folder] <= FOLDERS


def test_every_file_of_code_is_in_a_folder_of_the_table():
    wrong = [name(path) for path in source.c_files("common", "policy", "netd", "launcher")
             if not any(name(path).startswith(folder + "/") for folder in changed.TOUCHES)]
    assert wrong == []


@pytest.mark.parametrize("path, folders", (
    ("launcher/doctor/vm.c", {"doctor", "image"}),
    ("launcher/new-room/x.c", changed.ALL),
    ("netd/front/watch.c", changed.NETD),
    ("tests/e2e/lib/network.py", changed.ALL),
    ("tests/e2e/conftest.py", changed.ALL),
    ("tests/e2e/disk/test_disks.py", {"disk"}),
    ("tests/check", changed.ALL),
    ("meson.build", changed.ALL),
    ("launcher/meson.build", changed.ALL),
    ("launcher/disk/README.md", set()),
    ("launcher/man/owrun.1", {"console"}),
    ("common/PROTOCOL.md", {"netd"}),
    ("policy/man/owvm-policy.5", set()),
))
def test_what_a_file_touches(path, folders):
    assert changed.touched(path) == folders


def git(tree, *arguments):
    subprocess.run(("git", "-c", "user.name=x", "-c", "user.email=x", *arguments), cwd=tree,
                   check=True, stdout=subprocess.DEVNULL)


def test_what_differs_is_what_came_since_the_branch_was_left(tmp_path, monkeypatch):
    monkeypatch.setattr(changed, "TOP", tmp_path)
    git(tmp_path, "init", "-b", "main")
    for name_, branch in (("first", None), ("old", None), ("others", "work"), ("moved", None)):
        (tmp_path / name_).write_text(name_, encoding="utf-8")
        git(tmp_path, "add", "-A")
        git(tmp_path, "commit", "-m", name_)
        if branch:
            git(tmp_path, "checkout", "-b", branch, "HEAD~")
    git(tmp_path, "mv", "old", "new")
    (tmp_path / "fresh").touch()
    assert sorted(changed.differs("main")) == ["fresh", "moved", "new", "old"]
    assert sorted(changed.differs("HEAD")) == ["fresh", "new", "old"]
    with pytest.raises(subprocess.CalledProcessError):
        changed.differs("nothing-such")


def test_what_nobody_knows_touches_everything():
    assert changed.touched("new/x.c") == changed.ALL
