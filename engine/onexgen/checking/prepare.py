"""Cross-checks of quality and failure rules, when they are compiled."""

from __future__ import annotations

import re
from typing import Any, Final

from jinja2 import TemplateSyntaxError

from onexgen.backtracking import SAFER, explosion_of
from onexgen.config.failures import FailurePattern, Failures
from onexgen.config.quality import Check, Checks, Fix
from onexgen.diagnostics import closest
from onexgen.expressions import Expressions, said_by
from onexgen.json_types import Json
from onexgen.source import Marks, Path
from onexgen.testing.diagnosis import PLACEHOLDER

_TOLERANCE: Final = 1e-9
_SAMPLE: Final = "x = 1\n"


def prepare_checks(document: Checks, marks: Marks) -> Json:
    """Return checks with their positions; weights, components and patterns are verified."""
    total = sum(component.weight for component in document.components.values())
    if abs(total - 1) > _TOLERANCE:
        said = f"the weights of the components add up to {total:g}, not to 1"
        marks.error("weights-do-not-add-up", ("components",), said, key=True)
    _unique([check.id for check in document.checks], ("checks",), marks)
    _unique([fix.id for fix in document.fixes], ("fixes",), marks)
    expressions = Expressions(lambda _: None)
    checks: list[Json] = []
    for index, check in enumerate(document.checks):
        place: Path = ("checks", index)
        if check.component not in document.components:
            said = f"no component is named '{check.component}'"
            help_text = closest(check.component, document.components)
            marks.error("unknown-component", (*place, "component"), said, help=help_text)
        _ways(check, place, marks)
        if check.expects is not None:
            _expression(check.expects, (*place, "expects"), expressions, marks)
        data = check.model_dump(mode="json", exclude={"fires", "silent", "why"})
        checks.append({**data, "at": marks.at(place)})
    for index, fix in enumerate(document.fixes):
        _ways(fix, ("fixes", index), marks)
    return {
        "components": {k: v.model_dump(mode="json") for k, v in document.components.items()},
        "thresholds": document.thresholds.model_dump(mode="json"),
        "reading": document.reading.model_dump(mode="json") if document.reading else None,
        "checks": checks,
        "fixes": [fix.model_dump(mode="json", exclude={"examples"}) for fix in document.fixes],
    }


def _ways(rule: Check | Fix, place: Path, marks: Marks) -> None:
    """Report regexes and patterns by which a rule looks that are none."""
    for key in ("regex", "required", "where"):
        pattern = getattr(rule, key, None)
        # What an expression yields is known only when it is used.
        if pattern is not None and "${{" not in pattern:
            _regex(pattern, (*place, key), marks)
    if rule.tool is not None:
        _regex(rule.tool.output, (*place, "tool", "output"), marks)
    if rule.pattern is not None:
        _structural(rule.pattern, (*place, "pattern"), marks)
    metric = getattr(rule, "metric", None)
    for key in ("of", "counts", "share_of") if metric else ():
        pattern = getattr(metric, key)
        if pattern is not None:
            _structural(pattern, (*place, "metric", key), marks)


def _unique(ids: list[str], path: Path, marks: Marks) -> None:
    seen: dict[str, str] = {}
    for index, name in enumerate(ids):
        place: Path = (*path, index, "id")
        if name in seen:
            note = f"first defined at {seen[name]}"
            marks.error("duplicate-id", place, f"'{name}' is defined twice", note=note)
        seen.setdefault(name, marks.at(place))


def _regex(pattern: str, path: Path, marks: Marks) -> None:
    try:
        re.compile(pattern)
    except re.error as error:
        marks.error("wrong-regex", path, f"not a regular expression: {error}")
        return
    explosion = explosion_of(pattern, only_doubling=True)
    if explosion:
        said = f"{explosion}: some texts would take forever"
        marks.error("unsafe-regex", path, said, help=SAFER)


def _expression(text: str, path: Path, expressions: Expressions, marks: Marks) -> None:
    """Report what is not one whole expression; which names there are is known only to steps."""
    try:
        parts = expressions.split(text)
        for is_expression, part in parts:
            if is_expression:
                expressions.environment.parse(f"{{{{ ({part}) }}}}")
    except TemplateSyntaxError as error:
        said = f"{said_by(error)} in '{' '.join(text.split())}'"
        marks.error("expression-syntax", path, said)
        return
    if not expressions.is_whole(text):
        said = f"expected one whole expression, got '{text.strip()}'"
        marks.error("not-an-expression", path, said, help="write ${{ ... }}")


def _structural(rule: dict[str, Json], path: Path, marks: Marks) -> None:
    from ast_grep_py import SgRoot

    try:
        root: Any = SgRoot(_SAMPLE, "python").root()
        root.find_all(rule)
    except (RuntimeError, ValueError, TypeError) as error:
        said = f"not an ast-grep rule: {str(error).splitlines()[0]}"
        marks.error("wrong-pattern", path, said)


def prepare_failures(document: Failures, marks: Marks) -> Json:
    """Return failure patterns; categories, severities, regexes and their groups are verified."""
    _unique([pattern.id for pattern in document.patterns], ("patterns",), marks)
    severities = [severity.name for severity in document.severities]
    for name, category in document.categories.items():
        raised = category.raises_to
        if raised is not None and raised not in severities:
            place: Path = ("categories", name, "raises_to")
            said = f"no severity is named '{raised}'"
            marks.error("unknown-severity", place, said, help=closest(raised, severities))
    last = document.severities[-1]
    if last.above or last.from_share:
        place = ("severities", len(severities) - 1)
        said = f"'{last.name}' is the last severity and may not hold"
        marks.error("no-last-severity", place, said, help="give it `from_share: 0`")
    if document.fallback not in document.categories:
        said = f"no category is named '{document.fallback}'"
        help_text = closest(document.fallback, document.categories)
        marks.error("unknown-category", ("fallback",), said, help=help_text)
    for index, pattern in enumerate(document.patterns):
        _failure_pattern(pattern, ("patterns", index), document, marks)
    data = document.model_dump(mode="json")
    for index, item in enumerate(data["patterns"]):
        item["at"] = marks.at(("patterns", index))
        category = data["categories"].get(item["category"])
        for key in ("blame", "fixable"):
            item[key] = item[key] or (category[key] if category else None)
    data["patterns"].sort(key=lambda item: not item["first"])
    return data


def _failure_pattern(
    pattern: FailurePattern, place: Path, document: Failures, marks: Marks
) -> None:
    if pattern.category not in document.categories:
        said = f"no category is named '{pattern.category}'"
        help_text = closest(pattern.category, document.categories)
        marks.error("unknown-category", (*place, "category"), said, help=help_text)
    regexes_of = {"any": pattern.any, "unless": pattern.unless, "within": pattern.within}
    for key, regexes in regexes_of.items():
        for number, regex in enumerate(regexes):
            _regex(regex, (*place, key, number), marks)
    groups = [_groups(regex) for regex in pattern.any]
    known = set.intersection(*groups)
    if pattern.brought is not None:
        if pattern.brought not in known:
            said = f"not every regex of `any` has a group '{pattern.brought}'"
            marks.error("unknown-group", (*place, "brought"), said)
        known = known | {"package"}
    texts = {key: getattr(pattern, key) for key in ("describe", "recommend", "declare")}
    for key, text in texts.items():
        for name in PLACEHOLDER.findall(text):
            if name not in known:
                said = f"not every regex of `any` has a group '{name}'"
                marks.error("unknown-group", (*place, key), said, help=closest(name, known))


def _groups(regex: str) -> set[str]:
    try:
        return set(re.compile(regex).groupindex)
    except re.error:
        return set()
