"""The command `onexgen`."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line and exit with its code."""
    from onexgen.cli.edge import guarded

    sys.exit(guarded(sys.argv[1:]))


if __name__ == "__main__":
    main()
