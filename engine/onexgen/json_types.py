"""The values that flow through a run: what JSON can say, nothing else."""

from __future__ import annotations

type Json = None | bool | int | float | str | list[Json] | dict[str, Json]
type JsonObject = dict[str, Json]
