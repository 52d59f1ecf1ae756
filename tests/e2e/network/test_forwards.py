# SPDX-License-Identifier: MIT
"""Ports of the host that lead into the guest: a booted VM that has several, and refusals of those
that cannot be had, each with a sentence of its own."""
import contextlib
import pathlib
import socket
import subprocess
import urllib.request

import pytest

import echo
import network
from machine import Machine, left_of, owrun

OUTSIDE = "10.98.0.1"  # an address of the host that is not the loopback one
CHOOSE = "; choose another, or 0 for any free one"
HOLDER = """import socket, sys, time
family, kind, address, v6only = sys.argv[1:]
held = socket.socket(getattr(socket, family), getattr(socket, kind))
if family == "AF_INET6":
    held.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, int(v6only))
held.bind((address, 0))
if kind == "SOCK_STREAM":
    held.listen()
print(held.getsockname()[1], flush=True)
time.sleep(600)
"""


@pytest.fixture(scope="module")
def outside(installed):
    network.add_interface("outside0")
    network.command("ip", "addr", "add", f"{OUTSIDE}/24", "dev", "outside0")
    network.command("ip", "link", "set", "outside0", "up")
    yield OUTSIDE
    network.delete_link("outside0")


@pytest.fixture(scope="module")
def machine(alice, guest, outside):
    started = Machine(alice, guest, "forwards", "--lan", "user", "--wan", "none",
                      "--share", "/:host,shared,ro", "--forward", "0:80",
                      "--forward", "0.0.0.0:0:80", "--forward", "0:7",
                      "--forward", f"{outside}:0:80", "--forward", "0:5353/udp").start()
    started.wait_ready()
    with started.console() as console:
        console.login()
        assert console.run("nc -ll -p 7 -e cat & true")[0] == 0
        # The guest sees a client's own address, but the loopback ones, and answers to it.
        assert console.run("ip route add default via 192.168.1.2")[0] == 0
    yield started
    started.stop()
    assert network.wait_until(lambda: left_of(alice) == []), left_of(alice)


def forwards(machine):
    """(address, host port, guest port) of each forward that was asked for."""
    texts = [text.split(":") for text in machine.state["forwards"][:5]]
    return [(address, int(host), guest) for address, host, guest in texts]


def page(address, port):
    with urllib.request.urlopen(f"http://{address}:{port}/", timeout=20) as answer:
        return answer.read().decode()


def test_t23_a_forward_is_on_the_loopback_address_unless_one_is_given(machine, outside):
    address, port, _ = forwards(machine)[0]
    assert address == "127.0.0.1" and "owvm demo router" in page("127.0.0.1", port)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((outside, port), 5)


def test_t23_a_forward_on_all_addresses_is_reached_by_each(machine, outside):
    address, port, _ = forwards(machine)[1]
    assert address == "0.0.0.0"
    for host in ("127.0.0.1", "127.0.0.2", outside):
        assert "owvm demo router" in page(host, port)


def test_t23_a_forward_on_one_address_is_reached_by_no_other(machine, outside):
    address, port, _ = forwards(machine)[3]
    assert address == outside and "owvm demo router" in page(outside, port)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), 5)


def test_t24_each_of_several_tcp_forwards_leads_to_its_own_port(machine):
    ports = forwards(machine)
    assert [guest for _, _, guest in ports] == ["80", "80", "7", "80", "5353/udp"]
    assert len({port for _, port, _ in ports}) == 5
    with socket.create_connection(("127.0.0.1", ports[2][1]), 20) as connection:
        connection.sendall(b"back\n")
        assert connection.recv(99) == b"back\n"


def test_t24_a_udp_forward_leads_to_the_guest_and_back(machine):
    with machine.console() as console:
        console.login()
        echo.start_datagrams(console)
    assert echo.datagrams_answered(forwards(machine)[4][1])


@contextlib.contextmanager
def held(user, family="AF_INET", kind="SOCK_STREAM", address="127.0.0.1", v6only="0"):
    """A process of the user that has a port; gives the port and the pid."""
    process = subprocess.Popen(
        ("/usr/bin/python3", "-c", HOLDER, family, kind, address, v6only), user=user.uid,
        group=user.gid, extra_groups=user.groups, cwd="/", stdout=subprocess.PIPE, text=True)
    try:
        yield int(process.stdout.readline()), process.pid
    finally:
        process.kill()
        process.communicate()


@pytest.fixture
def vm(alice, guest):
    """vm(forward...) is one that is not started."""
    def describe(*texts):
        return Machine(alice, guest, "vm", "--lan", "user",
                       *(f"--forward={text}" for text in texts))
    return describe


def allowed(machine):
    done = owrun(machine.user, "run", "--dry-run", *machine.arguments)
    return done.returncode == 0 and done.stderr == ""


def test_t24_a_port_of_ones_own_process_names_it(vm, alice):
    with held(alice) as (port, pid):
        said = f"is in use by your process 'python3' (pid {pid}){CHOOSE}"
        assert vm(f"{port}:80").refused() == f"forward: tcp port {port} of 127.0.0.1 {said}"
        assert vm(f"0.0.0.0:{port}:80").refused() == f"forward: tcp port {port} of 0.0.0.0 {said}"
        assert allowed(vm(f"127.0.0.2:{port}:80")) and allowed(vm(f"{port}:80/udp"))
    assert allowed(vm(f"{port}:80"))


def test_t24_a_udp_port_of_ones_own_process_names_it(vm, alice):
    with held(alice, kind="SOCK_DGRAM", address="0.0.0.0") as (port, pid):
        assert vm(f"{port}:53/udp").refused() == (
            f"forward: udp port {port} of 127.0.0.1 is in use by your process 'python3' "
            f"(pid {pid}){CHOOSE}")
        assert allowed(vm(f"{port}:53"))


@pytest.mark.parametrize("kind", ["SOCK_STREAM", "SOCK_DGRAM"])
def test_t24_an_ipv6_socket_that_takes_ipv4_too_is_named(vm, alice, kind):
    suffix = "/udp" if kind == "SOCK_DGRAM" else ""
    with held(alice, "AF_INET6", kind, "::") as (port, pid):
        assert f"your process 'python3' (pid {pid})" in vm(f"{port}:80{suffix}").refused()
    with held(alice, "AF_INET6", kind, "::ffff:127.0.0.1") as (port, pid):
        assert f"your process 'python3' (pid {pid})" in vm(f"{port}:80{suffix}").refused()
    for address in ("::", "::1"):
        with held(alice, "AF_INET6", kind, address, "1") as (port, _):
            assert allowed(vm(f"{port}:80{suffix}"))


def test_t24_a_port_of_another_user_names_him_and_no_process(vm, bob):
    with held(bob) as (port, _):
        assert vm(f"{port}:80").refused() == (
            f"forward: tcp port {port} of 127.0.0.1 is in use by a process of user 'bob'{CHOOSE}")


def test_t24_a_port_of_ones_own_vm_names_it(machine, vm):
    for number, (address, port, guest) in enumerate(forwards(machine)):
        protocol = "udp" if number == 4 else "tcp"
        assert vm(f"{address}:{port}:{guest}").refused() == (
            f"forward: {protocol} port {port} of {address} is in use by your VM 'forwards' "
            f"(pid {machine.pid}){CHOOSE}")


@pytest.fixture
def sysctl():
    """sysctl(name, value), as it was before after the test."""
    before = {}

    def change(name, value):
        path = pathlib.Path("/proc/sys", name)
        before.setdefault(path, path.read_text(encoding="ascii"))
        path.write_text(value, encoding="ascii")
    yield change
    for path, value in before.items():
        path.write_text(value, encoding="ascii")


def test_t24_a_privileged_port_tells_which_are_not(vm, sysctl):
    said = "forward: {} port {} is privileged: an ordinary user may take ports from {} on"
    assert vm("80:80").refused() == said.format("tcp", 80, 1024)
    assert vm("0.0.0.0:53:53/udp").refused() == said.format("udp", 53, 1024)
    sysctl("net/ipv4/ip_unprivileged_port_start", "2000")
    assert vm("1999:80").refused() == said.format("tcp", 1999, 2000)
    sysctl("net/ipv4/ip_unprivileged_port_start", "80")
    assert allowed(vm("80:80"))


def test_t24_a_port_that_is_asked_for_twice_tells_both_forwards(vm):
    for first, second in (("127.0.0.1", "127.0.0.1"), ("0.0.0.0", "127.0.0.1")):
        assert vm(f"{first}:18080:80", f"{second}:18080:81").refused() == (
            f"forward: tcp port 18080 is asked for twice, by '{first}:18080:80' and "
            f"'{second}:18080:81'; give one of them another, or 0 for any free one")
    assert allowed(vm("18080:80", "18080:80/udp", "127.0.0.2:18080:80"))


def test_t24_any_free_port_is_never_one_that_another_forward_asks_for(vm, sysctl):
    sysctl("net/ipv4/ip_local_port_range", "40000\t40001")
    for port in ("40000", "40001"):
        for suffix in ("", "/udp"):
            assert allowed(vm(f"0:80{suffix}", f"{port}:81{suffix}"))
    assert vm("0:80", "40000:81", "40001:82").refused() == (
        "forward: no tcp port of 127.0.0.1 is free")


def test_t24_an_address_that_the_host_does_not_have_is_told(vm):
    assert vm("192.0.2.1:18080:80").refused() == (
        "forward: '192.0.2.1' is not an address of this host; 0.0.0.0 stands for all of them")


@pytest.mark.parametrize("text, reason", [
    ("8000-8010:80", "a range of ports takes a forward for each, as in '8000:80' and '8001:81'"),
    ("[::1]:8080:80", "forwards are of IPv4 alone"),
    ("8080", "it takes two ports, as in '8080:80'"),
    ("8080:65536", "ADDR is an IPv4 address, and ports are numbers up to 65535, as in '8080:80'"),
])
def test_t24_a_forward_of_another_form_is_told_why(vm, text, reason):
    assert vm(text).refused() == (
        f"forward '{text}' is not [wan:][ADDR:]HOST:[GUESTADDR:]GUEST[/udp]: {reason}")
