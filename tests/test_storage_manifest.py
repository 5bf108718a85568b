"""What a package says about itself, and whether it is still true."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from onexgen.diagnostics import UnsafeError, UsageError
from onexgen.storage import manifest
from onexgen.storage.committing import commit
from onexgen.storage.content import digest
from onexgen.storage.manifest import Manifest, verify
from onexgen.storage.staging import stage

EMPTY_DIGEST = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
ORIGIN = manifest.Origin(
    version="0.1.0",
    pipeline="default",
    environment="staging",
    inputs={"prompt": 'a "quoted"\u202e \n prompt', "node_type": None},
    sources={"rules/b.yaml": "2" * 64, "rules/a.yaml": "1" * 64},
)
FILES = {"b.py": "", "a/c.py": "x\r\n"}
GOOD = {
    "schema_version": 1,
    "tool": {"name": "onexgen", "version": "9"},
    "files": {"a.py": EMPTY_DIGEST},
}


def write(root: Path, text: str) -> None:
    """Write a manifest by hand."""
    (root / ".onexgen").mkdir(parents=True)
    (root / manifest.PATH).write_text(text)


def test_the_text_of_a_manifest() -> None:
    """It is sorted, plain ASCII, and holds neither time nor place."""
    text = manifest.text(FILES, ORIGIN)

    assert text == (
        "{\n"
        '  "schema_version": 1,\n'
        '  "tool": {\n'
        '    "name": "onexgen",\n'
        '    "version": "0.1.0"\n'
        "  },\n"
        '  "pipeline": "default",\n'
        '  "environment": "staging",\n'
        '  "inputs": {\n'
        '    "node_type": null,\n'
        '    "prompt": "a \\"quoted\\"\\u202e \\n prompt"\n'
        "  },\n"
        '  "context": {},\n'
        '  "sources": {\n'
        f'    "rules/a.yaml": "{"1" * 64}",\n'
        f'    "rules/b.yaml": "{"2" * 64}"\n'
        "  },\n"
        '  "files": {\n'
        f'    "a/c.py": "{digest(b"x" + bytes([10]))}",\n'
        f'    "b.py": "{EMPTY_DIGEST}"\n'
        "  },\n"
        '  "results": {}\n'
        "}\n"
    )


def test_half_a_character_is_refused() -> None:
    """A text that is no Unicode never reaches a file; the message says which one and where."""
    with pytest.raises(UnsafeError) as caught:
        manifest.text({"a.py": "ab\ud800"}, ORIGIN)

    assert caught.value.message == "the text of 'a.py' is not valid Unicode at character 3"


def test_a_good_manifest_is_read(tmp_path: Path) -> None:
    """Keys that a later version adds do no harm."""
    write(tmp_path, json.dumps({**GOOD, "later": 1}))

    assert manifest.read(str(tmp_path)) == Manifest({"a.py": EMPTY_DIGEST})


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        "[" * 100_000,
        "\ufeff{}",
        json.dumps({**GOOD, "schema_version": 2}),
        json.dumps({**GOOD, "tool": {"name": "other"}}),
        json.dumps({**GOOD, "tool": "onexgen"}),
        json.dumps({**GOOD, "files": ["a.py"]}),
        json.dumps({**GOOD, "files": {"a.py": "short"}}),
        json.dumps({**GOOD, "files": {"a.py": None}}),
        json.dumps({**GOOD, "files": {"../a.py": EMPTY_DIGEST}}),
        json.dumps({**GOOD, "files": {"/etc/passwd": EMPTY_DIGEST}}),
        json.dumps({**GOOD, "more": "x" * (1 << 22)}),
    ],
    ids=lambda text: text[:40],
)
def test_a_damaged_manifest_is_none(tmp_path: Path, text: str) -> None:
    """What cannot be relied on makes a package somebody else's: it is never just replaced."""
    write(tmp_path, text)

    assert manifest.read(str(tmp_path)) is None
    with pytest.raises(UnsafeError, match="was not written by onexgen"):
        stage(str(tmp_path), FILES)


def test_a_manifest_behind_a_link_is_none(tmp_path: Path) -> None:
    """The manifest has to be a file of the package."""
    write(tmp_path / "other", json.dumps(GOOD))
    (tmp_path / "package" / ".onexgen").mkdir(parents=True)
    (tmp_path / "package" / manifest.PATH).symlink_to(tmp_path / "other" / manifest.PATH)

    assert manifest.read(str(tmp_path / "package")) is None


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """Return a package as it was written."""
    files = {"a.py": "A = 1\n", "deep/b.py": "B = 1\n", "c.txt": ""}
    target = tmp_path / "package"
    commit(stage(str(target), {**files, manifest.PATH: manifest.text(files, ORIGIN)}))
    return target


def test_a_package_as_it_was_written(package: Path) -> None:
    """Nothing is reported; caches and kept files are no news."""
    (package / "deep" / "__pycache__").mkdir()
    (package / "deep" / "__pycache__" / "b.pyc").write_text("")
    (package / manifest.REPLACED / "1").mkdir(parents=True)
    (package / manifest.REPLACED / "1" / "a.py.orig").write_text("")

    assert verify(str(package)) == {"missing": [], "changed": [], "extra": []}


def test_all_differences_are_named(package: Path) -> None:
    """Files that are gone, changed, of another kind, or new."""
    (package / "a.py").unlink()
    (package / "a.py").symlink_to("c.txt")
    (package / "deep" / "b.py").unlink()
    (package / "c.txt").write_text("x")
    (package / "new" / "d").mkdir(parents=True)
    (package / "new" / "d" / "e.py").write_text("")

    assert verify(str(package)) == {
        "missing": ["deep/b.py"],
        "changed": ["a.py", "c.txt"],
        "extra": ["new/d/e.py"],
    }


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.sampled_from(["a.py", "deep/b.py"]), at=st.integers(0, 5), bit=st.integers(0, 7))
def test_every_flipped_bit_is_found(package: Path, name: str, at: int, bit: int) -> None:
    """No change is too small, and the changed file is named."""
    before = (package / name).read_bytes()
    flipped = bytearray(before)
    flipped[at] ^= 1 << bit
    (package / name).write_bytes(flipped)

    assert verify(str(package)) == {"missing": [], "changed": [name], "extra": []}

    (package / name).write_bytes(before)


def test_no_package_at_all(tmp_path: Path) -> None:
    """A folder without a manifest is a wrong argument."""
    with pytest.raises(UsageError) as caught:
        verify(str(tmp_path))

    assert caught.value.message == f"{tmp_path} has no valid .onexgen/manifest.json"
    assert caught.value.help == "name the folder of a generated package"
