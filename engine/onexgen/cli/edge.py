"""The edge: the only place that turns errors into exit codes and prints what was not expected."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Final

from onexgen import __version__
from onexgen.diagnostics import OnexgenError, OutsideError, render

CANCELLED: Final = 130
BUG: Final = 70


def guarded(arguments: list[str]) -> int:
    """Run a command of the command line; return its exit code."""
    return ended(lambda: _invoked(arguments))


def ended(work: Callable[[], int]) -> int:
    """Do some work; every way in which it can end becomes an exit code."""
    try:
        return work()
    except OnexgenError as error:
        show_error(error)
        return error.exit_code
    except KeyboardInterrupt:
        sys.stderr.write("\nCancelled. Nothing was changed.\n")
        return CANCELLED
    except BrokenPipeError:
        # The reader has gone; Python would complain once more while shutting down.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        # A full disk or a folder that may not be read is no bug.
        show_error(OutsideError(str(error)))
        return OutsideError.exit_code
    except Exception as error:  # noqa: BLE001 - the last resort: everything else is a bug.
        return _bug(error)


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
        error.show()
        return error.exit_code
    if result == CANCELLED:
        # That is all that typer makes of Ctrl-C.
        raise KeyboardInterrupt
    return result if isinstance(result, int) else 0


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


def _bug(error: Exception) -> int:
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
    return BUG
