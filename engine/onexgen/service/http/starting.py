"""From what a person wants to a service: all that can be wrong is said before anything starts."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from onexgen.diagnostics import UsageError
from onexgen.service.extra import needed
from onexgen.service.http.app import ROUTES
from onexgen.service.http.auth import Tokens, default_file
from onexgen.service.http.context import Context, Wishes, context_of
from onexgen.service.http.serving import Listening, bound, check_host, serve
from onexgen.service.http.settings import ServiceSettings, load_service, placed
from onexgen.service.topics import load_topics
from onexgen.settings import pack_here

LOG: Final = logging.getLogger(__name__)


async def start(
    wishes: Wishes, host: str, roles: Sequence[str], ports: Sequence[str],
    tell: Callable[[str], None],
) -> None:  # fmt: skip
    """Serve the roles of these names, all for none, until told to stop."""
    context = context_here(wishes, await _settings_elsewhere(wishes))
    chosen = placed(context.settings.chosen(roles), ports)
    context.groups = frozenset(route for role in chosen for route in role.routes)
    if wishes.output_root is not None and not wishes.output_root.is_dir():
        raise UsageError(f"{wishes.output_root} is no folder", help="make it, or name another one")
    check_host(context, host)
    listening = bound(chosen, host)
    await serve(context, listening, lambda: tell(f"ready: {_shown(listening)}"))


async def _settings_elsewhere(wishes: Wishes) -> bytes | None:
    """Return what a registry says of the settings, as an overlay; None when it says nothing."""
    if wishes.consul is None:
        return None
    needed("httpx")
    from onexgen.service.consul.agent import AgentAway
    from onexgen.service.consul.overlay import overlay_from
    from onexgen.service.consul.registering import registry_rules

    settings = load_service(*pack_here(wishes.environment), ROUTES)
    if "registry" not in settings.parts:
        return None
    rules = registry_rules(settings.parts["registry"])
    try:
        return await overlay_from(wishes.consul, rules, settings.file)
    except AgentAway as error:
        LOG.warning("%s; the settings are those of the files", error.message)
        return None


def context_here(wishes: Wishes, overlay: bytes | None = None) -> Context:
    """Return what a service will have that is started in the current folder."""
    pack, environment = pack_here(wishes.environment)
    settings = load_service(pack, environment, ROUTES, overlay)
    return context_of(pack, settings, load_topics(pack, environment), wishes)


def tokens_here(path: Path | None, environment: str | None) -> Tokens:
    """Return the tokens of a file, or the user's own, by the rules of the current folder."""
    settings: ServiceSettings = load_service(*pack_here(environment), ROUTES)
    return Tokens(path or default_file(), settings.tokens)


def _shown(listening: Sequence[Listening]) -> str:
    return ", ".join(f"{role.id} {one.url}" for one in listening for role in one.roles)
