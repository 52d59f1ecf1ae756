# SPDX-License-Identifier: MIT
"""The host's sshd in a guest, from a share: on the LAN alone, as a router has it."""
import os
import pathlib

SHARE = ("--share", "/:host,shared,ro")
ROOT = "/mnt/host"
# A Debian of its own: what must be written to is memory.
PLACES = (f"mkdir -p {ROOT} && mount -t 9p -o ro,trans=virtio,version=9p2000.L,msize=512000,"
          f"cache=loose host {ROOT} && for i in root run tmp; do "
          f"mount -t tmpfs -o mode=755 t {ROOT}/$i; done; "
          f"mount -t proc p {ROOT}/proc; mount -o bind /dev {ROOT}/dev; "
          f"mount -t devpts p {ROOT}/dev/pts; mkdir -m 700 {ROOT}/run/sshd {ROOT}/root/.ssh; "
          # The host's root may be locked.
          "echo root:x:0:0::/root:/bin/sh >/run/passwd; "
          "echo sshd:x:1:65534::/run/sshd:/bin/false >>/run/passwd; "
          "echo root:*::::::: >/run/shadow; for i in passwd shadow; do "
          f"mount -o bind /run/$i {ROOT}/etc/$i; done")


def key_of(user):
    """The user's key for logging in; made where there is none. Gives the public one."""
    path = pathlib.Path(user.home, ".ssh", "id_ed25519")
    if not path.exists():
        user.run("mkdir", "-p", "-m", "700", str(path.parent))
        user.run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(path))
    return path.with_suffix(".pub").read_text(encoding="ascii").strip()


def start(machine):
    """Let a booted machine, which has the share, run it, with a new host key."""
    with machine.console() as console:
        console.login()
        code, said = console.run(PLACES)
        assert code == 0, said
        console.run(f"echo '{key_of(machine.user)}' >{ROOT}/root/.ssh/authorized_keys")
    renew(machine)


def renew(machine, kind="ed25519", *options):
    """Start it again, with another host key, which the host makes: a guest takes long for it."""
    # A name that the guest has not looked up yet: what it has seen it keeps in its cache.
    user, key = machine.user, pathlib.Path(machine.user.home, f"key-{os.urandom(4).hex()}")
    user.run("ssh-keygen", "-q", "-t", kind, "-N", "", "-f", str(key))
    words = " ".join(("-o UsePAM=no -o ListenAddress=192.168.1.1 -o Subsystem='sftp internal-sftp'",
                      # Others take seconds without KVM.
                      "-o KexAlgorithms=curve25519-sha256",
                      f"-h {key}") + options)
    listens = "netstat -ltn | grep -q ' 192.168.1.1:22 '"
    with machine.console() as console:
        console.login()
        code, said = console.run(
            f"killall sshd; while {listens}; do usleep 50000; done; "
            f"chroot {ROOT} /usr/sbin/sshd -f /dev/null {words} && "
            f"for i in $(seq 100); do {listens} && break; usleep 100000; done; {listens}")
        assert code == 0, said
