"""The grammar of quality checks and fixes."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from onexgen.config.base import Document, Strict
from onexgen.json_types import Json

Share = Annotated[float, Field(ge=0, le=1)]
Unreadable = Literal["access", "binary", "encoding", "link", "size", "syntax"]
RuleId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$")]


class Component(Strict):
    """One part of the score."""

    title: str = Field(description="Name for people.")
    weight: Share = Field(description="Share of the score; all shares add up to 1.")
    minimum: Share = Field(default=0.0, description="Smallest score that passes.")


class Thresholds(Strict):
    """What passes."""

    overall: Share = Field(description="Smallest score that passes.")
    warning: Share = Field(description="A component below this is a warning.")
    error: Share = Field(description="A component below this is an error.")


class Metric(Strict):
    """A number for each match of a pattern, and between which bounds it should be."""

    of: dict[str, Json] = Field(description="An ast-grep rule: each match is measured.")
    counts: dict[str, Json] | None = Field(
        default=None,
        description="An ast-grep rule: the number is how often it matches within the match; "
        "without it, the number is that of the lines.",
    )
    share_of: dict[str, Json] | None = Field(
        default=None,
        description="An ast-grep rule: the number is the share of its matches that `counts` "
        "matches, too; where it matches nothing, there is no number.",
    )
    plus: int = Field(default=0, description="What is added to a count.")
    most: float | None = Field(default=None, description="Largest number that is no finding.")
    least: float | None = Field(default=None, description="Smallest number that is no finding.")

    @model_validator(mode="after")
    def _is_bounded(self) -> Self:
        if self.most is None and self.least is None:
            raise ValueError("needs `most` or `least`")
        if self.share_of is not None and self.counts is None:
            raise ValueError("'share_of' needs `counts`, whose share it tells")
        return self


class Example(Strict):
    """Files on which a check fires or stays silent."""

    files: dict[str, str] = Field(description="Path -> content.")
    data: dict[str, Json] = Field(
        default_factory=dict, description="What `expects` sees besides `files`."
    )
    unreadable: dict[str, Unreadable] = Field(
        default_factory=dict, description="Path of a file that could not be read -> why."
    )


class Tool(Strict):
    """A program that looks at files; it runs once for all of them."""

    command: list[str] = Field(
        min_length=1,
        description="Program and arguments; may hold expressions over `packages` and `files`, and "
        "over `roots`, the folders from which the packages are imported. "
        "One whole expression that yields a list stands for an argument for each of its items.",
    )
    beside: dict[str, str] = Field(
        default_factory=dict,
        description="Files that it needs, such as its settings: path from where it runs -> text.",
    )
    output: str = Field(
        default=r"^\W*(?:[A-Z]+[\]:]*\s+)?(?P<file>[\w./-]+\.\w+):(?P<line>\d+)(?::(?P<column>\d+))?:?\s*"
        r"(?P<message>.*)$",
        description="Regex for one finding: groups file, line, column, code, message.",
    )
    changes: bool = Field(default=False, description="Whether the program changes the files.")
    by_file: bool = Field(
        default=False,
        description="Whether it looks at each file by itself: then `files` holds only those that "
        "changed since it last looked, and it does not run for none.",
    )
    timeout: float = Field(default=60, gt=0, description="Time limit in seconds.")
    preload: list[str] = Field(
        default_factory=list,
        description="Python modules to load once. The program is then `python` with `-m` and a "
        "module, or a script of this environment; it runs for each package by itself, in the "
        "folder above its root, forked from a process that has loaded them.",
    )
    fails: bool = Field(
        default=False, description="Whether any exit code but 0 is a finding, with the last line."
    )


class Reading(Strict):
    """Which files of a folder are a package, and which are not read."""

    marks: list[str] = Field(
        min_length=1, description="A folder that holds one of these files is a package."
    )
    skip: list[str] = Field(
        default_factory=list, description="Globs of what is no part of a package."
    )
    text: list[str] = Field(
        min_length=1, description="Globs of files that hold text: only these are read."
    )
    data: str = Field(description="The file that is handed to `expects` as data.")
    most_bytes: int = Field(default=1_000_000, ge=1, description="Larger files are not read.")


class Check(Strict):
    """One check: exactly one way of looking, and what a finding means."""

    id: RuleId = Field(description="Name of the check.")
    component: str = Field(description="The part of the score that it counts for.")
    weight: float = Field(default=1, gt=0, description="Share within its component.")
    severity: Literal["error", "warning", "info"] = Field(description="How bad a finding is.")
    why: str = Field(description="Why it matters.")
    message: str = Field(description="What a finding says.")
    fix: str = Field(default="", description="How to repair a finding.")
    files: list[str] = Field(
        default_factory=lambda: ["**"], description="Which files; a leading ! leaves out."
    )
    syntax: bool = Field(default=False, description="Files must parse as Python.")
    pattern: dict[str, Json] | None = Field(
        default=None, description="An ast-grep rule; each match is a finding."
    )
    metric: Metric | None = Field(
        default=None, description="A number; each match out of bounds is a finding."
    )
    regex: str | None = Field(default=None, description="A regex; each match is a finding.")
    required: str | None = Field(
        default=None, description="A regex that every one of the files must contain."
    )
    present: list[str] | None = Field(
        default=None, description="Globs; each must match at least one file."
    )
    expects: str | None = Field(
        default=None, description="An expression over the subject that must be true."
    )
    where: str | None = Field(
        default=None,
        description="With `expects`: a regex for the line of `files` that a finding is about; may "
        "hold expressions over the subject.",
    )
    tool: Tool | None = Field(default=None, description="A program and how to read its output.")
    unreadable: list[Unreadable] | None = Field(
        default=None,
        description="Files that could not be read: no access, binary, not UTF-8, a link that leads "
        "out of the package, too large, or data that does not parse.",
    )
    fires: list[Example] = Field(default_factory=list, description="Examples with a finding.")
    silent: list[Example] = Field(default_factory=list, description="Examples without one.")

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        ways = (
            self.pattern, self.metric, self.regex, self.required, self.present, self.expects,
            self.tool, self.unreadable,
        )  # fmt: skip
        if sum(way is not None for way in ways) + self.syntax != 1:
            raise ValueError(
                "needs exactly one of syntax, pattern, metric, regex, required, present, expects, "
                "tool, unreadable"
            )
        if self.where is not None and self.expects is None:
            raise ValueError("'where' needs `expects`, whose finding it places")
        return self


class Repaired(Strict):
    """Files, and what a fix makes of them."""

    files: dict[str, str] = Field(description="Path -> content.")
    becomes: dict[str, str] = Field(description="Path -> content, of the files that change.")


class Fix(Strict):
    """One repair: exactly one of a program, a pattern or a regex with what takes its place."""

    id: RuleId = Field(description="Name of the fix.")
    why: str = Field(description="Why it is useful, and what it may change.")
    files: list[str] = Field(
        default_factory=lambda: ["**"], description="Which files; a leading ! leaves out."
    )
    unsafe: bool = Field(
        default=False, description="It may change what the code does: only on demand."
    )
    follows: bool = Field(
        default=False,
        description="Only for files that other fixes have changed, when files are not our own.",
    )
    tool: Tool | None = Field(default=None, description="A program that changes files.")
    pattern: dict[str, Json] | None = Field(
        default=None, description="An ast-grep rule; each match is replaced."
    )
    regex: str | None = Field(default=None, description="A regex; each match is replaced.")
    replace: str | None = Field(
        default=None,
        description="What takes the place of a match: $NAME and $$$NAME of a pattern, \\1 or "
        "\\g<name> of a regex; may hold expressions over `files`.",
    )
    examples: list[Repaired] = Field(
        default_factory=list, description="Files before and after; needed without a program."
    )

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        ways = (self.tool, self.pattern, self.regex)
        if sum(way is not None for way in ways) != 1:
            raise ValueError("needs exactly one of tool, pattern, regex")
        if (self.tool is None) != (self.replace is not None):
            raise ValueError("'replace' belongs to a pattern or a regex, which cannot do without")
        if self.tool is None and not self.examples:
            raise ValueError("needs an example of files before and after")
        return self


class Checks(Document):
    """Checks, their weights, what passes, and what can be repaired."""

    kind: Literal["checks"] = Field(description="What this file describes.")
    components: dict[str, Component] = Field(min_length=1, description="Parts of the score.")
    thresholds: Thresholds = Field(description="What passes.")
    reading: Reading | None = Field(default=None, description="How packages are read from disk.")
    checks: list[Check] = Field(min_length=1, description="The checks.")
    fixes: list[Fix] = Field(default_factory=list, description="Repairs, in order.")
