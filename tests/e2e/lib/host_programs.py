# SPDX-License-Identifier: MIT
"""Programs of the host that look after its links, as they come: udev and systemd-networkd."""
import contextlib
import os
import subprocess

import network

UDEVD, NETWORKD = "/lib/systemd/systemd-udevd", "/lib/systemd/systemd-networkd"
PATIENCE = 30  # seconds


@contextlib.contextmanager
def program(*command):
    with open("/var/log/host-programs.log", "ab") as log:
        running = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
    try:
        yield running
    finally:
        running.terminate()
        running.wait(20)


@contextlib.contextmanager
def udev():
    os.makedirs("/run/udev", exist_ok=True)
    with program(UDEVD):
        assert network.wait_until(lambda: network.command(
            "udevadm", "control", "--ping", check=False).returncode == 0, PATIENCE)
        yield


@contextlib.contextmanager
def networkd():
    """udev is there already."""
    os.makedirs("/run/systemd", exist_ok=True)
    with program(NETWORKD):
        assert network.wait_until(lambda: os.path.exists("/run/systemd/netif/links/1"), PATIENCE)
        yield
