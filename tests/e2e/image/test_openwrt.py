# SPDX-License-Identifier: MIT
"""owrun pull openwrt: the image that is meant, and none that OpenWrt did not sign."""
import json
import os
import pathlib

import pytest

import images
from machine import owrun
from openwrt import pull, pulled, refused
from release import KEY, Key, put_versions


def content(user, name):
    return (images.directory(user) / f"{name}.img").read_bytes()


@pytest.mark.parametrize("what, version, form", [
    ("openwrt", "23.05.10", ("ext4", "combined")),
    ("openwrt:latest", "23.05.10", ("ext4", "combined")),
    ("openwrt:23.05", "23.05.10", ("ext4", "combined")),
    ("openwrt:23.05.2", "23.05.2", ("ext4", "combined")),
    ("openwrt:24.10.0-rc1", "24.10.0-rc1", ("ext4", "combined")),
    ("openwrt:snapshot", "snapshot", ("ext4", "combined")),
    ("openwrt:22.03@squashfs-combined", "22.03.5", ("squashfs", "combined")),
    ("openwrt/x86/64@ext4-combined-efi", "23.05.10", ("ext4", "combined-efi")),
    ("openwrt/armsr/armv8", "arm", ("ext4", "rootfs")),
    ("openwrt/armsr/armv8@ext4-combined-efi", "arm", ("ext4", "combined-efi")),
    ("openwrt:22.03/armvirt/64", "old", ("ext4", "rootfs")),
    ("openwrt:23.05.2@rootfs", "23.05.2", ("ext4", "rootfs")),
    ("openwrt@squashfs-rootfs", "23.05.10", ("squashfs", "rootfs")),
])
def test_t02_the_image_that_is_meant_comes(user, mirror, releases, what, version, form):
    release = releases[version]
    name = pulled(user, mirror, what)
    assert name == release.names[form].removesuffix(".img.gz")
    assert content(user, name) == release.disks[form]
    row, = json.loads(owrun(user, "images", "--json").stdout)
    assert row["verified"] == "signature" and row["source"] == release.url(release.names[form])
    assert "is there already" in pull(user, mirror, what).stdout
    assert len(mirror.asked(release.path(release.names[form]))) == 1


def test_another_processor_has_another_target(user, mirror, releases):
    """Its machine has no firmware that could start a boot loader."""
    name = pulled(user, mirror, "--arch", "aarch64", "openwrt")
    assert content(user, name) == releases["arm"].disks["ext4", "rootfs"]


@pytest.mark.parametrize("what, words", [
    ("openwrt:21.02", "there is no release '21.02' of OpenWrt; there are 23.05.10, 23.05.2, 22.03"),
    ("openwrt:23.05.9", "there is no release '23.05.9' of OpenWrt; there are 23.05.10"),
    ("openwrt/ath79/nand", "release '23.05.10' of OpenWrt has no target 'ath79/nand'"),
    ("openwrt:23.05.2/ath79/nand", "release '23.05.2' of OpenWrt has no target 'ath79/nand'"),
    ("openwrt@squashfs-combined-efi",
     "target 'x86/64' has no image 'squashfs-combined-efi'; it has ext4-combined, "),
    ("openwrt@ext5", "flavour 'ext5' is none of ext4-combined, "),
    ("openwrt:../../x", "'../../x' is no version; an image is openwrt[:VERSION][/TARGET"),
    ("openwrt/x86", "target 'x86' has no subtarget"),
    ("openwrt:23.05 x", "' x' is too much"),
])
def test_what_is_not_there_is_told_with_what_there_is(user, mirror, releases, what, words):
    assert words in refused(user, mirror, what)


def test_options_that_make_no_sense_together(user, mirror, releases):
    assert "'--sha256' has no place" in refused(user, mirror, "--sha256", "0" * 64, "openwrt")
    assert "are about releases of OpenWrt" in refused(user, mirror, "key.pub")
    said = owrun(user, "pull", "openwrt-23.05").stderr
    assert said == ("owrun: there is no file 'openwrt-23.05', and a release has a name such as "
                    "'openwrt:23.05'\n")


def signed_by_another(release, _):
    release.mirror.put(release.path("sha256sums.sig"), Key().sign(release.sums()))


def signed_by_another_of_that_number(release, _):
    release.mirror.put(release.path("sha256sums.sig"), Key(KEY.number).sign(release.sums()))


def other_sums(release, form):
    release.files[release.names[form]] += b"x"
    release.mirror.put(release.path("sha256sums"), release.sums())


def another_image(release, form):
    release.mirror.put(release.path(release.names[form]), release.files[release.names[form]] + b"x")


def other_profiles(release, _):
    release.mirror.put(release.path("profiles.json"), b"{}")


def no_signature(release, _):
    release.mirror.put(release.path("sha256sums.sig"), b"untrusted comment: x\nnonsense\n")


def large_profiles(release, _):
    release.mirror.put(release.path("profiles.json"), b" " * (9 << 20))


def large_sums(release, _):
    release.mirror.put(release.path("sha256sums"), b" " * (5 << 20))


def a_name_that_leads_away(release, form):
    for image in release.profiles["profiles"]["generic"]["images"]:
        image["name"] = "../../../" + image["name"]
    release.files = {"../../../" + name: data for name, data in release.files.items()}
    release.put()
    assert form


def no_hash(release, form):
    del release.files[release.names[form]]
    release.put()


@pytest.mark.parametrize("lie, words", [
    (signed_by_another, "which is not known for release '23.05.10'; '--key FILE' adds one"),
    (signed_by_another_of_that_number, "this is not what OpenWrt has signed"),
    (other_sums, "this is not what OpenWrt has signed"),
    (another_image, "and not "),
    (other_profiles, "has not the SHA-256 that 'sha256sums' says"),
    (no_signature, "is no signature of usign"),
    (large_profiles, "is larger than the 8388608 bytes that make sense"),
    (large_sums, "is larger than the 4194304 bytes that make sense"),
    (a_name_that_leads_away, "has no image 'ext4-combined'"),
    (no_hash, "sha256sums' has no hash of 'openwrt-23.05.10-x86-64-generic-ext4-combined.img.gz'"),
], ids=lambda value: getattr(value, "__name__", ""))
def test_a_mirror_that_lies_gives_no_image(user, mirror, releases, lie, words):
    lie(releases["23.05.10"], ("ext4", "combined"))
    assert words in refused(user, mirror, "openwrt")


def test_an_old_release_does_not_stand_in_for_a_new_one(user, mirror, releases):
    """Its signature is good, and by a key of the new one."""
    old, new = releases["23.05.2"], releases["23.05.10"]
    for name in (*old.files, "profiles.json", "sha256sums", "sha256sums.sig"):
        mirror.put(new.path(name), mirror.files[old.path(name)])
    for what in ("openwrt", "openwrt@kernel"):
        assert "is of another release" in refused(user, mirror, what)


@pytest.mark.parametrize("name", ["profiles.json", "sha256sums", "sha256sums.sig"])
def test_a_file_of_a_gigabyte_is_given_up_soon(user, mirror, releases, name):
    """Whatever its length was said to be: here nothing is."""
    release = releases["23.05.10"]
    mirror.put(release.path(name), b" " * (1 << 16), "endless")
    assert "bytes that make sense" in refused(user, mirror, "openwrt")
    assert 0 < mirror.sent < 64 << 20


def test_names_with_escapes_reach_no_terminal(user, mirror, releases):
    """Neither those of versions, nor those of a target's images, nor a server's own words."""
    escape = "\x1b]0;owned\x07\x9b31m"
    release = releases["23.05.10"]
    for image in release.profiles["profiles"]["generic"]["images"]:
        image["filesystem"] = image["type"] = image["name"] = f"ext4{escape}"
    release.files = {}
    release.put()
    put_versions(mirror, [f"1{escape}", "23.05.10"], f"23{escape}")
    for what, words in (("openwrt", "has no image 'ext4-combined'; it has ext4\\e]0;owned"),
                        ("openwrt:19", "there is no release '19' of OpenWrt; there are 23.05.10")):
        done = pull(user, mirror, what)
        assert done.returncode == 1 and words in done.stderr
        assert not {"\x1b", "\x07", "\x9b"} & {*done.stderr}


@pytest.mark.parametrize("data, words", [
    (b"[", "makes no sense: line 1"), (b"{}", "there are none"), (b"[]", "there are none"),
    (json.dumps({"stable_version": "../x", "versions_list": ["..", 5]}).encode(), "there are none"),
    (b" " * (2 << 20), "is larger than the 1048576 bytes"), (b"[" * 100000, "makes no sense")])
def test_a_list_of_versions_that_makes_no_sense(user, mirror, releases, data, words):
    mirror.put("/.versions.json", data)
    assert words in refused(user, mirror, "openwrt")


def test_a_key_of_the_tests_is_none_of_openwrts(user, mirror, releases):
    assert f"is signed by key {KEY.number.hex()}, which is not known" in refused(
        user, mirror, "openwrt", key=None)


@pytest.mark.parametrize("make, words", [
    (lambda key: key.write_text("x", encoding="ascii"), "'key.pub' is no public key of usign"),
    (lambda key: key.unlink(), "key 'key.pub': No such file"),
    (lambda key: key.chmod(0o666), "key 'key.pub': could have been written by others")])
def test_a_key_that_cannot_be_used_is_told(user, mirror, releases, make, words):
    key = pathlib.Path(user.home, "key.pub")
    make(key)
    assert words in refused(user, mirror, "openwrt")
    key.touch()


def test_without_a_signature_only_where_it_is_typed_out(user, mirror, releases):
    mirror.put(releases["23.05.10"].path("sha256sums.sig"), b"")
    assert "is no signature" in refused(user, mirror, "openwrt")
    done = pull(user, mirror, "--quiet", "--insecure-no-signature", "openwrt")
    assert done.returncode == 0 and "WARNING: no signature is checked" in done.stderr
    row, = json.loads(owrun(user, "images", "--json").stdout)
    assert row["verified"] is None


def test_one_command_to_a_router_that_is_kept(user, mirror, releases):
    """With the image there nobody is asked for it."""
    pulled(user, mirror, "openwrt:23.05.2")
    name = pulled(user, mirror, "openwrt")
    mirror.requests.clear()
    done = owrun(user, "run", "-d", "--lan", "none", "--wan", "none", "--accel", "tcg", "openwrt")
    assert done.returncode == 0 and "made VM 'openwrt' of image 'openwrt'" in done.stderr
    assert owrun(user, "kill", "openwrt").returncode == 0
    assert owrun(user, "create", "older", "openwrt:23.05.2").returncode == 0
    rows = {row["name"]: row["vms"] for row in
            json.loads(owrun(user, "images", "--json").stdout)}
    home = f"{user.home}/.local/share/owvm"
    assert rows[name] == [f"{home}/openwrt"] and [*rows.values()].count([f"{home}/older"]) == 1
    assert mirror.requests == []
    done = owrun(user, "create", "none", "openwrt:22.03")
    assert done.returncode == 1
    assert "cannot reach 'https://downloads.openwrt.org/.versions.json'" in done.stderr
    for vm in ("openwrt", "older"):
        assert owrun(user, "rm", vm).returncode == 0
