"""`onexgen.codegen.TemplateEngine`: packages in memory, and with their tests run."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
import yaml
from omnibase_core.models.contracts.model_yaml_contract import ModelYamlContract
from omnibase_core.models.contracts.subcontracts.model_event_type_subcontract import (
    ModelEventTypeSubcontract,
)

from onexgen.codegen import (
    EnumFailureCategory,
    EnumNodeType,
    ModelClassificationResult,
    ModelGeneratedArtifacts,
    ModelPRDRequirements,
    TemplateEngine,
    TestExecutor,
)
from onexgen.diagnostics import ConfigError, UsageError

# A pack whose only family makes packages that take no time to test.
TINY = Path(__file__).parent / "codegen" / "pack" / "templates"


def tiny(name: str, output: Path, **options: bool) -> ModelGeneratedArtifacts:
    """Generate a tiny package; the test of one named bad_soup fails."""
    return asyncio.run(
        TemplateEngine(templates_directory=TINY, enable_inline_templates=False).generate(
            requirements=ModelPRDRequirements(
                service_name=name, domain="storage", operations=["upload"], prompt="Store soups."
            ),
            classification=ModelClassificationResult(
                node_type=EnumNodeType.EFFECT, confidence=0.9, template_name="effect_tiny"
            ),
            output_directory=output,
            **options,
        )
    )


def test_nothing_is_written(tmp_path: Path) -> None:
    """Without run_tests the package is only returned; written by hand, its tests pass."""
    artifacts = tiny("good_soup", tmp_path / "out")

    assert list(tmp_path.iterdir()) == []
    assert artifacts.output_directory == tmp_path / "out" / "good_soup_effect"
    assert (artifacts.node_name, artifacts.service_name, artifacts.node_type) == (
        "NodeGoodSoupEffect", "good_soup", "effect",
    )  # fmt: skip
    assert artifacts.node_file == artifacts.init_file == '"""The Good soup."""\n'
    assert artifacts.contract_file.startswith("handler: {module: good_soup_effect.handlers.")
    assert (list(artifacts.models), list(artifacts.tests), list(artifacts.documentation)) == (
        [], ["__init__.py", "test_unit.py"], ["README.md"],
    )  # fmt: skip
    assert (artifacts.test_results, artifacts.failure_analysis) == (None, None)

    files = artifacts.get_all_files()
    assert list(files) == [
        ".onexgen/manifest.json", "README.md", "__init__.py", "contract.yaml", "node.py",
        "tests/__init__.py", "tests/test_unit.py",
    ]  # fmt: skip
    for name, content in files.items():
        path = artifacts.output_directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    results = asyncio.run(TestExecutor().run_tests(tmp_path / "out"))
    assert (results.passed, results.total, results.is_passing) == (2, 2, True)


def test_passing_tests(tmp_path: Path) -> None:
    """With run_tests the package is written, and the results come with it."""
    artifacts = tiny("good_soup", tmp_path, run_tests=True, strict_mode=True)

    assert artifacts.test_results is not None
    assert (artifacts.test_results.passed, artifacts.test_results.is_passing) == (2, True)
    assert artifacts.failure_analysis is None
    there = {
        str(path.relative_to(artifacts.output_directory)): path.read_text()
        for path in artifacts.output_directory.rglob("*")
        if path.is_file()
    }
    assert there == artifacts.get_all_files()


def test_permissive_mode(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Failed tests do not stop the generation: results and analysis are attached, and logged."""
    artifacts = tiny("bad_soup", tmp_path, run_tests=True)

    assert artifacts.test_results is not None
    assert artifacts.failure_analysis is not None
    assert (artifacts.test_results.passed, artifacts.test_results.failed) == (1, 1)
    [cause] = artifacts.failure_analysis.root_causes
    assert (cause.category, cause.affected_tests) == (
        EnumFailureCategory.ASSERTION_ERROR, ["test_name"],
    )  # fmt: skip
    assert (artifacts.output_directory / "node.py").is_file()
    assert caplog.messages == [artifacts.failure_analysis.summary]


def test_strict_mode(tmp_path: Path) -> None:
    """In strict mode a failed test is a ValueError with the report, and nothing is written."""
    with pytest.raises(ValueError, match=r"\AThe tests of the package fail\. 1 of 2") as caught:
        tiny("bad_soup", tmp_path / "out", run_tests=True, strict_mode=True)

    assert "## Failure analysis\n\n- Severity: MEDIUM\n" in str(caught.value)
    assert list(tmp_path.rglob("*")) == []


def test_strict_mode_keeps_what_is_there(tmp_path: Path) -> None:
    """A package that is already in its place stays, when its successor fails."""
    output = tiny("bad_soup", tmp_path, run_tests=True).output_directory
    before = (output / ".onexgen/manifest.json").read_bytes()

    with pytest.raises(ValueError, match="The tests of the package fail"):
        tiny("bad_soup", tmp_path, run_tests=True, strict_mode=True)

    assert (output / ".onexgen/manifest.json").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["bad_soup_effect"]


def test_corrections_hold(tmp_path: Path) -> None:
    """What a caller changes in the requirements is what is generated, whatever the text says."""
    artifacts = tiny("renamed_soup", tmp_path)

    assert artifacts.node_name == "NodeRenamedSoupEffect"


@pytest.mark.parametrize(
    ("directory", "enable_inline_templates", "message"),
    [
        (None, False, "there are no templates"),
        (TINY.parent, True, f"'{TINY.parent}' is not named 'templates'"),
    ],
)
def test_wrong_options(directory: Path | None, enable_inline_templates: bool, message: str) -> None:
    """Options that leave nothing to generate from are refused at once."""
    with pytest.raises(UsageError) as caught:
        TemplateEngine(directory, enable_inline_templates=enable_inline_templates)

    assert str(caught.value) == message


def test_inline_templates_can_be_forbidden(tmp_path: Path) -> None:
    """Without inline templates, a template of the pack is no choice."""
    requirements = ModelPRDRequirements(service_name="a", prompt="Store soups.")
    classification = ModelClassificationResult(
        node_type=EnumNodeType.EFFECT, confidence=0.9, template_name="effect_database"
    )
    engine = TemplateEngine(TINY, enable_inline_templates=False)

    with pytest.raises(UsageError) as caught:
        asyncio.run(engine.generate(requirements, classification, tmp_path))

    assert str(caught.value) == f"'{TINY}' has no template 'effect_database'"


def test_subcontracts_of_a_contract() -> None:
    """The specification's example: a file for each, in a shape that the framework reads."""
    made = TemplateEngine().process_subcontracts(
        contract={
            "subcontracts": {
                "database": {"type": "postgresql", "operations": ["read", "write"]},
                "events": {"topics": ["user.created", "user.updated"]},
            }
        },
        node_type="effect",
    )

    assert list(made) == ["database_subcontract.yaml", "event_subcontract.yaml"]
    assert made["database_subcontract.yaml"] == (
        "---\n"
        "contract_version: {major: 1, minor: 0, patch: 0}\n"
        "node_type: EFFECT_GENERIC\n"
        "database:\n"
        "  version: {major: 1, minor: 0, patch: 0}\n"
        "  type: postgresql\n"
        "  operations: [read, write]\n"
    )
    event = yaml.safe_load(made["event_subcontract.yaml"])
    assert ModelYamlContract.model_validate(event).node_type.value == "EFFECT_GENERIC"
    accepted = ModelEventTypeSubcontract.model_validate(event["event"])
    assert accepted.primary_events == event["event"]["topics"] == ["user.created", "user.updated"]


def test_unknown_subcontract() -> None:
    """What no kind is called is refused with those that there are."""
    with pytest.raises(UsageError) as caught:
        TemplateEngine().process_subcontracts({"subcontracts": {"soup": {}}}, EnumNodeType.EFFECT)

    assert str(caught.value) == "No kind of subcontract is called 'soup'."


def test_layout_of_the_specification(tmp_path: Path) -> None:
    """Templates in `node_templates/NAME/` need nothing else: the rest is the family's."""
    templates = tmp_path / "templates"
    own = templates / "node_templates" / "effect_custom"
    (own / "models").mkdir(parents=True)
    (own / "node.py.j2").write_text(
        '{% extends "common/node.py.j2" %}\n{% block imports %}\nOURS = 1{% endblock %}\n'
    )
    (own / "contract.yaml.j2").write_text("# Ours.\n{% include 'common/contract.yaml.j2' %}\n")
    (own / "models" / "model_request.py.j2").write_text(
        '{% extends "effect_generic/models/request.py.j2" %}\n'
    )
    (own / "RUNBOOK.md.j2").write_text("# {{ names.node_class }}\n")
    engine = TemplateEngine(templates_directory=templates, enable_inline_templates=False)
    requirements = ModelPRDRequirements(
        service_name="parcel_sender", operations=["send"], prompt="Send parcels to the carrier."
    )
    classification = ModelClassificationResult(
        node_type=EnumNodeType.EFFECT, confidence=0.9, template_name="effect_generic"
    )

    artifacts = asyncio.run(engine.generate(requirements, classification, tmp_path / "out"))

    files = artifacts.get_all_files()
    assert files["RUNBOOK.md"] == "# NodeParcelSenderEffect\n"
    assert artifacts.contract_file.startswith("# Ours.\n")
    assert "\nOURS = 1\n" in artifacts.node_file
    assert [name for name in files if name.endswith("request.py")] == [
        "models/model_parcel_sender_request.py"
    ]
    assert "handlers/handler_parcel_sender.py" in files


@pytest.mark.parametrize(
    ("names", "node_type", "help_"),
    [
        (["effect_one", "effect_two"], EnumNodeType.EFFECT, "name one of: effect_one, effect_two"),
        (["compute_one"], EnumNodeType.EFFECT, ""),
    ],
)
def test_nothing_to_force(
    tmp_path: Path, names: list[str], node_type: EnumNodeType, help_: str
) -> None:
    """Several templates of a type, or none, leave open which is meant."""
    templates = tmp_path / "templates"
    for name in names:
        (templates / "node_templates" / name).mkdir(parents=True)
        (templates / "node_templates" / name / "NOTES.md.j2").write_text("Ours.\n")
    engine = TemplateEngine(templates, enable_inline_templates=False)
    requirements = ModelPRDRequirements(service_name="a", prompt="Send parcels.")
    classification = ModelClassificationResult(
        node_type=node_type, confidence=0.9, template_name="effect_generic"
    )

    with pytest.raises(UsageError) as caught:
        asyncio.run(engine.generate(requirements, classification, tmp_path))

    assert str(caught.value) == f"'{templates}' has no template 'effect_generic'"
    assert caught.value.help == help_


def test_mistake_in_a_template_is_at_its_place(tmp_path: Path) -> None:
    """A template without a family.yaml is checked like any other before anything is made."""
    own = tmp_path / "templates" / "node_templates" / "effect_custom"
    own.mkdir(parents=True)
    (own / "node.py.j2").write_text("{% if names %}\n{{ nobody }}\n")
    engine = TemplateEngine(tmp_path / "templates", enable_inline_templates=False)
    requirements = ModelPRDRequirements(service_name="a", prompt="Send parcels.")
    classification = ModelClassificationResult(
        node_type=EnumNodeType.EFFECT, confidence=0.9, template_name="effect_custom"
    )

    with pytest.raises(ConfigError) as caught:
        asyncio.run(engine.generate(requirements, classification, tmp_path / "out"))

    (found,) = caught.value.diagnostics
    assert (found.code, found.path, found.span and found.span.line) == (
        "template-syntax", "templates/node_templates/effect_custom/node.py.j2", 2,
    )  # fmt: skip
