"""Counts what the packages of a corpus leave to be written; 1 if they hide anything.

    python -m tests.gaps CORPUS

CORPUS is a file of requests, one a line, or a folder of such files.
"""

from __future__ import annotations

import sys
from pathlib import Path

from tests.gaps.counting import found_in, report, requests_of


def main() -> int:
    """Print the table and every gap."""
    requests = requests_of(Path(sys.argv[1]))
    found = list(found_in(requests))
    sys.stdout.writelines(f"{line}\n" for line in report(found))
    return int(any(one.open or one.hidden for one in found))


if __name__ == "__main__":
    sys.exit(main())
