"""R1 and R2: where the gradients of D are known, and where they are what makes a game converge."""

from __future__ import annotations

import math
from types import SimpleNamespace

import pytest
import torch
from torch import Tensor, nn

from ganzoo import (
    Batch,
    Discriminator,
    Game,
    Generator,
    Part,
    Recipe,
    Registry,
    Scores,
    Spec,
    UsageError,
)
from ganzoo.assembly.build import build, component
from ganzoo_r1.penalties import R1, R2

from .scored_by import ScoredBy

REGISTRY = Registry.discover()
VECTORS = Spec((3,), low=-math.inf, high=math.inf)
LINEAR = Recipe(
    name="linear",
    generator=Part("mlp", {"hidden": []}),
    discriminator=Part("mlp", {"hidden": []}),  # D(x) = w . x + b
    loss=Part("wasserstein"),
    prior=Part("normal", {"dim": 2}),
    optimizer={"d": Part("sgd"), "g": Part("sgd")},
    steps=1,
)


def made(*penalties: Part, **options) -> Game:
    torch.manual_seed(0)
    recipe = LINEAR.replace(penalties=penalties, game=Part("standard", options))
    return build(recipe, VECTORS, REGISTRY)


def losses(game: Game, players: tuple[str, ...] = ("d",), step: int = 1):
    torch.manual_seed(1)
    return game.losses(players, Batch(x=torch.randn(6, 3)), step)


def scored(d, x: Tensor) -> Scores:
    x = x.requires_grad_()
    return Scores(d(x), Batch(x=x))


def double(*numbers: float) -> Tensor:
    return torch.tensor(numbers, dtype=torch.float64)


def never(batch: Batch) -> Scores:
    raise AssertionError("D's own graph is there: nothing need be scored again")


NEVER = ScoredBy(never)


# -- against numbers by hand ---------------------------------------------------------------------


@pytest.mark.parametrize("penalty", [R1, R2])
@pytest.mark.parametrize("gamma", [0.0, 1.0, 20.0])
def test_on_a_linear_discriminator_both_are_half_gamma_times_its_squared_norm(
    penalty, gamma: float
) -> None:
    """D(x) = 3 x1 - 4 x2 + 7, whose gradient has the norm 5 everywhere."""
    w = double(3.0, -4.0).requires_grad_()
    real, fake = (scored(lambda x: x @ w + 7, torch.randn(n, 2).double()) for n in (4, 5))
    term = penalty(gamma=gamma)(NEVER, real, fake)
    assert term.item() == pytest.approx(gamma / 2 * 25)
    (slope,) = torch.autograd.grad(term, w)
    assert slope.tolist() == pytest.approx([gamma * 3, gamma * -4])


def test_on_a_quadratic_one_r1_is_of_the_data_and_r2_of_the_fakes() -> None:
    """D(x) = (c1 x1² + c2 x2²) / 2 with c = (2, 1), whose gradient is (2 x1, x2)."""
    c = double(2.0, 1.0).requires_grad_()
    real = scored(lambda x: x.square() @ c / 2, double(1, 1, 0, 3).reshape(2, 2))
    fake = scored(lambda x: x.square() @ c / 2, double(-2, 0, 1, 2).reshape(2, 2))
    on_data, on_fakes = R1(gamma=4.0)(NEVER, real, fake), R2(gamma=4.0)(NEVER, real, fake)
    assert on_data.item() == pytest.approx(2 * (5 + 9) / 2)  # |(2, 1)|² and |(0, 3)|²
    assert on_fakes.item() == pytest.approx(2 * (16 + 8) / 2)  # |(-4, 0)|² and |(2, 2)|²
    # By c: gamma * c * E x², coordinate by coordinate.
    by_data, by_fakes = (torch.autograd.grad(term, c)[0] for term in (on_data, on_fakes))
    assert by_data.tolist() == pytest.approx([4 * 2 * 1 / 2, 4 * 1 * 10 / 2])
    assert by_fakes.tolist() == pytest.approx([4 * 2 * 5 / 2, 4 * 1 * 4 / 2])


def test_the_norm_is_over_all_of_an_image_and_the_mean_over_the_batch() -> None:
    x = torch.zeros(5, 2, 3, 3, dtype=torch.float64)
    real = scored(lambda x: 2 * x.sum((1, 2, 3)), x)
    assert R1(gamma=1.0)(NEVER, real, real).item() == pytest.approx(2**2 * 18 / 2)


@pytest.mark.parametrize("penalty", [R1, R2])
def test_by_size_gamma_counts_the_pixels_of_a_sample_of_the_batch(penalty) -> None:
    """2e-4 times 64 pixels of 3 channels, divided by 16 samples."""
    game = SimpleNamespace(spec=Spec((3, 8, 8)), batch_size=16)
    x = torch.zeros(5, 3, 8, 8, dtype=torch.float64)
    scores = scored(lambda x: 2 * x.sum((1, 2, 3)), x)
    plain = 2e-4 / 2 * 2**2 * 3 * 64
    assert penalty(gamma=2e-4)(game, scores, scores).item() == pytest.approx(plain)
    by_size = penalty(gamma=2e-4, by_size=True)(game, scores, scores)
    assert by_size.item() == pytest.approx(plain * 64 / 16)


# -- in a game -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["r1", "r2"])
@pytest.mark.parametrize("players", [("d",), ("d", "g")])
@pytest.mark.parametrize("interval", [1, 3])
def test_it_is_due_every_so_many_steps_and_weighs_as_much_more(
    name, players, interval: int
) -> None:
    game, plain = made(Part(name, {"gamma": 5.0, "interval": interval})), made()
    w = game.discriminator.last.weight
    for step in range(1, 7):
        with_it = losses(game, players, step).by_player
        without = losses(plain, players, step).by_player
        due = interval if step % interval == 0 else 0
        expected = due * 5 / 2 * w.square().sum()
        torch.testing.assert_close(with_it["d"] - without["d"], expected, atol=1e-6, rtol=1e-5)
        (slope,) = torch.autograd.grad(with_it["d"], w, retain_graph=True)
        (before,) = torch.autograd.grad(without["d"], plain.discriminator.last.weight)
        torch.testing.assert_close(slope - before, due * 5 * w, atol=1e-6, rtol=1e-5)


def test_both_together_add() -> None:
    game = made(Part("r1", {"gamma": 1.0}), Part("r2", {"gamma": 3.0}))
    excess = losses(game).by_player["d"] - losses(made()).by_player["d"]
    torch.testing.assert_close(excess, 2 * game.discriminator.last.weight.square().sum())


def test_the_generator_pays_nothing() -> None:
    game = made(Part("r1"), Part("r2"))
    torch.testing.assert_close(losses(game, ("g",)).by_player, losses(made(), ("g",)).by_player)


class Point(Generator):
    """A single point, wherever the noise is."""

    def __init__(self, spec: Spec, start: float = 1.0) -> None:
        super().__init__(spec)
        self.place = nn.Parameter(torch.tensor([start]))

    def forward(self, z: Tensor) -> Tensor:
        return self.place.expand(len(z), 1)


class Tilt(Discriminator):
    """D(x) = psi x."""

    def __init__(self, spec: Spec, start: float = 1.0) -> None:
        super().__init__(spec)
        self.psi = nn.Parameter(torch.tensor(start))

    def forward(self, x: Tensor) -> Tensor:
        return self.psi * x.squeeze(1)


def dirac_gan(*penalties: Part, steps: int = 300, lr: float = 0.1) -> float:
    """How far from the equilibrium (0, 0) the game of section 2 ends, which starts at (1, 1): the
    data are the one point 0, the players descend the bilinear losses one after the other."""
    spec = VECTORS.replace(shape=(1,))
    game = build(LINEAR.replace(penalties=penalties), spec, REGISTRY)
    game.generator, game.discriminator = Point(spec), Tilt(spec)
    for step in range(1, steps + 1):
        for who in ("d", "g"):
            (role,) = game.players()[who]
            (weight,) = game.networks[role].parameters()
            loss = game.losses((who,), Batch(x=torch.zeros(1, 1)), step).by_player[who]
            (slope,) = torch.autograd.grad(loss, weight)
            weight.data -= lr * slope
    return math.hypot(game.generator.place.item(), game.discriminator.psi.item())


def test_the_dirac_gan_circles_for_ever_without_it_and_converges_with_it() -> None:
    """arXiv:1801.04406, sections 2.2 and 4.1."""
    assert dirac_gan() == pytest.approx(math.sqrt(2), rel=0.1)
    assert dirac_gan(Part("r1", {"gamma": 1.0})) < 1e-3
    assert dirac_gan(Part("r2", {"gamma": 1.0})) < 1e-3


# -- options and recipe ----------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["r1", "r2"])
@pytest.mark.parametrize("options", [{"gamma": -1.0}, {"interval": 0}])
def test_what_makes_no_sense_is_refused(name: str, options) -> None:
    with pytest.raises(UsageError, match=r"penalty\.\w+ of 'r[12]' takes"):
        component("penalty", Part(name, options), REGISTRY)


def test_its_recipe_weighs_the_squared_norm_by_a_half() -> None:
    """Its gamma is 1, in equation 9 of the paper."""
    recipe = REGISTRY.recipe("r1-gan")
    (part,) = recipe.penalties
    w = double(1.0, 2.0)
    real = scored(lambda x: x @ w, torch.randn(4, 2).double())
    assert component("penalty", part, REGISTRY)(NEVER, real, real).item() == pytest.approx(5 / 2)
    game = build(recipe, Spec((1, 28, 28)), REGISTRY)
    assert game.discriminator.joint_batch  # no batch norm, whose samples would share gradients
