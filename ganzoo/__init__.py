"""ganzoo: a GAN zoo in which every animal is a plugin.

The public names load when first used: importing ganzoo does not import torch.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

_HOMES = {
    "train": "training.train",
    "resume": "training.resume",
    "estimate": "training.forecast",
    "Estimate": "training.forecast",
    "load": "sampling.load",
    "export": "sampling.export",
    "Exported": "sampling.export",
    "Trained": "sampling.trained",
    "Projection": "sampling.projection",
    "Directions": "sampling.directions",
    "push": "run.push",
    "Pushed": "run.push",
    "evaluate": "evaluation.evaluate",
    "Result": "evaluation.results",
    "Results": "evaluation.results",
    "compare": "evaluation.report.compare",
    "Comparison": "evaluation.report.compare",
    "sweep": "experiments.interface",
    "tune": "experiments.interface",
    "Tuned": "experiments.outcome",
    "Run": "run",
    "runs": "run.listing",
    "RunSummary": "run.listing",
    "Runs": "run.listing",
    "grid": "run.image",
    "Registry": "registry",
    "components": "registry.components",
    "Components": "registry.components",
    "hookimpl": "registry.hookspecs",
    "register": "registry.decorator",
    "API_VERSION": "registry.entries",
    "Recipe": "recipe",
    "Variant": "recipe",
    "Part": "recipe",
    "Schedule": "schedules",
    "Scheduled": "schedules",
    "Moment": "schedules",
    "Count": "ranges",
    "NotNegative": "ranges",
    "Positive": "ranges",
    "Share": "ranges",
    "PixelWeight": "ranges",
    "Weight": "ranges",
    "Spec": "types",
    "Batch": "types",
    "Data": "types",
    "Scores": "types",
    "Losses": "types",
    "Role": "types",
    "Game": "engine.game",
    "Component": "interfaces",
    "Network": "interfaces",
    "Generator": "interfaces",
    "Discriminator": "interfaces",
    "Loss": "interfaces",
    "Penalty": "interfaces",
    "Augmentation": "interfaces",
    "NoisePrior": "interfaces",
    "Dataset": "interfaces",
    "Metric": "interfaces",
    "Features": "interfaces",
    "View": "interfaces",
    "Splits": "data.splits",
    "DrawnDataset": "data.drawn",
    "level_widths": "pyramid",
    "halving": "pyramid",
    "doubling": "pyramid",
    "Engine": "engine.engine",
    "build": "assembly.build",
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
    from ganzoo.assembly.build import build as build
    from ganzoo.data.drawn import DrawnDataset as DrawnDataset
    from ganzoo.data.splits import Splits as Splits
    from ganzoo.engine.engine import Engine as Engine
    from ganzoo.engine.game import Game as Game
    from ganzoo.errors import DataUnavailable as DataUnavailable
    from ganzoo.errors import GanzooError as GanzooError
    from ganzoo.errors import UsageError as UsageError
    from ganzoo.evaluation.evaluate import evaluate as evaluate
    from ganzoo.evaluation.report.compare import Comparison as Comparison
    from ganzoo.evaluation.report.compare import compare as compare
    from ganzoo.evaluation.results import Result as Result
    from ganzoo.evaluation.results import Results as Results
    from ganzoo.experiments.interface import sweep as sweep
    from ganzoo.experiments.interface import tune as tune
    from ganzoo.experiments.outcome import Tuned as Tuned
    from ganzoo.interfaces import Augmentation as Augmentation
    from ganzoo.interfaces import Component as Component
    from ganzoo.interfaces import Dataset as Dataset
    from ganzoo.interfaces import Discriminator as Discriminator
    from ganzoo.interfaces import Features as Features
    from ganzoo.interfaces import Generator as Generator
    from ganzoo.interfaces import Loss as Loss
    from ganzoo.interfaces import Metric as Metric
    from ganzoo.interfaces import Network as Network
    from ganzoo.interfaces import NoisePrior as NoisePrior
    from ganzoo.interfaces import Penalty as Penalty
    from ganzoo.interfaces import View as View
    from ganzoo.pyramid import doubling as doubling
    from ganzoo.pyramid import halving as halving
    from ganzoo.pyramid import level_widths as level_widths
    from ganzoo.ranges import Count as Count
    from ganzoo.ranges import NotNegative as NotNegative
    from ganzoo.ranges import PixelWeight as PixelWeight
    from ganzoo.ranges import Positive as Positive
    from ganzoo.ranges import Share as Share
    from ganzoo.ranges import Weight as Weight
    from ganzoo.recipe import Part as Part
    from ganzoo.recipe import Recipe as Recipe
    from ganzoo.recipe import Variant as Variant
    from ganzoo.registry import Registry as Registry
    from ganzoo.registry.components import Components as Components
    from ganzoo.registry.components import components as components
    from ganzoo.registry.decorator import register as register
    from ganzoo.registry.entries import API_VERSION as API_VERSION
    from ganzoo.registry.hookspecs import hookimpl as hookimpl
    from ganzoo.run import Run as Run
    from ganzoo.run.image import grid as grid
    from ganzoo.run.listing import Runs as Runs
    from ganzoo.run.listing import RunSummary as RunSummary
    from ganzoo.run.listing import runs as runs
    from ganzoo.run.push import Pushed as Pushed
    from ganzoo.run.push import push as push
    from ganzoo.sampling.directions import Directions as Directions
    from ganzoo.sampling.export import Exported as Exported
    from ganzoo.sampling.export import export as export
    from ganzoo.sampling.load import load as load
    from ganzoo.sampling.projection import Projection as Projection
    from ganzoo.sampling.trained import Trained as Trained
    from ganzoo.schedules import Moment as Moment
    from ganzoo.schedules import Schedule as Schedule
    from ganzoo.schedules import Scheduled as Scheduled
    from ganzoo.training.forecast import Estimate as Estimate
    from ganzoo.training.forecast import estimate as estimate
    from ganzoo.training.resume import resume as resume
    from ganzoo.training.train import train as train
    from ganzoo.types import Batch as Batch
    from ganzoo.types import Data as Data
    from ganzoo.types import Losses as Losses
    from ganzoo.types import Role as Role
    from ganzoo.types import Scores as Scores
    from ganzoo.types import Spec as Spec
