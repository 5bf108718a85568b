"""`onexgen rules ...`: test, check, compare and fit the rules of a pack."""

from __future__ import annotations

import typer

from onexgen.cli.rules_diff import run_diff
from onexgen.cli.rules_fit import run_fit
from onexgen.cli.rules_lint import run_lint
from onexgen.cli.rules_test import run_examples_and_data

rules = typer.Typer(help="Tools for rules.", no_args_is_help=True, rich_markup_mode=None)


@rules.callback()
def _group() -> None:
    """Test rules, find weak ones, compare two states of them, fit their weights."""


rules.command("test")(run_examples_and_data)
rules.command("lint")(run_lint)
rules.command("diff")(run_diff)
rules.command("fit")(run_fit)
