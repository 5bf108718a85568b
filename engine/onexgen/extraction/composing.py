"""What follows from what was found: a summary, targets, notes, how sure it is, what is missing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from onexgen.json_types import Json, JsonObject
from onexgen.scoring import LabelForm

if TYPE_CHECKING:  # Annotations alone name the forms.
    from onexgen.extraction.forms import (
        ChoiceForm,
        GuidanceForm,
        NotesForm,
        OtherwiseForm,
        PerformanceForm,
        SummaryForm,
        SurenessForm,
    )

_DIGITS = 2
type Labels = Mapping[str, Mapping[str, LabelForm]]


def summary_of(form: SummaryForm, found: JsonObject, labels: Labels) -> str:
    """Return a sentence made of the titles of the chosen labels."""
    said = ""
    for part in form["parts"]:
        titles = [labels[part["of"]][name]["title"] for name in chosen(found.get(part["of"]))]
        said += f"{part['before']}{listed(titles)}" if titles else part["without"]
    said = said.strip()
    return f"{said[:1].upper()}{said[1:]}." if said else ""


def notes_of(form: NotesForm, found: JsonObject, labels: Labels) -> list[Json]:
    """Return the notes of the chosen labels, each once."""
    notes = [labels[of][name]["note"] for of in form["of"] for name in chosen(found.get(of))]
    return list(dict.fromkeys(note for note in notes if note))


def targets_of(form: PerformanceForm, settings: Mapping[str, Json]) -> JsonObject:
    """Return the settings that are targets."""
    return {name: settings[name] for name in form["meanings"] if name in settings}


def sureness_of(form: SurenessForm, found: JsonObject, defaults: Mapping[str, str]) -> float:
    """Return how much was understood, between 0 and 1."""
    shares = (share for name, share in form["found"].items() if is_found(name, found, defaults))
    return round(min(1.0, form["base"] + sum(shares)), _DIGITS)


def guidance_of(
    form: GuidanceForm, found: JsonObject, defaults: Mapping[str, str]
) -> tuple[bool, list[Json], list[Json]]:
    """Return whether too little was said, what is missing and what to add."""
    lacking = [
        need
        for need in form["needs"]
        if not any(is_found(name, found, defaults) for name in need["of"])
    ]
    essential = [need for need in form["needs"] if need["essential"]]
    too_little = bool(essential) and all(need in lacking for need in essential)
    return too_little, [need["name"] for need in lacking], [need["advice"] for need in lacking]


def otherwise_of(form: ChoiceForm, found: JsonObject) -> OtherwiseForm | None:
    """Return what a choice takes when its rules found nothing."""
    return next(
        (item for item in form["otherwise"] if holds(found, item["when"])),
        None,
    )


def holds(found: JsonObject, when: Mapping[str, str]) -> bool:
    """Tell whether fields have, or hold, the asked values."""
    return all(value in chosen(found.get(name)) for name, value in when.items())


def is_found(name: str, found: JsonObject, defaults: Mapping[str, str]) -> bool:
    """Tell whether a field has a value other than its default."""
    value = found.get(name)
    return bool(value) and value != defaults.get(name)


def chosen(value: Json) -> list[str]:
    """Return the labels of a choice, one or many."""
    items = value if isinstance(value, list) else [value]
    return [item for item in items if isinstance(item, str) and item]


def listed(texts: list[str]) -> str:
    """Return `a, b and c`."""
    return " and ".join([", ".join(texts[:-1]), texts[-1]] if len(texts) > 1 else texts)
