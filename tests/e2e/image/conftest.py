# SPDX-License-Identifier: MIT
"""A mirror of OpenWrt's releases, and a user who has the key to them."""
import os
import pathlib

import pytest

import images
from mirror import Mirror
from release import KEY, VERSIONS, Release, put_versions


@pytest.fixture(scope="module")
def mirror(installed):
    server = Mirror()
    yield server
    server.close()


@pytest.fixture(scope="module")
def made(mirror):
    """By their version."""
    return {**{version: Release(mirror, KEY, version) for version in (*VERSIONS, "snapshot")},
            "arm": Release(mirror, KEY, "23.05.10", "armsr/armv8"),
            "old": Release(mirror, KEY, "22.03.5", "armvirt/64").as_before_23()}


@pytest.fixture
def releases(mirror, made):
    """All is as it should be."""
    put_versions(mirror, VERSIONS, "23.05.10")
    fresh = {version: release.fresh().put() for version, release in made.items()}
    mirror.requests.clear()
    yield fresh
    mirror.files.clear()


@pytest.fixture
def user(alice):
    key = pathlib.Path(alice.home, "key.pub")
    key.write_bytes(KEY.public())
    os.chown(key, alice.uid, alice.gid)
    yield alice
    key.unlink()
    images.forget(alice)
