# SPDX-License-Identifier: MIT
"""The layering of DESIGN as include edges, and the rules of STYLE that a program can check."""
import os
import pathlib
import re
import shutil
import subprocess

import pytest

import source
from source import TOP, c_files, name

MAY_INCLUDE = {
    "common": {"common"},
    "policy": {"policy", "common"},
    "netd": {"netd", "policy", "common"},
    "launcher": {"launcher", "common"},
    "tests": {"tests", "launcher", "netd", "policy", "common"},
}
# Everything else in <> must come with libc, the kernel's headers or the compiler.
LIBRARIES = {"netlink/": {"netd/kernel", "netd/port", "netd/front", "launcher/netns",
                          "tests/fuzz"},
             "sys/capability.h": {"netd/start", "launcher/sandbox", "launcher/chroot",
                                  "launcher/doctor", "launcher/netns", "launcher/relay"},
             "jansson.h": {"launcher", "tests"}, "cmocka.h": {"tests"},
             "seccomp.h": {"netd/seccomp", "launcher/sandbox", "tests/unit/base"},
             "expat.h": {"launcher/import"},
             "et/com_err.h": {"launcher/filesystem"}, "ext2fs/": {"launcher/filesystem"},
             "libfdisk.h": {"launcher/filesystem"},
             "archive": {"launcher/download", "launcher/edit", "launcher/mkimage"},
             "curl/": {"launcher/download"}, "sodium.h": {"launcher/download", "tests/unit"}}
SYSTEM_PACKAGES = {"libc6-dev", "linux-libc-dev"}
FILE_LINES, FUNCTION_LINES, COLUMNS, TAB = 300, 60, 100, 8
# Parents of a tree that are no mark of one machine.
COMMON_PARENTS = {"/", "/tmp", "/home", "/root", "/opt", "/srv", "/usr/src", "/usr/local/src"}


@pytest.mark.parametrize("folder", MAY_INCLUDE)
def test_a_folder_includes_only_what_it_may(folder):
    wrong = [f"{name(path)}: {header}" for path in c_files(folder)
             for kind, header in source.included(path)
             if kind == '"' and header.split("/")[0] not in MAY_INCLUDE[folder]]
    assert wrong == []


def test_the_back_of_netd_knows_neither_the_front_nor_the_policy():
    back = [path for path in c_files("netd")
            if path.parent.name not in ("front", "seccomp") and path.name != "main.c"]
    wrong = [f"{name(path)}: {header}" for path in back for kind, header in source.included(path)
             if kind == '"' and header.startswith(("netd/front/", "policy/"))]
    assert back and wrong == []


def test_project_headers_are_named_from_the_top_of_the_tree():
    wrong = [f"{name(path)}: {header}" for path in c_files()
             for kind, header in source.included(path)
             if kind == '"' and not (TOP / header).is_file()]
    assert wrong == []


@pytest.mark.parametrize("library", LIBRARIES)
def test_a_library_is_used_in_its_folders_only(library):
    wrong = [name(path) for path in c_files() for kind, header in source.included(path)
             if kind == "<" and header.startswith(library)
             and not name(path).startswith(tuple(f"{folder}/" for folder in LIBRARIES[library]))]
    assert wrong == []


def test_no_other_library_is_used():
    headers = {header for path in c_files() for kind, header in source.included(path)
               if kind == "<" and not header.startswith(tuple(LIBRARIES))}
    roots = [pathlib.Path("/usr/include"), *pathlib.Path("/usr/include").glob("*-linux-gnu")]
    found = {header: root / header for header in headers for root in roots
             if (root / header).exists()}
    compilers = {header for header in headers - set(found)
                 if list(pathlib.Path("/usr/lib/gcc").glob(f"*/*/include/{header}"))}
    assert headers - set(found) - compilers == set(), "headers of nobody"
    done = subprocess.run(("dpkg-query", "--search", *map(str, found.values())),
                          capture_output=True, text=True, check=True)
    packages = {line.split(":")[0] for line in done.stdout.splitlines()}
    assert packages <= SYSTEM_PACKAGES


def banned():
    for line in (TOP / "tests/layout/banned").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            function, rest = line.split(None, 1)
            marks = re.findall(r"\[(!?)([^\]]+)\]", rest)
            where = [words for negated, words in marks if not negated]
            yield (function, where[0].split() if where else [],
                   [word for negated, words in marks if negated for word in words.split()])


@pytest.mark.parametrize("function, folders, excepted", list(banned()))
def test_a_banned_function_is_not_called(function, folders, excepted):
    call = re.compile(rf"(?<![\w.>]){function}\s*\(")
    wrong = [f"{name(path)}:{number}" for path in c_files(*folders)
             if name(path) not in excepted
             for number, line in enumerate(source.code(path, strings=False), 1)
             if call.search(line)]
    assert wrong == []


def test_the_search_for_banned_functions_finds_them(tmp_path):
    path = tmp_path / "x.c"
    path.write_text('int a = atoi(b); /* atoi(c) */ f("atoi(d)");\n', encoding="utf-8")
    assert "".join(source.code(path, strings=False)).count("atoi(") == 1


def test_clang_format_has_nothing_to_change():
    if shutil.which("clang-format") is None:
        pytest.skip("clang-format is not installed")
    done = subprocess.run(("clang-format", "--dry-run", "-Werror", *c_files()),
                          capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_no_function_is_too_long():
    wrong = [f"{name(path)}:{start}: {lines} lines" for path in c_files()
             for start, lines in source.functions(path) if lines > FUNCTION_LINES]
    assert wrong == []
    assert sum(len(source.functions(path)) for path in c_files()) > 100


def text_files():
    for path in source.tracked():
        try:
            yield path, path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            pass


def is_code(path, text):
    return path.suffix in (".c", ".h", ".py") or text.startswith("#!")


def test_no_file_is_too_long():
    wrong = [f"{name(path)}: {len(text.splitlines())} lines" for path, text in text_files()
             if is_code(path, text) and len(text.splitlines()) > FILE_LINES]
    assert wrong == []


def too_wide(text):
    """The numbers of lines that are; a string stays whole, so that whoever sees it finds it."""
    return [number for number, line in enumerate(text.splitlines(), 1)
            if len(line.expandtabs(TAB)) > COLUMNS]


def test_no_line_is_too_wide():
    wrong = [f"{name(path)}:{number}" for path in c_files()
             for number in too_wide("\n".join(source.without_strings(path)))]
    wrong += [f"{name(path)}:{number}" for path, text in text_files()
              if path.suffix == ".py" or "python" in text.partition("\n")[0]
              for number in too_wide(text)]
    assert wrong == []


def test_the_search_for_wide_lines_finds_comments_but_no_strings(tmp_path):
    path = tmp_path / "x.c"
    path.write_text(f'/* "{"a" * 100}" */\n\t\tf("/* {"b" * 100}");\n', encoding="utf-8")
    assert too_wide("\n".join(source.without_strings(path))) == [1]


LICENCE = re.compile(r"SPDX-License-Identifier: MIT( \*/)?$", re.MULTILINE)


def test_every_file_of_code_says_its_licence():
    wrong = [name(path) for path, text in text_files()
             if is_code(path, text) and not LICENCE.search(text[:300])]
    assert wrong == []


def test_no_file_names_a_path_of_this_machine():
    marks = [str(TOP) + "/"] + [f"{TOP.parent}/"] * (str(TOP.parent) not in COMMON_PARENTS)
    wrong = [f"{name(path)}: {mark}" for path, text in text_files() for mark in marks
             if mark in text]
    assert wrong == []


def test_no_file_names_the_package_host_of_this_machine():
    apt = pathlib.Path("/etc/apt")
    lists = [apt / "sources.list", *apt.glob("sources.list.d/*")]
    said = "\n".join(path.read_text(encoding="utf-8") for path in lists if path.is_file())
    hosts = {host for host in re.findall(r"https?://(?:[^/\s@]*@)?([^/\s:]+)", said)
             if not host.endswith("debian.org")}
    wrong = [f"{name(path)}: {host}" for path, text in text_files() for host in hosts
             if host in text]
    assert wrong == []


def test_scripts_can_be_run():
    wrong = [name(path) for path, text in text_files()
             if text.startswith("#!") and not os.access(path, os.X_OK)]
    assert wrong == []
