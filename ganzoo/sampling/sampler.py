"""A trained generator as a function of tensors alone, for export, and its weights in float16."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import cast

from torch import Tensor, nn
from torch.nn.utils import parametrize

from ganzoo.engine.game import Game
from ganzoo.errors import GanzooError
from ganzoo.types import Batch

LABEL = "label"
PARAMETRIZED = ".parametrizations."  # in the name of a weight with a parametrization


class Sampler(nn.Module):
    """The generator as a function of tensors alone: ``forward(z, label, codes...) -> samples``.
    names: of its inputs, in their order."""

    def __init__(self, game: Game, names: Sequence[str]) -> None:
        super().__init__()
        self.game, self.names = game, names

    def forward(self, *tensors: Tensor) -> Tensor:
        given = dict(zip(self.names, tensors, strict=True))
        noise = Batch(z=given.pop("z", None), y=given.pop(LABEL, None), code=given)
        x = self.game.generate(noise).x
        assert x is not None
        return x.float()


class _Full(nn.Module):
    """A weight that is kept in float16, in float32."""

    def forward(self, weight: Tensor) -> Tensor:
        return weight.float()


def half_weights(sampler: Sampler) -> Sampler:
    """A copy whose matrices and kernels are kept in float16, and computed with in float32. A weight
    with a parametrization, such as a spectral norm, stays in float32."""
    twin = copy.deepcopy(sampler).requires_grad_(False)
    for module in list(twin.modules()):
        own = [] if _parametrized(module) else list(module.named_parameters(recurse=False))
        for name, weight in own:
            if weight.ndim > 1:
                setattr(module, name, nn.Parameter(halved(weight), requires_grad=False))
                parametrize.register_parametrization(module, name, _Full(), unsafe=True)
    return twin.eval()


def plain_weights(sampler: Sampler) -> Sampler:
    """A copy with the weights that parametrizations, such as a spectral norm, compute: a file of
    them needs no further computation. A weight that is kept in float16 stays so."""
    twin = copy.deepcopy(sampler).eval().requires_grad_(False)
    for module in list(twin.modules()):
        if not parametrize.is_parametrized(module):
            continue
        computations = cast(nn.ModuleDict, module.parametrizations)
        if _in_half(computations):
            continue
        computed = {name: getattr(module, name) for name in computations}
        # torch's own removal would change the class, which the copy shares with the original.
        module.__class__ = parametrize.type_before_parametrizations(module)
        del module.parametrizations
        for name, weight in computed.items():
            setattr(module, name, nn.Parameter(weight, requires_grad=False))
    return twin


def halved_state(game: Game) -> dict[str, Tensor]:
    """The sampling state of a game, with the same weights in float16 as in ``half_weights``."""
    kept = {name for name, _ in game.named_parameters() if PARAMETRIZED not in name}
    state = game.sampling_state().items()
    return {name: halved(tensor) if name in kept else tensor for name, tensor in state}


def _in_half(computations: nn.ModuleDict) -> bool:
    return any(isinstance(part, _Full) for part in computations.modules())


def _parametrized(module: nn.Module) -> bool:
    return isinstance(module, parametrize.ParametrizationList) or parametrize.is_parametrized(
        module
    )


def halved(tensor: Tensor) -> Tensor:
    """A matrix or a kernel in float16; biases, norms and counters as they are. Raises GanzooError
    for a weight beyond the range of float16."""
    if tensor.ndim < 2 or not tensor.is_floating_point():
        return tensor
    half = tensor.half()
    if not half.isfinite().all():
        raise GanzooError("A weight is beyond the range of float16: export without --half.")
    return half
