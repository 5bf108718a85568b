"""Packages on disk: made, made again, and the user's own files in between."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from onexgen.diagnostics import ConfigError, OnexgenError, OutsideError, UnsafeError
from onexgen.storage import manifest
from onexgen.storage.committing import Committed, commit
from onexgen.storage.staging import Staged, abandon, keep, stage

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


def stamps(root: Path) -> dict[str, tuple[int, int, int]]:
    """Return what changes when anything is written at or below a folder."""
    return {
        str(path): (path.lstat().st_ino, path.lstat().st_mtime_ns, path.lstat().st_ctime_ns)
        for path in [root.parent, root, *root.rglob("*")]
    }


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """Return a place that is not there yet, two folders deep."""
    return tmp_path / "made" / "for" / "package"


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077, 0o777])
def test_modes_do_not_depend_on_the_umask(target: Path, umask: int) -> None:
    """Files get 0644 and folders 0755, those above the package too."""
    target.parent.parent.mkdir()
    before = os.umask(umask)
    try:
        make(target, FILES)
    finally:
        os.umask(before)

    paths = [target.parent, target, *target.rglob("*")]
    assert {(path.is_dir(), stat.S_IMODE(path.stat().st_mode)) for path in paths} == {
        (True, 0o755),
        (False, 0o644),
    }


def test_a_new_package(target: Path) -> None:
    """All files are there, in UTF-8 with line feeds, and nothing else is."""
    done = make(target, FILES)

    expected = {path: text.replace("\r\n", "\n") for path, text in sealed(FILES).items()}
    assert content(target) == expected
    assert done == Committed(str(target), tuple(sorted(expected)), written=6)
    assert list(target.parent.iterdir()) == [target]


def test_an_unchanged_package_is_not_written(target: Path) -> None:
    """The same package again touches nothing: no time, no inode, no folder beside it."""
    make(target, FILES)
    before = stamps(target)

    staged = stage(str(target), sealed(FILES))
    done = commit(staged)

    assert stamps(target) == before
    assert staged == Staged(str(target), "", str(target), tuple(sorted(sealed(FILES))))
    assert done.to_json() == {
        "target": str(target),
        "files": sorted(sealed(FILES)),
        "written": 0,
        "unchanged": True,
        "carried": [],
        "replaced": [],
        "diff": "",
    }


def test_an_unchanged_package_in_two_steps(target: Path) -> None:
    """Files that are staged later are compared as well; one that differs stages them all."""
    make(target, FILES)
    before = stamps(target)
    first = stage(str(target), {path: FILES[path] for path in ("README.md", "__init__.py")})
    rest = {p: text for p, text in sealed(FILES).items() if p not in first.files}

    second = stage(str(target), rest, earlier=first)

    assert (first.staging, second.staging) == ("", "")
    assert commit(second).written == 0
    assert stamps(target) == before

    later = {path: text for path, text in sealed(CHANGED).items() if path not in first.files}
    third = stage(str(target), later, earlier=first)
    assert third.directory != str(target)
    assert commit(third).written == 3
    assert content(target) == {**sealed(CHANGED), "README.md": "# Größe\n"}


def test_nothing_yet_is_staged_as_well(target: Path) -> None:
    """Where no package is, even no files make a folder that later ones join."""
    first = stage(str(target), {})

    assert Path(first.directory).is_dir()
    assert commit(stage(str(target), sealed(FILES), earlier=first)).written == 6


def test_files_added_later_join_the_staged_ones(target: Path) -> None:
    """A second call adds and replaces files; the commit takes all of them."""
    first = stage(str(target), {"README.md": "old", "__init__.py": ""})
    second = stage(str(target), sealed(FILES), earlier=first)

    assert second.staging == first.staging
    assert Path(second.directory).name == target.name
    assert not target.exists()
    assert commit(second).written == 6
    assert content(target)["README.md"] == "# Größe\n"


def test_a_changed_package(target: Path) -> None:
    """Files that are no longer made disappear, and only real differences are counted."""
    make(target, {**FILES, "old/gone.py": "x\n"})

    done = make(target, CHANGED)

    assert content(target) == {**sealed(CHANGED), "README.md": "# Größe\n"}
    assert (done.written, done.carried, done.replaced) == (3, (), ())
    assert list(target.parent.iterdir()) == [target]


def test_a_package_without_manifest_is_not_committed(target: Path) -> None:
    """The pipeline forgot to seal: that is an error of its file."""
    staged = stage(str(target), FILES)

    with pytest.raises(ConfigError) as caught:
        commit(staged)

    abandon(staged.staging)
    assert caught.value.message == f"what was staged for {target} has no .onexgen/manifest.json"
    assert not target.parent.exists()


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ("models/model_x.py", "models/model_x.py"),
        (manifest.PATH, manifest.PATH),
    ],
)
def test_what_was_sealed_is_what_is_committed(target: Path, change: str, named: str) -> None:
    """A staged file that changes after sealing, in a test run say, stops the commit."""
    staged = stage(str(target), sealed(FILES))
    (Path(staged.directory) / change).write_text("{}")

    with pytest.raises(OnexgenError) as caught:
        commit(staged)

    abandon(staged.staging)
    expected = f"what was staged for {target} is not what was sealed: "
    if change == manifest.PATH:
        named = ", ".join(sorted(FILES))
    assert caught.value.message == expected + named
    assert not target.parent.exists()


def test_an_unsealed_file_stops_the_commit(target: Path) -> None:
    """Every staged file has to be in the manifest."""
    staged = stage(str(target), {**sealed(FILES), "late.py": ""})

    with pytest.raises(OnexgenError, match=r"not what was sealed: late\.py$"):
        commit(staged)

    abandon(staged.staging)


def test_what_a_test_run_left_is_not_committed(target: Path) -> None:
    """Caches, links and files that nobody declared do not reach the package."""
    staged = stage(str(target), sealed(FILES))
    inside = Path(staged.directory)
    (inside / "tests" / "__pycache__").mkdir()
    (inside / "tests" / "__pycache__" / "x.pyc").write_text("cache")
    (inside / "server" / "data").mkdir(parents=True)
    (inside / "server" / "data" / "1").write_text("x")
    (inside / "link").symlink_to("/")

    commit(staged)

    assert content(target) == {**sealed(FILES), "README.md": "# Größe\n"}
    assert sorted(path.name for path in target.iterdir()) == [
        ".onexgen",
        "README.md",
        "__init__.py",
        "models",
        "tests",
    ]
    assert list(target.parent.iterdir()) == [target]


def test_a_link_in_the_staged_tree_is_not_followed(target: Path) -> None:
    """Later files are not written through a folder that became a link."""
    staged = stage(str(target), {"models/model_x.py": ""})
    models = Path(staged.directory) / "models"
    models.rename(models.with_name("moved"))
    models.symlink_to(target.parent)

    with pytest.raises(OutsideError) as caught:
        stage(str(target), {"models/model_y.py": ""}, earlier=staged)

    assert caught.value.message == (
        f"cannot write {target}: a file stands where a folder is needed (at {models})"
    )
    assert not (target.parent / "model_y.py").exists()
    abandon(staged.staging)


def test_abandoning_leaves_no_trace(target: Path) -> None:
    """Folders that were made for the package go as well; doing it twice does no harm."""
    staged = stage(str(target), FILES)

    abandon(staged.staging)
    abandon(staged.staging)
    abandon("")

    assert not target.parent.parent.exists()
    with pytest.raises(OutsideError) as caught:
        commit(Staged(str(target), staged.staging, staged.directory, (manifest.PATH,)))
    assert caught.value.message == f"what was staged for {target} is gone"


def test_a_refused_package_can_be_kept(target: Path, tmp_path: Path) -> None:
    """It is moved away to be looked at, under a number when something is there."""
    folder = tmp_path / "failed" / "packages"
    kept = []
    for _ in range(2):
        staged = stage(str(target), FILES)
        kept.append(keep(staged.staging, str(folder)))

    assert kept == [f"{folder}/package", f"{folder}/package-2"]
    assert content(Path(kept[1])) == {**FILES, "README.md": "# Größe\n"}
    assert not target.parent.exists()
    assert keep("", str(folder)) == ""


def test_only_staging_folders_are_removed(target: Path) -> None:
    """A wrong path is refused before anything happens to it."""
    target.mkdir(parents=True)

    with pytest.raises(UnsafeError) as caught:
        abandon(str(target))

    assert caught.value.message == f"{target} is no staging folder"
    assert target.exists()


def test_a_staged_folder_that_became_a_link_stops_the_commit(target: Path) -> None:
    """Files have to be in the staged tree itself, not behind a link."""
    staged = stage(str(target), sealed(FILES))
    models = Path(staged.directory) / "models"
    models.rename(target.parent / "moved")
    models.symlink_to(target.parent / "moved")

    with pytest.raises(OnexgenError, match=r"sealed: models/__init__\.py, models/model_x\.py$"):
        commit(staged)

    abandon(staged.staging)
