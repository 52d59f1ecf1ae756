# SPDX-License-Identifier: MIT
"""What netd-bench measured, as tables: ratios and goals first, then the times."""

MILLISECOND = 1e6
TEARDOWN = 16  # ms, what the kernel takes for one port
CANDIDATES = {
    "raw": "raw: the plain system calls, one by one",
    "armed": "armed: with all of netd's settings, without netd",
    "bare": "service, own bridge: request to tap fd in hand",
    "cable": "service, shared bridge (a cable): the same",
    "oneshot": "one-shot helper (file capability), to the fd",
    "qemu": "qemu-bridge-helper as root, to the fd",
    "qemu-cap": "qemu-bridge-helper with a file capability",
    "shell": "sh with three ip commands",
}


# By ports on the bridge, or at any number.
MAKING_GOALS = (("bare", "qemu-cap", {0: 0.45, 900: 0.6}), ("cable", "qemu-cap", 0.8),
                ("bare", "raw", {900: 1.4}), ("oneshot", "qemu-cap", 1.0))


def at(values, part):
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * part), len(ordered) - 1)]


def median(values):
    return at(values, 0.5)


class Goals:
    """Lines of "what, measured, goal, verdict"."""

    def __init__(self):
        self.missed = []
        print(f"{'goals':66} {'measured':>10} {'goal':>10}")

    def check(self, what, value, limit, unit="", least=False):
        fine = value >= limit if least else value <= limit
        if not fine:
            self.missed.append(what)
        sign = ">=" if least else "<="
        print(f"{what:66} {value:7.2f}{unit:3} {sign:>3} {limit:g}{unit:3} "
              f"{'ok' if fine else 'MISSED'}")


def making_goals(goals, samples):
    fills = sorted({int(fill) for fill, _ in samples})

    def ratio(fill, one, other):
        ready = [median([numbers[0] for numbers in samples[str(fill), name]])
                 for name in (one, other)]
        return ready[0] / ready[1]
    for one, other, limits in MAKING_GOALS:
        for fill in fills:
            limit = limits if isinstance(limits, float) else limits.get(fill)
            if limit:
                goals.check(f"{one} / {other} at {fill} ports", ratio(fill, one, other), limit)


def making_table(samples):
    fills = sorted({int(fill) for fill, _ in samples})
    print("\nmaking a port, us: median (99th percentile), by ports on the bridge")
    print(f"{'':50}" + "".join(f"{fill:>17}" for fill in fills))
    for name, text in CANDIDATES.items():
        cells = [[numbers[0] / 1e3 for numbers in samples[str(fill), name]] for fill in fills]
        print(f"{text:50}" + "".join(f"{median(cell):8.0f} ({at(cell, 0.99):6.0f})"
                                     for cell in cells))
    for name in ("oneshot", "qemu-cap"):
        cells = [[numbers[1] / 1e3 for numbers in samples[str(fill), name]] for fill in fills]
        print(f"{name + ', until the helper has ended':50}" +
              "".join(f"{median(cell):8.0f} ({at(cell, 0.99):6.0f})" for cell in cells))


def memory_goals(goals, found):
    goals.check("private memory of the service",
                sum(private for private, _ in found.values()) / 1024, 1, "MiB")


def memory_table(found):
    print("\nmemory, KiB: private (resident)")
    for name, (private, resident) in sorted(found.items()):
        print(f"{name:50} {private:7} ({resident})")


def rate_table(samples):
    print("\nrequests per second, 8 clients at once")
    for (name, requests), [[time]] in samples.items():
        print(f"{name:50} {int(requests) / (time / 1e9):7.0f}")


def times(samples, *key):
    return [numbers[0] for numbers in samples[key]]


LIST = 0.1  # ms
LISTS = {"nets-0": "NETS", "ports-0": "PORTS"}


def list_goals(goals, samples):
    most = max((fill for fill, _ in samples), key=int)
    for name, text in LISTS.items():
        goals.check(f"{text} of a user with 2 ports, at {most} ports",
                    median(times(samples, most, name)) / MILLISECOND, LIST, "ms")


def list_table(samples):
    fills = sorted({fill for fill, _ in samples}, key=int)
    print("\nlists of a user with 2 ports, us: median (99th percentile), by ports on the host")
    print(f"{'':50}" + "".join(f"{fill:>17}" for fill in fills))
    for name, text in LISTS.items():
        cells = [[time / 1e3 for time in times(samples, fill, name)] for fill in fills]
        print(f"{text:50}" + "".join(f"{median(cell):8.0f} ({at(cell, 0.99):6.0f})"
                                     for cell in cells))


def revoke_goals(goals, samples):
    for misuse, text in (("mac", "bare tap, address changed"),
                       ("persist", "cable, made persistent")):
        goals.check(f"revocation, median, {text}",
                    median(times(samples, misuse, "detached")) / MILLISECOND, 5, "ms")


def revoke_table(samples):
    print("\nfrom misuse of a port to the port being off its bridge, us: median (99th percentile)")
    for (misuse, _), found in samples.items():
        values = [numbers[0] / 1e3 for numbers in found]
        print(f"{misuse:50} {median(values):7.0f} ({at(values, 0.99):.0f})")


PHASES = {"calm": "in calm", "killed": "while 60 ports of a killed process go",
          "misused": "while netd deletes 60 misused ports"}


def teardown_goals(goals, samples):
    """Who needs a lock of the kernel that a teardown holds waits in any case. netd must add
    nothing: the service's slowdown is not greater than that of the plain system calls."""
    for phase in ("killed", "misused"):
        slower = {kind: median(times(samples, phase, kind)) - median(times(samples, "calm", kind))
                  for kind in ("nets", "tap", "raw")}
        goals.check(f"a list waits longer {PHASES[phase]}", slower["nets"] / MILLISECOND, 5, "ms")
        goals.check(f"a port waits longer than raw {PHASES[phase]}",
                    (slower["tap"] - slower["raw"]) / MILLISECOND, 5, "ms")
        goals.check(f"longest wait for a list {PHASES[phase]}",
                    max(times(samples, phase, "nets")) / MILLISECOND, TEARDOWN, "ms")


def teardown_table(samples):
    print("\nrequests of one user while ports of another go, us: median (longest)")
    print(f"{'':50}{'NETS':>17}{'TAP':>17}{'raw':>17}")
    for phase, text in PHASES.items():
        cells = [[time / 1e3 for time in times(samples, phase, kind)]
                 for kind in ("nets", "tap", "raw")]
        print(f"{text:50}" + "".join(f"{median(cell):8.0f} ({max(cell):6.0f})" for cell in cells))


def traffic_table(samples):
    print("\nframes from port to port, 1000 per second: median; and as a part of plain taps")
    speed = {key: median([frames / (time / 1e9) / 1e3 for frames, time in found])
             for key, found in samples.items()}
    for size in sorted({size for _, size in speed}, key=int):
        for kind in ("plain", "bare", "cable", "from-cable", "to-cable"):
            value = speed[kind, size]
            print(f"{kind + ', ' + size + ' bytes':50} {value:7.0f} "
                  f"{value / speed['plain', size]:7.2f}")


def show(results):
    """Print everything; gives the goals that were missed."""
    goals = Goals()
    for part, function in (("make", making_goals), ("memory", memory_goals), ("list", list_goals),
                           ("revoke", revoke_goals), ("teardown", teardown_goals)):
        if part in results:
            function(goals, results[part])
    for part, function in (("make", making_table), ("memory", memory_table),
                           ("list", list_table), ("rate", rate_table),
                           ("revoke", revoke_table), ("teardown", teardown_table),
                           ("traffic", traffic_table)):
        if part in results:
            function(results[part])
    return goals.missed
