"""The command `onexgen`."""

from __future__ import annotations

import gc
import sys

# A run keeps most of what it makes: looking for garbage seldom is a tenth of its time.
_SELDOM = 50_000


def main() -> None:
    """Run the command line and exit with its code."""
    gc.set_threshold(_SELDOM)
    from onexgen.cli.edge import guarded

    code = guarded(sys.argv[1:])
    # The process ends: what is left is not worth a look.
    gc.freeze()
    sys.exit(code)


if __name__ == "__main__":
    main()
