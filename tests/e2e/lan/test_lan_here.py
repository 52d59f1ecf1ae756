# SPDX-License-Identifier: MIT
"""`owrun lan --here`: namespaces that other programs made join a bridge, by a request from inside.
The bridge's DHCP server is a client of the same user's."""
import json
import os
import pathlib
import shutil
import subprocess

import pytest

import network
import service
from lan import ROUTER, Client, lan_refused, udhcpd_conf

CONF = udhcpd_conf("192.168.1.100", "192.168.1.199", f"option router {ROUTER}", "option lease 3600")
CGROUPS = "/sys/fs/cgroup"
PAGE = f"busybox wget -q -O - http://{ROUTER}/"


@pytest.fixture(scope="module")
def server(running, alice):
    """An address, leases and a page on alice's own bridge."""
    home = pathlib.Path(alice.home)
    (home / "udhcpd.conf").write_text(CONF, encoding="ascii")
    (home / "www").mkdir()
    (home / "www/index.html").write_text("the page\n", encoding="ascii")
    with Client(alice, alice.bridge, "--root", "--address", f"{ROUTER}/24", script=(
            "busybox udhcpd udhcpd.conf 2>/dev/null; busybox httpd -h www")) as serving:
        yield serving
    assert network.wait_until(lambda: not network.made_by_netd())


@pytest.fixture
def here(server, alice):
    return f"{service.OWRUN} lan {alice.bridge} --here"


@pytest.fixture(scope="module")
def container(server, alice):
    """Starts rootless podman with a root file system that has nothing of its own but busybox."""
    root = pathlib.Path(alice.home, "rootfs")
    for name in ("bin", "etc", "usr", "lib", "lib64", "run", "dev", "proc", "sys", "tmp"):
        (root / name).mkdir(parents=True)
    shutil.copy(shutil.which("busybox"), root / "bin")
    (root / "bin/sh").symlink_to("busybox")
    network.command("chown", "-R", f"{alice.uid}:{alice.gid}", root)
    network.command("mount", "-t", "cgroup2", "cgroup2", CGROUPS)
    options = ("--cgroups=disabled", "--network", "none", "--rm", "--rootfs")

    def run(*arguments, command="", **further):
        return alice.run("podman", "--storage-driver", "vfs", "--cgroup-manager", "cgroupfs", "run",
                         *arguments, *options, str(root), "/bin/sh", "-c", command, **further)
    run.podman = ("podman", "--storage-driver", "vfs")
    yield run
    network.command("umount", CGROUPS)


def test_a_namespace_of_unshare_joins_and_keeps_its_port(here, alice):
    done = alice.run("unshare", "-Urn", "sh", "-c", f"{here} && {PAGE} && ip -j link")
    assert done.returncode == 0, done
    said, page, links = done.stdout.splitlines()
    assert said.startswith("eth0: 192.168.1.1") and said.endswith(
        f" on {alice.bridge}, router 192.168.1.1; nobody renews the lease")
    assert page == "the page"
    assert [link["ifname"] for link in json.loads(links)] == ["lo", "eth0"]


def test_a_port_of_a_command_goes_with_the_command(here, alice):
    done = alice.run("unshare", "-Urn", "sh", "-c",
                     f"{here} --name lan0 -- {PAGE} && ip -j link; {here} -- sh -c 'exit 9'")
    page, links = done.stdout.splitlines()
    assert page == "the page" and done.returncode == 9
    assert [link["ifname"] for link in json.loads(links)] == ["lo"]


def test_several_ports_are_in_one_namespace(here, alice):
    done = alice.run("unshare", "-Urn", "sh", "-c",
                     f"{here} --address 192.168.1.7/24 && {here} --name eth1 --address none && "
                     f"! {here} && ip -j link")
    said = done.stdout.splitlines()
    assert said[:2] == [f"eth0: 192.168.1.7/24 on {alice.bridge}",
                        f"eth1: no address on {alice.bridge}"], done
    macs = {link["address"] for link in json.loads(said[2])[1:]}
    assert len(macs) == 2 and "interface of that name" in done.stderr


def test_bwrap_joins_with_the_capability(here, alice):
    sandbox = ("bwrap", "--ro-bind", "/", "/", "--dev-bind", "/dev", "/dev", "--unshare-net")
    given = ("--cap-add", "CAP_NET_ADMIN", "--cap-add", "CAP_NET_RAW", "--cap-add",
             "CAP_NET_BIND_SERVICE")
    done = alice.run(*sandbox, *given, "sh", "-c", f"{here} && {PAGE}")
    assert done.returncode == 0 and "the page" in done.stdout, done
    done = alice.run(*sandbox, "sh", "-c", here)
    assert done.returncode == 125 and "CAP_NET_ADMIN" in done.stderr, done


def test_a_container_of_podman_joins_from_inside(here, container, alice):
    mounts = [word for path in ("/usr", "/lib", "/lib64") for word in ("-v", f"{path}:{path}:ro")]
    done = container("--cap-add", "NET_ADMIN", "--cap-add", "NET_RAW", "--group-add", "keep-groups",
                     "-v", "/run/owvm:/run/owvm", *mounts, command=f"{here} && {PAGE}")
    assert done.returncode == 0 and done.stdout.splitlines()[-1] == "the page", done


def test_a_container_of_podman_joins_by_its_namespace_alone(here, container, alice):
    """Nothing of owvm's is in it, and it has no capability."""
    name = pathlib.Path(alice.home, "pid")
    script = f"while ! [ -e /tmp/go ]; do sleep 0.1; done; {PAGE}"
    with subprocess.Popen(
            (*container.podman, "--cgroup-manager", "cgroupfs", "run", "--pidfile", name, "--name",
             "c", "--cgroups=disabled", "--network", "none", "--rm", "--rootfs",
             f"{alice.home}/rootfs", "/bin/sh", "-c", script),
            user=alice.uid, group=alice.gid, extra_groups=alice.groups, cwd=alice.home, text=True,
            env={"PATH": os.environ["PATH"], "HOME": alice.home},
            stdout=subprocess.PIPE) as process:
        assert network.wait_until(lambda: name.exists() and name.read_text(encoding="ascii"), 20)
        pid = name.read_text(encoding="ascii")
        done = alice.run("nsenter", "--user", "--net", "--preserve-credentials", "--target", pid,
                         *here.split())
        pathlib.Path(alice.home, "rootfs/tmp/go").touch()
        assert done.returncode == 0, done
        assert process.communicate(timeout=20)[0] == "the page\n"


def test_the_hosts_own_namespace_is_refused(server, alice):
    said = lan_refused(alice, alice.bridge, "--here", "--address", "none")
    assert "CAP_NET_ADMIN" in said
