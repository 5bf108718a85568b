"""What `omninode-generate` accepts: options and variables."""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NoReturn

from onexgen.diagnostics import UsageError, closest

NODE_TYPES: Final = ("effect", "orchestrator", "reducer", "compute")
LEVELS: Final = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
_SHORTEST, _LONGEST = 1, 3600
_SEE: Final = "see omninode-generate --help"
_VARIABLES: Final = """\
variables:
  OMNINODE_DEFAULT_OUTPUT_DIR       default of --output-dir
  OMNINODE_DEFAULT_TIMEOUT_SECONDS  default of --timeout
  OMNINODE_KAFKA_BOOTSTRAP_SERVERS  default of --kafka-servers
  LOG_LEVEL                         DEBUG, INFO (default), WARNING, ERROR or CRITICAL
  OMNINODE_DEBUG                    1: as LOG_LEVEL=DEBUG, with tracebacks

exit codes: 0 generated, 1 failed, 130 cancelled
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the command line and the environment ask for."""

    prompt: str
    output_dir: str
    node_type: str | None
    interactive: bool
    intelligence: bool
    quorum: bool
    timeout: int
    kafka_servers: str | None
    level: str
    debug: bool
    warnings: tuple[str, ...]

    def shows(self, level: str) -> bool:
        """Tell whether messages of a level are wanted."""
        return LEVELS.index(level) >= LEVELS.index(self.level)


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise UsageError(message, help=_SEE)

    def options(self) -> list[str]:
        return [name for action in self._actions for name in action.option_strings]


def parse(arguments: Sequence[str], environment: Mapping[str, str] = os.environ) -> Wanted:
    """Return what is wanted; UsageError for a wrong command line, SystemExit for --help."""
    parser = _parser()
    found, unknown = parser.parse_known_args(arguments)
    if unknown:
        option = next((word for word in unknown if word.startswith("-")), "")
        near = closest(option.partition("=")[0], parser.options())
        said = f"unrecognized arguments: {' '.join(unknown)}"
        raise UsageError(said, help=f"{near}\n{_SEE}" if "mean" in near else _SEE)
    warnings = []
    servers = found.kafka_servers or environment.get("OMNINODE_KAFKA_BOOTSTRAP_SERVERS") or None
    if found.enable_quorum:
        warnings.append("quorum not run: no model configured")
    debug = environment.get("OMNINODE_DEBUG", "").lower() in ("1", "true", "yes", "on")
    level = environment.get("LOG_LEVEL", "").upper() or "INFO"
    if level not in LEVELS:
        warnings.append(f"LOG_LEVEL={level} is no level, INFO is used; {closest(level, LEVELS)}")
        level = "INFO"
    return Wanted(
        prompt=found.prompt,
        output_dir=found.output_dir
        or environment.get("OMNINODE_DEFAULT_OUTPUT_DIR")
        or "./generated_nodes",
        node_type=found.node_type,
        interactive=found.interactive,
        intelligence=found.intelligence,
        quorum=found.enable_quorum,
        timeout=found.timeout or _default_timeout(environment),
        kafka_servers=servers,
        level="DEBUG" if debug else level,
        debug=debug,
        warnings=tuple(warnings),
    )


def _default_timeout(environment: Mapping[str, str]) -> int:
    name = "OMNINODE_DEFAULT_TIMEOUT_SECONDS"
    try:
        return _seconds(environment.get(name) or "300")
    except argparse.ArgumentTypeError as error:
        raise UsageError(f"{name} {error}") from error


def _seconds(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or not _SHORTEST <= int(text) <= _LONGEST:
        said = f"must be a whole number of seconds, {_SHORTEST} to {_LONGEST}, got '{text}'"
        raise argparse.ArgumentTypeError(said)
    return int(text)


def _node_type(text: str) -> str:
    if text not in NODE_TYPES:
        help_text = closest(text, NODE_TYPES)
        raise argparse.ArgumentTypeError(f"there is no node type '{text}', {help_text}")
    return text


def _parser() -> _Parser:
    parser = _Parser(
        prog="omninode-generate", allow_abbrev=False, epilog=_VARIABLES,
        description="Make an ONEX node from a description in natural language.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    add = parser.add_argument
    add("prompt", metavar="PROMPT", help="what the node should do; - for stdin, @FILE for a file")
    add("--output-dir", metavar="DIR", help="where to put the node (default: ./generated_nodes)")
    add("--node-type", type=_node_type, metavar=f"{{{','.join(NODE_TYPES)}}}",
        help="kind of node (default: found in the prompt)")  # fmt: skip
    add("--interactive", action="store_true", help="stop after each stage: go on, edit or abort")
    add("--enable-intelligence", dest="intelligence", action="store_true", default=True,
        help="look up patterns and best practices (default)")  # fmt: skip
    add("--disable-intelligence", dest="intelligence", action="store_false",
        help="do not look up patterns and best practices")  # fmt: skip
    add("--enable-quorum", action="store_true", help="ask several models for their opinion")
    add("--timeout", type=_seconds, metavar="SECONDS",
        help=f"time limit, {_SHORTEST} to {_LONGEST} (default: 300)")  # fmt: skip
    add("--kafka-servers", metavar="SERVERS",
        help="let a worker behind these Kafka servers make it")  # fmt: skip
    return parser
