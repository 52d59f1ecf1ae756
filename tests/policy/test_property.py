# SPDX-License-Identifier: MIT
"""Random policies and requests: the library and naive.py must agree. OWVM_SEED repeats a run."""
import collections
import os
import random

import pytest

import chance
import driver
import naive

CASES, QUESTIONS = 10000, 3


@pytest.fixture(scope="module", name="seed")
def make_seed():
    seed = int(os.environ.get("OWVM_SEED") or random.SystemRandom().randrange(2 ** 32))
    print(f"OWVM_SEED={seed}")
    return seed


def make_cases(seed):
    chooser = random.Random(seed)
    for _ in range(CASES):
        yield (chance.rules(chooser), chance.ranges(chooser),
               [chance.question(chooser) for _ in range(QUESTIONS)])


def place(error):
    """(line, column) of an error that the driver printed."""
    file, line, column, _ = error.split(":", 3)
    assert file == "policy"
    return int(line), int(column)


def same_errors(printed, wanted):
    return len(printed) == len(wanted) and all(
        line == wanted_line and first <= column <= last
        for (line, column), (wanted_line, first, last) in zip(map(place, printed), wanted))


def subuid(ranges):
    return "".join(f"someone:{first}:{last - first + 1}\n" for first, last in ranges).encode()


def test_the_library_and_the_naive_reading_agree(seed):
    cases = list(make_cases(seed))
    results = driver.batch((rules, subuid(ranges), questions) for rules, ranges, questions in cases)
    seen = collections.Counter()
    for (text, ranges, questions), (errors, answers) in zip(cases, results):
        rules, wrong = naive.read_rules(text)
        wanted = [naive.decide(rules, wrong, ranges, question) for question in questions]
        about = f"OWVM_SEED={seed}, policy {text!r}, ranges {ranges}, questions {questions}"
        assert same_errors(errors, wrong), f"{about}: {errors}, but naively {wrong}"
        assert answers == wanted, about
        seen["sound" if not wrong else "broken policy"] += 1
        for answer in answers:
            code, line, *grant = answer.split()
            seen.update((code, *grant))
            # Denied by a rule that permits.
            if code == "denied" and line != "0" and any(
                    rule["line"] == int(line) and rule["permit"] for rule in rules):
                seen["denied what it lacks"] += 1
    print(dict(seen))
    # A run that never sees one of these tests nothing.
    assert len(cases) == CASES
    assert min(seen[kind] for kind in ("sound", "broken policy")) > CASES / 10
    assert min(seen[kind] for kind in ("ok", "denied", "mac", "identity")) > 200
    assert min(seen[word] for word in ("denied what it lacks", "create", "isolated", "vhost",
                                       "dhcp-server", "netns", "rate", "ip", "address", "1400",
                                       "16")) > 20


def test_a_seed_gives_the_same_cases_again():
    first, again, other = (next(make_cases(seed)) for seed in (7, 7, 8))
    assert first == again != other
