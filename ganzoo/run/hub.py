"""The head of a model card, which the Hugging Face Hub reads.

Its fields: https://huggingface.co/docs/hub/model-cards. It is YAML; each value is written as JSON,
which is YAML too.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from ganzoo.run.folder import Run, data_name

if TYPE_CHECKING:
    from ganzoo.evaluation.results import Result

GENERATION = "unconditional-image-generation"  # the Hub's task for a GAN of images
TRANSLATION = "image-to-image"
LICENSE = "unknown"  # for the owner of the weights to choose


def head(run: Run, results: Iterable[Result]) -> str:
    """The head of the run's card, between two lines ``---``. ``results``: of the generators that
    are in the folder."""
    name, data = run.config["recipe"]["name"], data_name(run.config)
    images = len(run.config["dataset"].get("shape", [])) == 3
    task = TRANSLATION if run.config.get("translations") else GENERATION
    fields: dict[str, Any] = {
        "library_name": "ganzoo",
        "license": LICENSE,
        **({"pipeline_tag": task} if images else {}),
        "tags": [*dict.fromkeys(("gan", "pytorch", name, data))],
    }
    found = _results(data, task if images else "other", results)
    if found:
        fields["model-index"] = [{"name": f"{name} on {data}", "results": found}]
    lines = [f"{key}: {json.dumps(value)}\n" for key, value in fields.items()]
    return "---\n" + "".join(lines) + "---\n\n"


def _results(data: str, task: str, results: Iterable[Result]) -> list[dict[str, Any]]:
    """The entries of the field model-index: one for each split of the data."""
    metrics: dict[str, list[dict[str, Any]]] = {}
    for result in results:
        protocol = result.protocol
        name = f"{result.name} at step {protocol.step}, {protocol.fakes} fakes"
        metric = {"type": result.name, "value": result.value, "name": name}
        metrics.setdefault(protocol.split, []).append(metric)
    return [
        {
            "task": {"type": task, "name": "generation"},
            "dataset": {"name": data, "type": data, "split": split},
            "metrics": found,
        }
        for split, found in metrics.items()
    ]
