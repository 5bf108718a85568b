"""What goes wrong with a database, as our own errors."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from onexgen.diagnostics import OutsideError

_HELP: Final = "is it running, may this user write to it, is the disk full?"
_READ_ONLY_HELP: Final = (
    "a file: is it this user's? PostgreSQL: is it a standby, or default_transaction_read_only on?"
)
_READ_ONLY_STATE: Final = "25006"
# SQLSTATE classes of what may pass: connection, rollback, resources, operator, system.
_PASSING: Final = ("08", "40", "53", "57", "58")


class Away(OutsideError):
    """The database does not answer: trying again may help."""


class ReadOnly(Away):
    """The database answers, and takes nothing new: somebody may change that."""


class Missing(OutsideError):
    """There is no history yet."""


class Older(OutsideError):
    """The tables are those of an earlier version."""


class Newer(OutsideError):
    """The tables are those of a later version."""


def away(name: str, said: str) -> Away:
    """Return the error of a database that cannot do what it was asked."""
    return Away(f"the database {name}: {said}", help=_HELP)


@asynccontextmanager
async def explained(name: str) -> AsyncIterator[None]:
    """Turn what the library raises into our own errors."""
    try:
        yield
    except DBAPIError as error:
        if _is_read_only(error):
            said = f"the database {name}: {_cause(error)}"
            raise ReadOnly(said, help=_READ_ONLY_HELP) from error
        if _may_pass(error):
            raise away(name, _cause(error)) from error
        raise
    except OSError as error:
        raise away(name, error.strerror or str(error)) from error


def _is_read_only(error: DBAPIError) -> bool:
    code = getattr(error.orig, "sqlite_errorcode", None)
    # The upper bits say why.
    is_file = code is not None and code & 0xFF == sqlite3.SQLITE_READONLY
    return is_file or _state(error) == _READ_ONLY_STATE


def _may_pass(error: DBAPIError) -> bool:
    is_away = isinstance(error, OperationalError | InterfaceError) or error.connection_invalidated
    return is_away or _state(error).startswith(_PASSING)


def _state(error: DBAPIError) -> str:
    return str(getattr(error.orig, "sqlstate", None) or "")


def _cause(error: DBAPIError) -> str:
    return " ".join(str(error.orig).split())
