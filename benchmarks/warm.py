"""Measures in one process what a long-lived program pays: prints one JSON object.

    warm.py {single,batch,reading} SETTINGS.json

A process of its own, so that the one which measures whole processes stays small.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import bare
from onexgen.actions.score import Score, ScoreOptions
from onexgen.extraction.reader import PLAIN
from onexgen.inputs import resolve_inputs
from onexgen.matching import Matcher, RuleForm, TermForm
from onexgen.runs import Run
from onexgen.session import Session, drain
from onexgen.source import load


@dataclass(frozen=True)
class Settings:
    """What run.py hands over."""

    root: str
    tools: bool
    prompt: str
    output: str
    templates: str
    values: str
    cache: str
    rounds: int
    sizes: list[int]


def open_session(settings: Settings) -> Session:
    """Return a session, if asked for with a pack in which no rule names an external program."""
    if settings.tools:
        return Session("pipelines/default.yaml", cwd=Path(settings.root))
    name = "rules/quality.yaml"
    rules = load(name, Path(settings.root, name).read_bytes()).data
    assert isinstance(rules, dict)  # noqa: S101 - the engine has checked this very file
    for key in ("checks", "fixes"):
        items = rules[key]
        assert isinstance(items, list)  # noqa: S101
        rules[key] = [i for i in items if isinstance(i, dict) and "tool" not in i]
    pack = Path(settings.output, "pack")
    (pack / "rules").mkdir(parents=True)
    # JSON is YAML.
    (pack / name).write_text(json.dumps(rules), encoding="utf-8")
    return Session("pipelines/default.yaml", cwd=pack)


def make(session: Session, settings: Settings, outputs: list[str], names: list[str]) -> list[Run]:
    """Make one package a name; raise if one could not be made."""
    runs = drain(
        session.run(
            [
                resolve_inputs(
                    session.plan.inputs,
                    {"prompt": settings.prompt, "output_dir": output, "name": name or None},
                )
                for output, name in zip(outputs, names, strict=True)
            ]
        )
    )
    for run in runs:
        if run.error is not None:
            raise run.error
    return runs


def single(settings: Settings) -> dict[str, list[float]]:
    """Return the times of each round: by the bare script, by onexgen, by onexgen once more."""
    session = open_session(settings)
    templates = Path(settings.templates)
    jinja = bare.environment(templates, Path(settings.cache))
    names = [str(p.relative_to(templates)) for p in sorted(templates.rglob("*")) if p.is_file()]
    values = json.loads(Path(settings.values).read_text(encoding="utf-8"))
    times: dict[str, list[float]] = {}

    def measure(name: str, work: Callable[[], object]) -> None:
        wall, cpu = time.perf_counter(), sum(_cpu().values())
        work()
        times.setdefault(name, []).append(time.perf_counter() - wall)
        times.setdefault(f"{name} cpu", []).append(sum(_cpu().values()) - cpu)

    def one_round(folder: Path) -> None:
        def by_onexgen() -> None:
            make(session, settings, [str(folder / "onexgen")], [""])

        measure("bare", lambda: bare.write(bare.render(jinja, names, values), folder / "bare"))
        measure("create", by_onexgen)
        measure("again", by_onexgen)

    for number in range(settings.rounds + 1):
        one_round(Path(settings.output, str(number)))
    # The first round fills caches on both sides.
    return {name: taken[1:] for name, taken in times.items()}


def batch(settings: Settings) -> dict[str, list[float]]:
    """Return the CPU seconds a package for each size of batch: of the process, of its tools."""
    session = open_session(settings)
    result: dict[str, list[float]] = {"own": [], "tools": []}
    # The first batch, of one, only fills caches.
    for size in [1, *settings.sizes]:
        names = [f"thing {chr(97 + n % 26)}{n}" for n in range(size)]
        outputs = [str(Path(settings.output, f"batch{size}"))] * size
        before = _cpu()
        make(session, settings, outputs, names)
        after = _cpu()
        for key, costs in result.items():
            costs.append((after[key] - before[key]) / size)
    return {key: costs[1:] for key, costs in result.items()}


def reading(settings: Settings) -> dict[str, list[float]]:
    """Return seconds a KB of prompt: to classify it, and to match few terms and many."""
    session = Session("pipelines/default.yaml", cwd=Path(settings.root))
    score = Score(session.workspace())
    prompts = [text for text in _prompts(Path(settings.root)) if len(text) >= _LONG]
    options = [ScoreOptions(rules="rules/classification.yaml", text=text) for text in prompts]
    size = sum(map(len, prompts)) / 1000
    matchers = {count: _matcher(count) for count in settings.sizes}
    costs: dict[str, list[float]] = {}
    for _ in range(settings.rounds + 1):
        costs.setdefault("score", []).append(_spent(lambda: [score(o) for o in options]) / size)
        for count, matcher in matchers.items():
            spent = _spent(lambda m=matcher: [m.read(text) for text in prompts])  # type: ignore[misc]
            costs.setdefault(str(count), []).append(spent / size)
    return {name: values[1:] for name, values in costs.items()}


# Short prompts say more about what a call costs than about reading.
_LONG = 300


def _prompts(root: Path) -> list[str]:
    lines = (root / "tests/corpus/requests.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line)["prompt"] for line in lines]


def _matcher(count: int) -> Matcher:
    """Return one rule over many words and, one of five, phrases of two words."""
    words = [f"w{number:x}" for number in range(count)]
    keys = [w if n % 5 else f"{w} {words[n - 1]}" for n, w in enumerate(words)]
    terms = [TermForm(kind="stem", key=key, shown=key, value="", needs=[]) for key in keys]
    rule = RuleForm(
        id="many", owner="", label="one", factor="", weight=1.0, any=list(range(count)), all=[],
        beside=[], unless=[], whole_text=False, negated="cut", at="",
    )  # fmt: skip
    return Matcher([(None, {"terms": terms, "rules": [rule]})], PLAIN)


def _spent(work: Callable[[], object]) -> float:
    before = time.process_time()
    work()
    return time.process_time() - before


def _cpu() -> dict[str, float]:
    own = resource.getrusage(resource.RUSAGE_SELF)
    tools = resource.getrusage(resource.RUSAGE_CHILDREN)
    return {
        "own": own.ru_utime + own.ru_stime,
        "tools": tools.ru_utime + tools.ru_stime,
    }


def main() -> None:
    """Measure what is asked for."""
    what, path = sys.argv[1:3]
    settings = Settings(**json.loads(Path(path).read_text(encoding="utf-8")))
    print(json.dumps({"single": single, "batch": batch, "reading": reading}[what](settings)))


if __name__ == "__main__":
    main()
