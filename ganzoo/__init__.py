"""ganzoo: a GAN zoo in which every animal is a plugin.

The public names load when first used: importing ganzoo does not import torch.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

_HOMES = {
    "train": "training",
    "resume": "training",
    "load": "trained",
    "Trained": "trained",
    "evaluate": "evaluation.evaluate",
    "Result": "evaluation.results",
    "Run": "run",
    "Registry": "registry",
    "hookimpl": "hookspecs",
    "register": "declared",
    "API_VERSION": "components",
    "Recipe": "recipe",
    "Variant": "recipe",
    "Part": "recipe",
    "Adam": "recipe",
    "SGD": "recipe",
    "RMSprop": "recipe",
    "Constant": "recipe",
    "Linear": "recipe",
    "Cosine": "recipe",
    "Exponential": "recipe",
    "Spec": "types",
    "Sample": "types",
    "Samples": "types",
    "Verdict": "types",
    "Turn": "types",
    "Game": "game",
    "Generator": "interfaces",
    "Discriminator": "interfaces",
    "Loss": "interfaces",
    "Penalty": "interfaces",
    "NoisePrior": "interfaces",
    "Dataset": "interfaces",
    "Metric": "interfaces",
    "Features": "interfaces",
    "Splits": "data.splits",
    "GanzooError": "errors",
    "UsageError": "errors",
    "DataUnavailable": "errors",
}

__all__ = [*_HOMES]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'ganzoo' has no attribute {name!r}")
    value = getattr(importlib.import_module(f"ganzoo.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})


if TYPE_CHECKING:
    from ganzoo.components import API_VERSION as API_VERSION
    from ganzoo.data.splits import Splits as Splits
    from ganzoo.declared import register as register
    from ganzoo.errors import DataUnavailable as DataUnavailable
    from ganzoo.errors import GanzooError as GanzooError
    from ganzoo.errors import UsageError as UsageError
    from ganzoo.evaluation.evaluate import evaluate as evaluate
    from ganzoo.evaluation.results import Result as Result
    from ganzoo.game import Game as Game
    from ganzoo.hookspecs import hookimpl as hookimpl
    from ganzoo.interfaces import Dataset as Dataset
    from ganzoo.interfaces import Discriminator as Discriminator
    from ganzoo.interfaces import Features as Features
    from ganzoo.interfaces import Generator as Generator
    from ganzoo.interfaces import Loss as Loss
    from ganzoo.interfaces import Metric as Metric
    from ganzoo.interfaces import NoisePrior as NoisePrior
    from ganzoo.interfaces import Penalty as Penalty
    from ganzoo.recipe import SGD as SGD
    from ganzoo.recipe import Adam as Adam
    from ganzoo.recipe import Constant as Constant
    from ganzoo.recipe import Cosine as Cosine
    from ganzoo.recipe import Exponential as Exponential
    from ganzoo.recipe import Linear as Linear
    from ganzoo.recipe import Part as Part
    from ganzoo.recipe import Recipe as Recipe
    from ganzoo.recipe import RMSprop as RMSprop
    from ganzoo.recipe import Variant as Variant
    from ganzoo.registry import Registry as Registry
    from ganzoo.run import Run as Run
    from ganzoo.trained import Trained as Trained
    from ganzoo.trained import load as load
    from ganzoo.training import resume as resume
    from ganzoo.training import train as train
    from ganzoo.types import Sample as Sample
    from ganzoo.types import Samples as Samples
    from ganzoo.types import Spec as Spec
    from ganzoo.types import Turn as Turn
    from ganzoo.types import Verdict as Verdict
