"""A world that does not do its part: full disks, missing rights, names that are too long."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from onexgen.diagnostics import OnexgenError, OutsideError
from onexgen.storage import manifest
from onexgen.storage.committing import commit
from onexgen.storage.place import Place
from onexgen.storage.staging import abandon, stage

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
def target(tmp_path: Path) -> Path:
    """Return a package of version 1 with files of the user."""
    target = tmp_path / "package"
    make(target, version(1))
    (target / "notes").mkdir()
    for path, text in OWN.items():
        (target / path).write_text(text)
    return target


@pytest.fixture
def anyones() -> Iterator[Path]:
    """Return a folder that every user may enter."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    folder.chmod(0o755)
    shutil.rmtree(folder)


def as_ordinary_user() -> None:
    """Give up what only root may do."""
    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(65534)
        os.setuid(65534)


def test_a_limit_on_files_is_like_a_full_disk(target: Path) -> None:
    """The system refuses to write on: the old package stays, nothing is left beside it."""

    def work() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
        failing(target, {**version(2), "big.txt": "x" * 10_000})

    place = Place.beside(str(target))
    assert said(work) == (
        f"6: cannot write {target}: a limit on the size of files is reached "
        f"(at {place.new}/big.txt) [raise the limit (ulimit -f)]"
    )
    assert content(target) == {**version(1), **OWN}
    assert list(target.parent.iterdir()) == [target]


def test_a_folder_that_may_not_be_written(anyones: Path) -> None:
    """A user without the right to write learns where it is missing."""
    parent = anyones / "made"
    parent.mkdir()
    parent.chmod(0o555)

    def work() -> None:
        as_ordinary_user()
        failing(parent / "package", version(1))

    assert said(work) == (
        f"6: cannot write {parent}/package: permission denied "
        f"(at {parent}/.package.onexgen-staging) "
        "[choose a folder that you may write to, or change its permissions]"
    )
    assert list(parent.iterdir()) == []


def test_the_package_of_another_user(anyones: Path) -> None:
    """Where only the package itself is not ours, it stays and nothing is left beside it."""
    if os.geteuid() != 0:
        pytest.skip("only root can make a package of another user")
    target = anyones / "made" / "package"
    make(target, version(1))
    target.parent.chmod(0o777)

    def work() -> None:
        as_ordinary_user()
        failing(target, version(2))

    assert said(work) == (
        f"6: cannot write {target}: permission denied "
        "[choose a folder that you may write to, or change its permissions]"
    )
    assert content(target) == version(1)
    assert list(target.parent.iterdir()) == [target]


def test_a_file_stands_where_a_folder_is_needed(tmp_path: Path) -> None:
    """The message names the file."""
    (tmp_path / "file").write_text("mine")

    with pytest.raises(OutsideError) as caught:
        make(tmp_path / "file" / "deep" / "package", version(1))

    assert caught.value.message == (
        f"cannot write {tmp_path}/file/deep/package: a file stands where a folder is needed "
        f"(at {tmp_path}/file/deep)"
    )
    assert content(tmp_path) == {"file": "mine"}


def test_a_name_that_is_too_long(tmp_path: Path) -> None:
    """The system's limit is explained; the folders above it are gone again."""
    with pytest.raises(OutsideError) as caught:
        make(tmp_path / "made" / ("x" * 250), version(1))

    assert caught.value.message.partition(": ")[2].startswith("the name is too long (at ")
    assert caught.value.help == "choose a shorter name or a folder nearer to the root"
    assert list(tmp_path.iterdir()) == []


MOUNTED = """
import errno, sys
from onexgen.diagnostics import OnexgenError
from onexgen.storage.staging import stage
try:
    stage(sys.argv[1] + "/made/package", {"a.py": "x" * 10, "big.txt": "x" * int(sys.argv[2])})
except OnexgenError as error:
    print(f"{error.exit_code}: {error.message} [{error.help}]")
"""


@pytest.mark.parametrize(
    ("options", "size", "message"),
    [
        (
            "size=64k",
            1_000_000,
            (
                "6: cannot write {0}/made/package: the disk is full "
                "(at {0}/made/.package.onexgen-staging/package/big.txt) "
                "[free some space and run again]"
            ),
        ),
        (
            "ro",
            1,
            (
                "6: cannot write {0}/made/package: the file system is read-only (at {0}/made) "
                "[choose a folder that you may write to, or change its permissions]"
            ),
        ),
    ],
)
def test_real_file_systems(tmp_path: Path, options: str, size: int, message: str) -> None:
    """A disk that is really full, and one that is really read-only."""
    script = 'mount -t tmpfs -o "$1" none "$2" && "$3" -c "$4" "$2" "$5" && find "$2"'
    arguments = [options, str(tmp_path), sys.executable, MOUNTED, str(size)]
    command = ["unshare", "--mount", "sh", "-c", script, "sh", *arguments]

    done = subprocess.run(command, capture_output=True, text=True, check=False)

    if done.returncode and "onexgen" not in done.stderr:
        pytest.skip(f"this user may not mount: {done.stderr.strip()}")
    assert done.stdout.splitlines() == [message.format(tmp_path), str(tmp_path)]
