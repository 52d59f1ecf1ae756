# SPDX-License-Identifier: MIT
"""`owrun ssh`: the real ssh, through the forward to port 22 of the guest."""
import pathlib

import network
import service
from machine import Machine, owrun

LAN = ("--lan", "user")


def test_ssh_goes_through_the_forward_and_knows_the_vm_by_its_name(user, guest):
    programs = pathlib.Path(user.home, "false-ssh")
    programs.mkdir()
    machine = Machine(user, guest, "vm", *LAN, "--forward", "0:80", "--forward", "0:22").start()
    (programs / "ssh").write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n', encoding="ascii")
    (programs / "ssh").chmod(0o755)
    port = machine.state["forwards"][1].split(":")[1]
    done = owrun(user, "ssh", "--user", "admin", "vm", "uname", "-a",
                 env={"PATH": f"{programs}:/usr/bin:/bin"})
    machine.quit()
    assert done.stdout.split("\n")[:-1] == [
        "-p", port, "-o", "HostKeyAlias=owvm-vm", "admin@127.0.0.1", "uname", "-a"], done.stderr


def test_the_real_ssh_reaches_the_guest(user, guest):
    machine = Machine(user, guest, "vm", *LAN, "--forward", "0:22").boot()
    with machine.console() as console:
        console.login()
        # Nobody speaks ssh here: what the client says is enough.
        console.run("(nc -l -p 22 </etc/hosts >/tmp/said 2>/dev/null &); sleep 1")
        user.run("timeout", "5", service.OWRUN, "ssh", "vm", "true")
        assert network.wait_until(
            lambda: "SSH-2.0-OpenSSH" in console.run("cat /tmp/said")[1], 10)
    machine.quit()


def test_without_such_a_forward_the_option_to_give_is_named(user, guest):
    machine = Machine(user, guest, "vm", *LAN, "--forward", "0:80").start()
    done = owrun(user, "ssh", "vm")
    machine.quit()
    assert done.returncode == 1 and "start it with '--forward 0:22'" in done.stderr
