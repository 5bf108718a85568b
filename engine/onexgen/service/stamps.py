"""Stamps: what the files of a package were at a time, and what they were made from.

A stamp says in the words of the package's own manifest where it comes from, and whether the files
still are what that manifest sealed. Digests of files are those of the manifest, and more where the
rules ask for it. The digest of a tree is that of the lines `DIGEST  PATH`, sorted by path: what
`sha256sum` prints for the files.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from onexgen import __version__
from onexgen.diagnostics import UsageError
from onexgen.json_types import Json, JsonObject
from onexgen.service.extra import needed
from onexgen.storage import manifest, paths

_SCHEMA_VERSION: Final = 1
_TOOL: Final = "onexgen"
_SEAL: Final = "seal"
_FIRST: Final = "sha256"


@dataclass(frozen=True, slots=True, kw_only=True)
class StampRules:
    """How stamps are made: names of digests, the input that asks, variables with secrets."""

    digests: tuple[str, ...]
    prompt: str
    secrets: tuple[str, ...]

    def keys(self, environment: Mapping[str, str] = os.environ) -> list[bytes]:
        """Return the secrets that are set: stamps are sealed with the first."""
        return [one.encode() for one in map(environment.get, self.secrets) if one]


def stamp_rules(data: Mapping[str, Any]) -> StampRules:
    """Return the compiled rules as values."""
    return StampRules(
        digests=tuple(data["digests"]), prompt=data["prompt"], secrets=tuple(data["secrets"])
    )


def stamped(
    rules: StampRules, files: Mapping[str, bytes], time: datetime, maker: str
) -> JsonObject:
    """Return the stamp of some files; `maker` stands for the rules of whoever stamps.

    Errors: UsageError for a path that no package may have.
    """
    _check_paths(files)
    digests = {path: _digests(rules, data) for path, data in sorted(files.items())}
    stamp: JsonObject = {
        "schema_version": _SCHEMA_VERSION,
        "time": time.isoformat(),
        "stamped_by": {"name": _TOOL, "version": __version__, "rules": maker},
        "provenance": _provenance(rules, files),
        "files": {path: {**own} for path, own in digests.items()},
        "tree": {name: _tree(name, digests) for name in rules.digests},
    }
    keys = rules.keys()
    if keys:
        stamp[_SEAL] = _seal(keys[0], stamp)
    return stamp


def verified(rules: StampRules, stamp: Mapping[str, Any], files: Mapping[str, bytes]) -> JsonObject:
    """Compare files with their stamp: what is missing, changed and there besides, and its seal.

    `valid` means that nothing differs and that the seal, if there are secrets here, is genuine.
    """
    known = _known(rules, stamp)
    found = {path: _digests(rules, data) for path, data in files.items()}
    lists = {
        "missing": sorted(set(known) - set(found)),
        "changed": sorted(
            path for path in set(known) & set(found)
            if any(found[path].get(name) != value for name, value in known[path].items())
        ),
        "extra": sorted(set(found) - set(known)),
    }  # fmt: skip
    tree = stamp.get("tree")
    is_whole = isinstance(tree, dict) and all(
        tree.get(name) == _tree(name, known) for name in rules.digests if name in tree
    )
    seal = _looked_at(rules, stamp)
    is_same = is_whole and not any(lists.values())
    return {
        "valid": is_same and seal in {"genuine", "not looked at"},
        "seal": seal,
        "tree": is_whole,
        **{key: list(value) for key, value in lists.items()},
    }


def _provenance(rules: StampRules, files: Mapping[str, bytes]) -> JsonObject:
    """Return what the package's own manifest says, and whether its files still are as it says."""
    data = manifest.parsed(files.get(manifest.PATH))
    if data is None:
        return {"manifest": "none"}
    sealed: Mapping[str, str] = data["files"]
    own = {path: _sha256(raw) for path, raw in files.items() if path != manifest.PATH}
    sources = data.get("sources")
    lines = _lines(sources if isinstance(sources, dict) else {})
    inputs = data.get("inputs")
    prompt = inputs.get(rules.prompt) if isinstance(inputs, dict) else None
    return {
        "manifest": "intact" if sealed == own else "changed",
        "tool": data["tool"],
        "pipeline": data.get("pipeline"),
        "environment": data.get("environment"),
        "rules": _sha256(lines),
        "prompt": _sha256(prompt.encode("utf-8", "replace")) if isinstance(prompt, str) else None,
    }


def _check_paths(files: Mapping[str, bytes]) -> None:
    wrong = paths.problems(files)
    if wrong:
        path, reason = wrong[0]
        raise UsageError(f"{path!r} {reason}", help="paths are relative, with / between the parts")


def _known(rules: StampRules, stamp: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """Return path -> digests of a stamp; UsageError when it is none."""
    files = stamp.get("files")
    is_ours = stamp.get("schema_version") == _SCHEMA_VERSION and isinstance(files, dict)
    if not is_ours or not isinstance(files, dict):
        raise UsageError(f"this is no stamp of version {_SCHEMA_VERSION}")
    known: dict[str, dict[str, str]] = {}
    for path, digests in files.items():
        named = digests if isinstance(digests, dict) else {}
        usable = {k: str(v) for k, v in named.items() if k in rules.digests}
        if not usable:
            said = f"the stamp has no digest of {path!r} that is known here"
            raise UsageError(said, help=f"known are {', '.join(rules.digests)}")
        known[path] = usable
    return known


def _digests(rules: StampRules, data: bytes) -> dict[str, str]:
    return {name: _hashing(name)(data) for name in rules.digests}


def _tree(name: str, digests: Mapping[str, Mapping[str, str]]) -> str:
    return _hashing(name)(_lines({path: one.get(name, "") for path, one in digests.items()}))


def _lines(digests: Mapping[str, Any]) -> bytes:
    """Return what stands for files in a digest of all of them."""
    lines = (f"{digest}  {path}\n" for path, digest in sorted(digests.items()))
    return "".join(lines).encode("utf-8", "surrogatepass")


def _hashing(name: str) -> Callable[[bytes], str]:
    if name == _FIRST:
        return _sha256
    needed(name)
    from blake3 import blake3

    return lambda data: str(blake3(data).hexdigest())


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _looked_at(rules: StampRules, stamp: Mapping[str, Any]) -> str:
    keys: Sequence[bytes] = rules.keys()
    if not keys:
        return "not looked at"
    claimed = stamp.get(_SEAL)
    if not isinstance(claimed, str):
        return "none"
    rest = {key: value for key, value in stamp.items() if key != _SEAL}
    matches = [hmac.compare_digest(_seal(key, rest).encode(), claimed.encode()) for key in keys]
    return "genuine" if any(matches) else "forged"


def _seal(key: bytes, stamp: Mapping[str, Json]) -> str:
    text = json.dumps(stamp, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
