# SPDX-License-Identifier: MIT
"""TUTORIAL's rows about network cards: what the guest sees of what was asked for."""
import re

import pytest

import network
from machine import Machine, left_of, owrun


@pytest.fixture(scope="module")
def user(alice, running):
    yield alice
    assert network.wait_until(lambda: left_of(alice) == []), left_of(alice)
    assert network.wait_until(lambda: network.made_by_netd() == set())


def console_of(machine):
    console = machine.console()
    console.login()
    return console


@pytest.fixture(scope="module")
def default(user, guest):
    """Nothing is said about the network."""
    machine = Machine(user, guest, "default", "--forward", "0:80").boot()
    with console_of(machine) as console:
        yield machine, console
    machine.stop()


MIXED = ("--nic", "user,model=e1000,addr=0x3,net=10.7.0.0/24,host=10.7.0.9,dhcpstart=10.7.0.77",
         "--nic", "bridge,model=rtl8139,mac=52:54:00:12:34:56,addr=0x4",
         "--nic", "user,model=virtio")


@pytest.fixture(scope="module")
def mixed(user, guest):
    """Three models, a user network of other addresses, a bridge with a chosen address."""
    machine = Machine(user, guest, "mixed", *MIXED).boot()
    with console_of(machine) as console:
        yield machine, console
    machine.stop()


def cards(console):
    """(PCI slot, vendor and device, MAC) of each card, in the order of their slots."""
    code, text = console.run(
        "for i in /sys/class/net/e*; do echo $(readlink -f $i | grep -o '00:[0-9a-f]*\\.[0-9]' | "
        "tail -n 1) $(cat $i/device/uevent $i/device/../uevent | grep -o 'PCI_ID=.*') "
        "$(cat $i/address); done")
    assert code == 0, text
    return sorted(tuple(line.split()[i] for i in (0, 1, -1)) for line in text.splitlines())


def test_t17_a_user_network_leads_out_and_the_guest_has_its_address(default):
    _, console = default
    assert network.wait_until(
        lambda: "10.0.2.15/24" in console.run("ip -4 addr show eth1")[1], 20)
    assert "default via 10.0.2.2" in console.run("ip route")[1]


def test_t18_each_model_is_the_card_that_the_guest_sees(mixed):
    _, console = mixed
    models = [card[1] for card in cards(console)]
    assert models == ["PCI_ID=8086:100E", "PCI_ID=10EC:8139", "PCI_ID=1AF4:1000"]


def test_t18_a_model_that_is_none_is_refused_with_the_nearest(user, guest):
    done = owrun(user, "run", "-d", *Machine(user, guest, "x", "--nic",
                                             "user,model=e100").arguments)
    assert done.returncode == 2 and "did you mean 'e1000'?" in done.stderr


def test_t19_an_address_that_was_chosen_is_the_guests(mixed):
    _, console = mixed
    assert cards(console)[1][2] == "52:54:00:12:34:56"


def test_t19_an_address_that_was_not_is_the_same_at_every_start(user, guest):
    seen = []
    for _ in range(2):
        machine = Machine(user, guest, "again").start()
        seen.append([nic["mac"] for nic in machine.status()["nics"]])
        machine.quit()
    assert seen[0] == seen[1] and len(set(seen[0])) == 2


def test_t20_the_first_card_is_the_lan_so_that_nothing_has_to_be_moved(default):
    machine, console = default
    assert "192.168.1.1/24" in console.run("ip -4 addr show eth0")[1]
    assert machine.interface in network.ports(machine.user.bridge)


def test_t28_net_host_and_dhcpstart_are_those_of_the_user_network(mixed):
    _, console = mixed
    # It is not the guest's eth1, where it would ask by itself.
    code, text = console.run(
        "for i in /sys/class/net/e*; do readlink $i/device/driver | grep -q e1000 && "
        "timeout 20 udhcpc -n -q -f -i ${i##*/} -s /bin/true; done", 40)
    assert "lease of 10.7.0.77 obtained from 10.7.0.9" in text, (code, text)


def test_t29_t30_a_bridge_by_its_name_is_one_that_owvm_netd_has(mixed):
    machine, _ = mixed
    nic = machine.status()["nics"][1]
    assert nic["network"] == machine.user.bridge
    assert network.links()[nic["interface"]]["master"] == machine.user.bridge


def test_t31_user_and_bridge_together(mixed):
    machine, _ = mixed
    assert [nic["network"] for nic in machine.status()["nics"]] == [
        "user", machine.user.bridge, "user"]


def test_t35_status_prints_the_address_that_works_from_this_host(default):
    machine, console = default
    way = [way for way in machine.status()["ways"] if way.startswith("http://")][0]
    # The forward leads to the WAN side, where this guest's web server listens as well.
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/", way)
    page = machine.user.run("busybox", "wget", "-q", "-O", "-", way).stdout
    assert "owvm demo router" in page
    assert way in owrun(machine.user, "status", "default").stdout


def test_t38_the_order_of_nics_is_that_of_their_addresses_also_with_mixed_models(mixed):
    _, console = mixed
    slots = [card[0] for card in cards(console)]
    assert slots == ["00:03.0", "00:04.0", "00:0a.0"]


def test_t38_the_order_of_nics_of_one_model_is_ethn(default):
    machine, console = default
    for number, nic in enumerate(machine.status()["nics"]):
        assert console.run(f"cat /sys/class/net/eth{number}/address")[1].strip() == nic["mac"]


def test_t39_two_cards_in_one_slot_are_refused(user, guest):
    done = owrun(user, "run", "-d", *Machine(user, guest, "x", "--nic", "user,addr=3", "--nic",
                                             "user,addr=0x3").arguments)
    assert done.returncode == 1 and "two NICs have the address 0x3.0" in done.stderr


def test_t39_a_card_without_a_slot_leaves_the_slots_of_the_others_alone(user, guest):
    machine = Machine(user, guest, "x", "--nic", "user,addr=0x9", "--nic", "user").start()
    machine.quit()


def test_t40_the_default_is_the_lan_first_and_the_wan_second(default):
    machine, _ = default
    assert [nic["network"] for nic in machine.status()["nics"]] == [machine.user.bridge, "user"]


@pytest.mark.parametrize("given, sentence", [
    ("tap", "'--nic bridge=NAME'"),
    ("user,hostfwd=tcp::8080-:80", "--forward"),
    ("bridge=br-lab,net=10.0.0.0/24", "belongs to a user network"),
    ("usr", "none of user, passt and bridge"),
    ("user,mac=01:00:5e:00:00:01", "not an address that a guest can have"),
    ("user,modl=e1000", "did you mean 'model'?"),
])
def test_t41_nic_has_qemus_shape_and_says_what_it_takes_instead(user, guest, given, sentence):
    done = owrun(user, "run", "-d", *Machine(user, guest, "x", "--nic", given).arguments)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1 and sentence in done.stderr
