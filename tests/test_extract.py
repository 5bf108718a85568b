"""What a text asks for, in all the forms in which people ask."""

from __future__ import annotations

import json
import string
import time
from pathlib import Path
from typing import Any

import pytest
from tests.reading.pack import ROOT, Rules, compiled

from onexgen.actions.extract import Extract, ExtractOptions
from onexgen.actions.retrieve import Retrieve, RetrieveOptions
from onexgen.actions.score import Score, ScoreOptions

CASES = Path(__file__).parent / "reading"


def understood(text: str) -> Any:
    """Return what the rules of this pack understand."""
    return Extract(Rules())(ExtractOptions(text=text, rules="rules/extraction.yaml"))  # type: ignore[arg-type]


def chosen(text: str, rules: str, **options: Any) -> Any:
    """Return what the rules of this pack choose."""
    subject = understood(text)
    call = ScoreOptions(text=text, subject=subject, rules=rules, **options)
    return Score(Rules())(call)  # type: ignore[arg-type]


def lines(name: str) -> list[dict[str, Any]]:
    """Return the cases of a file, one a line."""
    texts = (CASES / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(text) for text in texts if text]


@pytest.mark.parametrize("case", lines("specification"), ids=lambda case: case["name"])
def test_examples_of_the_specification(case: dict[str, Any]) -> None:
    """Name, domain, operations, features, numbers, type and family of each example."""
    answer = understood(case["prompt"])
    kind = chosen(case["prompt"], "rules/classification.yaml")["label"]
    family = chosen(case["prompt"], "rules/families.yaml", among=kind)["label"]
    found = {key: answer[key] for key in case["expected"] if key in answer}

    assert {**found, "kind": kind, "family": family} == case["expected"]


@pytest.mark.parametrize("case", lines("parameters"), ids=lambda case: case["text"][:40])
def test_numbers_and_their_meaning(case: dict[str, Any]) -> None:
    """Units, ranges, lists, words for numbers, and numbers that are names."""
    found = [[p["meaning"], p["value"], p["unit"]] for p in understood(case["text"])["parameters"]]

    assert found == case["parameters"]


@pytest.mark.parametrize("case", lines("entities"), ids=lambda case: case["text"][:40])
def test_things_with_fields(case: dict[str, Any]) -> None:
    """Sentences, bullets, tables, calls and examples."""
    found = {
        entity["name"]: {field["name"]: field["type"] for field in entity["fields"]}
        for entity in understood(case["text"])["entities"]
    }

    assert found == case["entities"]


@pytest.mark.parametrize("case", lines("names"), ids=lambda case: case["text"][:40])
def test_names(case: dict[str, Any]) -> None:
    """What is asked for, the title, or what the text is about."""
    assert understood(case["text"])["service_name"] == case["name"]


@pytest.mark.parametrize("case", lines("steps"), ids=lambda case: case["text"][:40])
def test_sequences_and_their_counterparts(case: dict[str, Any]) -> None:
    """Lists, tables, bullets, numbers, arrows and running text."""
    answer = understood(case["text"])
    pairs = {pair["of"]: pair["name"] for pair in answer["compensations"]}

    assert (answer["steps"], pairs) == (case["steps"], case["compensations"])


@pytest.mark.parametrize("case", lines("clauses"), ids=lambda case: case["text"][:40])
def test_clauses_with_several_values(case: dict[str, Any]) -> None:
    """Conditions and where they lead, how many answers are enough, how many of a kind."""
    answer = understood(case["text"])

    assert {key: answer[key] for key in case["clauses"]} == case["clauses"]


@pytest.mark.parametrize("case", lines("guidance"), ids=lambda case: case["text"][:40])
def test_a_text_that_says_too_little(case: dict[str, Any]) -> None:
    """What is missing, with advice for each."""
    answer = understood(case["text"])

    assert answer["too_little"] is case["too_little"]
    assert answer["missing"] == case["missing"]
    assert len(answer["advice"]) == len(case["missing"])


def test_the_summary_holds_nothing_of_the_text() -> None:
    """A text cannot reach code through it."""
    answer = understood('Postgres CRUD for """ {{ evil }} __import__("os")')

    assert answer["summary"] == "Database work: create, read, update and delete."


def test_evidence_names_rule_place_and_words() -> None:
    """Every choice and every number can be traced to a line of a rule file."""
    evidence = understood("Postgres store with a pool of 6")["evidence"]
    shown = [(item["field"], item["value"], item["rule"], item["text"]) for item in evidence]

    assert ("domain", "database", "domain-sql-database", "Postgres") in shown
    assert ("parameters", "pool_max = 6", "pool-numbers", "pool of 6") in shown
    for item in evidence:
        name, line, _ = item["at"].split(":")
        text = (ROOT / name).read_text(encoding="utf-8").splitlines()[int(line) - 1]
        assert item["rule"] in text or item["rule"].replace("-", "_") in text


def test_patterns_that_fit_come_first() -> None:
    """The library is searched by what was understood, for one type if asked."""
    text = "PostgreSQL CRUD with connection pool, retry and circuit breaker, publishes to Kafka"

    def names(**options: Any) -> list[str]:
        call = RetrieveOptions(
            text=text, query=understood(text), rules="rules/patterns.yaml", **options
        )
        found: Any = Retrieve(Rules())(call)  # type: ignore[arg-type]
        return [entry["name"] for entry in found]

    assert names(limit=6) == [
        *("event_publishing", "lifecycle", "metrics", "health_checks", "retry"),
        "circuit_breaker",
    ]
    assert names(among="compute") == ["metrics"]


HOSTILE = {
    "nothing": "",
    "NUL": "\x00" * 50,
    "emoji": "🙂🫠" * 200,
    "CJK": "数据库节点连接池重试。" * 50,
    "right to left": "\u202e" + "مستودع بيانات" * 40,
    "only stop words": "the of and a to in it is " * 400,
    "one word": "retry " * 3400,
    "one number": "5 retries, " * 1900,
    "brackets": "(" * 5000 + ")" * 5000,
    "commas": "," * 20_000,
    "no space": "a" * 20_000,
    "digits": "1" * 20_000,
    "pipes": "|" * 10_000 + "\n" + "|-" * 5000,
    "snakes": "a_b, " * 4000,
    "fences": "```\n" * 5000,
    "words in a fence": "```\n" + "a " * 9990 + "\n```",
    "cells": "| a | b |\n|---|---|\n" + "| 1 | 2 s |\n" * 1500,
    "lines": "- x: int\n" * 2000,
    "units": "10 " * 6000,
    "denials": "no not never " * 1500,
    "quotes": "\"'`" * 6000,
    "deep JSON": "```\n" + "[" * 9000 + "\n```",
    "printable": string.printable * 150,
    "surrogates": "\ud800 Postgres \udfff" * 500,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_text(text: str) -> None:
    """An answer in linear time, never a crash; names are ASCII."""
    begun = time.thread_time()

    answer = understood(text)
    choice = chosen(text, "rules/classification.yaml")

    assert time.thread_time() - begun < 3
    assert answer["service_name"].isascii()
    assert answer["service_name"].isidentifier()
    for entity in answer["entities"]:
        assert all(
            name.isascii() for name in (entity["name"], *(f["name"] for f in entity["fields"]))
        )
    assert 0 <= choice["confidence"] <= 1
    json.dumps([answer, choice])


def test_time_grows_with_the_text_not_with_its_square() -> None:
    """Ten times the text takes at most twenty times as long."""

    def seconds(text: str) -> float:
        best = []
        for _ in range(3):
            begun = time.thread_time()
            understood(text)
            best.append(time.thread_time() - begun)
        return min(best)

    line = "Store orders in PostgreSQL, with 5 retries and a pool of 10-50 connections.\n"

    assert seconds(line * 200) < 20 * seconds(line * 20)


def test_same_text_same_answer() -> None:
    """Nothing depends on what was read before."""
    text = "Reducer: p95 of readings over 5 minutes"

    assert understood(text) == understood(text)
    assert compiled("rules/extraction.yaml") == compiled("rules/extraction.yaml")
