# SPDX-License-Identifier: MIT
"""The source tree as text: which files, their code without comments, their functions."""
import functools
import pathlib
import re
import subprocess

TOP = pathlib.Path(__file__).resolve().parents[2]
FOLDERS = ("common", "policy", "netd", "launcher")


@functools.cache
def tracked():
    """The files that are, or would be, in the repository; of a tree that is none, all but those
    that builds make."""
    done = subprocess.run(("git", "-c", f"safe.directory={TOP}", "ls-files", "-z", "--cached",
                           "--others", "--exclude-standard"),
                          cwd=TOP, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        paths = [TOP / name for name in done.stdout.split("\0") if name]
    else:
        paths = [path for path in TOP.rglob("*")
                 if not path.relative_to(TOP).parts[0].startswith(("build", ".git/"))
                 and "__pycache__" not in path.parts]
    return sorted(path for path in paths if path.is_file())


def c_files(*folders):
    wanted = folders or FOLDERS + ("tests",)
    return [path for path in tracked()
            if path.suffix in (".c", ".h") and path.relative_to(TOP).parts[0] in wanted]


def name(path):
    return str(path.relative_to(TOP))


TOKEN = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.DOTALL)


def code(path, strings=True):
    """The lines of a C file with comments blanked out, and with strings=False what strings and
    characters hold, too."""
    def blank(match):
        found = match.group(0)
        if found[0] == "/":
            return "\n" * found.count("\n") or " "
        return found if strings else found[0] * 2
    return TOKEN.sub(blank, path.read_text(encoding="utf-8")).splitlines()


def without_strings(path):
    """The lines of a C file, comments too, without what strings and characters hold."""
    def blank(match):
        found = match.group(0)
        return found if found[0] == "/" else found[0] * 2
    return TOKEN.sub(blank, path.read_text(encoding="utf-8")).splitlines()


def code_lines(path):
    return sum(1 for line in code(path) if line.strip())


def functions(path):
    """(first line, lines) of every function; clang-format puts their braces into column 0."""
    found, start = [], 0
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if line == "{":
            start = number
        elif line == "}" and start:
            found.append((start, number - start + 1))
            start = 0
    return found


def included(path):
    """(kind, name) of what a file includes; kind is '"' or '<'."""
    return re.findall(r'^\s*#\s*include\s*(["<])([^">]+)[">]', "\n".join(code(path)),
                      re.MULTILINE)


def with_headers(paths):
    """The files and the project's headers that they include, directly or not."""
    found, todo = set(), list(paths)
    while todo:
        path = todo.pop()
        if path not in found:
            found.add(path)
            todo += [TOP / header for kind, header in included(path) if kind == '"']
    return found
