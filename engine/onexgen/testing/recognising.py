"""Which rule recognises what a failed test says."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

_TYPE: Final = re.compile(r"(?:\w+\.)*(\w+)")
_PACKAGE: Final = "package"
# What a line says stands at its beginning; expressions take long on a line without an end.
_LOOKED_AT: Final = 500
_LINES: Final = 200
# pytest marks the lines of an error with "E".
_RAISED: Final = re.compile(r"^E +(.*)$", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of the tested package: its name, and the packages that it declares."""

    own: str = ""
    declared: frozenset[str] = frozenset()


# What examples of rules may rely on.
EXAMPLE: Final = Known(own="tested", declared=frozenset({"declared"}))


def recognise(
    failure: Mapping[str, str], rules: Mapping[str, Any], known: Known
) -> tuple[Mapping[str, Any], dict[str, str]]:
    """Return the rule for a failure and the groups that it found; a rule of its own if none fits.

    The line that says what was raised counts first, then what was raised before it.
    """
    error, traceback = failure["error"][:_LOOKED_AT], failure["traceback"]
    whole = f"{error}\n{traceback}"
    raised = _shortened(_RAISED.findall(traceback) or traceback.splitlines())
    for is_weak in (False, True):
        for text in (error, raised):
            for rule in rules["patterns"]:
                if rule["weak"] is not is_weak:
                    continue
                groups = matched(rule, text, whole, rules, known)
                if groups is not None:
                    return rule, groups
    return _unrecognised(error, rules), {}


def _shortened(lines: Sequence[str]) -> str:
    """Return the end of what was raised, each line short: the last lines say what it led to."""
    return "\n".join(line[:_LOOKED_AT] for line in lines[-_LINES:])


def _unrecognised(error: str, rules: Mapping[str, Any]) -> Mapping[str, Any]:
    name = type_of(error)
    category = rules["fallback"]
    return {
        "id": f"unrecognised:{name}",
        "category": category,
        "blame": rules["categories"][category]["blame"],
        "fixable": rules["categories"][category]["fixable"],
        "describe": f"{name}: no pattern recognises it",
        "recommend": "Read the traceback.",
        "declare": "",
        "at": "",
    }


def example_of(text: str) -> dict[str, str]:
    """Return the failed test that an example of a rule stands for: error first, then the rest."""
    error, _, rest = text.partition("\n")
    return {"name": "", "file": "", "error": error, "traceback": rest}


def fits_example(rule: Mapping[str, Any], text: str, rules: Mapping[str, Any]) -> bool:
    """Tell whether a rule would recognise an example, whatever others do."""
    error = text.partition("\n")[0]
    return matched(rule, error, text, rules, EXAMPLE) is not None


def matched(
    rule: Mapping[str, Any], text: str, whole: str, rules: Mapping[str, Any], known: Known
) -> dict[str, str] | None:
    """Return the groups of the first regex that matches, None when the rule does not fit.

    `whole` is all that the test said. Where the rule names the group of what a package brings,
    `package` is among the groups.
    """
    for regex in rule["any"]:
        match = re.search(regex, text, re.MULTILINE)
        if match is None:
            continue
        if _any(rule["unless"], text) or (rule["within"] and not _any(rule["within"], whole)):
            return None
        groups = {name: (value or "").strip() for name, value in match.groupdict().items()}
        if not rule["brought"]:
            return groups
        found = _brought(groups[rule["brought"]], rule, rules, known)
        if found is not None:
            return {**groups, _PACKAGE: found}
    return None


def _any(regexes: Sequence[str], text: str) -> bool:
    return any(re.search(regex, text, re.MULTILINE) for regex in regexes)


def _brought(
    name: str, rule: Mapping[str, Any], rules: Mapping[str, Any], known: Known
) -> str | None:
    """Return the package that brings a module, or what else is missing; None if it does not fit."""
    table: Mapping[str, str] = rules["packages"].get(rule["brought"]) or {}
    parts = name.split(".")
    prefixes = [".".join(parts[:length]) for length in range(len(parts), 0, -1)]
    listed = next((table[prefix] for prefix in prefixes if prefix in table), None)
    if listed is None and parts[0] in sys.stdlib_module_names:
        return None
    package = listed or parts[0].replace("_", "-")
    fits = {
        "own": bool(known.own) and parts[0] == known.own.partition(".")[0],
        "declared": normalised(package) in known.declared,
        "listed": listed is not None,
        None: True,
    }
    return package if fits[rule["only"]] else None


def normalised(package: str) -> str:
    """Return the name of a package as all spellings of it are compared."""
    return re.sub(r"[-_.]+", "-", package).lower()


def type_of(error: str) -> str:
    """Return the name of what was raised, without its module."""
    match = _TYPE.match(error)
    return match[1] if match else "unknown"
