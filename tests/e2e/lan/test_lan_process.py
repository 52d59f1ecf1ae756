# SPDX-License-Identifier: MIT
"""`owrun lan` and the command that it runs: how it ends, what it is told, what it leaves."""
import os
import pathlib
import signal
import subprocess

import pytest

import network
import processes
import service
from lan import UNADDRESSED, Client, lan, nothing_left
from terminal import CTRL_C, Terminal

CTRL_Z = b"\x1a"
DAEMON = "(setsid sh -c 'setsid sleep 600 & sleep 600' </dev/null >/dev/null 2>&1 &)"


@pytest.fixture(scope="module", autouse=True)
def service_runs(running, alice):
    yield
    assert nothing_left(alice)


@pytest.fixture
def own(alice):
    """The arguments for alice's own bridge, without an address; nothing is left in the end."""
    yield (alice.bridge, *UNADDRESSED)
    assert nothing_left(alice), commands(alice)


def commands(user):
    return [processes.command_line(pid) for pid in processes.of_user(user.uid)]


def spawn(user, *command):
    return subprocess.Popen((service.OWRUN, "lan", *command), user=user.uid, group=user.gid,
                            extra_groups=user.groups, cwd=user.home, stdout=subprocess.PIPE,
                            env={"PATH": os.environ["PATH"], "HOME": user.home},
                            start_new_session=True)


@pytest.mark.parametrize("script, status", (
    ("exit 0", 0), ("exit 7", 7), ("exit 255", 255), ("kill -TERM $$", 143),
    ("kill -KILL $$", 137)))
def test_the_exit_status_is_the_commands(own, alice, script, status):
    done = lan(alice, *own, "--", "sh", "-c", script)
    assert (done.returncode, done.stdout, done.stderr) == (status, "", "")


def test_a_command_that_cannot_be_started_has_the_status_that_shells_give(own, alice):
    assert lan(alice, *own, "no-such-program").returncode == 127
    done = lan(alice, *own, "/etc")
    assert done.returncode == 126 and "cannot start '/etc'" in done.stderr


@pytest.mark.parametrize("name", ("TERM", "HUP", "INT", "QUIT", "USR1", "USR2"))
def test_a_signal_reaches_the_command_which_may_go_on(own, alice, name):
    script = f"trap 'echo got; exit 5' {name}; echo ready; while :; do sleep 0.05; done"
    process = spawn(alice, *own, "--", "sh", "-c", script)
    assert process.stdout.readline() == b"ready\n"
    process.send_signal(getattr(signal, f"SIG{name}"))
    assert process.communicate(timeout=20)[0] == b"got\n" and process.returncode == 5


def test_a_signal_that_ends_the_command_is_told(own, alice):
    process = spawn(alice, *own, "--", "sh", "-c", "echo ready; exec sleep 600")
    assert process.stdout.readline() == b"ready\n"
    process.terminate()
    assert process.wait(20) == 128 + signal.SIGTERM


def test_what_the_command_left_running_ends_with_it(own, alice):
    done = lan(alice, *own, "--", "sh", "-c", f"{DAEMON}; exit 3")
    assert done.returncode == 3
    assert nothing_left(alice)


def killed_ones(client, which):
    """owrun, the process that keeps the namespace, or both at once, as 'killall -9' does."""
    first, keeper = client.process.pid, client.keeper
    return {"owrun": (first,), "keeper": (keeper,), "both": (keeper, first)}[which]


@pytest.mark.parametrize("which", ("owrun", "keeper"))
def test_nothing_is_left_when_one_of_them_is_killed(own, alice, which):
    client = Client(alice, *own, script=DAEMON)
    assert network.wait_until(lambda: commands(alice).count("sleep 600") == 2), commands(alice)
    for pid in killed_ones(client, which):
        os.kill(pid, signal.SIGKILL)
    assert nothing_left(alice), commands(alice)
    client.process.wait()


def test_the_command_ends_when_all_of_owrun_is_killed_at_once(own, alice):
    client = Client(alice, *own)
    for pid in killed_ones(client, "both"):
        os.kill(pid, signal.SIGKILL)
    assert nothing_left(alice), commands(alice)
    client.process.wait()


def test_only_the_first_process_is_called_owrun(own, alice):
    with Client(alice, *own) as client:
        assert processes.status(client.process.pid)["Name"] == ["owrun"]
        assert processes.status(client.keeper)["Name"] != ["owrun"]


def test_fds_and_the_environment_pass_and_no_fd_of_owruns_does(own, alice, tmp_path):
    given = tmp_path / "given"
    given.write_text("seen\n", encoding="ascii")
    with open(given, "rb") as stream:
        done = lan(alice, *own, "--", "sh", "-c",
                   f"cat /proc/self/fd/{stream.fileno()}; echo $ONE $OWRUN_LAN; ls /proc/self/fd",
                   pass_fds=(stream.fileno(),), env={"ONE": "1"})
    lines = done.stdout.splitlines()
    assert lines[:2] == ["seen", f"1 {alice.bridge}"], done
    # ls has one for the listing itself.
    assert len(lines[2:]) == 3 + 1 + 1


@pytest.fixture(params=["/bin/sh", "/bin/bash"])
def shell(request, own, alice):
    with Terminal(alice, "env", f"SHELL={request.param}", service.OWRUN, "lan", *own) as terminal:
        terminal.expect(rb"eth0: no address on " + alice.bridge.encode())
        terminal.expect(rb"\(" + alice.bridge.encode() + rb"\) ")
        yield terminal


def test_the_shell_is_the_users_with_the_bridge_in_its_prompt(shell, alice):
    shell.type(b"id -u\n")
    shell.expect(rb"[\r\n]" + str(alice.uid).encode())
    shell.type(b"exit 4\n")
    assert shell.end() == 4


def test_keys_of_the_terminal_are_for_what_runs_in_front(shell, alice):
    shell.type(b"sleep 600\n")
    assert network.wait_until(lambda: "sleep 600" in commands(alice), 20)
    shell.type(CTRL_C)
    shell.expect(rb"\(" + alice.bridge.encode() + rb"\) ")
    shell.type(b"echo st=$?\n")
    shell.expect(rb"[\r\n]st=130")
    shell.type(b"exit 0\n")
    assert shell.end() == 0


def test_a_job_can_be_stopped_and_go_on(shell, alice):
    shell.type(b"set -m; sleep 601\n")
    assert network.wait_until(lambda: "sleep 601" in commands(alice), 20)
    shell.type(CTRL_Z)
    shell.expect(rb"[Ss]topped")
    pid, = (pid for pid in processes.of_user(alice.uid)
            if processes.command_line(pid) == "sleep 601")
    assert processes.status(pid)["State"][0] == "T"
    shell.type(b"fg\n")
    assert network.wait_until(lambda: processes.status(pid)["State"][0] == "S", 20)
    shell.type(CTRL_C)
    shell.expect(rb"\(" + alice.bridge.encode() + rb"\) ")
    shell.type(b"exit 0\n")
    assert shell.end() == 0


def test_ctrl_c_ends_a_command_on_a_terminal(own, alice):
    with Terminal(alice, service.OWRUN, "lan", *own, "--", "sh", "-c",
                  "echo ready; exec sleep 600") as terminal:
        terminal.expect(rb"ready")
        terminal.type(CTRL_C)
        assert terminal.end() == 128 + signal.SIGINT


@pytest.fixture
def waiting(alice):
    """owrun on a terminal, while its DHCP client finds nobody; nothing is left in the end."""
    with Terminal(alice, service.OWRUN, "lan", alice.bridge, "--", "true") as terminal:
        assert network.wait_until(lambda: any("udhcpc" in line for line in commands(alice)), 20)
        yield terminal
    assert nothing_left(alice), commands(alice)


def test_ctrl_c_ends_the_wait_for_a_lease(waiting):
    waiting.type(CTRL_C)
    assert waiting.end() == 128 + signal.SIGINT


def test_nothing_is_left_when_owrun_is_killed_as_it_waits_for_a_lease(waiting, alice):
    waiting.process.kill()
    assert nothing_left(alice), commands(alice)


def test_owrun_can_be_stopped_and_go_on_with_its_command(own, alice):
    """As a job of a shell with job control."""
    script = "trap \"echo go\"\"ing on\" CONT; echo rea\"\"dy; while :; do sleep 0.05; done"
    with Terminal(alice, "env", "PS1=$ ", "bash", "--norc", "-i") as terminal:
        terminal.expect(rb"\$ ")
        terminal.type(f"{service.OWRUN} lan {' '.join(own)} -- sh -c '{script}'\n".encode())
        terminal.expect(rb"ready")
        terminal.type(CTRL_Z)
        terminal.expect(rb"Stopped")
        terminal.type(b"fg\n")
        terminal.expect(rb"going on")
        terminal.type(CTRL_C)
        terminal.expect(rb"\$ ")
        terminal.type(b"echo st=$?; exit 0\n")
        terminal.expect(rb"[\r\n]st=130")
        terminal.end()


def test_a_closed_terminal_leaves_nothing(own, alice):
    terminal = Terminal(alice, "env", "SHELL=/bin/sh", service.OWRUN, "lan", *own)
    terminal.expect(rb"\(" + alice.bridge.encode() + rb"\) ")
    terminal.hang_up()
    os.close(terminal.theirs)
    terminal.theirs = -1
    assert nothing_left(alice)
    terminal.process.wait()
