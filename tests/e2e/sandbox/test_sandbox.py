# SPDX-License-Identifier: MIT
"""What a QEMU that was taken over can reach. Its own monitor plays the attacker: what the monitor
opens, QEMU opens. Each attack is first shown to work on a VM without the sandbox."""
import contextlib
import os
import pathlib
import re
import socket
import time

import pytest

import network
import processes
from machine import Machine, owrun

SECRET = "the-users-other-file"


class Monitor:
    """QEMU's human monitor."""

    def __init__(self, machine):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.connect(machine.status()["monitor_socket"])
        self._read()

    def _read(self):
        text = b""
        self.socket.settimeout(10)
        while not text.endswith(b"(qemu) "):
            data = self.socket.recv(65536)
            if not data:
                break
            text += data
        return text.decode(errors="replace")

    def run(self, command):
        self.socket.sendall(command.encode() + b"\n")
        answer = self._read()
        return re.sub(r"\x1b\[[0-9;]*[A-Za-z]", "", answer)

    def close(self):
        self.socket.close()


@pytest.fixture(scope="module")
def files(user):
    """The user's other file, what the VM may have, and what it may not write to."""
    home = pathlib.Path(user.home, "sandbox")
    home.mkdir()
    os.chown(home, user.uid, user.gid)
    (home / "secret").write_text(SECRET.ljust(512), encoding="ascii")
    (home / "share").mkdir()
    (home / "share/outside").symlink_to(home / "secret")
    (home / "fixed").mkdir()
    (home / "fixed/file").write_text("fixed\n", encoding="ascii")
    for name in ("disk.img", "fixed.img", "fixed/disk.img"):
        (home / name).write_bytes(bytes(1 << 20))
    for path in home.rglob("*"):
        os.lchown(path, user.uid, user.gid)
    (home / "secret").chmod(0o600)
    return home


def make(user, guest, files, name, *options):
    """Each with an overlay of its own over the same disk, which nobody writes to."""
    user.run("qemu-img", "create", "-q", "-f", "qcow2", "-b", files / "disk.img", "-F",
             "raw", files / f"{name}.qcow2")
    return Machine(user, guest, name, "--disk", str(files / f"{name}.qcow2"), "--disk",
                   f"{files}/fixed.img,readonly", "--share", f"{files}/share:hostshare,shared",
                   "--share", f"{files}/fixed:fixed,ro", *options)


@pytest.fixture(scope="module", params=[(), ("--no-sandbox",)], ids=["sandboxed", "free"])
def vm(request, user, guest, files):
    machine = make(user, guest, files, "sandboxed" if request.param == () else "free",
                   *request.param).boot()
    machine.free = request.param != ()
    machine.monitor = Monitor(machine)
    yield machine
    machine.monitor.close()
    machine.stop()


def opened(vm, path):
    """Can QEMU open the file for reading? As a disk, by the monitor."""
    answer = vm.monitor.run(f"drive_add 0 file={path},format=raw,if=none,id=x,readonly=on")
    assert ("OK" in answer) != ("Could not open" in answer), answer
    if "OK" in answer:
        vm.monitor.run("drive_del x")
    return "OK" in answer


def test_another_file_of_the_user_can_be_read_only_without_the_sandbox(vm, files):
    assert opened(vm, files / "secret") == vm.free


def test_files_of_the_vm_itself_can_be_read(vm, files):
    assert opened(vm, files / "fixed.img")


@pytest.mark.parametrize("target", ["{home}/stolen", "{home}/.bash_login", "/tmp/stolen"])
def test_a_file_elsewhere_can_be_written_only_without_the_sandbox(vm, files, target):
    path = pathlib.Path(target.format(home=files))
    answer = vm.monitor.run(f'pmemsave 0 16 "{path}"')
    try:
        assert path.exists() == vm.free, answer
    finally:
        path.unlink(missing_ok=True)


def test_what_owrun_reads_later_cannot_be_written(vm):
    state = pathlib.Path(vm.state["directory"], "vm.json")
    before = state.read_bytes()
    vm.monitor.run(f'pmemsave 0 16 "{state}"')
    assert (state.read_bytes() != before) == vm.free
    state.write_bytes(before)


def test_what_is_to_be_read_only_cannot_be_written(vm, files):
    disk = files / "fixed" / "disk.img"
    disk.write_bytes(bytes(1 << 20))
    vm.monitor.run(f"drive_add 0 file={disk},format=raw,if=none,id=y")
    vm.monitor.run('qemu-io y "write -P 0x41 0 512"')
    vm.monitor.run("drive_del y")
    assert (disk.read_bytes()[:1] == b"A") == vm.free


def test_no_new_privileges_and_a_filter_of_system_calls(vm):
    fields = processes.status(vm.pid)
    assert fields["NoNewPrivs"] == ["1"]
    assert (fields["Seccomp"] == ["2"]) == (not vm.free)


def test_the_vm_works_all_the_same(vm, files):
    with vm.console() as console:
        console.login()
        for command in ("mkdir -p /mnt/hostshare/a /mnt/hostshare/b /mnt/fixed",
                        "echo one >/mnt/hostshare/a/one",
                        "mv /mnt/hostshare/a/one /mnt/hostshare/b/two",
                        "ln /mnt/hostshare/b/two /mnt/hostshare/a/three",
                        "ln -s b /mnt/hostshare/link-$$",
                        "mount -t 9p -o trans=virtio,version=9p2000.L fixed /mnt/fixed",
                        "grep -q fixed /mnt/fixed/file",
                        "dd if=/dev/zero of=/dev/vda bs=4096 count=4 conv=fsync",
                        "! cat /mnt/hostshare/outside",
                        "! touch /mnt/fixed/new"):
            code, output = console.run(command)
            assert code == 0, (command, output)
        # The user network still asks for names: its server is where resolv.conf says.
        assert "10.0.2.3" in console.run("cat /etc/resolv.conf")[1]
    for name in ("b/two", "a/three"):
        (files / "share" / name).unlink()


def test_a_share_that_is_ro_cannot_be_written_by_qemu_itself(vm, files):
    target = files / "fixed" / "dump"
    vm.monitor.run(f'pmemsave 0 16 "{target}"')
    assert target.exists() == vm.free
    target.unlink(missing_ok=True)


@contextlib.contextmanager
def listening(address):
    """A server of the user, as his session bus is one."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as server:
        server.bind(address)
        server.listen()
        server.settimeout(0.5)
        yield server


def connected(vm, server, options):
    """Does QEMU connect? Its chardevs do."""
    answer = vm.monitor.run(f"chardev-add socket,id=out,server=off,{options}")
    vm.monitor.run("chardev-remove out")
    try:
        server.accept()[0].close()
        return True
    except TimeoutError:
        assert "ermi" in answer, answer
        return False


def test_a_socket_of_the_user_can_be_reached_only_without_the_sandbox(vm, files, user):
    with listening(str(files / "bus")) as server:
        os.chown(files / "bus", user.uid, user.gid)
        assert connected(vm, server, f"path={files}/bus") == vm.free
    (files / "bus").unlink()


def test_a_socket_without_a_path_can_be_reached_only_without_the_sandbox(vm):
    with listening("\0owvm-test-sandbox") as server:
        assert connected(vm, server, "path=owvm-test-sandbox,abstract=on,tight=on") == vm.free


def test_a_monitor_by_its_path_can_be_reached_only_without_the_sandbox(vm):
    """It is the VM's own here; those of other VMs of the user, free ones among them, are like
    it."""
    answer = vm.monitor.run(
        f"chardev-add socket,id=out,server=off,path={vm.state['directory']}/qmp.sock")
    vm.monitor.run("chardev-remove out")
    assert ("Permission denied" in answer) == (not vm.free), answer


def test_the_sockets_that_qemu_is_given_are_known_by_their_paths(vm):
    answer = vm.monitor.run("info chardev")
    for name in ("console", "monitor", "qmp"):
        assert f"{vm.state['directory']}/{name}.sock" in answer, answer


PROGRAMS = {"helper": "netdev_add bridge,id=z,br=x,helper={}",
            "migration": 'migrate -d "exec:{}"'}


@pytest.mark.parametrize("options", [(), ("--no-sandbox",)], ids=["sandboxed", "free"])
@pytest.mark.parametrize("way", PROGRAMS)
def test_another_program_can_be_started_only_without_the_sandbox(user, guest, files, way, options):
    """QEMU starts one for a bridge, and to migrate. It fails, or its filter ends it."""
    machine = make(user, guest, files, "spawn", *options).start()
    mark, program = files / "share" / "started", files / "share" / "program"
    program.write_text(f"#!/bin/sh\ntouch {mark}\n", encoding="ascii")
    program.chmod(0o755)
    os.chown(program, user.uid, user.gid)
    monitor = Monitor(machine)
    answer = monitor.run(PROGRAMS[way].format(program))
    monitor.close()
    assert network.wait_until(mark.exists, 5 if options else 0.5) == bool(options), answer
    mark.unlink(missing_ok=True)
    if network.wait_until(lambda: machine.find()["state"] == "ended", 0.5):
        assert owrun(user, "rm", "spawn").returncode == 0
    else:
        machine.quit()


def test_no_sandbox_says_what_it_gives_up(user, guest, files):
    done = owrun(user, "run", "--dry-run",
                 *make(user, guest, files, "x", "--no-sandbox").arguments)
    assert "no sandbox: a guest that takes over QEMU can do whatever you can" in done.stderr
    assert "-sandbox" not in done.stdout


@pytest.mark.parametrize("raw", [
    ("-drive", "file={}/secret,format=raw,if=none,id=mine,readonly=on"),
    ("-chardev", "socket,id=mine,path={}/mine.sock,server=on,wait=off")], ids=["file", "socket"])
def test_what_owrun_does_not_know_is_told_with_the_way_out(user, guest, files, raw):
    machine = make(user, guest, files, "raw")
    raw = [word.format(files) for word in raw]
    done = owrun(user, "run", "-d", *machine.arguments, "--", *raw)
    assert done.returncode == 1 and "'--no-sandbox' gives it all of yours" in done.stderr
    done = owrun(user, "run", "-d", *machine.arguments, "--no-sandbox", "--", *raw)
    assert done.returncode == 0, done.stderr
    machine.quit()


def test_a_raw_file_cannot_name_another_one_to_reach(user, guest, files):
    """The guest writes a qcow2 header into the raw file below its overlay."""
    base = files / "base.img"
    user.run("qemu-img", "create", "-q", "-f", "qcow2", "-b", "secret", "-F", "raw", base)
    user.run("qemu-img", "create", "-q", "-f", "qcow2", "-b", "base.img", "-F", "raw",
             files / "above.qcow2")
    machine = Machine(user, guest, "chain", "--disk", f"{files}/above.qcow2").start()
    machine.free = False
    machine.monitor = Monitor(machine)
    try:
        assert opened(machine, base) and not opened(machine, files / "secret")
    finally:
        machine.monitor.close()
        machine.quit()


def test_notes_of_what_is_below_disks_are_out_of_reach(vm, user, files):
    notes = pathlib.Path(user.home, ".local/share/owvm/.backing.json")
    before = notes.read_bytes()
    assert str(files / "sandboxed.qcow2").encode() in before
    vm.monitor.run(f'pmemsave 0 16 "{notes}"')
    assert (notes.read_bytes() != before) == vm.free
    notes.write_bytes(before)


def test_the_sandbox_costs_little(user, guest, files):
    """Starts with it and without, interleaved: the medians are close."""
    times = {(): [], ("--no-sandbox",): []}
    for _ in range(5):
        for options, seen in times.items():
            machine = make(user, guest, files, "cost", *options)
            started = time.monotonic()
            machine.start()
            seen.append(time.monotonic() - started)
            machine.quit()
    sandboxed, free = (sorted(seen)[2] for seen in times.values())
    print(f"start: {sandboxed * 1000:.0f} ms sandboxed, {free * 1000:.0f} ms without")
    assert sandboxed < free * 1.5 + 0.1
