"""Find the entries of a library that fit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Final, cast

from onexgen.actions.base import Workspace
from onexgen.actions.compiled import documents_of, kept
from onexgen.extraction.library import LibraryForm, search
from onexgen.extraction.reader import PLAIN
from onexgen.json_types import Json
from onexgen.matching import Matcher

if TYPE_CHECKING:  # Annotations alone name the forms.
    from onexgen.extraction.forms import ExtractionForm


@dataclass(frozen=True, slots=True, kw_only=True)
class RetrieveOptions:
    """Where to look, and for what."""

    rules: str
    """File of kind library."""
    query: Mapping[str, Json] = field(default_factory=dict)
    """What is already understood; rules ask for its fields."""
    text: str = ""
    """The text in which rules look for words."""
    among: str = ""
    """Only entries that apply to this label."""
    limit: int = 5
    """Most entries to return."""


class Retrieve:
    """Find the entries of a library that fit what is needed, best first."""

    Options: ClassVar[type[Any]] = RetrieveOptions
    FILES: ClassVar[Mapping[str, str]] = {"rules": "library"}
    EMPTY: ClassVar[Json] = []

    def __init__(self, workspace: Workspace) -> None:
        """Keep the workspace."""
        self._workspace: Final = workspace

    def __call__(self, options: RetrieveOptions) -> Json:
        """Return the entries with their relevance and evidence."""
        documents = documents_of(self._workspace, options.rules)
        form = cast("LibraryForm", documents[0])
        matcher = kept(documents, lambda: _matcher(form, documents[1:]))
        found = search(
            form, matcher, options.query, options.text, among=options.among, limit=options.limit
        )
        return list[Json](found)


def _matcher(form: LibraryForm, parts: Sequence[Json]) -> Matcher:
    languages = (cast("ExtractionForm", part)["language"] for part in parts)
    return Matcher([(None, form["rules"])], next(filter(None, languages), PLAIN))
