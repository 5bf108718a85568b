"""Slips of the keyboard."""

from __future__ import annotations

import pytest

from onexgen.spelling import Spelling

VOCABULARY = ["average", "orchard", "postage", "result", "results", "form"]


@pytest.mark.parametrize(
    ("slip", "word"),
    [
        ("avrage", "average"),
        ("avearge", "average"),
        ("posttage", "postage"),
        ("ocrhard", "orchard"),
    ],
)
def test_one_slip_is_read_as_the_word(slip: str, word: str) -> None:
    """Left out, swapped, doubled."""
    assert Spelling(VOCABULARY)[slip] == word


@pytest.mark.parametrize("word", ["average", "result", "from", "averag", "avarage"])
def test_what_is_no_slip(word: str) -> None:
    """Words themselves, short words, the last letter, other letters."""
    assert Spelling(VOCABULARY)[word] == word


def test_a_correct_word_stays() -> None:
    """A word of the language that is one slip away is not changed."""
    assert Spelling(["garbage"])["garage"] == "garbage"
    assert Spelling(["garbage"], ["garage"])["garage"] == "garage"


def test_a_slip_between_two_words_is_left_alone() -> None:
    """Nobody knows which of them was meant."""
    assert Spelling(["planetary", "planetiry"])["planetry"] == "planetry"


def test_memory_is_bounded() -> None:
    """A text of many words is not kept for ever."""
    spelling = Spelling(VOCABULARY)

    for number in range(30_000):
        assert spelling[f"word{number}"] == f"word{number}"

    assert len(spelling) <= 20_000
