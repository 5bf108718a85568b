"""What all commands about rules begin with: the rules, and what they answer to labelled lines."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from onexgen.diagnostics import UsageError, closest

if TYPE_CHECKING:  # The tools behind these commands bring pydantic and a YAML parser.
    from onexgen.config.measures import Measures
    from onexgen.resources import Pack
    from onexgen.tuning.knowledge import Knowledge
    from onexgen.tuning.labelled import Answered

Env = Annotated[str | None, typer.Option("--env", help="Apply environments/NAME.yaml.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
Data = Annotated[
    list[Path] | None,
    typer.Option("--data", metavar="FILE", help="Labelled lines (JSON); may be repeated."),
]
MeasuresFile = Annotated[
    str | None,
    typer.Option("--measures", metavar="FILE", help="How answers are compared; of several, this."),
]


def rules_here(env: str | None) -> tuple[Knowledge, Pack, str | None]:
    """Return the rules of the current folder's pack, the pack, and the environment."""
    from onexgen.settings import load_settings
    from onexgen.tuning.knowledge import Knowledge

    settings = load_settings(Path.cwd())
    pack = settings.pack()
    environment = settings.environment(env)
    return Knowledge(pack, environment), pack, environment


def named_files(known: list[str], files: list[str] | None) -> list[str]:
    """Return the rule files that a person named, all when none was."""
    for file in files or []:
        if file not in known:
            raise UsageError(f"'{file}' is no file with rules", help=closest(file, known))
    return files or known


def measures_of(pack: Pack, environment: str | None, wanted: str | None) -> Measures:
    """Return the document that says how answers are compared."""
    from onexgen.compiler.of_kind import documents_of_kind
    from onexgen.config.measures import Measures

    documents = documents_of_kind(pack, "measures", environment)
    found = {name: one for name, one in documents.items() if isinstance(one, Measures)}
    if wanted is not None and wanted not in found:
        raise UsageError(f"'{wanted}' is no file of kind measures", help=closest(wanted, found))
    if wanted is None and len(found) != 1:
        said = "several files say" if found else "no file says"
        hint = f"name one with --measures: {', '.join(found)}" if found else "see docs/rules.md"
        raise UsageError(f"{said} how answers are compared with data", help=hint)
    return found[wanted] if wanted is not None else next(iter(found.values()))


def answered_by(
    measures: Measures, data: list[Path], pack: Pack, environment: str | None
) -> list[Answered]:
    """Return the answers of the pipeline to all labelled lines of some files."""
    from onexgen.session import Session
    from onexgen.tuning.labelled import answer_all, read_labelled

    lines = read_labelled(data, measures)
    session = Session(measures.pipeline, environment=environment, pack=pack)
    return answer_all(session, lines, measures)
