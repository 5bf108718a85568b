"""The edge: the only place that turns errors into exit codes and prints what was not expected."""

from __future__ import annotations

import gc
import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, ClassVar, Final

from onexgen import __version__
from onexgen.diagnostics import OnexgenError, OutsideError, UsageError, render
from onexgen.json_types import JsonObject

if TYPE_CHECKING:
    import click

CANCELLED: Final = 130
BUG: Final = 70
_SELDOM: Final = 50_000


class _Cancelled(OnexgenError):
    exit_code: ClassVar[int] = CANCELLED


class _Bug(OnexgenError):
    exit_code: ClassVar[int] = BUG


@contextmanager
def seldom_collecting() -> Iterator[None]:
    """Look for garbage seldom, and not at all at the end: for a process that ends after it.

    A run keeps most of what it makes; looking for the rest is a tenth of its time.
    """
    gc.set_threshold(_SELDOM)
    yield
    gc.freeze()


def guarded(arguments: list[str]) -> int:
    """Run a command of the command line; return its exit code."""
    options = arguments[: arguments.index("--")] if "--" in arguments else arguments
    return ended(lambda: _invoked(arguments), as_json="--json" in options)


def ended(work: Callable[[], int], *, as_json: bool = False) -> int:
    """Do some work; every way in which it can end becomes an exit code.

    A program that asked for JSON gets an object also when there is no result.
    """
    try:
        return work()
    except OnexgenError as error:
        return _failed(error, as_json=as_json)
    except KeyboardInterrupt:
        sys.stderr.write("\nCancelled. Nothing was changed.\n")
        return _told(_Cancelled("cancelled"), as_json=as_json)
    except BrokenPipeError:
        # The reader has gone; Python would complain once more while shutting down.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        # A full disk or a folder that may not be read is no bug.
        return _failed(OutsideError(str(error)), as_json=as_json)
    except Exception as error:  # noqa: BLE001 - the last resort: everything else is a bug.
        _bug(error)
        return _told(_Bug(f"{type(error).__name__}: {error}"), as_json=as_json)


def _failed(error: OnexgenError, *, as_json: bool) -> int:
    show_error(error)
    return _told(error, as_json=as_json)


def _told(error: OnexgenError, *, as_json: bool) -> int:
    """Tell a program of a failure, where it asked for that; return the exit code."""
    if as_json:
        from onexgen.report import failure_object

        print_json(failure_object(error))
    return error.exit_code


def print_json(value: JsonObject) -> None:
    """Print one JSON object."""
    sys.stdout.write(json.dumps(value, indent=2, ensure_ascii=False) + "\n")


def _invoked(arguments: list[str]) -> int:
    import click
    import typer

    from onexgen.cli.app import app

    try:
        command = typer.main.get_command(app)
        result = command.main(arguments, prog_name="onexgen", standalone_mode=False)
    except click.exceptions.Abort as error:
        raise KeyboardInterrupt from error
    except click.exceptions.NoArgsIsHelpError as error:
        sys.stdout.write(f"{error.ctx.get_help()}\n")
        return 0
    except click.ClickException as error:
        raise _usage(error) from error
    if result == CANCELLED:
        # That is all that typer makes of Ctrl-C.
        raise KeyboardInterrupt
    return result if isinstance(result, int) else 0


def _usage(error: click.ClickException) -> UsageError:
    """Return what is wrong with the command line, in the words of all other errors."""
    said = error.format_message().rstrip(".")
    message, _, guess = said.partition(" (") if said.endswith("?)") else said.partition(". ")
    ctx = getattr(error, "ctx", None)
    see = f"see {ctx.command_path} --help" if ctx else ""
    guess = guess.removesuffix(")").replace("Did", "did")
    lines = [line for line in (guess, see) if line]
    return UsageError(message[:1].lower() + message[1:].rstrip("."), help="\n".join(lines))


def show_error(error: OnexgenError) -> None:
    """Print an error to stderr: what, where, how to repair."""
    color = wants_color(sys.stderr)
    if error.diagnostics:
        sys.stderr.write(render(error.diagnostics, error.texts, color=color))
        return
    sys.stderr.write(f"error: {error}\n")
    for line in error.help.splitlines():
        sys.stderr.write(f"  {line}\n")


def wants_color(stream: object) -> bool:
    """Tell whether a stream is a terminal whose user has not asked for plain text."""
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    return bool(getattr(stream, "isatty", lambda: False)())


def _bug(error: Exception) -> None:
    """Write the traceback to a file; the terminal gets one short text."""
    import platform
    import tempfile
    import traceback

    with tempfile.NamedTemporaryFile(
        "w", prefix="onexgen-", suffix=".log", delete=False, encoding="utf-8"
    ) as log:
        log.write(f"onexgen {__version__}, Python {platform.python_version()}\n")
        log.write(f"{' '.join(sys.argv)!r}\n\n")
        traceback.print_exception(error, file=log)
    sys.stderr.write(
        f"error: this is a bug in onexgen: {type(error).__name__}: {error}\n"
        f"  The traceback is in {log.name}; please report it with that file.\n"
    )
