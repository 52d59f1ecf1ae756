# SPDX-License-Identifier: MIT
"""The manuals and the example of the policy: well formed, complete, and what they show is true."""
import json
import os
import pathlib
import re
import shutil
import subprocess

import pytest

import source
from pages import CHINESE, PAGES, columns, plain, shown
from source import TOP

BUILD = pathlib.Path(os.environ.get("OWVM_BUILD", TOP / "build" / "default")).resolve()
TOOL = BUILD / "policy" / "owvm-policy"
LANGUAGE = TOP / "policy/man/owvm-policy.5"
COMMAND = TOP / "policy/man/owvm-policy.1"
BRIDGE_HELPER = TOP / "launcher/man/owvm-bridge-helper.1"
# What mandoc has against headings that are not English, and against groff's rules for Chinese.
OF_CHINESE = re.compile(r'WARNING: (?:first section is not "NAME"|description line outside NAME)|'
                        r"ERROR: skipping insecure request: mso$", re.MULTILINE)
EXAMPLE = TOP / "policy/policy.conf.example"
PARSER = sorted({*(TOP / "policy").glob("policy*.c"), TOP / "policy/subid.c"} -
                {TOP / "policy/policy-decide.c"})
RULE = re.compile(r"^(?:permit|deny) (?:user|group|any)\b", re.MULTILINE)


def lint(page):
    if shutil.which("mandoc") is None:
        pytest.skip("mandoc is not here")
    done = subprocess.run(("mandoc", "-T", "lint", "-W", "warning", page), capture_output=True,
                          text=True, check=False)
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_mandoc_finds_nothing_wrong_with_the_page(page):
    assert lint(page) == (0, "")


@pytest.mark.parametrize("page", CHINESE, ids=lambda page: page.name)
def test_a_chinese_page_is_sound_and_shown_in_80_columns(page):
    assert [line for line in lint(page)[1].splitlines() if not OF_CHINESE.search(line)] == []
    lines, said = shown(page)
    assert "名称" in lines and len(lines) > 100 and said == ""
    assert [line for line in lines if columns(line) > 80] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_last_column_of_a_table_has_room(page):
    """Else its words stand one below the other, behind column 80."""
    lines, _ = shown(page)
    assert len(lines) > 50
    assert [line for line in lines if line.startswith(" " * 76)] == []


def test_an_error_in_a_page_would_be_found(tmp_path):
    page = tmp_path / "x.5"
    page.write_text(LANGUAGE.read_text(encoding="utf-8") + ".Bl -bullet\n", encoding="utf-8")
    assert lint(page)[0] != 0


def test_every_page_is_installed_in_its_section():
    done = subprocess.run(("meson", "introspect", "--installed", BUILD), capture_output=True,
                          text=True, check=True)
    installed = json.loads(done.stdout)
    targets = {page: installed.get(str(page)) for page in (*PAGES, *CHINESE)}
    assert len(targets) > 3
    assert [page for page, target in targets.items() if not target or not target.endswith(
        f"/man{'/zh_CN' * (page in CHINESE)}/man{page.name[-1]}/{page.name}")] == []


def blocks(page):
    """The literal displays of a page."""
    return re.findall(r"^\.Bd -literal[^\n]*\n(.*?)^\.Ed$", plain(page),
                      re.MULTILINE | re.DOTALL)


def shown_policies():
    return [block for block in blocks(LANGUAGE) if RULE.search(block)]


def example_in_force():
    """policy.conf.example with its rules made active."""
    return re.sub(r"^#(?=permit |deny )", "", EXAMPLE.read_text(encoding="utf-8"),
                  flags=re.MULTILINE)


def with_ids(policy):
    """The users and groups of the examples do not exist here: ids take their place."""
    return re.sub(r"^(permit|deny) (user|group) \S+", r"\1 \2 4000000", policy, flags=re.MULTILINE)


def check(text, tmp_path):
    assert TOOL.is_file(), f"no owvm-policy: build '{BUILD}' first"
    path = tmp_path / "policy.conf"
    path.write_text(text, encoding="utf-8")
    path.chmod(0o644)
    done = subprocess.run((TOOL, "check", path), capture_output=True, text=True, check=False)
    said = [line for line in done.stderr.splitlines() if ": warning: " not in line]
    return done.returncode, said


def test_there_are_four_examples_with_a_sentence_at_every_step():
    policies = shown_policies()
    assert len(policies) == 4
    for policy in policies:
        assert policy.startswith("# ") and len(RULE.findall(policy)) >= 2


@pytest.mark.parametrize("policy", [*shown_policies(), example_in_force(),
                                    EXAMPLE.read_text(encoding="utf-8")],
                         ids=["laptop", "lab", "ci", "tenants", "example in force", "example"])
def test_an_example_is_a_sound_policy(policy, tmp_path):
    assert check(with_ids(policy), tmp_path) == (0, [])


def test_an_error_in_an_example_would_be_found(tmp_path):
    status, errors = check(with_ids(example_in_force()) + "permit any bridge br0 fast\n", tmp_path)
    assert status == 2 and "unknown option 'fast'" in errors[-1]


def test_the_example_permits_nothing_as_it_is():
    text = EXAMPLE.read_text(encoding="utf-8")
    assert [line for line in text.splitlines() if line.strip() and not line.startswith("#")] == []


def test_the_example_holds_the_rules_of_the_manual():
    shown = [line for policy in shown_policies() for line in policy.splitlines()
             if RULE.match(line)]
    assert [line for line in shown if line not in example_in_force().splitlines()] == []


def messages():
    """Every text that the parser and the loader refuse with: what is passed to a function that
    fails or takes a word, or returned as a reason."""
    found = set()
    for path in PARSER:
        text = re.sub(r'"\s*"', "", "\n".join(source.code(path)))
        string = r'"((?:\\.|[^"\\])*)"'
        for statement in re.findall(
                r'(?:\b(?:policy_(?:parser_)?)?(?:fail|take)\(|\breturn\b|\b(?:format|reason) =)'
                r'((?:[^;"]|"(?:\\.|[^"\\])*")*);', text):
            found |= {literal for literal in re.findall(string, statement)
                      if re.search("[a-z]", re.sub(r"%(?:\.\*)?[a-z]", "", literal))}
    # What stands in the place of a file when no path of one is good enough to be shown.
    return sorted(found - {"the policy"})


def pattern(message):
    return r"\S+".join(map(re.escape, re.split(r"%(?:\.\*)?[dsu]", message)))


def diagnostics():
    return re.search(r"^\.Sh DIAGNOSTICS$(.*?)^\.Sh ", plain(LANGUAGE),
                     re.MULTILINE | re.DOTALL)[1]


@pytest.mark.parametrize("message", messages())
def test_a_message_of_the_parser_or_the_loader_is_explained(message):
    assert re.search(pattern(message), " ".join(diagnostics().split()))


def test_no_message_is_explained_that_nothing_says():
    known = [re.compile(rf"(?:'PATH' )?{pattern(message)}") for message in messages()
             if message != "bridge '%s': %s"]
    heads = [re.sub("^bridge 'PATTERN': ", "", head)
             for head in re.findall(r"^\.It (.*)$", diagnostics(), re.MULTILINE)]
    assert len(heads) > 40
    assert [head for head in heads if not any(one.fullmatch(head) for one in known)] == []


def test_every_option_of_the_language_is_in_the_manual():
    names = re.findall(r'\{\.name = "([^"]+)"', (TOP / "policy/policy-option.c").read_text(
        encoding="utf-8"))
    assert len(names) > 4
    assert [name for name in names
            if not re.search(rf"(?<![\w-]){name}(?![\w-])", plain(LANGUAGE))] == []


def test_every_option_of_owvm_policy_is_in_its_manual():
    assert TOOL.is_file(), f"no owvm-policy: build '{BUILD}' first"
    usage = subprocess.run((TOOL, "--help"), capture_output=True, text=True, check=True).stdout
    shown = re.sub(r"Fl Fl ", "--", plain(COMMAND))
    assert [option for option in set(re.findall(r"--[a-z]+", usage)) if option not in shown] == []


def test_every_option_of_owvm_bridge_helper_is_in_its_manual():
    program = BUILD / "launcher" / "owvm-bridge-helper"
    usage = subprocess.run((program, "--help"), capture_output=True, text=True, check=True).stdout
    shown = re.sub(r"Fl Fl ", "--", plain(BRIDGE_HELPER))
    options = set(re.findall(r"--[a-z-]+", usage))
    assert len(options) > 6
    assert [option for option in options if f".It {option}" not in shown
            and f", {option}\n" not in shown] == []


@pytest.fixture
def tried(tmp_path):
    """The files that the examples of owvm-policy(1) speak of."""
    lab = next(block for block in blocks(COMMAND) if RULE.match(block))
    wrong = re.search(r"^\.Ql (permit .*) :$", plain(COMMAND), re.MULTILINE)[1]
    (tmp_path / "lab.conf").write_text(lab, encoding="utf-8")
    (tmp_path / "wrong.conf").write_text(wrong + "\n", encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("block", [block for block in blocks(COMMAND) if block.startswith("$ ")])
def test_owvm_policy_prints_what_its_manual_shows(block, tried):
    command, shown = block.removeprefix("$ owvm-policy ").split("\n", 1)
    done = subprocess.run((TOOL, *command.split()), cwd=tried, capture_output=True, text=True,
                          check=False)
    assert done.stdout + done.stderr == shown
