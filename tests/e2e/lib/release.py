# SPDX-License-Identifier: MIT
"""A tree of OpenWrt's releases on a mirror, signed by keys of the tests' own."""
import base64
import copy
import gzip
import hashlib
import io
import json
import os
import tarfile

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

TRAILER = b'{"metadata_version": "1.1"}' + b"FWx0" + bytes(12)  # behind the gzip stream
FORMS = (("ext4", "combined"), ("ext4", "combined-efi"), ("squashfs", "combined"),
         ("ext4", "rootfs"), ("squashfs", "rootfs"))


def tar_of(files):
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        for name, data in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return stream.getvalue()


class Key:
    def __init__(self, number=None):
        self.private = Ed25519PrivateKey.generate()
        self.number = number or os.urandom(8)

    def public(self):
        raw = self.private.public_key().public_bytes(serialization.Encoding.Raw,
                                                     serialization.PublicFormat.Raw)
        return self._file("public key", raw)

    def sign(self, data):
        return self._file("signature", self.private.sign(data))

    def _file(self, what, payload):
        line = base64.b64encode(b"Ed" + self.number + payload).decode()
        return f"untrusted comment: {what}\n{line}\n".encode()


KEY = Key()
VERSIONS = ["24.10.0-rc1", "23.05.10", "23.05.2", "22.03.5"]


def put_versions(mirror, versions, stable):
    mirror.put("/.versions.json", json.dumps({
        "stable_version": stable, "oldstable_version": versions[-1],
        "versions_list": versions}).encode())


class Release:
    """One target of one release; change what is there, then put() it."""

    def __init__(self, mirror, key, version, target="x86/64"):
        self.mirror, self.key, self.version = mirror, key, version
        where = "snapshots" if version == "snapshot" else f"releases/{version}"
        self.place = f"/{where}/targets/{target}"
        part = "" if version == "snapshot" else f"{version}-"
        prefix = f"openwrt-{part}{target.replace('/', '-')}-generic"
        self.disks = {form: os.urandom(1 << 16) + bytes(1 << 20) for form in FORMS}
        self.names = {form: f"{prefix}-{form[0]}-{form[1]}.img.gz" for form in FORMS}
        self.files = {self.names[form]: gzip.compress(self.disks[form]) + TRAILER
                      for form in FORMS}
        # Only sha256sums has these.
        self.kernel, self.tar = os.urandom(1 << 16), tar_of({"etc/openwrt_release": b"DISTRIB_ID"})
        self.kernel_name = f"{prefix}-kernel.bin"
        self.tar_name = f"{prefix.removesuffix('-generic')}-rootfs.tar.gz"
        self.files |= {self.kernel_name: self.kernel, self.tar_name: gzip.compress(self.tar),
                       f"{prefix}-initramfs-kernel.bin": b"another"}
        self.profiles = {"version_number": version, "profiles": {"generic": {"images": [
            {"filesystem": form[0], "type": form[1], "name": self.names[form]}
            for form in FORMS]}}}

    def as_before_23(self):
        """Named as of old, and not by profiles.json."""
        prefix = self.tar_name.removesuffix("-rootfs.tar.gz")
        renamed = {self.kernel_name: f"{prefix}-Image",
                   self.tar_name: f"{prefix}-default-rootfs.tar.gz",
                   self.names["ext4", "rootfs"]: f"{prefix}-rootfs-ext4.img.gz",
                   f"{prefix}-generic-initramfs-kernel.bin": f"{prefix}-Image-initramfs"}
        self.files = {renamed[name]: data for name, data in self.files.items() if name in renamed}
        self.names["ext4", "rootfs"] = f"{prefix}-rootfs-ext4.img.gz"
        self.kernel_name = f"{prefix}-Image"
        self.profiles["profiles"] = {}
        return self

    def fresh(self):
        """One that can be changed without this one."""
        other = copy.copy(self)
        other.files, other.profiles = dict(self.files), copy.deepcopy(self.profiles)
        return other

    def sums(self):
        files = {**self.files, "profiles.json": json.dumps(self.profiles).encode()}
        lines = [f"{hashlib.sha256(data).hexdigest()} *{name}" for name, data in files.items()]
        return "".join(f"{line}\n" for line in sorted(lines)).encode()

    def put(self):
        sums = self.sums()
        for name, data in {**self.files, "profiles.json": json.dumps(self.profiles).encode(),
                           "sha256sums": sums, "sha256sums.sig": self.key.sign(sums)}.items():
            self.mirror.put(f"{self.place}/{name}", data)
        return self

    def url(self, name):
        return f"{self.mirror.url}{self.place}/{name}"

    def path(self, name):
        return f"{self.place}/{name}"
