"""The bytes of a package's files, and their digests."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from onexgen.diagnostics import UnsafeError


def encoded(files: Mapping[str, str]) -> dict[str, bytes]:
    """Return every text as UTF-8 with line feeds, so that bytes never depend on the system."""
    return {path: _bytes(path, text) for path, text in files.items()}


def _bytes(path: str, text: str) -> bytes:
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise UnsafeError(
            f"the text of {path!r} is not valid Unicode at character {error.start + 1}",
            help="the text that was given holds half a character: remove it",
        ) from error


def digest(data: bytes) -> str:
    """Return the SHA-256 of some bytes in hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()
