"""Files of the user where a package is to go: carried over, refused, or kept when forced."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from onexgen.diagnostics import UnsafeError
from onexgen.storage import manifest
from onexgen.storage.committing import Committed, commit
from onexgen.storage.staging import abandon, stage

ORIGIN = manifest.Origin(
    version="1", pipeline="default", environment=None, inputs={}, sources={"a.yaml": "0"}
)
FILES = {
    "README.md": "# Größe\r\n",
    "__init__.py": "",
    "models/__init__.py": "",
    "models/model_x.py": "X = 1\n",
    "tests/test_x.py": "def test_x() -> None: ...\n",
}
CHANGED = {**FILES, "models/model_x.py": "X = 2\n", "models/model_y.py": "Y = 1\n"}
EDITED = (
    "{target} has files that were changed since they were written: {names}",
    (
        "move your changes elsewhere, or use --force: they are then kept in "
        ".onexgen/replaced/ of the new package"
    ),
)


def sealed(files: dict[str, str]) -> dict[str, str]:
    """Return files with their manifest."""
    return {**files, manifest.PATH: manifest.text(files, ORIGIN)}


def make(target: Path, files: dict[str, str], *, force: bool = False) -> Committed:
    """Stage and commit as a run does, which undoes what failed."""
    staged = stage(str(target), sealed(files), force=force)
    try:
        return commit(staged, force=force)
    except BaseException:
        abandon(staged.staging)
        raise


def content(root: Path) -> dict[str, str]:
    """Return the text of every file below a folder."""
    return {
        str(path.relative_to(root)): path.read_bytes().decode()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """Return a place that is not there yet, two folders deep."""
    return tmp_path / "made" / "for" / "package"


def test_files_of_the_user_are_carried_over(target: Path) -> None:
    """What the user added is the very same file afterwards; caches are dropped."""
    make(target, FILES)
    own = target / "notes" / "deep" / "todo.txt"
    own.parent.mkdir(parents=True)
    own.write_text("mine")
    (target / "models" / "model_own.py").write_text("OWN = 1\n")
    (target / "link").symlink_to("../elsewhere")
    (target / "data").mkdir(mode=0o700)
    (target / "private").mkdir()
    (target / "private" / "key").write_text("secret")
    (target / "private").chmod(0o500)
    (target / "models" / "__pycache__").mkdir()
    (target / "models" / "__pycache__" / "x.pyc").write_text("stale")
    os.mkfifo(target / "pipe")
    before = own.stat()

    done = make(target, CHANGED)

    after = own.stat()
    assert done.carried == (
        "link",
        "models/model_own.py",
        "notes/deep/todo.txt",
        "pipe",
        "private/key",
    )
    assert (after.st_ino, after.st_mtime_ns, after.st_nlink) == (
        before.st_ino,
        before.st_mtime_ns,
        1,
    )
    assert (target / "link").readlink() == Path("../elsewhere")
    assert list((target / "data").iterdir()) == []
    assert stat.S_IMODE((target / "private").stat().st_mode) == 0o500
    assert stat.S_ISFIFO((target / "pipe").stat().st_mode)
    assert not (target / "models" / "__pycache__").exists()
    assert (target / "private" / "key").read_text() == "secret"


def test_an_edited_file_is_refused(target: Path) -> None:
    """Without force nothing is lost: the package stays as the user left it."""
    make(target, FILES)
    (target / "models" / "model_x.py").write_text("X = 7\n")
    (target / "README.md").unlink()
    before = content(target)

    with pytest.raises(UnsafeError) as caught:
        make(target, CHANGED)

    message, help_text = EDITED
    assert caught.value.message == message.format(target=target, names="models/model_x.py")
    assert caught.value.help == help_text
    assert content(target) == before
    assert list(target.parent.iterdir()) == [target]


def test_an_edit_that_equals_the_new_file_is_no_conflict(target: Path) -> None:
    """Who made the change by hand already is not asked about it."""
    make(target, FILES)
    (target / "models" / "model_x.py").write_text(CHANGED["models/model_x.py"])

    assert make(target, CHANGED).written == 2


def test_an_edited_file_is_kept_when_forced(target: Path) -> None:
    """Each replacement keeps what it replaced, beside what earlier ones kept."""
    for number in (1, 2, 3):
        make(target, FILES, force=True)
        (target / "models" / "model_x.py").write_text(f"EDIT = {number}\n")
        kept = f".onexgen/replaced/{number}/models/model_x.py.orig"

        done = make(target, CHANGED, force=True)

        assert done.replaced == (kept,)
        assert (target / kept).read_text() == f"EDIT = {number}\n"
        assert (target / "models" / "model_x.py").read_text() == "X = 2\n"

    assert (target / ".onexgen/replaced/1/models/model_x.py.orig").read_text() == "EDIT = 1\n"
    assert not [*target.glob(".onexgen/**/*.py"), *target.glob(".onexgen/**/*.yaml")]


def test_a_stale_edited_file_is_kept_too(target: Path) -> None:
    """An edited file that is no longer made is not dropped silently."""
    make(target, {**FILES, "old.py": "x\n"})
    (target / "old.py").write_text("mine\n")

    with pytest.raises(UnsafeError, match=r"were written: old\.py$"):
        make(target, FILES)
    done = make(target, FILES, force=True)

    assert done.replaced == (".onexgen/replaced/1/old.py.orig",)
    assert (target / ".onexgen/replaced/1/old.py.orig").read_text() == "mine\n"


@pytest.mark.parametrize(
    ("own", "new", "kept"),
    [
        ({"models/model_y.py": "mine"}, {}, "models/model_y.py"),
        ({"extra": "mine"}, {"extra/x.py": "1\n"}, "extra"),
        ({"extra/deep/x": "mine"}, {"extra": "1\n"}, "extra/deep/x"),
    ],
)
def test_a_file_of_the_user_in_the_way(
    target: Path, own: dict[str, str], new: dict[str, str], kept: str
) -> None:
    """What the new package needs for something else is refused, or kept when forced."""
    make(target, FILES)
    for path, text in own.items():
        (target / path).parent.mkdir(parents=True, exist_ok=True)
        (target / path).write_text(text)

    with pytest.raises(UnsafeError, match=f"were written: {kept}$"):
        make(target, {**CHANGED, **new})
    done = make(target, {**CHANGED, **new}, force=True)

    assert done.replaced == (f".onexgen/replaced/1/{kept}.orig",)
    assert (target / done.replaced[0]).read_text() == "mine"
    assert {**content(target), **CHANGED} == content(target) | {"README.md": "# Größe\r\n"}


def test_a_generated_file_that_became_a_link(target: Path) -> None:
    """A link in the place of a file is an edit, and is never written through."""
    make(target, FILES)
    outside = target.parent / "outside"
    outside.write_text("X = 1\n")
    (target / "models" / "model_x.py").unlink()
    (target / "models" / "model_x.py").symlink_to(outside)

    with pytest.raises(UnsafeError, match=r"were written: models/model_x\.py$"):
        make(target, CHANGED)
    make(target, CHANGED, force=True)

    assert outside.read_text() == "X = 1\n"
    assert (target / ".onexgen/replaced/1/models/model_x.py.orig").readlink() == outside
    assert (target / "models" / "model_x.py").read_text() == "X = 2\n"


@pytest.mark.parametrize("force", [False, True])
def test_a_folder_of_somebody_else(target: Path, force: bool) -> None:
    """It is refused; forced, what differs is kept and everything else stays where it is."""
    target.mkdir(parents=True)
    (target / "README.md").write_text("mine")
    (target / "__init__.py").write_text("")
    (target / "own.py").write_text("OWN = 1\n")
    before = content(target)

    if not force:
        with pytest.raises(UnsafeError) as caught:
            make(target, FILES)
        assert caught.value.message == (
            f"{target} exists and was not written by onexgen (no valid .onexgen/manifest.json)"
        )
        assert caught.value.help == (
            "choose another folder, or use --force: what differs is then kept in "
            ".onexgen/replaced/ of the new package"
        )
        assert content(target) == before
        return

    done = make(target, FILES, force=True)
    assert done.carried == ("own.py",)
    assert done.replaced == (".onexgen/replaced/1/README.md.orig",)
    assert content(target) == {
        **sealed(FILES),
        "README.md": "# Größe\n",
        "own.py": "OWN = 1\n",
        ".onexgen/replaced/1/README.md.orig": "mine",
    }


def test_an_empty_folder_is_free(target: Path) -> None:
    """There is nothing in it that could be lost."""
    target.mkdir(parents=True)

    assert make(target, FILES).written == 6


@pytest.mark.parametrize("force", [False, True])
@pytest.mark.parametrize(
    ("kind", "message", "help_text"),
    [
        (
            "file",
            "{target} is a file, not a folder",
            "move it away, or choose another folder",
        ),
        (
            "link",
            "{target} is a symbolic link",
            "remove the link, or name the folder that it points to",
        ),
    ],
)
def test_no_folder_at_all(
    target: Path, kind: str, message: str, help_text: str, force: bool
) -> None:
    """A file or a link is refused, forced or not."""
    target.parent.mkdir(parents=True)
    if kind == "file":
        target.write_text("mine")
    else:
        target.symlink_to(target.parent)

    with pytest.raises(UnsafeError) as caught:
        make(target, FILES, force=force)

    assert caught.value.message == message.format(target=target)
    assert caught.value.help == help_text
    assert list(target.parent.iterdir()) == [target]
