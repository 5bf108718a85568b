"""Bytes of a file to text, or the place where they are not text."""

from __future__ import annotations

import re

from onexgen.diagnostics import Diagnostic, Span

MAX_BYTES = 1_000_000
_SHOWN = 20
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
# What YAML 1.2 calls not printable, and the byte order mark, which no editor shows.
_UNPRINTABLE = re.compile(
    "[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)


def decode(path: str, raw: bytes) -> tuple[str, list[Diagnostic]]:
    """Return the text with plain line ends, and what is wrong with it."""
    if len(raw) > MAX_BYTES:
        # Not a byte more is looked at, so the size of a hostile file costs nothing.
        message = f"the file has {len(raw):,} bytes; at most {MAX_BYTES:,} are read"
        remedy = "split it into several files"
        return "", [Diagnostic("too-large", message, path, Span(1, 1, 1, 1), help=remedy)]
    try:
        text = raw.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        text = _plain_ends(raw.decode("utf-8", "replace"))
        return text, [_not_utf8(path, raw, error.start)]
    text = _plain_ends(text)
    return text, _control_characters(path, text)


def _plain_ends(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _not_utf8(path: str, raw: bytes, at: int) -> Diagnostic:
    before = _plain_ends(raw[:at].decode("utf-8"))
    remedy = "save the file as UTF-8"
    if raw.startswith(_UTF16):
        message = "the file is UTF-16, not UTF-8"
    else:
        message = f"the byte 0x{raw[at]:02x} is not UTF-8"
    return Diagnostic("not-utf8", message, path, _character(before), help=remedy)


def _control_characters(path: str, text: str) -> list[Diagnostic]:
    found: list[Diagnostic] = []
    for match in _UNPRINTABLE.finditer(text):
        code = ord(match.group())
        message = f"the invisible character U+{code:04X} is not allowed"
        remedy = f'remove it, or write it as "\\u{code:04x}" in double quotes'
        where = _character(text[: match.start()])
        found.append(Diagnostic("control-character", message, path, where, help=remedy))
        if len(found) == _SHOWN:
            break
    return found


def _character(before: str) -> Span:
    """Return the place of the one character that follows a text."""
    line = before.count("\n") + 1
    column = len(before) - before.rfind("\n")
    return Span(line, column, line, column + 1)
