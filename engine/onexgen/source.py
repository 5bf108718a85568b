"""YAML text to plain data, with the position of every key and value."""

from __future__ import annotations

from onexgen.decoding import decode
from onexgen.diagnostics import ConfigError
from onexgen.positions import Marks, Path, Source

__all__ = ["Marks", "Path", "Source", "load"]


def load(path: str, raw: bytes) -> Source:
    """Return the data of one YAML file; ConfigError with everything that is wrong with it."""
    text, problems = decode(path, raw)
    if not problems:
        # A run whose plans are stored needs the types of this module, but never the parser.
        from onexgen.yaml_reader import read

        data, reader = read(path, text)
        problems = reader.problems
        if not problems:
            return Source(path, text, data, reader.keys, reader.values)
    raise ConfigError(f"{path} cannot be read", diagnostics=problems, texts={path: text})
