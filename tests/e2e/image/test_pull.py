# SPDX-License-Identifier: MIT
"""owrun pull FILE: whatever it is becomes an image that VMs can stand on, or nothing does."""
import gzip
import hashlib
import io
import json
import lzma
import os
import pathlib
import random
import shutil
import subprocess
import tarfile
import zipfile

import pytest

import images
from machine import owrun

MIB = 1 << 20
TRAILER = b'{"metadata_version": "1.1"}' + b"FWx0" + bytes(12)  # OpenWrt's, behind the gzip stream


@pytest.fixture(scope="module")
def disk():
    """A disk of 32 MiB, most of which is empty."""
    return random.Random(1).randbytes(MIB) + bytes(30 * MIB) + random.Random(2).randbytes(MIB)


@pytest.fixture
def place(alice):
    path = pathlib.Path(alice.home, "pull")
    alice.run("mkdir", path)
    yield path
    shutil.rmtree(path)
    images.forget(alice)


def write(place, name, data):
    (place / name).write_bytes(data)
    (place / name).chmod(0o644)
    return str(place / name)


def packed(name, data):
    if name.endswith(".gz"):
        return gzip.compress(data)
    if name.endswith(".xz"):
        return lzma.compress(data)
    if name.endswith(".zst"):
        return subprocess.run(("zstd", "-q"), input=data, capture_output=True, check=True).stdout
    if name.endswith(".zip"):
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("folder/", "")
            archive.writestr("folder/disk.img", data)
        return stream.getvalue()
    return data


def pulled(user, *arguments):
    done = owrun(user, "pull", *arguments)
    assert done.returncode == 0, done.stderr
    return done


def refused(user, *arguments):
    before = images.names(user)
    done = owrun(user, "pull", *arguments)
    assert done.returncode == 1 and done.stdout == ""
    assert images.names(user) == before
    said, = done.stderr.splitlines()
    return said


@pytest.mark.parametrize("name, trailer", [
    ("d.img", b""), ("d.img.gz", b""), ("d.img.gz", TRAILER), ("d.raw.xz", b""), ("d.img.zst", b""),
    ("d.zip", b"")])
def test_t03_what_is_packed_is_unpacked_into_a_sparse_file(alice, place, disk, name, trailer):
    path = write(place, name, packed(name, disk) + trailer)
    done = pulled(alice, path)
    image = images.directory(alice) / "d.img"
    assert done.stdout == f"d: '{image}'; 'owrun create VM d' makes a VM of it\n"
    assert image.read_bytes() == disk
    assert image.stat().st_blocks * 512 < 4 * MIB and image.stat().st_mode & 0o777 == 0o400
    assert images.names(alice) == ["d.img", "d.json"]


@pytest.mark.parametrize("form", ["qcow2", "vdi", "vmdk", "vhdx"])
@pytest.mark.parametrize("wrapped", ["", ".gz"])
def test_other_formats_become_qcow2(alice, place, disk, form, wrapped):
    write(place, "raw", disk)
    subprocess.run(("qemu-img", "convert", "-f", "raw", "-O", form, place / "raw",
                    place / "made"), check=True)
    name = f"d.{form}{wrapped}"
    pulled(alice, write(place, name, packed(name, (place / "made").read_bytes())))
    assert images.names(alice) == ["d.json", "d.qcow2"]
    subprocess.run(("qemu-img", "convert", "-O", "raw",
                    images.directory(alice) / "d.qcow2", place / "again"), check=True)
    assert (place / "again").read_bytes() == disk


def test_a_name_that_lies_does_not_matter(alice, place, disk):
    subprocess.run(("qemu-img", "create", "-q", "-f", "qcow2", place / "d.img", "1M"), check=True)
    os.chmod(place / "d.img", 0o644)
    pulled(alice, str(place / "d.img"))
    pulled(alice, write(place, "e.vdi", gzip.compress(disk)))
    assert images.names(alice) == ["d.json", "d.qcow2", "e.img", "e.json"]


def tar(_):
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("x"))
    return stream.getvalue()


def two_files(disk):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("a.img", disk[:MIB])
        archive.writestr("../../b.img", disk[:MIB])
    return stream.getvalue()


@pytest.mark.parametrize("name, make, words", [
    ("d.img.gz", lambda disk: gzip.compress(disk)[:MIB], "cannot be unpacked: truncated"),
    ("d.img.xz", lambda disk: lzma.compress(disk[:MIB])[:-100], "cannot be unpacked: "),
    ("d.img.gz", lambda disk: b"\x1f\x8b\x08" + bytes(100), "cannot be unpacked: "),
    ("d.zip", two_files, "holds more than one file"),
    ("d.img", lambda _: b"", "is empty"),
    ("d.img.gz", lambda _: gzip.compress(b""), "is empty"),
    ("d.tar.gz", lambda disk: gzip.compress(tar(disk)), "is a tar archive, and no image"),
    ("d.img", lambda _: b"<html><title>Please log in</title>", "is a page of the web"),
    ("d.img.gz", lambda disk: gzip.compress(two_files(disk)), "holds more than one file"),
    ("d.vmdk", lambda _: b"# Disk DescriptorFile\nRW 1 FLAT \"/etc/passwd\" 0\n",
     "only describes a VMDK image"),
    ("d.qcow2", lambda _: b"QFI\xfb" + bytes(100), "cannot be made a qcow2 image: "),
])
def test_what_is_no_image_is_refused_and_leaves_nothing(alice, place, disk, name, make, words):
    said = refused(alice, write(place, name, make(disk)))
    assert said.startswith(f"owrun: '{place}/{name}' {words}")


@pytest.mark.parametrize("name", ["d.img.gz", "d.img.xz", "d.img.zst", "d.zip"])
def test_a_bomb_ends_at_the_size_that_was_permitted(alice, place, name):
    said = refused(alice, "--size", "16M", write(place, name, packed(name, bytes(64 * MIB))))
    assert said.endswith("is more than 16 MiB when it is unpacked; '--size' permits more")


def test_an_image_that_names_files_of_the_users_gets_none(alice, place, disk):
    secret = write(place, "secret", disk[:MIB])
    os.chmod(secret, 0o600)
    os.chown(secret, alice.uid, alice.gid)
    subprocess.run(("qemu-img", "create", "-q", "-f", "qcow2", "-b", secret, "-F", "raw",
                    place / "d.qcow2"), check=True)
    said = refused(alice, str(place / "d.qcow2"))
    assert f"has '{secret}' below it, and only an image that stands alone is taken" in said
    # In a VMDK image the name is in the middle of it, where owrun does not read.
    subprocess.run(("qemu-img", "convert", "-f", "raw", "-O", "vmdk", secret, place / "p.vmdk"),
                   check=True)
    subprocess.run(("qemu-img", "create", "-q", "-f", "vmdk", "-b", place / "p.vmdk", "-F", "vmdk",
                    place / "e.vmdk"), check=True)
    done = subprocess.run(("qemu-img", "convert", "-O", "raw", place / "e.vmdk", place / "leak"),
                          check=True)
    assert done.returncode == 0 and (place / "leak").read_bytes() == disk[:MIB]
    for path in place.iterdir():
        os.chown(path, alice.uid, alice.gid)
    said = refused(alice, str(place / "e.vmdk"))
    assert "cannot be made a qcow2 image: " in said and "Permission denied" in said


def test_the_hash_is_that_of_what_was_pulled(alice, place, disk):
    data = gzip.compress(disk)
    path, good = write(place, "d.img.gz", data), hashlib.sha256(data).hexdigest()
    said = refused(alice, "--sha256", good[::-1], path)
    assert f"has the SHA-256 {good}, and not {good[::-1]}" in said
    pulled(alice, "--sha256", good.upper(), path)
    row, = json.loads(owrun(alice, "images", "--json").stdout)
    assert row["verified"] == "sha256" and row["sha256"] == good and row["source"] == path
    done = owrun(alice, "pull", "--sha256", "12ab", path)
    assert done.returncode == 2 and "is not 64 hexadecimal digits" in done.stderr


def test_what_is_there_is_not_pulled_again_and_nothing_takes_its_place(alice, place, disk):
    path = write(place, "d.img", disk)
    pulled(alice, path)
    assert "d.img' is there already; " in pulled(alice, path).stdout
    other = write(place, "d.raw", disk)
    said = refused(alice, other)
    assert f"image 'd' is there already, from '{path}'" in said and "'owrun images rm d'" in said
    pulled(alice, "--name", "other", other)
    pulled(alice, "--quiet", "--name", "quiet", other)
    assert images.names(alice) == ["d.img", "d.json", "other.img", "other.json", "quiet.img",
                            "quiet.json"]
    for name in ("../d", ".d", "d/e", "d" * 101):
        assert "is not a name for an image" in refused(alice, "--name", name, other)


def test_images_are_listed_and_removed(alice, place, disk):
    assert owrun(alice, "images", "--json").stdout == "[]\n"
    for name in ("a", "b", "c"):
        pulled(alice, write(place, f"{name}.img", disk))
    lines = owrun(alice, "images").stdout.splitlines()
    assert lines[0].split() == ["NAME", "SIZE", "VERIFIED", "VMS", "SOURCE"]
    assert lines[1].split() == ["a", "2.0", "MiB", "-", "-", f"{place}/a.img"]
    assert owrun(alice, "images", "rm", "b").stdout == "b: removed, 2.0 MiB\n"
    done = owrun(alice, "images", "rm", "b")
    assert done.returncode == 1 and "there is no image 'b'" in done.stderr
    assert owrun(alice, "images", "prune").stdout.count("removed") == 2
    assert images.names(alice) == []


def test_a_store_that_others_could_change_is_not_used(alice, place, disk):
    path = write(place, "d.img", disk)
    pulled(alice, path)
    os.chmod(images.directory(alice), 0o777)
    done = owrun(alice, "pull", path)
    assert done.returncode == 1 and "can be changed by others" in done.stderr
    assert "XDG_DATA_HOME" in done.stderr
