"""The preparation of a sweep: its runs and its plan, checked before any training."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ganzoo.assembly.overrides import Change, with_path
from ganzoo.assembly.settings import read_config
from ganzoo.device import choose_device
from ganzoo.errors import UsageError
from ganzoo.experiments.feasibility import Feasibility
from ganzoo.experiments.plan import Plan
from ganzoo.experiments.sweep import check
from ganzoo.experiments.trials import Choice, Trial, trials
from ganzoo.registry import Registry
from ganzoo.training.request import Request, asks_for_data


@dataclass(frozen=True)
class Prepared:
    """A sweep that can be played. fits: the check that was made."""

    plan: Plan
    trials: Sequence[Trial]
    fits: Feasibility


def prepare(
    recipe: str,
    varied: Sequence[Sequence[Choice]],
    request: Mapping[str, Any],
    registry: Registry,
) -> Prepared:
    """The sweep of a recipe over the choices. ``request``: by name, the ``seeds`` of each
    combination, the ``metrics``, their ``samples`` and ``repeats``, the ``config``, ``steps``,
    ``batch_size`` and ``precision`` that all runs share, the ``device``, the ``data_dir``, the
    ``plugins``, and the folder ``out``.

    Raises UsageError for a name that is unknown, for choices that do not fit, and for one run."""
    fixed = _fixed(request, registry)
    product = trials(registry.recipe(recipe), fixed, varied, request["seeds"], registry)
    if len(product) < 2:
        raise UsageError("This sweep has only one run: give choices, or more seeds.")
    how = Request(
        choose_device(request["device"]),
        seed=0,
        asked_data=asks_for_data(
            [*(path for path, _ in fixed), *(choice.path for choice in product[0].choices)]
        ),
        data_root=request["data_dir"],
    )
    fits = Feasibility(registry, how, request["metrics"], request["samples"])

    def given(*keys: str) -> dict[str, Any]:
        return {key: request[key] for key in keys if request[key] is not None}

    plan = Plan(
        recipe=recipe,
        out=Path(request["out"] or Path("sweeps") / recipe.rpartition(":")[2]),
        training=given("config", "steps", "batch_size"),
        metrics=request["metrics"],
        samples=request["samples"],
        repeats=request["repeats"] or (3 if request["metrics"] else 1),
        shared={**given("device", "data_dir"), "plugins": request["plugins"]},
        precision=request["precision"],
        expected=check(product, fits),
    )
    return Prepared(plan, product, fits)


def _fixed(request: Mapping[str, Any], registry: Registry) -> list[Change]:
    """The changes of the recipe that all runs share."""
    fixed = read_config(Path(request["config"])) if request["config"] else []
    named = {key: request[key] for key in ("steps", "batch_size")}
    fixed += [(key, value) for key, value in named.items() if value is not None]
    return [with_path(change, registry) for change in fixed]
