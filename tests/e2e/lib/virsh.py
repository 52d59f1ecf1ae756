# SPDX-License-Identifier: MIT
"""libvirt's session mode as a user without systemd and D-Bus has it: libvirtd and virsh."""
import os
import pathlib
import shutil
import subprocess

import network
import processes
from console import READY

URI = "qemu:///session"
DOMAIN = """<domain type='qemu'>
  <name>router</name>
  <memory unit='MiB'>128</memory>
  <os>
    <type arch='x86_64' machine='pc'>hvm</type>
    <kernel>{guest}/vmlinux</kernel>
    <initrd>{guest}/initrd.gz</initrd>
    <cmdline>console=ttyS0 quiet</cmdline>
  </os>
  <devices>
    <controller type='usb' model='none'/>
    <memballoon model='none'/>
    <serial type='file'><source path='{serial}'/></serial>
    <interface type='bridge'>
      <source bridge='{bridge}'/>
      <mac address='{mac}'/>
      <model type='{model}'/>
    </interface>
  </devices>
</domain>
"""


class Session:
    """A user's libvirtd, and virsh against it."""

    def __init__(self, user, guest):
        self.user, self.guest = user, guest
        self.home = pathlib.Path(user.home)
        self.serial = self.home / "serial"
        self.environment = {"XDG_RUNTIME_DIR": str(self._directory("run"))}
        self.log = self._directory(".config/libvirt") / "log"
        self.daemon = None

    def _directory(self, name):
        path = self.home / name
        path.mkdir(parents=True)
        for made in (path, *path.parents):
            if made == self.home:
                return path
            os.chown(made, self.user.uid, self.user.gid)
            made.chmod(0o700)
        raise ValueError(name)

    def start(self, bridge_helper):
        """stdio_handler: no virtlogd is needed."""
        self.log.with_name("qemu.conf").write_text(
            f'bridge_helper = "{bridge_helper}"\nstdio_handler = "file"\n', encoding="utf-8")
        passed = {name: value for name, value in os.environ.items()
                  if name == "PATH" or name.endswith("SAN_OPTIONS")}
        with open(self.log, "a", encoding="utf-8") as log:
            self.daemon = subprocess.Popen(
                ("libvirtd",), user=self.user.uid, group=self.user.gid,
                extra_groups=self.user.groups, cwd=self.home, stderr=log,
                env={**passed, **self.environment, "HOME": self.user.home})
        socket = self.home / "run/libvirt/libvirt-sock"
        assert network.wait_until(socket.exists, 20), self.log.read_text(encoding="utf-8")

    def virsh(self, *arguments):
        return self.user.run("virsh", "-c", URI, *arguments, env=self.environment)

    def create(self, bridge, mac, model="virtio", *options):
        self.serial.unlink(missing_ok=True)
        path = self.home / "router.xml"
        path.write_text(DOMAIN.format(guest=self.guest, serial=self.serial, bridge=bridge,
                                      mac=mac, model=model), encoding="utf-8")
        path.chmod(0o644)
        return self.virsh("create", str(path), *options)

    def interfaces(self):
        """(interface, source, mac) of the domain's one network card."""
        words = self.virsh("domiflist", "router").stdout.splitlines()[2].split()
        return words[0], words[2], words[4]

    def wait_ready(self):
        assert network.wait_until(
            lambda: self.serial.exists() and READY in self.serial.read_bytes(), 60)

    def destroy(self):
        return self.virsh("destroy", "router")

    def stop(self):
        """End the daemon, as at a logout; a domain would go on without it."""
        self.daemon.terminate()
        self.daemon.wait(20)

    def remove(self):
        assert network.wait_until(lambda: processes.of_user(self.user.uid) == []), [
            processes.command_line(pid) for pid in processes.of_user(self.user.uid)]
        for name in ("run", ".config", ".cache"):
            shutil.rmtree(self.home / name, ignore_errors=True)
