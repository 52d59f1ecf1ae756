# SPDX-License-Identifier: MIT
"""The pages of owrun and vm.conf have all that owrun's help names, in English and in Chinese."""
import os
import pathlib
import re
import subprocess

from pages import CHINESE, plain
from source import TOP

BUILD = pathlib.Path(os.environ.get("OWVM_BUILD", TOP / "build" / "default")).resolve()
OWRUN = BUILD / "launcher" / "owrun"
OWRUN_PAGES = {name: TOP / "launcher/man" / name for name in ("owrun.1", "vm.conf.5")}


def owrun_help(*words):
    return subprocess.run((OWRUN, *words), capture_output=True, text=True, check=True).stdout


def owrun_commands():
    listed = owrun_help("--help").split("\n'owrun COMMAND")[0]
    return (re.findall(r"^  (\S+) ", listed, re.MULTILINE)
            + re.search(r"^Also: (.*(?:\n {6}\S.*)*)$", listed, re.MULTILINE)[1].split())


def test_every_command_of_owrun_is_in_its_page():
    commands = owrun_commands()
    page = plain(OWRUN_PAGES["owrun.1"])
    assert len(commands) > 20
    assert [command for command in commands
            if not re.search(rf"^\.It Ic {command}\b", page, re.MULTILINE)] == []


def examples():
    """command -> the lines of its help that are an example"""
    return {command: re.findall(r"^Example: (.*)$", owrun_help(command, "--help"), re.MULTILINE)
            for command in owrun_commands()}


def test_every_command_of_owrun_has_one_example_which_its_page_shows():
    shown = examples()
    page = plain(OWRUN_PAGES["owrun.1"]).splitlines()
    assert {command: lines for command, lines in shown.items()
            if len(lines) != 1 or not f"{lines[0]} ".startswith(f"owrun {command} ")} == {}
    assert [lines[0] for lines in shown.values() if f".Dl {lines[0]}" not in page] == []


def test_the_chinese_page_has_every_command_as_the_english_one_has_it():
    english, chinese = (plain(page).split("\n.Sh ")
                        for page in (OWRUN_PAGES["owrun.1"], CHINESE[0]))
    heads = [re.findall(r"^\.It Ic .*$", "\n".join(part for part in page if not
                                                   part.startswith(("JSON", "OPTIONS"))),
                        re.MULTILINE) for page in (english, chinese)]
    assert CHINESE[0].name == "owrun.1" and len(heads[1]) > 40
    assert sorted(heads[1]) == sorted(heads[0])
    commands = {re.match(r"\.It Ic (\S+)", head)[1] for head in heads[1]}
    assert set(owrun_commands()) <= commands
    page = plain(CHINESE[0]).splitlines()
    assert [lines[0] for lines in examples().values() if f".Dl {lines[0]}" not in page] == []


def help_options():
    """The options that are keys of vm.conf, and those that other screens of help leave out."""
    return [re.findall(r"^  --([a-z-]+)", part, re.MULTILINE)
            for part in owrun_help("help", "options").split("\nNot for vm.conf")]


def test_every_key_of_a_vm_is_in_the_page_of_vm_conf():
    keys, _ = help_options()
    page = plain(OWRUN_PAGES["vm.conf.5"])
    assert len(keys) > 20
    assert [key for key in keys
            if not re.search(rf"^\.It Cm (?:.* )?{key}\b", page, re.MULTILINE)] == []


def owrun_options():
    return {option for command in owrun_commands()
            for option in re.findall(r"^  --([a-z0-9-]+)", owrun_help(command, "--help"),
                                     re.MULTILINE)}


def test_every_other_option_is_in_the_page_of_owrun():
    keys, rare = map(set, help_options())
    options = owrun_options()
    page = plain(OWRUN_PAGES["owrun.1"])
    assert {"json", "detach"} < options and "trust-directory" in rare
    assert [option for option in (options | rare) - keys if f"Fl Fl {option}" not in page] == []


def test_the_chinese_page_explains_every_option():
    keys, rare = map(set, help_options())
    page = plain(CHINESE[0])
    assert [option for option in owrun_options() | rare | keys
            if not re.search(rf"^\.It Fl (?:. , Fl )?Fl {option}\b", page, re.MULTILINE)] == []
