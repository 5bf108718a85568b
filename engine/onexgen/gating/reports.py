"""The forms in which a gate tells what it found: one table, a function each."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Final
from xml.etree import ElementTree as ET

from onexgen import __version__
from onexgen.gating.repairs import Repairs
from onexgen.gating.sarif import sarif_log
from onexgen.gating.verdicts import Finding, Verdict, as_data
from onexgen.json_types import Json, JsonObject

type Said = Mapping[str, JsonObject]
"""Id of a check -> its `why`, `message`, `fix` and `severity`."""

_LEVELS: Final = {"error": "error", "warning": "warning", "info": "notice"}
_MARKS: Final = {"error": "❌", "warning": "⚠️", "info": "ℹ️"}  # noqa: RUF001 - emojis are meant.
# More rows than this nobody reads in a pull request.
_MOST_ROWS: Final = 50


def _text(verdicts: Sequence[Verdict], _: Said) -> str:
    lines: list[str] = []
    for verdict in verdicts:
        lines += verdict.repairs.lines() if verdict.repairs else []
        for item in verdict.findings:
            place = f"{item.file}:{item.line}:{item.column}"
            lines.append(f"{place}: {item.severity}[{item.check}]: {item.message}")
            lines += [f"  = help: {item.fix}"] if item.fix else []
        lines += [
            f"{verdict.folder}: not run: {i['check']}: {i['reason']}" for i in verdict.not_run
        ]
        lines.append(f"{verdict.folder}: {_summary(verdict)}")
        lines += [f"  = {reason}" for reason in verdict.reasons()]
    passed = sum(verdict.passed for verdict in verdicts)
    noun = "package" if len(verdicts) == 1 else "packages"
    return "\n".join([*lines, "", f"{passed} of {len(verdicts)} {noun} passed."]) + "\n"


def _summary(verdict: Verdict) -> str:
    parts = ", ".join(f"{p['title']} {p['score']:.2f}" for p in verdict.components.values())
    said = "passed" if verdict.passed else "not passed"
    return f"{said}, score {verdict.score:.2f} of at least {verdict.minimum:g} ({parts})"


def _json(verdicts: Sequence[Verdict], _: Said) -> str:
    packages: list[Json] = [as_data(verdict) for verdict in verdicts]
    data: JsonObject = {
        "schema_version": 1,
        "version": __version__,
        "passed": all(verdict.passed for verdict in verdicts),
        "score": min((verdict.score for verdict in verdicts), default=None),
        "packages": packages,
    }
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"


def _github(verdicts: Sequence[Verdict], _: Said) -> str:
    """Return the commands by which a log marks lines of files."""
    lines = [
        f"::{_LEVELS[item.severity]} file={_property(item.file)},line={item.line},"
        f"col={item.column},title={_property(item.check)}::{_message(_with_fix(item))}"
        for verdict in verdicts
        for item in verdict.findings
    ]
    lines += [
        f"::error file={_property(verdict.folder)},title=gate::"
        f"{_message('; '.join(verdict.reasons()))}"
        for verdict in verdicts
        if not verdict.passed
    ]
    return "".join(f"{line}\n" for line in lines)


def _message(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _message(text).replace(":", "%3A").replace(",", "%2C")


def _with_fix(item: Finding) -> str:
    return f"{item.message}. {item.fix}" if item.fix else item.message


def _junit(verdicts: Sequence[Verdict], said: Said) -> str:
    """Return one suite a package and one case a check; the form that CI servers read."""
    root = ET.Element("testsuites", name="onexgen gate")
    for verdict in verdicts:
        found: dict[str, list[Finding]] = {}
        for item in verdict.findings:
            found.setdefault(item.check, []).append(item)
        skipped = {item["check"]: item["reason"] for item in verdict.not_run}
        bad = [c for c, items in found.items() if any(i.severity == "error" for i in items)]
        suite = ET.SubElement(
            root, "testsuite", name=verdict.folder, tests=str(len(said) + 1),
            failures=str(len(bad) + (not verdict.passed)), skipped=str(len(skipped)), errors="0",
        )  # fmt: skip
        for check in said:
            case = ET.SubElement(suite, "testcase", classname=verdict.folder, name=check)
            lines = "\n".join(f"{i.file}:{i.line}: {i.message}" for i in found.get(check, []))
            if check in skipped:
                ET.SubElement(case, "skipped", message=skipped[check])
            elif check in bad:
                message = str(said[check]["message"])
                ET.SubElement(case, "failure", message=message).text = lines
            elif lines:
                ET.SubElement(case, "system-out").text = lines
        case = ET.SubElement(suite, "testcase", classname=verdict.folder, name="gate")
        if not verdict.passed:
            ET.SubElement(case, "failure", message="; ".join(verdict.reasons()))
    ET.indent(root)
    return f"{ET.tostring(root, encoding='unicode', xml_declaration=True)}\n"


def _markdown(verdicts: Sequence[Verdict], _: Said) -> str:
    passed = sum(verdict.passed for verdict in verdicts)
    lines = [f"### Quality gate: {passed} of {len(verdicts)} passed", ""]
    lines += ["| package | score | result | errors | warnings |", "|---|---|---|---|---|"]
    for verdict in verdicts:
        counts = Counter(item.severity for item in verdict.findings)
        result = "✅ passed" if verdict.passed else f"❌ {_cell('; '.join(verdict.reasons()))}"
        numbers = f"{counts['error']} | {counts['warning']}"
        lines.append(f"| `{verdict.folder}` | {verdict.score:.2f} | {result} | {numbers} |")
    for verdict in verdicts:
        if verdict.repairs and verdict.repairs.changes:
            lines += _repaired(verdict.repairs)
    findings = [item for verdict in verdicts for item in verdict.findings]
    ordered = sorted(findings, key=lambda item: list(_LEVELS).index(item.severity))
    if findings:
        lines += ["", "| | place | finding | how to repair it |", "|---|---|---|---|"]
    for item in ordered[:_MOST_ROWS]:
        words = f"{_cell(item.message)} (`{item.check}`) | {_cell(item.fix)}"
        lines.append(f"| {_MARKS[item.severity]} | `{item.file}:{item.line}` | {words} |")
    if len(ordered) > _MOST_ROWS:
        lines += ["", f"{len(ordered) - _MOST_ROWS} more findings are not shown."]
    return "\n".join(lines) + "\n"


def _repaired(repairs: Repairs) -> list[str]:
    said = f"not kept: {_cell(repairs.refused)}" if repairs.refused else "repaired"
    lines = ["", f"| {said} | why |", "|---|---|"]
    for change in repairs.changes[:_MOST_ROWS]:
        place = f"{repairs.folder.as_posix()}/{change.file}:{change.line}"
        lines.append(f"| `{place}` (`{change.fix}`) | {_cell(change.why)} |")
    return lines


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())


def _sarif(verdicts: Sequence[Verdict], said: Said) -> str:
    return json.dumps(sarif_log(verdicts, said), indent=2, ensure_ascii=False) + "\n"


REPORTS: Final[dict[str, Callable[[Sequence[Verdict], Said], str]]] = {
    "text": _text,
    "json": _json,
    "sarif": _sarif,
    "junit": _junit,
    "github": _github,
    "markdown": _markdown,
}
