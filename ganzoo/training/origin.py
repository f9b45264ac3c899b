"""A training that starts from the weights of another one, of the same data or of other data."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from ganzoo.engine.engine import Engine
from ganzoo.engine.game import Game
from ganzoo.errors import GanzooError, UsageError
from ganzoo.paths import expanded
from ganzoo.run import Run, checkpoint
from ganzoo.run.folder import check_config, data_name

NAMED = 4  # weights that a message names


@dataclass(frozen=True)
class Origin:
    """The weights that a new training starts from. name: of the run's folder or of the file.
    weights: of the game, by name, as the last step left them. averaged: the first average of the
    averaged networks, by name; those in ``weights`` where there is no average."""

    name: str
    about: Mapping[str, Any]
    weights: Mapping[str, Tensor]
    averaged: Mapping[str, Tensor]

    @classmethod
    def read(cls, path: str | Path | Run) -> Origin:
        """From a run's folder, its newest checkpoint; or from a file ``generator.safetensors``, or
        a checkpoint. Raises GanzooError for anything else."""
        place = expanded(Path(path))
        if place.is_file():
            tensors, about = checkpoint.read(place)
            check_config(about.get("config"), place)
        else:
            run = Run.open(place)
            tensors, about = checkpoint.of_step(run)
            about["config"] = run.config
        if about["kind"] == "generator":
            return cls(place.name, about, tensors, tensors)
        weights = _part(tensors, "game.")
        return cls(place.absolute().name, about, weights, {**weights, **_part(tensors, "ema.")})

    def record(self, game: Game) -> dict[str, Any]:
        """What the game takes from here, for config.json. Warns of the weights that stay as they
        are, since they have another shape here. Raises UsageError if none fits."""
        own = _own(game)
        taken = [name for name, tensor in own.items() if _fits(tensor, self.weights.get(name))]
        if not any(name.startswith(tuple(f"{role}." for role in game.networks)) for name in taken):
            raise UsageError(
                f"None of the weights in {self.name} fits the networks of this training: it is of "
                f"the recipe {self._recipe!r}. Train the same networks, at the same size."
            )
        other = {
            name: [list(self.weights[name].shape), list(tensor.shape)]
            for name, tensor in own.items()
            if name in self.weights and name not in taken
        }
        new = [name for name in own if name not in self.weights]
        if other or new:
            warnings.warn(self._left_out(other, new, game), stacklevel=3)
        return {
            "name": self.name,
            "recipe": self._recipe,
            "dataset": data_name(self.about["config"]),
            "step": self.about["step"],
            "sha256": self.about["sha256"],
            "taken": len(taken),
            "of_another_shape": other,
            "not_there": new,
        }

    @torch.no_grad()
    def give(self, engine: Engine) -> None:
        """Copy the weights that fit into the networks of a new training, and into its averages."""
        for name, tensor in _own(engine.game).items():
            if _fits(tensor, self.weights.get(name)):
                tensor.copy_(self.weights[name])
        if not engine.ema.decay:  # the averaged networks are the networks themselves
            return
        for ema in engine.emas:
            for key, tensor in ema.state().items():
                if _fits(tensor, self.averaged.get(key)):
                    tensor.copy_(self.averaged[key])

    @property
    def _recipe(self) -> str:
        return str(self.about["config"]["recipe"].get("name"))

    def _left_out(self, other: Mapping[str, list[list[int]]], new: list[str], game: Game) -> str:
        sentences = []
        if other:
            named = [
                f"{name} ({'x'.join(map(str, here))} here, {'x'.join(map(str, there))} there)"
                for name, (there, here) in other.items()
            ]
            sentences.append(f"Of another shape in {self.name}: {_some(named)}.")
        whole = [
            role
            for role in game.networks
            if not any(name.startswith(f"{role}.") for name in self.weights)
        ]
        single = [name for name in new if not name.startswith(tuple(f"{r}." for r in whole))]
        if new:
            sentences.append(
                f"Not in {self.name}: {_some([*(f'the {r}' for r in whole), *single])}."
            )
        return f"{' '.join(sentences)} They start anew."


def freeze(game: Game, count: int, record: Mapping[str, Any] | None = None) -> None:
    """Keep the weights of the discriminator's first ``count`` layers as they are in the training
    (arXiv:2002.10964, section 3). A layer is a module with a matrix or a kernel of weights; biases
    and norms after it belong to it. Call this before the engine is made. ``record``: of the
    origin. Raises UsageError for too many layers, or where one of them has no weights in the
    origin."""
    layers = list(_layers(game.discriminator))
    if not 0 < count < len(layers):
        raise UsageError(
            f"freeze_d must be from 1 to {len(layers) - 1}, not {count}: the discriminator "
            f"has {len(layers)} layers, and the last one is always trained."
        )
    missing = {*record["of_another_shape"], *record["not_there"]} if record else set()
    for layer in layers[:count]:
        for name, weight in layer.items():
            if f"discriminator.{name}" in missing:
                raise UsageError(
                    f"freeze_d={count}: discriminator.{name} is not taken from "
                    f"{record['name'] if record else ''}, and random weights must be trained. "
                    "Freeze fewer layers, or start from a run's folder with the same discriminator."
                )
            weight.requires_grad_(False)


def freeze_again(game: Game, config: Mapping[str, Any]) -> None:
    """Freeze the layers that the configuration of a resumed run names."""
    count = config.get("origin", {}).get("freeze_d", 0)
    if not isinstance(count, int):
        raise GanzooError("The run's configuration is damaged: origin.freeze_d is no number.")
    if count:
        freeze(game, count)


def _layers(network: nn.Module) -> Iterator[dict[str, nn.Parameter]]:
    """The weights of each layer of a network, by name, in the order in which they were made."""
    by_owner: dict[str, dict[str, nn.Parameter]] = {}
    for name, weight in network.named_parameters():
        owner = name.partition(".parametrizations.")[0]
        owner = owner if owner != name else name.rpartition(".")[0]
        by_owner.setdefault(owner, {})[name] = weight
    layer: dict[str, nn.Parameter] = {}
    for weights in by_owner.values():
        if layer and any(weight.ndim > 1 for weight in weights.values()):
            yield layer
            layer = {}
        layer |= weights
    if layer:
        yield layer


def _own(game: Game) -> dict[str, Tensor]:
    """The weights and buffers of the game's networks and of its prior, by name."""
    starts = tuple(f"{name}." for name in (*game.networks, "prior"))
    return {name: t for name, t in game.state_dict().items() if name.startswith(starts)}


def _fits(own: Tensor, other: Tensor | None) -> bool:
    return (
        other is not None
        and own.shape == other.shape
        and own.is_floating_point() == other.is_floating_point()
    )


def _part(tensors: Mapping[str, Tensor], start: str) -> dict[str, Tensor]:
    return {k.removeprefix(start): t for k, t in tensors.items() if k.startswith(start)}


def _some(names: list[str]) -> str:
    more = len(names) - NAMED
    return ", ".join(names[:NAMED]) + (f" and {more} more" if more > 0 else "")
