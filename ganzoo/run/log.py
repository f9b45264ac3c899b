"""The log of a run's scalars: metrics.jsonl, one JSON object per line."""

from __future__ import annotations

import json
from collections.abc import Mapping

from ganzoo.registry.hookspecs import hookimpl
from ganzoo.run.files import append
from ganzoo.run.folder import Run


class JsonLines:
    """An observer that appends to metrics.jsonl. Each line is written in one call. A reader leaves
    out a last line that a power cut has shortened."""

    @hookimpl
    def ganzoo_logged(self, run: Run, step: int, scalars: Mapping[str, float]) -> None:
        line = json.dumps({"step": step, **scalars}) + "\n"
        append(run.metrics_file, line)
