"""Events of a YAML text, as the parser of libyaml gives them: several times faster than ours."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from types import ModuleType
from typing import Any, Final, NamedTuple

from onexgen.diagnostics import Diagnostic, Span

MAX_DEPTH: Final = 64

# Where libyaml, which reads YAML 1.1, takes what YAML 1.2 refuses, has other ends of lines ...
_OTHERWISE: Final = ("\t", "\x85", "\u2028", "\u2029", "\n%", "\n...")
# ... or no end of the line where a text of several lines begins.
_NO_COMMENT: Final = re.compile("[|>][-+0-9]*#")


class NotUnderstood(Exception):
    """A text is not YAML; `found` says where and why, or is None if somebody else tells."""

    def __init__(self, found: Diagnostic | None = None) -> None:
        """Keep what was found."""
        super().__init__()
        self.found = found


class Events(NamedTuple):
    """Events, which raise NotUnderstood, and the module with their classes.

    PyYAML and ruamel.yaml have the same classes with the same attributes.
    """

    events: Iterable[Any]
    kinds: ModuleType


def quick(text: str) -> Events | None:
    """Return the events of a text, None where libyaml is missing or may read it otherwise."""
    import yaml

    beginning = f"\n{text[:3]}"
    is_other = text[-1:] != "\n" or any(sign in text or sign in beginning for sign in _OTHERWISE)
    if is_other or _NO_COMMENT.search(text) or not yaml.__with_libyaml__:
        return None
    return Events(_of_libyaml(text), yaml.events)


def _of_libyaml(text: str) -> Iterator[Any]:
    import yaml

    try:
        yield from yaml.parse(text, Loader=yaml.CSafeLoader)
    except yaml.YAMLError as error:
        raise NotUnderstood from error


def too_deep(path: str, span: Span) -> Diagnostic:
    """Return the diagnostic for what is nested too deeply."""
    message = f"more than {MAX_DEPTH} levels are nested here"
    return Diagnostic("too-deep", message, path, span, help="nest less")
