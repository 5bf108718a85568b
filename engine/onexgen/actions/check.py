"""Scores for files, and findings that say why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from onexgen.actions.base import Workspace
from onexgen.actions.options import alike
from onexgen.checking.looking import Looker, Subject
from onexgen.checking.scoring import report
from onexgen.checking.tools import parsed, run_tool
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
        self._looker = Looker()

    def __call__(self, options: CheckOptions) -> Json:
        """Return the report of one package."""
        return self.many([options])[0]

    def many(self, calls: Sequence[CheckOptions]) -> list[Json]:
        """Return a report a package; programs run once for all that are checked alike."""
        reports: list[Json] = [None] * len(calls)
        for numbers in alike(calls, lambda call: (call.rules, tuple(call.skip))):
            found = self._alike([calls[number] for number in numbers])
            for number, item in zip(numbers, found, strict=True):
                reports[number] = item
        return reports

    def _alike(self, calls: Sequence[CheckOptions]) -> list[Json]:
        """Return a report a package; all of them have the same rules."""
        rules: Any = self._workspace.rules(calls[0].rules)
        subjects = [
            Subject({k: str(v) for k, v in call.files.items()}, dict(call.data)) for call in calls
        ]
        outputs = self._tools(rules, calls, subjects)
        return [
            self._one(rules, call, subject, outputs[number])
            for number, (call, subject) in enumerate(zip(calls, subjects, strict=True))
        ]

    def _tools(
        self, rules: Any, calls: Sequence[CheckOptions], subjects: list[Subject]
    ) -> list[dict[str, list[JsonObject]]]:
        """Return for each package: check id -> findings of its program."""
        found: list[dict[str, list[JsonObject]]] = [{} for _ in calls]
        checks = [c for c in rules["checks"] if c["tool"] and c["id"] not in calls[0].skip]
        if not checks:
            return found
        scratch = self._workspace.scratch
        places = []
        for number, (call, subject) in enumerate(zip(calls, subjects, strict=True)):
            place = package_folder(number, call.package)
            scratch.sync(place, dict(subject.files))
            places.append(place)
        context: JsonObject = {"packages": [call.package for call in calls]}
        for check in checks:
            output = run_tool(check["tool"], scratch.root, context, self._workspace)
            for item in parsed(output, check["tool"]["output"]):
                for number, place in enumerate(places):
                    if item.file.startswith(f"{place}/"):
                        name = item.file.removeprefix(f"{place}/")
                        words = f"{item.code} {item.message}".strip()
                        entry = finding(check, (name, item.line, item.column, words))
                        found[number].setdefault(check["id"], []).append(entry)
        return found

    def _one(
        self,
        rules: Any,
        call: CheckOptions,
        subject: Subject,
        outputs: dict[str, list[JsonObject]],
    ) -> Json:
        results: list[tuple[Mapping[str, Any], list[JsonObject]]] = []
        for check in rules["checks"]:
            if check["id"] in call.skip:
                continue
            names = subject.matching(check["files"])
            if check["tool"]:
                if names:
                    found = outputs.get(check["id"], [])
                    results.append((check, [item for item in found if item["file"] in names]))
            elif check["expects"] is not None:
                results.append((check, self._expectation(check, subject)))
            elif names or check["present"] is not None:
                seen = self._looker.look(check, subject, names)
                found = [finding(check, item) for item in seen]
                results.append((check, found))
        return report(rules, results, call.minimum)

    def _expectation(self, check: Mapping[str, Any], subject: Subject) -> list[JsonObject]:
        files: JsonObject = dict(subject.files)
        context: JsonObject = {**subject.data, "files": files}
        if self._workspace.evaluate(check["expects"], context):
            return []
        return [finding(check, ("", 1, 1, ""))]


def package_folder(number: int, package: str) -> str:
    """Return where the files of a package stand for programs."""
    return "/".join([f"p{number}", "src", *package.split(".")]).rstrip("/")


def finding(check: Mapping[str, Any], found: tuple[str, int, int, str]) -> JsonObject:
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
