"""A generated package, in memory."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, Field

from onexgen.codegen.failure_analysis import ModelFailureAnalysis
from onexgen.codegen.test_results import ModelTestResults
from onexgen.json_types import Json

_FILES = {"node.py": "node_file", "contract.yaml": "contract_file", "__init__.py": "init_file"}
_FOLDERS = {"models/": "models", "tests/": "tests"}


class ModelGeneratedArtifacts(BaseModel):
    """All files of a package with their contents."""

    node_file: str = Field(description="node.py.")
    contract_file: str = Field(description="contract.yaml.")
    init_file: str = Field(description="__init__.py.")
    models: dict[str, str] = Field(default_factory=dict, description="Name below models/ -> text.")
    tests: dict[str, str] = Field(default_factory=dict, description="Name below tests/ -> text.")
    documentation: dict[str, str] = Field(default_factory=dict, description="Path -> text.")
    other_files: dict[str, str] = Field(
        default_factory=dict, description="Path -> text: handlers, enums, manifest and the like."
    )
    node_name: str = Field(description="Name of the node class.")
    service_name: str = Field(description="Service name.")
    node_type: str = Field(description="Kind of the node.")
    package: str = Field(description="Dotted name by which the package is imported.")
    output_directory: Path = Field(description="Folder of the package.")
    test_results: ModelTestResults | None = Field(default=None, description="With run_tests.")
    failure_analysis: ModelFailureAnalysis | None = Field(
        default=None, description="With run_tests, when tests failed."
    )

    def get_all_files(self) -> dict[str, str]:
        """Return path -> text of every file, sorted."""
        files = {path: str(getattr(self, name)) for path, name in _FILES.items()}
        for folder, name in _FOLDERS.items():
            files |= {f"{folder}{path}": text for path, text in getattr(self, name).items()}
        return dict(sorted((files | self.documentation | self.other_files).items()))


def sorted_by_kind(files: dict[str, Json]) -> dict[str, str | dict[str, str]]:
    """Return the fields of the model that hold the files of a package."""
    fields: dict[str, str | dict[str, str]] = dict.fromkeys(_FILES.values(), "")
    groups: dict[str, dict[str, str]] = {
        name: {} for name in (*_FOLDERS.values(), "documentation", "other_files")
    }
    for path, text in files.items():
        if path in _FILES:
            fields[_FILES[path]] = str(text)
            continue
        folder = next((folder for folder in _FOLDERS if path.startswith(folder)), "")
        kind = "documentation" if path.endswith(".md") else "other_files"
        groups[_FOLDERS.get(folder, kind)][path.removeprefix(folder)] = str(text)
    return {**fields, **groups}
