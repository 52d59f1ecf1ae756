# SPDX-License-Identifier: MIT
"""Plain English: one thought a sentence, subject first. A program can hold two of its marks: a
sentence has at most 30 words, and does not begin with a clause in the place of its subject."""
import re
import shutil

import pytest

import sentences
import source
from source import TOP, name

WORDS = 30
HEADLESS = re.compile(r"(?:What|Whatever|Who|Whoever|Whose)\b.*[.:;]$")
# A tag of a list, and words between commas: names, which nobody reads as a sentence.
NAMES = re.compile(r"(?:\S+ +)?(?:\S+, )+\S+\.$")
# What was measured and how: lists of figures, for those who measure again.
FIGURES = "tests/benchmarks/README.md"
MARKDOWN = [path for path in source.tracked() if path.suffix == ".md" and name(path) != FIGURES]
PAGES = sorted(TOP.glob("*/man/*.[1-8]"))


def of(path):
    if path.suffix == ".md":
        return sentences.of_markdown(path)
    if shutil.which("mandoc") is None:
        pytest.skip("mandoc is not here")
    return [sentence for sentence in sentences.of_page(path) if not NAMES.match(sentence)]


@pytest.mark.parametrize("path", [*MARKDOWN, *PAGES], ids=name)
def test_a_sentence_is_short_and_has_its_subject_first(path):
    found = of(path)
    assert found
    assert [sentence for sentence in found if sentences.words(sentence) > WORDS] == []
    assert [sentence for sentence in found if HEADLESS.match(sentence)] == []


def test_the_pages_are_found():
    assert TOP / "README.md" in MARKDOWN and TOP / "common/PROTOCOL.md" in MARKDOWN
    assert len(MARKDOWN) > 20 and len(PAGES) > 9


LONG = " ".join(["word"] * WORDS)


def test_a_sentence_that_is_too_long_would_be_found(tmp_path):
    page = tmp_path / "x.md"
    page.write_text(f"# Title\n\nOne. {LONG}\nmore. Two.\n\n| | |\n|---|---|\n| a | {LONG} b |\n\n"
                    f"    {LONG} c\n\n- {LONG} d\n- e\n", encoding="utf-8")
    assert [sentence[-6:] for sentence in of(page) if sentences.words(sentence) > WORDS] == [
        " more.", "word b", "word d"]


def test_a_sentence_of_a_page_that_is_too_long_would_be_found(tmp_path):
    page = tmp_path / "x.7"
    page.write_text(".Dd November 30, 2026\n.Dt X 7\n.Os\n.Sh NAME\n.Nm x\n.Nd x\n.Sh DESCRIPTION\n"
                    f"One.\n{LONG}\n.Nm .\nTwo.\n" + f"{LONG}.\n" * 40, encoding="utf-8")
    assert [sentence[-8:] for sentence in of(page) if sentences.words(sentence) > WORDS] == [
        " word x."]


@pytest.mark.parametrize("text, wrong", (
    ("What a kernel has not is left out.", True), ("Whoever comes first makes it.", True),
    ("What is that?", False), ("What it does", False), ("The kernel tells who asks.", False)))
def test_a_clause_in_the_place_of_the_subject_would_be_found(text, wrong):
    assert bool(HEADLESS.match(text)) == wrong
