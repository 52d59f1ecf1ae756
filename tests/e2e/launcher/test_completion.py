# SPDX-License-Identifier: MIT
"""What shells complete, asked of the shells themselves: names of VMs where one is meant, files
where one is, and what the user has for the rest."""
import pathlib
import subprocess

import pytest

import service
from machine import Machine, done_well, owrun
from terminal import Terminal

DISK = "a-file.img"
# (words, what is offered, what is not)
CASES = (
    ("stop ", {"walker"}, {"sleeper", DISK}),
    ("stop walker ", {"walker"}, {"sleeper", DISK}),
    ("kill -", {"--help"}, {"walker"}),
    ("console ", {"walker"}, {"sleeper", DISK}),
    ("run ", {"sleeper", "picture", DISK}, {"walker"}),
    ("rm ", {"sleeper"}, {"walker", DISK}),
    ("status ", {"sleeper", "walker"}, {DISK}),
    ("edit ", {"sleeper"}, {DISK}), ("config ", {"sleeper"}, {"walker", DISK}),
    ("set ", {"sleeper"}, {"walker", DISK}),
    ("set sleeper ", {"memory=", "lan="}, {"name=", "sleeper", DISK}),
    ("set sleeper cpus=1 ", {"memory=", "lan="}, {"sleeper", DISK}),
    ("set sleeper --unset ", {"memory", "lan"}, {"memory=", "name", DISK}),
    ("create new ", {"picture", DISK}, {"walker", "sleeper"}),
    ("forward ", {"add", "rm", "ls", "stdio"}, {"walker", DISK}),
    ("import ", {DISK}, {"walker", "sleeper"}),
    ("snapshot rm ", {"sleeper"}, {DISK}), ("snapshot ls ", {"sleeper"}, {DISK}),
    ("snapshot rm sleeper ", {"fresh"}, {"walker", "sleeper", DISK}),
    ("snapshot sleeper ", set(), {"fresh"}),
    ("forward rm ", {"walker"}, {"sleeper", DISK}),
    ("forward rm walker ", {"18022"}, {"walker", DISK}),
    ("nic remove walker ", {"hot0"}, {"eth0", DISK}),
    ("capture walker ", {"eth0", "eth1", "hot0"}, {DISK}),
    ("restore sleeper ", {"fresh"}, {"walker", DISK}),
    ("images rm ", {"picture"}, {DISK}),
    ("lan ", {"walker", "{bridge}"}, {"sleeper", DISK}),
    ("run --lan ", {"user", "none", "{bridge}"}, {DISK, "sleeper"}),
    ("run --wan ", {"user", "passt", "none"}, {DISK}),
    ("run --nic ", {"user", "bridge", "bridge={bridge}"}, {DISK}),
    ("run --kernel ", {DISK}, {"sleeper"}),
    ("run --accel ", {"auto", "kvm", "tcg"}, {DISK}),
    ("run --lan none ", {"sleeper"}, {"walker"}),
    ("wait --for ", {"console:", "port:", "exit"}, {DISK}),
    ("console --serial ", {"1", "2"}, {"console", DISK}),
    ("run --serial ", {"console", "pty"}, {"2"}),
    ("create --recipe ", {"lan-ip=", "eth1-lan"}, {DISK}),
    ("doctor --vm ", {"walker"}, {"sleeper", DISK}),
    ("help ", {"serial", "run"}, {DISK}),
    ("completion ", {"bash", "zsh", "fish"}, {DISK}),
    ("nets ", set(), {"walker", DISK}),
)


@pytest.fixture(scope="module")
def home(user, guest):
    """A VM that runs, one that is kept, an image, and a file where the shell is."""
    path = pathlib.Path(user.home, DISK)
    subprocess.run(("qemu-img", "create", "-q", "-f", "raw", path, "1M"), check=True)
    path.chmod(0o644)
    done_well(user, "pull", "--quiet", "--name", "picture", path)
    done_well(user, "create", "sleeper", path)
    done_well(user, "snapshot", "sleeper", "fresh")
    machine = Machine(user, guest, "walker", "--forward", "18022:22").start()
    done_well(user, "nic", "add", "walker", "user")
    for shell in ("bash", "zsh", "fish"):
        place = pathlib.Path(user.home, f"{shell}-words", "_owrun")
        place.parent.mkdir()
        place.write_text(done_well(user, "completion", shell).stdout, encoding="utf-8")
    yield user
    machine.quit()
    done_well(user, "rm", "sleeper")
    done_well(user, "images", "rm", "picture")


def expected(user, names):
    return {name.format(bridge=user.bridge) for name in names}


def by_bash(user, line):
    """As readline calls it, with its words."""
    script = ('. bash-words/_owrun; COMP_WORDS=(owrun "${@}"); COMP_CWORD=$#; _owrun; '
              'printf "%s\\n" "${COMPREPLY[@]}"')
    done = user.run("bash", "-c", script, "bash", *line.split(" "), env=path_of_owrun())
    assert done.stderr == "", done.stderr
    return set(done.stdout.split())


def by_fish(user, line):
    done = user.run("fish", "--no-config", "-c",
                    f"source fish-words/_owrun; complete -C 'owrun {line}'", env=path_of_owrun())
    assert done.stderr == "", done.stderr
    return {entry.split("\t")[0] for entry in done.stdout.splitlines()}


def path_of_owrun():
    return {"PATH": f"{pathlib.Path(service.OWRUN).parent}:/usr/local/bin:/usr/bin:/bin"}


@pytest.mark.parametrize("ask", (by_bash, by_fish))
def test_a_shell_offers_what_the_user_has(ask, home):
    for line, offered, absent in CASES:
        found = ask(home, line)
        assert expected(home, offered) <= found, (line, found)
        assert not found & absent, (line, found)


def test_bash_completes_a_value_behind_an_equals_sign(home):
    # Readline parts words there.
    script = ('. bash-words/_owrun; COMP_WORDS=(owrun run --lan = u); COMP_CWORD=4; _owrun; '
              'echo "${COMPREPLY[@]}"; COMP_WORDS=(owrun run --lan =); COMP_CWORD=3; _owrun; '
              'echo "${COMPREPLY[@]}"')
    done = home.run("bash", "-c", script, env=path_of_owrun())
    assert done.stdout.splitlines() == ["user", f"user none {home.bridge}"], done.stderr


def test_zsh_completes_at_the_tab_key(home):
    begin = f"PATH={path_of_owrun()['PATH']}; PS1='ready> '; fpath=(~/zsh-words $fpath); " \
        "autoload -Uz compinit; compinit -u -D; unsetopt beep; echo be''gun\n"
    with Terminal(home, "zsh", "-f", "-i") as terminal:
        terminal.type(begin.encode())
        terminal.expect(b"begun\r\n.*ready> ")
        for typed, completed in (("stop wal", "stop walker"), ("restore sle", "restore sleeper"),
                                 ("restore sleeper fr", "restore sleeper fresh"),
                                 ("run --lan no", "run --lan none"),
                                 ("run --lan=no", "run --lan=none"),
                                 ("forward rm walker 18", "forward rm walker 18022"),
                                 ("create new a-fi", f"create new {DISK}")):
            terminal.type(f"owrun {typed}\t".encode())
            terminal.expect(completed.removeprefix(typed).encode())
            terminal.type(b"\x15")
        # No file, and no VM that does not run.
        terminal.type(b"owrun stop sle\t\x15echo e''nd\n")
        assert b"sleeper" not in terminal.expect(b"end\r\n").string


def test_what_is_asked_wrongly_is_no_candidate(home):
    for words in ((), ("nothing", ""), ("stop",), ("run", "--lan=", "")):
        done = owrun(home, "completion", "words", *words)
        assert done.returncode == 0 and done.stderr == ""
    done = owrun(home, "completion", "bash", "more")
    assert done.returncode == 2 and "takes no 'more'" in done.stderr
