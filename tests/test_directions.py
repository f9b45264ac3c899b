"""The directions of SeFa: eigenvectors of A^T A of the layers that z meets first."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm

import ganzoo
from ganzoo import Game, Generator, Registry, Run, Spec, UsageError
from ganzoo.assembly.build import build
from ganzoo.assembly.variants import bound
from ganzoo.sampling.directions import directions

from .plugins.small import GENERATORS, affordable, like_its_own
from .toy import ToyPrior

ZOO = Registry.discover()
SPEC = Spec((4,), classes=3, low=-math.inf, high=math.inf, z_dim=3)


def game_of(made: Callable[[Spec], Generator]) -> Game:
    torch.manual_seed(0)
    game = Game(SPEC.replace(z_dim=0), ToyPrior(dim=3))
    game.generator = made(SPEC)
    return game.eval()


def expected(matrix: Tensor) -> tuple[Tensor, Tensor]:
    """The right singular vectors of a matrix, up to their sign, and its singular values."""
    _, values, vectors = torch.linalg.svd(matrix.double(), full_matrices=False)
    return vectors.float(), values.float()


def check(game: Game, matrix: Tensor, tolerance: float = 1e-4) -> None:
    found = directions(game, game.noise(8, seed=0))
    vectors, values = expected(matrix)
    cosines = (found.vectors * vectors).sum(1).abs()
    torch.testing.assert_close(cosines, torch.ones(3), atol=tolerance, rtol=0)
    torch.testing.assert_close(found.strengths, values, atol=tolerance, rtol=tolerance)
    assert (found.vectors.gather(1, found.vectors.abs().argmax(1, keepdim=True)) > 0).all()


class Two(Generator):
    """z into a layer, and, with the labels, into a later block."""

    takes = ("y",)

    def __init__(self, spec: Spec) -> None:
        super().__init__(spec)
        self.first, self.second = nn.Linear(3, 5), nn.Linear(5, 4)
        self.block = nn.Linear(3 + spec.classes, 4)

    def forward(self, z: Tensor, y: Tensor) -> Tensor:
        labelled = torch.cat([z, nn.functional.one_hot(y, 3).float()], 1)
        return self.second(self.first(z).relu_()) + self.block(labelled)


class Map(Generator):
    """A transposed convolution on z as a map of one pixel."""

    def __init__(self, spec: Spec) -> None:
        super().__init__(spec)
        self.first = nn.ConvTranspose2d(3, 1, 2)

    def forward(self, z: Tensor) -> Tensor:
        return self.first(z[:, :, None, None]).flatten(1).tanh()


class Own(nn.Module):
    """A layer of a plugin, with a constant factor on its weights."""

    def __init__(self) -> None:
        super().__init__()
        self.w = nn.Parameter(torch.randn(4, 3))

    def forward(self, z: Tensor) -> Tensor:
        return z @ (0.5 * self.w).T


class WithOwn(Generator):
    def __init__(self, spec: Spec) -> None:
        super().__init__(spec)
        self.constant = nn.Parameter(torch.randn(4, 4))  # z never meets it
        self.first, self.table = Own(), nn.Embedding(2, 4)

    def forward(self, z: Tensor) -> Tensor:
        shift = self.table(torch.zeros(len(z), dtype=torch.int64))
        return (self.first(z) + shift).tanh() @ self.constant


class Spectral(Generator):
    def __init__(self, spec: Spec) -> None:
        super().__init__(spec)
        self.first = spectral_norm(nn.Linear(3, 4))

    def forward(self, z: Tensor) -> Tensor:
        return self.first(z)


def test_all_layers_that_z_meets_first_count() -> None:
    game = game_of(Two)
    check(game, torch.cat([game.generator.first.weight, game.generator.block.weight[:, :3]]))


def test_a_transposed_convolution() -> None:
    game = game_of(Map)
    check(game, game.generator.first.weight.detach().reshape(3, 4).T)


def test_a_layer_of_a_plugin() -> None:
    game = game_of(WithOwn)
    check(game, 0.5 * game.generator.first.w.detach())


def test_a_normalised_weight() -> None:
    game = game_of(Spectral)
    check(game, game.generator.first.weight.detach())


def test_a_normalisation_of_z_before_the_first_layer() -> None:
    class Normalised(Generator):
        def __init__(self, spec: Spec) -> None:
            super().__init__(spec)
            self.first = nn.Linear(3, 4)

        def forward(self, z: Tensor) -> Tensor:
            return self.first(nn.functional.normalize(z))

    game = game_of(Normalised)
    noise, weight = game.noise(5, seed=0), game.generator.first.weight.detach()
    mean = torch.zeros(3, 3)
    for z in noise.z:
        derivative = torch.autograd.functional.jacobian(game.generator.first, z / z.norm())
        unit = z / z.norm()
        a = derivative @ (torch.eye(3) - torch.outer(unit, unit)) / z.norm()
        mean += a.T @ a / 5
    found = directions(game, noise)
    torch.testing.assert_close(found.strengths.square(), torch.linalg.eigvalsh(mean).flip(0))
    assert weight.shape == (4, 3)


def test_a_generator_without_a_matrix_is_told() -> None:
    class Scaled(Generator):
        def __init__(self, spec: Spec) -> None:
            super().__init__(spec)
            self.factor = nn.Parameter(torch.ones(3))

        def forward(self, z: Tensor) -> Tensor:
            return nn.functional.pad(self.factor * z, (0, 1))

    game = game_of(Scaled)
    with pytest.raises(UsageError, match="z meets no layer with a matrix"):
        directions(game, game.noise(2, seed=0))


@pytest.mark.parametrize("recipe", GENERATORS)
def test_every_generator_has_directions(recipe: str) -> None:
    made = bound(affordable(recipe), ZOO)
    spec = like_its_own(made).spec(made.low, made.high)
    game = build(made, spec, ZOO, training=False).eval()
    before = {name: tensor.clone() for name, tensor in game.state_dict().items()}
    found = directions(game, game.noise(1, seed=0))
    dim = game.prior.dim
    torch.testing.assert_close(found.vectors @ found.vectors.T, torch.eye(dim), atol=1e-4, rtol=0)
    assert (found.strengths.diff() <= 0).all()
    assert found.strengths[0] > 0
    assert all(torch.equal(tensor, before[name]) for name, tensor in game.state_dict().items())


@pytest.fixture
def trained(train: Callable[..., Run], registry: Registry) -> ganzoo.Trained:
    return ganzoo.load(train(steps=2), registry=registry)


def test_a_missing_condition_is_named_as_for_samples(trained: ganzoo.Trained) -> None:
    trained.game.generator.takes = ("source",)
    with pytest.raises(UsageError, match=r"a condition 'source' .* --given source=FILE\.npy"):
        trained.directions()


def test_samples_move_along_a_direction(trained: ganzoo.Trained) -> None:
    direction, z = trained.directions(1).vectors[0], trained.noise(4, seed=3).z
    moved = trained.sample(4, seed=3, direction=direction, by=1.5)
    spread = trained.noise(4096).z.std()  # the prior of the toy names no deviation
    torch.testing.assert_close(moved, trained.sample(z=z + 1.5 * spread * direction))


def test_a_row_has_its_sample_in_the_middle(trained: ganzoo.Trained) -> None:
    direction = trained.directions(1).vectors[0]
    rows = trained.interpolate(2, 5, seed=3, direction=direction, by=2).reshape(2, 5, 1, 4, 4)
    torch.testing.assert_close(rows[:, 2], trained.sample(2, seed=3))
    ends = trained.sample(2, seed=3, direction=direction, by=-2)
    torch.testing.assert_close(rows[:, 0], ends)


@pytest.mark.parametrize(
    ("request_", "sentence"),
    [
        ({"direction": torch.ones(2)}, r"has the shape \(3,\)"),
        ({"direction": torch.tensor([1.0, math.nan, 0.0])}, "not finite"),
    ],
)
def test_a_direction_that_does_not_fit_is_refused(
    trained: ganzoo.Trained, request_: dict, sentence: str
) -> None:
    with pytest.raises(UsageError, match=sentence):
        trained.sample(2, **request_)


def test_bad_requests(trained: ganzoo.Trained) -> None:
    with pytest.raises(UsageError, match="at least 1, not 0"):
        trained.directions(0)
    with pytest.raises(UsageError, match="give a direction or a method"):
        trained.interpolate(1, 3, method="slerp", direction=torch.ones(3))
    assert trained.directions(99).vectors.shape == (3, 3)
