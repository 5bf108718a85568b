"""Settings from the key-value store, as an overlay: checked like one that a user wrote."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final

from onexgen.diagnostics import ConfigError
from onexgen.service.consul.agent import Agent
from onexgen.service.consul.registering import RegistryRules
from onexgen.source import load

_LARGEST: Final = 1 << 16


async def overlay_from(url: str, rules: RegistryRules, file: str) -> bytes | None:
    """Return the overlay of a file that an agent's keys are, None when there is none.

    Errors: AgentAway when it does not answer, ConfigError for a value that is no YAML.
    """
    async with Agent(url, token_variable=rules.variable, timeout=rules.timeout) as agent:
        values = await agent.values(rules.settings)
    return overlay_of(values, rules.settings, file) if values else None


def overlay_of(values: Mapping[str, str], folder: str, file: str) -> bytes:
    """Return an overlay of a file from path/of/a/value -> YAML text."""
    lines = [
        "version: 1",
        "kind: overlay",
        f"description: {json.dumps(f'Keys below {folder}/ of the registry.')}",
        "set:",
        f"  {json.dumps(file)}:",
    ]
    for path, text in sorted(values.items()):
        name = f"{folder}/{path}"
        raw = text.encode()
        if len(raw) > _LARGEST:
            raise ConfigError(f"the key {name} has {len(raw):,} bytes, at most {_LARGEST:,} count")
        data = load(name, raw).data
        # JSON is YAML on one line: where it stands is then the line of its key.
        lines.append(f"    {json.dumps(path.replace('/', '.'))}: {json.dumps(data)}")
    return ("\n".join(lines) + "\n").encode()
