"""The parts of z: its noise and the prior's codes, each with its distribution, so that a program
without the prior can draw z."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from ganzoo.engine.game import Game
from ganzoo.errors import UsageError

DRAWS = 4096
NORMAL, UNIFORM = 3.0, 1.8  # the kurtosis of the two distributions
NEAR = 0.25  # three standard errors of the kurtosis of one normal coordinate


def parts(game: Game) -> list[dict[str, Any]]:
    """The parts of z in their order, as plain data, from ``DRAWS`` draws: always the same.

    A part has its ``length``, the ``name`` of its code (no name: noise) and its ``kind``:
    ``category`` (ones and zeros, of which one is 1), ``normal`` (with its ``std``), ``uniform``
    (with ``low`` and ``high``), or ``other``, whose values are of another distribution or depend on
    each other."""
    z = game.noise(DRAWS, seed=0).z
    assert z is not None
    names: list[str | None] = [None] * z.shape[1]
    for name in game.prior.codes:
        for place in _places(game, name):
            names[place] = name
    found: list[dict[str, Any]] = []
    start = 0
    for end in range(1, len(names) + 1):
        if end == len(names) or names[end] != names[start]:
            named = {} if names[start] is None else {"name": names[start]}
            found.append({**named, "length": end - start, **_distribution(z[:, start:end])})
            start = end
    return found


def _places(game: Game, name: str) -> list[int]:
    """The coordinates of z that hold a code: those that change when the code is given. An empty
    list for a code that cannot be given as 0."""
    noise = game.noise(DRAWS, seed=0)
    try:
        given = game.give(noise, name, 0)
    except UsageError:
        return []
    changed = given.tensor("z") != noise.tensor("z")
    return [place for place, some in enumerate(changed.any(0).tolist()) if some]


def _distribution(z: Tensor) -> dict[str, Any]:
    """That of the coordinates of one part, z of shape (DRAWS, length)."""
    if z.shape[1] > 1 and bool(((z == 0) | (z == 1)).all() and (z.sum(1) == 1).all()):
        return {"kind": "category"}
    z = z.double()
    std = z.std()
    kurtosis = float((z - z.mean()).div(std).pow(4).mean())
    if abs(kurtosis - NORMAL) < NEAR and _independent(z / std):
        return {"kind": "normal", "std": _rounded(std)}
    if abs(kurtosis - UNIFORM) < NEAR:
        return {"kind": "uniform", "low": _rounded(z.min()), "high": _rounded(z.max())}
    return {"kind": "other"}


def _rounded(estimate: Tensor) -> float:
    """To two digits, since it is estimated from draws."""
    return float(f"{estimate:.2g}")


def _independent(z: Tensor) -> bool:
    """Whether the squared length of standard normal values varies as that of independent ones:
    with the variance 2 n."""
    expected = 2 * z.shape[1]
    return bool(abs(z.square().sum(1).var() / expected - 1) < NEAR)
