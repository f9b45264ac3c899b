"""What is asked of a metric."""

from __future__ import annotations

import math
from collections.abc import Iterator

from ganzoo.testing.findings import Seen, rule
from ganzoo.testing.subject import Subject
from ganzoo.testing.trials import working
from ganzoo.testing.trials.metric import MetricTrial


@rule(
    "results",
    "metric",
    asks="It gives finite numbers by name, and lower_is_better says of every name which way is "
    "better.",
    mend="Return {name: float(value)}, and list every name in the class attribute lower_is_better.",
)
def results(subject: Subject) -> Iterator[Seen]:
    for trial in working(subject, MetricTrial):
        metric = trial.build()
        found = trial.run(metric)
        if not isinstance(found, dict) or not found:
            yield Seen(f"it gives {found!r}, not results by name", case=trial.case)
            continue
        for name, value in found.items():
            if not isinstance(value, float) or not math.isfinite(value):
                yield Seen(f"{name} is {value!r}", case=trial.case)
            if name not in metric.lower_is_better:
                yield Seen(f"lower_is_better says nothing of {name!r}", case=trial.case)
