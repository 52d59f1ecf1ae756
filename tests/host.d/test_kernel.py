# SPDX-License-Identifier: MIT
"""The table of kernels in owvm-netd(8) tells what this release's kernel has."""
import pathlib

import vm

PAGE = pathlib.Path(vm.TOP) / "netd/man/owvm-netd.8"


def table():
    """{feature: {release: what the page says}}"""
    lines = PAGE.read_text(encoding="utf-8").split(".Sh KERNELS")[1].split(".El")[0].splitlines()
    rows = [line.removeprefix(".It ").split(" Ta ") for line in lines if line.startswith(".It ")]
    releases = [cell.removeprefix("Sy ") for cell in rows[0][1:-1]]
    return {row[0]: dict(zip(releases, row[1:-1])) for row in rows[1:]}


def test_the_manual_tells_what_the_kernel_has(host):
    lines = host.text(f"/usr/bin/python3 -B {vm.TREE}/tests/host.d/kernel.py").splitlines()
    found = dict(line.split("\t") for line in lines)
    release = ".".join(found["kernel"].split(".")[:2])
    rows = table()
    assert len(rows) > 5
    assert {name: cells[release] for name, cells in rows.items()} == {
        name: found[name] for name in rows}
