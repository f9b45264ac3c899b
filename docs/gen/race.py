"""The records of races to a metric."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from gen.files import races
from gen.tables import head


def race() -> Iterator[str]:
    """The records in docs/races, the fastest to the first target first."""
    records = races()
    if not records:
        yield "There is no record yet.\n"
        return
    targets = [standing["target"] for standing in records[0]["standings"]]
    yield head("recipe", *(f"fd {target:g}" for target in targets), "machine", "arithmetic", "date")
    for record in sorted(records, key=lambda one: one["standings"][0]["seconds"] or math.inf):
        times = " | ".join(_time(standing) for standing in record["standings"])
        machine = record["machine"]
        where = machine.get("card") or f"{machine['processor']}, {machine['threads']} threads"
        arithmetic = f"{record['precision']}, {record['memory_format']}"
        name = record["recipe"]["name"]
        yield f"| `{name}` | {times} | {where} | {arithmetic} | {record['date']} |"
    yield ""
    for record in records:
        yield f"- `{record['recipe']['name']}`: `{' '.join(record['command'])}`"
    yield ""


def _time(standing: dict[str, Any]) -> str:
    """The seconds to a target, with their error, and the seeds that reached it."""
    if standing["seconds"] is None:
        return f"0 of {standing['seeds']}"
    digits = 0 if standing["seconds"] >= 10 else 1
    error = "" if standing["stderr"] is None else f" ± {standing['stderr']:.{digits}f}"
    time = f"{standing['seconds']:.{digits}f}{error} s"
    return f"{time} ({standing['reached']} of {standing['seeds']})"
