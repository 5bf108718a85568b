"""A stamp says what files were and where they come from, and notices every change."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onexgen import __version__
from onexgen.diagnostics import UsageError
from onexgen.service.stamps import StampRules, stamped, verified
from onexgen.storage.manifest import PATH, Origin
from onexgen.storage.manifest import text as manifest_text

RULES = StampRules(digests=("sha256", "blake3"), prompt="prompt", secrets=("STAMP_OF_A_TEST",))
TIME = datetime(2026, 11, 26, 8, 0, tzinfo=UTC)
FILES = {"node.py": b"abc", "docs/README.md": b"# Hello\n"}


def test_a_stamp() -> None:
    """Digests of every file and of the tree, which anybody can compute again."""
    stamp: Any = stamped(RULES, FILES, TIME, "r")

    first, second = (hashlib.sha256(FILES[p]).hexdigest() for p in ("docs/README.md", "node.py"))
    lines = f"{first}  docs/README.md\n{second}  node.py\n"
    assert stamp["tree"]["sha256"] == hashlib.sha256(lines.encode()).hexdigest()
    assert stamp["files"]["node.py"] == {
        "sha256": second,
        "blake3": "6437b3ac38465133ffb63b75273a8db548c558465d79db03fd359c6cd5bd9d85",
    }
    assert {key: stamp[key] for key in ("schema_version", "time", "stamped_by", "provenance")} == {
        "schema_version": 1,
        "time": "2026-11-26T08:00:00+00:00",
        "stamped_by": {"name": "onexgen", "version": __version__, "rules": "r"},
        "provenance": {"manifest": "none"},
    }


@pytest.fixture
def package() -> dict[str, bytes]:
    """Return the files of a package with the manifest that sealed them."""
    texts = {path: data.decode() for path, data in FILES.items()}
    origin = Origin(
        version="0.1.0", pipeline="default", environment="production",
        inputs={"prompt": "Create a Compute node that hashes files"},
        sources={"rules/b.yaml": "1" * 64, "rules/a.yaml": "2" * 64},
    )  # fmt: skip
    return {**FILES, PATH: manifest_text(texts, origin).encode()}


def test_where_a_package_comes_from(package: dict[str, bytes]) -> None:
    """What the package's own manifest says of it is in its stamp, in the same words."""
    lines = "2" * 64 + "  rules/a.yaml\n" + "1" * 64 + "  rules/b.yaml\n"

    stamp: Any = stamped(RULES, package, TIME, "r")

    assert stamp["provenance"] == {
        "manifest": "intact",
        "tool": {"name": "onexgen", "version": "0.1.0"},
        "pipeline": "default",
        "environment": "production",
        "rules": hashlib.sha256(lines.encode()).hexdigest(),
        "prompt": hashlib.sha256(b"Create a Compute node that hashes files").hexdigest(),
    }
    own = {path: one["sha256"] for path, one in stamp["files"].items()}
    assert own.pop(PATH)
    assert own == json.loads(package[PATH])["files"]


def test_a_package_that_was_changed_before(package: dict[str, bytes]) -> None:
    """A stamp does not say that files are as they were made when they are not."""
    changed = {**package, "node.py": package["node.py"] + b"#"}

    stamp: Any = stamped(RULES, changed, TIME, "r")

    assert stamp["provenance"]["manifest"] == "changed"


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (FILES, {}),
        ({**FILES, "node.py": b"abd"}, {"valid": False, "changed": ["node.py"]}),
        ({"node.py": FILES["node.py"]}, {"valid": False, "missing": ["docs/README.md"]}),
        ({**FILES, "x.py": b""}, {"valid": False, "extra": ["x.py"]}),
    ],
)
def test_what_differs(files: dict[str, bytes], expected: dict[str, Any]) -> None:
    """What is missing, changed and there besides is named."""
    same = {"valid": True, "seal": "not looked at", "tree": True,
            "missing": [], "changed": [], "extra": []}  # fmt: skip

    assert verified(RULES, stamped(RULES, FILES, TIME, "r"), files) == {**same, **expected}


@pytest.mark.fuzz
@given(
    st.dictionaries(
        st.from_regex(r"[a-z]{5,9}(/[a-z]{5,9})?\.py", fullmatch=True), st.binary(), min_size=1
    ),
    st.data(),
)
def test_every_change_is_noticed(files: dict[str, bytes], data: st.DataObject) -> None:
    """One byte more in any file is noticed, whatever the files are."""
    stamp = stamped(RULES, files, TIME, "r")
    path = data.draw(st.sampled_from(sorted(files)))

    assert verified(RULES, stamp, files)["valid"] is True
    assert verified(RULES, stamp, {**files, path: files[path] + b"\0"})["valid"] is False


def test_seals(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a secret stamps are sealed, and what anybody else wrote is not genuine."""
    loose = stamped(RULES, FILES, TIME, "r")
    monkeypatch.setenv("STAMP_OF_A_TEST", "old")
    old = stamped(RULES, FILES, TIME, "r")
    monkeypatch.setenv("STAMP_NEW", "new")
    rules = replace(RULES, secrets=("STAMP_NEW", "STAMP_OF_A_TEST"))
    new = stamped(rules, FILES, TIME, "r")
    forged = {**new, "time": "2020-01-01T00:00:00+00:00"}

    looked = [verified(rules, one, FILES) for one in (loose, old, new, forged)]

    assert [(one["seal"], one["valid"]) for one in looked] == [
        ("none", False), ("genuine", True), ("genuine", True), ("forged", False),
    ]  # fmt: skip


@pytest.mark.parametrize("path", ["../x.py", "/etc/x", "a\nb", "a//b", ".git/config"])
def test_paths(path: str) -> None:
    """A path that no package may have is refused: lines of the tree have one reading."""
    with pytest.raises(UsageError):
        stamped(RULES, {path: b""}, TIME, "r")


@pytest.mark.parametrize(
    "stamp",
    [
        {},
        {"schema_version": 2, "files": {}},
        {"schema_version": 1, "files": {"a": {"md5": "00"}}},
    ],
)
def test_no_stamp(stamp: dict[str, Any]) -> None:
    """What is no stamp is refused rather than found valid."""
    with pytest.raises(UsageError):
        verified(RULES, stamp, {})
