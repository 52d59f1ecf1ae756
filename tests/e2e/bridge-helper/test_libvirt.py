# SPDX-License-Identifier: MIT
"""owvm-bridge-helper under libvirt's session mode, which knows the guest's address but does not
tell a helper."""
import os
import pathlib

import pytest

import network
from conftest import OWN_BRIDGE
from qemu import HELPER, assert_gone, assert_reachable
from virsh import Session

LAB = "permit group owvm bridge br-lab dhcp-server\n"


@pytest.fixture
def session(alice, guest, nothing_left):
    libvirt = Session(alice, guest)
    try:
        libvirt.start(HELPER)
        yield libvirt
        libvirt.destroy()
    finally:
        libvirt.stop()
        libvirt.remove()


@pytest.mark.parametrize("model", ("virtio", "e1000"))
def test_a_domain_on_the_users_own_bridge_is_reached_until_it_is_destroyed(
        netd, session, alice, model):
    netd(OWN_BRIDGE)
    mac = alice.mac()
    created = session.create(alice.bridge, mac, model)
    assert created.returncode == 0, created.stderr
    interface, source, told = session.interfaces()
    assert (source, told) == (alice.bridge, mac) and interface in network.ports(alice.bridge)
    session.wait_ready()
    assert_reachable(alice.bridge)
    assert session.destroy().returncode == 0
    assert_gone(alice.bridge)


def test_libvirt_passes_no_address_and_use_vnet_to_virtio_cards_alone(netd, session, alice):
    netd(OWN_BRIDGE)
    for model, options in (("virtio", "--use-vnet --br=br-no"), ("e1000", "--br=br-no")):
        refused = session.create("br-no", alice.mac(), model)
        assert refused.returncode == 1
        assert f"{HELPER} {options} --fd=" in refused.stderr
        assert "bridge 'br-no' refused: no rule permits uid" in refused.stderr
    assert network.made_by_netd() == set()


def test_on_a_shared_bridge_a_script_of_the_user_declares_the_address(
        netd, session, bridge, alice):
    netd(LAB)
    mac = alice.mac()
    refused = session.create(bridge, mac)
    assert refused.returncode == 1 and "none was declared" in refused.stderr
    script = pathlib.Path(alice.home, "lab-helper")
    script.write_text(f'#!/bin/sh\nexec owvm-bridge-helper --mac={mac} "$@"\n', encoding="utf-8")
    script.chmod(0o755)
    session.stop()
    session.start(script)
    created = session.create(bridge, mac, "virtio", "--paused")
    assert created.returncode == 0, created.stderr
    assert f"guest={mac}" in network.links()[session.interfaces()[0]]["ifalias"].split()
    os.unlink(script)


def test_a_domain_gets_its_port_from_a_file_capability_too(helper, session, alice):
    helper(OWN_BRIDGE)
    created = session.create(alice.bridge, alice.mac(), "virtio", "--paused")
    assert created.returncode == 0, created.stderr
    assert session.interfaces()[0] in network.ports(alice.bridge)
