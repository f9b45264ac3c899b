"""Optimizers: of each player one, made from its recipe, with settings that may be scheduled.

A target of the kind ``optimizer`` is a subclass of ``torch.optim.Optimizer``, or a function
``(parameters, **options)`` that returns one. The functions here have the field's defaults, and use
one kernel for all weights where torch has one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any

import torch
from msgspec import Meta
from torch import Tensor
from torch.amp import GradScaler
from torch.nn import Parameter

from ganzoo.engine import uncompiled
from ganzoo.engine.optimizer_state import OptimizerState
from ganzoo.errors import UsageError, near
from ganzoo.schedules import Schedule, Scheduled

if TYPE_CHECKING:
    from ganzoo.engine.game import Game

Rate = Annotated[Scheduled, Meta(ge=0)]
Decay = Annotated[Scheduled, Meta(ge=0, lt=1)]
Positive = Annotated[float, Meta(gt=0)]
Weights = Iterable[Parameter] | Iterable[dict[str, Any]]


def adam(
    parameters: Weights,
    lr: Rate = 2e-4,
    betas: tuple[Decay, Decay] = (0.5, 0.999),
    eps: Positive = 1e-8,
    weight_decay: Rate = 0.0,
) -> torch.optim.Optimizer:
    """Adam (arXiv:1412.6980, algorithm 1)."""
    return uncompiled.Adam(
        parameters, lr=lr, betas=betas, eps=eps, weight_decay=weight_decay, fused=True
    )


def adamw(
    parameters: Weights,
    lr: Rate = 2e-4,
    betas: tuple[Decay, Decay] = (0.5, 0.999),
    eps: Positive = 1e-8,
    weight_decay: Rate = 0.01,
) -> torch.optim.Optimizer:
    """Adam with decoupled weight decay (arXiv:1711.05101, algorithm 2)."""
    return uncompiled.AdamW(
        parameters, lr=lr, betas=betas, eps=eps, weight_decay=weight_decay, fused=True
    )


def sgd(
    parameters: Weights,
    lr: Rate = 0.01,
    momentum: Decay = 0.0,
    nesterov: bool = False,
    weight_decay: Rate = 0.0,
) -> torch.optim.Optimizer:
    """Stochastic gradient descent with momentum."""
    return uncompiled.SGD(
        parameters,
        lr=lr,
        momentum=momentum,
        nesterov=nesterov,
        weight_decay=weight_decay,
        fused=True,
    )


def rmsprop(
    parameters: Weights,
    lr: Rate = 5e-5,
    alpha: Decay = 0.99,
    eps: Positive = 1e-8,
    momentum: Decay = 0.0,
    weight_decay: Rate = 0.0,
) -> torch.optim.Optimizer:
    """Tieleman and Hinton's; ``alpha`` is the decay of the squared gradients' average."""
    return uncompiled.RMSprop(
        parameters, lr=lr, alpha=alpha, eps=eps, momentum=momentum, weight_decay=weight_decay
    )


class Lion(uncompiled.Uncompiled):
    """The sign of a momentum (arXiv:2302.06675, algorithm 2). Its rate is 3 to 10 times less than
    Adam's (section 5)."""

    def __init__(
        self,
        parameters: Weights,
        lr: Rate = 5e-5,
        betas: tuple[Decay, Decay] = (0.9, 0.99),
        weight_decay: Rate = 0.0,
    ) -> None:
        super().__init__(parameters, {"lr": lr, "betas": betas, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Move the weights. ``closure``, as in torch: evaluates the loss again."""
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        for group in self.param_groups:
            weights = [p for p in group["params"] if p.grad is not None]
            if weights:
                self._move(weights, group)
        return loss

    def _move(self, weights: list[Tensor], group: dict[str, Any]) -> None:
        for weight in weights:
            if not self.state[weight]:
                self.state[weight]["momentum"] = torch.zeros_like(weight)
        gradients = [weight.grad for weight in weights if weight.grad is not None]
        momenta = [self.state[weight]["momentum"] for weight in weights]
        beta1, beta2 = group["betas"]
        directions = torch._foreach_lerp(momenta, gradients, 1 - beta1)
        torch._foreach_sign_(directions)
        torch._foreach_mul_(weights, 1 - group["lr"] * group["weight_decay"])
        torch._foreach_add_(weights, directions, alpha=-group["lr"])
        torch._foreach_lerp_(momenta, gradients, 1 - beta2)


@dataclass(frozen=True)
class OptimizerSettings:
    """The settings of one player's optimizer, from its table in a recipe.

    factory: the component. options: its options at the first step. schedules: of those options that
    change, by option; of an option with several numbers, by their position. clip_norm: the greatest
    norm of the player's gradient, all weights together; None for any. accumulate: in how many
    micro-batches the gradient of a batch is computed. lr_scale: factors of the learning rate, by
    role or by a dotted part of one ("generator.mapping").
    """

    factory: Callable[..., torch.optim.Optimizer]
    options: Mapping[str, Any] = field(default_factory=dict)
    schedules: Mapping[str, Schedule | Mapping[int, Schedule]] = field(default_factory=dict)
    clip_norm: float | None = None
    accumulate: int = 1
    lr_scale: Mapping[str, float] = field(default_factory=dict)


class PlayerOptimizer:
    """One player's optimizer. parameters: the weights that it moves, in a fixed order."""

    def __init__(self, settings: OptimizerSettings, game: Game, player: str) -> None:
        self.settings, self._game, self._player = settings, game, player
        groups = list(_groups(game, player, settings.lr_scale))
        self.parameters = [weight for _, weights in groups for weight in weights]
        self._scales = [scale for scale, _ in groups]
        plain = self.parameters if self._scales == [1.0] else [{"params": w} for _, w in groups]
        self.optimizer = settings.factory(plain, **settings.options)
        # ``step`` sets these before each step, so that they are no state.
        names = [{*settings.schedules, *(("lr",) if s != 1.0 else ())} for s in self._scales]
        self._state = OptimizerState(self.optimizer, names)

    def step(self, step: int, scaler: GradScaler | None = None) -> None:
        """Move the weights by their gradients, with the settings due in that step (from 1), and
        forget the gradients. ``scaler``: by which the losses were scaled; where a gradient is
        infinite, the weights stay."""
        if scaler is not None:
            scaler.unscale_(self.optimizer)
        self._game.gradients(self._player, self.parameters, step)
        if self.settings.clip_norm is not None:
            torch.nn.utils.clip_grad_norm_(self.parameters, self.settings.clip_norm)
        due = self.at(step)
        for group, scale in zip(self.optimizer.param_groups, self._scales, strict=True):
            group.update(due)
            if scale != 1.0:
                group["lr"] = scale * due.get("lr", self.optimizer.defaults["lr"])
        if scaler is None:
            self.optimizer.step()
        else:
            scaler.step(self.optimizer)
        for weight in self.parameters:
            weight.grad = None

    def at(self, step: int) -> dict[str, Any]:
        """The scheduled settings in that step (from 1)."""
        due: dict[str, Any] = {}
        for name, schedule in self.settings.schedules.items():
            if isinstance(schedule, Schedule):
                due[name] = schedule.value(step - 1)
            else:
                numbers = list(self.settings.options[name])
                for place, one in schedule.items():
                    numbers[place] = one.value(step - 1)
                due[name] = tuple(numbers)
        return due

    def rate(self, step: int) -> float:
        """The learning rate in that step (from 1), of weights without a factor of their own."""
        return float(self.at(step).get("lr", self.optimizer.defaults["lr"]))

    def state(self) -> dict[str, Tensor]:
        """The optimizer's tensors and numbers, by name; everything else is the recipe's."""
        return self._state.tensors()

    def restore(self, tensors: Mapping[str, Tensor]) -> None:
        """The inverse of :meth:`state`."""
        self._state.restore(tensors)


def check_scales(game: Game, player: str, scales: Mapping[str, float]) -> None:
    """Raises UsageError for a path in ``lr_scale`` of which the player has no weights."""
    names = _weights(game, player)
    for path in scales:
        if not any(name.startswith(f"{path}.") for name in names):
            parts = {name.rpartition(".")[0] for name in names}
            raise UsageError(
                f"optimizer.{player}.lr_scale: the player has no weights {path!r}. "
                f"{near(path, parts)}"
            )


def _weights(game: Game, player: str) -> dict[str, Parameter]:
    """The weights that the player moves, by role and name."""
    return {
        f"{role}.{name}": weight
        for role in game.players()[player]
        for name, weight in game.get_submodule(role).named_parameters()
        if weight.requires_grad
    }


def _groups(
    game: Game, player: str, scales: Mapping[str, float]
) -> Iterator[tuple[float, Sequence[Parameter]]]:
    """The player's weights by the factor of their learning rate, each weight once."""
    by_scale: dict[float, list[Parameter]] = {}
    for name, weight in _weights(game, player).items():
        fitting = [path for path in scales if name.startswith(f"{path}.")]
        scale = scales[max(fitting, key=len)] if fitting else 1.0
        by_scale.setdefault(scale, []).append(weight)
    yield from by_scale.items()
