# SPDX-License-Identifier: MIT
"""Leases by DHCP: renewed, changed, lost, and a server that lies. The server is a client of the
same user's on his own bridge, where he may be one."""
import json
import os
import pathlib
import re
import shutil
import signal

import pytest

import network
import processes
from lan import ROUTER, Client, lan_refused, nothing_left, udhcpd_conf



@pytest.fixture(scope="module", autouse=True)
def service_runs(running, alice):
    yield
    assert nothing_left(alice)


class Server:
    def __init__(self, user):
        self.path = pathlib.Path(user.home, "udhcpd.conf")
        self.shell = Client(user, user.bridge, "--root", "--address", f"{ROUTER}/24")

    def serve(self, address="192.168.1.77", dns=ROUTER, router=ROUTER, more=""):
        # A client that is just going may still have the address.
        self.path.write_text(
            udhcpd_conf(address, address, "max_leases 1", "conflict_time 1",
                        f"option router {router}", f"option dns {dns}", "option lease 3600", more),
            encoding="ascii")
        self.shell.run("[ -z \"$server\" ] || { kill $server; wait $server; }")
        self.shell.run(f"busybox udhcpd -f {self.path} 2>/dev/null & server=$!")


@pytest.fixture(scope="module")
def server(service_runs, alice):
    serving = Server(alice)
    yield serving
    serving.shell.close()


def dhcp_client(client):
    pid, = (pid for pid in processes.children(client.keeper)
            if "udhcpc" in processes.command_line(pid))
    return pid


def routes(client):
    return json.loads(client.run("ip -j route")[1])


def servers_of(client):
    return re.findall(r"nameserver (\S+)", client.run("cat /etc/resolv.conf")[1])


def test_what_a_renewed_lease_says_counts(server, alice):
    server.serve()
    with Client(alice, alice.bridge) as client:
        assert client.address[1] == "192.168.1.77" and servers_of(client) == [ROUTER]
        server.serve(dns="192.168.1.2 192.168.1.3", router="192.168.1.4",
                     more=f"static_lease {client.address[0]} 192.168.1.77")
        os.kill(dhcp_client(client), signal.SIGUSR1)
        assert network.wait_until(lambda: servers_of(client) == ["192.168.1.2", "192.168.1.3"], 15)
        assert network.wait_until(lambda: [route["gateway"] for route in routes(client)
                                           if route["dst"] == "default"] == ["192.168.1.4"])
        assert client.address[1] == "192.168.1.77"


def test_a_lease_that_is_lost_is_one_no_longer_and_another_one_follows(server, alice):
    server.serve()
    with Client(alice, alice.bridge) as client:
        assert client.address[1] == "192.168.1.77"
        server.serve(more=f"static_lease {client.address[0]} 192.168.1.78")
        os.kill(dhcp_client(client), signal.SIGUSR1)
        assert network.wait_until(lambda: client.address[1:] == ("192.168.1.78",), 15)
        assert len([route for route in routes(client) if route["dst"] == "default"]) == 1


def test_a_renewed_lease_that_cannot_be_had_ends_no_command(server, alice):
    """The kernel takes no route by one's own address."""
    server.serve()
    with Client(alice, alice.bridge) as client:
        server.serve(dns="192.168.1.2", router="192.168.1.77",
                     more=f"static_lease {client.address[0]} 192.168.1.77")
        os.kill(dhcp_client(client), signal.SIGUSR1)
        assert "set the default route by 'eth0'" in client.process.stderr.readline()
        server.serve(dns="192.168.1.3", more=f"static_lease {client.address[0]} 192.168.1.77")
        os.kill(dhcp_client(client), signal.SIGUSR1)
        assert network.wait_until(lambda: servers_of(client) == ["192.168.1.3"], 15)


@pytest.mark.parametrize("dns, router", (("0.0.0.0 224.0.0.1", "255.255.255.255"),
                                         ("127.0.0.1", "0.0.0.0")))
def test_what_can_be_no_hosts_address_does_not_count(server, alice, dns, router):
    server.serve(dns=dns, router=router)
    with Client(alice, alice.bridge) as client:
        assert client.address[1] == "192.168.1.77"
        assert servers_of(client) == [] and [r for r in routes(client) if "gateway" in r] == []


def test_an_address_of_this_host_alone_is_no_lease(server, alice):
    server.serve(address="127.0.0.9")
    assert "no DHCP server answered" in lan_refused(alice, alice.bridge, "--timeout", "2", "true")


def test_the_dhcp_client_ends_with_the_command(server, alice):
    server.serve()
    with Client(alice, alice.bridge) as client:
        pid = dhcp_client(client)
        fields = processes.status(pid)
        assert fields["NoNewPrivs"] == ["1"] and fields["Seccomp"] == ["2"]
        # CAP_NET_BIND_SERVICE and CAP_NET_RAW, of the namespace alone.
        assert set(processes.capabilities(pid).values()) == {1 << 10 | 1 << 13}
    assert network.wait_until(lambda: not processes.status(pid))


@pytest.fixture(params=["file", "systemd", "elsewhere", "nothing", "to nothing"])
def resolver(request):
    """/etc/resolv.conf as hosts have it."""
    path, aside = pathlib.Path("/etc/resolv.conf"), pathlib.Path("/etc/resolv.conf.aside")
    targets = {"systemd": pathlib.Path("/run/systemd/resolve/stub-resolv.conf"),
               "elsewhere": pathlib.Path("/run/resolvconf/resolv.conf"),
               "to nothing": pathlib.Path("/run/none/resolv.conf")}
    target = targets.get(request.param)
    path.rename(aside)
    if target is not None:
        path.symlink_to(target)
    if request.param in ("systemd", "elsewhere"):
        target.parent.mkdir(parents=True)
    if request.param in ("file", "systemd", "elsewhere"):
        path.write_text("nameserver 192.0.2.1\n", encoding="ascii")
    yield path
    if request.param in ("systemd", "elsewhere"):
        shutil.rmtree(target.parent)
    path.unlink(missing_ok=True)
    aside.rename(path)


def test_name_servers_are_the_leases_inside_and_the_hosts_outside(server, alice, resolver):
    server.serve()
    before = resolver.read_bytes() if resolver.exists() else None
    with Client(alice, alice.bridge) as client:
        mounts = client.run("cat /proc/self/mounts")[1]
        assert servers_of(client) == ([ROUTER] if before is not None else [])
        assert (resolver.read_bytes() if resolver.exists() else None) == before
        assert client.run("ls -d /tmp/.")[0] == 0 and mounts.count(" /tmp ") <= 1
        client.process.stdin.close()
        said = client.process.stderr.read()
    assert ("names are not looked up" in said) == (before is None)


def test_a_service_of_the_host_that_answers_for_names_is_not_there(server, alice):
    place = pathlib.Path("/run/systemd/resolve")
    place.mkdir(parents=True)
    try:
        (place / "io.systemd.Resolve").touch()
        with Client(alice, alice.bridge, "--address", "none") as client:
            assert client.run(f"ls {place}")[1].split() == ["resolv.conf", "stub-resolv.conf"]
    finally:
        shutil.rmtree(place.parent)
