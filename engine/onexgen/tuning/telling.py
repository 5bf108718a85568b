"""Results of tests of rules as lines for people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from onexgen.config.measures import Measure
from onexgen.tuning.comparing import Counts
from onexgen.tuning.examples import Example, Examples
from onexgen.tuning.figures import figures_of
from onexgen.wording import counted

_CONFUSED: Final = 5
# Beyond this many labels a table is harder to read than a list.
_MOST_LABELS: Final = 8


def told_examples(examples: Examples) -> Iterator[str]:
    """Yield what became of the examples beside the rules."""
    missing, noisy = len(examples.missing), len(examples.noisy)
    said = f"{counted(examples.rules, 'rule')}, {counted(examples.texts, 'example')}"
    yield f"{said}: {missing} missing, {noisy} noisy."
    for title, found in (
        ("Missing: should fire, did not", examples.missing),
        ("Noisy: fired, should not", examples.noisy),
    ):
        if found:
            yield from ["", title, *_rows([_cells(one) for one in found])]


def _cells(example: Example) -> list[str]:
    return [example.at, example.rule, f'"{example.text}"']


def told_figures(measured: Sequence[tuple[Measure, Counts]]) -> Iterator[str]:
    """Yield one line of figures for every measure."""
    rows = []
    for measure, counts in measured:
        if counts.lines:
            figures = figures_of(measure, counts)
            cells = [f"{name} {value:.3f}" for name, value in figures.items()]
            rows.append([measure.name, counted(counts.lines, "line"), *cells])
    yield from _rows(rows)


def told_confusion(measure: Measure, counts: Counts) -> Iterator[str]:
    """Yield a table of what was taken for what, or the most frequent confusions."""
    labels = sorted({label for pair in counts.pairs for label in pair})
    if measure.compare == "label" and len(labels) <= _MOST_LABELS:
        yield f"{measure.name}: what is right (down) and what was answered (across)"
        rows = [[str(counts.pairs[truth, answer] or ".") for answer in labels] for truth in labels]
        table = [["", *labels], *([truth, *row] for truth, row in zip(labels, rows, strict=True))]
        yield from _rows(table)
        return
    wrong = [(n, pair) for pair, n in counts.pairs.items() if pair[0] != pair[1]]
    for number, (truth, answer) in sorted(wrong, key=lambda item: (-item[0], item[1]))[:_CONFUSED]:
        yield f"  {measure.name}: {truth} taken for {answer}: {number}"


def told_mistakes(measure: Measure, counts: Counts) -> Iterator[str]:
    """Yield what was missed and what was made up most often."""
    for title, found in (("missed", counts.missing), ("made up", counts.noisy)):
        if found and measure.compare != "one_of":
            most = ", ".join(f"{word} {n}" for word, n in found.most_common(_CONFUSED))
            yield f"  {measure.name}: {title} {most}"


def told_failures(failures: Mapping[str, str]) -> Iterator[str]:
    """Yield the lines that got no answer."""
    for at, error in failures.items():
        yield f"  {at}: {error}"


def _rows(rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Yield rows with their cells below each other."""
    rows = list(rows)
    count = max((len(row) for row in rows), default=0)
    widths = [max(len(row[n]) for row in rows if n < len(row)) for n in range(count)]
    for row in rows:
        yield "  " + "  ".join(f"{c:<{w}}" for c, w in zip(row, widths, strict=False)).rstrip()
