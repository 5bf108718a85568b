"""The one place that decides which paths the files of a package may have."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Final

from onexgen.diagnostics import UnsafeError

MAX_PATH_BYTES: Final = 1024
MAX_PART_BYTES: Final = 255
_SHOWN: Final = 8

# The common case, decided at once. Five letters at least: the names of devices are shorter.
_PLAIN: Final = re.compile(r"(?:[a-z_][a-z0-9_]{4,60}/){0,6}[a-z_][a-z0-9_]{4,60}(?:\.[a-z]{1,8})?")
# Devices of another system: opening one of these there does not open a file.
_DEVICE: Final = re.compile(r"(?i)(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])\s*(?:\.|$)")
_REFUSED_ELSEWHERE: Final = frozenset('<>"|?*')
# A hook or a setting written there would be run by the version control.
_RUN_BY_OTHERS: Final = frozenset({".git", "git~1", ".hg", ".svn"})

type _Table = tuple[tuple[str, Callable[[str], object]], ...]

_OF_A_PATH: Final[_Table] = (
    (f"is longer than {MAX_PATH_BYTES} bytes", lambda path: len(path.encode()) > MAX_PATH_BYTES),
    ("is absolute", lambda path: path.startswith("/")),
    ("holds a backslash", lambda path: "\\" in path),
    ("names a drive or a stream", lambda path: ":" in path),
    ("holds a character that some systems refuse", _REFUSED_ELSEWHERE.intersection),
)
_OF_A_PART: Final[_Table] = (
    ("has an empty part", lambda part: not part),
    ("has a part '.' or '..'", lambda part: part in {".", ".."}),
    ("has a part with a space at an end", lambda part: part != part.strip()),
    ("has a part that ends with a dot", lambda part: part.endswith(".")),
    ("has a part that starts with '~'", lambda part: part.startswith("~")),
    (f"has a part longer than {MAX_PART_BYTES} bytes", lambda p: len(p.encode()) > MAX_PART_BYTES),
    ("has the name of a device", _DEVICE.match),
    ("is in a folder of the version control", lambda part: part.lower() in _RUN_BY_OTHERS),
)


def check(paths: Iterable[str]) -> None:
    """Raise UnsafeError with everything that is wrong with the paths of a package."""
    found = problems(paths)
    if not found:
        return
    shown = "; ".join(f"{path!r} {reason}" for path, reason in found[:_SHOWN])
    more = f"; and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    raise UnsafeError(
        f"refused to write: {shown}{more}",
        help="paths of files must be relative, plain and different from each other",
    )


def above(path: str) -> list[str]:
    """Return the folders above a path, the nearest first."""
    found = []
    while path := path.rpartition("/")[0]:
        found.append(path)
    return found


def problems(paths: Iterable[str]) -> list[tuple[str, str]]:
    """Return (path, reason) for every path that is refused."""
    ordered = sorted(paths)
    single = [(path, reason) for path in ordered if (reason := problem(path))]
    refused = {path for path, _ in single}
    return single + _collisions([path for path in ordered if path not in refused])


def problem(path: str) -> str | None:
    """Return why a path is refused whatever the others are, None when it is not."""
    if _PLAIN.fullmatch(path):
        return None
    return _whole(path) or next(filter(None, map(_part, path.split("/"))), None)


def _whole(path: str) -> str | None:
    if not path:
        return "is empty"
    return _unseen(path) or _first(_OF_A_PATH, path)


def _unseen(path: str) -> str | None:
    if path.isascii():
        return None if path.isprintable() else "holds a control character"
    import unicodedata  # only names beyond ASCII pay for this import

    kinds = {unicodedata.category(character) for character in path}
    if "Cc" in kinds:
        return "holds a control character"
    if "Cs" in kinds:
        return "is not valid Unicode"
    if not kinds.isdisjoint({"Cf", "Cn", "Co", "Zl", "Zp"}):
        return "holds a character that cannot be seen"
    if not unicodedata.is_normalized("NFC", path):
        return "is not in the normal form NFC"
    return None


def _part(part: str) -> str | None:
    return _first(_OF_A_PART, part)


def _first(problems_of: _Table, text: str) -> str | None:
    return next((reason for reason, is_so in problems_of if is_so(text)), None)


def _collisions(paths: list[str]) -> list[tuple[str, str]]:
    """Find what would be one file, or a file and a folder, on some system."""
    folders = {folder for path in paths for folder in above(path)}
    if len({_folded(name) for name in folders.union(paths)}) == len(folders) + len(paths):
        return []
    found = []
    spelt: dict[str, tuple[str, bool]] = {}
    for path in paths:
        parts = path.split("/")
        for length in range(1, len(parts) + 1):
            name, is_folder = "/".join(parts[:length]), length < len(parts)
            earlier = spelt.setdefault(_folded(name), (name, is_folder))
            if earlier != (name, is_folder):
                found.append((path, f"collides with {earlier[0]!r}"))
                break
    return found


def _folded(name: str) -> str:
    if name.isascii():
        return name.lower()
    import unicodedata  # only names beyond ASCII pay for this import

    return unicodedata.normalize("NFC", name.casefold())
