# SPDX-License-Identifier: MIT
"""Recipes: scripts that a router runs at its first boot, as its release wants them."""
import json
import os
import pathlib
import shutil
import subprocess

import pytest

import images
import insides
from machine import NO_NETWORK, Machine, done_well, owrun, refused

# What OpenWrt does with /etc/uci-defaults (/lib/functions.sh), and a uci that tells of its calls.
FIRST_BOOT = """#!/bin/sh
cd /etc/uci-defaults
for file in $(ls); do
	( . "./$file" ) && rm -f "$file"
done
"""
UCI = """#!/bin/sh
echo "uci $*" >>/uci.log
case "$*" in
*batch) cat >>/uci.log ;;
'-q get network.@device[0].name') echo other ;;
'-q get network.@device[1].name') echo br-lan ;;
'-q get network.'*.device) echo eth1 ;;
*) exit 1 ;;
esac
"""
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ alice's $(reboot) key"
HASH = "$6$salt$abc./DEF"


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    place = insides.make_tree(tmp_path_factory.mktemp("root"))
    shutil.copy("/bin/busybox", place / "bin/busybox")
    for name in ("sh", "cat", "ls", "rm", "sed", "grep", "mkdir", "chmod"):
        (place / "bin" / name).symlink_to("busybox")
    for name, text in (("uci", UCI), ("first-boot", FIRST_BOOT)):
        (place / "bin" / name).write_text(text, encoding="utf-8")
        (place / "bin" / name).chmod(0o755)
    (place / "etc/inittab").write_text("::sysinit:/etc/init.d/rcS S boot\n", encoding="utf-8")
    (place / "sys/class/net/eth1").mkdir(parents=True)
    (place / "sys/class/net/eth1/address").write_text("52:54:00:1:2:3\n", encoding="utf-8")
    return place


@pytest.fixture
def image(alice, tree):
    path = insides.make(alice, "router.img", tree)
    yield path
    path.unlink()


def test_t25_t26_t32_t66_the_scripts_run_in_the_guest(alice, guest, image):
    key = pathlib.Path(alice.home, "key.pub")
    key.write_text(KEY + "\n", encoding="utf-8")
    recipes = ("hostname=box", "lan-ip=10.1.2.3/20", f"root-key={key}", f"password-hash={HASH}",
               "wan-ssh-http", "eth1-lan", "shell-on-ttyS1", "mount-hostshare")
    done_well(alice, "pull", "--quiet", image)
    machine = Machine(alice, guest, "box", "router", *NO_NETWORK,
                      *(word for recipe in recipes for word in ("--recipe", recipe)))
    conf = machine.create() / "vm.conf"
    assert "\nguest-address = 10.1.2.3\n" in conf.read_text(encoding="utf-8")
    said = done_well(alice, "inject", "box", "--recipe", "lan-ip=10.1.2.3/20").stderr
    assert f"'guest-address = 10.1.2.3' in '{conf}'" in said
    machine.as_kept().boot()
    with machine.console() as console:
        console.login()
        console.run("modprobe -a crc32c_generic ext4; mkdir /r; mount -t ext4 /dev/vda /r")
        console.run("chroot /r /bin/first-boot")
        log, left, keys, shadow, inittab = (console.run(command)[1] for command in (
            "cat /r/uci.log", "ls /r/etc/uci-defaults", "cat /r/etc/dropbear/authorized_keys",
            "cat /r/etc/shadow", "cat /r/etc/inittab"))
    done_well(alice, "kill", "box")
    assert "set system.@system[0].hostname='box'" in log
    assert "set network.lan.ipaddr='10.1.2.3'" in log
    assert "set network.lan.netmask='255.255.240.0'" in log
    assert "set firewall.owrun_ssh.dest_port='22'" in log
    assert "add_list network.@device[1].ports=eth1" in log
    assert "set network.@device[1].macaddr=52:54:00:1:2:3" in log
    assert "uci delete network.wan\n" in log.replace("\r", "")
    assert "owrun" not in left and KEY in keys and f"root:{HASH}::0:99999" in shadow
    assert "ttyS1::askfirst:/usr/libexec/login.sh" in inittab
    done_well(alice, "rm", "box")
    images.forget(alice)


@pytest.mark.parametrize("release, eth1, lan", (
    ("18.06.1", "network.lan.ifname=", "netmask='255.255.255.0'"),
    ("19.07.10", "network.lan.ifname=", "netmask='255.255.255.0'"),
    ("21.02.0", "$bridge.ports=eth1", "netmask='255.255.255.0'"),
    ("24.10.1", "$bridge.ports=eth1", "netmask='255.255.255.0'"),
    ("25.12.0", "$bridge.ports=eth1", "add_list network.lan.ipaddr='10.0.0.1/24'"),
    ("SNAPSHOT", "$bridge.ports=eth1", "add_list network.lan.ipaddr='10.0.0.1/24'")))
def test_the_release_says_how(release, eth1, lan, alice, tmp_path):
    path = insides.make(alice, "r.img", insides.make_tree(tmp_path / "t", release))
    done_well(alice, "inject", path, "--recipe", "eth1-lan", "--recipe=lan-ip=10.0.0.1/24")
    assert eth1 in insides.read(path, "/etc/uci-defaults/90-owrun-eth1-lan")
    assert lan in insides.read(path, "/etc/uci-defaults/90-owrun-lan-ip")
    insides.check(path)
    path.unlink()


@pytest.mark.parametrize("said", (
    "nonsense", "hostname", "hostname=", "hostname=a b", "hostname=a';reboot;'", "hostname=-a",
    "lan-ip=10.0.0.1", "lan-ip=10.0.0.1/33", "lan-ip=10.0.0.1/24'", "wan-ssh-http=1",
    "password-hash=secret", "password-hash=$6$a|b", "password-hash=$6$a\nb", "root-key=/etc/passwd",
    "root-key=/none", "hostname=" + "a" * 64))
def test_a_value_that_could_be_something_else_is_refused(said, alice, image):
    before = image.read_bytes()
    said = refused(alice, "inject", image, "--recipe", said)
    assert said.startswith("owrun: ")
    assert image.read_bytes() == before


def test_host_keys_come_from_another_router(alice, image):
    keys = pathlib.Path(alice.home, "keys")
    keys.mkdir()
    assert "holds no key of a router" in refused(alice, "inject", image, "--recipe",
                                                 f"ssh-host-keys={keys}")
    (keys / "dropbear_ed25519_host_key").write_text("key", encoding="utf-8")
    (keys / "dropbear_ed25519_host_key").chmod(0o600)
    os.chown(keys / "dropbear_ed25519_host_key", alice.uid, alice.gid)
    done_well(alice, "inject", image, "--recipe", f"ssh-host-keys={keys}")
    assert insides.read(image, "/etc/dropbear/dropbear_ed25519_host_key") == "key"
    assert "Mode:  0600" in insides.ask(image, "stat /etc/dropbear/dropbear_ed25519_host_key")
    insides.check(image)
    shutil.rmtree(keys)


def test_recipes_are_listed_and_shown(alice):
    rows = json.loads(done_well(alice, "recipes", "--json").stdout)
    names = [row["recipe"].partition("=")[0] for row in rows]
    assert "wan-ssh-http" in names and len(names) == len(set(names)) >= 9
    for row in rows:
        name, _, value = row["recipe"].partition("=")
        given = {"ADDR/LEN": "10.0.0.1/24", "NAME": "x", "HASH": HASH}.get(value, "")
        if value and not given:
            continue
        script = done_well(alice, "recipes", f"{name}={given}" if given else name).stdout
        done = subprocess.run(("sh", "-n"), input=script, text=True, capture_output=True,
                              check=False)
        assert done.returncode == 0 and script.startswith("# /etc/uci-defaults/"), done.stderr


def test_recipes_are_for_what_is_made(alice, image):
    assert "'--recipe' needs the image" in refused(alice, "create", "one", "--recipe", "eth1-lan")
    said = refused(alice, "run", "-d", image, "--recipe", "eth1-lan")
    assert "'owrun inject" in said
    assert "'owrun inject" in refused(alice, "run", "--kernel", image, "--recipe", "eth1-lan")
    assert "neither a VM 'one'" in refused(alice, "run", "one", "--recipe", "eth1-lan")
    assert "no recipe 'wan'" in refused(alice, "create", "one", "none.img", "--recipe", "wan")
    assert not os.path.exists(os.path.join(alice.home, ".local/share/owvm/one"))
