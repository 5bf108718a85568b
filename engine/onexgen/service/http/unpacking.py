"""Files that somebody sends: unpacked into a folder of their own, and nowhere else."""

from __future__ import annotations

import io
import stat
import zipfile
from collections.abc import Mapping
from pathlib import Path

from onexgen.diagnostics import UnsafeError
from onexgen.service.http.problems import Refused
from onexgen.service.http.settings import Limits
from onexgen.storage import paths

_REMEDY = "see `limits` in rules/service.yaml"


def unpacked(raw: bytes, limits: Limits) -> dict[str, bytes]:
    """Return path -> bytes of the files in a ZIP archive; Refused for any other one."""
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            members = [one for one in archive.infolist() if not one.is_dir()]
            _check(members, limits)
            return {one.filename: _bytes(archive, one) for one in members}
    # The library's words for: no archive, a way of packing that it does not know, a password, an
    # end that comes too early, a wrong date.
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, ValueError) as error:
        raise Refused(400, f"the body is no ZIP archive that can be read: {error}") from error


def write(folder: Path, files: Mapping[str, bytes], limits: Limits) -> None:
    """Write files into an empty folder; raises Refused before the first for a wrong path."""
    if len(files) > limits.files:
        raise Refused(413, f"{len(files)} files, at most {limits.files} are taken", help=_REMEDY)
    try:
        paths.check(files)
    except UnsafeError as error:
        raise Refused(422, error.message, help=error.help) from error
    for name, data in files.items():
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)


def _check(members: list[zipfile.ZipInfo], limits: Limits) -> None:
    if len(members) > limits.files:
        raise Refused(413, f"{len(members)} files, at most {limits.files} are taken", help=_REMEDY)
    size = sum(one.file_size for one in members)
    if size > limits.unpacked:
        said = f"unpacked it has {size:,} bytes, at most {limits.unpacked:,} are taken"
        raise Refused(413, said, help=_REMEDY)
    names = [one.filename for one in members]
    if len(set(names)) < len(names):
        raise Refused(422, "the archive has two files with one path")
    for one in members:
        mode = one.external_attr >> 16
        if mode and stat.S_IFMT(mode) not in (0, stat.S_IFREG):
            raise Refused(422, f"'{one.filename}' is a link or a device", help="send plain files")


def _bytes(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    """Return a file; what is longer than it says is cut off by the library, and fails its check."""
    with archive.open(member) as file:
        return file.read()
