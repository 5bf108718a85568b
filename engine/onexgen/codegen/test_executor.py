"""From a package on disk to the results of its tests."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from onexgen.codegen.pipelines import completed
from onexgen.codegen.test_results import ModelTestResults, TestExecutionConfig
from onexgen.diagnostics import ConfigError, UsageError
from onexgen.source import load

_LOGGER = logging.getLogger(__name__)
_MARKS = ("contract.yaml", "node.py")


class TestExecutor:
    """Runs the tests of a package with pytest, in a process of their own."""

    # pytest would take the name for that of a test class.
    __test__ = False

    def __init__(self, config: TestExecutionConfig | None = None) -> None:
        """Run tests as the configuration says."""
        self._config = config or TestExecutionConfig()

    async def run_tests(
        self,
        output_directory: Path,
        test_types: Sequence[str] | None = None,
        timeout_seconds: int | None = None,
    ) -> ModelTestResults:
        """Run the tests of the package in a folder, or in its only subfolder with a package."""
        config = self._config
        folder = package_in(Path(output_directory))
        given: dict[str, Any] = {
            "path": os.fspath(folder),
            "package": declared_package((folder / "contract.yaml").read_bytes()),
            "test_types": list(config.test_types if test_types is None else test_types),
            "test_timeout": timeout_seconds or config.timeout_seconds,
            "coverage": config.enable_coverage,
            "minimum_coverage": config.coverage_threshold,
            "retry_tests": config.retry_on_failure,
            "strict": False,
        }
        record = await asyncio.to_thread(completed, "test", given)
        results = ModelTestResults.of(record["test_results"])
        if config.verbose:
            _LOGGER.info("%s", results.stdout)
        return results


def declared_package(contract: bytes) -> str:
    """Return the dotted name of a package as its contract says it, else nothing."""
    try:
        data: Any = load("contract.yaml", contract).data
        return str(data["handler"]["module"]).rpartition(".handlers.")[0]
    except (ConfigError, KeyError, TypeError):
        return ""


def package_in(folder: Path) -> Path:
    """Return the folder of the package that is meant."""
    places = [folder, *sorted(path for path in folder.glob("*") if path.is_dir())]
    found = [path for path in places if all((path / mark).is_file() for mark in _MARKS)]
    if not found or (found[0] != folder and len(found) > 1):
        many = ", ".join(path.name for path in found)
        raise UsageError(
            f"'{folder}' is no package" + (f", and holds several: {many}" if many else ""),
            help="name the folder that holds contract.yaml and node.py",
        )
    return found[0]
