"""The grammar of quality checks, fixes and failure patterns."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from onexgen.config.base import Document, Strict
from onexgen.json_types import Json

Share = Annotated[float, Field(ge=0, le=1)]
Blame = Literal["code", "environment"]
Fixable = Literal["yes", "no", "maybe"]
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


class Example(Strict):
    """Files on which a check fires or stays silent."""

    files: dict[str, str] = Field(description="Path -> content.")
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
    lines: int = Field(
        default=1, ge=1, description="Only matches of the pattern with at least so many lines."
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
            self.pattern, self.regex, self.required, self.present, self.expects, self.tool,
            self.unreadable,
        )  # fmt: skip
        if sum(way is not None for way in ways) + self.syntax != 1:
            raise ValueError(
                "needs exactly one of syntax, pattern, regex, required, present, expects, tool, "
                "unreadable"
            )
        if self.where is not None and self.expects is None:
            raise ValueError("'where' needs `expects`, whose finding it places")
        if self.lines > 1 and self.pattern is None:
            raise ValueError("'lines' needs a pattern, whose matches it counts")
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
