"""Which paths the files of a package may have."""

from __future__ import annotations

import os
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onexgen.diagnostics import UnsafeError
from onexgen.storage import paths
from onexgen.storage.staging import abandon, stage

REFUSED = [
    ("", "is empty"),
    ("/", "is absolute"),
    ("/etc/passwd", "is absolute"),
    ("//server/share/x", "is absolute"),
    ("///x", "is absolute"),
    ("..", "has a part '.' or '..'"),
    ("../x", "has a part '.' or '..'"),
    ("../../../../etc/passwd", "has a part '.' or '..'"),
    ("a/../../x", "has a part '.' or '..'"),
    ("a/b/..", "has a part '.' or '..'"),
    ("a/..", "has a part '.' or '..'"),
    (".", "has a part '.' or '..'"),
    ("./x", "has a part '.' or '..'"),
    ("a/./b", "has a part '.' or '..'"),
    ("a//b", "has an empty part"),
    ("a/", "has an empty part"),
    ("models/", "has an empty part"),
    ("\\\\server\\share", "holds a backslash"),
    ("..\\x", "holds a backslash"),
    ("a\\b.py", "holds a backslash"),
    ("C:", "names a drive or a stream"),
    ("C:x", "names a drive or a stream"),
    ("c:/windows/x", "names a drive or a stream"),
    ("node.py:hidden", "names a drive or a stream"),
    ("file:///x", "names a drive or a stream"),
    ("a\0b", "holds a control character"),
    ("\0", "holds a control character"),
    ("a\nb", "holds a control character"),
    ("a\rb", "holds a control character"),
    ("a\tb", "holds a control character"),
    ("a\x1b[31mb", "holds a control character"),
    ("a\x7fb", "holds a control character"),
    ("é\x00", "holds a control character"),
    ("a\x85b", "holds a control character"),
    ("~", "has a part that starts with '~'"),
    ("~/x", "has a part that starts with '~'"),
    ("~root/x", "has a part that starts with '~'"),
    ("a/~b", "has a part that starts with '~'"),
    (" a", "has a part with a space at an end"),
    ("a ", "has a part with a space at an end"),
    ("a /b", "has a part with a space at an end"),
    ("a./b", "has a part that ends with a dot"),
    ("a.", "has a part that ends with a dot"),
    ("...", "has a part that ends with a dot"),
    ("CON", "has the name of a device"),
    ("con", "has the name of a device"),
    ("a/con.txt", "has the name of a device"),
    ("nul.py", "has the name of a device"),
    ("AUX/x", "has the name of a device"),
    ("prn", "has the name of a device"),
    ("com1", "has the name of a device"),
    ("COM9.tar.gz", "has the name of a device"),
    ("lpt1.py", "has the name of a device"),
    ("lpt³", "has the name of a device"),
    (".git/hooks/pre-commit", "is in a folder of the version control"),
    (".GIT/config", "is in a folder of the version control"),
    ("a/.git", "is in a folder of the version control"),
    ("git~1/config", "is in a folder of the version control"),
    (".hg/hgrc", "is in a folder of the version control"),
    ("a<b", "holds a character that some systems refuse"),
    ("a>b", "holds a character that some systems refuse"),
    ('a"b', "holds a character that some systems refuse"),
    ("a|b", "holds a character that some systems refuse"),
    ("a?b", "holds a character that some systems refuse"),
    ("a*b", "holds a character that some systems refuse"),
    ("a\u202egnp.py", "holds a character that cannot be seen"),
    ("a\u200fb", "holds a character that cannot be seen"),
    ("a\u200bb", "holds a character that cannot be seen"),
    ("\ufeffa", "holds a character that cannot be seen"),
    ("a\u2028b", "holds a character that cannot be seen"),
    ("a\ue000b", "holds a character that cannot be seen"),
    ("a\ud800b", "is not valid Unicode"),
    ("e\u0301.py", "is not in the normal form NFC"),
    ("a" * 256, "has a part longer than 255 bytes"),
    ("é" * 128, "has a part longer than 255 bytes"),
    ("a/" * 512 + "b", "is longer than 1024 bytes"),
]

ACCEPTED = [
    "node.py",
    "handlers/handler_postgres_crud.py",
    ".onexgen/manifest.json",
    ".gitignore",
    "README.md",
    "Makefile",
    "a-b/c.d.e",
    "a b/c",
    "console.py",
    "common/nullable.py",
    "com10",
    "größe/数.txt",
    "a..b",
    "a~b",
    "x" * 255,
]

COLLIDING = [
    (["a", "A"], [("a", "collides with 'A'")]),
    (["README.md", "readme.md"], [("readme.md", "collides with 'README.md'")]),
    (["a", "a/b"], [("a/b", "collides with 'a'")]),
    (["a/b", "a/b/c", "x"], [("a/b/c", "collides with 'a/b'")]),
    (["models/x.py", "Models/y.py"], [("models/x.py", "collides with 'Models'")]),
    (["straße", "STRASSE"], [("straße", "collides with 'STRASSE'")]),
    (["\u212b", "x"], [("\u212b", "is not in the normal form NFC")]),
    (["é", "É"], [("é", "collides with 'É'")]),
    (["a/b", "a/c", "d"], []),
]


@pytest.mark.parametrize(("path", "reason"), REFUSED)
def test_refused(path: str, reason: str) -> None:
    """Each attack is refused for its own reason."""
    assert paths.problems([path]) == [(path, reason)]


@pytest.mark.parametrize(("path", "reason"), REFUSED)
def test_refused_paths_write_nothing(tmp_path: Path, path: str, reason: str) -> None:
    """One bad path refuses all files, before anything is written anywhere."""
    inside = tmp_path / "inside"
    inside.mkdir()

    with pytest.raises(UnsafeError) as caught:
        stage(f"{inside}/package", {"good.py": "x", path: "x"})

    assert caught.value.message == f"refused to write: {path!r} {reason}"
    assert os.listdir(inside) == []  # noqa: PTH208 - the shortest expectation
    assert os.listdir(tmp_path) == ["inside"]  # noqa: PTH208


@pytest.mark.parametrize("path", ACCEPTED)
def test_accepted(path: str) -> None:
    """Ordinary names pass, even those that look a little like bad ones."""
    assert paths.problems([path]) == []


@pytest.mark.parametrize(("together", "expected"), COLLIDING)
def test_collisions(together: list[str], expected: list[tuple[str, str]]) -> None:
    """What would be one file on some system is refused."""
    assert paths.problems(together) == expected


@pytest.mark.parametrize("name", ["..", ".", "con", "a:b", "x\ny", "a\\b", "x" * 256])
def test_the_folder_itself_has_a_safe_name(tmp_path: Path, name: str) -> None:
    """The same rules hold for the name of the package's folder."""
    with pytest.raises(UnsafeError, match="refused to write to"):
        stage(f"{tmp_path}/{name}", {"x": "x"})

    assert os.listdir(tmp_path) == []  # noqa: PTH208


def test_all_problems_are_named_at_once() -> None:
    """The message counts what it does not show."""
    with pytest.raises(UnsafeError) as caught:
        paths.check([f"{number}:" for number in range(10)])

    shown = "; ".join(f"'{number}:' names a drive or a stream" for number in range(8))
    assert caught.value.message == f"refused to write: {shown}; and 2 more"


@given(st.lists(st.text(max_size=12) | st.from_regex(r"[.~a-c/\\:]{0,6}", fullmatch=True)))
def test_what_is_accepted_stays_inside(names: list[str]) -> None:
    """No accepted path leaves its folder or changes when the system normalises it."""
    refused = {path for path, _ in paths.problems(names)}

    for name in set(names) - refused:
        path = PurePosixPath(name)
        assert not path.is_absolute()
        assert os.path.normpath(name) == name == str(path)
        assert not set(path.parts) & {"", ".", ".."}


@given(st.sets(st.text(min_size=1, max_size=6), max_size=4))
def test_accepted_paths_can_be_written(names: set[str]) -> None:
    """Every set of accepted paths becomes exactly these files."""
    import tempfile

    refused = {path for path, _ in paths.problems(names)}
    files = dict.fromkeys(names - refused, "x\r\n")
    with tempfile.TemporaryDirectory() as folder:
        staged = stage(f"{folder}/package", files)
        root = Path(staged.directory)
        written = {
            str(file.relative_to(root)): file.read_bytes()
            for file in root.rglob("*")
            if file.is_file()
        }
        abandon(staged.staging)
    assert written == dict.fromkeys(files, b"x\n")
