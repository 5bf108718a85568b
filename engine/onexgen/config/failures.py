"""The grammar of failure patterns."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from onexgen.config.base import Document, Strict
from onexgen.config.quality import RuleId, Share

Blame = Literal["code", "environment"]
Fixable = Literal["yes", "no", "maybe"]


class FailurePattern(Strict):
    """How one kind of failure is recognised in what a test printed."""

    id: RuleId = Field(description="Name of the pattern.")
    category: str = Field(description="The category it belongs to.")
    any: list[str] = Field(min_length=1, description="Regexes; one match is enough.")
    unless: list[str] = Field(default_factory=list, description="Regexes that rule it out.")
    within: list[str] = Field(
        default_factory=list,
        description="Regexes for the whole of what a test said; one of them has to match, too.",
    )
    first: bool = Field(
        default=False, description="Looked at before those that are not, wherever it stands."
    )
    weak: bool = Field(
        default=False, description="Looked at only where no other pattern recognises anything."
    )
    brought: str | None = Field(
        default=None,
        description="Group that holds what some package brings; {package} stands for that package, "
        "as the table of this name in `packages` says it, else with dashes.",
    )
    only: Literal["own", "declared", "listed"] | None = Field(
        default=None,
        description="With `brought`: fits only a part of the tested package, or what a package "
        "brings that it declares, or what the table lists. (In examples, the tested package is "
        "`tested`, and it declares `declared`.)",
    )
    blame: Blame | None = Field(
        default=None, description="Where the fault is, instead of what the category says."
    )
    fixable: Fixable | None = Field(
        default=None, description="Whether a program can repair it, instead of the category's."
    )
    describe: str = Field(description="What is wrong; {name} stands for a group of the regexes.")
    recommend: str = Field(description="What to do; {name} stands for a group of the regexes.")
    declare: str = Field(
        default="", description="A dependency that repairs it; {name} stands for a group."
    )
    fires: list[str] = Field(
        min_length=1,
        description="Texts that it recognises: the line that says what was raised, and below it "
        "what else the test said.",
    )
    silent: list[str] = Field(min_length=1, description="Texts that it does not.")

    @model_validator(mode="after")
    def _looks_at_something(self) -> Self:
        if self.only is not None and self.brought is None:
            raise ValueError("'only' needs `brought`, the group that it looks at")
        return self


class FailureCategory(Strict):
    """One category of failures."""

    title: str = Field(description="Name for people.")
    blame: Blame = Field(
        default="code",
        description="Where the fault is: in the code, or in what it needs around it.",
    )
    fixable: Fixable = Field(description="Whether a program can repair it.")
    minutes: int = Field(ge=0, description="Estimated time to repair one failure by hand.")
    raises_to: str | None = Field(
        default=None, description="Severity that one failure of this category means at least."
    )


class Severity(Strict):
    """A severity and the share of failed tests from which it holds."""

    name: str = Field(description="Name of the severity.")
    from_share: Share = Field(description="Smallest share of failed tests.")
    above: bool = Field(
        default=False, description="The share must be larger than `from_share`, not just reach it."
    )


class Failures(Document):
    """Failure patterns, their categories and severities."""

    kind: Literal["failures"] = Field(description="What this file describes.")
    categories: dict[str, FailureCategory] = Field(min_length=1, description="Categories.")
    severities: list[Severity] = Field(
        min_length=1, description="Severities, worst first; the last one has to hold always."
    )
    fallback: str = Field(description="Category of what no pattern recognises.")
    packages: dict[str, dict[str, str]] = Field(
        default_factory=dict,
        description="Group of patterns -> what it may hold -> the package that brings that, where "
        "the two are not called the same.",
    )
    patterns: list[FailurePattern] = Field(min_length=1, description="Patterns, first match wins.")
