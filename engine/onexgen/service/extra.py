"""What the optional extra brings, and what to say when it is not installed."""

from __future__ import annotations

from importlib.util import find_spec

from onexgen.diagnostics import OutsideError


def needed(*modules: str) -> None:
    """Raise OutsideError when a library of the extra is missing."""
    missing = [name for name in modules if find_spec(name) is None]
    if missing:
        raise OutsideError(
            f"not installed: {', '.join(missing)}",
            help="pip install 'onexgen[service]'",
        )
