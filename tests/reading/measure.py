"""Measures how well the rules read the labelled corpus; run it as a script for the table.

The definitions are those of the acceptance table: mixins and patterns by what reviewers find
useful, service names by all words of an accepted one, parameters by meaning and value.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Any, Final

from tests.reading.pack import ROOT, Rules

from onexgen.actions.extract import Extract, ExtractOptions
from onexgen.actions.retrieve import Retrieve, RetrieveOptions
from onexgen.actions.score import Score, ScoreOptions
from onexgen.text import stemmer

CORPUS: Final = ROOT / "tests" / "corpus"

# Useful on every node that is no pure function, by convention.
EVERYWHERE: Final = {"metrics", "health_check"}

# hand.jsonl was annotated before the guide fixed the words for operations.
OLDER_WORDS: Final = {
    "accumulate": "aggregate",
    "collect": "aggregate",
    "compute": "calculate",
    "dispatch": "route",
    "fetch": "read",
    "orchestrate": "coordinate",
    "process": "",
    "receive": "consume",
    "reduce": "aggregate",
    "subscribe": "consume",
    "summarize": "aggregate",
}


@cache
def cases(name: str) -> list[dict[str, Any]]:
    """Return the cases of one file, each with its answer under `answer`."""
    found = []
    for line in (CORPUS / f"{name}.jsonl").read_text(encoding="utf-8").splitlines():
        case = json.loads(line)
        found.append({**case, "answer": understood(case["prompt"])})
    return found


def understood(prompt: str) -> dict[str, Any]:
    """Return all that is read from a prompt, as the pipeline `explain` does it."""
    extract, score, retrieve = Extract(Rules()), Score(Rules()), Retrieve(Rules())
    answer: Any = extract(ExtractOptions(text=prompt, rules="rules/extraction.yaml"))
    chosen: Any = score(
        ScoreOptions(text=prompt, subject=answer, rules="rules/classification.yaml")
    )
    query = {**answer, "node_type": chosen["label"]}
    variant: Any = score(ScoreOptions(text=prompt, subject=query, rules="rules/variants.yaml"))
    offers: dict[str, Any] = {
        name: retrieve(
            RetrieveOptions(
                text=prompt, query=query, rules=f"rules/{name}.yaml", among=chosen["label"], limit=8
            )
        )
        for name in ("mixins", "patterns")
    }
    named = {name: [entry["name"] for entry in found] for name, found in offers.items()}
    return {**answer, "chosen": chosen, "variant": variant["label"], **named}


def half(items: Sequence[dict[str, Any]], which: str) -> list[dict[str, Any]]:
    """Return the even lines, the odd lines, or all."""
    first = {"even": 1, "odd": 0}.get(which)
    return list(items) if first is None else list(items[first::2])


def accuracy(items: Iterable[dict[str, Any]], right: Callable[[dict[str, Any]], bool]) -> float:
    """Return the share of cases that are right."""
    marks = [right(case) for case in items]
    return sum(marks) / max(1, len(marks))


def type_is_right(case: dict[str, Any]) -> bool:
    """Tell whether the node type is the annotated one."""
    return bool(case["answer"]["chosen"]["label"] == case["node_type"])


def macro_f1(items: Sequence[dict[str, Any]]) -> float:
    """Return the mean over node types of F1."""
    pairs = Counter((case["node_type"], case["answer"]["chosen"]["label"]) for case in items)
    labels = {label for pair in pairs for label in pair}
    scores = []
    for label in labels:
        hit = pairs[label, label]
        given = sum(n for (_, guess), n in pairs.items() if guess == label)
        wanted = sum(n for (gold, _), n in pairs.items() if gold == label)
        scores.append(2 * hit / (given + wanted) if given + wanted else 0.0)
    return sum(scores) / max(1, len(scores))


class F1:
    """Counts what was found, missed and made up."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.hits = self.missed = self.noise = 0
        self.missing: Counter[str] = Counter()
        self.noisy: Counter[str] = Counter()

    def add(
        self, wanted: Iterable[Any], found: Iterable[Any], optional: Iterable[Any] = ()
    ) -> None:
        """Compare two bags; optional ones count neither way."""
        gold, got = Counter(wanted), Counter(found)
        for item in optional:
            got.pop(item, None) if item not in gold else None
        self.hits += (gold & got).total()
        self.missed += (gold - got).total()
        self.noise += (got - gold).total()
        self.missing.update(str(item) for item in (gold - got).elements())
        self.noisy.update(str(item) for item in (got - gold).elements())

    @property
    def value(self) -> float:
        """Return F1."""
        return 2 * self.hits / max(1, 2 * self.hits + self.missed + self.noise)


def list_f1(items: Iterable[dict[str, Any]], field: str) -> F1:
    """Return F1 of operations or features."""
    total = F1()
    for case in items:
        wanted, found = set(case[field]), set(case["answer"][field])
        optional = set(case.get(f"{field}_optional", []))
        if "service_names" not in case:
            wanted, found, optional = (_translated(s) for s in (wanted, found, optional))
        total.add(wanted, found, optional)
    return total


def _translated(words: Iterable[str]) -> set[str]:
    return {OLDER_WORDS.get(word, word) for word in words} - {""}


def parameter_f1(items: Iterable[dict[str, Any]], *, without: str = "") -> F1:
    """Return F1 of parameters by meaning and value."""
    total = F1()
    for case in items:
        wanted = [_parameter(p) for p in case["parameters"] if p["meaning"] != without]
        found = [_parameter(p) for p in case["answer"]["parameters"] if p["meaning"] != without]
        total.add(wanted, found)
    return total


def _parameter(parameter: dict[str, Any]) -> tuple[str, Any]:
    value = parameter["value"]
    return parameter["meaning"], round(value, 2) if isinstance(value, float) else value


def name_is_accepted(case: dict[str, Any]) -> bool:
    """Tell whether the name is an accepted one, or has all words of one."""
    own = set(case["answer"]["service_name"].split("_"))
    return any(own >= set(name.split("_")) for name in case["service_names"])


def name_covers(case: dict[str, Any]) -> bool:
    """Tell whether the name has all words of an accepted one, in any form."""
    own = _stems(case["answer"]["service_name"])
    return any(own >= _stems(name) for name in case["service_names"])


def name_shares_words(case: dict[str, Any]) -> bool:
    """Tell whether the name has two words, in any form, of an accepted one."""
    own = _stems(case["answer"]["service_name"])
    return any(len(own & _stems(name)) > 1 for name in case["service_names"])


def _stems(name: str) -> set[str]:
    return set(stemmer("english")(name.split("_")))


def entity_f1(items: Iterable[dict[str, Any]]) -> F1:
    """Return F1 of the names of entities."""
    total = F1()
    for case in items:
        total.add(
            [e["name"] for e in case["entities"]], [e["name"] for e in case["answer"]["entities"]]
        )
    return total


def field_f1(items: Iterable[dict[str, Any]]) -> F1:
    """Return F1 of the names of fields, whatever entity they are in."""
    total = F1()
    for case in items:
        wanted = [f["name"] for e in case["entities"] for f in e["fields"]]
        found = [f["name"] for e in case["answer"]["entities"] for f in e["fields"]]
        total.add(wanted, found)
    return total


def types_right(items: Iterable[dict[str, Any]]) -> float:
    """Return how many types of fields are right, of those annotated on fields that were found."""
    right = count = 0
    for case in items:
        found = {f["name"]: f["type"] for e in case["answer"]["entities"] for f in e["fields"]}
        for field in (f for e in case["entities"] for f in e["fields"]):
            if field["type"] is not None and field["name"] in found:
                count += 1
                right += found[field["name"]] == field["type"]
    return right / max(1, count)


def mixin_precision(items: Iterable[dict[str, Any]]) -> float:
    """Return how many of the offered mixins are useful, without those that are everywhere."""
    shares = F1()
    for case in items:
        useful = set(case.get("mixins_useful", case["mixins_key"])) - EVERYWHERE
        shares.add(useful, set(case["answer"]["mixins"]) - EVERYWHERE)
    return shares.hits / max(1, shares.hits + shares.noise)


def mixin_recall(items: Iterable[dict[str, Any]]) -> float:
    """Return how many of the mixins that a reviewer would miss are offered."""
    shares = F1()
    for case in items:
        shares.add(case["mixins_key"], set(case["answer"]["mixins"]) & set(case["mixins_key"]))
    return shares.hits / max(1, shares.hits + shares.missed)


def pattern_relevance(items: Iterable[dict[str, Any]]) -> float:
    """Return how many of the first three patterns are useful, where any is."""
    first = [(p, c) for c in items for p in c["answer"]["patterns"][:3]]
    return sum(p in c["patterns_useful"] for p, c in first) / max(1, len(first))


def calibration_error(items: Sequence[dict[str, Any]]) -> float:
    """Return the mean distance of confidence from accuracy, over ten bands of confidence."""
    bands: dict[int, list[tuple[float, bool]]] = {}
    for case in items:
        trust = case["answer"]["chosen"]["confidence"]
        bands.setdefault(min(9, int(trust * 10)), []).append((trust, type_is_right(case)))
    gaps = (abs(sum(t for t, _ in band) - sum(r for _, r in band)) for band in bands.values())
    return sum(gaps) / max(1, len(items))


def truth_is_near(case: dict[str, Any]) -> bool:
    """Tell whether one of the two best node types is the annotated one."""
    chosen = case["answer"]["chosen"]
    return case["node_type"] in {chosen["label"], chosen["alternatives"][0]["label"]}


def figures(which: str) -> dict[str, float]:
    """Return every figure for the even lines, the odd lines or all."""
    easy, hard = half(cases("corpus_easy"), which), half(cases("corpus_hard"), which)
    hand, requests = half(cases("hand"), which), half(cases("requests"), which)
    both = [*hand, *requests]
    unnamed = [case for case in both if not case["explicit_type"]]
    effects = [case for case in both if case["node_type"] == "effect"]
    return {
        "node type, easy": accuracy(easy, type_is_right),
        "node type, hard": accuracy(hard, type_is_right),
        "node type, hard, macro-F1": macro_f1(hard),
        "node type, hand and requests": accuracy(both, type_is_right),
        "node type, no type word": accuracy(unnamed, type_is_right),
        "domain of effects": accuracy(effects, lambda c: c["answer"]["domain"] == c["domain"]),
        "calibration error": calibration_error(both),
        "calibration error, hard": calibration_error(hard),
        "two best contain the truth": accuracy([*both, *hard], truth_is_near),
        "variant": accuracy(both, lambda c: c["answer"]["variant"] == c["variant"]),
        "mixin precision, hand": mixin_precision(hand),
        "mixin precision, requests": mixin_precision(requests),
        "mixin key recall": mixin_recall(both),
        "first three patterns": pattern_relevance(hand),
        "operations F1": list_f1(both, "operations").value,
        "operations F1, requests": list_f1(requests, "operations").value,
        "operations F1, hand": list_f1(hand, "operations").value,
        "features F1": list_f1(both, "features").value,
        "parameters F1": parameter_f1(requests).value,
        "parameters F1 without other": parameter_f1(requests, without="other").value,
        "service name accepted": accuracy(requests, name_is_accepted),
        "service name accepted, in any form": accuracy(requests, name_covers),
        "service name shares two words": accuracy(requests, name_shares_words),
        "entity names F1": entity_f1(requests).value,
        "fields F1": field_f1(requests).value,
        "types right where given": types_right(requests),
    }


def table() -> str:
    """Return all figures, a line each."""
    columns = {which: figures(which) for which in ("even", "odd", "all")}
    head = f"{'':36}" + "".join(f"{which:>8}" for which in columns)
    lines = [
        f"{name:36}" + "".join(f"{column[name]:8.3f}" for column in columns.values())
        for name in columns["all"]
    ]
    return "\n".join([head, *lines])


if __name__ == "__main__":
    sys.stdout.write(f"{table()}\n")
