"""The grammar of the registry of services: as what this one is found, and where it is told."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from onexgen.config.base import Strict
from onexgen.config.hooks import Variable
from onexgen.config.pipeline import Duration

Key = Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*$")]
ServiceName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,39}$")]


class Registry(Strict):
    """How the agent of a registry is talked to."""

    prefix: ServiceName = Field(description="Services are named PREFIX-ROLE.")
    tags: list[str] = Field(default_factory=list, description="Tags of every service.")
    token: Variable = Field(description="Environment variable with the agent's token.")
    settings: Key = Field(description="Folder of keys that change the settings of the service.")
    timeout: Duration = Field(description="How long an answer of the agent is waited for.")
    look_every: Duration = Field(
        description="How often it is looked whether the agent still knows us."
    )
    check_every: Duration = Field(description="How often the agent asks whether we are well.")
    check_timeout: Duration = Field(description="How long it waits for that.")
    forget_after: Duration = Field(
        description="When the agent forgets a service that does not answer."
    )
