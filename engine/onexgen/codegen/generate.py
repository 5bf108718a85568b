"""The command `omninode-generate`: the default pipeline, as the specification describes it."""

from __future__ import annotations

import io
import sys
from collections.abc import Sequence
from typing import Final

from onexgen.cli.edge import CANCELLED, ended, seldom_collecting

PIPELINE: Final = "pipelines/default.yaml"


def main() -> None:
    """Run the command and exit with 0, 1 or 130."""
    with seldom_collecting():
        code = run(sys.argv[1:])
    sys.exit(code)


def run(arguments: Sequence[str]) -> int:
    """Run the command; every failure is a 1, a wrong command line too."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A terminal that cannot show a sign must not end the run.
            stream.reconfigure(errors="replace")
    code = ended(lambda: _generate(arguments))
    return code if code in (0, CANCELLED) else 1


def _generate(arguments: Sequence[str]) -> int:
    from onexgen.codegen.command_line import parse

    wanted = parse(arguments)
    # Only now, so that --help and mistakes are answered at once.
    from onexgen.codegen.generating import generate

    return generate(wanted, PIPELINE)
