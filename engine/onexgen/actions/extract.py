"""Read a text with rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Final, cast

from onexgen.actions.base import Workspace
from onexgen.actions.compiled import documents_of, kept
from onexgen.extraction.reader import Reader
from onexgen.json_types import Json
from onexgen.scoring import ScoringForm

if TYPE_CHECKING:  # Annotations alone name the forms.
    from onexgen.extraction.forms import ExtractionForm


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtractOptions:
    """What to read, with which rules."""

    text: str
    """The text to read."""
    rules: str
    """File of kind extraction that says what to look for."""


class Extract:
    """Understand a text: choices, names, numbers and things, each with the rule that found it."""

    Options: ClassVar[type[Any]] = ExtractOptions
    FILES: ClassVar[Mapping[str, str]] = {"rules": "extraction"}
    EMPTY: ClassVar[Json] = {}

    def __init__(self, workspace: Workspace) -> None:
        """Keep the workspace."""
        self._workspace: Final = workspace

    def __call__(self, options: ExtractOptions) -> Json:
        """Return what the text asks for."""
        documents = cast("list[ExtractionForm]", documents_of(self._workspace, options.rules))
        named = sorted({c["by"] for form in documents for c in form["choices"] if c["by"]})
        scorings = {path: cast("ScoringForm", self._workspace.rules(path)) for path in named}
        everything = [*documents, *scorings.values()]
        return kept(everything, lambda: Reader(documents, scorings))(options.text)
