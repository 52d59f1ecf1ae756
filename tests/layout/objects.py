# SPDX-License-Identifier: MIT
"""The object files of a build: which source they come from, what they define and need."""
import os
import pathlib
import re
import subprocess

from source import TOP

BUILD = pathlib.Path(os.environ.get("OWVM_BUILD", TOP / "build" / "default"))


def output(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True, cwd=BUILD).stdout


def source_of(where):
    """The source of an object: Meson names that of netd/kernel/link.c kernel_link.c.o."""
    path = TOP / re.sub(r"/[^/]+\.p/", "/", where.removesuffix(".o"))
    room, _, rest = path.name.partition("_")
    return path.parent / room / rest if rest else path


def objects_of(folder):
    """The objects that the build makes of the sources of a folder, rooms included."""
    targets = output("ninja", "-t", "targets", "all").splitlines()
    return sorted(name for name, _, rule in (line.partition(": ") for line in targets)
                  if name.endswith(".c.o") and name.startswith(folder + "/")
                  and source_of(name).is_file())


def symbols(*paths):
    """object -> (what it defines, what it needs); of an archive, all its objects."""
    found = {}
    for line in output("nm", "--extern-only", "--print-file-name", *paths).splitlines():
        where, rest = line.rsplit(":", 1)
        kind, symbol = rest.split()[-2:]
        defined, undefined = found.setdefault(re.sub(r"^\S+\.a:", "", where), (set(), set()))
        (undefined if kind == "U" else defined).add(symbol)
    return found
