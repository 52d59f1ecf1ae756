# SPDX-License-Identifier: MIT
"""What owrun meets where it keeps the files of running VMs: files that are none, directories of
others in its own place, an XDG_RUNTIME_DIR that is not the user's, one that is full."""
import os
import pathlib
import shutil
import stat
import subprocess

import pytest

import impostor
import network
import processes
from machine import NO_NETWORK, Machine, left_of, owrun, runtime_directory

FILES = ("lock", "pid", "vm.json", "console.log", "qemu.log", "console.lock", "monitor.lock",
         "qmp.sock", "console.sock", "monitor.sock")
COMMANDS = (("ls",), ("status", "router"), ("log", "router"), ("log", "--qemu", "router"),
            ("console", "router"), ("monitor", "router", "info", "name"), ("nic", "ls", "router"),
            ("wait", "router", "--for", "console:x", "--timeout", "1"),
            ("doctor", "--vm", "router"), ("stop", "--timeout", "0", "router"),
            ("restart", "-d", "router"), ("rm", "router"))
SPARSE = 1 << 30  # bytes
MEMORY = 200 << 20  # bytes that owrun may have: sanitizers aside, a sparse file has no room there
SANITIZED = "sanitize" in os.environ.get("OWVM_BUILD", "")


@pytest.fixture
def secret(alice):
    path = pathlib.Path(alice.home, "secret")
    path.write_text("the secret\n" * 1000, encoding="ascii")
    os.chown(path, alice.uid, alice.gid)
    yield path
    path.unlink()


@pytest.fixture
def place(alice):
    """Alice's own place, empty."""
    path = runtime_directory(alice)
    path.mkdir(mode=0o700, exist_ok=True)
    os.chown(path, alice.uid, alice.gid)
    yield path
    shutil.rmtree(path)


def put_vm(directory, user, lock="", log="hello\n"):
    """What an ended VM leaves."""
    directory.mkdir(mode=0o700)
    (directory / "lock").write_text(lock, encoding="ascii")
    (directory / "vm.json").write_text('{"name": "router"}', encoding="ascii")
    (directory / "console.log").write_text(log, encoding="ascii")
    (directory / "qemu.log").write_text(log, encoding="ascii")
    for path in (directory, *directory.iterdir()):
        os.chown(path, user.uid, user.gid)


def put_fifo(path, _):
    os.mkfifo(path, 0o600)


def put_device(path, _):
    """One that gives without end."""
    os.mknod(path, stat.S_IFCHR | 0o600, os.makedev(1, 5))


def put_sparse(path, _):
    path.touch(mode=0o600)
    os.truncate(path, SPARSE)


def put_symlink(path, secret):
    path.symlink_to(secret)


def limited(memory):
    import resource  # pylint: disable=import-outside-toplevel
    if not SANITIZED:
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))


@pytest.mark.parametrize("put", [put_fifo, put_device, put_sparse, put_symlink],
                         ids=lambda put: put.__name__[4:])
@pytest.mark.parametrize("file", FILES)
def test_what_is_no_file_of_a_vm_keeps_nobody_waiting(alice, place, secret, file, put):
    """In the place of each file that is read: no hang, no memory, a line or two."""
    vm = place / "router"
    put_vm(vm, alice)
    (vm / file).unlink(missing_ok=True)
    put(vm / file, secret)
    os.chown(vm / file, alice.uid, alice.gid, follow_symlinks=False)
    before = secret.read_bytes()
    for command in COMMANDS:
        # All of a log may be shown, but that takes no memory.
        shown = put is put_sparse and file.endswith(".log")
        done = owrun(alice, *command, timeout=20, preexec_fn=lambda: limited(MEMORY),
                     **({"capture_output": False, "stdout": subprocess.DEVNULL,
                         "stderr": subprocess.PIPE} if shown else {}))
        assert done.returncode in (0, 1, 124), (command, done)
        assert len(done.stderr.splitlines()) <= 2, (command, done.stderr)
        assert shown or "the secret" not in done.stdout, (command, done.stdout)
    assert secret.read_bytes() == before


@pytest.mark.parametrize("file, command", [
    ("lock", "status"), ("vm.json", "status"), ("console.log", "log"), ("qemu.log", "log")])
def test_what_is_no_file_of_a_vm_is_said_once(alice, place, file, command):
    put_vm(place / "router", alice)
    (place / "router" / file).unlink()
    os.mkfifo(place / "router" / file)
    options = ("--qemu",) if file == "qemu.log" else ()
    done = owrun(alice, command, *options, "router", timeout=20)
    ended = ["owrun: VM 'router' has ended; nobody saw when and how"] if command == "log" else []
    assert done.stderr.splitlines() == ended + [
        f"owrun: '{place}/router/{file}' is no regular file, so that it is left out"]


@pytest.fixture(params=["another's", "for all", "symlink"])
def left_out(request, alice, carol, place, victim, secret):
    """A VM's directory in alice's own place that could be another's. Gives its real path."""
    real = pathlib.Path("/tmp/carols-router") if request.param == "symlink" else place / "router"
    put_vm(real, carol, impostor.noted(victim.pid))
    (real / "notes").symlink_to(secret)
    real.chmod(0o755)
    if request.param == "symlink":
        (place / "router").symlink_to(real)
        os.chown(place / "router", carol.uid, carol.gid, follow_symlinks=False)
    if request.param == "for all":
        for path in (real, *real.iterdir()):
            os.chown(path, alice.uid, alice.gid)
        real.chmod(0o777)
    yield real
    shutil.rmtree(real, ignore_errors=True)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_directory_in_it_that_is_not_the_users_alone_is_not_there(
        alice, place, left_out, victim, command):
    before = sorted(left_out.iterdir())
    done = owrun(alice, *command, timeout=20)
    assert "hello" not in done.stdout and "running" not in done.stdout.replace("is running", "")
    assert "router" not in done.stdout or command[0] == "doctor", done.stdout
    assert victim.poll() is None and sorted(left_out.iterdir()) == before
    # Some say that there is no such VM.
    assert command[0] in ("status", "restart", "doctor") or (
        f"'{place}/router' " in done.stderr and "(owner '" in done.stderr), done.stderr
    assert len(done.stderr.splitlines()) <= (2 if command[0] == "ls" else 1)


def test_one_that_cannot_be_opened_is_said_with_its_owner(alice, carol, place):
    put_vm(place / "router", carol)
    assert owrun(alice, "log", "router").stderr == (
        f"owrun: no VM 'router' is running; '{place}/router' (owner 'carol', mode 0700) cannot be "
        "opened: Permission denied, so that it is left out\n")


@pytest.fixture
def vm(alice, guest):
    machine = Machine(alice, guest, "vm", *NO_NETWORK).start()
    yield machine
    owrun(alice, "kill", "vm")
    assert network.wait_until(lambda: left_of(alice) == []), left_of(alice)


@pytest.mark.parametrize("value", ["", "/nonexistent", "/root", "relative", "strangers", "link"])
def test_an_xdg_runtime_dir_that_is_none_of_the_users_is_not_used(alice, carol, vm, value):
    """The VM is where it was, and what the stranger has there is not shown."""
    strangers, link = pathlib.Path("/tmp/strangers"), pathlib.Path("/tmp/link")
    (strangers / "owvm").mkdir(parents=True)
    put_vm(strangers / "owvm" / "other", carol, impostor.noted(vm.pid))
    link.symlink_to(strangers)
    for path in (strangers, strangers / "owvm"):
        path.chmod(0o777)
        os.chown(path, carol.uid, carol.gid)
    path = {"strangers": str(strangers), "link": str(link)}.get(value, value)
    try:
        for _ in range(2):
            done = owrun(alice, "ls", env={"XDG_RUNTIME_DIR": path})
            assert "other" not in done.stdout and "vm " in done.stdout, done
            # It becomes the user's, in a directory that is not.
            os.chown(strangers / "owvm", alice.uid, alice.gid)
            (strangers / "owvm").chmod(0o700)
        assert processes.status(vm.pid)
    finally:
        link.unlink()
        shutil.rmtree(strangers)


def test_a_symlink_on_the_way_is_anothers(alice, carol, vm):
    """The directory is alice's, but carol says which one it is."""
    home, link = pathlib.Path(alice.home, "run"), pathlib.Path("/tmp/way")
    home.mkdir(mode=0o700)
    link.symlink_to(alice.home)
    os.chown(home, alice.uid, alice.gid)
    os.chown(link, carol.uid, carol.gid, follow_symlinks=False)
    try:
        done = owrun(alice, "run", "-d", *vm.arguments, "--name", "other",
                     env={"XDG_RUNTIME_DIR": f"{link}/run"})
        assert done.returncode == 1 and len(done.stderr.splitlines()) == 1
        assert "can be changed by others (owner 'carol'" in done.stderr
        assert "vm " in owrun(alice, "ls", env={"XDG_RUNTIME_DIR": f"{link}/run"}).stdout
    finally:
        link.unlink()
        shutil.rmtree(home)


def test_another_users_home_and_place_are_not_used(alice, bob, vm):
    """As `sudo -E` and `su` leave them, also for root."""
    left = {"HOME": alice.home, "XDG_RUNTIME_DIR": vm.state["directory"].rpartition("/")[0]}
    for command in (("ls",), ("stop", "vm"), ("kill", "vm"), ("rm", "--force", "vm")):
        owrun(bob, *command, env=left)
        subprocess.run(("owrun", *command), env={**os.environ, **left}, check=False)
    assert processes.status(vm.pid) and vm.find()["state"] == "running"
    shutil.rmtree("/tmp/owvm-0", ignore_errors=True)


@pytest.fixture
def full(alice):
    """An XDG_RUNTIME_DIR without room, and the file that fills it."""
    path = pathlib.Path(alice.home, "full")
    path.mkdir()
    network.command("mount", "-t", "tmpfs", "-o", "size=256k,mode=0700", "full", str(path))
    os.chown(path, alice.uid, alice.gid)
    yield path
    network.command("umount", "--lazy", str(path))
    path.rmdir()


def fill(path):
    with open(path / "filler", "wb", buffering=0) as stream:
        while True:
            try:
                stream.write(b"x" * 4096)
            except OSError:
                return


def test_a_full_place_is_told_and_loses_nothing(alice, guest, full):
    machine = Machine(alice, guest, "full", *NO_NETWORK)
    env = {"XDG_RUNTIME_DIR": str(full)}
    assert owrun(alice, "run", "-d", *machine.arguments, env=env).returncode == 0
    fill(full)
    other = Machine(alice, guest, "other", *NO_NETWORK)
    done = owrun(alice, "run", "-d", *other.arguments, env=env)
    assert done.returncode == 1 and len(done.stderr.splitlines()) == 1
    assert done.stderr.startswith("owrun: ") and "No space left on device" in done.stderr
    assert not (full / "owvm" / "other").exists()
    # The one that runs is as it was, and can be ended.
    listed = owrun(alice, "ls", env=env)
    assert "full " in listed.stdout and "running" in listed.stdout
    assert owrun(alice, "stop", "--timeout", "0", "full", env=env).returncode == 0
    assert not (full / "owvm" / "full").exists()
