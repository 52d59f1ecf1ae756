# SPDX-License-Identifier: MIT
"""`owrun ssh` and `owrun ssh-config`: the real ssh, scp and rsync, by the LAN and by a forward."""
import os
import pathlib
import signal
import subprocess
import time

import pytest

import network
import processes
import service
import sshd
from machine import Machine, done_well, left_of, owrun, refused
from terminal import Terminal

LAN_USER = ("--lan", "user")
BATCH = ("-o", "BatchMode=yes")


@pytest.fixture(scope="module")
def machine(running, alice, guest):
    """No forward of its leads to ssh."""
    machine = Machine(alice, guest, "router", *sshd.SHARE).boot()
    sshd.start(machine)
    yield machine
    machine.quit()
    assert network.wait_until(lambda: left_of(alice) == []), left_of(alice)


def ssh(machine, *words, **options):
    return owrun(machine.user, "ssh", machine.name, *words, **options)


def test_a_command_runs_in_a_guest_on_a_bridge_without_any_forward(machine):
    done = ssh(machine, *BATCH, "echo out; echo err >&2; exit 7")
    assert (done.returncode, done.stdout) == (7, "out\n"), done.stderr
    assert done.stderr.splitlines()[-1] == "err"
    assert machine.status()["forwards"] == []


def test_streams_are_those_of_the_command(machine):
    data = bytes(range(256)) * 400
    done = ssh(machine, *BATCH, "cat", input=data, text=False, stdin=None)
    assert done.returncode == 0 and done.stdout == data


def test_a_refusal_of_the_server_is_what_ssh_says(machine):
    done = ssh(machine, *BATCH, "-o", "IdentityFile=/nowhere", "-o", "IdentitiesOnly=yes", "true")
    assert done.returncode == 255 and "Permission denied" in done.stderr


def interrupted(terminal):
    terminal.type(b"\x03")
    try:
        return terminal.expect(rb"\^C.*# ", 3)
    except AssertionError:
        return None


def test_a_login_has_a_terminal_and_ctrl_c_is_the_guests(machine):
    with Terminal(machine.user, service.OWRUN, "ssh", "router") as terminal:
        terminal.expect(rb"# ")
        terminal.type(b"tty; sleep 600\n")
        terminal.expect(rb"/dev/pts/\d+")
        # The terminal throws away what was typed before. One that comes between the shell's fork
        # and the command may be lost on both.
        assert network.wait_until(lambda: interrupted(terminal), 20)
        terminal.type(b"exit 3\n")
        assert terminal.end() == 3


def test_nothing_stays_where_owrun_is_killed(machine):
    process = subprocess.Popen(
        (service.OWRUN, "ssh", "router", *BATCH, "sleep 600"), user=machine.user.uid,
        group=machine.user.gid, extra_groups=machine.user.groups, cwd=machine.user.home,
        stdin=subprocess.DEVNULL, env={"PATH": os.environ["PATH"], "HOME": machine.user.home})
    assert network.wait_until(lambda: any(
        "sleep 600" in processes.command_line(pid) for pid in processes.children(process.pid)), 20)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert network.wait_until(lambda: not any(
        "sleep 600" in processes.command_line(pid)
        for pid in processes.of_user(machine.user.uid)), 10)


@pytest.fixture(scope="module")
def config(machine):
    path = pathlib.Path(machine.user.home, "owvm ssh")
    path.write_text(done_well(machine.user, "ssh-config").stdout, encoding="utf-8")
    os.chown(path, machine.user.uid, machine.user.gid)
    yield path
    path.unlink()


def test_ssh_config_is_enough_for_ssh_scp_and_rsync(machine, config):
    user = machine.user
    done = user.run("ssh", "-F", str(config), *BATCH, "router", "echo there")
    assert done.stdout == "there\n", done.stderr
    source = pathlib.Path(user.home, "a file")
    source.write_text("copied\n", encoding="ascii")
    done = user.run("scp", "-F", str(config), *BATCH, str(source), "router:/tmp/scp")
    assert done.returncode == 0, done.stderr
    done = user.run("rsync", "-e", f"ssh -F '{config}' -o BatchMode=yes", str(source),
                    "router:/tmp/rsync")
    assert done.returncode == 0, done.stderr
    assert ssh(machine, *BATCH, "cat /tmp/scp /tmp/rsync").stdout == "copied\n" * 2
    source.unlink()


def test_ssh_config_is_for_one_vm_where_that_is_asked(machine):
    text = done_well(machine.user, "ssh-config", "--user", "admin", "router").stdout
    assert text.splitlines()[:2] == ["Host router", "    User admin"]
    assert "there is no VM 'none'" in refused(machine.user, "ssh-config", "none")


def test_cp_copies_by_the_same_way(machine):
    path = pathlib.Path(machine.user.home, "made")
    machine.user.run("sh", "-c", "echo copied >made")
    done_well(machine.user, "cp", "made", "router:/tmp/made")
    done_well(machine.user, "cp", "router:/tmp/made", "back")
    assert path.with_name("back").read_text(encoding="ascii") == "copied\n"
    path.unlink()
    path.with_name("back").unlink()


def test_the_key_is_kept_with_the_vm_and_a_new_one_is_told_in_a_sentence(machine):
    known = pathlib.Path(machine.state["directory"], "known_hosts")
    assert len(known.read_text(encoding="ascii").splitlines()) == 1
    sshd.renew(machine)
    done = ssh(machine, *BATCH, "true")
    said, = done.stderr.splitlines()
    assert done.returncode == 255 and "has another host key than before" in said
    assert said.endswith(f"'rm {known}' forgets the old one")
    known.unlink()


def test_an_old_server_is_told_with_the_option_that_helps(machine):
    sshd.renew(machine, "rsa", "-o HostKeyAlgorithms=ssh-rsa")
    option = "-o HostKeyAlgorithms=+ssh-rsa"
    done = ssh(machine, *BATCH, "true")
    said, = done.stderr.splitlines()
    assert done.returncode == 255 and f"'owrun ssh router {option}' takes it" in said, said
    assert ssh(machine, *BATCH, *option.split(), "echo in").stdout == "in\n"


@pytest.fixture
def user_machine(alice, running, guest):
    """Its LAN is a user network, and nobody speaks ssh there: who accepts is enough."""
    machine = Machine(alice, guest, "vm", *LAN_USER, "--forward", "0:80").boot()
    machine.answer(22)
    yield machine
    machine.quit()


@pytest.fixture
def words_of_ssh(alice):
    """What `owrun ssh` starts ssh with."""
    programs = pathlib.Path(alice.home, "false-ssh")
    programs.mkdir()
    (programs / "ssh").write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n', encoding="ascii")
    (programs / "ssh").chmod(0o755)

    def words(*arguments):
        done = done_well(alice, "ssh", *arguments, env={"PATH": f"{programs}:/usr/bin:/bin"})
        return done.stdout.split("\n")[2:-1]
    return words


def test_a_forward_that_is_there_is_the_way_and_none_is_left_behind(user_machine, words_of_ssh):
    user, before = user_machine.user, user_machine.state["forwards"]
    words = words_of_ssh("vm", "true")
    assert any(word.startswith("ProxyCommand=") for word in words), words
    done = done_well(user, "forward", "stdio", "vm", "22", input="through", stdin=None)
    assert done.stdout == "through"
    assert user_machine.status()["forwards"] == before
    done_well(user, "forward", "add", "vm", "0:22")
    port = user_machine.status()["forwards"][1].split(":")[1]
    words = words_of_ssh("--user", "admin", "vm", "-v", "-p", "9", "uname", "-a")
    assert words[:3] == ["-v", "-p", "9"] and words[-3:] == ["admin@vm", "uname", "-a"], words
    assert {f"Port={port}", "HostName=127.0.0.1", "HostKeyAlias=owvm-vm"} <= set(words)


def test_what_stands_in_the_way_is_told_and_soon(bob, running, guest):
    """No 20 seconds of silence: nobody listens in the guest."""
    machine = Machine(bob, guest, "shut").boot()
    began = time.monotonic()
    said = refused(bob, "ssh", "shut", "true")
    # Far below what TCP waits for nobody.
    assert "192.168.1.1 refuses port 22" in said and time.monotonic() - began < 15
    machine.quit()
