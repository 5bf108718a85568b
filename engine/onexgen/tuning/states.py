"""States of a pack to compare: a folder, one file in place of the pack's or added, a revision."""

from __future__ import annotations

import io
import subprocess
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from onexgen.compiler.documents import is_overlay
from onexgen.diagnostics import UsageError, closest
from onexgen.resources import FOLDERS, Pack
from onexgen.settings import Settings, load_settings


@contextmanager
def state(name: str, settings: Settings) -> Iterator[Pack]:
    """Yield the pack that a person means; what has to be unpacked goes away again."""
    path = Path(name)
    if path.is_dir():
        there = load_settings(path)
        # A folder within a project is a pack of its own: the project's folder is another one.
        is_project = there.path is not None and there.root == path.resolve()
        yield Pack.at(path, alone=there.alone if is_project else settings.alone)
        return
    with TemporaryDirectory(prefix="onexgen-") as folder:
        if path.is_file():
            here = settings.pack()
            own = Path(folder) / _place(path, here)
            own.parent.mkdir(parents=True)
            own.write_bytes(path.read_bytes())
            yield Pack((Path(folder), *here.roots))
        else:
            _unpack(name, settings.root, Path(folder))
            yield Pack.at(Path(folder), alone=settings.alone)


def _place(path: Path, pack: Pack) -> str:
    """Return the name of the pack's file that one file stands for; an overlay may be a new one."""
    parts = PurePosixPath(path.as_posix()).parts
    starts = [n for n, part in enumerate(parts) if part in FOLDERS]
    names = ["/".join(parts[n:]) for n in starts] + [f"rules/{path.name}"]
    for name in names:
        if name in pack.files:
            return name
    if is_overlay(path.read_bytes()):
        return names[-1]
    known = [name for name in pack.files if name.startswith("rules/")]
    help_text = closest(names[-1], known) or "give it the name of a file of the pack"
    raise UsageError(f"'{path}' stands for no file of the pack", help=help_text)


def _unpack(revision: str, root: Path, folder: Path) -> None:
    """Write the files of a revision; git works in the folder of the pack."""
    listed = _git(root, "ls-tree", "--name-only", revision, "--", *FOLDERS)
    names = listed.decode().split() if listed is not None else []
    archive = _git(root, "archive", "--format=tar", revision, "--", *names) if names else None
    if archive is None:
        said = f"'{revision}' is no folder, no file and no git revision with a pack"
        raise UsageError(said, help=f"a pack is a folder with {', '.join(FOLDERS)}")
    with tarfile.open(fileobj=io.BytesIO(archive)) as files:
        files.extractall(folder, filter="data")


def _git(root: Path, *arguments: str) -> bytes | None:
    try:
        done = subprocess.run(["git", *arguments], cwd=root, capture_output=True, check=False)
    except OSError:
        return None
    return done.stdout if done.returncode == 0 else None
