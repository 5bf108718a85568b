"""What goes wrong with a database, as our own errors."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from onexgen.diagnostics import OutsideError

_HELP: Final = "is it running, may this user write to it, is the disk full?"


class Away(OutsideError):
    """The database does not answer: trying again may help."""


def away(name: str, said: str) -> Away:
    """Return the error of a database that cannot do what it was asked."""
    return Away(f"the database {name}: {said}", help=_HELP)


@asynccontextmanager
async def explained(name: str) -> AsyncIterator[None]:
    """Turn what the library raises into our own errors."""
    try:
        yield
    except (OperationalError, InterfaceError) as error:
        raise away(name, _cause(error)) from error
    except DBAPIError as error:
        if error.connection_invalidated:
            raise away(name, _cause(error)) from error
        raise
    except OSError as error:
        raise away(name, error.strerror or str(error)) from error


def _cause(error: DBAPIError) -> str:
    return " ".join(str(error.orig).split())
