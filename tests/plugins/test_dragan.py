"""DRAGAN's penalty: its value where D is known, and where it looks."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from ganzoo import Batch, Game, Part, Recipe, Registry, Scores, Spec, UsageError
from ganzoo.assembly.build import build, component
from ganzoo_dragan.penalties import DRAGAN

from .scored_by import ScoredBy

REGISTRY = Registry.discover()
LINEAR = Recipe(
    name="linear",
    generator=Part("mlp", {"hidden": []}),
    discriminator=Part("mlp", {"hidden": []}),  # D(x) = w . x + b
    loss=Part("non-saturating"),
    prior=Part("normal", {"dim": 2}),
    optimizer={"d": Part("sgd"), "g": Part("sgd")},
    steps=1,
)


def scored(x: Tensor) -> Scores:
    return Scores(torch.zeros(len(x)), Batch(x=x))


NO_FAKES = Scores(torch.zeros(0), Batch())  # it looks around the data alone


# -- against numbers by hand ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "expected", "slope"),
    [  # |w| = 5; the slope is by |w|
        ({}, 10 * 4**2, 10 * 2 * 4),
        ({"weight": 0.5}, 0.5 * 4**2, 0.5 * 2 * 4),
        ({"weight": 2.0, "target": 7.0}, 2 * 2**2, 2 * 2 * -2),
        ({"weight": 1.0, "target": 0.0}, 25, 2 * 5),
        ({"spread": 30.0}, 10 * 4**2, 10 * 2 * 4),
    ],
)
def test_on_a_linear_discriminator_it_is_the_squared_excess_of_its_norm(
    options, expected, slope
) -> None:
    w = torch.tensor([3.0, -4.0], dtype=torch.float64, requires_grad=True)

    def score(batch: Batch) -> Scores:
        return Scores(batch.x @ w + 7, batch)

    term = DRAGAN(**options)(ScoredBy(score), scored(torch.randn(5, 2).double()), NO_FAKES)
    assert term.item() == pytest.approx(expected)
    (gradient,) = torch.autograd.grad(term, w)  # along w / |w|
    assert gradient.tolist() == pytest.approx([slope * 0.6, slope * -0.8])


def test_the_norm_is_each_samples_own() -> None:
    """D(x) = x1² / 2, whose gradient is (x1, 0): norms 1 and 3 where there is no noise."""
    x = torch.tensor([[1.0, 5.0], [3.0, -5.0]])

    def score(batch: Batch) -> Scores:
        return Scores(batch.x[:, 0].square() / 2, batch)

    term = DRAGAN(weight=1.0, spread=0.0)(ScoredBy(score), scored(x), NO_FAKES)
    assert term.item() == pytest.approx((0**2 + 2**2) / 2)


def test_the_norm_is_over_all_of_an_image() -> None:
    """Of D(x) = 2 sum x it is twice the root of how many values there are."""

    def score(batch: Batch) -> Scores:
        return Scores(2 * batch.x.sum((1, 2, 3)), batch)

    term = DRAGAN(weight=1.0)(ScoredBy(score), scored(torch.randn(5, 2, 3, 3).double()), NO_FAKES)
    assert term.item() == pytest.approx((2 * math.sqrt(18) - 1) ** 2)


# -- where it looks ------------------------------------------------------------------------------


def looked_at(x: Tensor, y: Tensor | None = None, **options) -> Batch:
    seen: list[Batch] = []

    def score(batch: Batch) -> Scores:
        seen.append(batch)
        return Scores(batch.x.flatten(1).sum(1), batch)

    torch.manual_seed(0)
    DRAGAN(**options)(ScoredBy(score), Scores(torch.zeros(len(x)), Batch(x=x, y=y)), NO_FAKES)
    (batch,) = seen
    return batch


@pytest.mark.parametrize("spread", [0.5, 2.0])
@pytest.mark.parametrize("shape", [(3000, 2), (500, 3, 2, 2)], ids=["vectors", "images"])
def test_each_value_is_moved_up_by_less_than_the_spread_of_all_values(shape, spread) -> None:
    """Uniformly, and each by itself; the standard deviation is of the whole batch, though the first
    coordinate of it is constant."""
    torch.manual_seed(1)
    x = torch.randn(*shape)
    x[:, 0] = 4.0
    std = math.sqrt((x.double() - x.double().mean()).square().mean())
    batch = looked_at(x, torch.arange(len(x)), spread=spread)
    assert torch.equal(batch.y, torch.arange(len(x)))
    share = ((batch.x.detach() - x) / (spread * std)).flatten(1)
    assert share.min() >= -1e-5
    assert share.max() <= 1 + 1e-5
    for coordinate in share.T:
        levels = (torch.arange(len(x)) + 0.5) / len(x)  # Kolmogorov's distance from uniform
        assert (coordinate.sort().values - levels).abs().max() < 2 / math.sqrt(len(x))
    assert torch.corrcoef(share.T[:2])[0, 1].abs() < 0.15


def test_the_deviation_is_the_batchs_own_and_not_an_estimate() -> None:
    """Of 0 and 2 it is 1, not the root of 2."""
    x = torch.tensor([[0.0, 2.0]])
    torch.manual_seed(0)
    seen: list[Tensor] = []

    def score(batch: Batch) -> Scores:
        seen.append(batch.x.detach() - x)
        return Scores(batch.x.sum(1), batch)

    for _ in range(200):
        DRAGAN(spread=1.0)(ScoredBy(score), scored(x), NO_FAKES)
    assert 0.98 < torch.cat(seen).max() <= 1


def test_without_spread_it_looks_at_the_data_themselves() -> None:
    x = torch.randn(6, 3)
    assert torch.equal(looked_at(x, spread=0.0).x, x)


# -- in a game -----------------------------------------------------------------------------------


def made(*penalties: Part) -> Game:
    torch.manual_seed(0)
    spec = Spec((3,), low=-math.inf, high=math.inf)
    return build(LINEAR.replace(penalties=penalties), spec, REGISTRY)


def losses(game: Game, players: tuple[str, ...], step: int = 1):
    torch.manual_seed(1)
    return game.losses(players, Batch(x=torch.randn(6, 3)), step)


@pytest.mark.parametrize("players", [("d",), ("d", "g")])
@pytest.mark.parametrize("interval", [1, 3])
def test_it_is_due_every_so_many_steps_and_weighs_as_much_more(players, interval: int) -> None:
    game, plain = made(Part("dragan", {"weight": 5.0, "interval": interval})), made()
    w = game.discriminator.last.weight
    for step in range(1, 7):
        with_it = losses(game, players, step).by_player
        without = losses(plain, players, step).by_player
        due = interval if step % interval == 0 else 0
        excess = w.norm() - 1
        torch.testing.assert_close(with_it["d"] - without["d"], due * 5 * excess.square())
        (slope,) = torch.autograd.grad(with_it["d"], w, retain_graph=True)
        (before,) = torch.autograd.grad(without["d"], plain.discriminator.last.weight)
        expected = due * 5 * 2 * excess * w / w.norm()
        torch.testing.assert_close(slope - before, expected, atol=1e-5, rtol=1e-5)


def test_the_generator_pays_nothing() -> None:
    with_it, without = made(Part("dragan")), made()
    torch.testing.assert_close(losses(with_it, ("g",)).by_player, losses(without, ("g",)).by_player)


# -- options and recipe ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "options", [{"weight": -1}, {"spread": -1}, {"target": -1}, {"interval": 0}]
)
def test_what_makes_no_sense_is_refused(options) -> None:
    with pytest.raises(UsageError, match=r"penalty\.\w+ of 'dragan' takes"):
        component("penalty", Part("dragan", options), REGISTRY)


def test_its_recipe_weighs_it_as_the_paper() -> None:
    recipe = REGISTRY.recipe("dragan")
    (penalty,) = recipe.penalties
    made = component("penalty", penalty, REGISTRY)
    assert (made.weight, made.spread, made.target, made.interval) == (10, 0.5, 1, 1)
    assert recipe.loss == Part("non-saturating")
    game = build(recipe, Spec((1, 28, 28)), REGISTRY)
    assert game.discriminator.joint_batch  # no batch norm: the penalty is each sample's own
