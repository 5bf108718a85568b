"""Scores for files, and findings that say why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

from onexgen.actions.base import Workspace
from onexgen.actions.options import alike
from onexgen.checking.asking import Asker
from onexgen.checking.looking import Looker, Subject, Unread, placed
from onexgen.checking.measuring import Found
from onexgen.checking.scoring import Results, report
from onexgen.json_types import Json, JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckOptions:
    """What to check, by which rules."""

    files: dict[str, Json]
    """Path -> text."""
    rules: str
    """A document of kind checks."""
    package: str = ""
    """Dotted name of the package: programs see the files below src/ in folders of that name."""
    data: dict[str, Json] = field(default_factory=dict)
    """What `expects` may look at, besides `files`."""
    skip: list[str] = field(default_factory=list)
    """Ids of checks that make no sense yet."""
    minimum: float | None = None
    """Smallest score that passes, instead of that of the rules."""
    absent: Literal["error", "told"] = "error"
    """What a program is that is not installed: an error, or told as `not_run`."""
    unread: list[Json] = field(default_factory=list)
    """Files that could not be read, as `load` returns them."""
    known: list[str] = field(default_factory=list)
    """Findings that are known already, as `finding_key` says them: they count no more."""


class Check:
    """Check files by rules: findings, a score by component, passed or not."""

    Options: ClassVar[type[Any]] = CheckOptions
    EMPTY: ClassVar[Json] = {
        "score": 0.0, "passed": False, "components": {}, "findings": [], "errors": [],
        "warnings": [], "suggestions": [], "not_run": [], "minimum": 0.0,
    }  # fmt: skip
    FILES: ClassVar[Mapping[str, str]] = {"rules": "checks"}

    def __init__(self, workspace: Workspace) -> None:
        """Use the rules and the scratch folder of the workspace."""
        self._workspace = workspace
        self._lookers: dict[str, Looker] = workspace.memory.setdefault("looked", {})
        self._asker = Asker(workspace)

    def __call__(self, options: CheckOptions) -> Json:
        """Return the report of one package."""
        return self.many([options])[0]

    def many(self, calls: Sequence[CheckOptions]) -> list[Json]:
        """Return a report a package; programs run once for all that are checked alike."""
        reports: list[Json] = [None] * len(calls)
        for numbers in alike(calls, lambda call: (call.rules, call.absent, tuple(call.skip))):
            found = self._alike([calls[number] for number in numbers])
            for number, item in zip(numbers, found, strict=True):
                reports[number] = item
        return reports

    def _alike(self, calls: Sequence[CheckOptions]) -> list[Json]:
        """Return a report a package; all of them have the same rules."""
        rules: Any = self._workspace.rules(calls[0].rules)
        checks = [check for check in rules["checks"] if check["id"] not in calls[0].skip]
        subjects = [
            Subject({k: str(v) for k, v in call.files.items()}, dict(call.data), _unread(call))
            for call in calls
        ]
        looker = self._lookers.setdefault(calls[0].rules, Looker(rules["checks"]))
        packages = [(call.package, s.files) for call, s in zip(calls, subjects, strict=True)]
        # Programs work while the checks that need none of them are done.
        tools = [check for check in checks if check["tool"]]
        with self._asker.asked(tools, packages, tell=calls[0].absent == "told") as answers:
            looker.look_ahead(checks, subjects)
            looked = [
                {check["id"]: self._look(check, subject, looker) for check in checks}
                for subject in subjects
            ]
            told = answers()
        return [
            report(rules, _results(checks, seen, said, call.known), call.minimum, _not_run(said))
            for call, seen, said in zip(calls, looked, told, strict=True)
        ]

    def _look(
        self, check: Mapping[str, Any], subject: Subject, looker: Looker
    ) -> list[Found] | None:
        """Return what a check finds without a program; None where it has nothing to look at."""
        if check["expects"] is not None:
            files: JsonObject = dict(subject.files)
            context: JsonObject = {**subject.data, "files": files}
            if self._workspace.evaluate(check["expects"], context):
                return []
            where = check["where"] and str(self._workspace.evaluate(check["where"], context))
            return [placed(check["files"], where, subject)]
        names = subject.matching(check["files"])
        if check["present"] is None and check["unreadable"] is None and not names:
            return None
        return [] if check["tool"] else looker.look(check, subject, names)


def _unread(call: CheckOptions) -> list[Unread]:
    return [Unread(**item) for item in call.unread if isinstance(item, dict)]  # type: ignore[arg-type]


def _not_run(told: Mapping[str, list[Found] | str]) -> list[JsonObject]:
    """Return the checks whose program could not be run, and why."""
    return [{"check": k, "reason": said} for k, said in told.items() if isinstance(said, str)]


def _results(
    checks: Sequence[Mapping[str, Any]],
    looked: Mapping[str, list[Found] | None],
    told: Mapping[str, list[Found] | str],
    known: Sequence[str] = (),
) -> Results:
    """Return the findings of every check that had something to look at, in their order."""
    results: Results = []
    left = Counter(known)
    for check in checks:
        seen = looked[check["id"]]
        found = told.get(check["id"], seen)
        if seen is None or found is None or isinstance(found, str):
            continue
        new = []
        for item in (finding(check, one) for one in found):
            key = finding_key(item)
            if left[key] > 0:
                left[key] -= 1
            else:
                new.append(item)
        results.append((check, new))
    return results


def finding_key(item: Mapping[str, Json]) -> str:
    """Return what a finding is known by when lines have moved: file, check and words."""
    return f"{item['file']}:{item['check']}:{item['message']}"


def finding(check: Mapping[str, Any], found: Found) -> JsonObject:
    """Return one finding as data."""
    file, line, column, words = found
    return {
        "check": check["id"],
        "component": check["component"],
        "severity": check["severity"],
        "file": file,
        "line": line,
        "column": column,
        "message": f"{check['message']}: {words}" if words else check["message"],
        "fix": check["fix"],
    }
