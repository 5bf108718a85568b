"""Bearer tokens: hashed at rest in a file of the owner's, compared in constant time."""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import os
import re
import secrets
import stat
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from onexgen.diagnostics import ConfigError, OutsideError, UnsafeError, UsageError, closest
from onexgen.service.http.settings import TokenRules

LOG: Final = logging.getLogger(__name__)
_NAME: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")
_MODE: Final = 0o600
_VERSION: Final = 1


@dataclass(frozen=True, slots=True)
class Token:
    """What is kept of a token: its name, the digest of its text, and since when."""

    name: str
    digest: str
    since: str


def default_file() -> Path:
    """Return where the tokens of this user are."""
    base = os.environ.get("XDG_STATE_HOME") or str(Path.home() / ".local/state")
    return Path(base, "onexgen", "tokens.json")


class Tokens:
    """The tokens of a file, read anew whenever it has changed."""

    def __init__(self, path: Path, rules: TokenRules) -> None:
        """Keep where they are; nothing is read before it is asked for."""
        self.path = path
        self._rules = rules
        self._seen: tuple[int, ...] | None = None
        self._known: dict[str, Token] = {}

    def known(self) -> Mapping[str, Token]:
        """Return name -> token.

        Errors: UnsafeError when others may read or write the file, ConfigError when it holds
        something else, OutsideError when it cannot be read.
        """
        try:
            state = self.path.stat()
        except FileNotFoundError:
            self._seen, self._known = None, {}
            return self._known
        except OSError as error:
            raise OutsideError(f"cannot read {self.path}: {error.strerror}") from error
        seen = (state.st_ino, state.st_mtime_ns, state.st_size, state.st_mode)
        if seen != self._seen:
            if stat.S_IMODE(state.st_mode) & 0o077:
                raise UnsafeError(
                    f"others may read or write {self.path}", help=f"chmod 600 {self.path}"
                )
            self._known = self._read()
            self._seen = seen
        return self._known

    def usable(self) -> Mapping[str, Token]:
        """Return the tokens while a service runs; OutsideError when they cannot be used."""
        try:
            return self.known()
        except (ConfigError, UnsafeError, OutsideError) as error:
            LOG.error("%s: %s", error, error.help)  # noqa: TRY400 - no bug: nobody needs a traceback.
            said = "the service cannot read its tokens"
            raise OutsideError(said, help="see the log of the service") from error

    def holder(self, text: str) -> str | None:
        """Return the name of a token, None when there is no such token."""
        given = _digest(text)
        found = None
        # All are compared, so that the time tells nothing of which one it was.
        for token in self.usable().values():
            if hmac.compare_digest(token.digest, given):
                found = token.name
        return found

    def add(self, name: str) -> str:
        """Make a token and keep its digest; returns the token, which nobody can show again."""
        if _NAME.fullmatch(name) is None:
            raise UsageError(
                f"'{name}' is no name for a token", help="letters, digits, and . _ -, at most 64"
            )
        known = self.known()
        if name in known:
            raise UsageError(f"there is a token '{name}'", help="revoke it, or take another name")
        text = self._rules.prefix + secrets.token_urlsafe(self._rules.bytes)
        since = datetime.now(UTC).isoformat(timespec="seconds")
        self._write({**known, name: Token(name, _digest(text), since)})
        return text

    def revoke(self, name: str) -> None:
        """Forget a token: a service that runs refuses it from now on."""
        known = dict(self.known())
        if known.pop(name, None) is None:
            raise UsageError(f"there is no token '{name}'", help=closest(name, known))
        self._write(known)

    def _read(self) -> dict[str, Token]:
        try:
            data: Any = json.loads(self.path.read_bytes())
            tokens = [Token(**one) for one in data["tokens"]]
        except OSError as error:
            raise OutsideError(f"cannot read {self.path}: {error.strerror}") from error
        except (ValueError, TypeError, KeyError) as error:
            raise ConfigError(
                f"{self.path} holds no tokens", help="move it away and add tokens anew"
            ) from error
        return {token.name: token for token in tokens}

    def _write(self, known: Mapping[str, Token]) -> None:
        """Replace the file as a whole: who reads it sees the old tokens or the new ones."""
        tokens = [{"name": t.name, "digest": t.digest, "since": t.since} for t in known.values()]
        text = json.dumps({"version": _VERSION, "tokens": tokens}, indent=2) + "\n"
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            # Such a file is nobody else's from its first byte on.
            number, draft = tempfile.mkstemp(dir=self.path.parent, prefix=f".{self.path.name}.")
            with os.fdopen(number, "w", encoding="utf-8") as file:
                os.fchmod(number, _MODE)
                file.write(text)
                file.flush()
                os.fsync(number)
            Path(draft).replace(self.path)
        except OSError as error:
            raise OutsideError(f"cannot write {self.path}: {error.strerror}") from error


def bearer_of(headers: Mapping[str, str]) -> str:
    """Return the token that a request sends, empty for none."""
    kind, _, text = headers.get("authorization", "").partition(" ")
    return text.strip() if kind.lower() == "bearer" else ""


def _digest(text: str) -> str:
    # A token is random and long: nothing is gained by a slow hash.
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()
