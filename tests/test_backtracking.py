"""Expressions whose cost explodes on some text are told from those that only look like it."""

from __future__ import annotations

import pytest

from onexgen.backtracking import explosion_of

SEVERAL_WAYS = "repeats something that can be repeated in several ways"
SHARED = "repeats several parts that can share the same letters"


@pytest.mark.parametrize(
    "pattern",
    [
        r"(a+)+b",
        r"(a|a)*b",
        r"(a|b|ab)*c",
        r"(aa?)*b",
        r"(.|\s)*foo",
        r"(?:a?){20}a{20}",
        r"(?:\w{0,3}(?:[ab]{2,30}ab)+)+Q",
        r"(\w+\s?)+x",
        r"(?=(a+)+b)c",
    ],
)
def test_a_repeated_group_that_leaves_several_ways(pattern: str) -> None:
    """The ways would double with every letter."""
    assert explosion_of(pattern) == SEVERAL_WAYS
    assert explosion_of(pattern, only_doubling=True) == SEVERAL_WAYS


@pytest.mark.parametrize(
    "pattern",
    [
        r"a.*b.*c.*d",
        r"\w+\w+\w+x",
        r".*.*=",
        r"[a-z]*[a-z0-9]*!",
        r"\s*\**\s*\s*x",
        r"x.{0,999}y.*z",
    ],
)
def test_parts_that_share_letters(pattern: str) -> None:
    """The choices of one part multiply with those of the next."""
    assert explosion_of(pattern) == SHARED
    assert explosion_of(pattern, only_doubling=True) == ""


@pytest.mark.parametrize(
    "pattern",
    [
        r"foo.*bar",
        r"\w+\s+\w+",
        r"\d+(\.\d+)?\s*ms",
        r"(?:,\s*\w+)*",
        r"(?:to|the|end|each)*x",
        r"(a|ab)*c",
        r'"(?:[^"\\]|\\.)*"',
        r"(?:\w+\s+){0,2}table",
        r"[^.\n]{0,60}\bsalt\s*($|\n|with)",
        r"https?://\S+",
        r"(?:é|è)+x",
        r"(?<!\w)p(50|9[059])\b",
    ],
)
def test_parts_that_a_letter_keeps_apart(pattern: str) -> None:
    """There is one way through the text, or nearly."""
    assert explosion_of(pattern) == ""
