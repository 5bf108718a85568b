"""Points of rules that fired, turned into one choice with its confidence and its reasons."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple, TypedDict

from onexgen.firing import Firing, Reading, fire
from onexgen.json_types import Json, JsonObject
from onexgen.matching import Matcher, RulesForm

_DIGITS = 4
# Sums of the same points in another order differ by less.
_ROUNDING: Final = 1e-9


class LabelForm(TypedDict):
    """Something that can be chosen."""

    name: str
    title: str
    within: str
    note: str
    after: list[str]


class ScaleForm(TypedDict):
    """How points become confidence."""

    temperature: float
    choose_below: float
    margin_below: float
    repeat: float
    further: int


class Repeat(NamedTuple):
    """What further terms of one rule add: a share of its points each, up to so many terms."""

    share: float = 0.0
    most: int = 0


NO_REPEAT: Final = Repeat()


def repeat_of(scale: ScaleForm) -> Repeat:
    """Return what a document says of further terms."""
    return Repeat(scale["repeat"], scale["further"])


class ScoringForm(TypedDict):
    """A compiled scoring document."""

    title: str
    parts: list[str]
    labels: list[LabelForm]
    factors: dict[str, float]
    scale: ScaleForm
    default: str
    rules: RulesForm


@dataclass(frozen=True, slots=True)
class Scores:
    """Points by label, by factor and label, and the rules that gave them."""

    labels: tuple[str, ...]
    firings: tuple[Firing, ...]
    points: tuple[float, ...]
    factors: dict[str, float]
    repeat: Repeat = NO_REPEAT
    totals: dict[str, float] = field(default_factory=dict)

    @property
    def winner(self) -> str:
        """Return the label with the most points, the first of equals; "" without any."""
        return max(self.labels, key=lambda label: self.totals.get(label, 0.0), default="")

    @property
    def is_empty(self) -> bool:
        """Tell whether no label has points."""
        return not any(points > 0 for points in self.totals.values())


def tally(
    firings: Iterable[Firing],
    labels: Sequence[str],
    factors: dict[str, float] | None = None,
    repeat: Repeat = NO_REPEAT,
) -> Scores:
    """Add up what the rules give to some labels."""
    known = set(labels)
    counted = tuple(firing for firing in firings if firing.rule.label in known)
    points = tuple(points_of(firing, factors or {}, repeat) for firing in counted)
    totals = dict.fromkeys(labels, 0.0)
    for firing, given in zip(counted, points, strict=True):
        totals[firing.rule.label] += given
    return Scores(tuple(labels), counted, points, factors or {}, repeat, totals)


def points_of(firing: Firing, factors: dict[str, float], repeat: Repeat = NO_REPEAT) -> float:
    """Return what one rule gives: its weight times that of its factor, more for further terms."""
    further = min(len({hit.term for hit in firing.hits}) - 1, repeat.most)
    weight = firing.rule.weight * factors.get(firing.rule.factor, 1.0)
    return weight * (1 + repeat.share * max(0, further))


def confidences(totals: dict[str, float], temperature: float) -> dict[str, float]:
    """Return a share of 1 for every label (softmax), so that a lead in points becomes trust."""
    highest = max(totals.values(), default=0.0)
    raised = {k: math.exp((points - highest) / temperature) for k, points in totals.items()}
    whole = sum(raised.values())
    return {label: value / whole for label, value in raised.items()}


def choose(
    scores: Scores,
    labels: Sequence[LabelForm],
    scale: ScaleForm,
    reading: Reading,
    *,
    hint: str = "",
    default: str = "",
) -> JsonObject:
    """Return the choice: its confidence, the alternatives, and the evidence of each point."""
    trust = confidences(scores.totals, scale["temperature"])
    winner = hint or (default if scores.is_empty and default else scores.winner)
    others = sorted((k for k in trust if k != winner), key=lambda k: -trust[k])
    confidence = 1.0 if hint else trust.get(winner, 0.0)
    margin = confidence - (trust[others[0]] if others else 0.0)
    evidence = [
        evidence_of(firing, given, reading)
        for firing, given in zip(scores.firings, scores.points, strict=True)
    ]
    titles = {label["name"]: label["title"] for label in labels}
    needed = confidence < scale["choose_below"] or margin < scale["margin_below"]
    alternatives: list[Json] = [
        {"label": label, "confidence": round(trust[label], _DIGITS)} for label in others
    ]
    return {
        "label": winner,
        "title": titles.get(winner, winner),
        "confidence": round(confidence, _DIGITS),
        "needs_choice": not hint and needed,
        "alternatives": alternatives,
        "indicators": _indicators(scores, winner, evidence, hint),
        "evidence": list[Json](evidence),
        "factors": _factors(scores),
    }


def evidence_of(firing: Firing, points: float, reading: Reading) -> JsonObject:
    """Return who gave how many points to what, on which words."""
    return {
        "rule": firing.rule.id,
        "at": firing.rule.at,
        "label": firing.rule.label,
        "points": round(points, _DIGITS),
        "text": matched_text(firing, reading),
    }


def matched_text(firing: Firing, reading: Reading) -> str:
    """Return the words that made a rule fire, each once, in their order."""
    words = (reading.words(hit) for hit in sorted(firing.hits, key=lambda hit: hit.start))
    return ", ".join(dict.fromkeys(word for word in words if word))


def _indicators(
    scores: Scores, winner: str, evidence: Sequence[JsonObject], hint: str
) -> list[Json]:
    lines: list[Json] = [f"Chosen by the request: {hint}"] if hint else []
    own = [
        (given, firing.rule.factor, item["text"])
        for firing, given, item in zip(scores.firings, scores.points, evidence, strict=True)
        if firing.rule.label == winner
    ]
    for points, factor, text in sorted(own, key=lambda one: -one[0]):
        if points > 0:
            kind = (factor or "rule").replace("_", " ").capitalize()
            lines.append(f"{kind} match: {text}")
    return lines


def _factors(scores: Scores) -> JsonObject:
    shares: dict[str, dict[str, float]] = {name: {} for name in scores.factors}
    for firing, points in zip(scores.firings, scores.points, strict=True):
        given = shares.setdefault(firing.rule.factor, {})
        label = firing.rule.label
        given[label] = round(given.get(label, 0.0) + points, _DIGITS)
    return {name: dict[str, Json](given) for name, given in shares.items()}


def flip(matcher: Matcher, reading: Reading, scores: Scores) -> JsonObject | None:
    """Return the one term without which another label wins; of several the most decisive."""
    winner = scores.winner
    ordered = sorted(scores.totals.values(), reverse=True)
    lead = ordered[0] - ordered[1] if len(ordered) > 1 else math.inf
    best: tuple[float, JsonObject] | None = None
    rules = (id(firing.rule) for firing in scores.firings)
    given = dict(zip(rules, scores.points, strict=True))
    weights = _at_stake(matcher, reading, scores)
    for term in sorted(term for term, weight in weights.items() if weight >= lead - _ROUNDING):
        totals = _totals_without(term, matcher, reading, scores, given)
        changed = max(scores.labels, key=lambda label: totals[label])
        gain = totals[changed] - totals[winner]
        if changed != winner and (best is None or gain > best[0]):
            said = reading.words(reading.hits[term][0])
            best = (gain, {"text": said, "term": matcher.terms[term]["shown"], "to": changed})
    return best[1] if best else None


def _at_stake(matcher: Matcher, reading: Reading, scores: Scores) -> dict[int, float]:
    """Return for each term the most that the points can change without it.

    Rules that fired on it give no more than they gave; those that it takes back give at most all
    that they can.
    """
    stakes = dict.fromkeys(reading.hits, 0.0)
    for firing, points in zip(scores.firings, scores.points, strict=True):
        rule = firing.rule
        for term in {hit.term for hit in firing.hits}.union(rule.all, rule.beside):
            if term in stakes:
                stakes[term] += abs(points)
    all_terms = 1 + scores.repeat.share * scores.repeat.most
    held_back = matcher.held_back(scores.factors)
    for term in held_back.keys() & stakes.keys():
        stakes[term] += held_back[term] * all_terms
    return stakes


def _totals_without(
    term: int, matcher: Matcher, reading: Reading, scores: Scores, given: Mapping[int, float]
) -> dict[str, float]:
    totals = dict(scores.totals)
    for rule in matcher.rules_with(term):
        if rule.label in totals:
            totals[rule.label] -= given.get(id(rule), 0.0)
            after = fire(rule, reading, term)
            if after:
                left = points_of(Firing(rule, after), scores.factors, scores.repeat)
                totals[rule.label] += left
    return totals
