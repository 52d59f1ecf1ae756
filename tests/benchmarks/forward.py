# SPDX-License-Identifier: MIT
"""The part of tests/bench about forwards, inside tests/sandbox: by the LAN against QEMU's own, of
one VM, in turns.

usage: forward.py [--quick] [--strict]"""
import pathlib
import socket
import sys
import time

TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests" / "e2e"))

# pylint: disable=wrong-import-position
import launch
import network
import service
import tables
from machine import Machine
from people import User

ROUNDS = 3 if launch.QUICK else 7
CONNECTIONS = 50 if launch.QUICK else 200
GOAL = 2
# By the WAN of a guest that lets it in.
WAYS = {"by the LAN": "", "QEMU's user network": "wan:"}


def port_of(machine, way, guest):
    return next(text.removeprefix("wan:").split(":")[1] for text in machine.state["forwards"]
                if text.startswith("wan:") == bool(way) and text.endswith(f":{guest}"))


def connections(port):
    """A second: each one asks for a page."""
    started = time.monotonic()
    for _ in range(CONNECTIONS):
        with socket.create_connection(("127.0.0.1", int(port)), 20) as connection:
            connection.sendall(b"GET / HTTP/1.0\r\n\r\n")
            while connection.recv(65536):
                pass
    return CONNECTIONS / (time.monotonic() - started)


def measure(machine, goals):
    found = {name: ([], [], []) for name in WAYS}
    for _ in range(ROUNDS):
        for name, way in WAYS.items():
            both = launch.throughput(network.command, "-c", "127.0.0.1", "-p",
                                     port_of(machine, way, 5201))
            for values, value in zip(found[name], (*both, connections(port_of(machine, way, 80)))):
                values.append(value)
    rows = {name: [tables.median(values) for values in measured]
            for name, measured in found.items()}
    lan, usernet = rows.values()
    goals.check("forward by the LAN / QEMU's user network, to the guest", lan[0] / usernet[0], GOAL,
                least=True)
    goals.check("forward by the LAN / QEMU's user network, from the guest", lan[1] / usernet[1],
                GOAL, least=True)
    print(f"\n{'TCP, Mbit/s (TCG), medians':30} to the guest  from the guest  pages a second")
    for name, (to_guest, from_guest, pages) in rows.items():
        print(f"{name:30} {to_guest:12.0f} {from_guest:15.0f} {pages:15.0f}")


def main():
    launch.install()
    netd = service.Service()
    netd.start()
    alice, goals = User("alice"), tables.Goals()
    share = pathlib.Path(alice.home, "iperf")
    launch.put_iperf(share)
    words = [word for way in WAYS.values() for port in (5201, 80)
             for word in ("--forward", f"{way}0:{port}")]
    machine = Machine(alice, launch.GUEST, "net", "--share", f"{share}:hostshare,ro", *words,
                      append="console=ttyS0 quiet wan=open").boot()
    with machine.console() as console:
        console.login()
        code, said = console.run(launch.IN_GUEST + "-s -D")
        if code:
            sys.exit(f"bench: iperf3 does not start in the guest: {said}")
    measure(machine, goals)
    machine.stop()
    netd.close()
    return 1 if goals.missed and "--strict" in sys.argv else 0


if __name__ == "__main__":
    sys.exit(main())
