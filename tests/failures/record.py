"""Runs really broken packages and keeps what pytest said.

`python -m tests.failures.record [FOLDER]` does it for all cases of a folder, else of this one. A
case is FOLDER/cases/NAME.yaml: the `category` that a person gives it before it is run, the `files`
of the package, and where needed `plugins` and `seconds`. What comes out stands in
FOLDER/recorded/NAME.txt. The libraries that cases import have to be installed beside onexgen, but
those whose absence is the case.
"""

from __future__ import annotations

import json
import os
import re
import sys
import sysconfig
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from onexgen.source import load
from onexgen.testing import pytest_runs
from onexgen.testing.place import Place, copy_of
from onexgen.testing.process import Finished, Limits, run
from onexgen.testing.suite import Outcome, Suite

HERE = Path(__file__).parent
SECTION = re.compile(r"^====([a-z]+)====\n", re.MULTILINE)
REPORT = "report.xml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A broken package, and the category of what is wrong with it."""

    name: str
    category: str
    suite: Suite
    file: Path

    @property
    def recorded(self) -> Path:
        """Return the file of what pytest said."""
        return self.file.parent.parent / "recorded" / f"{self.name}.txt"


def cases(folder: Path) -> Iterator[Case]:
    """Yield the cases of a folder by their names."""
    for file in sorted((folder / "cases").glob("*.yaml")):
        data: Any = load(file.name, file.read_bytes()).data
        suite = Suite(
            folder=folder, files={"__init__.py": "", **data["files"]}, package="tested",
            tests="tests", markers=(), plugins=tuple(data.get("plugins", ())),
            wants_coverage=False, seconds=data.get("seconds", 30), megabytes=100,
        )  # fmt: skip
        yield Case(name=file.stem, category=data["category"], suite=suite, file=file)


def record(case: Case) -> str:
    """Run the tests of a case; return what pytest said, without what is only of this machine."""
    suite = case.suite
    with copy_of(suite.folder, suite.files, suite.package) as place:
        finished = run(
            pytest_runs._command(suite, place, has_coverage=False), folder=place.package,
            environment=pytest_runs._environment(os.environ, place), watched=place.root,
            limits=Limits(seconds=suite.seconds, most_bytes=100_000_000),
        )  # fmt: skip
        report = place.root / REPORT
        known = asdict(finished)
        texts = {"stdout": known.pop("stdout"), "stderr": known.pop("stderr")}
        if report.is_file():
            texts["report"] = report.read_text("utf-8")
        known["seconds"] = round(known["seconds"])
        texts = {"ended": json.dumps(known), **texts}
        clean = {name: _anywhere(text, place) for name, text in texts.items()}
    return "".join(f"===={name}====\n{text.rstrip()}\n" for name, text in clean.items())


def _anywhere(text: str, place: Place) -> str:
    """Return a text as another machine would print it at another time."""
    text = text.replace(f"{place.package}/", "").replace(f"{place.root}/", "")
    libraries = sysconfig.get_paths()
    known = {
        libraries["purelib"]: "/usr/lib/python3/site-packages",
        libraries["stdlib"]: "/usr/lib/python3",
        sys.prefix: "/usr",
        sys.base_prefix: "/usr",
    }
    for path, general in sorted(known.items(), key=lambda pair: -len(pair[0])):
        # pytest shows the way there from the folder in which it runs, where that is shorter.
        text = re.sub(rf"(?:\.\./)*\.{{0,2}}{re.escape(path)}", general, text)
    text = re.sub(r' (?:timestamp|hostname)="[^"]*"', "", text)
    text = re.sub(r'( time=")[\d.]+', r"\g<1>0.1", text)
    return re.sub(r"\bin \d+\.\d+s", "in 0.10s", text)


def outcome(case: Case, folder: Path, *, with_report: bool) -> Outcome:
    """Return what onexgen makes of what pytest said; `folder` is empty and for temporary files."""
    parts = SECTION.split(case.recorded.read_text("utf-8"))[1:]
    texts = dict(zip(parts[::2], parts[1::2], strict=True))
    if with_report and "report" in texts:
        (folder / REPORT).write_text(texts["report"], "utf-8")
    finished = Finished(
        **json.loads(texts["ended"]), stdout=texts["stdout"], stderr=texts["stderr"]
    )
    place = Place(root=folder, package=folder / "src/tested")
    return pytest_runs.outcome_of(case.suite, finished, place)


def main() -> None:
    """Record all cases of a folder."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE
    for case in cases(folder):
        case.recorded.parent.mkdir(exist_ok=True)
        case.recorded.write_text(record(case), "utf-8")
        sys.stdout.write(f"{case.name}\n")


if __name__ == "__main__":
    main()
