# SPDX-License-Identifier: MIT
"""The part of tests/demo that runs inside tests/sandbox: owvm is installed, a user without root
starts a router, and each line of evidence is looked up from the outside."""
import json
import os
import pathlib
import socket
import subprocess
import sys
import threading
import time

TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests" / "e2e" / "lib"))

# pylint: disable=wrong-import-position
import network
import owvm
import processes
import service
from console import READY, Console
from people import User

BUILD = os.environ["OWVM_BUILD"]
GUEST = pathlib.Path("/usr/local/share/owvm-demo")
POLICY = "permit group owvm bridge ow-%U create\n"
ROUTER = "192.168.1.1"
# Addresses that have nothing to do with the guest's network.
HOST, CLIENT, GUEST_SIDE = "10.99.0.1", "10.99.0.2", "10.99.0.3"
DNS = 53
PROBE_SECONDS = 4


class Failed(Exception):
    """A line of evidence that does not hold."""


def say(text):
    print(f"demo: {text}", file=sys.stderr, flush=True)


def need(condition, text):
    if not condition:
        raise Failed(text)


def login(user, command, check=True):
    """A command as the user would type it after a login: no capability, no sudo."""
    done = subprocess.run(("su", "-", user.name, "-c", command), capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, timeout=120, check=False)
    if check and done.returncode:
        raise Failed(f"'{command}' as {user.name}: {done.stderr.strip()}")
    return done


def install():
    network.command("meson", "install", "--no-rebuild", "--quiet", "-C", BUILD)
    network.command("groupadd", "--system", "owvm")
    network.command("useradd", "--system", "--gid", "owvm", "--no-create-home", "--shell",
                    "/usr/sbin/nologin", "owvm-netd")
    for name in ("alice", "bob"):
        network.command("useradd", "--create-home", "--shell", "/bin/sh", "--groups", "owvm", name)
    service.write_policy(POLICY)
    GUEST.mkdir(parents=True)
    for name in ("vmlinux", "initrd.gz"):
        network.command("install", "-m", "644", TOP / "build" / "guest" / name, GUEST)
    return User("alice"), User("bob")


def start_service():
    """As its own user, with one capability."""
    directory = os.path.dirname(owvm.SOCKET)
    network.command("install", "-d", "-o", "owvm-netd", "-g", "owvm", "-m", "755", directory)
    with open(service.LOG, "w", encoding="utf-8") as log:
        process = subprocess.Popen(service.AS_UNIT + (service.NETD, "--listen", owvm.SOCKET),
                                   stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    need(network.wait_until(lambda: os.path.exists(owvm.SOCKET)),
         f"owvm-netd does not listen: {service.log()}")
    return process


def start_router(alice):
    login(alice, "mkdir share")
    done = login(alice, f"owrun run -d --name router --accel tcg --kernel {GUEST}/vmlinux "
                 f"--initrd {GUEST}/initrd.gz --append 'console=ttyS0 quiet' "
                 f"--share {alice.home}/share:hostshare")
    say(done.stdout.strip())
    vms = json.loads(login(alice, "owrun ls --json").stdout)
    need(len(vms) == 1 and vms[0]["state"] == "running", f"owrun ls says {vms}")
    return vms[0]


def wait_ready(vm):
    log = pathlib.Path(vm["directory"], "console.log")
    start = time.monotonic()
    need(network.wait_until(lambda: READY in log.read_bytes(), 60), "the guest did not boot")
    say(f"the guest is up after {time.monotonic() - start:.1f} s")


def evidence_service(process):
    status = processes.status(process.pid)
    net_admin = 1 << 12
    held = {name: int(status[name][0], 16) for name in ("CapPrm", "CapEff", "CapBnd")}
    need(status["Uid"][1] == str(User("owvm-netd").uid), f"its uid is {status['Uid']}")
    need(set(held.values()) == {net_admin}, f"its capabilities are {held}")
    return (f"owvm-netd runs as uid {status['Uid'][1]} with CapPrm, CapEff and CapBnd "
            f"{net_admin:016x}: cap_net_admin and nothing else")


def evidence_qemu(vm, alice):
    status = processes.status(vm["pid"])
    held = processes.capabilities(vm["pid"])
    program = os.path.basename(os.readlink(f"/proc/{vm['pid']}/exe"))
    need(program.startswith("qemu-system-"), f"pid {vm['pid']} is {program}")
    need(set(status["Uid"]) == {str(alice.uid)}, f"its uids are {status['Uid']}")
    need(not any(held.values()), f"its capabilities are {held}")
    need(status["NoNewPrivs"] == ["1"], "it could gain privileges")
    return (f"{program} (pid {vm['pid']}) runs as uid {alice.uid} ({alice.name}); "
            + ", ".join(f"{name} {value:016x}" for name, value in held.items()))


def evidence_tap(alice):
    ports = network.ports(alice.bridge) & network.made_by_netd()
    need(len(ports) == 1, f"ports on {alice.bridge}: {ports}")
    link = network.links()[ports.pop()]
    need(f"uid={alice.uid}" in link["ifalias"], link["ifalias"])
    return f"tap {link['ifname']} is on bridge {alice.bridge}; its alias: {link['ifalias']}"


def evidence_lease(client):
    lease = client.dhcp()
    need(f"obtained from {ROUTER}" in lease, lease)
    return f"a client on {client.bridge} got an address by DHCP: {lease}"


def evidence_web(client):
    page = client.run("busybox", "wget", "-q", "-O", "-", f"http://{ROUTER}/").stdout
    need("owvm demo router" in page, f"the page is {page!r}")
    title = page.split("<h1>")[1].split("</h1>")[0]
    return f"the client fetched http://{ROUTER}/: {len(page)} bytes, headed '{title}'"


def evidence_share(console, alice):
    code, output = console.run("id -u && echo made in the guest >/mnt/hostshare/from-guest && "
                               "ls -ln /mnt/hostshare/from-guest")
    need(code == 0, output)
    inside = output.splitlines()[1].split()
    path = pathlib.Path(alice.home, "share", "from-guest")
    info = path.stat()
    need(inside[2] == "0" and info.st_uid == alice.uid, f"{inside} and uid {info.st_uid}")
    need(path.read_text(encoding="utf-8") == "made in the guest\n", "other contents")
    return (f"{path}: made by the guest's uid {inside[2]}, on the host owned by "
            f"{path.owner()} (uid {info.st_uid}), mode {info.st_mode & 0o7777:o}")


def count_datagrams(address, seconds, result):
    """Count what comes to the DNS port of an address of this process's network namespace."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
        listener.bind((address, DNS))
        listener.settimeout(seconds)
        try:
            while True:
                listener.recv(512)
                result.append(1)
        except TimeoutError:
            pass


def probe(console, target, mac):
    """Three ways to reach an address over the guest's LAN. Gives how many arpings and pings were
    answered; the datagrams are counted where they arrive."""
    # The first is broadcast; for the others the guest is told the MAC, so that they are sent.
    _, arp = console.run(f"arping -q -c 1 -w 1 -I eth0 {target}; echo $?")
    console.run(f"arp -s {target} {mac}")
    _, ping = console.run(f"ping -q -c 2 -W 1 {target} >/dev/null; echo $?")
    console.run(f"nslookup -timeout=1 -retry=1 owvm.test {target} >/dev/null 2>&1")
    console.run(f"arp -d {target}")
    return arp.strip() == "0", ping.strip() == "0"


def evidence_host(console, client, bridge):
    network.add_interface("uplink0")
    network.command("ip", "addr", "add", f"{HOST}/24", "dev", "uplink0")
    network.command("ip", "link", "set", "uplink0", "up")
    client.run("ip", "addr", "add", f"{CLIENT}/24", "dev", "eth0")
    console.run(f"ip addr add {GUEST_SIDE}/24 dev eth0")

    came = []
    counter = threading.Thread(target=count_datagrams, args=(HOST, PROBE_SECONDS, came))
    counter.start()
    host = probe(console, HOST, network.links()[bridge]["address"]) + (len(came) > 0,)
    counter.join()
    same = subprocess.Popen(("ip", "netns", "exec", client.name, sys.executable, "-B", __file__,
                             "count", CLIENT), stdout=subprocess.PIPE, text=True)
    time.sleep(0.3)
    answers = probe(console, CLIENT, client_mac(client))
    came_to_client = int(same.communicate(timeout=30)[0])
    reached = answers + (came_to_client > 0,)
    need(all(reached), f"the probe itself fails: ARP, ping, UDP of the client: {reached}")
    need(not any(host) and not came, f"the host answers ARP, ping, UDP: {host}")
    return (f"from the guest the host's {HOST} is not reachable: ARP no, ping no, "
            f"{len(came)} UDP datagrams; the same probes at the client {CLIENT}: ARP yes, "
            f"ping yes, {came_to_client} datagrams")


def client_mac(client):
    return json.loads(client.run("ip", "-j", "link", "show", "eth0").stdout)[0]["address"]


def evidence_second_user(alice, bob):
    done = login(bob, f"owrun run -d --name intruder --lan {alice.bridge} --accel tcg "
                 f"--kernel {GUEST}/vmlinux --initrd {GUEST}/initrd.gz", check=False)
    reason = done.stderr.strip()
    line = f"permit user {bob.uid} bridge {alice.bridge}"
    need(done.returncode != 0, "bob was let in")
    need(line in reason, f"no line to add in: {reason}")
    need(processes.of_user(bob.uid) == [], "bob has a process left")
    need(len([port for port in network.made_by_netd() if str(bob.uid) in port]) == 0,
         "bob has a port")
    return f"bob is refused on {alice.bridge} (exit {done.returncode}): {reason}"


def evidence_nothing_left(alice, vm):
    start = time.monotonic()
    login(alice, "owrun stop router")
    seconds = time.monotonic() - start
    need(network.wait_until(lambda: not network.made_by_netd() and not network.chains()),
         f"left: {network.made_by_netd()} {network.chains()}")
    need(not processes.status(vm["pid"]), "QEMU is still there")
    need(not os.path.exists(vm["directory"]), f"{vm['directory']} is still there")
    return f"after 'owrun stop' ({seconds:.1f} s): 0 ports, 0 bridges, 0 nft chains, no QEMU"


def show(function, *arguments):
    """One line of evidence; gives whether it holds."""
    try:
        print("ok  ", function(*arguments), flush=True)
        return True
    except (Failed, AssertionError, subprocess.SubprocessError, OSError, LookupError,
            ValueError) as error:
        print("FAIL", f"{function.__name__}: {error}", flush=True)
        return False


def show_all(alice, bob, netd, vm):
    with network.Client(alice.bridge) as client:
        held = [show(evidence_service, netd), show(evidence_qemu, vm, alice),
                show(evidence_tap, alice), show(evidence_lease, client),
                show(evidence_web, client)]
        with Console(pathlib.Path(vm["directory"], "console.sock")) as console:
            console.login()
            held += [show(evidence_share, console, alice),
                     show(evidence_host, console, client, alice.bridge)]
    held += [show(evidence_second_user, alice, bob), show(evidence_nothing_left, alice, vm)]
    return all(held)


def main():
    say("installing into a private /usr/local and /etc; making users")
    alice, bob = install()
    netd = start_service()
    say(f"policy: {POLICY.strip()}")
    say("starting the router as alice, by a login shell")
    vm = start_router(alice)
    if sys.argv[1:] == ["--console"]:
        say("this is alice's router; Ctrl-] leaves")
        done = subprocess.run(("su", "-", alice.name, "-c", "owrun console router"), check=False)
        login(alice, "owrun stop router")
        return done.returncode
    wait_ready(vm)
    held = show_all(alice, bob, netd, vm)
    netd.terminate()
    netd.wait(10)
    seconds = time.time() - float(os.environ["OWVM_STARTED"])
    print(f"demo: {'every line holds' if held else 'NOT every line holds'}, {seconds:.0f} s")
    return 0 if held else 1


if __name__ == "__main__":
    if sys.argv[1:2] == ["count"]:
        datagrams = []
        count_datagrams(sys.argv[2], PROBE_SECONDS, datagrams)
        print(len(datagrams))
        sys.exit(0)
    try:
        sys.exit(main())
    except (Failed, subprocess.CalledProcessError) as failure:
        say(f"{failure} {getattr(failure, 'stderr', '') or ''}".strip())
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
