"""The page of actions, from what the actions say of themselves."""

from __future__ import annotations

import ast
import dataclasses
import inspect
from typing import Any

from onexgen.actions import ACTIONS, load_action
from onexgen.actions.options import describe, is_required, option_fields

HEAD = """# Actions

The verbs that a step may use. `onexgen check` knows their options; this page is made from the code.
"""


def page() -> str:
    """Return the whole page."""
    return HEAD + "".join(_section(name) for name in sorted(ACTIONS))


def _section(name: str) -> str:
    action = load_action(name)
    first = (inspect.getdoc(action) or "").splitlines()[0]
    about = _about(action.Options)
    rows = [
        f"| `{key}` | {_type(action.Options, field)} | {_default(field)} | {about[field.name]} |"
        for key, field in option_fields(action.Options).items()
    ]
    head = "| option | type | default | meaning |\n|---|---|---|---|\n"
    return f"\n## {name}\n\n{first}\n\n{head}" + "\n".join(rows) + "\n"


def _type(options: Any, field: dataclasses.Field[Any]) -> str:
    from typing import get_type_hints

    return describe(get_type_hints(options)[field.name])


def _default(field: dataclasses.Field[Any]) -> str:
    if is_required(field):
        return "required"
    if field.default is not dataclasses.MISSING:
        return f"`{field.default!r}`"
    return f"`{field.default_factory()!r}`"  # type: ignore[misc]


def _about(options: Any) -> dict[str, str]:
    """Return field -> the text below it in the source."""
    body = ast.parse(inspect.cleandoc(inspect.getsource(options))).body[0]
    found: dict[str, str] = {}
    assert isinstance(body, ast.ClassDef)
    for field, text in zip(body.body, body.body[1:], strict=False):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
            assert isinstance(text, ast.Expr), (options, field.target.id)
            assert isinstance(text.value, ast.Constant)
            found[field.target.id] = " ".join(str(text.value.value).split())
    return found


if __name__ == "__main__":
    from pathlib import Path

    Path("docs/actions.md").write_text(page(), encoding="utf-8")
