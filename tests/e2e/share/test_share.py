# SPDX-License-Identifier: MIT
"""Directories of the user in the guest: what is made on one side is found on the other."""
import hashlib
import os
import stat

from machine import owrun
from shares import (all_is_the_users, machine, mapped, own,  # pylint: disable=unused-import
                    share, shared, shares, shell)

NAMES = [b"plain", b"with space", b" ", b"new\nline", "\u00fcml\u00e4ut \u65e5\u672c".encode(),
         b"-rf",
         b"'quoted\"", b"back\\slash", b"*", b"$HOME", b"not-utf8-\xff", b"n" * 255]


def virtfs(path, name):
    """What the guest believes of a mapped file."""
    return int.from_bytes(os.getxattr(path, f"user.virtfs.{name}"), "little")


def test_t77_the_guest_has_9p_and_sees_the_tags(shell, shares):
    assert "9p" in shell("cat /proc/filesystems").split()
    tags = shell("cat /sys/bus/virtio/drivers/9pnet_virtio/virtio*/mount_tag | tr '\\0' ' '")
    assert set(tags.split()) == set(shares)


def test_t78_each_share_is_mounted_with_the_whole_msize(shell, shares):
    lines = shell("grep 9p /proc/mounts").splitlines()
    assert {line.split()[0] for line in lines} == set(shares)
    # Linux shows what it agreed with QEMU, not what was asked for.
    assert all("msize=512000" in line for line in lines), lines


def test_t76_both_kinds_have_their_security_model(machine, shares):
    done = owrun(machine.user, "run", "--dry-run", *machine.arguments)
    for tag, model in (("mapped", "mapped-xattr"), ("shared", "none"), ("ro", "mapped-xattr")):
        path = f"path={shares[tag].doubled}"
        line = next(line for line in done.stdout.splitlines() if path in line)
        assert f"security_model={model}," in line
        assert ("readonly=on" in line) == (tag == "ro")


def test_t80_the_guest_sees_root_and_the_host_the_users_own_file(shell, mapped, alice):
    shell(f"cd {mapped.guest} && echo hello >made && mkdir sub && echo deep >sub/made")
    assert shell("stat -c %u:%g made sub sub/made").split() == ["0:0"] * 3
    assert mapped.read("made") == "hello\n" and mapped.read("sub/made") == "deep\n"
    assert virtfs(mapped.path / "made", "uid") == 0
    assert alice.run("cat", str(mapped.path / "sub/made")).stdout == "deep\n"
    assert alice.run("rm", "-r", str(mapped.path / "sub"), str(mapped.path / "made")).stderr == ""
    assert shell("ls -A") == ""


def test_t80_a_file_of_the_guest_is_the_users_in_a_shared_directory(shell, shared, alice):
    shell(f"cd {shared.guest} && echo hello >made && mkdir sub && echo deep >sub/made")
    assert shell("stat -c %u:%g made sub").split() == [f"{alice.uid}:{alice.gid}"] * 2
    assert alice.run("cat", str(shared.path / "sub/made")).stdout == "deep\n"
    assert alice.run("rm", "-r", str(shared.path / "sub"), str(shared.path / "made")).stderr == ""


def test_t80_a_file_of_the_host_is_read_written_and_removed_by_the_guest(shell, share):
    share.write("given", "from the host\n")
    assert shell(f"cd {share.guest} && cat given") == "from the host"
    shell("echo more >>given")
    assert share.read("given") == "from the host\nmore\n"
    share.write("given", "anew\n")
    assert shell("cat given") == "anew"
    shell("rm given")
    assert not share.path.joinpath("given").exists()


def test_t80_modes_of_the_guest_are_kept(shell, share):
    shell(f"cd {share.guest} && mkdir d && touch f")
    for name, modes in (("f", (0o644, 0o755, 0o4711, 0o200, 0)), ("d", (0o755, 0o1777, 0o700))):
        for mode in modes:
            assert shell(f"chmod {mode:o} {name} && stat -c %a {name}") == f"{mode:o}"
            host = stat.S_IMODE(share.path.joinpath(name).stat().st_mode)
            if share.tag == "shared":
                assert host == mode
            else:
                # Never more than the user's own, never less than what he needs.
                assert host == (0o600 if name == "f" else 0o700)
                assert stat.S_IMODE(virtfs(share.path / name, "mode")) == mode


def test_t80_a_program_of_the_host_runs_in_the_guest(shell, share):
    share.write("program", "#!/bin/sh\necho ran\n").chmod(0o755)
    assert shell(f"{share.guest}/program") == "ran"


def test_t80_chown_works_in_a_mapped_share(shell, mapped):
    mapped.write("given", "")
    shell(f"cd {mapped.guest} && touch made && chown 33:44 made given && chown -h 5:6 made")
    assert shell("stat -c %u:%g made given").split() == ["5:6", "33:44"]
    assert virtfs(mapped.path / "given", "uid") == 33
    shell("rm made given")


def test_t80_chown_fails_in_a_shared_directory(shell, shared, alice):
    assert "not permitted" in shell.fails(f"cd {shared.guest} && touch f && chown 33:44 f")
    assert shell("stat -c %u f && rm f") == str(alice.uid)


def test_t80_devices_and_pipes_are_plain_files_on_the_host(shell, mapped):
    shell(f"cd {mapped.guest} && mknod null c 1 3 && mkfifo pipe && echo gone >null")
    assert shell("stat -c %F null pipe").splitlines() == ["character special file", "fifo"]
    for name in ("null", "pipe"):
        assert stat.S_ISREG(mapped.path.joinpath(name).lstat().st_mode)
        assert mapped.read(name) == ""
    shell("rm null pipe")


def test_t80_hard_links_are_one_file(shell, share):
    shell(f"cd {share.guest} && mkdir d && echo one >a && ln a d/b && echo two >>d/b")
    assert shell("stat -c %h a d/b").split() == ["2", "2"]
    assert os.path.samefile(share.path / "a", share.path / "d/b")
    shell("rm a")
    assert share.read("d/b") == "one\ntwo\n" and shell("stat -c %h d/b") == "1"


def test_t80_rename_goes_across_directories_and_over_files(shell, share):
    shell(f"cd {share.guest} && mkdir -p one/sub two && echo new >one/f && echo old >two/f")
    shell("mv -f one/f two/f && mv one/sub two/moved && mv two/moved moved && mv two/f ./f")
    assert share.read("f") == "new\n"
    assert {path.name for path in share.path.iterdir()} == {"one", "two", "moved", "f"}
    share.path.joinpath("f").rename(share.path / "one/g")
    assert shell("cat one/g && ls two") == "new"


def test_t80_names_of_the_host_are_the_guests_too_and_back(shell, share):
    share.mkdir("names")
    for number, name in enumerate(NAMES):
        path = os.path.join(os.fsencode(share.path), b"names", name)
        with open(path, "w", encoding="ascii") as stream:
            stream.write(f"{number}\n")
        own(share.user, path)
    seen = shell(f"cd {share.guest}/names && find . -type f -print0 | LC_ALL=C sort -z | md5sum")
    expected = b"".join(b"./" + name + b"\0" for name in sorted(NAMES))
    assert seen.split()[0] == hashlib.md5(expected).hexdigest()
    # cp makes each anew, from the names that the guest was told.
    shell("mkdir ../copies && find . -type f -exec cp {} ../copies ';'")
    copies = os.fsencode(share.path / "copies")
    assert set(os.listdir(copies)) == set(NAMES)
    for number, name in enumerate(NAMES):
        with open(os.path.join(copies, name), encoding="ascii") as stream:
            assert stream.read() == f"{number}\n"


def test_t80_a_thousand_files_of_the_guest_are_removed_by_the_host(shell, share, alice):
    shell(f"mkdir {share.guest}/many && cd {share.guest}/many && "
          "i=0; while [ $i -lt 1000 ]; do echo $i >f$i || break; i=$((i+1)); done; [ $i = 1000 ]")
    made = list(share.path.joinpath("many").iterdir())
    assert len(made) == 1000
    assert all(path.read_text(encoding="ascii") == path.name[1:] + "\n" for path in made)
    assert alice.run("sh", "-c", f"rm {share.path}/many/*").returncode == 0
    assert shell("ls -A | wc -l") == "0"
    shell("cd .. && rmdir many")


def test_t80_a_thousand_files_of_the_host_are_removed_by_the_guest(shell, share):
    many = share.mkdir("many")
    for number in range(1000):
        share.write(f"many/f{number}", f"{number}\n")
    command = f"cd {share.guest}/many && ls | wc -l && cat f* | sort -n | md5sum"
    assert shell(command).split()[:2] == [
        "1000", hashlib.md5(b"".join(b"%d\n" % number for number in range(1000))).hexdigest()]
    shell("rm f* && cd .. && rmdir many")
    assert not many.exists()


def test_t80_a_large_file_goes_both_ways_unchanged(shell, share):
    data = os.urandom(8 * 1024 * 1024 + 1)
    share.path.joinpath("large").write_bytes(data)
    own(share.user, share.path / "large")
    digest = hashlib.md5(data).hexdigest()
    assert shell(f"cd {share.guest} && md5sum <large").split()[0] == digest
    shell("cp large copy && sync")
    assert hashlib.md5(share.path.joinpath("copy").read_bytes()).hexdigest() == digest
