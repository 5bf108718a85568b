"""Template filters: the only ways by which text becomes a name, a literal, a comment or YAML."""

from __future__ import annotations

import builtins
import json
import keyword
import re
import unicodedata
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from typing import Any, Final

from jinja2 import Environment, pass_environment

from onexgen.json_types import Json
from onexgen.linking import (
    before,
    composed,
    distinct,
    entries,
    neighbours,
    product,
    reached,
    spread,
)
from onexgen.yaml_text import to_yaml

_MAX_IDENTIFIER: Final = 40
_TAKEN: Final = frozenset(keyword.kwlist) | frozenset(keyword.softkwlist) | frozenset(dir(builtins))
_CAMEL: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_NOT_WORD: Final = re.compile(r"[^A-Za-z0-9]+")
_MARKDOWN: Final = re.compile(r"([\\`*_{}\[\]()#+!|<>~$&:-])")
_IRREGULAR: Final = {"person": "people", "child": "children", "datum": "data"}
_UNCHANGED: Final = frozenset({"series", "species", "news", "goods", "sms"})
_SINGULAR: Final = {many: one for one, many in _IRREGULAR.items()}


def tokens(text: str) -> list[str]:
    """Return the ASCII words of `text`, lower case; accents are dropped."""
    folded = "".join(ch if ch.isascii() else ch.casefold() for ch in str(text))
    plain = unicodedata.normalize("NFKD", folded).encode("ascii", "ignore").decode()
    return [word.lower() for word in _NOT_WORD.split(_CAMEL.sub(" ", plain)) if word]


def identifier(text: str, fallback: str = "item", reserved: Iterable[str] = ()) -> str:
    """Return an ASCII snake_case name that is no keyword, no builtin and not reserved."""
    return _free(slug(text, fallback), _TAKEN | frozenset(reserved))


def attribute(text: str, fallback: str = "item", reserved: Iterable[str] = ()) -> str:
    """Return an ASCII snake_case name that is no keyword and not reserved: for fields."""
    return _free(slug(text, fallback), frozenset(keyword.kwlist) | frozenset(reserved))


def _free(name: str, taken: Container[str]) -> str:
    """Return a name, with an ending if it is taken."""
    free = name
    number = 1
    while free in taken:
        ending = "_" if number == 1 else f"_{number}"
        free = name[: _MAX_IDENTIFIER - len(ending)].rstrip("_") + ending
        number += 1
    return free


def slug(text: str, fallback: str = "item", reserved: Iterable[str] = ()) -> str:
    """Return an ASCII snake_case name that may be a keyword: for files, topics and columns."""
    name = "_".join(tokens(text)) or fallback
    name = f"n{name}" if name[0].isdigit() else name
    return _free(name[:_MAX_IDENTIFIER].strip("_"), frozenset(reserved))


def snake(text: str) -> str:
    """Return words joined by underscores."""
    return "_".join(tokens(text))


def kebab(text: str) -> str:
    """Return words joined by hyphens."""
    return "-".join(tokens(text))


def pascal(text: str) -> str:
    """Return words in PascalCase."""
    return "".join(word[:1].upper() + word[1:] for word in tokens(text))


def one_line(text: str) -> str:
    """Return `text` on one line without control, format or surrogate characters."""
    kept = "".join(
        " " if ch.isspace() else ch
        for ch in str(text)
        if ch.isspace() or unicodedata.category(ch) not in ("Cc", "Cf", "Cs", "Co", "Cn")
    )
    return " ".join(kept.split())


def docstring(text: str) -> str:
    """Return one line that is safe between triple quotes."""
    return one_line(text).replace("\\", "/").replace('"', "'")


def py(value: Json) -> str:
    """Return a Python literal in double quotes."""
    if isinstance(value, str):
        return _string(value)
    if isinstance(value, list):
        return "[" + ", ".join(py(item) for item in value) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_string(k)}: {py(v)}" for k, v in value.items()) + "}"
    return repr(value)


def _string(text: str) -> str:
    """Return a double-quoted ASCII literal."""
    # json escapes astral characters as surrogate pairs, which Python would keep as two.
    body = json.dumps(text.encode("utf-8", "replace").decode(), ensure_ascii=False)
    return "".join(ch if ch.isprintable() or ch == " " else _escape(ch) for ch in body)


def _escape(ch: str) -> str:
    code = ord(ch)
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def to_json(value: Json, indent: int | None = 2) -> str:
    """Return JSON text with keys in their given order."""
    return json.dumps(value, indent=indent, ensure_ascii=False)


def markdown(text: str) -> str:
    """Return text of a user that Markdown shows as it is, on one line."""
    return _MARKDOWN.sub(r"\\\1", one_line(text))


def plural(word: str) -> str:
    """Return the English plural of a word, by its ending."""
    head, _, last = word.rpartition("_")
    prefix = f"{head}_" if head else ""
    if last in _IRREGULAR:
        return prefix + _IRREGULAR[last]
    if last in _UNCHANGED:
        return word
    if last in _SINGULAR or (last.endswith("s") and singular(last) != last):
        return word
    if last.endswith(("s", "x", "z", "ch", "sh")):
        return f"{word}es"
    if last.endswith("y") and last[-2:-1] not in "aeiou":
        return f"{word[:-1]}ies"
    return f"{word}s"


def singular(word: str) -> str:
    """Return the English singular of a word, by its ending."""
    head, _, last = word.rpartition("_")
    prefix = f"{head}_" if head else ""
    if last in _SINGULAR:
        return prefix + _SINGULAR[last]
    if last in _UNCHANGED:
        return word
    if last.endswith("ies") and len(last) > 4:
        return f"{word[:-3]}y"
    if last.endswith(("sses", "xes", "zzes", "ches", "shes", "buses", "statuses")):
        return word[:-2]
    if last.endswith("s") and not last.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def words(values: Iterable[Json], joiner: str = "and") -> str:
    """Return "a, b and c"."""
    texts = [str(value) for value in values]
    if len(texts) < 2:
        return "".join(texts)
    return f"{', '.join(texts[:-1])} {joiner} {texts[-1]}"


def prefixed(text: str, prefix: str) -> str:
    """Return `text` after `prefix`."""
    return f"{prefix}{text}"


def as_field(value: Json, key: str, prefix: str = "") -> Json:
    """Return {key: value}, for `map` over scalars."""
    return {key: f"{prefix}{value}" if prefix else value}


def first_part(name: str) -> str:
    """Return a dotted name up to its first dot."""
    return name.partition(".")[0]


def lookup(value: str, table: Mapping[str, Json], default: Json = None) -> Json:
    """Return what a table says about a value."""
    return table.get(value, default)


@pass_environment
def each(
    environment: Environment, values: Iterable[dict[str, Json]], key: str, name: str, *args: Json
) -> list[Json]:
    """Return mappings with a filter applied to one key of each."""
    return [
        {**value, key: _plain(environment.call_filter(name, value[key], list(args)))}
        for value in values
    ]


def _plain(value: Any) -> Json:
    """Return a list in place of a generator."""
    plain: Json = list(value) if isinstance(value, Iterator) else value
    return plain


def matching(values: Iterable[Any], pattern: str, key: str = "") -> list[Any]:
    """Return the texts in which a pattern is found, or the mappings whose text at a key has it."""
    search = re.compile(pattern).search
    return [value for value in values if search(str(value[key] if key else value))]


def found(text: str, pattern: str) -> list[Any]:
    """Return what a pattern finds in a text, by lines: the whole, its group, or named groups."""
    search = re.compile(pattern, re.MULTILINE)
    if search.groupindex:
        return [match.groupdict() for match in search.finditer(text)]
    return search.findall(text)


def rows(values: Iterable[Mapping[str, Json]], pattern: str, joiner: str = "\n") -> str:
    """Return a line for each mapping, by a pattern such as `%(name)s: %(points).1f`."""
    return joiner.join(pattern % value for value in values)


def pick(value: Mapping[str, Json], *keys: str) -> Json:
    """Return the named keys of a mapping that it has."""
    return {key: value[key] for key in keys if key in value}


def rename(value: Mapping[str, Json], names: Mapping[str, str]) -> Json:
    """Return a mapping with other names for some of its keys."""
    return {names.get(key, key): item for key, item in value.items()}


def table(values: Iterable[Mapping[str, Json]], key: str, value: str = "") -> Json:
    """Return {item[key]: item[value]} of mappings, or whole items; repeated keys get a number."""
    result: dict[str, Json] = {}
    for item in values:
        name = unused = str(item[key])
        number = 1
        while unused in result:
            number += 1
            unused = f"{name}_{number}"
        result[unused] = item[value] if value else dict(item)
    return result


def merge(value: Mapping[str, Json], other: Mapping[str, Json]) -> Json:
    """Return both mappings, deeply; the second wins."""
    result: dict[str, Json] = dict(value)
    for key, item in other.items():
        old = result.get(key)
        result[key] = merge(old, item) if isinstance(old, dict) and isinstance(item, dict) else item
    return result


FILTERS: Final[dict[str, Callable[..., Any]]] = {
    "as_field": as_field,
    "attribute": attribute,
    "before": before,
    "comment": docstring,
    "composed": composed,
    "distinct": distinct,
    "docstring": docstring,
    "each": each,
    "entries": entries,
    "first_part": first_part,
    "found": found,
    "identifier": identifier,
    "kebab": kebab,
    "lookup": lookup,
    "markdown": markdown,
    "matching": matching,
    "merge": merge,
    "neighbours": neighbours,
    "one_line": one_line,
    "pascal": pascal,
    "pick": pick,
    "plural": plural,
    "prefixed": prefixed,
    "product": product,
    "py": py,
    "reached": reached,
    "rename": rename,
    "rows": rows,
    "singular": singular,
    "slug": slug,
    "spread": spread,
    "snake": snake,
    "table": table,
    "to_json": to_json,
    "to_yaml": to_yaml,
    "words": words,
}
