# SPDX-License-Identifier: MIT
"""Whatever clients send, or do not send, owvm-netd neither ends nor waits."""
import os
import random
import struct
import time

import owvm
import processes
from conftest import OWN_BRIDGE
from owvm import Code, Op
from people import as_user, at_once, connect_as

MESSAGES, SEED = 20000, 20241
CLIENTS_TIME, SILENT = 2.0, 32  # seconds; connections of one user


def processes_of(running):
    return {running.pid, *processes.children(running.pid)}


def message(dice, user):
    """Bytes of every kind: from noise to a request with one byte that is wrong, or none."""
    good = dice.choice((user.tap(), owvm.pack_nets(), owvm.pack_ports(), owvm.pack_ports(1 << 31),
                        owvm.pack_client(user.bridge, "eth0")))
    kind = dice.randrange(6)
    if kind == 0:
        return dice.randbytes(dice.choice((0, 1, 79, 80, 81, 500, 60000)))
    if kind == 1:
        return good[:dice.randrange(len(good))]
    if kind == 2:
        return good[:16] + dice.randbytes(64)
    if kind == 3:
        return struct.pack("<4sHHI", b"owvm", 1, dice.choice(list(Op)), dice.randrange(4)).ljust(
            80, b"\0")
    data = bytearray(good)
    for _ in range(dice.randrange(3)):
        data[dice.randrange(80)] = dice.randrange(256)
    return bytes(data)


def test_a_storm_of_random_messages_ends_nothing(netd, alice, bob, capsys):
    running = netd("permit group owvm bridge ow-%U create taps 100\n")
    assert running.request(alice, owvm.pack_nets()).code == Code.OK
    before = processes_of(running)

    def storm():
        dice, codes, held = random.Random(SEED), {}, []
        for _ in range(MESSAGES):
            with owvm.connect() as sock:
                if dice.randrange(20) == 0:
                    sock.send(message(dice, alice))
                    continue  # leaves without the reply
                reply = owvm.exchange(sock, message(dice, alice))
            codes[reply.code] = codes.get(reply.code, 0) + 1
            held.append(reply)
            if len(held) > 50:
                held.pop(0).close()
        return codes
    codes = as_user(alice, storm)
    with capsys.disabled():
        print(f"\n{MESSAGES} messages, seed {SEED}: "
              f"{', '.join(f'{code.name} {n}' for code, n in sorted(codes.items()))}")
    assert {Code.MALFORMED, Code.NOT_SUPPORTED, Code.OK, Code.END} <= set(codes)
    assert processes_of(running) == before
    with running.request(bob, bob.tap()) as reply:
        assert reply.code == Code.OK, reply.text


def test_a_silent_client_is_shown_out_in_time(netd, alice):
    netd(OWN_BRIDGE)
    start = time.monotonic()
    with connect_as(alice) as silent:
        assert silent.recv(1) == b""
    assert CLIENTS_TIME - 0.1 <= time.monotonic() - start < CLIENTS_TIME + 1


def test_a_client_that_is_slow_but_in_time_is_served(netd, alice):
    netd(OWN_BRIDGE)
    with connect_as(alice) as slow:
        time.sleep(CLIENTS_TIME / 2)
        with owvm.exchange(slow, alice.tap()) as reply:
            assert reply.code == Code.OK


def test_one_user_holds_so_many_silent_connections_and_others_are_served(netd, alice, bob):
    running = netd(OWN_BRIDGE)

    def connect_many():
        socks = [owvm.connect() for _ in range(SILENT + 5)]
        return [owvm.Reply(sock.recv(owvm.REPLY_SIZE)).code for sock in socks[SILENT:]]
    assert running.request(bob, owvm.pack_nets()).code == Code.OK
    assert as_user(alice, connect_many) == [Code.BUSY] * 5
    assert running.request(bob, owvm.pack_nets()).code == Code.OK


def test_a_hundred_requests_at_once_are_all_served(netd, alice):
    """As many as a user may have ports."""
    running = netd("permit group owvm bridge ow-%U create taps 100\n")
    assert running.request(alice, owvm.pack_nets()).code == Code.OK

    def ask_all():
        socks = []
        for number in range(100):
            sock = owvm.connect()
            sock.send(owvm.pack_tap(alice.bridge, owvm.mac_of(alice.uid, number)))
            socks.append(sock)
        ask_all.replies = [owvm.Reply(*owvm.receive(sock, owvm.REPLY_SIZE)[:2]) for sock in socks]
        return {reply.code for reply in ask_all.replies}
    assert as_user(alice, ask_all) == {Code.OK}


def test_many_users_at_once_are_all_served(netd, alice, bob):
    running = netd("permit group owvm bridge ow-%U create taps 100\n")
    assert running.request(alice, owvm.pack_nets()).code == Code.OK
    pids = processes_of(running)

    def ask():
        codes = set()
        for number in range(10):
            with owvm.connect() as sock:
                reply = owvm.exchange(sock, owvm.pack_tap(
                    f"ow-{os.getuid()}",
                    owvm.mac_of(os.getuid(), number, 2 + 4 * (os.getpid() % 60))))
            codes.add(reply.code)
            reply.close()
        return codes
    results, workers = at_once([alice, bob] * 4, ask)
    for worker in workers:
        worker.finish()
    # Ports that are still going count.
    assert all(Code.OK in result <= {Code.OK, Code.QUOTA} for result in results), results
    assert processes_of(running) == pids
