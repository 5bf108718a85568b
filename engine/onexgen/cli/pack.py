"""`onexgen pack`: one file of a package, to hand on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import click
import typer

from onexgen.diagnostics import OnexgenError, UsageError

if TYPE_CHECKING:  # Reading data files brings pydantic and a YAML parser.
    from onexgen.config.archive import Archive


def pack(
    directory: Annotated[Path, typer.Argument(help="Folder of a package.")],
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="FILE", help="The archive; else named as it is."),
    ] = None,
    env: Annotated[str | None, typer.Option("--env", help="Apply environments/NAME.yaml.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check all, write nothing.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Pack a package into one file: the same bytes for the same files, wherever it is done."""
    from onexgen import archiving

    if not directory.is_dir():
        raise UsageError(f"{directory} is no folder", help="name the folder of a package")
    packed = archiving.pack(_document(env), directory.resolve())
    target = output or Path(packed.name)
    if not dry_run:
        _write(target, packed.data)
    if as_json:
        told = {"schema_version": 1, "success": True, "archive": str(target)}
        click.echo(json.dumps({**told, "bytes": len(packed.data), "files": dict(packed.files)}))
        return
    verb = "would write" if dry_run else "wrote"
    click.echo(f"{verb} {target}: {len(packed.files)} files, {len(packed.data):,} bytes")


def _document(env: str | None) -> Archive:
    """Return the one document of the current folder's pack that describes archives."""
    from onexgen.compiler.of_kind import documents_of_kind
    from onexgen.config.archive import Archive
    from onexgen.settings import load_settings

    settings = load_settings(Path.cwd())
    pack = settings.pack()
    documents = documents_of_kind(pack, "archive", settings.environment(env))
    found = {name: one for name, one in documents.items() if isinstance(one, Archive)}
    if len(found) != 1:
        said = f"{len(found)} files say" if found else "no file says"
        raise UsageError(f"{said} how a package is packed", help="see rules/archive.yaml")
    return next(iter(found.values()))


def _write(target: Path, data: bytes) -> None:
    """Write all of it or nothing: readers never see half an archive."""
    draft = target.with_name(f".{target.name}.part")
    try:
        draft.write_bytes(data)
        draft.replace(target)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise OnexgenError(f"cannot write {target}: {error.strerror}") from error
