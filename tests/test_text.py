"""Words, what separates them, and what is denied."""

from __future__ import annotations

import pytest

from onexgen.text import (
    CLAUSE,
    COMMA,
    JOINED,
    SENTENCE,
    LanguageForm,
    Negation,
    OpenerForm,
    languages,
    read_text,
    stemmer,
    without_code,
)


def opener(words: str, *, line: bool = False, behind: bool = False, at_most: int = 9) -> OpenerForm:
    """Return words that deny others."""
    return {"words": words.split(), "line": line, "behind": behind, "at_most": at_most}


LANGUAGE: LanguageForm = {
    "stemmer": "english",
    "correct": [],
    "abbreviations": ["max"],
    "openers": [
        opener("no"),
        opener("never"),
        opener("must not"),
        opener("out of scope", line=True),
        opener("is not needed", behind=True),
    ],
    "exceptions": [["no", "more", "than"]],
    "closers": ["but"],
    "joiners": ["or"],
}


def denied(raw: str) -> list[str]:
    """Return the words of a text that are denied."""
    text = read_text(raw, "english")
    return [w for w, flag in zip(text.words, Negation(LANGUAGE)(text), strict=True) if flag]


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ("Ünïcode-Wörter", ["unicode", "worter"]),
        ("don't", ["don't"]),
        ("part_no", ["part", "no"]),
        ("a1 b2c", ["a1", "b2c"]),
        ("\x00\u200f🙂", []),
        ("", []),
    ],
)
def test_words_are_plain(raw: str, words: list[str]) -> None:
    """Small letters, no accents, no signs."""
    assert read_text(raw, "english").words == words


@pytest.mark.parametrize(
    ("between", "level"),
    [
        (" ", JOINED),
        ("-", JOINED),
        ("_", JOINED),
        (", ", COMMA),
        (".", COMMA),
        (" (", CLAUSE),
        (": ", CLAUSE),
        (" - ", CLAUSE),
        (" | ", CLAUSE),
        (". ", SENTENCE),
        ("!\t", SENTENCE),
        ("\n\n", SENTENCE),
        ("\n- ", SENTENCE),
        ("\n", JOINED),
        (",\n", COMMA),
    ],
)
def test_what_separates_words(between: str, level: int) -> None:
    """From nothing over commas and clauses to the end of a sentence."""
    assert read_text(f"one{between}two", "english").breaks == [JOINED, level]


def test_the_full_stop_of_an_abbreviation_ends_nothing() -> None:
    """`max. 30` is one sentence."""
    text = read_text("Max. 30", "english", frozenset({"max"}))

    assert text.sentences == [0, 0]


def test_words_keep_their_places() -> None:
    """A slice shows the characters of the text itself."""
    text = read_text("Über-große  Äpfel", "english")

    assert [text.slice(i, i + 1) for i in range(3)] == ["Über", "große", "Äpfel"]
    assert text.slice(0, 3) == "Über-große  Äpfel"
    assert text.slice(1, 1) == ""
    assert text.words_at(6, 8) == (1, 2)


def test_blocks_of_code_are_blank_but_keep_their_length() -> None:
    """What stands in code is no request; places behind it stay right."""
    raw = "one\n```\nwrite it\n```\ntwo"

    blank = without_code(raw)

    assert blank.split() == ["one", "two"]
    assert len(blank) == len(raw)
    assert without_code("``` never closed") == "``` never closed"


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ("no side door", ["side", "door"]),
        ("no side door, only windows", ["side", "door"]),
        ("no door, gate or window. And a bell", ["door", "gate", "or", "window"]),
        ("it must not touch the disk; it may read", ["touch", "the", "disk"]),
        ("no noise but light", ["noise"]),
        ("no more than 40 clips", []),
        ("out of scope: any summing, counting\nAdd it", ["any", "summing", "counting"]),
        ("a cellar is not needed", ["a", "cellar"]),
        ("never " + "very " * 20, ["very"] * 9),
    ],
)
def test_denied_words(raw: str, words: list[str]) -> None:
    """The rest of the clause, of the line, or what stands before."""
    assert denied(raw) == words


def test_stems_are_those_of_the_language() -> None:
    """Word endings are cut by the stemmer that the rules name."""
    assert stemmer("english")(["retries", "retried"]) == ["retri", "retri"]
    assert "english" in languages()
