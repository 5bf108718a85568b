"""Commands whose options are the inputs of a pipeline."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click
from typer.core import TyperArgument, TyperCommand

from onexgen.cli.common_options import common_options
from onexgen.diagnostics import OnexgenError, UsageError
from onexgen.inputs import option_of

if TYPE_CHECKING:  # A session brings Jinja2, which --help has no need of.
    from onexgen.plan import InputPlan
    from onexgen.session import Session

_SESSION: Final = "onexgen.session"
_VALUES: Final = "onexgen.values"
# Command -> the pipeline that it runs; all others run `default`.
_PIPELINES: Final = {"explain": "explain", "test": "test"}
_TYPES: Final[dict[str, click.ParamType[Any]]] = {
    "integer": click.INT,
    "number": click.FLOAT,
    "boolean": click.BOOL,
}


class Choices(click.Choice[str]):
    """Choices for help and completion; who checks the inputs knows better what to say."""

    def convert(
        self,
        value: Any,
        param: click.Parameter | None,  # noqa: ARG002 - part of the library's protocol.
        ctx: click.Context | None,  # noqa: ARG002 - the same.
    ) -> Any:
        """Take every value."""
        return value


class PipelineCommand(TyperCommand):
    """A command that takes a pipeline: its inputs become options, with their help and choices."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Compile the named pipeline first, then parse with its options."""
        path = self.pipeline(args)
        try:
            self._compile(ctx, path, args)
        except OnexgenError:
            # A shell that completes a line has no place for errors.
            if not ctx.resilient_parsing:
                raise
        return super().parse_args(ctx, args)

    def _compile(self, ctx: click.Context, path: str | None, args: list[str]) -> None:
        if path is not None:
            from onexgen.session import Session

            ctx.meta[_SESSION] = Session(path, environment=_option(args, "--env"))
            self.name_path(ctx, path)
        elif not {"-h", "--help"} & set(args):
            raise UsageError("no pipeline is named", help=f"put it first: {_pipelines()}")

    def name_path(self, ctx: click.Context, path: str) -> None:
        """Let what is said of the options name the pipeline that they belong to."""
        ctx.info_name = f"{ctx.info_name} {path}"

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        """Leave out the pipeline where it is named already."""
        pieces = super().collect_usage_pieces(ctx)
        return pieces[:-1] if _SESSION in ctx.meta else pieces

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Say what the pipeline does."""
        session: Session | None = ctx.meta.get(_SESSION)
        if session is None:
            super().format_help_text(ctx, formatter)
            return
        formatter.write_paragraph()
        with formatter.indentation():
            formatter.write_text(session.plan.description)

    def pipeline(self, args: list[str]) -> str | None:
        """Return the path of the pipeline that the arguments name.

        Its inputs are not known yet: what follows an unknown option is taken for its value, unless
        nothing else can be the pipeline.
        """
        before = ["", *args]
        words = [
            word
            for last, word in zip(before, args, strict=False)
            if not word.startswith("-") and not (takes_value(last) and "=" not in last)
        ]
        files = [word for word in args if word.endswith(".yaml") and not word.startswith("-")]
        return next(iter([*words, *files]), None)

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        """Return the command's own parameters and the inputs of the pipeline."""
        own = super().get_params(ctx)
        session: Session | None = ctx.meta.get(_SESSION)
        if session is None:
            return [*own[:-1], *common_options(), own[-1]]
        inputs = [_as_option(item) for item in session.plan.inputs]
        params = [*self.arguments(session), *own[:-1], *inputs, *common_options(), own[-1]]
        for param in params:
            if isinstance(param, TyperArgument) and param.name == "pipeline":
                param.hidden = True
        return params

    def arguments(self, session: Session) -> list[click.Parameter]:  # noqa: ARG002 - see below.
        """Return inputs that may stand without an option name."""
        return []


class GenerateCommand(PipelineCommand):
    """A command with a fixed pipeline, whose main input is its argument."""

    def pipeline(self, args: list[str]) -> str | None:
        """Return the pipeline of this command."""
        name = _PIPELINES.get(self.name or "", "default")
        return _option(args, "--pipeline") or f"pipelines/{name}.yaml"

    def name_path(self, ctx: click.Context, path: str) -> None:
        """Keep the name of the command: it has its pipeline without being told."""

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        """Return all pieces."""
        return super(PipelineCommand, self).collect_usage_pieces(ctx)

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Say what the command does."""
        super(PipelineCommand, self).format_help_text(ctx, formatter)

    def arguments(self, session: Session) -> list[click.Parameter]:
        """Return the main input as an argument."""
        return [
            TyperArgument(
                param_decls=[item.name],
                required=False,
                expose_value=False,
                callback=_store,
                help=item.help + _where_else(item),
            )
            for item in session.plan.inputs
            if item.positional
        ]

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        """Leave out the option of an input that is the argument already."""
        params = super().get_params(ctx)
        taken = {param.name for param in params if isinstance(param, click.Argument)}
        return [p for p in params if isinstance(p, click.Argument) or p.name not in taken]


def takes_value(option: str) -> bool:
    """Tell whether the word behind an option is its value, as far as options are known."""
    flags = (o for o in common_options() if isinstance(o, click.Option) and (o.is_flag or o.count))
    return option.startswith("--") and not any(option in flag.opts for flag in flags)


def session_of(ctx: click.Context) -> Session:
    """Return the compiled pipeline of a command."""
    session: Session | None = ctx.meta.get(_SESSION)
    if session is None:
        raise UsageError("no pipeline is named", help="put it first: onexgen run PIPELINE")
    return session


def given_values(ctx: click.Context) -> dict[str, Any]:
    """Return the inputs that were given on the command line."""
    values: dict[str, Any] = ctx.meta.get(_VALUES, {})
    return values


def how_to_give(ctx: click.Context) -> Callable[[InputPlan], str]:
    """Return what says how a missing input is given to a command."""
    is_argument = isinstance(ctx.command, GenerateCommand)

    def hint(plan: InputPlan) -> str:
        if is_argument and plan.positional and plan.type == "path":
            return f"give it as an argument: {ctx.command_path} {plan.name.upper()}"
        if is_argument and plan.positional:
            return f"give it as an argument: {ctx.command_path} TEXT, or @FILE, or - to read it"
        return f"give it with {option_of(plan)}"

    return hint


def _pipelines() -> str:
    """Return the pipelines that there are."""
    from onexgen.settings import load_settings

    settings = load_settings(Path.cwd())
    names = settings.pack().files
    return ", ".join(name for name in names if name.startswith("pipelines/"))


def _as_option(item: InputPlan) -> click.Option:
    name = option_of(item)
    kind: Any = Choices(item.choices) if item.choices else _TYPES.get(item.type)
    names = [item.name, name]
    if item.type == "boolean":
        off = "--" + (item.disable or f"no_{item.name}").replace("_", "-")
        names = [item.name, f"{name}/{off}"]
        kind = None
    return click.Option(
        names,
        help=item.help + _shown_default(item),
        type=kind,
        default=None,
        multiple=item.type == "list",
        expose_value=False,
        callback=_store,
    )


def _where_else(item: InputPlan) -> str:
    """Return how a text may be given otherwise; a path is a path."""
    return "" if item.type == "path" else " Or - to read it, or @FILE for a file."


def _shown_default(item: InputPlan) -> str:
    if item.required:
        return "  [required]"
    if item.default in (None, "", []) or item.type == "boolean":
        return ""
    return f"  [default: {item.default}]"


def _store(ctx: click.Context, param: click.Parameter, value: Any) -> Any:
    if value is not None and value != () and param.name is not None:
        ctx.meta.setdefault(_VALUES, {})[param.name] = value
    return value


def _option(args: list[str], name: str) -> str | None:
    """Return the value of an option before the arguments are parsed."""
    for index, word in enumerate(args):
        if word == name and index + 1 < len(args):
            return args[index + 1]
        if word.startswith(f"{name}="):
            return word.partition("=")[2]
    return None
