"""Every call that storage makes to the operating system, so that a test can let any one fail."""

from fcntl import flock
from os import (
    chmod,
    close,
    fchmod,
    fstat,
    link,
    lstat,
    mkdir,
    read,
    rename,
    rmdir,
    scandir,
    unlink,
    write,
)
from os import open as open_file

__all__ = [
    "chmod",
    "close",
    "fchmod",
    "flock",
    "fstat",
    "link",
    "lstat",
    "mkdir",
    "open_file",
    "read",
    "rename",
    "rmdir",
    "scandir",
    "unlink",
    "write",
]
