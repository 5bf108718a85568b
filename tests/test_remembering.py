"""What checks remember from run to run, and what is shared among processes, changes no result."""

from __future__ import annotations

from collections.abc import Sequence
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest
from tests.reading.pack import ROOT

from onexgen.checking import sharing
from onexgen.checking.looking import Looker, Subject
from onexgen.checking.sharing import each
from onexgen.session import Session, drain

SOUND = "def half(number: int) -> int:\n    return number // 2\n"
USED = "from half import half\n\nhalf('x')\n"


def found(session: Session, folder: Path) -> list[tuple[str, str]]:
    """Return where which checks that ask programs found something."""
    inputs = {"path": str(folder), "known": [], "fix": False, "unsafe_fixes": False}
    (run,) = drain(session.run([{**inputs, "test_timeout": 300}]))
    assert run.error is None
    outputs: Any = session.outputs(run)
    wanted = ("lint", "types-agree", "python-parses")
    return [(i["file"], i["check"]) for i in outputs["quality"]["findings"] if i["check"] in wanted]


def test_what_changed_is_seen(tmp_path: Path) -> None:
    """A file that is changed, added, taken away or put back is judged as it is then."""
    package = tmp_path / "node"
    package.mkdir()
    (package / "node.py").write_text(SOUND)
    (package / "half.py").write_text(SOUND)
    session = Session("pipelines/gate.yaml", cwd=ROOT)

    assert found(session, package) == []
    (package / "node.py").write_text("import os\n")
    assert found(session, package) == [("node.py", "lint")]
    (package / "node.py").write_text("def f(:\n")
    assert ("node.py", "python-parses") in found(session, package)
    (package / "node.py").write_text(SOUND.replace("// 2", "/ 2"))
    assert found(session, package) == [("node.py", "types-agree")]
    assert found(session, package) == [("node.py", "types-agree")]
    (package / "node.py").unlink()
    (package / "contract.yaml").write_text("name: half\n")
    assert found(session, package) == []
    (package / "node.py").write_text("import os\n")
    assert found(session, package) == [("node.py", "lint")]


def test_sharing_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Texts that are looked at by several processes yield what one finds, and are remembered."""
    session = Session("pipelines/gate.yaml", cwd=ROOT)
    rules: Any = session.workspace().rules("rules/quality.yaml")
    checks = [check for check in rules["checks"] if not check["tool"] and not check["expects"]]
    files = {f"a{number}.py": f"x = {number}\nprint(x)\n" * (number % 7) for number in range(50)}
    subjects = [Subject(files, {})]
    alone, together = Looker(checks), Looker(checks)

    def looked(looker: Looker) -> list[Any]:
        return [
            looker.look(check, subjects[0], subjects[0].matching(check["files"]))
            for check in checks
        ]

    monkeypatch.setattr(sharing, "_FEWEST", 10)
    monkeypatch.setattr(sharing, "_processors", lambda: 3)
    together.look_ahead(checks, subjects)

    assert looked(together) == looked(alone)
    assert sum(map(len, looked(alone))) > 100


def test_items_keep_their_order(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each item's result stands at its place, also of items that cannot be sent anywhere."""
    monkeypatch.setattr(sharing, "_FEWEST", 2)
    monkeypatch.setattr(sharing, "_processors", lambda: 2)
    items: Sequence[Any] = [(lambda n=n: n) for n in range(9)]

    assert each(lambda item: item() * 2, items) == [n * 2 for n in range(9)]


def test_a_copy_makes_no_copies(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who is somebody's copy already does all by itself: it may not start processes."""
    monkeypatch.setattr(sharing, "_FEWEST", 2)
    monkeypatch.setattr(sharing, "_processors", lambda: 2)
    with get_context("fork").Pool(1) as pool:
        assert pool.apply(_doubled) == [n * 2 for n in range(9)]


def _doubled() -> list[int]:
    return each(lambda number: number * 2, range(9))
