# SPDX-License-Identifier: MIT
"""What is in the Debian package, and how it was built."""
import json
import os
import pathlib
import re
import shutil
import subprocess

import pytest

TOP = pathlib.Path(__file__).resolve().parents[3]
BUILD = os.environ["OWVM_BUILD"]
PROGRAMS = ("usr/bin/owrun", "usr/bin/owvm-bridge-helper", "usr/bin/owvm-policy",
            "usr/libexec/owvm/owvm-netd", "usr/libexec/owvm/owrun-keeper")
# Where Debian has what an installation has elsewhere.
MOVED = ((r"^usr/lib/systemd/system/", "lib/systemd/system/"),
         (r"/zsh/site-functions/", "/zsh/vendor-completions/"),
         (r"^(usr/share/man/.*)$", r"\1.gz"))
DEBIANS = ("DEBIAN/", "usr/share/doc/", "usr/share/lintian/")
CONFFILES = ["/etc/owvm/policy.conf", "/etc/owvm/policy.conf.example"]


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


@pytest.fixture(scope="module")
def tree(deb, tmp_path_factory):
    place = tmp_path_factory.mktemp("tree")
    run("dpkg-deb", "--raw-extract", deb, place)
    return place


def packaged(path):
    """Where the package has what an installation with the prefix /usr/local has."""
    name = str(path).replace("/usr/local/", "/usr/", 1).lstrip("/")
    for pattern, place in MOVED:
        name = re.sub(pattern, place, name)
    return name


def test_it_holds_all_that_an_installation_has(tree):
    installed = json.loads(run("meson", "introspect", "--installed", str(BUILD)))
    wanted = {packaged(path) for path in installed.values()}
    found = {str(path.relative_to(tree)) for path in tree.rglob("*") if path.is_file()}
    assert len(wanted) > 20 and wanted - found == set()
    more = {name for name in found - wanted if not name.startswith(DEBIANS)}
    assert more == {"etc/owvm/policy.conf"}


def test_what_is_the_administrators_stays_as_he_made_it(tree):
    assert (tree / "DEBIAN/conffiles").read_text(encoding="ascii").split() == CONFFILES


def test_its_policy_permits_one_group_which_is_empty_at_first(tree):
    lines = [line for line in (tree / "etc/owvm/policy.conf").read_text("ascii").splitlines()
             if line and not line.startswith("#")]
    assert lines == ["permit group owvm bridge ow-%U create"]


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_program_is_hardened_and_stripped(tree, program):
    path = tree / program
    assert "DYN" in run("readelf", "--file-header", path)
    dynamic = run("readelf", "--dynamic", path)
    assert "BIND_NOW" in dynamic and "PATH" not in dynamic
    assert "GNU_RELRO" in run("readelf", "--segments", path)
    names = run("readelf", "--dyn-syms", "--wide", path)
    assert "__stack_chk_fail" in names and "_chk@" in names
    assert ".debug_info" not in run("readelf", "--sections", path)
    assert path.stat().st_mode & 0o7777 == 0o755


def test_nothing_of_the_place_of_the_build_is_in_it(tree):
    for path in tree.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            assert b"make-deb." not in data and bytes(TOP) + b"/" not in data, path


def test_what_a_removal_looks_for_is_what_netd_writes(tree):
    aliases = (TOP / "netd/port/alias.h").read_text(encoding="utf-8")
    found = re.findall(r'#define ALIAS_\w+ "(.*)"', aliases)
    removal = (tree / "DEBIAN/prerm").read_text(encoding="utf-8")
    known = tuple(re.findall(r"'(owvm [a-z, ]+)'\*\)", removal))
    assert len(found) == 3 and len(known) == 2
    assert [alias for alias in found if not alias.startswith(known)] == []
    assert [word for word in known if not any(map(re.compile(word).match, found))] == []


def test_lintian_finds_no_error(deb):
    if shutil.which("lintian") is None:
        pytest.skip("lintian is not installed")
    done = subprocess.run(("lintian", "--allow-root", deb), capture_output=True, text=True,
                          check=False)
    wrong = [line for line in done.stdout.splitlines() if line.startswith(("E:", "W:"))]
    assert (done.returncode, wrong) == (0, [])


def test_lintian_would_find_one(tree, tmp_path):
    if shutil.which("lintian") is None:
        pytest.skip("lintian is not installed")
    shutil.copytree(tree, tmp_path / "tree", symlinks=True)
    (tmp_path / "tree/usr/share/doc/owvm/copyright").unlink()
    run("dpkg-deb", "--root-owner-group", "--build", tmp_path / "tree", tmp_path / "owvm.deb")
    done = subprocess.run(("lintian", "--allow-root", tmp_path / "owvm.deb"), capture_output=True,
                          text=True, check=False)
    assert "E: owvm: no-copyright-file" in done.stdout
