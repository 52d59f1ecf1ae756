# SPDX-License-Identifier: MIT
"""The part of tests/bench about owrun, inside tests/sandbox: what it adds to QEMU's own times.

usage: launch.py [--quick] [--strict]"""
import pathlib
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time

TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests" / "e2e"))

# pylint: disable=wrong-import-position
import conftest
import installed
import network
import processes
import service
import tables
from machine import Machine, owrun
from people import User

GUEST = pathlib.Path("/usr/local/share/owvm-guest")
STAMPS = pathlib.Path("/usr/local/lib/stamp")
PROMPT = b"router# "
SHARED = "br-bench"
IN_GUEST = "cd /mnt/hostshare && ./ld-linux-x86-64.so.2 --library-path . ./iperf3 "
QUICK = "--quick" in sys.argv
IPERF = re.compile(r"(\d+(?:\.\d+)?) Mbits/sec.*receiver")


def install():
    installed.install()
    service.write_policy(f"{conftest.OWN_BRIDGE}\npermit group owvm bridge {SHARED} create\n")
    shutil.copytree(TOP / "build" / "guest", GUEST, ignore=shutil.ignore_patterns("*.deb"))
    STAMPS.mkdir()
    shutil.copy(installed.BUILD / "tests" / "benchmarks" / "stamp", STAMPS / "qemu-system-x86_64")


def stamp_of(text):
    found = re.search(r"stamp (\d+)", text)
    if not found:
        sys.exit(f"bench: owrun did not start QEMU: {text}{service.log()}")
    return int(found[1])


def to_exec(alice, machine, direct):
    """Nanoseconds from the start of owrun, or of the stand-in itself, to the stand-in's main()."""
    command = (STAMPS / "qemu-system-x86_64",) if direct else (
        service.OWRUN, "run", "-d", *machine.arguments)
    # The port of the last round takes the kernel a while.
    time.sleep(0.1)
    before = time.monotonic_ns()
    done = alice.run(*command, env={"PATH": f"{STAMPS}:/usr/bin:/bin"})
    return stamp_of(done.stderr) - before


def measure_exec(alice, goals):
    """What owrun does before QEMU runs, netd included, without the start of a process."""
    machine = Machine(alice, GUEST, "stamp", "--forward", "wan:0:80")
    rounds = 10 if QUICK else 50
    samples = {True: [], False: []}
    for _ in range(rounds):
        for direct in samples:
            samples[direct].append(to_exec(alice, machine, direct))
    own = (tables.median(samples[False]) - tables.median(samples[True])) / tables.MILLISECOND
    goals.check("owrun run to QEMU's exec, its own time, netd included", own, 15, "ms")


def time_to_prompt(log, started):
    while not log.exists() or PROMPT not in log.read_bytes():
        time.sleep(0.005)
    return time.monotonic() - started


def boot_by_owrun(machine):
    log = pathlib.Path(f"/tmp/owvm-{machine.user.uid}", machine.name, "console.log")
    started = time.monotonic()
    process = machine.spawn("-d")
    seconds = time_to_prompt(log, started)
    process.wait()
    owrun(machine.user, "kill", machine.name)
    return seconds


def boot_by_hand(machine, commands):
    """The bare QEMU of --dry-run; its directory was made before."""
    directory = pathlib.Path(f"/tmp/owvm-{machine.user.uid}", machine.name)
    network.command("install", "-d", "-m", "0700", "-o", machine.user.name, str(directory.parent),
                    str(directory))
    started = time.monotonic()
    process = subprocess.Popen(commands, user=machine.user.uid, group=machine.user.gid,
                               extra_groups=machine.user.groups, stdin=subprocess.DEVNULL)
    seconds = time_to_prompt(directory / "console.log", started)
    process.send_signal(signal.SIGKILL)
    process.wait()
    shutil.rmtree(directory)
    return seconds


def measure_boot(alice, goals):
    """Both with a user network, so that they differ in owrun alone."""
    machine = Machine(alice, GUEST, "boot", "--lan", "user")
    printed = owrun(alice, "run", "--dry-run", *machine.arguments).stdout
    qemu = shlex.split(printed.split("\n", 2)[2].replace("\\\n", " "))
    times = {"owrun": [], "bare": []}
    for _ in range(3 if QUICK else 12):
        times["owrun"].append(boot_by_owrun(machine))
        times["bare"].append(boot_by_hand(machine, qemu))
    owrun_time, bare = tables.median(times["owrun"]), tables.median(times["bare"])
    goals.check("boot to the prompt, owrun / bare QEMU", owrun_time / bare, 1.03)
    print(f"  boot: owrun {owrun_time:.2f} s, bare {bare:.2f} s "
          f"({min(times['owrun']):.2f}-{max(times['owrun']):.2f}, "
          f"{min(times['bare']):.2f}-{max(times['bare']):.2f})")


def resident(pid):
    with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as stream:
        sizes = {words[0]: int(words[1]) for words in map(str.split, stream) if words[-1] == "kB"}
    return (sizes["Private_Clean:"] + sizes["Private_Dirty:"]) / 1024


def measure_memory(alice, goals):
    machine = Machine(alice, GUEST, "memory").start()
    others = [pid for pid in processes.of_user(alice.uid) if pid != machine.pid]
    memory = sum(resident(pid) for pid in others)
    machine.quit()
    goals.check("owrun's memory while a VM runs in the background", memory, 2, "MiB")


def put_iperf(share):
    """iperf3 and what it is linked with, so that the guest can run it from the share."""
    share.mkdir()
    listed = network.command("ldd", "/usr/bin/iperf3").stdout
    for path in re.findall(r"(/\S+) \(", listed):
        shutil.copy(path, share)
    shutil.copy("/usr/bin/iperf3", share)


def throughput(run, *arguments):
    """Mbit/s, to the guest and from it."""
    found = []
    for reverse in ((), ("-R",)):
        def measured():
            # The server takes one client, and is busy for a moment after it.
            done = run("iperf3", "-f", "m", "-t", "2" if QUICK else "5", *arguments, *reverse,
                       check=False)
            return IPERF.search(done.stdout)
        match = network.wait_until(measured, 20)
        found.append(float(match[1]) if match else float("nan"))
    return found


def in_console(console, *words):
    _, said = console.run(IN_GUEST + " ".join(words[1:]))
    return subprocess.CompletedProcess(words, 0, stdout=said)


def measure_throughput(alice):
    share = pathlib.Path(alice.home, "iperf")
    put_iperf(share)
    machine = Machine(alice, GUEST, "net", "--share", f"{share}:hostshare,ro", "--forward",
                      "wan:0:5201", append="console=ttyS0 quiet wan=open").boot()
    with machine.console() as console, network.Client(alice.bridge) as client:
        console.login()
        code, said = console.run(IN_GUEST + "-s -D")
        if code:
            sys.exit(f"bench: iperf3 does not start in the guest: {said}")
        client.run("ip", "addr", "add", "192.168.1.250/24", "dev", "eth0")
        port = machine.state["forwards"][0].split(":")[2]
        rows = {"port on the bridge": throughput(client.run, "-c", "192.168.1.1"),
                "user network": throughput(network.command, "-c", "127.0.0.1", "-p", port)}
    machine.stop()
    rows["guests on one's own bridge (bare taps)"] = measure_guests(alice, alice.bridge)
    rows["guests on a shared bridge (cables)"] = measure_guests(alice, SHARED)
    print(f"\n{'TCP, Mbit/s (TCG)':42} to the guest  from the guest")
    for name, (to_guest, from_guest) in rows.items():
        print(f"{name:42} {to_guest:12.0f} {from_guest:15.0f}")


def start_iperf_guest(alice, share, bridge, name, address):
    machine = Machine(alice, GUEST, name, "--lan", bridge, "--share",
                      f"{share}:hostshare,ro").boot()
    with machine.console() as console:
        console.login()
        console.run("ip addr flush dev eth0")
        console.run(f"ip addr add {address}/24 dev eth0")
    return machine


def measure_guests(alice, bridge):
    """TCP between two guests on a bridge: Mbit/s there and back."""
    share = pathlib.Path(alice.home, "iperf")
    machines = [start_iperf_guest(alice, share, bridge, name, address)
                for name, address in (("left", "10.9.9.1"), ("right", "10.9.9.2"))]
    with machines[0].console() as left, machines[1].console() as right:
        left.login()
        right.login()
        right.run(IN_GUEST + "-s -D")
        found = throughput(lambda *words, **_: in_console(left, *words), "-c", "10.9.9.2")
    for machine in machines:
        machine.stop()
    return found


def main():
    install()
    alice = User("alice")
    netd = service.Service()
    netd.start()
    goals = tables.Goals()
    measure_exec(alice, goals)
    measure_boot(alice, goals)
    measure_memory(alice, goals)
    measure_throughput(alice)
    netd.close()
    return 1 if goals.missed and "--strict" in sys.argv else 0


if __name__ == "__main__":
    sys.exit(main())
