# SPDX-License-Identifier: MIT
"""Which VM a command is about: names, directories and locks, where they do not agree."""
import contextlib
import fcntl
import os
import pathlib
import shutil

import pytest

import network
from machine import NO_NETWORK, Machine, left_of, owrun, runtime_directory


@pytest.fixture
def create(user, guest):
    """create(name or path) makes a VM with a disk of its own; gives its machine and .directory."""
    image = pathlib.Path(user.home, "image.img")
    image.write_bytes(b"image".ljust(1 << 20, b"\0"))
    made = []

    def make(name):
        machine = Machine(user, guest, name, *NO_NETWORK)
        done = owrun(user, "create", name, str(image), *machine.arguments[2:])
        assert done.returncode == 0, done.stderr
        machine.directory = (pathlib.Path(user.home, name) if "/" in name else
                             pathlib.Path(user.home, ".local/share/owvm", name))
        made.append(machine.directory)
        return machine
    yield make
    for directory in made:
        shutil.rmtree(directory, ignore_errors=True)


@contextlib.contextmanager
def started(user, *arguments):
    """A VM in the background; it is told by the name that it has in the end."""
    done = owrun(user, "run", "-d", *arguments)
    assert done.returncode == 0, done.stderr
    name = done.stdout.split(":")[0]
    yield name
    assert owrun(user, "stop", "--timeout", "0", name).returncode == 0


def state(user, name):
    return Machine(user, pathlib.Path(), name).find().get("state")


def refused(user, *words):
    done = owrun(user, *words)
    assert done.returncode == 1 and len(done.stderr.splitlines()) == 1, (done.stdout, done.stderr)
    return done.stderr


def test_a_vm_that_runs_under_another_name_keeps_its_disks(user, create):
    create("foo")
    with started(user, "foo", "--name", "bar") as name:
        assert name == "bar"
        for words in (("snapshot", "foo", "s1"), ("restore", "foo"), ("rm", "foo"),
                      ("rm", "--force", "foo")):
            assert "VM 'bar' is running; 'owrun stop bar' ends it first" in refused(user, *words)
    assert owrun(user, "snapshot", "foo", "s1").returncode == 0
    assert owrun(user, "rm", "foo").returncode == 0


def test_a_vm_that_was_started_by_its_image_or_moved_keeps_its_disks_too(user, create):
    machine = create("foo")
    with started(user, "--name", "bar", *machine.arguments[2:], "--disk",
                 f"{machine.directory}/disk.qcow2"):
        for words in (("snapshot", "foo", "s1"), ("rm", "foo")):
            assert "VM 'bar' is running" in refused(user, *words)
    other = create("d/one")
    with started(user, "./d/one") as name:
        moved = other.directory.rename(other.directory.with_name("two"))
        for words in (("snapshot", "./d/two", "s1"), ("rm", "./d/two")):
            assert f"VM '{name}' is running" in refused(user, *words)
        moved.rename(other.directory)


def test_a_link_to_a_directory_is_not_emptied(user, create):
    real = create("real/foo")
    home = real.directory.parents[1] / ".local/share/owvm"
    home.mkdir(parents=True, exist_ok=True)
    link = home / "lnk"
    link.symlink_to(real.directory)
    assert "is a symbolic link, and nothing was removed" in refused(user, "rm", "lnk")
    assert (real.directory / "vm.conf").exists() and (real.directory / "disk.qcow2").exists()
    link.unlink()


def test_a_name_in_vm_conf_is_the_name_for_all_commands(user, create):
    conf = create("foo").directory / "vm.conf"
    conf.write_text(conf.read_text(encoding="utf-8") + "name = bar\n", encoding="utf-8")
    with started(user, "foo") as name:
        assert name == "bar"
        assert "bar" in owrun(user, "status", "foo").stdout
        assert "foo" not in owrun(user, "ls").stdout
        assert "VM 'bar' is running" in refused(user, "snapshot", "foo", "s1")


def test_of_two_directories_with_one_name_a_path_means_its_own(user, create):
    home, other = create("s"), create("d/s")
    with started(user, "s"):
        for words in (("stop", "./d/s"), ("kill", "d/s"), ("rm", "--force", "./d/s"),
                      ("restart", "-d", "./d/s"), ("status", "d/s"), ("nic", "ls", "d/s")):
            assert "the VM 's' that runs is not the one of" in refused(user, *words)
        assert state(user, "s") == "running"
    with started(user, "./d/s"):
        assert "is not the one of" in refused(user, "rm", "--force", "s")
        assert state(user, "s") == "running"
    assert home.directory.exists() and other.directory.exists()


def test_restart_by_a_path_starts_the_vm_of_that_path(user, create):
    create("s")
    other = create("d/s")
    with started(user, "s"):
        pass
    done = owrun(user, "restart", "-d", "./d/s")
    assert done.returncode == 0, done.stderr
    assert Machine(user, pathlib.Path(), "s").find()["vmdir"] == str(other.directory)
    # A plain name is that of the VM that runs.
    done = owrun(user, "restart", "-d", "--timeout", "0", "s")
    assert done.returncode == 0, done.stderr
    assert Machine(user, pathlib.Path(), "s").find()["vmdir"] == str(other.directory)
    assert owrun(user, "kill", "s").returncode == 0


@contextlib.contextmanager
def locked(directory, operation):
    fd = os.open(directory / ".lock", os.O_RDONLY | os.O_CREAT, 0o600)
    owner = directory.stat()
    os.fchown(fd, owner.st_uid, owner.st_gid)
    fcntl.flock(fd, operation)
    try:
        yield
    finally:
        os.close(fd)


def test_a_start_and_a_snapshot_of_a_directory_exclude_each_other(user, create):
    machine = create("foo")
    with locked(machine.directory, fcntl.LOCK_EX):
        assert "in use by another owrun just now" in refused(user, "run", "-d", "foo")
    with locked(machine.directory, fcntl.LOCK_SH):
        for words in (("snapshot", "foo"), ("rm", "foo")):
            assert "in use by another owrun just now" in refused(user, *words)
    assert left_of(user) == [] and machine.directory.exists()


def test_qemu_cannot_write_the_pid_by_which_it_is_ended(user, guest):
    machine = Machine(user, guest, "vm", *NO_NETWORK).start()
    flags = pathlib.Path(f"/proc/{machine.pid}/fdinfo/3").read_text(encoding="ascii")
    assert os.readlink(f"/proc/{machine.pid}/fd/3").endswith("/vm/lock")
    assert int(flags.split("flags:")[1].split()[0], 8) & os.O_ACCMODE == os.O_RDONLY
    machine.quit()


@pytest.mark.parametrize("pid", ("1", "999999999"))
def test_a_vm_whose_pid_is_not_the_one_noted_is_not_called_ended(user, guest, pid):
    machine = Machine(user, guest, "vm", *NO_NETWORK).start()
    lock = pathlib.Path(machine.state["directory"], "lock")
    noted = lock.read_text(encoding="ascii")
    lock.write_text(f"{pid} 5", encoding="ascii")
    for words in (("stop", "vm"), ("kill", "vm"), ("rm", "--force", "vm")):
        assert f"lives, but not as pid {pid}" in owrun(user, *words).stderr
        assert state(user, "vm") == "running"
    lock.write_text(noted, encoding="ascii")
    machine.quit()


def test_qemu_is_not_taken_away_from_owrun(user, guest):
    arguments = Machine(user, guest, "vm", *NO_NETWORK).arguments
    assert "'-d' in front of '--'" in refused(user, "run", *arguments, "--", "-daemonize")


def test_restart_leaves_a_vm_alone_that_it_could_not_start_again(user, guest, create):
    kept = create("kept")
    with started(user, "kept"):
        kept.directory.joinpath("disk.qcow2").rename(kept.directory / "away")
        assert "disk.qcow2': No such file" in refused(user, "restart", "-d", "kept")
        kept.directory.joinpath("away").rename(kept.directory / "disk.qcow2")
        assert state(user, "kept") == "running"
    machine = Machine(user, guest, "vm", *NO_NETWORK).start()
    pathlib.Path(machine.state["directory"], "vm.json").unlink()
    assert "how VM 'vm' was started is not known" in refused(user, "restart", "-d", "vm")
    assert state(user, "vm") == "running"
    machine.quit()


def test_a_start_that_fails_early_leaves_what_an_ended_vm_said(user, guest):
    machine = Machine(user, guest, "vm", *NO_NETWORK).start()
    log = pathlib.Path(machine.state["directory"], "console.log")
    machine.kill()
    assert network.wait_until(lambda: state(user, "vm") == "ended")
    assert "No such file" in refused(user, "run", "-d", *machine.arguments, "--disk", "missing.img")
    assert log.exists() and state(user, "vm") == "ended"
    assert owrun(user, "rm", "vm").returncode == 0


def test_a_vm_of_a_login_with_a_runtime_directory_is_found_by_one_without(user, guest):
    login = pathlib.Path("/run/user", str(user.uid))
    login.mkdir(parents=True)
    os.chown(login, user.uid, user.gid)
    login.chmod(0o700)
    arguments = Machine(user, guest, "vm", *NO_NETWORK).arguments
    try:
        done = owrun(user, "run", "-d", *arguments, env={"XDG_RUNTIME_DIR": str(login)})
        assert done.returncode == 0, done.stderr
        assert Machine(user, guest, "vm").find()["directory"] == str(login / "owvm/vm")
        assert "name 'vm' is in use" in refused(user, "run", "-d", *arguments)
        assert owrun(user, "stop", "--timeout", "0", "vm").returncode == 0
    finally:
        shutil.rmtree(login)
    assert not runtime_directory(user).exists() or left_of(user) == []
