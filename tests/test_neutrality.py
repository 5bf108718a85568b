"""Verbs in Python, nouns in YAML: no word of the data stands in the engine.

The words are computed from the data, so a new label is guarded from its first day. What the
engine needs all the same stands in neutrality.yaml, with a reason.
"""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

from onexgen.actions import ACTIONS, load_action
from onexgen.actions.options import option_fields
from onexgen.json_types import Json, JsonObject
from onexgen.source import load

# Words of the domain, whether or not a rule mentions them today.
DOMAIN = (
    *("archetype", "compute", "contract", "effect", "kafka", "node", "omnibase", "omnimarket"),
    *("omninode", "onex", "orchestrator", "postgres", "postgresql", "redis", "redpanda"),
    *("reducer",),
)
# These give themselves away inside longer words too; the distribution has a name of its own.
BRANDS, OURS = ("omni", "onex"), "onexgen"
# The faces of the engine that speak the domain's language by design.
SPEAKERS = {"codegen", "service"}
SHORTEST = 3

HUMP = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
NAME = re.compile(r"[A-Za-z]+(?:[_-][A-Za-z0-9]+)+")
TEXTS = {tokenize.NAME, tokenize.STRING, tokenize.COMMENT, tokenize.FSTRING_MIDDLE}


def words(text: str) -> set[str]:
    """Return the words of a text, also those inside of NodeName, node_name and node-name."""
    runs = re.findall(r"[A-Za-z]+", text)
    humps = [hump for run in runs for hump in HUMP.findall(run)]
    return {word.lower() for word in (*runs, *humps) if len(word) >= SHORTEST}


def singular(word: str) -> str:
    """Return a word without the ending of a plural."""
    return word if word.endswith(("ss", "is", "us")) else word.removesuffix("s")


def objects(value: Json) -> list[JsonObject]:
    """Return the mappings of a list."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def nouns(document: JsonObject) -> Iterator[str]:
    """Yield what a document chooses among: labels and entries."""
    for key, value in document.items():
        if key in ("labels", "entries"):
            yield from (str(one.get("name", "")) for one in objects(value))
        for part in objects(value if isinstance(value, list) else [value]):
            yield from nouns(part)


def identifiers(document: JsonObject) -> Iterator[str]:
    """Yield the names of inputs, stages, steps, fields, checks and patterns."""
    inputs = document.get("inputs")
    yield from inputs if isinstance(inputs, dict) else ()
    for key in ("stages", "steps", "choices", "checks", "fixes", "patterns"):
        for one in objects(document.get(key)):
            yield str(one.get("id", one.get("name", "")))
            yield from identifiers(one)


def documents(root: Path) -> dict[str, JsonObject]:
    """Return every document of the pack."""
    files = [
        *root.glob("rules/**/*.yaml"),
        *root.glob("pipelines/*.yaml"),
        *root.glob("templates/*/family.yaml"),
        *root.glob("environments/*.yaml"),
    ]
    names = [str(path.relative_to(root)) for path in sorted(files)]
    read = {name: load(name, (root / name).read_bytes()).data for name in names}
    return {name: data for name, data in read.items() if isinstance(data, dict)}


def vocabulary(root: Path) -> dict[str, str]:
    """Return the words of the data in the singular, each with the file that it comes from."""
    found = dict.fromkeys(map(singular, DOMAIN), "the domain")
    for name, document in documents(root).items():
        folder, *_, file = Path(name).parts
        named = list(nouns(document))
        if folder == "templates":
            named += [Path(name).parts[1], *map(str, _list(document.get("aliases")))]
        elif folder == "environments":
            named += [file]
        for word in sorted(set().union(*map(words, named)) - words("yaml")):
            found.setdefault(singular(word), name)
    return found


def names(root: Path) -> dict[str, str]:
    """Return the names of the data that have several words: nobody writes these by accident.

    An option of an action is the engine's word: an input may be named after what it feeds.
    """
    options = {name for action in ACTIONS for name in option_fields(load_action(action).Options)}
    found: dict[str, str] = {}
    for name, document in documents(root).items():
        for one in identifiers(document):
            if NAME.fullmatch(one) and one not in options:
                found.setdefault(one, name)
    return found


def _list(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []


def texts(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the names, strings and comments of a Python file, each with its line."""
    source = path.read_text(encoding="utf-8")
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type in TEXTS:
            for offset, line in enumerate(token.string.splitlines()):
                yield token.start[0] + offset, line


def said(root: Path) -> Iterator[tuple[str, str, str]]:
    """Yield (place, word, origin) for every word and name of the data in the engine."""
    known, whole = vocabulary(root), names(root)
    engine = root / "engine/onexgen"
    for path in sorted(engine.rglob("*.py")):
        inside = path.relative_to(engine)
        if inside.parts[0] in SPEAKERS:
            continue
        for line, text in texts(path):
            place = f"{inside}:{line}"
            for word in sorted(words(text)):
                origin = known.get(singular(word))
                if origin or any(brand in word.replace(OURS, "") for brand in BRANDS):
                    yield place, word, origin or "the domain"
            for name in sorted(set(NAME.findall(text)) & set(whole)):
                yield place, name, whole[name]


def allowed() -> list[tuple[str, str, str]]:
    """Return (word, file or "", reason) of what the engine may say."""
    path = Path(__file__).with_name("neutrality.yaml")
    data = load(path.name, path.read_bytes()).data
    entries = objects(data.get("allowed")) if isinstance(data, dict) else []
    return [(str(one["word"]), str(one.get("in", "")), str(one["reason"])) for one in entries]


def is_allowed(place: str, word: str, entry: tuple[str, str, str]) -> bool:
    """Tell whether an entry allows a word at a place."""
    return singular(word) == singular(entry[0]) and place.startswith(entry[1])


@pytest.fixture(scope="module")
def uses(root: Path) -> list[tuple[str, str, str]]:
    """Return every word of the data in this engine."""
    return list(said(root))


def test_no_word_of_the_data(uses: list[tuple[str, str, str]]) -> None:
    """No word of the data stands in the engine, unless an entry says why it must."""
    entries = allowed()
    found = [
        f"engine/onexgen/{place}: '{word}' ({origin})"
        for place, word, origin in uses
        if not any(is_allowed(place, word, entry) for entry in entries)
    ]

    assert found == []


def test_every_exception_is_needed(uses: list[tuple[str, str, str]]) -> None:
    """An entry that allows nothing any more is removed."""
    idle = [
        entry
        for entry in allowed()
        if not any(is_allowed(place, word, entry) for place, word, _ in uses)
    ]

    assert idle == []


def test_every_exception_has_a_reason() -> None:
    """A reason is a sentence."""
    assert [word for word, _, reason in allowed() if len(reason.split()) < 4] == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "NodePostgresCrudEffect",
            {"nodepostgrescrudeffect", "node", "postgres", "crud", "effect"},
        ),
        ("PostgreSQL", {"postgresql", "postgre", "sql"}),
        ("connection_pooling", {"connection", "pooling"}),
        ("ONEXGEN_CACHE .onexgen", {"onexgen", "cache"}),
        ("an s3 bucket", {"bucket"}),
    ],
)
def test_words(text: str, expected: set[str]) -> None:
    """Words are found however they are joined."""
    assert words(text) == expected


def test_it_finds_what_it_should(tmp_path: Path) -> None:
    """A word is found in names, strings, comments and docstrings; the faces are free."""
    files = {
        "rules/soups.yaml": "kind: scoring\nlabels: [{name: cold_soup}]\n",
        "pipelines/menu.yaml": "inputs: {guest_name: {}}\nstages: [{id: cooking}]\n",
        "templates/hot_stew/family.yaml": "kind: family\n",
        "environments/canteen.yaml": "kind: overlay\n",
        "engine/onexgen/a.py": (
            '"""Cooks soups."""\n\n'
            "class HotPot:\n"
            '    stew = f"x{1}canteens"  # guest_name, not guest\n'
            "    onexgen = ONEXGEN_HOME = 'OnexNode myonexapp cooking'\n"
        ),
        "engine/onexgen/codegen/b.py": "soup = 1\n",
    }
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content, encoding="utf-8")

    assert [(place, word) for place, word, _ in said(tmp_path)] == [
        ("a.py:1", "soups"),
        ("a.py:3", "hot"),
        ("a.py:4", "stew"),
        ("a.py:4", "canteens"),
        ("a.py:4", "guest_name"),
        ("a.py:5", "myonexapp"),
        ("a.py:5", "node"),
        ("a.py:5", "onex"),
        ("a.py:5", "onexnode"),
    ]
