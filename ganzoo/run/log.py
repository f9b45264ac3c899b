"""The metrics of a run, a JSON object a line."""

from __future__ import annotations

import json
from collections.abc import Mapping

from ganzoo.registry.hookspecs import hookimpl
from ganzoo.run.files import append
from ganzoo.run.folder import Run


class JsonLines:
    """Appends to metrics.jsonl. A line is small and written at once; a reader leaves out a last
    line that a power cut has shortened."""

    @hookimpl
    def ganzoo_logged(self, run: Run, step: int, scalars: Mapping[str, float]) -> None:
        line = json.dumps({"step": step, **scalars}) + "\n"
        append(run.metrics_file, line)
