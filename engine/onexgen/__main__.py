"""The command `onexgen`."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line and exit with its code."""
    from onexgen.cli.edge import guarded, seldom_collecting

    with seldom_collecting():
        code = guarded(sys.argv[1:])
    sys.exit(code)


if __name__ == "__main__":
    main()
