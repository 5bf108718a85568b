"""Choose one label by weighted rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Final, cast

from onexgen.actions.base import Workspace
from onexgen.actions.compiled import documents_of, kept
from onexgen.diagnostics import UsageError, closest
from onexgen.extraction.reader import PLAIN
from onexgen.json_types import Json
from onexgen.matching import Matcher
from onexgen.scoring import LabelForm, ScoringForm, choose, flip, repeat_of, tally

if TYPE_CHECKING:  # Annotations alone name the forms.
    from onexgen.extraction.forms import ExtractionForm


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreOptions:
    """What to choose from, and what speaks for it."""

    rules: str
    """File of kind scoring: the labels and the rules that give them points."""
    subject: Mapping[str, Json] = field(default_factory=dict)
    """What is already understood; rules ask for its fields."""
    text: str = ""
    """The text in which rules look for words."""
    hint: str = ""
    """The label to take, whatever the rules say."""
    among: str = ""
    """Choose only among labels within this one."""


class Score:
    """Choose one label: confidence, alternatives, and the rule, line and words of every point."""

    Options: ClassVar[type[Any]] = ScoreOptions
    FILES: ClassVar[Mapping[str, str]] = {"rules": "scoring"}
    EMPTY: ClassVar[Json] = {
        "label": "",
        "title": "",
        "confidence": 0.0,
        "needs_choice": True,
        "alternatives": [],
        "indicators": [],
        "evidence": [],
        "factors": {},
        "flip": None,
    }

    def __init__(self, workspace: Workspace) -> None:
        """Keep the workspace."""
        self._workspace: Final = workspace

    def __call__(self, options: ScoreOptions) -> Json:
        """Return the choice with its reasons."""
        documents = documents_of(self._workspace, options.rules)
        form = cast("ScoringForm", documents[0])
        matcher = kept(documents, lambda: scoring_matcher(form, documents[1:]))
        labels = labels_among(form, options.among)
        names = [label["name"] for label in labels]
        if options.hint and options.hint not in names:
            said = f"'{options.hint}' is not a label of {options.rules}"
            raise UsageError(said, help=closest(options.hint, names))
        reading = matcher.read(options.text, options.subject)
        repeat = repeat_of(form["scale"])
        scores = tally(matcher.firings(reading), names, form["factors"], repeat)
        default = form["default"] if form["default"] in names else ""
        result = choose(scores, labels, form["scale"], reading, hint=options.hint, default=default)
        decided = options.hint or scores.is_empty
        return result | {"flip": None if decided else flip(matcher, reading, scores)}


def scoring_matcher(form: ScoringForm, parts: Sequence[Json]) -> Matcher:
    """Return the rules of a scoring document with the language of its parts."""
    languages = (cast("ExtractionForm", part)["language"] for part in parts)
    return Matcher([(None, form["rules"])], next(filter(None, languages), PLAIN))


def labels_among(form: ScoringForm, among: str) -> list[LabelForm]:
    """Return the labels within a wider one, all without one."""
    labels = [label for label in form["labels"] if not among or label["within"] == among]
    if not labels:
        known = {label["within"] for label in form["labels"]}
        raise UsageError(f"nothing to choose from within '{among}'", help=closest(among, known))
    return labels
