"""Turns a made package into templates: every tool makes the same bytes from the same bytes."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

# Copier and the bare script get the variables under cookiecutter's name: one template for all.
_VARIABLES = "cookiecutter"
_JINJA = re.compile(r"\{[{%#]")


@dataclass(frozen=True)
class Peers:
    """Templates of one package, in the form that each tool wants."""

    files: Path
    values: Path
    copier: Path
    cookiecutter: Path
    cache: Path


def read(folder: Path) -> dict[str, str]:
    """Return path -> text of all files below a folder."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_text(encoding="utf-8") for path in files}


def build(package: Path, names: dict[str, str], place: Path) -> Peers:
    """Write the templates of a package; `names` are the words that become variables."""
    values = {**names, "header": "|".join(_header(package))}
    peers = Peers(
        files=place / "files",
        values=place / "values.json",
        copier=place / "copier",
        cookiecutter=place / "cookiecutter",
        cache=place / "cache",
    )
    peers.cache.mkdir(parents=True)
    for path, text in read(package).items():
        target = peers.files / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(_template(text, values), encoding="utf-8")
    peers.values.write_text(json.dumps({_VARIABLES: values}), encoding="utf-8")
    _build_copier(peers, values)
    _build_cookiecutter(peers, values)
    return peers


def _header(package: Path) -> list[str]:
    """Return the two lines that most files begin with."""
    return (package / "node.py").read_text(encoding="utf-8").splitlines()[:2]


def _template(text: str, values: dict[str, str]) -> str:
    """Return a template that renders to `text`: its names are variables, its header is a loop."""
    text = _JINJA.sub(lambda found: '{{ "' + found[0] + '" }}', text)
    lines = "".join(f"{line}\n" for line in values["header"].split("|"))
    begin = f'{{% for line in {_VARIABLES}.header.split("|") %}}'
    loop = begin + "{{ line }}\n{% endfor %}"
    body = text.removeprefix(lines)
    for name, value in values.items():
        if name != "header":
            body = body.replace(value, f"{{{{ {_VARIABLES}.{name} }}}}")
    return loop + body if text.startswith(lines) else body


def _build_copier(peers: Peers, values: dict[str, str]) -> None:
    shutil.copytree(peers.files, peers.copier / "template")
    settings = {
        "_subdirectory": "template",
        "_templates_suffix": "",
        _VARIABLES: {"type": "yaml", "default": json.dumps(values)},
    }
    # JSON is YAML.
    (peers.copier / "copier.yml").write_text(json.dumps(settings), encoding="utf-8")


def _build_cookiecutter(peers: Peers, values: dict[str, str]) -> None:
    shutil.copytree(peers.files, peers.cookiecutter / f"{{{{ {_VARIABLES}.snake }}}}")
    settings = json.dumps(values)
    (peers.cookiecutter / "cookiecutter.json").write_text(settings, encoding="utf-8")
