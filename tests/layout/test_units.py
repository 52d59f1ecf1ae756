# SPDX-License-Identifier: MIT
"""The systemd units: what the build makes of them is what systemd would take."""
import os
import pathlib
import shutil
import subprocess

import pytest

from source import TOP

BUILD = pathlib.Path(os.environ.get("OWVM_BUILD", TOP / "build" / "default")).resolve()
UNITS = ("owvm-netd.socket", "owvm-netd.service")


@pytest.fixture
def units(tmp_path):
    """The units with the program of the build in place of the one that is installed later."""
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not here")
    for unit in UNITS:
        text = (BUILD / "netd" / unit).read_text(encoding="utf-8")
        lines = [f"ExecStart={BUILD}/netd/owvm-netd" if line.startswith("ExecStart=") else line
                 for line in text.splitlines()]
        (tmp_path / unit).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return [tmp_path / unit for unit in UNITS]


def test_systemd_finds_nothing_wrong_with_the_units(units):
    done = subprocess.run(["systemd-analyze", "verify", *units], capture_output=True, text=True,
                          check=False)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_an_error_in_a_unit_would_be_found(units):
    units[1].write_text(units[1].read_text(encoding="utf-8").replace("User=", "Usre="),
                        encoding="utf-8")
    done = subprocess.run(["systemd-analyze", "verify", *units], capture_output=True, text=True,
                          check=False)
    assert "Usre" in done.stderr


def test_the_service_has_one_capability_and_a_user_of_its_own():
    text = (BUILD / "netd" / "owvm-netd.service").read_text(encoding="utf-8").splitlines()
    assert {"User=owvm-netd", "Group=owvm", "NoNewPrivileges=yes",
            "AmbientCapabilities=CAP_NET_ADMIN", "CapabilityBoundingSet=CAP_NET_ADMIN"} <= set(text)
