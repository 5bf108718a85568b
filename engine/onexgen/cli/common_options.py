"""Options that every command which runs a pipeline has."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import click

from onexgen.cli.options import Options

_SEEN: Final = "onexgen.options"
_FILE: Final = click.Path(path_type=Path)


def _keep(ctx: click.Context, param: click.Parameter, value: Any) -> Any:
    if param.name is not None:
        ctx.meta.setdefault(_SEEN, {})[param.name] = value
    return value


def _option(*names: str, **settings: Any) -> click.Option:
    return click.Option(names, expose_value=False, callback=_keep, **settings)


def common_options() -> list[click.Parameter]:
    """Return new option objects, in the order of --help."""
    return [
        _option("--env", metavar="NAME", help="Apply environments/NAME.yaml."),
        _option(
            "--input",
            multiple=True,
            metavar="NAME=VALUE",
            help="Give any input by its name; may be repeated.",
        ),
        _option(
            "--inputs",
            type=_FILE,
            metavar="FILE",
            help="YAML or JSON file with inputs.",
        ),
        _option("--dry-run", is_flag=True, help="Write nothing; list the files."),
        _option("--diff", is_flag=True, help="Write nothing; show what would change."),
        _option("--json", is_flag=True, help="Print one JSON object."),
        _option(
            "--events",
            type=_FILE,
            metavar="FILE",
            help="Write every event to this file, one JSON object a line.",
        ),
        _option(
            "--interactive",
            is_flag=True,
            help="Stop after each stage: continue, edit a value, or abort.",
        ),
        _option(
            "--timeout",
            type=click.FloatRange(min=0, min_open=True),
            metavar="SECONDS",
            help="Time limit of the run.",
        ),
        _option(
            "--keep-failed", type=_FILE, metavar="DIR", help="Keep what was refused, to look at."
        ),
        _option("--correlation-id", metavar="ID", help="Id of the run instead of a random one."),
        _option(
            "--bus",
            metavar="URL",
            help="Let a worker behind this broker run it; memory:// is here.",
        ),
        _option("--detach", is_flag=True, help="With --bus: print the id, do not wait."),
        _option(
            "--store",
            envvar="ONEXGEN_STORE",
            metavar="URL",
            help="History to keep the run in; with --bus, where workers keep large results.",
        ),
        _option("--no-input", is_flag=True, help="Never ask; a missing input is an error."),
        _option("--quiet", "-q", is_flag=True, help="Print only results and errors."),
        _option("--verbose", "-v", count=True, help="Say more."),
    ]


def options_of(ctx: click.Context) -> Options:
    """Return what the command line said, besides the pipeline's inputs."""
    seen: dict[str, Any] = dict(ctx.meta.get(_SEEN, {}))
    seen.pop("env", None)  # Read before the options were parsed.
    is_diff, is_dry = seen.pop("diff"), seen.pop("dry_run")
    preview = "diff" if is_diff else "list" if is_dry else None
    # The parser knows an option by its own name: an input could have any other.
    renamed = {"as_json": "json", "given": "input", "given_file": "inputs"}
    return Options(preview=preview, **{new: seen.pop(old) for new, old in renamed.items()}, **seen)
