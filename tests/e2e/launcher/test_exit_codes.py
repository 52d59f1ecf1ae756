# SPDX-License-Identifier: MIT
"""Exit statuses as owrun(1) promises, for every command that there is."""
import os
import pathlib
import re
import signal
import subprocess

import pytest

import network
import rootfs
import service
from machine import Machine, done_well, left_of, owrun

TOP = pathlib.Path(__file__).resolve().parents[3]
NETWORK = ("--lan", "user", "--wan", "none")
# Per command: what goes wrong at first sight, what there is not, and what is done. Each is words,
# and the status is 2, 1 and 0. "vm" runs, "kept" is stopped; "spare" is another that is.
WRONG, NONE, DONE = 2, 1, 0
TABLE = {
    "run": {WRONG: ("--memory lots", "--name up/x --kernel /k"), NONE: ("nobody", "-d none.img"),
            DONE: ("--dry-run kept",)},
    "create": {WRONG: ("", "x --cpus none", "openwrt", "x y --from kept"),
               NONE: ("kept --kernel /k", "x /none.img"),
               DONE: ("made --kernel {guest}/vmlinux --nic none",)},
    "config": {WRONG: ("",), NONE: ("nobody",), DONE: ("kept", "vm")},
    "set": {WRONG: ("", "kept", "kept cpus", "kept x=1", "kept --unset x"),
            NONE: ("nobody cpus=1", "kept cpus=none"), DONE: ("kept cpus=1",)},
    "edit": {WRONG: ("",), NONE: ("nobody",), DONE: ("kept",)},
    "import": {WRONG: ("",), NONE: ("/none.conf",), DONE: "kept/test_import.py"},
    "clone": {WRONG: ("",), NONE: ("nobody x", "kept kept"), DONE: ("kept copied",)},
    "rename": {WRONG: ("",), NONE: ("nobody x", "vm x"), DONE: ("copied other",)},
    "import": {WRONG: ("", "x.conf --cpus none"), NONE: ("none.conf", "tree.img"),
               DONE: "kept/test_import.py"},
    "enable": {WRONG: ("", "a b"), NONE: ("nobody",), DONE: ("kept",)},
    "disable": {WRONG: ("", "a b"), NONE: ("./nobody",), DONE: ("kept",)},
    "ls": {WRONG: ("x",), NONE: (), DONE: ("", "-q")},
    "status": {WRONG: ("",), NONE: ("nobody",), DONE: ("kept", "vm")},
    "console": {WRONG: ("", "vm --console-escape ^^^"), NONE: ("nobody", "kept"),
                DONE: "console/test_console.py"},
    "log": {WRONG: ("", "vm -n x", "-f vm kept"), NONE: ("nobody",), DONE: ("vm", "--qemu vm")},
    "monitor": {WRONG: ("",), NONE: ("nobody", "kept info", "vm nonsense"),
                DONE: ("vm info version", "vm")},
    "ssh": {WRONG: ("", "vm --user"), NONE: ("nobody", "kept", "vm true"),
            DONE: "console/test_ssh.py"},
    "ssh-config": {WRONG: ("a b",), NONE: ("nobody",), DONE: ("", "vm", "kept")},
    "open": {WRONG: ("",), NONE: ("nobody", "kept"), DONE: "network/test_open.py"},
    "wait": {WRONG: ("", "--all vm", "vm --timeout x"),
             NONE: ("nobody", "kept --for console:x", "vm --for fire"), DONE: ("kept",)},
    "nic": {WRONG: ("", "fly vm"), NONE: ("ls nobody", "ls kept", "add vm tap", "remove vm hot0"),
            DONE: ("ls vm", "add vm user")},
    "forward": {WRONG: ("", "fly vm"), NONE: ("ls nobody", "ls kept", "add vm x", "rm vm 1"),
                DONE: ("ls", "ls vm", "add vm 18099:99", "rm vm 18099")},
    "capture": {WRONG: ("", "vm -c x"), NONE: ("nobody", "kept", "vm eth9"),
                DONE: "network/test_capture.py"},
    "stop": {WRONG: ("", "vm --timeout x"), NONE: ("nobody", "kept"),
             DONE: ("--timeout 0 spare",)},
    "kill": {WRONG: ("",), NONE: ("nobody", "kept"), DONE: ("spare",)},
    "restart": {WRONG: ("",), NONE: ("nobody",), DONE: ("-d --timeout 0 spare",)},
    "rm": {WRONG: ("", "--all"), NONE: ("nobody", "vm"), DONE: ("-f spare",)},
    "snapshot": {WRONG: ("",), NONE: ("nobody", "kept a/b", "vm", "ls nobody", "rm disky none"),
                 DONE: ("disky first", "ls disky")},
    "restore": {WRONG: ("",), NONE: ("nobody", "disky none", "vm"), DONE: ("disky",)},
    "pull": {WRONG: ("",), NONE: ("/none.img", "ftp://x/y"), DONE: ("tree.img --name pulled",)},
    "images": {WRONG: ("ls a b", "fly"), NONE: ("rm none",), DONE: ("", "ls", "prune")},
    "inject": {WRONG: ("", "tree.img"), NONE: ("none.img a:/b", "tree.img none:/x", "vm a:/b"),
               DONE: ("tree.img root.tar:/file",)},
    "recipes": {WRONG: ("a b",), NONE: ("none",), DONE: ("", "hostname=x")},
    "ls-image": {WRONG: ("",), NONE: ("none.img:/", "tree.img:/none"), DONE: ("tree.img:/",)},
    "cat": {WRONG: ("",), NONE: ("none.img:/x", "tree.img:/none"), DONE: ("tree.img:/etc/name",)},
    "cp": {WRONG: ("",), NONE: ("a b", "tree.img:/none x", "none.img:/x x"),
           DONE: ("tree.img:/etc/name name",)},
    "mkimage": {WRONG: ("", "root.tar --size lots -o x.img", "root.tar"),
                NONE: ("none.tar -o x.img --size 16M",),
                DONE: ("root.tar -o made.img --size 16M",)},
    "chroot": {WRONG: ("", "tree.img"), 125: ("none.img true", "vm true"), 127: ("tree.img /none",),
               126: ("tree.img /etc/name",), 3: ("tree.img sh -c exit:3",),
               DONE: ("tree.img true",)},
    "map": {WRONG: ("x",), NONE: ("--svg /none/x.svg",), DONE: ("", "--svg -")},
    "nets": {WRONG: ("x",), NONE: "netd/test_lists.py", DONE: ("",)},
    "ports": {WRONG: ("x",), NONE: "netd/test_lists.py", DONE: ("",)},
    "machines": {WRONG: ("x", "--arch none"), NONE: (), DONE: ("",)},
    "cpus": {WRONG: ("x", "--arch none"), NONE: (), DONE: ("",)},
    "lan": {WRONG: ("",), 125: ("nobody true", "kept true", "vm true", "br-none true"),
            DONE: "lan/test_lan.py"},
    "doctor": {WRONG: ("x",), NONE: ("--vm nobody", "--vm kept"), DONE: "doctor/test_doctor.py"},
    "completion": {WRONG: ("", "tcsh"), NONE: (), DONE: ("bash", "zsh", "fish")},
    "help": {WRONG: ("none",), NONE: (), DONE: ("", "run", "nic")},
}


def make_tree(user):
    """root.tar and tree.img, a small system, in the user's home."""
    tar = pathlib.Path(user.home, "root.tar")
    tar.write_bytes(rootfs.tar(rootfs.busybox()))
    os.chown(tar, user.uid, user.gid)
    done_well(user, "mkimage", "root.tar", "-o", "tree.img", "--size", "16M")


@pytest.fixture(scope="module")
def user(running, alice, guest):
    """VMs and files as the table has them. The guests need not come up."""
    home = pathlib.Path(alice.home)
    make_tree(alice)
    for name in ("kept", "vm", "spare", "disky"):
        disk = ("--disk", str(home / "disk.img")) if name == "disky" else ()
        if disk:
            alice.run("truncate", "-s", "1M", disk[1])
        Machine(alice, guest, name, *NETWORK, *disk).create()
    done_well(alice, "run", "-d", "vm")
    yield alice
    names = done_well(alice, "ls", "-q").stdout.split()
    done_well(alice, "rm", "-f", *names)
    for path in home.glob("*.img"):
        path.unlink()
    alice.run("rm", "-f", "root.tar", "name")
    assert network.wait_until(lambda: left_of(alice) == []), left_of(alice)


def commands(user):
    text = owrun(user, "--help").stdout
    return (re.findall(r"^  (\S+) ", text.split("\n'owrun COMMAND")[0], re.MULTILINE)
            + re.search(r"^Also: (.*(?:\n {6}\S.*)*)$", text, re.MULTILINE)[1].split())


def test_the_table_has_all_commands(user):
    assert sorted(TABLE) == sorted(commands(user))


def rows():
    for command, statuses in TABLE.items():
        for status, cases in statuses.items():
            if not isinstance(cases, str):
                yield from ((command, status, words) for words in cases)


def test_what_is_not_in_the_table_is_in_another_test():
    places = [cases for statuses in TABLE.values() for cases in statuses.values()
              if isinstance(cases, str)]
    assert places and [place for place in places if not (TOP / "tests/e2e" / place).exists()] == []


def started(user, command, words):
    """The VM that is ended, or removed, runs before, or is made again."""
    if "spare" in words and command != "rm" and "running" not in owrun(user, "ls").stdout.split(
            "spare")[1].split("\n")[0]:
        done_well(user, "run", "-d", "spare")


@pytest.mark.parametrize("command, status, words", rows(), ids=str)
def test_a_status_is_what_it_should_be(user, guest, command, status, words):
    started(user, command, words)
    arguments = [word.replace(":3", " 3") if word == "exit:3" else word
                 for word in words.format(guest=guest).split()]
    done = owrun(user, command, *arguments, env={"EDITOR": "true"}, timeout=60)
    assert done.returncode == status, done
    if status in (WRONG, NONE, 125) and command != "doctor":
        # One sentence, and nothing for who reads what is printed.
        said = [line for line in done.stderr.splitlines() if line.startswith("owrun: ")]
        # QEMU's own complaint is its monitor's answer.
        assert said and done.stdout == "" or command == "monitor" and "unknown" in done.stdout, done


@pytest.mark.parametrize("command", TABLE)
def test_an_option_that_there_is_not_and_help(user, command):
    done = owrun(user, command, "--no-such-option")
    assert done.returncode == 2 and done.stdout == ""
    assert done.stderr.startswith(f"owrun: 'owrun {command}' has no option '--no-such-option'")
    done = owrun(user, command, "--help")
    assert done.returncode == 0 and done.stderr == ""
    assert done.stdout.startswith(f"usage: owrun {command} ")


# Verbs, and how many operands each needs behind it at least and at most.
VERBS = {"nic": {"add": (2, 2), "remove": (2, 2), "ls": (1, 1)},
         "forward": {"add": (2, 2), "rm": (2, 2), "ls": (0, 1), "stdio": (2, 2)},
         "snapshot": {"ls": (1, 1), "rm": (2, 2), "kept": (0, 1)},
         "images": {"ls": (0, 0), "rm": (1, 1), "prune": (0, 0)}}


def counts(user, command):
    """Operands that are too few, and too many, by what the usage says."""
    told = owrun(user, command, "--help").stdout
    usage = re.match(r"usage: owrun \S+ \[OPTIONS\] ?(.*)", told)[1]
    rest = "..." in usage or "--" in usage
    words = [word for word in re.sub(r"\[--\]", "", usage).split() if word != "--"]
    least = words[0][0] != "[" if rest and words else sum(word[0] != "[" for word in words)
    yield from ((command, *["x"] * n) for n in range(least))
    if not rest:
        yield (command, *["x"] * (len(words) + 1))


@pytest.mark.parametrize("command", TABLE)
def test_operands_that_are_missing_and_too_many_are_wrong_everywhere(user, command):
    lines = list(counts(user, command))
    for verb, (least, most) in VERBS.get(command, {}).items():
        lines += [(command, verb, *["x"] * n) for n in (*range(least), most + 1)]
    for line in lines:
        done = owrun(user, *line)
        assert (done.returncode, done.stdout) == (WRONG, ""), (line, done)
        said, = done.stderr.splitlines()
        assert said.startswith("owrun: ") and f"owrun {command}" in said, (line, said)


@pytest.mark.parametrize("words, other", (
    ("snapshot list kept", "snapshot ls NAME"),
    ("snapshot delete kept a", "snapshot rm NAME LABEL"),
    ("snapshot create kept", "snapshot NAME [LABEL]"), ("nic list vm", "nic ls NAME"),
    ("nic rm vm hot0", "nic remove NAME ID"), ("forward list", "forward ls [NAME]"),
    ("forward remove vm 80", "forward rm NAME HOST"), ("images list", "images ls"),
    ("images delete x", "images rm NAME")))
def test_verbs_of_other_programs_lead_to_ours(user, words, other):
    done = owrun(user, *words.split())
    command, verb, *_ = words.split()
    assert done.returncode == WRONG
    assert done.stderr == f"owrun: there is no 'owrun {command} {verb}'; say 'owrun {other}'\n"


def test_no_command_and_one_that_there_is_not(user):
    assert [owrun(user, *words).returncode for words in (
        (), ("fly",), ("--fly",), ("--help",), ("--version",))] == [2, 2, 2, 0, 0]


@pytest.mark.parametrize("command", ["ls", "status vm", "nets", "help", "config vm"])
def test_what_is_printed_and_does_not_arrive_is_a_failure(user, command):
    with open("/dev/full", "w", encoding="ascii") as full:
        done = owrun(user, *command.split(), capture_output=False, stdout=full,
                     stderr=subprocess.PIPE)
    assert done.returncode == 1 and "No space left on device" in done.stderr


@pytest.mark.parametrize("words, number, status", (
    ("wait vm", signal.SIGINT, -signal.SIGINT), ("wait vm", signal.SIGTERM, -signal.SIGTERM),
    ("wait vm kept --for console:never", signal.SIGTERM, -signal.SIGTERM),
    ("log -f vm", signal.SIGINT, -signal.SIGINT),
    ("capture vm", signal.SIGINT, 0), ("capture vm", signal.SIGTERM, 0)))
def test_a_command_that_a_signal_ends(user, words, number, status):
    process = subprocess.Popen(
        (service.OWRUN, *words.split()), user=user.uid, group=user.gid, cwd=user.home,
        extra_groups=user.groups, env={"PATH": os.environ["PATH"], "HOME": user.home},
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    with process:
        if words.startswith("capture"):
            # Its own handling has begun. The others have none.
            assert len(process.stdout.read(24)) == 24
        process.send_signal(number)
        assert process.wait(20) == status
