"""Records of what belongs together: by expressions, from rows of tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product
from typing import TYPE_CHECKING, Final, NamedTuple

from onexgen.extraction.layout import blocks_of
from onexgen.extraction.matches import compiled, matches
from onexgen.json_types import Json, JsonObject

if TYPE_CHECKING:  # Annotations alone name the forms.
    from onexgen.extraction.forms import LinkForm, RelationForm

_EDGES: Final = " \t\r\n`\"'*_.,;:()[]"

type Parts = Mapping[str, str]


class Found(NamedTuple):
    """A record, and where it stands."""

    place: int
    parts: dict[str, str]
    rule: LinkForm
    text: str


def records_of(form: RelationForm, raw: str) -> tuple[list[JsonObject], list[Json]]:
    """Return the records of one kind in the order of the text, and why they are some."""
    found = sorted(
        (one for link in form["links"] for one in _matches(link, form, raw)),
        key=lambda one: one.place,
    )
    records: list[JsonObject] = []
    reasons: list[Json] = []
    for one in found:
        if any(one is not other and _says_more(other, one) for other in found):
            continue
        parts = {part: one.parts.get(other, "") for part, other in form["otherwise"].items()}
        parts |= one.parts
        record: JsonObject = {name: parts[name] for name in form["parts"] if parts.get(name)}
        if record in records:
            continue
        records.append(record)
        value = ", ".join(str(part) for part in record.values())
        reasons.append(
            {
                "field": form["name"],
                "value": value,
                "rule": one.rule["id"],
                "at": one.rule["at"],
                "text": " ".join(one.text.split()),
            }
        )
    return records, reasons


def _says_more(one: Found, other: Found) -> bool:
    """Tell whether a record has all parts of another, and further ones."""
    return other.parts.items() < one.parts.items()


def _matches(link: LinkForm, form: RelationForm, raw: str) -> Iterator[Found]:
    rows = _rows(link, raw) if link["headings"] else _groups(link, raw)
    for place, text, written in rows:
        for parts in _pieces(form, {**link["set"], **written}):
            yield Found(place, parts, link, text)


def _rows(link: LinkForm, raw: str) -> Iterator[tuple[int, str, Parts]]:
    """Yield place, text and parts of each row of the tables that have the headings."""
    for block in blocks_of(raw):
        head = [cell.lower() for cell in block.rows[0]] if block.kind == "table" else []
        columns = {
            part: next((head.index(name) for name in names if name in head), None)
            for part, names in link["headings"].items()
        }
        if not head or None in columns.values():
            continue
        for row in block.rows[1:]:
            parts = {
                part: row[column]
                for part, column in columns.items()
                if column is not None and column < len(row)
            }
            yield block.place, " | ".join(row), parts


def _groups(link: LinkForm, raw: str) -> Iterator[tuple[int, str, Parts]]:
    """Yield place, text and parts of each match."""
    for match in matches(link["regex"], link["needs"], raw):
        yield (
            match.start(),
            match.group(),
            {name: text for name, text in match.groupdict().items() if text},
        )


def _pieces(form: RelationForm, written: Parts) -> Iterator[dict[str, str]]:
    """Yield the records of some parts: one for each piece of those that are cut."""
    named: list[list[tuple[str, str]]] = []
    for part, text in written.items():
        cut = form["cut"].get(part, "")
        texts = compiled(cut).split(text) if cut else [text]
        values = [(part, value) for text in texts if (value := _clean(form, part, text))]
        if values:
            named.append(values)
    for chosen in product(*named):
        record = dict(chosen)
        if record and all(need in record for need in form["needed"]):
            yield record


def _clean(form: RelationForm, part: str, text: str | None) -> str:
    """Return a part as it is meant, "" when it is none."""
    words = (text or "").strip(_EDGES).split()
    while words and words[0].lower() in form["drop"]:
        words = words[1:]
    if any(word.lower() in form["stop"] for word in words):
        return ""
    plain = " ".join(words).strip(_EDGES)
    return form["words"].get(part, {}).get(plain.lower(), plain)
