"""What remains when any one call to the operating system fails: the old tree or the new one."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from onexgen.diagnostics import OutsideError
from onexgen.storage import manifest, recovery, system
from onexgen.storage.causes import outside
from onexgen.storage.committing import commit
from onexgen.storage.staging import abandon, abandon_all, stage

ORIGIN = manifest.Origin(version="1", pipeline="default", environment=None, inputs={}, sources={})
OLD = {"README.md": "old\n", "models/a.py": "A = 1\n", "models/gone.py": ""}
NEW = {"README.md": "new\n", "models/a.py": "A = 1\n", "tests/test_a.py": "\n"}
OWN = {"notes/todo.txt": "mine", "models/own.py": "OWN = 1\n"}
EDIT = "edited by hand\n"
KEPT = ".onexgen/replaced/1/README.md.orig"


def sealed(files: dict[str, str]) -> dict[str, str]:
    """Return files with their manifest."""
    return {**files, manifest.PATH: manifest.text(files, ORIGIN)}


def content(root: Path) -> dict[str, str] | None:
    """Return the text of every file, None when there is no folder."""
    if not root.exists():
        return None
    return {
        str(path.relative_to(root)): path.read_text()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


def make(target: Path, files: dict[str, str]) -> None:
    """Stage in two steps and commit, and undo what failed, as a run does."""
    first = dict(list(sealed(files).items())[:1])
    staged = stage(str(target), first, force=True)
    try:
        staged = stage(str(target), sealed(files), earlier=staged, force=True)
        commit(staged, force=True)
    except BaseException:
        abandon(staged.staging)
        raise


def prepare(target: Path) -> None:
    """Make the old package, add files to it and edit one."""
    make(target, OLD)
    for path, text in OWN.items():
        (target / path).parent.mkdir(exist_ok=True)
        (target / path).write_text(text)
    (target / "README.md").write_text(EDIT)


SCENARIOS: dict[str, tuple[Callable[[Path], None], Callable[[Path], None], list[Any]]] = {
    "create": (
        lambda _: None,
        lambda target: make(target, NEW),
        [None, sealed(NEW)],
    ),
    "replace": (
        prepare,
        lambda target: make(target, NEW),
        [{**sealed(OLD), **OWN, "README.md": EDIT}, {**sealed(NEW), **OWN, KEPT: EDIT}],
    ),
    "unchanged": (
        lambda target: make(target, NEW),
        lambda target: make(target, NEW),
        [sealed(NEW), sealed(NEW)],
    ),
}


@dataclass
class Faults:
    """Lets calls of the storage fail, counted from the first one."""

    monkeypatch: pytest.MonkeyPatch
    calls: int = 0
    begin: int = 0
    end: int = 0
    fault: Callable[[], BaseException] = field(default=KeyboardInterrupt)
    is_after: bool = False

    def install(self) -> None:
        """Wrap every call that storage makes."""
        for name in system.__all__:
            self.monkeypatch.setattr(system, name, self._wrapped(getattr(system, name)))

    def _wrapped(self, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            self.calls += 1
            fails = self.begin <= self.calls <= self.end
            if not fails:
                return real(*args, **kwargs)
            if self.is_after:
                result = real(*args, **kwargs)
                # The end of the process would close it.
                if real is os.open:
                    os.close(result)
                elif real is os.scandir:
                    result.close()
            elif real is os.close:
                real(*args, **kwargs)  # A close that fails has closed.
            raise self.fault()

        return call


@pytest.fixture
def tmp_path() -> Iterator[Path]:
    """Return a folder in memory where there is one: on a disk, deleting so much is slow."""
    memory = Path("/dev/shm")  # noqa: S108 - TemporaryDirectory makes a private folder in it
    parent = memory if os.access(memory, os.W_OK) else None
    with tempfile.TemporaryDirectory(dir=parent) as folder:
        yield Path(folder)


@pytest.fixture
def faults(monkeypatch: pytest.MonkeyPatch) -> Faults:
    """Return faults, installed, none of which happens yet."""
    faults = Faults(monkeypatch)
    faults.install()
    return faults


def rounds(faults: Faults, scenario: str, folder: Path) -> Iterator[tuple[int, Path]]:
    """Yield n and a prepared target, for every n up to the number of calls of the scenario."""
    before, act, _ = SCENARIOS[scenario]
    probe = folder / "probe" / "package"
    faults.begin = faults.end = 0
    before(probe)
    faults.calls = 0
    act(probe)
    for number in range(1, faults.calls + 1):
        target = folder / str(number) / "package"
        faults.begin = faults.end = 0
        target.parent.mkdir()
        before(target)
        faults.calls = 0
        yield number, target
        faults.begin = faults.end = 0


@pytest.mark.parametrize("code", [errno.EIO, errno.ENOSPC, errno.EACCES])
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_one_call_fails(tmp_path: Path, faults: Faults, scenario: str, code: int) -> None:
    """At every call: an error leaves the old tree, no error the new one, never anything else."""
    _, act, (old, new) = SCENARIOS[scenario]
    faults.fault = lambda: OSError(code, os.strerror(code))
    outcomes = set()
    for number, target in rounds(faults, scenario, tmp_path):
        faults.begin = faults.end = number
        expected = new
        try:
            act(target)
        except OutsideError:
            expected = old
        outcomes.add(expected is new)

        assert content(target) == expected, number
        assert list(target.parent.iterdir()) == ([target] if expected else []), number
    # Some faults do not matter (a leftover that is removed at the second try), most do.
    assert False in outcomes


@pytest.mark.parametrize("is_after", [False, True])
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_interrupted_at_any_call(
    tmp_path: Path, faults: Faults, scenario: str, is_after: bool
) -> None:
    """Ctrl-C at any call, before or after its effect: one of the two trees, and no leftovers."""
    _, act, trees = SCENARIOS[scenario]
    faults.is_after = is_after
    faults.fault = KeyboardInterrupt
    for number, target in rounds(faults, scenario, tmp_path):
        faults.begin = faults.end = number
        with suppress(KeyboardInterrupt):
            act(target)
        faults.begin = faults.end = 0
        abandon_all()
        recovery.recover(str(target))

        assert content(target) in trees, number
        assert list(target.parent.iterdir()) == ([target] if content(target) else []), number


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_everything_fails_from_some_call_on(tmp_path: Path, faults: Faults, scenario: str) -> None:
    """When even the repair fails, the next run that can work repairs it."""
    _, act, trees = SCENARIOS[scenario]
    faults.fault = lambda: OSError(errno.EIO, "gone")
    for number, target in rounds(faults, scenario, tmp_path):
        faults.begin, faults.end = number, 1 << 30
        with suppress(OutsideError):
            act(target)
        faults.begin = faults.end = 0
        abandon_all()
        recovery.recover(str(target))

        assert content(target) in trees, number
        assert list(target.parent.iterdir()) == ([target] if content(target) else []), number


CAUSES = [
    (errno.ENOSPC, "the disk is full", "free some space and run again"),
    (
        errno.EROFS,
        "the file system is read-only",
        "choose a folder that you may write to, or change its permissions",
    ),
    (
        errno.EACCES,
        "permission denied",
        "choose a folder that you may write to, or change its permissions",
    ),
    (errno.EDQUOT, "your quota is used up", "free some space and run again"),
    (errno.EPROTO, "Protocol error", "repair it and run again"),
]


@pytest.mark.parametrize(("code", "cause", "remedy"), CAUSES)
def test_causes_are_explained(code: int, cause: str, remedy: str) -> None:
    """The message says what failed where and why; the help says what to do."""
    error = outside(OSError(code, os.strerror(code), "/a/b"), "/a", "write")

    assert (error.message, error.help) == (f"cannot write /a: {cause} (at /a/b)", remedy)
    assert outside(OSError(code, ""), "/a", "write").message == f"cannot write /a: {cause}"


def test_a_commit_that_fails_repairs_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The old tree is back before anybody cleans up; the new one can still be kept."""
    target = tmp_path / "package"
    make(target, OLD)
    staged = stage(str(target), sealed(NEW))
    real, calls = system.rename, iter(range(1, 9))

    def second_fails(source: str, destination: str) -> None:
        if next(calls) == 2:
            raise OSError(errno.EIO, "broken", source)
        real(source, destination)

    monkeypatch.setattr(system, "rename", second_fails)
    with pytest.raises(OutsideError):
        commit(staged)

    assert content(target) == sealed(OLD)
    assert content(Path(staged.directory)) == sealed(NEW)
    abandon(staged.staging)


def test_without_hard_links_files_are_copied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file system that has no second names still carries the user's files over."""
    target = tmp_path / "package"
    prepare(target)
    os.utime(target / "notes/todo.txt", (1, 1))

    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EPERM, "no links here")

    monkeypatch.setattr(system, "link", refuse)
    make(target, NEW)

    assert content(target) == {**sealed(NEW), **OWN, KEPT: EDIT}
    assert (target / "notes/todo.txt").stat().st_mtime == 1


def test_short_writes_are_completed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A system that writes and reads byte by byte makes the same package."""
    real_write, real_read = system.write, system.read
    monkeypatch.setattr(system, "write", lambda handle, data: real_write(handle, data[:1]))
    monkeypatch.setattr(system, "read", lambda handle, size: real_read(handle, min(size, 1)))

    make(tmp_path / "package", NEW)

    assert content(tmp_path / "package") == sealed(NEW)
