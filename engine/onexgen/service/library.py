"""What the library has for a request: answered by the pipelines of the pack, with their reasons."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

from onexgen.diagnostics import UsageError, closest
from onexgen.inputs import resolve_inputs
from onexgen.json_types import JsonObject
from onexgen.plan import Plan
from onexgen.session import Session, drain

_RULES: Final = "rules"
_ENTRIES: Final = "entries"


class Library:
    """Pipelines by the output that they are asked for; each is compiled at its first question."""

    def __init__(
        self, pipelines: Mapping[str, str], environment: str | None, timeout: float
    ) -> None:
        """Ask pipelines of the current folder's pack; `timeout` in seconds for each."""
        self.pipelines = pipelines
        self._environment = environment
        self._timeout = timeout
        self._sessions: dict[str, Session] = {}
        # Runs in one process have caches in common: one after the other.
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="library")

    async def ask(self, outputs: Sequence[str], given: Mapping[str, Any]) -> JsonObject:
        """Return the outputs of some pipelines for a request, by their names.

        Errors: those of a run, such as UsageError for an input that is wrong.
        """
        for name in outputs:
            if name not in self.pipelines:
                raise UsageError(f"nobody answers '{name}'", help=closest(name, self.pipelines))
        loop = asyncio.get_running_loop()
        answers: JsonObject = {}
        for name in outputs:
            answers |= await loop.run_in_executor(self._thread, self._answer, name, dict(given))
        return answers

    async def all(self, output: str) -> list[JsonObject]:
        """Return all entries among which a pipeline chooses."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, self._entries, output)

    def close(self) -> None:
        """End the thread."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _answer(self, output: str, given: JsonObject) -> JsonObject:
        session = self._session(output)
        known = {plan.name for plan in session.plan.inputs}
        values = {key: value for key, value in given.items() if key in known}
        inputs = resolve_inputs(session.plan.inputs, values)
        [run] = drain(session.run([inputs], timeout=self._timeout))
        if run.error is not None:
            raise run.error
        return session.outputs(run)

    def _entries(self, output: str) -> list[JsonObject]:
        plan = self._session(output).plan
        document: Any = plan.documents[_rules_of(plan, output)]
        return [
            {key: value for key, value in entry.items() if value not in ([], {}, None)}
            for entry in document[_ENTRIES]
        ]

    def _session(self, output: str) -> Session:
        if output not in self._sessions:
            self._sessions[output] = Session(self.pipelines[output], environment=self._environment)
        return self._sessions[output]


def _rules_of(plan: Plan, output: str) -> str:
    """Return the document that the step which makes an output chooses from."""
    for stage in plan.stages:
        for step in stage.steps:
            if step.key == output and _RULES in step.options:
                return str(step.options[_RULES])
    raise UsageError(f"no step of {plan.path} makes '{output}' from rules")
