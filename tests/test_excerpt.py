"""The shown line and the marks below it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from onexgen.excerpt import WIDTH, Excerpt, excerpt


@pytest.mark.parametrize(
    ("line", "column", "end", "shown", "marks"),
    [
        ("a: b", 4, 5, "a: b", "   ^"),
        ("a: bcd  ", 4, None, "a: bcd", "   ^~~"),
        ("a: bcd", 4, 99, "a: bcd", "   ^~~"),
        ("a:", 3, 3, "a:", "  ^"),
        ("a:", 9, 10, "a:", "  ^"),
        ("", 1, 1, "", "^"),
        ("\ta: b", 2, 3, "    a: b", "    ^"),
        ("ab\tcd", 4, 6, "ab  cd", "    ^~"),
        ("a:\t\tb", 3, 5, "a:      b", "  ^~~~~~"),
        ("料理: 汤", 1, 3, "料理: 汤", "^~~~"),
        ("料理: 汤", 5, 6, "料理: 汤", "      ^~"),
        ("料\t汤", 3, 4, "料  汤", "    ^~"),
        ("cafe\u0301: x", 8, 9, "cafe\u0301: x", "      ^"),
        ("🍲: x", 4, 5, "🍲: x", "    ^"),
        ("ﾊﾝ: x", 5, 6, "ﾊﾝ: x", "    ^"),
        ("한글: x", 5, 6, "한글: x", "      ^"),
        ("\u1112\u1161\u11ab: x", 6, 7, "\u1112\u1161\u11ab: x", "    ^"),
        ("a\u200db: x", 6, 7, "a\u200db: x", "    ^"),
        ("a\u200bb: x", 6, 7, "a�b: x", "     ^"),
        ("\u202ea\u202c: x", 6, 7, "�a�: x", "     ^"),
        ("a\x1b[0m", 3, 4, "a�[0m", "  ^"),
    ],
)
def test_marks(line: str, column: int, end: int | None, shown: str, marks: str) -> None:
    """The marks stand under the right characters, as a terminal shows them."""
    found = excerpt(line, column, end)

    assert (found.line, found.indent + found.carets) == (shown, marks)


LONG = "0123456789" * 5


@pytest.mark.parametrize(
    ("column", "end", "expected"),
    [
        (1, 3, Excerpt("01234567890123...", "", "^~")),
        (12, 13, Excerpt("...23456789012345...", " " * 12, "^")),
        (21, 23, Excerpt("...23456789012345...", " " * 11, "^~")),
        (26, 51, Excerpt("...12345678901234...", " " * 7, "^" + "~" * 9)),
        (49, 51, Excerpt("...0123456789", " " * 11, "^~")),
        (51, 51, Excerpt("...0123456789", " " * 13, "^")),
    ],
)
def test_long_lines(column: int, end: int, expected: Excerpt) -> None:
    """A long line is cut around what is marked."""
    assert excerpt(LONG, column, end, limit=20) == expected


# What every terminal agrees on; joined emoji it draws as it likes.
CHARACTERS = st.sampled_from("ab :-\t料汤한é\u0301🍲ﾊ\x1b\u202e")


@given(st.text(CHARACTERS, max_size=300), st.text(CHARACTERS, max_size=300))
def test_marks_in_any_line(before: str, after: str) -> None:
    """Wherever a character stands, the first mark is below it and the line fits."""
    found = excerpt(f"{before}§{after}", len(before) + 1, len(before) + 2)

    assert len(found.indent) == cell_len(found.line[: found.line.index("§")])
    assert found.carets == "^"
    assert cell_len(found.line) <= WIDTH


def test_lines_without_end() -> None:
    """A line of a megabyte costs no more than what is shown of it."""
    found = excerpt("料" * 500_000 + "x" + "y" * 500_000, 500_001, 500_002)

    assert found.carets == "^"
    assert found.line[3 + len(found.indent[3:]) // 2] == "x"
