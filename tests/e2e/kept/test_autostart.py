# SPDX-License-Identifier: MIT
"""`owrun enable`: a real systemd, as the user's manager, starts and stops a VM."""
import json
import pathlib
import shutil

import pytest

import network
from machine import NO_NETWORK, Machine, done_well, owrun, refused
from user_manager import UserManager

UNIT = "owrun@auto.service"


@pytest.fixture
def auto(user, guest):
    """A VM that is kept."""
    machine = Machine(user, guest, "auto", *NO_NETWORK)
    machine.create()
    yield machine.as_kept()
    owrun(user, "rm", "--force", "auto")
    network.command("rm", "-rf", f"{user.home}/.config")


@pytest.fixture
def manager(user, auto, tmp_path):
    assert auto
    if not pathlib.Path("/lib/systemd/systemd").exists():
        pytest.skip("systemd is not installed")
    made = UserManager(user, tmp_path)
    try:
        made.start()
        yield made
    finally:
        made.close()


def units(user):
    return pathlib.Path(user.home, ".config/systemd/user")


def test_a_unit_is_written_and_removed(user, auto):
    done_well(user, "enable", "auto")
    unit = units(user) / UNIT
    assert unit.stat().st_mode & 0o777 == 0o644
    link = units(user) / "default.target.wants" / UNIT
    assert link.is_symlink() and link.resolve() == unit
    if shutil.which("systemd-analyze"):
        done = user.run("systemd-analyze", "--user", "--man=no", "verify", str(unit),
                        env={"XDG_RUNTIME_DIR": user.home})
        assert UNIT not in done.stderr, done.stderr
    assert auto.status()["autostart"]
    assert "autostart  by systemd" in done_well(user, "status", "auto").stdout
    assert done_well(user, "disable", "auto").stdout == "auto: is no longer started by systemd\n"
    assert not unit.exists() and not link.is_symlink() and auto.status()["autostart"] is None
    assert "was not started" in done_well(user, "disable", "auto").stdout
    assert "there is no VM 'other'" in refused(user, "enable", "other")


def test_where_no_systemd_runs_it_says_one_thing(user, auto):
    assert not pathlib.Path("/run/systemd/system").exists()
    done = done_well(user, "enable", "auto")
    assert done.stderr == "" and done.stdout == (
        "auto: is set to be started by systemd, which this host does not run\n")
    done_well(user, "disable", "auto")


def test_a_unit_goes_with_its_vm_and_follows_its_name(user, auto):
    done_well(user, "enable", "auto")
    done_well(user, "rename", "auto", "other")
    assert [path.name for path in units(user).glob("*.service")] == ["owrun@other.service"]
    assert "/other\"" in (units(user) / "owrun@other.service").read_text(encoding="utf-8")
    done_well(user, "rm", "other")
    assert list(units(user).glob("**/*.service")) == []


def test_systemd_starts_and_stops_it(user, auto, manager):
    def run(*words):
        return owrun(user, *words, env=manager.environment)

    def active(expected):
        return network.wait_until(
            lambda: manager.control("is-active", UNIT).stdout.strip() == expected, 60)
    assert run("enable", "auto").returncode == 0
    done = manager.control("start", UNIT)
    assert done.returncode == 0, done.stderr + manager.said()
    row, = json.loads(run("ls", "--json").stdout)
    assert row["state"] == "running"
    shown = manager.control("show", "-P", "MainPID", UNIT).stdout
    assert int(shown) == row["pid"]
    assert f"in use by pid {row['pid']}" in run("run", "-d", "auto").stderr
    # What was started by one is stopped by the other.
    assert manager.control("stop", UNIT).returncode == 0 and active("inactive")
    assert json.loads(run("ls", "--json").stdout)[0]["state"] == "stopped"
    assert manager.control("start", UNIT).returncode == 0
    assert run("stop", "--timeout", "0", "auto").returncode == 0 and active("inactive")
    assert manager.control("is-failed", UNIT).stdout.strip() == "inactive"
    # With a login it starts, and it ends with the last session.
    manager.log_out()
    manager.start()
    assert active("active") and json.loads(run("ls", "--json").stdout)[0]["state"] == "running"
    manager.log_out()
    assert json.loads(run("ls", "--json").stdout)[0]["state"] == "stopped"
    assert run("disable", "auto").returncode == 0 and auto.name == "auto"
