# SPDX-License-Identifier: MIT
"""A WAN of passt(1): what the guest sees, what leads in, how the process beside QEMU is kept."""
import contextlib
import functools
import http.server
import os
import pathlib
import re
import signal
import socket
import subprocess
import threading

import pytest

import echo
import network
import processes
from diagnosis import Diagnosis
from machine import Machine, done_well, left_of, owrun, refused, runtime_directory
from people import User

OUTSIDE = "10.98.0.1"  # an address of the host that is not the loopback one
PAGE = b"what is beyond\n"
NAMESPACES = ("user", "mnt", "pid", "ipc", "uts")


@pytest.fixture(scope="module")
def user(alice, running):
    network.add_interface("outside0")
    network.command("ip", "addr", "add", f"{OUTSIDE}/24", "dev", "outside0")
    network.command("ip", "link", "set", "outside0", "up")
    yield alice
    network.delete_link("outside0")
    assert network.wait_until(lambda: left_of(alice) == []), left_of(alice)


@pytest.fixture(scope="module")
def machine(user, guest):
    started = Machine(user, guest, "wan", "--wan", "passt", *echo.SHARE, "--forward", "wan:0:7",
                      "--forward", "wan:0.0.0.0:0:7",
                      "--forward", "wan:0:9", "--forward", "wan:0:5353/udp").boot()
    yield started
    started.stop()


@pytest.fixture(scope="module")
def console(machine):
    with machine.console() as connected:
        connected.login()
        # Where the WAN is closed it is the services of the guest that are not there.
        assert connected.run("nc -ll -p 7 -e cat & true")[0] == 0
        assert network.wait_until(
            lambda: "10.0.2.15/24" in connected.run("ip -4 addr show eth1")[1], 20)
        yield connected


def passts_of(user):
    """pid -> command line."""
    found = {pid: processes.command_line(pid) for pid in processes.of_user(user.uid)}
    return {pid: line for pid, line in found.items() if line.partition(" ")[0].endswith("/passt")}


def runs(name, user):
    """Is there a process of the VM of that name, or of one that failed?"""
    return [line for line in map(processes.command_line, processes.of_user(user.uid))
            if f"/{name}/" in line or f"-name {name}," in line]


def passt_of(machine):
    return next(nic["pid"] for nic in machine.status()["nics"] if nic["network"] == "passt")


def port_of(machine, number):
    return int(machine.state["forwards"][number].removeprefix("wan:").split(":")[1])


class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):  # pylint: disable=invalid-name
        self.send_response(200)
        self.end_headers()
        self.wfile.write(PAGE)

    def log_message(self, *_):  # pylint: disable=arguments-differ
        pass


@contextlib.contextmanager
def served(address):
    """A web server of this host; gives its port."""
    with http.server.ThreadingHTTPServer((address, 0), Page) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


def test_the_guest_has_the_addresses_of_a_user_network(console):
    assert "default via 10.0.2.2" in console.run("ip route")[1]
    assert "nameserver" in console.run("cat /etc/resolv.conf")[1]


def test_it_leads_out_and_the_gateway_is_this_host(console):
    with served(OUTSIDE) as port:
        assert PAGE.decode() in console.run(f"wget -q -O - http://{OUTSIDE}:{port}/")[1]
    with served("127.0.0.1") as port:
        assert PAGE.decode() in console.run(f"wget -q -O - http://10.0.2.2:{port}/")[1]


def echoed(address, port):
    with socket.create_connection((address, port), 20) as connection:
        connection.sendall(b"back\n")
        return connection.recv(99) == b"back\n"


def test_a_forward_leads_in_on_its_address_alone(machine, console):
    assert console and echoed("127.0.0.1", port_of(machine, 0))
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((OUTSIDE, port_of(machine, 0)), 5)
    assert echoed("127.0.0.1", port_of(machine, 1)) and echoed(OUTSIDE, port_of(machine, 1))


def test_a_tcp_forward_is_no_udp_port(machine):
    owned = network.command("ss", "-Hulnp").stdout
    assert [line.split()[3].rpartition(":")[2] for line in owned.splitlines()
            if f"pid={passt_of(machine)}," in line] == [
                str(port_of(machine, 3))]


def test_a_udp_forward_leads_in_and_back(machine, console):
    echo.start_datagrams(console)
    assert echo.datagrams_answered(port_of(machine, 3))


def test_wait_knows_whether_the_guest_took_a_connection(machine, console):
    """passt takes all of them."""
    def wait(port):
        return owrun(machine.user, "wait", "wan", "--for", f"port:{port}", "--timeout", "3")
    assert console and wait(7).returncode == 0
    done = wait(9)
    assert done.returncode == 124 and done.stderr.startswith(
        "owrun: VM 'wan': not within 3 s: the guest does not take it at its WAN")


def test_it_is_confined(machine):
    pid = passt_of(machine)
    fields = processes.status(pid)
    assert fields["Name"][0].startswith("passt") and fields["NoNewPrivs"] == ["1"]
    assert fields["Seccomp"] == ["2"] and int(fields["Seccomp_filters"][0]) == 3
    assert set(processes.capabilities(pid).values()) == {0}
    assert os.listdir(f"/proc/{pid}/root/") == []
    assert [name for name in NAMESPACES
            if os.readlink(f"/proc/{pid}/ns/{name}") == os.readlink(f"/proc/self/ns/{name}")] == []
    opened = {os.readlink(f"/proc/{pid}/fd/{fd}") for fd in os.listdir(f"/proc/{pid}/fd")}
    directory = machine.state["directory"]
    assert {path for path in opened if path.startswith("/")} == {
        "/dev/null", f"{directory}/passt-nic1.log", f"{directory}/passt-nic1.pid"}


def test_it_is_told_by_status_and_doctor(machine):
    nic = machine.status()["nics"][1]
    assert (nic["network"], nic["ended"]) == ("passt", False)
    assert re.search(r"^eth1 +passt network, ", owrun(machine.user, "status", "wan").stdout,
                     re.MULTILINE)
    found = Diagnosis(machine.user, "--vm", "wan").of("passt")
    assert found["state"] == "ok" and f"process {nic['pid']} carries eth1" in found["text"]


def test_one_that_is_plugged_in_is_refused_with_the_way_out(machine):
    assert refused(machine.user, "nic", "add", "wan", "passt") == (
        "owrun: QEMU takes no passt while it runs: '--nic passt' has one from the start, and "
        "'user' can be plugged in")


def test_t41_the_keys_of_a_user_network_are_those_of_passt_too(user, guest):
    machine = Machine(user, guest, "keys", "--nic", "user", "--nic",
                      "passt,net=10.7.0.0/24,host=10.7.0.9,dhcpstart=10.7.0.77").boot()
    with machine.console() as console:
        console.login()
        assert network.wait_until(
            lambda: "10.7.0.77/24" in console.run("ip -4 addr show eth1")[1], 20)
        assert "default via 10.7.0.9" in console.run("ip route")[1]
    machine.stop()


@pytest.fixture
def small(user, guest):
    """small(option...) is a VM that is not started."""
    return functools.partial(Machine, user, guest, "small", "--lan", "none", "--wan", "passt")


def test_one_that_was_killed_is_told_and_restart_brings_it_back(small):
    machine = small("--forward", "0:80").start()
    user, port = machine.user, port_of(machine, 0)
    os.kill(passt_of(machine), signal.SIGKILL)
    assert network.wait_until(lambda: machine.status()["nics"][0]["ended"])
    assert machine.status()["state"] == "running"
    assert "its passt has ended, 'owrun restart'" in owrun(user, "status", "small").stdout
    found = Diagnosis(user, "--vm", "small").of("passt")
    assert (found["state"], found["command"]) == ("broken", "owrun restart small")
    done_well(user, "restart", "-d", "--timeout", "0", "small")
    machine.state = machine.listed()
    assert not machine.status()["nics"][0]["ended"] and port_of(machine, 0) == port
    machine.quit()


def test_it_ends_with_its_qemu_and_leaves_no_port(small):
    machine = small("--forward", "0:80").start()
    passt, port = passt_of(machine), port_of(machine, 0)
    machine.kill()
    assert network.wait_until(lambda: passt not in processes.living(), 2)
    socket.create_server(("127.0.0.1", port)).close()
    done_well(machine.user, "rm", "small")


def test_it_ends_with_a_qemu_that_does_not_start(small):
    machine = small("--forward", "0:80", "--", "-nonsense")
    done = owrun(machine.user, "run", "-d", *machine.arguments)
    assert done.returncode == 1 and "QEMU ended at once" in done.stderr
    assert network.wait_until(lambda: not runs("small", machine.user))
    assert not (runtime_directory(machine.user) / "small").exists()


def test_what_keeps_it_from_starting_is_told(small, user):
    directory = pathlib.Path(user.home, "failing")
    directory.mkdir()
    (directory / "passt").write_text("#!/bin/sh\necho the reason >&2\nexit 1\n", encoding="ascii")
    (directory / "passt").chmod(0o755)
    done = owrun(user, "run", "-d", *small().arguments,
                 env={"PATH": f"{directory}:{os.environ['PATH']}"})
    assert done.returncode == 1
    assert done.stderr == f"owrun: '{directory}/passt' failed: the reason\n"
    assert runs("small", user) == [] and not (runtime_directory(user) / "small").exists()


def test_without_the_program_its_package_is_told(small, user):
    directory = pathlib.Path(user.home, "only-qemu")
    directory.mkdir()
    (directory / "qemu-system-x86_64").symlink_to("/usr/bin/qemu-system-x86_64")
    done = owrun(user, "run", "-d", *small().arguments, env={"PATH": str(directory)})
    assert done.returncode == 1 and done.stderr == (
        "owrun: 'passt' is not on your PATH; on Debian it is in the package 'passt', and "
        "'--wan user' needs none\n")


def test_root_has_none(guest, user):
    assert user and "root has no passt: " in refused(
        User("root"), "run", "-d", *Machine(User("root"), guest, "small", "--lan", "none", "--wan",
                                            "passt").arguments)


def test_what_dry_run_prints_starts_both_in_a_shell(small):
    machine = small("--forward", "0:80")
    user, directory = machine.user, runtime_directory(machine.user) / "small"
    printed = done_well(user, "run", "--dry-run", *machine.arguments).stdout
    shell = subprocess.Popen(("sh", "-c", printed), user=user.uid, group=user.gid,
                             extra_groups=user.groups, cwd=user.home, stderr=subprocess.DEVNULL)
    try:
        assert network.wait_until(lambda: machine.find().get("state") == "running", 20)
        passt, = [pid for pid, line in passts_of(user).items() if "--one-off" in line]
        assert (directory / "passt-nic0.sock").exists()
        done_well(user, "stop", "--timeout", "0", "small")
        assert network.wait_until(lambda: passt not in passts_of(user))
    finally:
        shell.kill()
        shell.wait()
    owrun(user, "rm", "small")
    assert not directory.exists()
