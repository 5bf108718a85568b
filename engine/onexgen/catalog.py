"""What a pack offers: families of templates, labels, library entries."""

from __future__ import annotations

from typing import Any

from onexgen.plan import Plan

type Row = dict[str, str]


def catalog(plan: Plan) -> dict[str, list[Row]]:
    """Return section -> rows with a name and a summary."""
    sections: dict[str, list[Row]] = {
        "templates": [
            {"name": family.name, "summary": f"{family.title}. {family.summary}"}
            for family in plan.families.values()
            if not family.abstract
        ]
    }
    for path, document in plan.documents.items():
        rows = _rows(document)
        if rows:
            sections[path] = rows
    return sections


def _rows(document: Any) -> list[Row]:
    """Return the labels or entries of a document that has them."""
    if not isinstance(document, dict):
        return []
    for key in ("labels", "entries"):
        items = document.get(key)
        if isinstance(items, dict):
            return [{"name": name, "summary": _summary(item)} for name, item in items.items()]
        if isinstance(items, list):
            return [
                {"name": str(item.get("name") or item.get("id")), "summary": _summary(item)}
                for item in items
                if isinstance(item, dict)
            ]
    return []


def _summary(item: Any) -> str:
    if isinstance(item, dict):
        return str(item.get("summary") or item.get("title") or "")
    return ""
