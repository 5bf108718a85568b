"""Findings that are known already: a file that lets only new ones fail."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from onexgen.diagnostics import OutsideError, UsageError
from onexgen.gating.verdicts import Verdict
from onexgen.json_types import Json

_VERSION = 1


def read_known(path: Path) -> dict[str, list[str]]:
    """Return folder of a package -> its known findings; UsageError for any other file."""
    try:
        data: Json = json.loads(path.read_bytes())
    except OSError as error:
        raise UsageError(f"cannot read '{path}': {error.strerror}") from error
    except ValueError as error:
        raise _wrong(path, f"it is not JSON ({error})") from error
    if not isinstance(data, dict) or data.get("version") != _VERSION:
        raise _wrong(path, f"its version is not {_VERSION}")
    known = data.get("known")
    if not isinstance(known, dict) or not all(_is_texts(items) for items in known.values()):
        raise _wrong(path, "`known` has no lists of findings")
    return {folder: _texts(items) for folder, items in known.items()}


def write_known(path: Path, verdicts: Iterable[Verdict], keys: Mapping[str, Sequence[str]]) -> int:
    """Write the findings of all packages, in an order that makes small differences."""
    known = {verdict.folder: sorted(keys[verdict.folder]) for verdict in verdicts}
    data = {"version": _VERSION, "known": {k: v for k, v in sorted(known.items()) if v}}
    try:
        path.write_text(json.dumps(data, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    except OSError as error:
        raise OutsideError(f"cannot write '{path}': {error.strerror}") from error
    return sum(map(len, known.values()))


def _texts(items: Json) -> list[str]:
    return [item for item in items if isinstance(item, str)] if isinstance(items, list) else []


def _is_texts(items: Json) -> bool:
    return isinstance(items, list) and len(_texts(items)) == len(items)


def _wrong(path: Path, why: str) -> UsageError:
    return UsageError(f"{path} is no baseline: {why}", help="make a new one with --write-baseline")
