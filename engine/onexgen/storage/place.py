"""Where the parts of one replacement are.

Beside a package NAME stands, while somebody works on it, the folder `.NAME.onexgen-staging`:

    NAME         the new tree
    NAME.old     the tree that was replaced
    NAME.extra   what was found in the new tree but does not belong to the package
    NAME.lock    locked as long as the process lives that works here

All of a replacement is in that one folder, so its content is the journal: see recovery.py.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from onexgen.diagnostics import UnsafeError

_PREFIX: Final = "."
_SUFFIX: Final = ".onexgen-staging"


class Place(NamedTuple):
    """Where the parts of one transaction are."""

    staging: str
    target: str
    name: str

    @classmethod
    def beside(cls, target: str) -> Place:
        """Return the place that belongs to a target."""
        parent, _, name = target.rpartition("/")
        return cls(f"{parent}/{_PREFIX}{name}{_SUFFIX}", target, name)

    @classmethod
    def of(cls, staging: str) -> Place:
        """Return the place that a staging folder belongs to."""
        parent, _, folder = staging.rpartition("/")
        name = folder.removeprefix(_PREFIX).removesuffix(_SUFFIX)
        if folder != f"{_PREFIX}{name}{_SUFFIX}" or not name:
            raise UnsafeError(
                f"{staging} is no staging folder", help="pass on what the staging step returned"
            )
        return cls(staging, f"{parent}/{name}", name)

    @property
    def parent(self) -> str:
        """Return the folder that holds both the target and the staging folder."""
        return self.target.rpartition("/")[0] or "/"

    @property
    def new(self) -> str:
        """Return the path of the new tree."""
        return f"{self.staging}/{self.name}"

    @property
    def old(self) -> str:
        """Return the path of the replaced tree."""
        return f"{self.staging}/{self.name}.old"

    @property
    def extra(self) -> str:
        """Return the path of what does not belong to the package."""
        return f"{self.staging}/{self.name}.extra"

    @property
    def lock(self) -> str:
        """Return the path of the lock."""
        return f"{self.staging}/{self.name}.lock"
