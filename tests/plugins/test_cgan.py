"""Conditional GAN: who sees which label, and that the generator comes to heed it."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from ganzoo import (
    Batch,
    Data,
    Discriminator,
    Engine,
    Game,
    Part,
    Recipe,
    Registry,
    Spec,
    UsageError,
)
from ganzoo.assembly.build import build

REGISTRY = Registry.discover()
LABELS = 4
VECTORS = Spec((2,), classes=LABELS, low=-math.inf, high=math.inf)
IMAGES = Spec((3, 8, 8), classes=LABELS)
ADAM = Part("adam", {"lr": 5e-3, "betas": (0.5, 0.99)})
CONDITIONAL = Recipe(
    name="conditional",
    generator=Part("mlp", {"hidden": [8]}),
    discriminator=Part("mlp", {"hidden": []}),  # D(x) = w . x + b
    loss=Part("non-saturating"),
    prior=Part("normal", {"dim": 2}),
    game=Part("concatenated-labels"),
    optimizer={"d": ADAM, "g": ADAM},
    steps=1,
)


class Watched(Discriminator):
    """Remembers what it was given."""

    joint_batch = False

    def __init__(self, spec: Spec) -> None:
        super().__init__(spec)
        self.last = torch.nn.Linear(spec.size, 1)
        self.given: list[Tensor] = []

    def forward(self, x: Tensor) -> Tensor:
        self.given.append(x.detach())
        return self.last(x.flatten(1)).squeeze(1)


def made(spec: Spec = IMAGES, **changes) -> Game:
    torch.manual_seed(0)
    return build(CONDITIONAL.replace(**changes), spec, REGISTRY)


def batch(spec: Spec = IMAGES, n: int = 8) -> Batch:
    x = torch.randn(n, *spec.shape, generator=torch.Generator().manual_seed(1))
    return Batch(x=x, y=torch.arange(n) * 3 % LABELS)


def planes(y: Tensor, sides: tuple[int, ...]) -> Tensor:
    """Labels as ones and zeros, (N, LABELS, *sides), by hand."""
    out = torch.zeros(len(y), LABELS, *sides)
    for row, label in enumerate(y.tolist()):
        out[row, label] = 1
    return out


# -- who sees what -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("spec", "shape"), [(IMAGES, (3 + LABELS, 8, 8)), (VECTORS, (2 + LABELS,))]
)
def test_each_network_is_built_for_the_labels_too(spec: Spec, shape: tuple[int, ...]) -> None:
    game = made(spec)
    assert game.generator.spec == spec.replace(z_dim=2 + LABELS)
    assert game.discriminator.spec.shape == shape
    assert game.conditional


@pytest.mark.parametrize("spec", [IMAGES, VECTORS], ids=["images", "vectors"])
@pytest.mark.parametrize("players", [("d",), ("d", "g")])
def test_the_discriminator_sees_real_and_fake_with_the_labels_of_the_real(spec, players) -> None:
    game, real = made(spec), batch(spec)
    game.discriminator = Watched(game.d_spec())
    losses = game.losses(players, real, 1)
    of_real, of_fake = game.discriminator.given
    ones = planes(real.y, spec.shape[1:])
    channels = spec.shape[0]
    assert torch.equal(of_real[:, :channels], real.x)
    assert torch.equal(of_fake[:, :channels], losses.fake.batch.x)
    assert torch.equal(of_real[:, channels:], ones)
    assert torch.equal(of_fake[:, channels:], ones)
    assert torch.equal(losses.fake.batch.y, real.y)


def test_in_the_generators_own_update_the_fakes_have_the_labels_of_the_batch_too() -> None:
    game, real = made(), batch()
    game.discriminator = Watched(game.d_spec())
    game.losses(("g",), real, 1)
    (of_fake,) = game.discriminator.given
    assert torch.equal(of_fake[:, 3:], planes(real.y, (8, 8)))


def test_one_pass_over_both_gives_the_scores_of_two() -> None:
    losses = []
    for joint_batch in (True, False):
        game = made()
        game.discriminator.joint_batch = joint_batch
        torch.manual_seed(2)
        losses.append(game.losses(("d",), batch(), 1))
    once, twice = losses
    torch.testing.assert_close(once.real.score, twice.real.score)
    torch.testing.assert_close(once.fake.score, twice.fake.score)
    assert not torch.allclose(once.real.score, once.fake.score)


def test_the_generator_is_given_the_noise_and_then_the_label() -> None:
    game, given = made(VECTORS), []
    game.generator.register_forward_pre_hook(lambda module, args: given.append(args[0]))
    noise = Batch(z=torch.randn(3, 2), y=torch.tensor([2, 0, 2]))
    game.generate(noise)
    assert torch.equal(given[0], torch.cat((noise.z, planes(noise.y, ())), 1))


def test_samples_are_drawn_of_each_label_in_turn_or_of_one() -> None:
    game = made(VECTORS)
    assert game.noise(6).y.tolist() == [0, 1, 2, 3, 0, 1]
    assert game.noise(3, given={"label": 2}).y.tolist() == [2, 2, 2]
    assert game.generate(game.noise(6)).x.shape == (6, 2)


# -- penalties -----------------------------------------------------------------------------------

PENALTIES = {  # by the gradient's norm: what is added to D's loss
    "r1": lambda norm: 10 / 2 * norm**2,
    "r2": lambda norm: 10 / 2 * norm**2,
    "gradient-penalty": lambda norm: 10 * (norm - 1) ** 2,
    "dragan": lambda norm: 10 * (norm - 1) ** 2,
}


@pytest.mark.parametrize("name", PENALTIES)
@pytest.mark.parametrize("spec", [IMAGES, VECTORS], ids=["images", "vectors"])
def test_a_penalty_differentiates_by_the_sample_alone_and_not_by_the_label(name, spec) -> None:
    terms = []
    for penalties in ((Part(name),), ()):
        game = made(spec, penalties=penalties)
        torch.manual_seed(3)
        terms.append(game.losses(("d",), batch(spec), 1).by_player["d"])
    weight = game.discriminator.last.weight.unflatten(1, game.discriminator.spec.shape)[0]
    channels = spec.shape[0]
    assert weight[channels:].norm() > 0.1
    expected = PENALTIES[name](weight[:channels].norm())
    torch.testing.assert_close(terms[0] - terms[1], expected, atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("name", ["gradient-penalty", "dragan"])
def test_the_samples_that_a_penalty_makes_keep_the_labels_of_the_real(name: str) -> None:
    game, real = made(penalties=(Part(name),)), batch()
    game.discriminator = Watched(game.d_spec())
    game.losses(("d",), real, 1)
    of_real, _, made_up = game.discriminator.given
    assert torch.equal(made_up[:, 3:], planes(real.y, (8, 8)))
    assert not torch.equal(made_up[:, :3], of_real[:, :3])


# -- labels are needed, and heeded ---------------------------------------------------------------


@pytest.mark.parametrize("recipe", [CONDITIONAL, REGISTRY.recipe("cgan")], ids=lambda r: r.name)
def test_on_data_without_labels_it_is_refused(recipe: Recipe) -> None:
    said = r"'concatenated-labels' needs labelled data: .*--game standard"
    with pytest.raises(UsageError, match=said):
        build(recipe, Spec((1, 28, 28)), REGISTRY)


CORNERS = torch.tensor([[1.0, 1.0], [-1.0, 1.0], [-1.0, -1.0], [1.0, -1.0]])


def corners(count: int = 4000) -> Data:
    """One corner for each label, with a little noise."""
    y = torch.arange(count) % LABELS
    return Data(CORNERS[y] + 0.05 * torch.randn(count, 2), y, classes=LABELS)


def test_a_trained_generator_draws_what_the_label_says() -> None:
    critic = Part("mlp", {"hidden": [32, 32], "dropout": 0.0})
    recipe = CONDITIONAL.replace(
        generator=Part("mlp", {"hidden": [16]}), discriminator=critic, batch_size=32
    )
    torch.manual_seed(0)
    game = build(recipe, VECTORS, REGISTRY)
    engine = Engine(game, corners(), recipe)
    for _ in range(250):
        engine.advance()
    with torch.no_grad():
        for label in range(LABELS):
            x = game.generate(game.noise(100, given={"label": label})).x
            far = (x - CORNERS[label]).norm(dim=1)
            assert far.mean() < 0.3, label
            nearest = torch.cdist(x, CORNERS).argmin(1)
            assert (nearest == label).float().mean() > 0.95, label


# -- the recipe ----------------------------------------------------------------------------------


def test_its_recipe_is_dcgan_in_another_game() -> None:
    cgan, dcgan = REGISTRY.recipe("cgan"), REGISTRY.recipe("dcgan")
    assert cgan.game == (Part("concatenated-labels"),)
    about = {"name": dcgan.name, "summary": dcgan.summary, "paper": dcgan.paper}
    assert cgan.replace(game=dcgan.game, **about) == dcgan
