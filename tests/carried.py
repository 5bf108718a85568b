"""Measures how much of what requests name reaches the packages that are made of them.

For sixty requests of the corpus, fifteen of each kind: every number, every thing and every field,
once those that the rules read and once those that people annotated, must stand in the contract, in
the code and in the tests; comments and docstrings do not count. Run it as a script for the table
and for what is missing.
"""

from __future__ import annotations

import io
import json
import re
import sys
import tempfile
import tokenize
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

from tests.reading.measure import understood
from tests.reading.pack import ROOT

from onexgen.filters import pascal, plural, snake
from onexgen.inputs import resolve_inputs
from onexgen.session import Session, drain
from onexgen.text import stemmer

OF_EACH: Final = 15
KINDS: Final = ("effect", "compute", "reducer", "orchestrator")
PLACES: Final = ("contract", "code", "tests")
# A text right behind one of these is a docstring.
_BREAKS: Final = (tokenize.NEWLINE, tokenize.NL, tokenize.INDENT, tokenize.DEDENT)


class Named(NamedTuple):
    """Something that a request names: its kind, how to say it, and the forms that show it."""

    kind: str
    said: str
    forms: tuple[str, ...]


class Lost(NamedTuple):
    """Something that did not reach a place."""

    case: str
    family: str
    place: str
    named: Named


def requests() -> list[dict[str, Any]]:
    """Return the first requests of each kind."""
    path = ROOT / "tests" / "corpus" / "requests.jsonl"
    cases = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [
        case for kind in KINDS for case in [c for c in cases if c["node_type"] == kind][:OF_EACH]
    ]


def wanted(case: dict[str, Any], title: str) -> dict[str, Any]:
    """Return what the rules read in a request, or what people annotated."""
    return understood(case["prompt"]) if title == "read" else case


def named(understood: dict[str, Any]) -> Iterator[Named]:
    """Yield the numbers, the things and the fields of what is understood."""
    for parameter in understood["parameters"]:
        value = parameter["value"]
        said = f"{parameter['meaning']} = {value}"
        yield Named("number", said, tuple(_forms(value)))
    for entity in understood["entities"]:
        name = entity["name"]
        yield Named("thing", name, (snake(name), pascal(name), plural(snake(name))))
        for field in entity["fields"]:
            yield Named("field", f"{name}.{field['name']}", (field["name"],))


def _forms(value: Any) -> Iterator[str]:
    """Yield how a value may stand in a file: in another unit, as a share, as a percentile."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        text = str(value).lower()
        # What is jittered has jitter, and a cron expression says 22:30 as `30 22`.
        yield from {text, text.replace("-", ""), *stemmer("english")([text])}
        if clock := re.fullmatch(r"(\d?\d):(\d\d)", text):
            yield f"{int(clock[2])} {int(clock[1])}"
        return
    for factor in (1, 1000, 0.001, 0.01, 100):
        yield f"{round(value * factor, 9):.10g}"
        if float(value * factor).is_integer():
            yield f"{value * factor:.1f}"
    # Every so many minutes, as schedules have it.
    yield from {f"*/{value / 60:g}", f"{value / 60:g}m"}
    yield f"p{value:g}"


def stands(named: Named, text: str) -> bool:
    """Tell whether any form stands in a text by itself, in large or small letters."""
    return any(
        re.search(rf"{_before(form)}{re.escape(form)}(?![A-Za-z0-9]|\.\d)", text, re.IGNORECASE)
        for form in named.forms
    )


def _before(form: str) -> str:
    """Return what may not stand before a form: 5 is not in 0.5, but sha256 is in hashlib.sha256."""
    return "(?<![A-Za-z0-9.])" if form[:1].isdigit() else "(?<![A-Za-z0-9])"


def places(folder: Path) -> dict[str, str]:
    """Return the texts of a package: its contracts, its code and its tests."""
    texts = dict.fromkeys(PLACES, "")
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder).parts
        if path.suffix in {".yaml", ".json"} and inside[0] not in {"tests", ".onexgen"}:
            texts["contract"] += _plain(path)
        elif path.suffix == ".py":
            texts["tests" if inside[0] == "tests" else "code"] += _plain(path)
    return texts


def _plain(path: Path) -> str:
    """Return a file without its comments, with numbers as people write them: `10_000` is 10000."""
    text = path.read_text(encoding="utf-8")
    text = _without_comments(text) if path.suffix == ".py" else re.sub(r"(?m)(^|\s)#.*$", "", text)
    text = re.sub(r"(?<=\d)_(?=\d{3})", "", text)
    return re.sub(r"\d+e[+-]?\d+", lambda found: f"{float(found.group()):.10g}", text) + "\n"


def _without_comments(text: str) -> str:
    """Return Python code without comments and docstrings."""
    lines = text.splitlines(keepends=True)
    before = tokenize.NEWLINE
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        alone = token.string.startswith('"""') and before in _BREAKS
        if token.type == tokenize.COMMENT or alone:
            (first, start), (last, end) = token.start, token.end
            rest = lines[last - 1][end:]
            lines[first - 1] = lines[first - 1][:start] + (rest if first == last else "\n")
            for number in range(first, last):
                lines[number] = "\n"
        before = token.type
    return "".join(lines)


def made(cases: list[dict[str, Any]], folder: Path) -> list[tuple[Path, dict[str, Any]]]:
    """Make the package of each request; return its folder and what was understood."""
    session = Session("pipelines/default.yaml", cwd=ROOT)
    packages = []
    for case in cases:
        output = folder / case["id"]
        given = {"prompt": case["prompt"], "output_dir": str(output)}
        (run,) = drain(session.run([resolve_inputs(session.plan.inputs, given)]))
        if run.error is not None:
            raise run.error
        (package,) = output.iterdir()
        packages.append((package, dict(session.outputs(run))))
    return packages


def lost(case: dict[str, Any], family: str, folder: Path, wanted: list[Named]) -> list[Lost]:
    """Return what does not stand where it should."""
    texts = places(folder)
    return [
        Lost(case["id"], family, place, one)
        for one in wanted
        for place in PLACES
        if not stands(one, texts[place])
    ]


def all_lost(
    cases: list[dict[str, Any]],
    packages: list[tuple[Path, dict[str, Any]]],
    wanted: list[list[Named]],
) -> list[Lost]:
    """Return what does not stand where it should in any package."""
    return [
        loss
        for case, (package, outputs), own in zip(cases, packages, wanted, strict=True)
        for loss in lost(case, str(outputs["family"]), package, own)
    ]


def report() -> Iterator[str]:
    """Yield the lines of the table, and every loss of what was read."""
    cases = requests()
    heads = "  ".join(f"in {place}" for place in PLACES)
    yield f"{'':24}{'named':>7}{'carried':>9}  {heads}"
    listed: list[Lost] = []
    with tempfile.TemporaryDirectory() as folder:
        packages = made(cases, Path(folder))
        for title in ("read", "annotated"):
            every = [list(named(wanted(case, title))) for case in cases]
            losses = all_lost(cases, packages, every)
            yield from table(title, every, losses)
            listed = listed or losses
    for loss in listed:
        one = loss.named
        yield f"{loss.case} {loss.family:24} {loss.place:9} {one.kind:7} {one.said}"


def table(title: str, wanted: list[list[Named]], losses: list[Lost]) -> Iterator[str]:
    """Yield how much of each kind is everywhere, and in each place."""
    every = [one for own in wanted for one in own]
    for kind in ("number", "thing", "field", ""):
        count = sum(one.kind == kind or not kind for one in every)
        gone = [loss for loss in losses if loss.named.kind == kind or not kind]
        whole = len({(loss.case, loss.named) for loss in gone})
        shares = [1 - sum(loss.place == place for loss in gone) / count for place in PLACES]
        said = f"{title}: {kind + 's' if kind else 'all'}"
        yield f"{said:24}{count:7}{1 - whole / count:9.3f}  " + "  ".join(
            f"{share:.3f}" for share in shares
        )


if __name__ == "__main__":
    sys.stdout.writelines(f"{line}\n" for line in report())
