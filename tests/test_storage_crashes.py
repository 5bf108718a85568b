"""Processes that are killed, and processes that meet: no mixed tree, nothing lost, no clean-up."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from onexgen.diagnostics import OnexgenError
from onexgen.storage import lease, manifest, recovery, system
from onexgen.storage.committing import commit
from onexgen.storage.place import Place
from onexgen.storage.staging import abandon, stage

# More by `ONEXGEN_KILLS=1000`: kills at random moments, and races.
KILLS = int(os.environ.get("ONEXGEN_KILLS", "50"))
ORIGIN = manifest.Origin(version="1", pipeline="default", environment=None, inputs={}, sources={})
OWN = {"notes/todo.txt": "mine", "models/own.py": "OWN = 1\n"}

# The test process has no threads that matter in a child which only writes files.
pytestmark = pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")


def version(number: int) -> dict[str, str]:
    """Return the files of one version of a package, some of them the same in all versions."""
    files = {f"models/model_{name}.py": f"X = {number}\n" for name in "abc"}
    files |= {"__init__.py": "", f"only_{number}.py": "\n"}
    return {**files, manifest.PATH: manifest.text(files, ORIGIN)}


def content(root: Path) -> dict[str, str]:
    """Return the text of every file below a folder."""
    return {
        str(path.relative_to(root)): path.read_text()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


def make(target: Path, files: dict[str, str], wait: float = 10.0) -> None:
    """Stage and commit, and undo what failed, as a run does."""
    staged = stage(str(target), files, wait=wait)
    try:
        commit(staged)
    except BaseException:
        abandon(staged.staging)
        raise


def forked(work: Callable[[], None]) -> int:
    """Run a function in a process of its own; return its id."""
    process = os.fork()
    if process:
        return process
    code = 70
    try:
        work()
        code = 0
    except OnexgenError as error:
        code = error.exit_code
    finally:
        os._exit(code)


def ended(process: int) -> int:
    """Wait for a process; return its exit code, or the negative number of its signal."""
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])


def failing(target: Path, files: dict[str, str], wait: float = 10.0) -> None:
    """Make a package, and pass on what its user would read."""
    try:
        make(target, files, wait)
    except OnexgenError as error:
        os.write(2, f"{error.exit_code}: {error.message} [{error.help}]".encode())
        raise


def said(work: Callable[[], None]) -> str:
    """Run a function in a process of its own; return what it writes to stderr."""
    outlet, inlet = os.pipe()
    process = forked(lambda: (os.dup2(inlet, 2), work()))  # type: ignore[misc]
    os.close(inlet)
    with os.fdopen(outlet, encoding="utf-8") as text:
        result = text.read()
    ended(process)
    return result


@pytest.fixture
def tmp_path() -> Iterator[Path]:
    """Return a folder in memory where there is one: on a disk, deleting so much is slow."""
    memory = Path("/dev/shm")  # noqa: S108 - TemporaryDirectory makes a private folder in it
    parent = memory if os.access(memory, os.W_OK) else None
    with tempfile.TemporaryDirectory(dir=parent) as folder:
        yield Path(folder)


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """Return a package of version 1 with files of the user."""
    target = tmp_path / "package"
    make(target, version(1))
    (target / "notes").mkdir()
    for path, text in OWN.items():
        (target / path).write_text(text)
    return target


def check_and_go_on(target: Path, note: object) -> None:
    """Assert that the package is one of two versions, and that the next run simply works."""
    recovery.recover(str(target))
    assert content(target) in ({**version(1), **OWN}, {**version(2), **OWN}), note
    assert list(target.parent.iterdir()) == [target], note
    make(target, version(3))
    assert content(target) == {**version(3), **OWN}, note
    make(target, version(1))


def killing(number: int, monkeypatch: pytest.MonkeyPatch, *, is_after: bool) -> None:
    """Let the n-th call of the storage kill this process, before or after its effect."""
    calls = 0

    def wrapped(real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            nonlocal calls
            calls += 1
            if calls == number and not is_after:
                os.kill(os.getpid(), signal.SIGKILL)
            result = real(*args, **kwargs)
            if calls == number:
                os.kill(os.getpid(), signal.SIGKILL)
            return result

        return call

    for name in system.__all__:
        monkeypatch.setattr(system, name, wrapped(getattr(system, name)))


@pytest.mark.parametrize("is_after", [False, True])
def test_killed_at_every_call(
    target: Path, monkeypatch: pytest.MonkeyPatch, is_after: bool
) -> None:
    """A process that dies at any call leaves a package that the next run repairs."""

    def work(number: int) -> None:
        killing(number, monkeypatch, is_after=is_after)
        make(target, version(2))

    number = 0
    while True:
        number += 1
        process = forked(lambda: work(number))  # noqa: B023 - runs at once
        code = ended(process)
        assert code in (0, -signal.SIGKILL)
        check_and_go_on(target, number)
        if code == 0:
            break
    assert number > 100


def test_killed_at_random_moments(target: Path) -> None:
    """Kills by the clock hit what no count of calls foresees."""
    chance = random.Random(0)  # noqa: S311 - moments, no secrets

    def work() -> None:
        while True:
            make(target, version(2))
            make(target, version(1))

    for number in range(KILLS):
        process = forked(work)
        time.sleep(chance.uniform(0, 0.02))
        os.kill(process, signal.SIGKILL)
        assert ended(process) == -signal.SIGKILL
        check_and_go_on(target, number)


def test_the_next_run_puts_the_old_package_back(target: Path) -> None:
    """Between the two renames the place is empty; whoever comes next repairs that first."""
    place = Place.beside(str(target))

    def work() -> None:
        stage(str(target), version(2))
        system.rename(place.target, place.old)
        os.kill(os.getpid(), signal.SIGKILL)

    assert ended(forked(work)) == -signal.SIGKILL
    assert not target.exists()

    staged = stage(str(target), version(1))

    assert staged.staging == ""
    assert content(target) == {**version(1), **OWN}
    assert list(target.parent.iterdir()) == [target]


def test_a_person_chooses_between_two_packages(target: Path) -> None:
    """When somebody made the package anew after a crash, nothing is deleted."""
    place = Place.beside(str(target))

    def work() -> None:
        stage(str(target), version(2))
        system.rename(place.target, place.old)
        os.kill(os.getpid(), signal.SIGKILL)

    ended(forked(work))
    target.mkdir()
    (target / "mine.py").write_text("mine")

    with pytest.raises(OnexgenError) as caught:
        make(target, version(3))

    assert caught.value.exit_code == 4
    assert caught.value.message == (
        f"{target} was made while a run was replacing it; what was there is in {place.old}"
    )
    assert caught.value.help == f"take from there what you need, then remove {place.staging}"
    assert content(Path(place.old)) == {**version(1), **OWN}
    assert content(target) == {"mine.py": "mine"}


@pytest.mark.parametrize("is_there", [False, True])
def test_two_processes_at_once(tmp_path: Path, is_there: bool) -> None:
    """Each of two runs for one place ends well or clearly; one of their packages is there."""
    for number in range(KILLS // 2):
        target = tmp_path / str(number) / "package"
        if is_there:
            make(target, version(1))
        begin, go = os.pipe()
        processes = [
            forked(lambda n=n: (os.close(go), os.read(begin, 1), make(target, version(n))))  # type: ignore[misc]  # noqa: B023
            for n in (2, 3)
        ]
        os.close(begin)
        os.close(go)

        assert [ended(process) for process in processes] == [0, 0]
        assert content(target) in (version(2), version(3))
        assert list(target.parent.iterdir()) == [target]


def test_the_second_process_is_told(target: Path) -> None:
    """Who does not want to wait gets a clear error; the first run is not disturbed."""
    staged = stage(str(target), version(2))

    assert said(lambda: failing(target, version(3), wait=0.05)) == (
        f"6: another run is at work on {target} [wait until it has ended and run again]"
    )
    recovery.recover(str(target))
    commit(staged)
    assert content(target) == {**version(2), **OWN}


def test_a_lock_that_was_removed_is_no_lock(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who waited for a lock that was removed meanwhile does not work beside the new holder."""
    place = Place.beside(str(target))
    real = system.flock
    lease.take(place, 0, [])

    def meanwhile(handle: int, operation: int) -> None:
        monkeypatch.setattr(system, "flock", real)
        lease.release(place, made_nothing=True)
        lease.take(place, 0, [])
        real(handle, operation)

    monkeypatch.setattr(system, "flock", meanwhile)
    assert lease.take_at_once(place, []) is False

    lease.release(place, made_nothing=True)


def test_a_child_does_not_clean_up_after_its_parent(target: Path) -> None:
    """A process that was forked in the middle of a run ends without touching it."""
    staged = stage(str(target), version(2))

    assert ended(forked(lambda: abandon(staged.staging))) == 0
    assert lease.held() == [staged.staging]

    commit(staged)
    assert content(target) == {**version(2), **OWN}


def test_ctrl_c_removes_what_was_staged(tmp_path: Path) -> None:
    """A process that ends in any ordinary way leaves nothing behind."""
    code = (
        "import sys; from onexgen.storage.staging import stage\n"
        "stage(sys.argv[1], {'a.py': ''}); raise KeyboardInterrupt"
    )
    command = [sys.executable, "-c", code, f"{tmp_path}/made/package"]

    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert done.stderr.endswith("KeyboardInterrupt\n")
    assert list(tmp_path.iterdir()) == []
