# SPDX-License-Identifier: MIT
"""What is in a VM's directory is reached by the fd that was judged, and by home/vmdir*.c alone: a
path could lead elsewhere by the time it is used."""
import re

import pytest

import source
from source import TOP, c_files, name
from test_rooms import LAUNCHER

BY_PATH = ("open", "openat", "creat", "fopen", "freopen", "access", "faccessat", "stat", "lstat",
           "fstatat", "statx", "unlink", "unlinkat", "remove", "rename", "renameat", "link",
           "linkat", "symlink", "symlinkat", "mkdir", "mkdirat", "rmdir", "chmod", "chown",
           "truncate", "realpath", "readlink", "readlinkat", "opendir", "scandir", "scandirat",
           "mkstemp", "mkostemp", "mkdtemp", "json_load_file", "json_dump_file", "mkfifo",
           "own_file_open", "own_file_json", "own_directory_open", "own_path_open",
           "own_directory_make")
CALL = re.compile(rf"(?<![\w.>])({'|'.join(BY_PATH)})\s*\(")
MODULE = ("launcher/home/vmdir.c", "launcher/home/vmdir-file.c")
# The rooms that know of a VM's directory.
ABOVE = LAUNCHER[LAUNCHER.index("home"):]
# What is no file of a VM's directory, or is looked at for another end.
EXCEPTIONS = {
    ("launcher/change/clone-disk.c", "open"): "a disk that is elsewhere",
    ("launcher/command/inside.c", "open"): "an image that the user names",
    ("launcher/command/inside.c", "realpath"): "is that in the cache?",
    ("launcher/disk/backing.c", "open"): "an image, wherever it is; backing-own.c judges it",
    ("launcher/disk/backing-notes.c", "realpath"): "the name of an image in the notes",
    ("launcher/disk/backing-own.c", "own_path_open"): "an image, wherever it is",
    ("launcher/disk/temporary.c", "own_directory_make"): "of temporary files",
    ("launcher/disk/temporary.c", "own_directory_open"): "of temporary files",
    ("launcher/disk/temporary.c", "openat"): "the directory above that, by its fd",
    ("launcher/disk/temporary.c", "unlinkat"): "in that directory, by its fd",
    ("launcher/home/state-home.c", "own_directory_make"): "what is no VM's directory",
    ("launcher/home/state-home.c", "own_directory_open"): "what is no VM's directory",
    ("launcher/netns/where.c", "access"): "is there a bridge of that name?",
    ("launcher/options/description.c", "stat"): "is the operand an image, or a name?",
    **{("launcher/image/store.c", call): "of the store, which is no VM's"
       for call in ("own_directory_make", "own_file_json", "openat", "fstatat", "unlinkat")},
    ("launcher/sandbox/share-reach.c", "access"): "a share",
    ("launcher/sandbox/share-reach.c", "readlink"): "where a way leads, for the guest's share",
}


def knows(path):
    """Does the file have to do with a VM's directory?"""
    room = path.relative_to(TOP).parts[1]
    return room in ABOVE and (room in ("home", "disk")
                              or "vmdir" in "\n".join(source.code(path, strings=False)))


def calls(path):
    return {found for line in source.code(path, strings=False) for found in CALL.findall(line)}


FILES = [path for path in c_files("launcher") if path.suffix == ".c" and knows(path)]


@pytest.mark.parametrize("path", FILES, ids=name)
def test_a_vms_directory_is_reached_by_its_fd(path):
    if name(path) not in MODULE:
        assert {call for call in calls(path) if (name(path), call) not in EXCEPTIONS} == set()


def test_no_exception_is_left_over():
    assert {(name(path), call) for path in FILES for call in calls(path)} >= set(EXCEPTIONS)


def test_the_files_are_found_and_so_are_the_calls(tmp_path):
    names = {name(path) for path in FILES}
    assert {"launcher/options/conf.c", "launcher/command/remove.c", "launcher/start/memory.c",
            "launcher/disk/overlay.c", *MODULE} <= names
    path = tmp_path / "x.c"
    path.write_text('f(); x = open(path, 0); /* stat(a) */ vmdir_open(b); g("unlink(c)");',
                    encoding="utf-8")
    assert calls(path) == {"open"}
