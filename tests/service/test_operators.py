"""What operators read is what the program does."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from tests.documents import configuration
from tests.service.test_deployment import known, variables

from onexgen.resources import Pack
from onexgen.service.doctor.advice import load_advice

FENCED = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"`([^`]+)`")
COMMAND = re.compile(r"onexgen [a-z]+[^|#;]*")
# These take a pipeline, whose inputs are options; the pages of users run them.
OF_PIPELINES = ("explain", "generate", "run", "test", "gate")
# A name of the program in a sentence, not a command.
SENTENCE = ("here",)


def test_configuration(root: Path) -> None:
    """The page of options and variables is the one that the program makes."""
    assert (root / "docs/configuration.md").read_text("utf-8") == configuration.page()
    assert set(variables()) <= set(configuration.VARIABLES) | {"ONEXGEN_TOKENS"}


@pytest.mark.parametrize("name", sorted(set(configuration.VARIABLES) - {"ONEXGEN_NAME"}))
def test_variables_are_read(name: str, root: Path) -> None:
    """Every variable of the page is one that the program reads."""
    texts = (path.read_text("utf-8") for path in (root / "engine/onexgen").rglob("*.py"))
    wanted = '{PREFIX}ENV"' if name == "ONEXGEN_ENV" else f'"{name}"'

    assert any(wanted in text for text in texts)


def test_every_case_is_in_the_runbook(root: Path) -> None:
    """The runbook has a line for every case that the doctor can tell from others."""
    page = (root / "docs/operators.md").read_text("utf-8")
    advice = load_advice(Pack.at(root))
    fine = {"answers", "not-looked-at", "workers-idle"}

    assert [case for case in advice.cases if case not in fine and f"`{case}`" not in page] == []


def test_commands_of_the_pages(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every command that operators are told to type is one that the program takes."""
    monkeypatch.setenv("ONEXGEN_BUS", "kafka://localhost:9092")
    advice = load_advice(Pack.at(root))
    page = (root / "docs/operators.md").read_text("utf-8")
    lines = [line for block in FENCED.findall(page) for line in block.splitlines()]
    spans = CODE.findall(FENCED.sub("", page))
    helps = (line for one in advice.cases.values() for line in one["help"])
    spoken = [span for line in helps for span in CODE.findall(line)]
    found = [one for text in [*lines, *spans, *spoken] for one in COMMAND.findall(text)]
    told = [shlex.split(one)[1:] for one in found]
    ours = [one for one in told if one[0] not in OF_PIPELINES and one[0] not in SENTENCE]

    assert len(ours) > 12
    for arguments in ours:
        known(arguments)
