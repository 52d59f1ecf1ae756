# SPDX-License-Identifier: MIT
"""Policies and requests by chance: mostly sound or nearly so, and close enough to each other that
all kinds of decision come up."""
from driver import GROUPS, USERS

UIDS = (*USERS.values(), 1, 99999, 100000, 100100, 65533, 4294967293, 4294967294, 4294967295)
GIDS = (*GROUPS.values(), 0, 7, 1000, 4294967294)
NAMES = ("br0", "br1", "br-lab", "lab", "lab1", "lab-staff", "ow-0", "ow-1000", "ow-1001",
         "ow-1002", "1000", "a1000b", "ow-100777", "abcdefghijklmno", "abcde4294967294", "a.b",
         "a_b", "x", "all1", "ow-1000-", "ow-1000-a", "ow-10001-a", "ow-1001-1000-")
PATTERNS = (*NAMES, "*", "*", "b*", "br*", "lab*", "ow-*", "a.*", "abcdefghijklmn*", "all*",
            "ow-%U", "ow-%U", "%U", "a%Ub", "abcde%U", "%U-lab", "ow-%U-*", "ow-%U-*", "%U-*")
BAD_PATTERNS = ("-x", "-*", ".", "..", "all", "default", "a/b", "a*b", "**", "%U*", "a%U1*",
                "ow-%U-1*", "%U-*x", "%U%U", "%u",
                "ow%", "%%U", "abcdefghijklmnop", "abcdefghijklmno*", "abcdef%U", "abc%Udef", "%",
                "-%U", "*%U", "a%U-%", "abcdefghijklmnop*x", "permit", "'br0'")
OPTIONS = ("create", "create", "isolated", "taps 1", "taps 2", "taps 100", "mac own", "mac any",
           "mac any", "queues 1", "queues 2", "queues 4", "queues 16", "mtu 68", "mtu 1400",
           "mtu 65535", "vhost", "vhost", "dhcp-server", "netns", "netns",
           "ip 10.0.0.0/8", "ip 0.0.0.0/1",
           "ip 192.0.2.1/32", "rate 1", "rate 250", "rate 100000", "address 10.0.0.1/8",
           "address 10.0.0.1/8", "address 192.0.2.254/31")
BAD_OPTIONS = ("taps", "mac", "taps 0", "taps 101", "taps 08", "mac x", "create create",
               "netns netns",
               "mtu", "mtu 67", "mtu 65536", "mtu 068", "queues", "queues 0", "queues 17",
               "queues 2 queues 2", "vhost vhost", "vhost 1", "dhcp-server no", "ip", "ip any",
               "ip 10.0.0.1/8", "ip 10.0.0.0", "ip 10.0.0.0/0", "ip 10.0.0.0/33",
               "ip 010.0.0.0/8", "ip 10.0.0.0/08", "ip 10.0.0.0/8 ip 10.0.0.0/8", "ip ::/8",
               "ip 10.0.0.0/255.0.0.0", "address", "address 10.0.0.0/8", "address 10.0.0.1/0",
               "address 10.255.255.255/8", "address 10.0.0.1 create", "address 10.0.0.256/8",
               "create address 10.0.0.1/8 address 10.0.0.1/8", "Create", "taps 1 2",
               "isolated isolated", "taps 4294967297", "bridge", "rate", "rate 0", "rate 100001",
               "rate 01", "rate 1 rate 1")
BAD_OWNERS = ("carol", "trouble", "4294967295", "4294967296", "007", "00", "-1", "1x", "any",
              "0x1", "9" * 25, "bridge", "")
NOISE = (b"\r", b"\0", b"\x80", b"\xff", b"\xc3\xa4", b"\xe2\x82", b"\xed\xa0\x80",
         b"\xf4\x90\x80\x80", b"\xf0\x9f\x90\xa7", b"#", b" #", b"# ", b"\t", b" ", b"\x0b",
         b"\x1b", b"\x7f", b"\n", b"%U", b"*", b"x" * 63, b"y" * 64, b"\xef\xbb\xbf")


def subject(random, bad):
    kind = random.choice(("any", "any", "user", "group"))
    if kind == "any":
        return "any"
    owners = [*(USERS if kind == "user" else GROUPS), *map(str, UIDS[:-1])]
    return f"{kind} {random.choice(BAD_OWNERS if bad else owners)}"


def rule(random):
    """One line, wrong in one of its parts now and then."""
    bad = random.choice(("subject", "pattern", "option", "")) if random.random() < 0.04 else ""
    permit = random.random() < 0.7
    common = ("br0", "lab*", "ow-%U") if random.random() < 0.5 else PATTERNS
    pattern = random.choice(BAD_PATTERNS if bad == "pattern" else common)
    count = random.choice((0, 0, 1, 1, 2, 3, 5)) if permit else 0
    options = {option.split()[0]: option for option in random.choices(OPTIONS, k=count)}
    if pattern == "*":
        options.pop("create", None)
    if "address" in options and random.random() < 0.9:
        options["create"] = "create"
        pattern = random.choice(("br0", "lab", "lab1", *NAMES))
    words = ["permit" if permit else "deny", subject(random, bad == "subject"), "bridge", pattern,
             *options.values()]
    if bad == "option":
        words.append(random.choice(BAD_OPTIONS + OPTIONS))
    if random.random() < 0.1:
        words.append(random.choice(("# why", "#", "# \xe4", "# permit any bridge *")))
    return random.choice((" ", " ", " ", "\t", "  ", " \t ")).join(words)


def mangle(random, text):
    """The text with a few bytes or words put in, taken out or exchanged."""
    for _ in range(random.choice((1, 1, 2, 4))):
        at, end = sorted(random.randrange(len(text) + 1) for _ in range(2))
        kind = random.randrange(4)
        if kind == 0:
            text = text[:at] + random.choice(NOISE) + text[at:]
        elif kind == 1:
            text = text[:at] + text[min(end, at + random.randrange(8)):]
        elif kind == 2:
            text = text[:at] + bytes([random.randrange(256)]) + text[at + 1:]
        else:
            words = text.split(b" ")
            first, second = random.randrange(len(words)), random.randrange(len(words))
            words[first], words[second] = words[second], words[first]
            text = b" ".join(words)
    return text


def rules(random):
    lines = [random.choice(("", "# comment", " \t")) if random.random() < 0.1 else rule(random)
             for _ in range(random.choice((0, 1, 2, 3, 4, 5, 6, 8, 12)))]
    text = "".join(f"{line}\n" for line in lines).encode("utf-8")
    return mangle(random, text) if random.random() < 0.25 else text


def ranges(random):
    """(first, last) of subordinate uids, most often none."""
    if random.random() < 0.7:
        return []
    found = ((100000, 165535), (100777, 100777), (1001, 1002), (4294967290, 4294967295))
    return [random.choice(found) for _ in range(random.choice((1, 2)))]


def mac(random, uid):
    kind = random.randrange(4)
    if kind == 0:
        return None
    if kind == 1:
        return random.choice((b"\0" * 6, b"\xff" * 6, b"\xfe\0\0\x03\xe8\x01", b"\x01\0\x5e\0\0\1",
                              b"\x52\x54\0\x12\x34\x56", random.randbytes(6))).hex(":")
    first = random.choice((0x02,) * 9 + (0x06, 0xfa, 0xfe, 0x00, 0x03, 0x04))
    return (bytes([first]) + uid.to_bytes(4, "big") + random.randbytes(1)).hex(":")


def question(random):
    uid = random.choice(UIDS + (1000, 1001, 1002) * 4)
    gids = random.sample(GIDS, random.choice((0, 1, 2, 3)))
    own = (f"ow-{uid}", f"ow-{uid}", f"a{uid}b", f"{uid}-lab", f"ow-{uid}-a", f"ow-{uid}1-a"[:15])
    bridge = random.choice(random.choice((("br0", "lab", "lab1"), own, NAMES)))
    return (uid, gids, bridge, mac(random, uid), random.choice((1,) * 15 + (2, 4, 5, 16)),
            random.random() < 0.08, random.random() < 0.08)
