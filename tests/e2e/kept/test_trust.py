# SPDX-License-Identifier: MIT
"""Another user writes a vm.conf, or can put another in its place. What it names has the power of
whoever starts it: a serial port to a file emptied the caller's own files."""
import os
import pathlib
import shutil
import struct
import subprocess
import threading

import pytest

import network
import service
from machine import owrun
from people import as_user

KEPT = "kept, as it was\n"
LAB = pathlib.Path("/tmp/lab")
VM = LAB / "router"


def give(path, user, mode):
    os.chown(path, user.uid, user.gid, follow_symlinks=False)
    if not path.is_symlink():
        path.chmod(mode)


def write(path, text, user, mode=0o644):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    give(path, user, mode)


@pytest.fixture
def precious(alice):
    """A file of alice's that no VM has to do with."""
    path = pathlib.Path(alice.home, ".bashrc")
    write(path, KEPT, alice, 0o600)
    yield path
    path.unlink()


@pytest.fixture
def conf(guest, precious):
    """The text of a vm.conf that would start, and has a port lead to that file."""
    return (f"kernel = {guest}/vmlinux\ninitrd = {guest}/initrd.gz\naccel = tcg\nnic = none\n"
            f"serial = file:{precious}\nmemory = 65M\n")


@pytest.fixture
def lab(alice, carol):
    """Directories for a VM of which alice owns what carol's name is not said of."""
    VM.mkdir(parents=True)
    give(LAB, alice, 0o755)
    give(VM, alice, 0o755)
    yield LAB
    network.command("usermod", "--gid", str(carol.gid), carol.name)
    owrun(alice, "kill", "router")
    for path in (LAB, pathlib.Path("/tmp/link")):
        if path.is_symlink():
            path.unlink()
        else:
            shutil.rmtree(path, ignore_errors=True)
    shutil.rmtree(pathlib.Path(alice.home, ".local/share/owvm/run"), ignore_errors=True)


def strangers_file(conf, alice, carol):
    write(VM / "vm.conf", conf, carol)
    return f"'{VM}/vm.conf'", "carol"


def file_for_all(conf, alice, carol):
    write(VM / "vm.conf", conf, alice, 0o666)
    return f"'chmod go-w {VM}/vm.conf' mends it", "alice"


def file_for_a_group(conf, alice, carol):
    write(VM / "vm.conf", conf, alice, 0o664)
    os.chown(VM / "vm.conf", alice.uid, carol.gid)
    return f"'chmod go-w {VM}/vm.conf' mends it", "alice"


def file_for_a_group_of_two(conf, alice, carol):
    """Of alice's name, and carol's login group, too."""
    write(VM / "vm.conf", conf, alice, 0o664)
    network.command("usermod", "--gid", str(alice.gid), carol.name)
    return f"'chmod go-w {VM}/vm.conf' mends it", "alice"


def allow(path, user):
    """By its access list, see acl(5)."""
    entries = ((1, 7, -1), (2, 7, user.uid), (4, 5, -1), (16, 7, -1), (32, 5, -1))
    os.setxattr(path, "system.posix_acl_access", struct.pack("<I", 2) + b"".join(
        struct.pack("<HHi", *entry) for entry in entries))
    assert as_user(user, lambda: os.access(path, os.W_OK))


def file_for_one_more(conf, alice, carol):
    write(VM / "vm.conf", conf, alice)
    allow(VM / "vm.conf", carol)
    return f"'chmod go-w {VM}/vm.conf' mends it", "alice"


def directory_above_for_one_more(conf, alice, carol):
    write(VM / "vm.conf", conf, alice)
    allow(LAB, carol)
    return f"'chmod go-w {LAB}' mends it", "alice"


def strangers_directory(conf, alice, carol):
    write(VM / "vm.conf", conf, alice)
    give(VM, carol, 0o755)
    return f"'{VM}' can be changed by others", "carol"


def directory_for_all(conf, alice, carol):
    write(VM / "vm.conf", conf, alice)
    VM.chmod(0o777)
    return f"'chmod go-w {VM}' mends it", "alice"


def strangers_directory_above(conf, alice, carol):
    write(VM / "vm.conf", conf, alice)
    give(LAB, carol, 0o755)
    return f"'{LAB}' can be changed by others", "carol"


def directory_above_for_all(conf, alice, carol):
    write(VM / "vm.conf", conf, alice)
    LAB.chmod(0o777)
    return f"'chmod go-w {LAB}' mends it", "alice"


def strangers_symlink(conf, alice, carol):
    """To a directory of alice's own, which to mend would be in vain."""
    write(LAB / "own/vm.conf", conf, alice)
    give(LAB / "own", alice, 0o777)
    VM.rmdir()
    LAB.chmod(0o1777)
    VM.symlink_to("own")
    give(VM, carol, 0)
    return f"'{VM}' can be changed by others", "carol"


WAYS = (strangers_file, file_for_all, file_for_a_group, file_for_a_group_of_two, file_for_one_more,
        strangers_directory, directory_for_all, strangers_directory_above, directory_above_for_all,
        directory_above_for_one_more, strangers_symlink)
COMMANDS = (("run", "-d"), ("run", "--dry-run"), ("config",), ("snapshot",), ("restore",),
            ("status",), ("restart",), ("rm",), ("stop",))


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_what_others_can_write_is_not_believed(alice, carol, lab, conf, precious, way, command):
    words, owner = way(conf, alice, carol)
    before = sorted(path for path in LAB.rglob("*"))
    done = owrun(alice, *command, str(VM))
    assert done.returncode == 1 and done.stdout == "", (done.stdout, done.stderr)
    assert len(done.stderr.splitlines()) == 1 and words in done.stderr
    assert f"owner '{owner}', mode 0" in done.stderr and "'--trust-directory'" in done.stderr
    assert ("'chmod " in done.stderr) == (owner == "alice")
    assert precious.read_text(encoding="utf-8") == KEPT
    assert sorted(path for path in LAB.rglob("*")) == before


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_the_user_can_say_that_it_is_to_be_believed(alice, carol, lab, conf, way):
    way(conf.replace("serial", "# serial"), alice, carol)
    done = owrun(alice, "config", "--trust-directory", str(VM))
    assert done.returncode == 0 and "65M" in done.stdout, done.stderr
    if way is strangers_directory:
        done = owrun(alice, "run", "-d", "--trust-directory", str(VM))
        assert done.returncode == 0, done.stderr
        assert owrun(alice, "kill", "router").returncode == 0


@pytest.mark.parametrize("line", ["share = {home}:home,ro", "monitor = file:{home}/.bashrc",
                                  "no-sandbox = yes", "disk = {home}/.bashrc,format=raw"])
def test_nothing_that_a_strangers_vm_conf_names_is_done(alice, carol, lab, conf, precious, line):
    strangers_directory(conf.replace("serial", "# serial") + line.format(home=alice.home) + "\n",
                        alice, carol)
    done = owrun(alice, "run", "-d", str(VM))
    assert done.returncode == 1 and "owner 'carol'" in done.stderr
    assert precious.read_text(encoding="utf-8") == KEPT


def test_a_vm_that_runs_is_ended_by_its_name_whoever_writes_to_its_directory(alice, lab, conf):
    directory = pathlib.Path(alice.home, ".local/share/owvm/run")
    write(directory / "vm.conf", conf.replace("serial", "# serial"), alice)
    give(directory, alice, 0o755)
    for above in list(directory.parents)[:3]:
        give(above, alice, 0o755)
    done = owrun(alice, "run", "-d", "run")
    assert done.returncode == 0, done.stderr
    directory.chmod(0o777)
    for command in ("status", "restart", "rm"):
        done = owrun(alice, command, "run")
        assert done.returncode == 1 and f"'chmod go-w {directory}' mends it" in done.stderr
    assert "running" in owrun(alice, "ls").stdout
    assert owrun(alice, "log", "run").returncode == 0
    done = owrun(alice, "stop", "--timeout", "0", "run")
    assert done.returncode == 0, done.stderr
    assert owrun(alice, "wait", "run").returncode == 0
    done = owrun(alice, "rm", "--trust-directory", "run")
    assert done.returncode == 0 and not directory.exists(), done.stderr


@pytest.mark.parametrize("mode", [0o777, 0o755])
def test_nothing_is_made_where_others_can_change_it(alice, carol, lab, conf, mode):
    give(LAB, carol, mode)
    VM.rmdir()
    done = owrun(alice, "create", str(VM), "--kernel", "/k", "--nic", "none")
    assert done.returncode == 1 and list(LAB.iterdir()) == []
    assert f"'{LAB}' can be changed by others (owner 'carol'" in done.stderr
    assert "'--trust-directory'" in done.stderr
    if mode == 0o777:
        done = owrun(alice, "create", "--trust-directory", str(VM), "--kernel", "/k", "--nic",
                     "none")
        assert done.returncode == 0 and (VM / "vm.conf").exists(), done.stderr


def test_a_sticky_directory_above_is_no_others(alice, lab, conf):
    LAB.chmod(0o1777)
    write(VM / "vm.conf", conf.replace("serial", "# serial"), alice)
    done = owrun(alice, "config", str(VM))
    assert done.returncode == 0 and "65M" in done.stdout, done.stderr


@pytest.mark.parametrize("command, times", [(("config",), 100), (("run", "-d"), 30)],
                         ids=["config", "run"])
def test_a_directory_that_is_swapped_meanwhile_is_never_believed(alice, carol, lab, conf, precious,
                                                                 command, times):
    """carol's link leads to alice's own directory, and for moments to one of carol's."""
    write(VM / "vm.conf", conf.replace("serial", "# serial"), alice)
    evil = pathlib.Path("/tmp/evil")
    write(evil / "vm.conf", conf.replace("65M", "66M"), carol)
    give(evil, carol, 0o755)
    over = threading.Event()

    def swap():
        while not over.is_set():
            for target in (VM, evil):
                new = pathlib.Path("/tmp/link.new")
                new.symlink_to(target)
                os.chown(new, carol.uid, carol.gid, follow_symlinks=False)
                new.rename("/tmp/link")
    thread = threading.Thread(target=swap)
    thread.start()
    try:
        believed = sum(owrun(alice, *command, "/tmp/link/").returncode == 0 for _ in range(times))
    finally:
        over.set()
        thread.join()
        shutil.rmtree(evil)
    assert believed == 0 and precious.read_text(encoding="utf-8") == KEPT


def test_a_home_of_another_user_is_not_believed(alice, carol, lab, conf, precious):
    """As `sudo -E` and `su` leave HOME."""
    home = LAB / "home"
    write(home / ".local/share/owvm/router/vm.conf", conf, carol)
    for path in (home, *home.rglob("*")):
        give(path, carol, 0o777)
    before = sorted(home.rglob("*"))
    for command in (("run", "-d", "router"), ("config", "router"), ("snapshot", "router"),
                    ("create", "mine", "--kernel", "/k", "--nic", "none"), ("ls",),
                    ("rm", "router"), ("status", "router")):
        done = owrun(alice, *command, env={"HOME": str(home)})
        assert (done.returncode == 0) == (command == ("ls",)), command
        assert "can be changed by others (owner 'carol', mode 0777)" in done.stderr, command
        assert done.stderr.splitlines()[0].startswith("owrun: ") and "router" not in done.stdout
    told = owrun(alice, "doctor", env={"HOME": str(home)}).stdout
    assert f"and none is looked for there: '{home}" in told and "(owner 'carol'" in told, told
    assert precious.read_text(encoding="utf-8") == KEPT
    assert sorted(home.rglob("*")) == before


@pytest.mark.parametrize("disk", [True, False])
def test_root_leaves_nothing_in_the_home_of_a_user(alice, lab, guest, disk):
    """`sudo -E owrun run`: neither notes nor temporary files of root's."""
    home = LAB / "home"
    home.mkdir()
    give(home, alice, 0o755)
    options = ()
    if disk:
        subprocess.run(("qemu-img", "create", "-q", "-f", "qcow2", LAB / "d.qcow2", "1M"),
                       check=True)
        options = ("--disk", str(LAB / "d.qcow2"), "--ephemeral")
    done = subprocess.run(
        (service.OWRUN, "run", "-d", "--name", "roots", "--accel", "tcg", "--kernel",
         guest / "vmlinux", "--nic", "user", "--forward", "0:80", *options),
        env={"PATH": os.environ["PATH"], "HOME": str(home)}, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, timeout=60, check=False, stdin=subprocess.DEVNULL)
    subprocess.run((service.OWRUN, "kill", "roots"), capture_output=True, check=False)
    assert list(home.rglob("*")) == []
    # It is said before the VM starts, and a disk's temporary files have no other place.
    before, started, _ = done.stdout.partition("roots: pid")
    assert "can be changed by others (owner 'alice'" in before and bool(started) != disk
