"""Projection: the z of a given image."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor, nn

import ganzoo
from ganzoo import Batch, Game, GanzooError, Generator, NoisePrior, Registry, Run, Spec, UsageError
from ganzoo.assembly.build import build
from ganzoo.assembly.variants import bound
from ganzoo.recipe import to_dict
from ganzoo.sampling.distance import described, distances
from ganzoo.sampling.prior_range import PriorRange
from ganzoo.sampling.projection import _by_label
from ganzoo.sampling.trained import Trained

from .plugins.small import GENERATORS, affordable, like_its_own
from .toy import TOY

ZOO = Registry.discover()
POINTS = Spec((5,), low=-math.inf, high=math.inf)


class Normal(NoisePrior):
    def __init__(self, dim: int = 3, std: float = 2.0) -> None:
        super().__init__()
        self.dim, self.normal_std = dim, std

    def draw(self, n: int, *, device: Any, generator: Any = None) -> Batch:
        return Batch(z=self.normal_std * torch.randn(n, self.dim, generator=generator))


class Sphere(Normal):
    def __init__(self) -> None:
        super().__init__()
        self.normal_std = None

    def draw(self, n: int, *, device: Any, generator: Any = None) -> Batch:
        return Batch(z=nn.functional.normalize(torch.randn(n, self.dim, generator=generator)))


class Linear(Generator):
    def __init__(self, spec: Spec) -> None:
        super().__init__(spec)
        self.map = nn.Linear(spec.z_dim, spec.size)

    def forward(self, z: Tensor) -> Tensor:
        return self.map(z).reshape(-1, *self.spec.shape)


class ByLabel(Linear):
    """Far apart for different labels."""

    takes = ("y",)

    def forward(self, z: Tensor, y: Tensor) -> Tensor:
        return super().forward(z) + 10 * y[:, None]


def trained_of(
    made: Callable[[Spec], Generator], prior: NoisePrior, spec: Spec = POINTS, **about: Any
) -> Trained:
    torch.manual_seed(0)
    game = Game(spec, prior)
    game.generator = made(spec.replace(z_dim=prior.dim))
    config = {"recipe": to_dict(TOY), "dataset": {"name": "toy", **about}, "plugins": {}}
    return Trained(game, config, 1)


@pytest.fixture
def toy(train: Callable[..., Run], registry: Registry) -> Trained:
    return ganzoo.load(train(steps=3), registry=registry)


@pytest.mark.parametrize("weight", [0.0, 0.1, 3.0])
def test_of_a_linear_generator_it_is_ridge_regression(weight: float) -> None:
    trained = trained_of(Linear, Normal())
    target = torch.randn(2, 5)
    found = trained.project(target, prior_weight=weight, steps=600)
    a, b = trained.game.generator.map.weight.double(), trained.game.generator.map.bias.double()
    # The gradient of |A z + b - x|^2 / 5 + weight |z|^2 / (2 * 3 * std^2) is 0.
    left = 2 * a.T @ a / 5 + weight / (3 * 2.0**2) * torch.eye(3)
    right = 2 * (target.double() - b) @ a / 5
    exact = torch.linalg.solve(left, right.T).T.float()
    torch.testing.assert_close(found.z, exact.detach(), atol=2e-3, rtol=1e-3)
    torch.testing.assert_close(found.x, trained.sample(z=found.z))
    torch.testing.assert_close(found.distance, (found.x - target).square().mean(1))
    torch.testing.assert_close(found.rms, (found.x - target).square().mean(1).sqrt())


def test_an_own_sample_is_found(toy: Trained) -> None:
    target = toy.sample(3, seed=7)
    found = toy.project(target, prior_weight=0.0)
    assert (found.rms < 0.02).all()
    assert (found.rms < found.drawn).all()
    again = toy.project(target, prior_weight=0.0)
    assert torch.equal(again.z, found.z)
    assert not torch.equal(toy.project(target, prior_weight=0.0, seed=1, steps=3).z, found.z)


def test_more_restarts_are_never_worse(toy: Trained) -> None:
    target = torch.rand(1, 1, 4, 4) * 2 - 1
    one = toy.project(target, restarts=1, prior_weight=0.0)
    many = toy.project(target, restarts=8, prior_weight=0.0)
    assert many.distance[0] <= one.distance[0] + 1e-6


def test_many_images_are_projected_in_groups(toy: Trained, monkeypatch: pytest.MonkeyPatch) -> None:
    target, told = toy.sample(5, seed=2), []
    whole = toy.project(target, steps=20)
    monkeypatch.setattr("ganzoo.sampling.projection.ROWS", 8)
    grouped = toy.project(target, steps=20, progress=lambda share, task: told.append(share))
    torch.testing.assert_close(grouped.z, whole.z, atol=1e-4, rtol=1e-3)
    assert told == sorted(told)
    assert told[-1] == 1.0


def test_the_label_is_searched_or_given() -> None:
    spec = POINTS.replace(classes=4)
    trained = trained_of(ByLabel, Normal(), spec, labels=["ant", "bee", "cat", "dog"])
    target = trained.sample(1, seed=5, label="cat")
    found = trained.project(target, steps=100)
    assert found.y.tolist() == [2]
    assert found.rms[0] < 0.1
    given = trained.project(target, label="Bee", steps=10)
    assert given.y.tolist() == [1]
    with pytest.raises(UsageError, match="Did you mean 'cat'"):
        trained.project(target, label="cot")


def test_the_starts_have_different_labels_first() -> None:
    near = torch.tensor([5.0, 1.0, 2.0, 3.0, 4.0, 0.5])
    labels = torch.tensor([0, 1, 1, 0, 2, 1])
    assert _by_label(near, labels).tolist() == [5, 3, 4, 1, 0, 2]
    assert _by_label(near, None).tolist() == [5, 1, 2, 3, 4, 0]


def test_z_of_another_prior_stays_where_the_prior_draws() -> None:
    trained = trained_of(Linear, Sphere())
    found = trained.project(100 * torch.ones(2, 5), steps=50)
    torch.testing.assert_close(found.z.norm(dim=1), torch.ones(2), atol=1e-2, rtol=0)
    prior = PriorRange.of(trained.game)
    assert prior.unlikeliness(found.z).tolist() == [0, 0]
    inside = trained.noise(3, seed=1).z
    torch.testing.assert_close(prior.nearest(inside), inside, atol=1e-4, rtol=0)


def test_unlikeliness_is_minus_the_logarithm_of_the_density() -> None:
    prior = PriorRange.of(trained_of(Linear, Normal()).game)
    z = torch.randn(4, 3)
    density = torch.distributions.Normal(0.0, 2.0).log_prob(z).mean(1)
    constant = torch.distributions.Normal(0.0, 2.0).log_prob(torch.tensor(0.0))
    torch.testing.assert_close(prior.unlikeliness(z), constant - density)


def test_the_distance_is_the_mean_over_the_resolutions() -> None:
    spec = Spec((3, 17, 32), low=-1.0, high=3.0)
    x, y = (torch.rand(2, 3, 17, 32) * 4 - 1 for _ in range(2))
    pool = nn.AvgPool2d(2, ceil_mode=True, count_include_pad=False)
    levels, unit = [], ((x + 1) / 4, (y + 1) / 4)
    for _ in range(3):  # 17 x 32, 9 x 16, 5 x 8
        levels.append((unit[0] - unit[1]).square().mean((1, 2, 3)))
        unit = (pool(unit[0]), pool(unit[1]))
    found = distances(described(x, spec), described(y, spec))
    torch.testing.assert_close(found, torch.stack(levels).mean(0))

    def features(images: Tensor) -> Tensor:
        return images.mean((2, 3))

    both = distances(described(x, spec, features), described(y, spec, features))
    extra = (features((x + 1) / 4) - features((y + 1) / 4)).square().mean(1)
    torch.testing.assert_close(both, found + 0.01 * extra)


def test_image_files_come_to_the_form_of_the_samples(toy: Trained, tmp_path: Path) -> None:
    folder = tmp_path / "images"
    folder.mkdir()
    for name, side in (("a.png", 4), ("b.jpg", 31)):
        Image.fromarray(np.full((side, side + 3, 3), 128, np.uint8)).save(folder / name)
    found = toy.project([folder / "a.png", folder / "b.jpg"], steps=2)
    assert found.target.shape == (2, 1, 4, 4)
    assert toy.project(folder, steps=2).target.equal(found.target)
    assert found.target.sub(128 / 255 * 2 - 1).abs().max() < 0.02


def test_sixteen_bits_of_an_image_are_kept(tmp_path: Path) -> None:
    spec = Spec((1, 4, 6), depth=16)
    pixels = np.random.default_rng(0).integers(0, 65536, (4, 6), np.uint16)
    Image.fromarray(pixels).save(tmp_path / "scan.png")
    trained = trained_of(Linear, Normal(), spec)
    expected = torch.from_numpy(pixels / 65535 * 2 - 1).float()
    for given in (tmp_path / "scan.png", torch.from_numpy(pixels)[None]):
        found = trained.project(given, steps=1, restarts=1)
        torch.testing.assert_close(found.target[0, 0], expected, atol=1e-5, rtol=0)


@pytest.mark.parametrize("recipe", GENERATORS)
def test_every_generator_is_projected(recipe: str) -> None:
    made = bound(affordable(recipe), ZOO)
    spec = like_its_own(made).spec(made.low, made.high)
    torch.manual_seed(0)
    game = build(made, spec, ZOO, training=False)
    config = {"recipe": to_dict(made), "dataset": {"name": "some"}, "plugins": {}}
    trained = Trained(game, config, 1)
    found = trained.project(trained.sample(1, seed=3), steps=2, restarts=2)
    assert found.x.shape == (1, *spec.shape)
    assert found.rms.isfinite().all()
    assert (found.y is not None) == game.conditional


def test_a_generator_without_z_is_told() -> None:
    class Still(Linear):
        def forward(self, z: Tensor) -> Tensor:
            return self.map.bias.expand(len(z), 5)

    with pytest.raises(UsageError, match="do not depend on z"):
        trained_of(Still, Normal()).project(torch.zeros(1, 5))


@pytest.mark.parametrize(
    ("images", "request_", "sentence"),
    [
        (torch.zeros(1, 3, 4, 4), {}, r"have the shape \(1, 4, 4\)"),
        (torch.full((1, 1, 4, 4), 9.0), {}, r"outside of \[-1, 1\]"),
        (torch.full((1, 1, 4, 4), math.nan), {}, "not finite"),
        (torch.zeros(1, 1, 4, 4, dtype=torch.int64), {}, "uint8 or uint16, or floats"),
        (torch.zeros(1, 1, 4, 4), {"steps": 0}, "at least 1, not 0"),
        (torch.zeros(1, 1, 4, 4), {"restarts": 0}, "1 to 256 restarts"),
        (torch.zeros(1, 1, 4, 4), {"prior_weight": -1.0}, "0 or more"),
        (torch.zeros(1, 1, 4, 4), {"label": 0}, "draws without labels"),
        ("missing.png", {}, "There is no image missing.png"),
    ],
)
def test_bad_requests(toy: Trained, images: Any, request_: dict, sentence: str) -> None:
    with pytest.raises(GanzooError, match=sentence):
        toy.project(images, **request_)
