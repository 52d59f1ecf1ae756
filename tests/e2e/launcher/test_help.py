# SPDX-License-Identifier: MIT
"""What owrun says about itself: help, topics, nearest names, completion for shells."""
import re
import shutil
import subprocess

import pytest

from machine import owrun


@pytest.fixture(scope="module")
def commands(alice):
    text = owrun(alice, "--help").stdout.split("\n'owrun COMMAND")[0]
    also = text.split("\nAlso: ")[1]
    return re.findall(r"^  (\S+) ", text, re.MULTILINE) + also.split()


def test_every_command_has_a_screen_of_its_own(alice, commands):
    assert {"run", "create", "config", "ls", "status", "console", "monitor", "log", "wait", "ssh",
            "stop", "kill", "restart", "rm", "snapshot", "restore", "nic", "machines", "cpus",
            "lan", "nets", "ports", "doctor", "completion", "help", "pull", "forward", "open",
            "capture", "map", "ssh-config", "images", "inject", "recipes", "ls-image", "cat", "cp",
            "mkimage", "chroot", "set", "edit", "clone", "rename", "import", "enable",
            "disable"} == set(commands)
    for command in commands:
        done = owrun(alice, command, "--help")
        assert done.returncode == 0 and done.stdout.startswith(f"usage: owrun {command}")
        assert owrun(alice, "help", command).stdout == done.stdout or command in (
            "help", "nic")  # a topic of that name


def test_every_topic_is_one_screen(alice):
    topics = owrun(alice, "--help").stdout.split("explains one of")[1].split()
    assert len(topics) > 4
    for topic in topics:
        text = owrun(alice, "help", topic).stdout
        assert text and all(len(line) <= 100 for line in text.splitlines()), topic
    assert "did you mean 'serial'" in owrun(alice, "help", "seral").stderr
    assert "'owrun help' lists them" in owrun(alice, "help", "kvm").stderr


@pytest.mark.parametrize("name, topic", (("network", "nic"), ("vm.conf", "options")))
def test_a_topic_is_found_under_its_other_names(alice, name, topic):
    assert owrun(alice, "help", name).stdout == owrun(alice, "help", topic).stdout != ""


def test_what_is_not_in_the_help_of_run_is_where_that_says(alice):
    assert "see 'owrun help options'" in owrun(alice, "run", "--help").stdout
    text = owrun(alice, "help", "options").stdout
    said = set(re.findall(r"--([a-z-]+)", text))
    line = re.search(r"^\trun\)\n\t\toptions='(.*)'", owrun(alice, "completion", "bash").stdout,
                     re.MULTILINE)
    taken = set(line[1].replace("--", "").split())
    here = set(re.findall(r"^  --([a-z-]+)", owrun(alice, "run", "--help").stdout, re.MULTILINE))
    assert {"trust-backing", "trust-directory"} <= taken
    assert taken - here - said == set()


def test_the_timeout_of_a_command_is_its_own(alice):
    assert "to wait (default: for ever)" in owrun(alice, "wait", "--help").stdout
    assert "to power down (default: 10)\n" in owrun(alice, "stop", "--help").stdout


def test_a_command_that_is_not_known_is_told_with_the_nearest(alice):
    done = owrun(alice, "stat")
    assert done.returncode == 2 and "did you mean 'owrun " in done.stderr


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_understands_its_completion(alice, commands, shell, tmp_path):
    text = owrun(alice, "completion", shell).stdout
    for word in ["--forward" if shell == "bash" else "forward", *commands]:
        assert word in text
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not here")
    file = tmp_path / "completion"
    file.write_text(text, encoding="utf-8")
    subprocess.run((shell, "-n", file), check=True)


def test_bash_completes_commands_options_and_names(alice, tmp_path):
    file = tmp_path / "completion"
    file.write_text(owrun(alice, "completion", "bash").stdout, encoding="utf-8")
    owrun(alice, "create", "completed", "--kernel", "/k", "--nic", "none")
    script = (f"source {file}; "
              "for line in 'owrun st' 'owrun run --mem' 'owrun run compl'; do "
              "COMP_WORDS=($line); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _owrun; "
              "echo ${COMPREPLY[@]}; done")
    file.chmod(0o644)
    tmp_path.chmod(0o755)
    for parent in list(tmp_path.parents)[:2]:
        parent.chmod(0o755)
    done = alice.run("bash", "-c", script)
    owrun(alice, "rm", "completed")
    assert done.stdout.splitlines() == ["status stop", "--memory", "completed"], done.stderr
