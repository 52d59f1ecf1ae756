# SPDX-License-Identifier: MIT
"""The lists of machines and processors: QEMUs of every kind, and what owrun marks as its own."""
import json
import os
import pathlib
import time

import pytest

import kvm
from machine import left_of, owrun


@pytest.fixture
def false_qemu(installed):
    """write(shell script) makes it the QEMU of x86_64; gives the environment to find it by."""
    path = pathlib.Path("/usr/local/share/listing-qemu/qemu-system-x86_64")
    path.parent.mkdir()

    def write(script):
        path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        path.chmod(0o755)
        return {"PATH": f"{path.parent}:{os.environ['PATH']}"}
    yield write
    path.unlink()
    path.parent.rmdir()


def rows(done):
    assert done.returncode == 0 and done.stderr == "", done.stderr
    return {row["name"]: row for row in json.loads(done.stdout)}


def marked(listed):
    return [name for name, row in listed.items() if row["default"] == "yes"]


def test_of_a_machine_the_list_has_what_it_is_another_name_of(alice):
    listed = rows(owrun(alice, "machines", "--arch", "x86_64", "--json"))
    newest = listed["q35"]["alias_of"]
    assert newest.startswith("pc-q35-") and listed[newest]["alias_of"] is None
    assert listed["q35"]["description"] == listed[newest]["description"]
    table = owrun(alice, "machines", "--arch", "x86_64").stdout
    assert f"{listed['q35']['description']}; alias of {newest}\n" in table
    assert any(row["deprecated"] is True for row in listed.values()) == ("; deprecated\n" in table)


def test_the_list_does_not_call_qemus_default_owruns(alice):
    done = owrun(alice, "machines", "--arch", "x86_64")
    assert "(default)" not in done.stdout
    assert marked(rows(owrun(alice, "machines", "--arch", "x86_64", "--json"))) == ["q35"]


def test_the_list_of_processors_ends_before_their_flags(alice):
    listed = rows(owrun(alice, "cpus", "--arch", "x86_64", "--json"))
    assert listed["max"]["description"] and "vmx-ept" not in "\n".join(listed)
    assert listed["Nehalem-IBRS"]["alias_of"] == "Nehalem-v2"


def test_where_kvm_works_the_default_processor_is_the_hosts(alice):
    cpuinfo = kvm.write_cpuinfo()
    try:
        kvm.make_device()
        try:
            assert marked(rows(kvm.run(alice, cpuinfo, "cpus", "--json"))) == ["host"]
            foreign = kvm.run(alice, cpuinfo, "cpus", "--arch", "aarch64", "--json")
            assert marked(rows(foreign)) == ["max"]
        finally:
            os.unlink(kvm.DEVICE)
        assert marked(rows(kvm.run(alice, cpuinfo, "cpus", "--json"))) == ["max"]
    finally:
        cpuinfo.unlink()


def test_newer_qemus_have_no_x86_before_the_name(alice, false_qemu):
    environment = false_qemu("echo 'Available CPUs:'; echo '  486  (alias of 486-v1)'; "
                             "echo '  max  All of it'; echo; echo 'Recognized CPUID flags:'; "
                             "echo '  3dnow'")
    listed = rows(owrun(alice, "cpus", "--arch", "x86_64", "--json", env=environment))
    assert list(listed) == ["486", "max"] and marked(listed) == ["max"]
    assert listed["486"]["alias_of"] == "486-v1"


def test_what_a_terminal_would_act_on_is_not_printed(alice, false_qemu):
    environment = false_qemu(r"printf 'Supported machines are:\nq35\033[2J  Bad \033]0;x\007\n'")
    for options, name in (((), r"q35\e[2J"), (("--json",), r'"q35\u001B[2J"')):
        done = owrun(alice, "machines", "--arch", "x86_64", *options, env=environment)
        assert name in done.stdout and "\033" not in done.stdout


def test_a_qemu_that_fails_is_told_with_its_last_line(alice, false_qemu):
    environment = false_qemu("echo first >&2; echo 'no such option' >&2; exit 1")
    done = owrun(alice, "machines", "--arch", "x86_64", env=environment)
    assert done.returncode == 1 and done.stdout == ""
    assert len(done.stderr.splitlines()) == 1 and done.stderr.endswith("no such option\n")


def test_a_qemu_that_does_not_end_is_killed(alice, false_qemu):
    started = time.monotonic()
    done = owrun(alice, "cpus", "--arch", "x86_64", env=false_qemu("exec sleep 1000"))
    assert done.returncode == 1 and "did not end within 10 s" in done.stderr
    assert 9 < time.monotonic() - started < 20
    assert left_of(alice) == []


def test_the_package_of_an_architectures_qemu_is_named(alice, tmp_path):
    for arch, package in (("x86_64", "qemu-system-x86"), ("aarch64", "qemu-system-arm")):
        done = owrun(alice, "machines", "--arch", arch, env={"PATH": str(tmp_path)})
        assert done.returncode == 1
        assert f"'qemu-system-{arch}'" in done.stderr and f"'{package}'" in done.stderr
