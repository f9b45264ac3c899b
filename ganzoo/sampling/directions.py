"""Directions in the space of z along which samples change most, without a search: SeFa."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils import parametrize

from ganzoo.engine.game import Game
from ganzoo.errors import UsageError
from ganzoo.sampling.prior_range import PriorRange
from ganzoo.types import Batch

POINTS = 8  # z at which the first layers are differentiated; one would do for linear layers


@dataclass(frozen=True)
class Directions:
    """vectors: (K, z_dim) float32, of length 1 and orthogonal, the direction along which the first
    layers change most first. strengths: (K,), by how much the outputs of the first layers change
    for a step of length 1."""

    vectors: Tensor
    strengths: Tensor


def directions(game: Game, noise: Batch, count: int | None = None) -> Directions:
    """The directions of arXiv:2007.06600, equation 6: the eigenvectors of A^T A, where A is the
    matrix of the layers that z meets first.

    A layer is any module with a matrix or a kernel of its own, such as ``nn.Linear``,
    ``nn.ConvTranspose2d``, or a plugin's own layer, that has a part of z in its input, and no other
    such layer before it; in a generator that feeds z to many blocks, all of these. A is the
    derivative of their outputs by z, so a concatenated label, a reshape or a normalised weight
    needs no special treatment. Where z is changed before the first layer by a function that is not
    linear, such as a normalisation, A^T A is the mean over the rows of ``noise``.

    ``count``: how many directions at most, the strongest ones; by default all z_dim. The largest
    coordinate of a direction is positive. Raises UsageError for a generator without such a layer.
    """
    dim = game.prior.dim
    if count is not None and count < 1:
        raise UsageError(f"The number of directions must be at least 1, not {count}.")
    square = torch.zeros(dim, dim, dtype=torch.float64)
    for row in range(len(noise)):
        for derivative in _derivatives(game, noise[[row]]):
            a = derivative.double().cpu()  # (z_dim, outputs)
            square += a @ a.T / len(noise)
    if not bool(square.any()):
        raise UsageError(
            "In this generator z meets no layer with a matrix: there is a direction only where a "
            "module with a weight of two dimensions or more has z in its input."
        )
    values, vectors = torch.linalg.eigh(square)
    order = values.argsort(descending=True)[:count]
    vectors = vectors.T[order]
    signs = vectors.gather(1, vectors.abs().argmax(1, keepdim=True)).sign()
    strengths = values[order].clamp_min(0).sqrt()
    return Directions((vectors * signs).float(), strengths.float())


def unit_step(game: Game, direction: Tensor) -> Tensor:
    """A direction, (z_dim,), on the device of the generator, times the standard deviation of z.
    Raises UsageError for a tensor of another shape, or with numbers that are not finite."""
    vector, dim = torch.as_tensor(direction), game.prior.dim
    if tuple(vector.shape) != (dim,) or vector.is_complex():
        raise UsageError(
            f"A direction of z has the shape ({dim},) for this generator, not "
            f"{tuple(vector.shape)}."
        )
    if not vector.float().isfinite().all():
        raise UsageError("The direction has numbers that are not finite.")
    prior = PriorRange.of(game)
    return prior.std * vector.to(prior.low)


def _derivatives(game: Game, noise: Batch) -> Iterator[Tensor]:
    """The derivative by z of the output of each layer that z meets first, of one row of noise:
    (z_dim, outputs).

    A column of it is the derivative of a vector-Jacobian product by its vector: forward
    differentiation would import torch's compiler.
    """
    assert noise.z is not None
    z = noise.z.clone().requires_grad_()
    with torch.enable_grad(), _cut(game) as found:
        game.generate(noise.replace(z=z))
        layers = [output for output in found if output.requires_grad]
        vectors = [torch.zeros_like(output, requires_grad=True) for output in layers]
        if not layers:
            return
        (product,) = torch.autograd.grad(layers, z, vectors, create_graph=True, allow_unused=True)
    if product is None:
        return
    rows = [
        torch.autograd.grad(number, vectors, retain_graph=True, allow_unused=True)
        for number in product[0]
    ]
    for columns in zip(*rows, strict=True):
        if columns[0] is not None:  # else z does not reach this layer
            yield torch.stack([column.flatten() for column in columns])


@contextmanager
def _cut(game: Game) -> Iterator[list[Tensor]]:
    """Collects the outputs of all layers with a matrix, and cuts the derivatives behind them."""
    found: list[Tensor] = []

    def hook(module: nn.Module, inputs: Any, output: Any) -> Any:
        if not isinstance(output, Tensor):
            return output
        found.append(output)
        return output.detach().clone()

    hooks = [module.register_forward_hook(hook) for module in game.modules() if _has_matrix(module)]
    try:
        yield found
    finally:
        for each in hooks:
            each.remove()


def _has_matrix(module: nn.Module) -> bool:
    if isinstance(module, parametrize.ParametrizationList):
        return False
    own = any(weight.ndim >= 2 for weight in module.parameters(recurse=False))
    return own or parametrize.is_parametrized(module)
