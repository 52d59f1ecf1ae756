# SPDX-License-Identifier: MIT
"""Where a user's images are kept."""
import pathlib
import shutil


def directory(user):
    return pathlib.Path(user.home, ".local/share/owvm/.images")


def names(user):
    path = directory(user)
    return sorted(entry.name for entry in path.iterdir()) if path.exists() else []


def forget(user):
    shutil.rmtree(directory(user), ignore_errors=True)
