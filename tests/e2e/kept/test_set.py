# SPDX-License-Identifier: MIT
"""`owrun set` and `owrun edit`: the vm.conf of a kept VM changes as a whole or not at all."""
import os
import pathlib
import stat

import pytest

import service
from machine import NO_NETWORK, Machine, done_well, owrun, refused
from terminal import Terminal

CONF = "# mine\nmemory = 64M\n\n; and this\nkernel = /etc/hostname\nlan = none\nwan = none\n"


@pytest.fixture
def conf(user):
    """The vm.conf of a kept VM."""
    done_well(user, "create", "kept", "--kernel", "/etc/hostname", *NO_NETWORK)
    path = pathlib.Path(user.home, ".local/share/owvm/kept/vm.conf")
    path.write_text(CONF, encoding="utf-8")
    yield path
    done_well(user, "rm", "kept")
    assert not path.parent.exists()


def text_of(path):
    return path.read_text(encoding="utf-8")


def test_keys_are_set_and_the_rest_stays(user, conf):
    conf.chmod(0o640)
    done = done_well(user, "set", "kept", "memory=128M", "share+=/srv:a,ro")
    assert done.stdout == "kept: set; 'owrun run kept' starts it so\n"
    assert text_of(conf) == CONF.replace("64M", "128M") + "share = /srv:a,ro\n"
    assert stat.S_IMODE(conf.stat().st_mode) == 0o640 and conf.owner() == user.name
    done_well(user, "set", "--unset", "share", "--unset", "memory", "kept")
    assert text_of(conf) == CONF.replace("memory = 64M\n", "")


@pytest.mark.parametrize("words, status, said", [
    (("memory=128M", "cpus=0"), 1, "cpus '0'"),
    (("memory=128M", "memmory=1G"), 2, "did you mean 'memory'"),
    (("wan=user", "nic=user"), 1, "nic"),
    (("name=other",), 2, "owrun rename"), (("memory",), 2, "KEY=VALUE"),
    (("--unset", "bios"), 1, "not set"), (("--unset", "bois"), 2, "did you mean 'bios'")])
def test_one_error_and_nothing_is_changed(user, conf, words, status, said):
    before = conf.stat().st_ino
    done = owrun(user, "set", "kept", *words)
    assert done.returncode == status and said in done.stderr and done.stdout == ""
    assert len(done.stderr.splitlines()) == 1
    assert text_of(conf) == CONF and conf.stat().st_ino == before


def test_what_no_vm_has_is_told(user, conf):
    assert "there is no VM 'other'" in refused(user, "set", "other", "cpus=1")
    assert "it has no vm.conf" in refused(user, "set", user.home, "cpus=1")
    done = owrun(user, "set", "kept")
    assert done.returncode == 2 and "KEY=VALUE" in done.stderr
    text = CONF + "nonsense\n"
    conf.write_text(text, encoding="utf-8")
    assert f"{conf}:8: " in refused(user, "set", "kept", "cpus=1")
    assert text_of(conf) == text


def test_a_vm_conf_of_another_users_is_not_touched(user, conf):
    conf.chmod(0o666)
    assert "chmod go-w" in refused(user, "set", "kept", "cpus=2")
    assert "chmod go-w" in refused(user, "edit", "kept")
    assert text_of(conf) == CONF and not conf.with_name("vm.conf.edit").exists()
    conf.chmod(0o600)


def test_a_vm_that_runs_takes_it_at_its_next_start(user, guest):
    machine = Machine(user, guest, "runs", *NO_NETWORK)
    machine.create()
    machine.as_kept().start()
    done = done_well(user, "set", "runs", "memory=96M")
    assert "its next 'owrun run' takes the change" in done.stdout
    done_well(user, "kill", "runs")
    assert "-m 96" in done_well(user, "run", "--dry-run", "runs").stdout.replace("M", "")
    done_well(user, "rm", "runs")


@pytest.fixture
def editor(user):
    """editor(script) makes an editor of a shell's lines, which get the file as $1."""
    path = pathlib.Path(user.home, "my editor")

    def make(script):
        path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        path.chmod(0o755)
        return {"EDITOR": f"'{path}'", "VISUAL": ""}
    yield make
    path.unlink()


def test_an_edited_text_takes_the_place(user, conf, editor):
    done = done_well(user, "edit", "kept", env=editor('sed -i s/64M/96M/ "$1"'))
    assert done.stdout == "kept: changed; 'owrun run kept' starts it so\n"
    assert text_of(conf) == CONF.replace("64M", "96M")
    done = done_well(user, "edit", "kept", env=editor("true"))
    assert done.stdout == "kept: nothing is changed\n"
    assert done_well(user, "set", "kept", "memory=96M").stdout == "kept: nothing is changed\n"
    assert sorted(os.listdir(conf.parent)) == ["vm.conf"] or ".lock" in os.listdir(conf.parent)


def test_the_editors_arguments_are_words_that_no_shell_reads(user, conf, editor):
    log = pathlib.Path(user.home, "words")
    env = editor(f'printf "%s|" "$@" >{log}')
    env = {"VISUAL": env["EDITOR"] + " -n 'a  b' $HOME;x"}
    done_well(user, "edit", "kept", env=env)
    assert log.read_text(encoding="utf-8") == f"-n|a  b|$HOME;x|{conf}.edit|"
    assert "quotes" in owrun(user, "edit", "kept", env={"VISUAL": "'a"}).stderr
    done = owrun(user, "edit", "kept", env={"EDITOR": "/no/such -x"})
    assert done.returncode == 1 and "there is no editor '/no/such'" in done.stderr
    assert not conf.with_name("vm.conf.edit").exists()
    log.unlink()


def test_a_broken_text_is_kept_and_offered_again(user, conf, editor):
    draft = conf.with_name("vm.conf.edit")
    done = owrun(user, "edit", "kept", env=editor('echo nonsense >>"$1"'))
    wrong, last = done.stderr.splitlines()
    assert done.returncode == 1 and f"{draft}:8: this is neither" in wrong
    assert "vm.conf is as it was" in last and f"kept in '{draft}'" in last
    assert text_of(conf) == CONF and text_of(draft) == CONF + "nonsense\n"
    done = done_well(user, "edit", "kept", env=editor("sed -i 's/^nonsense/cpus = 2/' \"$1\""))
    assert "not taken over" in done.stderr
    assert text_of(conf) == CONF + "cpus = 2\n" and not draft.exists()


def test_an_editor_that_fails_loses_nothing(user, conf, editor):
    draft = conf.with_name("vm.conf.edit")
    done = owrun(user, "edit", "kept", env=editor('echo "cpus = 3" >>"$1"; exit 3'))
    assert done.returncode == 1 and "failed with status 3" in done.stderr
    assert text_of(conf) == CONF and text_of(draft) == CONF + "cpus = 3\n"


def test_what_another_wrote_meanwhile_is_not_lost(user, conf, editor):
    env = editor(f'echo "cpus = 3" >>"$1"; echo "cpus = 4" >>{conf}')
    done = owrun(user, "edit", "kept", env=env)
    assert done.returncode == 1 and "changed by another meanwhile" in done.stderr
    assert text_of(conf) == CONF + "cpus = 4\n"
    assert text_of(conf.with_name("vm.conf.edit")) == CONF + "cpus = 3\n"


def test_on_a_terminal_it_asks(user, conf, editor):
    """First the text is broken; the second time the editor mends it."""
    env = editor('grep -q nonsense "$1" && sed -i "s/^nonsense/cpus = 2/" "$1" || '
                 'echo nonsense >>"$1"')
    with Terminal(user, "env", f"EDITOR={env['EDITOR']}", service.OWRUN, "edit", "kept") as opened:
        opened.expect(rb"edit it again\?")
        opened.type(b"\n")
        opened.expect(b"starts it so")
        assert opened.end() == 0
    assert text_of(conf) == CONF + "cpus = 2\n"
