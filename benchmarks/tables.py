"""Tables of ratios, each beside what it must be and what is aimed at."""

from __future__ import annotations

from dataclasses import dataclass

from processes import Timings


@dataclass(frozen=True)
class Row:
    """One comparison: a ratio of wall time (or of what the table says), and of CPU time."""

    what: str
    ratio: float
    cpu: float | None = None
    must: float | None = None
    aim: float | None = None
    at_least: bool = False

    def __str__(self) -> str:
        """Return the row as a line of a table."""
        sign = ">=" if self.at_least else "<="
        limits = [f"{sign} {limit:g}" if limit else "" for limit in (self.must, self.aim)]
        columns = "".join(f"{limit:>9}" for limit in limits)
        cpu = "" if self.cpu is None else f"{self.cpu:.2f}"
        return f"  {self.what:<54}{self.ratio:9.2f}{cpu:>9}{columns}  {self._verdict()}".rstrip()

    def _verdict(self) -> str:
        if self.must is None:
            return ""
        good = self.ratio >= self.must if self.at_least else self.ratio <= self.must
        return "ok" if good else "MISSED"


def show(title: str, rows: list[Row]) -> None:
    """Print one table of ratios."""
    print(f"\n{title:<56}{'ratio':>9}{'by CPU':>9}{'must':>9}{'aim':>9}")
    for row in rows:
        print(row)


def show_medians(timings: Timings) -> None:
    """Print what stands behind the ratios: figures of this machine only."""
    for name in timings.usages:
        wall, cpu, peak = (timings.median(name, figure) for figure in ("wall", "cpu", "peak"))
        print(f"    {name:<28}{wall * 1000:8.0f} ms{cpu * 1000:8.0f} ms CPU{peak:8.0f} MB")
