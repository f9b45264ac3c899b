"""Tools for rules: the calls of a component in a step, its tensors, its code in a context."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from functools import wraps
from typing import Any

import torch
from torch import Tensor, nn

from ganzoo import rng
from ganzoo.engine.game import Game
from ganzoo.interfaces import Loss, Network
from ganzoo.testing.findings import Skipped
from ganzoo.testing.scenes import Scene, working
from ganzoo.testing.subject import Subject


def same(a: Tensor, b: Tensor) -> bool:
    """Whether two tensors are equal, bit for bit; all NaNs are equal."""
    same_type = a.shape == b.shape and a.dtype == b.dtype
    return same_type and torch.allclose(a, b, rtol=0, atol=0, equal_nan=True)


@torch.no_grad()
def perturb(module: nn.Module, std: float) -> None:
    """Add normal noise to all weights, the same noise each time. Without it, a rule could not find
    faults of weights that are 0 at first."""
    generator = torch.Generator().manual_seed(0)
    for weight in module.parameters():
        weight.add_(torch.randn(weight.shape, generator=generator).to(weight), alpha=std)


Calls = list[tuple[tuple[Any, ...], dict[str, Any], Any]]


def calls(scene: Scene, game: Game, step: int | None = None) -> Calls:
    """The arguments and outputs of every call of the component in the updates of one step, by
    default of the first step of the scene."""
    step = scene.start + 1 if step is None else step
    made: Calls = []
    hook = scene.member(game).register_forward_hook(
        lambda _, args, kwargs, output: made.append((args, kwargs, output)), with_kwargs=True
    )
    batch = scene.batch(game)
    with rng.seeded(1):
        for players in game.updates(step):
            game.losses(players, batch, step)
    hook.remove()
    return made


def called(subject: Subject) -> Iterator[tuple[Scene, Game, Calls]]:
    """The scenes that call the component in their first step, each with its game and the calls.
    Raises Skipped if there is none."""
    tried = False
    for scene in working(subject):
        game = scene.game()
        if made := calls(scene, game):
            tried = True
            yield scene, game, made
    if not tried:
        raise Skipped("no update of a game calls it")


def tensors(output: Any, name: str = "output") -> dict[str, Tensor]:
    """The floating-point tensors in an output, by name: the output itself, or the entries of its
    tuples and dicts."""
    if isinstance(output, Tensor):
        return {name: output} if output.is_floating_point() else {}
    entries: Any = ()
    if isinstance(output, dict):
        entries = output.items()
    elif isinstance(output, tuple | list):
        entries = enumerate(output)
    return {
        key: tensor
        for index, value in entries
        for key, tensor in tensors(value, f"{name}[{index!r}]").items()
    }


def inside(component: Any, make: Callable[[], AbstractContextManager[Any]]) -> None:
    """Change the component so that every call of its own code runs inside a context."""
    names = {Loss: ("discriminator", "generator"), Network: ("forward",)}
    methods = next((n for base, n in names.items() if isinstance(component, base)), ("forward",))
    for name in (*methods, "draw"):
        method = getattr(component, name, None)
        if method is not None:
            setattr(component, name, _wrapped(method, make))


def _wrapped(method: Any, make: Callable[[], AbstractContextManager[Any]]) -> Any:
    @wraps(method)
    def call(*args: Any, **kwargs: Any) -> Any:
        with make():
            return method(*args, **kwargs)

    return call
