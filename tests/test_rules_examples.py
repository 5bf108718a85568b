"""Every example beside every rule: it fires where it must and is silent where it must."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from ruamel.yaml import YAML
from tests.reading.pack import KINDS, ROOT, compile_text, compiled, reader

from onexgen.matching import Matcher

LANGUAGE = "rules/language.yaml"
Found = list[tuple[str, str]]


def documents() -> list[tuple[str, Any]]:
    """Return name and data of the rule files that this pack reads requests with."""
    read = [(f"rules/{p.name}", YAML(typ="safe").load(p)) for p in (ROOT / "rules").glob("*.yaml")]
    return sorted((item for item in read if item[1]["kind"] in KINDS), key=lambda item: item[0])


def rules_of(data: Any) -> Iterator[dict[str, Any]]:
    """Yield all rules of a document that bring examples."""
    yield from data.get("rules", [])
    yield from data.get("quantity_rules", [])
    yield from (data.get("quantities") or {}).get("mentions", [])
    for clauses in data.get("clauses", []):
        yield from clauses.get("rules", [])
    sequence = data.get("sequence") or {}
    yield from sequence.get("rules", [])
    yield from sequence.get("counterparts", {}).get("rules", [])
    for kind in (data.get("relations") or {}).get("kinds", []):
        yield from kind["links"]
    for choice in data.get("choices", []):
        yield from choice.get("rules", [])


READER = reader()


def fired(name: str, kind: str, text: str) -> set[str]:
    """Return the ids of the rules of a file that fire on a text."""
    understood, firings = READER.read(text)
    if kind != "extraction":
        matcher = Matcher([(None, compiled(name)["rules"])], compiled(LANGUAGE)["language"])
        firings = matcher.firings(matcher.read(text, understood))
    mentioned: Any = understood["evidence"]
    return {firing.rule.id for firing in firings} | {item["rule"] for item in mentioned}


@pytest.mark.parametrize(("name", "data"), documents(), ids=lambda value: str(value)[:30])
def test_no_rule_misses_its_examples_or_is_noisy(name: str, data: Any) -> None:
    """Missing: should fire, did not. Noisy: fired, should not."""
    missing: Found = []
    noisy: Found = []
    for rule in rules_of(data):
        missing += [
            (rule["id"], text)
            for text in rule["fires"]
            if rule["id"] not in fired(name, data["kind"], text)
        ]
        noisy += [
            (rule["id"], text)
            for text in rule["silent"]
            if rule["id"] in fired(name, data["kind"], text)
        ]

    assert {"missing": missing, "noisy": noisy} == {"missing": [], "noisy": []}


@pytest.mark.parametrize("name", [name for name, _ in documents()])
def test_every_rule_file_compiles_without_a_word(name: str) -> None:
    """No rule file of the pack has an error."""
    _, problems = compile_text(name, (ROOT / name).read_text(encoding="utf-8"))

    assert problems == ""


def test_rules_of_one_extraction_have_different_ids() -> None:
    """An id names one rule, in whichever file it stands."""
    ids = [
        rule["id"]
        for _, data in documents()
        if data["kind"] == "extraction"
        for rule in rules_of(data)
    ]

    assert [name for name in ids if ids.count(name) > 1] == []
