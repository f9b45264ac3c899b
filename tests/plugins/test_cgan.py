"""Conditional GAN: who sees which label, and that the generator comes to heed it."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from ganzoo import (
    Augmentation,
    Batch,
    Data,
    Dataset,
    Discriminator,
    Engine,
    Game,
    Generator,
    Part,
    Recipe,
    Registry,
    Spec,
    UsageError,
    hookimpl,
    load,
    train,
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
    assert cgan.game == (Part("concatenated-labels", {"share_fakes": True}),)
    about = {"name": dcgan.name, "summary": dcgan.summary, "paper": dcgan.paper}
    assert cgan.replace(game=dcgan.game, steps=dcgan.steps, **about) == dcgan


# -- with other games, and with augmentations ----------------------------------------------------


class ShiftedUp(Augmentation):
    """Adds 1 to every value, and joins one more channel of zeros."""

    def d_spec(self, spec: Spec) -> Spec:
        channels, *sides = spec.shape
        return spec.replace(shape=(channels + 1, *sides))

    def forward(self, batch: Batch) -> Batch:
        x = batch.x + 1
        return batch.replace(x=torch.cat((x, torch.zeros_like(x[:, :1])), 1))


class ShiftedByLabel(Generator):
    """A point for each label, and a little noise: (N, z_dim), labels (N,) -> (N, 2)."""

    takes = ("y",)

    def __init__(self, spec: Spec) -> None:
        super().__init__(spec)
        self.points = nn.Embedding(spec.classes, spec.size)
        self.noise = nn.Linear(spec.z_dim, spec.size)

    def forward(self, z: Tensor, y: Tensor) -> Tensor:
        return self.points(y) + 0.01 * self.noise(z)


class Corners(Dataset):
    """One corner for each label."""

    splits = ("train",)

    def load(self, root: Path, split: str) -> Data:
        return corners()


class Plugin:
    """What these tests play with."""

    @hookimpl
    def ganzoo_register(self, registry) -> None:
        registry.augmentation("shifted-up", ShiftedUp)
        registry.generator("shifted-by-label", ShiftedByLabel)
        registry.dataset("corners", Corners)


def with_plugin() -> Registry:
    """Everything that is installed, and the plugin of these tests."""
    registry = Registry.discover()
    registry.load("tests", Plugin)
    return registry


@pytest.mark.parametrize("spec", [IMAGES, VECTORS], ids=["images", "vectors"])
@pytest.mark.parametrize("order", [1, -1], ids=["labels first", "labels last"])
def test_stacked_with_another_game_both_rules_are_kept(spec: Spec, order: int) -> None:
    stack = (Part("concatenated-labels"), Part("critic-first", {"burst": 3, "warmup": 1}))
    game, real = made(spec, game=stack[::order]), batch(spec)
    assert [*game.updates(1)] == [("d",)] * 3 + [("g",)]
    assert [*game.updates(2)] == [("d",), ("g",)]
    game.discriminator = Watched(game.d_spec())
    losses = game.losses(("d",), real, 1)
    of_real, _ = game.discriminator.given
    assert torch.equal(of_real[:, spec.shape[0] :], planes(real.y, spec.shape[1:]))
    assert torch.equal(losses.fake.batch.y, real.y)


@pytest.mark.parametrize("spec", [IMAGES, VECTORS], ids=["images", "vectors"])
def test_an_augmentation_changes_the_sample_and_not_the_labels(spec: Spec) -> None:
    torch.manual_seed(0)
    recipe = CONDITIONAL.replace(augmentations=(Part("shifted-up"),))
    game, real = build(recipe, spec, with_plugin()), batch(spec)
    channels, *sides = spec.shape
    assert game.discriminator.spec.shape == (channels + 1 + LABELS, *sides)
    game.discriminator = Watched(game.d_spec())
    game.losses(("d",), real, 1)
    of_real, _ = game.discriminator.given
    assert torch.equal(of_real[:, :channels], real.x + 1)
    assert not of_real[:, channels].any()
    assert torch.equal(of_real[:, channels + 1 :], planes(real.y, tuple(sides)))


# -- networks that take labels themselves --------------------------------------------------------


def test_a_generator_that_takes_labels_is_conditional_in_the_standard_game(tmp_path: Path) -> None:
    registry = with_plugin()
    recipe = CONDITIONAL.replace(
        generator=Part("shifted-by-label"),
        game=Part("standard"),
        dataset=Part("corners"),
        steps=3,
        samples=4,
    )
    run = train(recipe, out=tmp_path / "run", registry=registry, device="cpu")
    trained = load(run.generator, registry=registry)
    assert trained.game.conditional
    points = trained.game.generator.points.weight.detach()
    for label in range(LABELS):
        x = trained.sample(20, label=label)
        assert (torch.cdist(x, points).argmin(1) == label).all()
    each_in_turn = torch.cdist(trained.sample(2 * LABELS), points).argmin(1)
    assert each_in_turn.tolist() == [0, 1, 2, 3, 0, 1, 2, 3]
    with pytest.raises(UsageError, match="Labels run from 0 to 3; there is no label 4"):
        trained.sample(1, label=LABELS)


def test_a_generator_that_takes_labels_is_refused_on_data_without_them() -> None:
    recipe = CONDITIONAL.replace(generator=Part("shifted-by-label"), game=Part("standard"))
    registry = with_plugin()
    with pytest.raises(UsageError, match=r"ShiftedByLabel takes labels, and this data has none"):
        build(recipe, VECTORS.replace(classes=0), registry)
