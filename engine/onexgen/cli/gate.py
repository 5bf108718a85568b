"""`onexgen gate`: whether packages are good enough, whoever wrote them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import click
import typer

from onexgen.cli.telling import tell
from onexgen.diagnostics import GateError, UsageError, closest
from onexgen.settings import pack_here

if TYPE_CHECKING:  # What a command needs is imported when it runs.
    from onexgen.config.quality import Checks
    from onexgen.gating.verdicts import Verdict
    from onexgen.session import Session

# As the pipelines name it, for how packages are read.
_CHECKS: Final = "rules/quality.yaml"
_FILE: Final = "FILE"


def gate(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(help="Folders with packages; the current one when none is named."),
    ] = None,
    *,
    profile: Annotated[
        str, typer.Option("--profile", help="The pipeline that judges: gate, framework, or yours.")
    ] = "gate",
    env: Annotated[str | None, typer.Option("--env", help="Apply environments/NAME.yaml.")] = None,
    format_: Annotated[
        str, typer.Option("--format", help="text, json, sarif, junit, github or markdown.")
    ] = "text",
    as_json: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,
    output: Annotated[
        list[str] | None,
        typer.Option(
            "-o",
            "--output",
            metavar="[FORMAT:]FILE",
            help="Write the report there; with a format of its own, write one more.",
        ),
    ] = None,
    baseline: Annotated[
        Path | None,
        typer.Option("--baseline", metavar=_FILE, help="Findings of this file do not count."),
    ] = None,
    write_baseline: Annotated[
        Path | None,
        typer.Option("--write-baseline", metavar=_FILE, help="Write what is found, and pass."),
    ] = None,
    changed: Annotated[
        str | None,
        typer.Option(
            "--changed", metavar="REF", help="Only packages that differ from a commit of git."
        ),
    ] = None,
    explain: Annotated[
        str | None, typer.Option("--explain", metavar="CHECK", help="Say what a check is for.")
    ] = None,
    fix: Annotated[bool, typer.Option("--fix", help="Repair what can be repaired safely.")] = False,
    unsafe_fixes: Annotated[
        bool,
        typer.Option("--unsafe-fixes", help="Repair more; kept if the tests still pass."),
    ] = False,
    trust: Annotated[
        bool, typer.Option("--trust", help="Run programs that the rules of this folder name.")
    ] = False,
) -> None:
    """Score packages by rules/quality.yaml; exit with 3 when one is not good enough."""
    from onexgen.gating.reports import REPORTS

    reports = _wanted("json" if as_json else format_, output or [], REPORTS)
    if explain is not None:
        click.echo(_explained(_checks(env), explain))
        return
    if not trust:
        _require_trust(profile, env)
    session, folders = _subjects(paths or [Path()], profile, env, changed)
    known: dict[str, list[str]] = {}
    if baseline is not None and write_baseline is None:
        from onexgen.gating.known import read_known

        known = read_known(baseline)
    named = {"fix": fix, "unsafe_fixes": unsafe_fixes}
    # A profile without repairs has no such inputs.
    wishes = {name: True for name, is_wanted in named.items() if is_wanted}
    verdicts, keys = _judged(session, folders, known, wishes)
    _write_repairs(verdicts)
    if write_baseline is not None:
        from onexgen.gating.known import write_known

        count = write_known(write_baseline, verdicts, keys)
        click.echo(f"wrote {write_baseline}: {count} findings of {len(verdicts)} packages")
        return
    said = _said(_checks(env)) if {form for form, _ in reports} & {"sarif", "junit"} else {}
    for form, file in reports:
        tell(REPORTS[form](verdicts, said), file)
    if not all(verdict.passed for verdict in verdicts):
        raise click.exceptions.Exit(GateError.exit_code)


def _wanted(
    form: str, outputs: Sequence[str], known: Iterable[str]
) -> list[tuple[str, Path | None]]:
    """Return the reports to make: their forms, and the files that they go to."""
    reports: list[tuple[str, Path | None]] = []
    for output in outputs:
        own, colon, file = output.partition(":")
        is_named = bool(colon) and own in known
        reports.append((own, Path(file)) if is_named else (form, Path(output)))
    if form not in known:
        raise UsageError(f"there is no format '{form}'", help=closest(form, known))
    is_shown = all(output.partition(":")[0] in known for output in outputs)
    return [(form, None), *reports] if is_shown else reports


def _subjects(
    paths: Sequence[Path], profile: str, env: str | None, changed: str | None
) -> tuple[Session, list[str]]:
    """Return a session, and the folders of the packages as seen from the current one."""
    from onexgen.checking.reading import packages_in, rules_of_reading
    from onexgen.session import Session

    session = Session(_pipeline(profile), environment=env)
    checks: Any = session.workspace().rules(_CHECKS)
    rules = rules_of_reading(checks, _CHECKS)
    folders: dict[str, None] = {}
    for path in paths:
        if not path.is_dir():
            raise UsageError(f"{path} is no folder", help="name folders with packages")
        found = packages_in(path, rules)
        if not found:
            marks = " or ".join(rules["marks"])
            raise UsageError(f"no package is in {path}", help=f"a package has a {marks}")
        folders |= dict.fromkeys(Path(os.path.normpath(folder)).as_posix() for folder in found)
    if changed is not None:
        from onexgen.gating.changes import changed_since

        files = changed_since(changed, paths[0])
        return session, [folder for folder in folders if _holds_any(Path(folder), files)]
    return session, list(folders)


def _holds_any(folder: Path, files: Iterable[Path]) -> bool:
    real = folder.resolve()
    return any(file.is_relative_to(real) for file in files)


def _write_repairs(verdicts: Iterable[Verdict]) -> None:
    for verdict in verdicts:
        if verdict.repairs is not None:
            from onexgen.gating.repairs import write

            write(verdict.repairs)


def _judged(
    session: Session,
    folders: Sequence[str],
    known: Mapping[str, list[str]],
    wishes: Mapping[str, bool],
) -> tuple[list[Verdict], dict[str, list[str]]]:
    """Return a verdict a package, and by its folder what its findings are known by."""
    from onexgen.actions.check import finding_key
    from onexgen.gating.repairs import repairs_of
    from onexgen.gating.verdicts import verdict_of
    from onexgen.inputs import resolve_inputs
    from onexgen.session import drain

    inputs = [
        resolve_inputs(
            session.plan.inputs, {"path": folder, "known": known.get(folder, []), **wishes}
        )
        for folder in folders
    ]
    verdicts, keys = [], {}
    for folder, run in zip(folders, drain(session.run(inputs)) if inputs else [], strict=True):
        if run.error is not None:
            raise run.error
        outputs: Any = session.outputs(run)
        repairs = repairs_of(folder, outputs["repair"]) if wishes else None
        verdicts.append(verdict_of(folder, outputs["name"], outputs["quality"], repairs))
        keys[folder] = [finding_key(item) for item in outputs["quality"]["findings"]]
    return verdicts, keys


def _pipeline(profile: str) -> str:
    return f"pipelines/{profile}.yaml"


def _require_trust(profile: str, env: str | None) -> None:
    """Refuse to run what somebody else's rules and pipelines say."""
    pack, environment = pack_here(env)
    if pack.has_own_files:
        from onexgen.compiler.trust import require_trust

        require_trust(pack, _pipeline(profile), environment)


def _checks(env: str | None) -> dict[str, Checks]:
    """Return the documents that describe checks, with what people are told of them."""
    from onexgen.compiler.of_kind import documents_of_kind
    from onexgen.config.quality import Checks

    pack, environment = pack_here(env)
    documents = documents_of_kind(pack, "checks", environment)
    return {name: one for name, one in documents.items() if isinstance(one, Checks)}


def _said(documents: Mapping[str, Checks]) -> dict[str, Any]:
    return {
        check.id: check.model_dump(include={"why", "message", "fix", "severity"})
        for document in documents.values()
        for check in document.checks
    }


def _explained(documents: Mapping[str, Checks], name: str) -> str:
    """Return everything that is known about one check."""
    known = {check.id: (file, check) for file, doc in documents.items() for check in doc.checks}
    if name not in known:
        raise UsageError(f"no check is named '{name}'", help=closest(name, known))
    file, check = known[name]
    lines = [f"{check.id}: {check.message}", "", check.why, *([check.fix] if check.fix else []), ""]
    lines += [f"severity   {check.severity}", f"component  {check.component}", f"in         {file}"]
    for title, examples in (("found in", check.fires), ("not found in", check.silent)):
        for example in examples:
            for path, text in example.files.items():
                lines += ["", f"{title} {path}:", *(f"    {line}" for line in text.splitlines())]
    return "\n".join(lines)
