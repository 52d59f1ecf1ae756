# SPDX-License-Identifier: MIT
"""udev and systemd-networkd of the host, as they come: each would change ports that owvm-netd makes
(udev their address, networkd their bridge), and the files that owvm installs keep them from it."""
import contextlib
import pathlib

import pytest

import host_programs
import network
import owvm
import service
from host_programs import PATIENCE
from owvm import Code

NETWORK_FILES = pathlib.Path("/usr/local/lib/systemd/network")
RULES = pathlib.Path("/usr/local/lib/udev/rules.d/70-owvm.rules")
# What an administrator writes who has one network card.
GREEDY = "[Match]\nName=*\n\n[Network]\nDHCP=yes\n"
POLICY = "permit group owvm bridge br-lab taps 100 queues 2\n"
OTHER_BRIDGES = "permit group owvm bridge ow-%U create\npermit group owvm bridge made0 create\n"
STARTS, AT_A_TIME = 300, 30
SETTLE = "--timeout=20"


@pytest.fixture
def udevd(netd):
    with host_programs.udev():
        yield


@pytest.fixture
def networkd(udevd):
    directory = pathlib.Path("/run/systemd/network")
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "50-greedy.network").write_text(GREEDY, encoding="utf-8")
    with host_programs.networkd():
        yield


@pytest.fixture
def without_our_files():
    """As before they were installed."""
    kept = [(path, path.read_bytes()) for path in (*NETWORK_FILES.iterdir(), RULES)]
    for path, _ in kept:
        path.unlink()
    yield
    for path, content in kept:
        path.write_bytes(content)


def state(name):
    """What systemd-networkd thinks of a link: `unmanaged`, or that it is being set up; None: it has
    not seen it yet."""
    path = pathlib.Path(f"/run/systemd/netif/links/{network.links()[name]['ifindex']}")
    with contextlib.suppress(FileNotFoundError):
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.startswith("ADMIN_STATE=") and line[12:] not in ("pending", "initialized"):
                return line[12:]
    return None


def made_of(reply, found):
    """The names of what a port consists of: its tap, and the ends of its cable, if it has one."""
    cable = [f"{end}{found[reply.interface]['ifindex']}" for end in ("owvmb", "owvmc")]
    return [reply.interface, *(name for name in cable if name in found)]


def is_as_made(reply):
    found = network.links()
    if reply.interface not in found:
        return False
    names = made_of(reply, found)
    return (len(names) == 3 and network.master(reply.interface) == reply.bridge and
            {found[name]["address"] for name in names} == {reply.host_mac})


def properties(name):
    listed = network.command("udevadm", "info", f"/sys/class/net/{name}").stdout
    return dict(line[3:].split("=", 1) for line in listed.splitlines() if line.startswith("E: "))


@contextlib.contextmanager
def ports(running, user, count, all_made=True):
    with contextlib.ExitStack() as stack:
        replies = [stack.enter_context(running.request(user, owvm.pack_tap(
            "br-lab", user.mac(), queues=1 + number % 2))) for number in range(count)]
        codes = [reply.code for reply in replies]
        assert not all_made or codes == [Code.OK] * count, replies[-1].text
        network.command("udevadm", "settle", SETTLE)
        yield replies


def changed(replies):
    """Those that somebody has changed meanwhile, or while they were made."""
    return [reply for reply in replies if reply.code != Code.OK or not is_as_made(reply)]


def seen_by_networkd(replies):
    def seen():
        found = network.links()
        return all(state(name) is not None for reply in replies if reply.interface in found
                   for name in made_of(reply, found))
    return network.wait_until(seen, PATIENCE)


def test_without_the_files_networkd_takes_ports_off_their_bridge(
        netd, alice, bridge, without_our_files, networkd):
    with ports(netd(POLICY), alice, 8, all_made=False) as replies:
        assert network.wait_until(lambda: changed(replies), PATIENCE)


@pytest.mark.parametrize("programs", ["udevd", "networkd"])
def test_no_start_of_300_fails_beside(programs, netd, alice, bridge, request):
    request.getfixturevalue(programs)
    running = netd(POLICY)
    for _ in range(STARTS // AT_A_TIME):
        with ports(running, alice, AT_A_TIME) as replies:
            if programs == "networkd":
                assert seen_by_networkd(replies)
            assert changed(replies) == []
        assert network.wait_until(lambda: not set(network.links()) & {
            reply.interface for reply in replies})
    assert "loses port" not in service.log()


def test_who_looks_after_links_is_told_to_leave_those_of_netd_alone(netd, alice, bridge, networkd):
    running = netd(POLICY + OTHER_BRIDGES)
    with running.request(alice, alice.tap()) as bare, \
            running.request(alice, alice.tap("made0")) as made, \
            running.request(alice, alice.tap(bridge)) as reply:
        assert network.links()["made0"]["group"] == network.BRIDGE_GROUP
        network.command("udevadm", "settle", SETTLE)
        ends = [name for port in (bare, made, reply) for name in made_of(port, network.links())]
        assert len(ends) == 7
        for name in (*ends, bare.bridge, "made0"):
            assert network.wait_until(lambda name=name: state(name) == "unmanaged", PATIENCE)
            assert properties(name)["NM_UNMANAGED"] == "1"
        for name in ends:
            assert properties(name)["ID_NET_LINK_FILE"] == f"{NETWORK_FILES}/70-owvm.link"


def test_the_links_of_others_are_not_owvms_affair(networkd):
    network.command("ip", "link", "add", "plain0", "type", "bridge")
    try:
        network.command("udevadm", "settle", SETTLE)
        assert network.wait_until(lambda: state("plain0") not in (None, "unmanaged"), PATIENCE)
        found = properties("plain0")
        assert "NM_UNMANAGED" not in found and "owvm" not in found["ID_NET_LINK_FILE"]
    finally:
        network.delete_link("plain0")
