"""The page of all options and variables, from the program and its rules."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import typer
import yaml

from onexgen.cli.app import app
from onexgen.config.doctor import Doctor
from onexgen.config.topics import Topics

ROOT = Path(__file__).parents[2]
# Commands for those who run it for others; the rest has its own pages.
COMMANDS = ("dlq", "doctor", "runs", "serve", "topics", "worker")
HEAD = """# Configuration

Every option and variable of the commands for [operators](operators.md), and the values of the rules
that matter to them. Options win over variables, variables over `.onexgen.toml`, that over defaults.
This page is made from the program.
"""
VARIABLES = {
    "ONEXGEN_BUS": (
        "Address of the broker for `dlq`, `doctor`, `runs`, `topics` and `worker`; a run "
        "of `generate` is asked with `--bus`."
    ),
    "ONEXGEN_STORE": "Address of the history.",
    "ONEXGEN_SERVICE": "Address of the service, for `doctor`.",
    "ONEXGEN_ENV": "Name of the overlay in `environments/`.",
    "ONEXGEN_NAME": "Default of the input NAME of a pipeline, such as `ONEXGEN_NODE_TYPE`.",
    "OMNINODE_KAFKA_BOOTSTRAP_SERVERS": "Servers for `omninode-generate`, as `--kafka-servers`.",
    "OMNINODE_DEFAULT_OUTPUT_DIR": "Folder of results for `omninode-generate`.",
    "OMNINODE_DEFAULT_TIMEOUT_SECONDS": "Time limit for `omninode-generate`.",
    "OMNINODE_DEBUG": "With 1, `omninode-generate` says all that it does.",
    "LOG_LEVEL": ("How much `omninode-generate` says: DEBUG, INFO, WARNING, ERROR or CRITICAL."),
    "TRACEPARENT": "Trace that a request belongs to.",
    "XDG_STATE_HOME": "Folder of the history that is nobody else's; else `~/.local/state`.",
    "XDG_CACHE_HOME": (
        "Folder of compiled rules and templates; else `~/.cache`. Without one that can be "
        "written, each start compiles."
    ),
    "NO_COLOR": "No colours.",
}


def page() -> str:
    """Return the whole page."""
    return HEAD + _variables() + "".join(_commands()) + "".join(_rules())


def _variables() -> str:
    rows = [f"| `{name}` | {meaning} |" for name, meaning in VARIABLES.items()]
    return "\n## Variables\n\n| variable | meaning |\n|---|---|\n" + "\n".join(rows) + "\n"


def _commands() -> Iterator[str]:
    group: Any = typer.main.get_command(app)
    for name in COMMANDS:
        if name in group.commands:
            yield from _command(f"onexgen {name}", group.commands[name])


def _command(path: str, command: Any) -> Iterator[str]:
    options = [one for one in command.params if isinstance(one, click.Option)]
    rows = [_row(one) for one in options if "--help" not in one.opts]
    if rows:
        head = "| option | variable | default | meaning |\n|---|---|---|---|\n"
        yield f"\n## {path}\n\n{head}" + "\n".join(rows) + "\n"
    for name, one in sorted(getattr(command, "commands", {}).items()):
        yield from _command(f"{path} {name}", one)


def _row(option: click.Option) -> str:
    names = ", ".join(f"`{name}`" for name in option.opts)
    variable = f"`{option.envvar}`" if option.envvar else ""
    # Nothing, by whatever name the library has for it.
    is_value = isinstance(option.default, str | int | float | Path) and not option.is_flag
    shown = "required" if option.required else f"`{option.default}`" if is_value else ""
    return f"| {names} | {variable} | {shown} | {option.help} |"


def _rules() -> Iterator[str]:
    topics = yaml.safe_load((ROOT / "rules/topics.yaml").read_text("utf-8"))
    doctor = yaml.safe_load((ROOT / "rules/doctor.yaml").read_text("utf-8"))
    yield _values("rules/topics.yaml", "delivery", topics, Topics)
    yield _values("rules/doctor.yaml", "limits", doctor, Doctor)


def _values(name: str, key: str, data: Any, model: Any) -> str:
    """Return the values of a part of a rule file, with what the grammar says of them."""
    grammar = model.model_fields[key].annotation.model_fields
    rows = [
        f"| `{key}.{one}` | `{data[key][one]}` | {grammar[one].description} |" for one in grammar
    ]
    head = "| value | installed | meaning |\n|---|---|---|\n"
    return f"\n## {name}\n\n{head}" + "\n".join(rows) + "\n"


if __name__ == "__main__":
    (ROOT / "docs/configuration.md").write_text(page(), encoding="utf-8")
