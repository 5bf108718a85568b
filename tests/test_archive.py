"""Packages packed into archives: deterministic, complete, and taken by the framework."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
from tests.reading.pack import ROOT

PACKAGE = ROOT / "tests/golden/src/golden_nodes/nodes/node_json_to_xml_compute"
CONTRACT = """\
name: sum_of_things
contract_version: {major: 1, minor: 2, patch: 3}
description: "Adds: things"
handler: {module: sums.handlers.handler_sum, class: HandlerSum}
"""


def onexgen(*words: str, folder: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """Run the command line."""
    command = [sys.executable, "-m", "onexgen", *words]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """Return a small package with things that do not belong into an archive."""
    folder = tmp_path / "sums"
    for name, text in {
        "contract.yaml": CONTRACT,
        "__init__.py": "",
        "handlers/handler_sum.py": "class HandlerSum: ...\n",
        "tests/test_sum.py": "def test_sum() -> None: ...\n",
        "__pycache__/x.pyc": "x",
        "tests/.pytest_cache/y": "y",
        "metadata.yaml": "name: stale\n",
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def test_archive_holds_the_package_and_what_describes_it(package: Path, tmp_path: Path) -> None:
    """Contract and metadata lie at the top, where the framework looks for them."""
    done = onexgen("pack", str(package), "-o", str(tmp_path / "a.oncp"))

    assert done.returncode == 0, done.stderr
    with tarfile.open(tmp_path / "a.oncp") as archive:
        assert archive.getnames() == [
            "contract.yaml",
            "metadata.yaml",
            "provenance.json",
            "sum_of_things/__init__.py",
            "sum_of_things/handlers/handler_sum.py",
            "sum_of_things/tests/test_sum.py",
        ]
        metadata = archive.extractfile("metadata.yaml")
        assert metadata is not None
        assert metadata.read().decode() == (
            'name: sum_of_things\nversion: "1.2.3"\ndescription: "Adds: things"\n'
            "entry_points:\n  onex.nodes: {sum_of_things: sums}\n"
        )
        provenance = archive.extractfile("provenance.json")
        assert provenance is not None
        told = json.load(provenance)
    assert list(told) == ["package_name", "packed_by", "files"]
    assert list(told["files"]) == [
        "__init__.py", "contract.yaml", "handlers/handler_sum.py", "tests/test_sum.py"
    ]  # fmt: skip


def test_same_files_give_the_same_bytes(package: Path, tmp_path: Path) -> None:
    """Times, rights and the place of a package leave no trace."""
    first, second = tmp_path / "a.oncp", tmp_path / "b.oncp"
    onexgen("pack", str(package), "-o", str(first))
    elsewhere = tmp_path / "elsewhere" / "other"
    elsewhere.parent.mkdir()
    package.rename(elsewhere)
    os.utime(elsewhere / "contract.yaml", (1, 1))
    (elsewhere / "__init__.py").chmod(0o755)

    onexgen("pack", str(elsewhere), "-o", str(second))

    assert first.read_bytes() == second.read_bytes()


@pytest.mark.parametrize(
    ("without", "said"),
    [
        ("contract.yaml", "is no package: it has no contract.yaml"),
        ("tests/test_sum.py", "has no tests/test_*.py: who installs the archive may run its tests"),
        ("handlers/handler_sum.py", "has no handlers/*.py: the framework looks for the handler"),
    ],
)
def test_what_is_missing_is_said(package: Path, without: str, said: str) -> None:
    """A folder that the framework would refuse is refused here, with the reason."""
    (package / without).unlink()

    done = onexgen("pack", str(package), "--dry-run")

    assert done.returncode == 2
    assert said in done.stderr


def test_links_are_refused(package: Path) -> None:
    """An archive holds no way out of the package."""
    (package / "link").symlink_to("/etc/passwd")

    done = onexgen("pack", str(package), "--dry-run")

    assert done.returncode == 4
    assert done.stderr == (
        f"error: {package}/link is a link or a device\n  archives hold plain files only\n"
    )


def test_contract_that_says_too_little(package: Path) -> None:
    """What the archive needs of the contract is named."""
    (package / "contract.yaml").write_text("name: x\n", encoding="utf-8")

    done = onexgen("pack", str(package), "--dry-run")

    assert done.returncode == 2
    assert "does not say what an archive needs" in done.stderr
    assert "Traceback" not in done.stderr


def test_contract_cannot_choose_a_place_elsewhere(package: Path) -> None:
    """A name that leads out of the archive is refused."""
    (package / "contract.yaml").write_text(CONTRACT.replace("sum_of_things", "../../x"))

    done = onexgen("pack", str(package), "--dry-run")

    assert done.returncode == 2
    assert "the archive's '../../x" in done.stderr


@pytest.mark.slow
def test_framework_installs_the_archive(tmp_path: Path) -> None:
    """`onex install` takes a hand-written package as it comes out."""
    archive = tmp_path / "a.oncp"
    done = onexgen("pack", str(PACKAGE), "-o", str(archive))
    assert done.returncode == 0, done.stderr

    onex = Path(sys.executable).with_name("onex")
    installed = subprocess.run(
        [onex, "install", str(archive)], env={**os.environ, "HOME": str(tmp_path)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert installed.returncode == 0, installed.stderr
    assert [path.name for path in (tmp_path / ".omnibase" / "registry").iterdir()]
