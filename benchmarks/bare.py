"""The smallest peer: render all templates of a folder with Jinja2 and write the files."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from jinja2 import Environment, FileSystemBytecodeCache, FileSystemLoader, StrictUndefined


def environment(templates: Path, cache: Path) -> Environment:
    """Return an environment that keeps compiled templates, as the other side does."""
    return Environment(
        loader=FileSystemLoader(templates),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        bytecode_cache=FileSystemBytecodeCache(str(cache)),
        autoescape=False,  # noqa: S701 - it makes code, not HTML
    )


def render(jinja: Environment, names: list[str], values: dict[str, object]) -> dict[str, str]:
    """Return path -> text of all files."""
    return {name: jinja.get_template(name).render(values) for name in names}


def write(files: dict[str, str], folder: Path) -> None:
    """Write all files below a folder."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def main() -> None:
    """Do it once: bare.py TEMPLATES VALUES.json CACHE OUTPUT."""
    templates, values, cache, output = map(Path, sys.argv[1:5])
    names = [str(p.relative_to(templates)) for p in sorted(templates.rglob("*")) if p.is_file()]
    loaded = json.loads(values.read_text(encoding="utf-8"))
    write(render(environment(templates, cache), names, loaded), output)


if __name__ == "__main__":
    main()
