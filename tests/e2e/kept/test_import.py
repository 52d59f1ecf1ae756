# SPDX-License-Identifier: MIT
"""`owrun import`: VMs of quickemu and libvirt become VMs of owrun's, and what is lost is told."""
import os
import pathlib

import pytest

from machine import done_well, owrun, refused

QUICKEMU = """#!/usr/bin/quickemu --vm
guest_os="linux"
disk_img="ubuntu/disk.qcow2"
ram="64M"
ssh_port="22220"
tpm="on"
touch {home}/harm
: $(touch {home}/harm) `touch {home}/harm`
"""
LIBVIRT = """<domain type='kvm'>
  <name>from libvirt</name>
  <memory unit='KiB'>65536</memory>
  <os><type arch='x86_64' machine='pc-q35-7.2'>hvm</type><kernel>{kernel}</kernel></os>
  <devices>
    <graphics type='spice'/>
    <serial type='pty'/>
  </devices>
</domain>
"""


@pytest.fixture
def place(user):
    """A directory of the user's with a disk in it."""
    path = pathlib.Path(user.home, "others")
    user.run("mkdir", "-p", path / "ubuntu")
    user.run("qemu-img", "create", "-q", "-f", "qcow2", path / "ubuntu/disk.qcow2", "1M")
    yield path
    user.run("rm", "-rf", path)
    for name in ("ubuntu-24.04", "mine", "from-libvirt"):
        owrun(user, "rm", "-f", name)


def write(user, path, text):
    path.write_text(text, encoding="utf-8")
    os.chown(path, user.uid, user.gid)


def conf_of(user, name):
    path = pathlib.Path(user.home, ".local/share/owvm", name, "vm.conf")
    return path.read_text(encoding="utf-8").splitlines()[1:]


def test_a_vm_of_quickemu_is_taken_over_and_nothing_of_it_is_run(user, place):
    file = place / "ubuntu-24.04.conf"
    write(user, file, QUICKEMU.format(home=user.home))
    done = done_well(user, "import", str(file))
    assert conf_of(user, "ubuntu-24.04") == [
        f"disk = {place}/ubuntu/disk.qcow2", "memory = 64M", "forward = 22220:22", "nic = user"]
    assert [line.split(": ")[2:3] for line in done.stderr.splitlines()] == [
        [f"{file}:{line}"] for line in (6, 7, 8)]
    assert not pathlib.Path(user.home, "harm").exists()
    assert "'owrun run ubuntu-24.04' starts it" in done.stdout
    done_well(user, "run", "--dry-run", "ubuntu-24.04")
    again = owrun(user, "import", str(file))
    assert again.returncode == 1 and "is there already" in again.stderr.splitlines()[-1]


def test_a_domain_of_libvirt_is_taken_over(user, place, guest):
    file = place / "domain.xml"
    write(user, file, LIBVIRT.format(kernel=guest / "vmlinux"))
    done = done_well(user, "import", str(file))
    assert "domain.xml:6: <graphics>: owrun has nothing for it" in done.stderr
    assert conf_of(user, "from-libvirt") == [
        "memory = 64M", "arch = x86_64", "machine = q35", f"kernel = {guest}/vmlinux",
        "serial = console", "nic = none"]
    done_well(user, "run", "-d", "from-libvirt")
    done_well(user, "kill", "from-libvirt")


def test_options_and_a_name_count(user, place):
    file = place / "x.conf"
    write(user, file, QUICKEMU.format(home=user.home))
    done_well(user, "import", str(file), "mine", "--memory", "96M", "--cpus", "2")
    assert {"memory = 96M", "cpus = 2", "nic = user"} < set(conf_of(user, "mine"))


def test_files_that_a_stranger_gives_the_guest_are_told(user, place):
    file = place / "domain.xml"
    write(user, file, f"""<domain><name>mine</name><memory unit='MiB'>64</memory>
<os><kernel>/k</kernel><initrd>{place}/ubuntu/../../.ssh/id_rsa</initrd></os><devices>
<disk device='disk'><driver type='raw'/><source file='{user.home}/.profile'/></disk>
<disk device='disk'><source file='ubuntu/disk.qcow2'/></disk>
<filesystem><source dir='{user.home}/.ssh'/><target dir='t'/></filesystem>
<serial type='file'><source path='{user.home}/.bashrc'/></serial></devices></domain>""")
    done = done_well(user, "import", str(file))
    said = [line.partition("the guest gets what is there: ")[2]
            for line in done.stderr.splitlines() if "the guest gets" in line]
    assert said == [
        "kernel = /k", f"initrd = {place}/ubuntu/../../.ssh/id_rsa",
        f"disk = {user.home}/.profile,format=raw", f"share = {user.home}/.ssh:t,shared",
        f"serial = file:{user.home}/.bashrc"]


def test_links_beside_the_description_and_what_is_below_its_disks_are_told(user, place):
    """What came with the description may lead to what did not."""
    secret = pathlib.Path(user.home, "secret")
    write(user, secret, "mine")
    for name in ("link.img", "t:x"):
        user.run("ln", "-s", secret, place / name)
    user.run("mkdir", "-p", f"{user.home}/private")
    user.run("ln", "-s", f"{user.home}/private", place / "t")
    user.run("ln", "-s", "/usr/share", place / "k")
    user.run("mkdir", place / "t:x:y")
    user.run("ln", secret, place / "hard.img")
    user.run("ln", "-s", place / "nowhere", place / "dangling.img")
    user.run("qemu-img", "create", "-q", "-f", "qcow2", "-b", secret, "-F", "raw",
             place / "below.qcow2", "1M")
    write(user, place / "x.xml", """<domain><name>mine</name><memory unit='MiB'>64</memory>
<os><kernel>k/owvm-none</kernel><initrd>initrd.img</initrd></os><devices>
<disk device='disk'><driver type='raw'/><source file='link.img'/></disk>
<disk device='disk'><driver type='raw'/><source file='hard.img'/></disk>
<disk device='disk'><driver type='raw'/><source file='dangling.img'/></disk>
<disk device='disk'><driver type='raw'/><source file='not-there.img'/></disk>
<disk device='disk'><driver type='qcow2'/><source file='below.qcow2'/></disk>
<filesystem><source dir='t'/><target dir='x'/></filesystem>
<filesystem><source dir='ubuntu'/><target dir='u'/></filesystem>
<serial type='tcp'><source host='127.0.0.1' service='22,client'/></serial></devices></domain>""")
    said = [line.partition("the guest gets what is there: ")[2] for line in done_well(
        user, "import", str(place / "x.xml")).stderr.splitlines() if "the guest gets" in line]
    user.run("rm", "-rf", secret, f"{user.home}/private")
    assert said == [
        f"kernel = {place}/k/owvm-none",
        f"disk = {place}/link.img,format=raw, which is '{secret}'",
        f"disk = {place}/hard.img,format=raw", f"disk = {place}/dangling.img,format=raw",
        f"disk = {place}/below.qcow2,format=qcow2, and below it '{secret}'",
        f"share = {place}/t:x,shared, which is '{user.home}/private'",
        "serial = tcp:127.0.0.1:22,client"]


@pytest.mark.parametrize("text, said", [
    ("<!DOCTYPE d [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><domain>&x;</domain>", "document type"),
    ("hello\n", "neither a description of quickemu's"), ("<domain>", "line 1"),
    ("ram=1G\0", "no text")])
def test_what_is_no_description_is_refused(user, place, text, said):
    file = place / "wrong.conf"
    write(user, file, text)
    assert said in refused(user, "import", str(file))
    assert "No such file" in refused(user, "import", str(place / "none"))
