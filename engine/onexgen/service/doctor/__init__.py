"""Looks at all that a service needs, in the order in which one thing needs the other."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from onexgen.service.doctor.advice import Advice, Finding, Found
from onexgen.service.doctor.broker import ALL as OF_BROKER
from onexgen.service.doctor.broker import of_broker
from onexgen.service.doctor.folder import FOLDER, of_folder
from onexgen.service.doctor.past import HISTORY, RUNS, of_history
from onexgen.service.doctor.serving import SERVICE, of_service
from onexgen.service.topics import Topics

ALL: Final = (*OF_BROKER, HISTORY, RUNS, SERVICE, FOLDER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Patient:
    """What is to be looked at; what is not named is left out."""

    bus: str | None = None
    store: str | None = None
    services: Sequence[str] = ()
    folder: Path | None = None
    only: Collection[str] = ALL


async def findings(patient: Patient, topics: Topics, advice: Advice) -> AsyncIterator[Finding]:
    """Yield what there is to say."""
    async for found in _found(patient, topics, advice):
        if found.what in patient.only:
            yield advice.to(found)


async def _found(patient: Patient, topics: Topics, advice: Advice) -> AsyncIterator[Found]:
    only = set(patient.only)
    if patient.bus is not None and only & set(OF_BROKER):
        async for found in of_broker(patient.bus, topics, only):
            yield found
    if only & {HISTORY, RUNS}:
        async for found in of_history(patient.store, advice):
            yield found
    for url in patient.services if SERVICE in only else ():
        async for found in of_service(url, advice):
            yield found
    if patient.folder is not None and FOLDER in only:
        yield of_folder(patient.folder.absolute(), advice.limits)
