# SPDX-License-Identifier: MIT
"""A tree of OpenWrt's releases on a mirror, signed by keys of the tests' own."""
import base64
import copy
import gzip
import hashlib
import json
import os

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

TRAILER = b'{"metadata_version": "1.1"}' + b"FWx0" + bytes(12)  # behind the gzip stream
FORMS = (("ext4", "combined"), ("ext4", "combined-efi"), ("squashfs", "combined"),
         ("squashfs", "rootfs"))


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
        self.profiles = {"version_number": version, "profiles": {"generic": {"images": [
            {"filesystem": form[0], "type": form[1], "name": self.names[form]}
            for form in FORMS]}}}

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
