# SPDX-License-Identifier: MIT
"""The policy a second time, slow and plain: written from its description, not from the C code.

read_rules() tells for each line that is wrong where the blame may lie: (line, first column, last
column). What is wrong with the bytes of a line, or with the length of its words, comes before
what is wrong with their meaning; the leftmost counts. That options do not fit together comes
last."""
import ipaddress
import re

from driver import GROUPS, USERS

FLAGS = ("create", "isolated", "vhost", "dhcp-server", "netns")
NUMBERS = {"taps": (1, 100), "queues": (1, 16), "mtu": (68, 65535), "rate": (1, 100000)}
RESERVED = {".", "..", "all", "default"}
CHARACTERS = r"[A-Za-z0-9._-]"
LAST_ID, OVERFLOW_UID, NO_UID = 2 ** 32 - 2, 65534, 2 ** 32 - 1


class Wrong(Exception):
    """The first and the last column that may be blamed."""


class Word(str):
    column = 0

    def wrong(self):
        return Wrong(self.column, self.column + max(len(self) - 1, 0))


def split_comment(line):
    """(rule, comment): '#' at the start of a word begins a comment."""
    match = re.search(rb"(?<![^ \t])#", line)
    return (line[:match.start()], line[match.start():]) if match else (line, b"")


def check_bytes(line):
    rule, comment = split_comment(line)
    places = [match.start() + 1 for match in re.finditer(rb"[^\t -~]|#", rule)]
    long = re.search(rb"[^ \t]{64,}", rule)
    try:
        text, cut = comment.decode("utf-8"), None
    except UnicodeDecodeError as error:
        text, cut = comment[:error.start].decode("utf-8"), error.start
    controls = re.search(r"[\x00-\x08\x0a-\x1f\x7f-\x9f]", text)
    if controls:
        cut = len(text[:controls.start()].encode())
    if cut is not None:
        places.append(len(rule) + cut + 1)
    first = min(places, default=None)
    if long and (first is None or long.start() < first):
        # What else is wrong inside a word that is too long may be blamed as well.
        inside = first is not None and first <= long.end()
        raise Wrong(long.start() + 1, first if inside else long.start() + 1)
    if first is not None:
        raise Wrong(first, first)
    return rule.decode("ascii")


def words_of(rule):
    for match in re.finditer(r"[^ \t]+", rule):
        word = Word(match.group())
        word.column = match.start() + 1
        yield word
    end = Word("")
    end.column = len(rule) + 1
    while True:
        yield end


def number(word, low, high):
    if not re.fullmatch(r"0|[1-9][0-9]*", word) or not low <= int(word) <= high:
        raise word.wrong()
    return int(word)


def one_of(word, *allowed):
    if word not in allowed:
        raise word.wrong()
    return word


def read_owner(word, table):
    if re.fullmatch(r"[0-9]+", word):
        return number(word, 0, LAST_ID)
    if word not in table:
        raise word.wrong()
    return table[word]


def read_pattern(word):
    """A regular expression in which '%U' still stands."""
    plain = re.fullmatch(rf"({CHARACTERS}*)(\*|%U{CHARACTERS}*|%U(?![0-9]){CHARACTERS}+\*)?", word)
    longest = len(word.replace("%U", "4294967295"))
    if not plain or not word or word[0] == "-" or word in RESERVED or longest > 15:
        raise word.wrong()
    return re.escape(word[:-1]) + ".*" if word.endswith("*") else re.escape(word)


def read_interface(word):
    """An address with its prefix length, 0 not among them."""
    try:
        if re.fullmatch(r"[0-9.]+/[1-9][0-9]*", word):
            return ipaddress.IPv4Interface(word)
    except ValueError:
        pass
    raise word.wrong()


def read_ip(word):
    if read_interface(word).network.network_address != read_interface(word).ip:
        raise word.wrong()
    return str(word)


def read_address(word):
    network = read_interface(word).network
    if network.num_addresses > 2 and read_interface(word).ip in (network[0], network[-1]):
        raise word.wrong()
    return str(word)


def read_option(option, words):
    """The value of an option, True where it has none."""
    if option in NUMBERS:
        return number(next(words), *NUMBERS[option])
    if option == "mac":
        return one_of(next(words), "own", "any")
    if option in ("ip", "address"):
        return (read_ip if option == "ip" else read_address)(next(words))
    return True


def read_rule(words):
    rule = {"permit": one_of(next(words), "permit", "deny") == "permit"}
    rule["kind"] = one_of(next(words), "any", "user", "group")
    if rule["kind"] != "any":
        rule["id"] = read_owner(next(words), USERS if rule["kind"] == "user" else GROUPS)
    one_of(next(words), "bridge")
    pattern = next(words)
    rule["pattern"] = read_pattern(pattern)
    own = "%U" in pattern
    rule |= {"taps": 8, "queues": 1, "mtu": 0, "mac": "any" if own else "own"}
    if own:
        rule["dhcp-server"] = rule["netns"] = True
    given = {}
    while option := next(words):
        one_of(option, *FLAGS, *NUMBERS, "mac", "ip", "address")
        if not rule["permit"] or option in given or option == "create" and pattern == "*":
            raise option.wrong()
        given[option] = option
        rule[option] = read_option(option, words)
    if "address" in given and ("create" not in given or own or "*" in pattern):
        raise given["address"].wrong()
    return rule


def read_rules(text):
    """(rules, errors)."""
    rules, errors = [], []
    *lines, rest = text.split(b"\n")
    for count, line in enumerate(lines, 1):
        try:
            content = check_bytes(line)
            if content.strip(" \t"):
                rules.append(read_rule(words_of(content)) | {"line": count})
        except Wrong as wrong:
            errors.append((count, *wrong.args))
    if rest:
        errors.append((len(lines) + 1, len(rest) + 1, len(rest) + 1))
    return rules, errors


def covers(rule, uid, gids):
    return (rule["kind"] == "any" or rule["kind"] == "user" and rule["id"] == uid
            or rule["kind"] == "group" and rule["id"] in gids)


def matches(rule, uid, bridge):
    return re.fullmatch(rule["pattern"].replace("%U", str(uid)), bridge) is not None


def mac_accepted(mac, kind, uid):
    if mac is None:
        return kind == "any"
    first, *middle, _ = octets = bytes.fromhex(mac.replace(":", ""))
    if first & 1 or first == 0xfe or not any(octets):
        return False
    return kind == "any" or bool(first & 2) and int.from_bytes(middle, "big") == uid


def granted(rule):
    """All that a rule grants."""
    words = [f"{name} {rule[name]}" for name in ("taps", "queues", "mtu", "mac")]
    words += [name for name in FLAGS if rule.get(name)]
    return " ".join(words + [f"{name} {rule[name]}" for name in ("rate", "ip", "address")
                             if name in rule])


def decide(rules, broken, ranges, question):
    """What the driver answers. ranges: (first, last) of subordinate uids."""
    uid, gids, bridge, mac, queues, vhost, netns = question
    if broken:
        return "broken 0"
    named = any(rule["kind"] == "user" and rule["id"] == uid for rule in rules)
    subordinate = any(first <= uid <= last for first, last in ranges)
    if uid in (OVERFLOW_UID, NO_UID) or subordinate and not named:
        return "identity 0"
    matching = [rule for rule in rules if covers(rule, uid, gids) and matches(rule, uid, bridge)]
    if not matching:
        return "denied 0"
    last = matching[-1]
    lacks = [word for word, asked in (("vhost", vhost), ("netns", netns))
             if asked and word not in last]
    if not last["permit"] or queues > last["queues"] or lacks:
        return f"denied {last['line']}"
    if not mac_accepted(mac, last["mac"], uid):
        return f"mac {last['line']}"
    return f"ok {last['line']} {granted(last)}"
