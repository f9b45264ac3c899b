"""Generators with styles: mixing, and truncation towards the mean style."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

import ganzoo
from ganzoo import Generator, Run, Spec, UsageError, hookimpl
from ganzoo.sampling.styles import crossed
from ganzoo.sampling.trained import Trained

from .toy import ToyPlugin, registry_of

LAYERS = 4


class Styled(Generator):
    """w = 2 z + 1 in each of four layers, and one row of the image for each layer. A style's first
    three numbers are the first three pixels of its row; the fourth pixel is 0."""

    def __init__(self, spec: Spec) -> None:
        super().__init__(spec)
        self.scale = nn.Parameter(torch.tensor(2.0))
        self.register_buffer("mean", torch.ones(spec.z_dim))

    def forward(self, z: Tensor) -> Tensor:
        return self.synthesise(self.styles(z))

    def styles(self, z: Tensor) -> Tensor:
        return (self.scale * z + 1)[:, None].expand(-1, LAYERS, -1)

    def synthesise(self, styles: Tensor) -> Tensor:
        return nn.functional.pad(styles, (0, 1)).reshape(-1, 1, LAYERS, LAYERS) / 100

    def mean_style(self) -> Tensor:
        return self.mean


class Plugin(ToyPlugin):
    @hookimpl
    def ganzoo_register(self, registry) -> None:
        super().ganzoo_register(registry)
        registry.generator("styled", Styled)


REGISTRY = registry_of(toy=Plugin())


@pytest.fixture
def trained(train: Callable[..., Run]) -> Trained:
    run = train(steps=1, generator="styled", registry=REGISTRY)
    return ganzoo.load(run, registry=REGISTRY)


def rows_of(samples: Tensor) -> Tensor:
    """The styles that a sample of ``Styled`` shows: (N, layers, 3)."""
    return 100 * samples[:, 0, :, :3]


def test_a_table_has_the_samples_at_its_edges_and_their_mixtures_inside(trained: Trained) -> None:
    table = trained.mix(2, 3, layers=(2, 3), seed=4).reshape(3, 4, 1, 4, 4)
    samples = trained.sample(5, seed=4)
    assert (table[0, 0] == trained.spec.low).all()
    torch.testing.assert_close(table[1:, 0], samples[:2])
    torch.testing.assert_close(table[0, 1:], samples[2:])
    styles = rows_of(samples)
    for row in range(2):
        for column in range(3):
            shown = rows_of(table[1 + row, 1 + column][None])[0]
            torch.testing.assert_close(shown[[0, 3]], styles[row][[0, 3]])
            torch.testing.assert_close(shown[[1, 2]], styles[2 + column][[1, 2]])


def test_the_finer_half_of_the_layers_is_taken_by_default(trained: Trained) -> None:
    assert torch.equal(trained.mix(2, 3), trained.mix(2, 3, layers=(3, 4)))
    assert not torch.equal(trained.mix(2, 3), trained.mix(2, 3, layers=(2, 4)))


def test_equal_styles_mixed_are_the_sample(trained: Trained) -> None:
    styles = trained.game.styles(trained.noise(1))
    mixed = crossed(styles, styles, 2, 3)
    assert torch.equal(mixed, styles)


def test_all_layers_from_the_column_are_the_columns_sample(trained: Trained) -> None:
    table = trained.mix(2, 3, layers=(1, LAYERS)).reshape(3, 4, 1, 4, 4)
    assert torch.equal(table[1, 1:], table[0, 1:])
    assert torch.equal(table[2, 1:], table[0, 1:])


@pytest.mark.parametrize("layers", [(0, 2), (3, 2), (2, 5), (5, 5), (-1, 1)])
def test_layers_that_a_generator_has_not_are_refused(trained: Trained, layers) -> None:
    said = r"has 4 layers of styles, from 1, the coarsest, to 4; there are no layers -?\d-\d\."
    with pytest.raises(UsageError, match=said):
        trained.mix(layers=layers)


@pytest.mark.parametrize(("rows", "columns"), [(0, 3), (3, 0), (-1, 2)])
def test_a_table_has_rows_and_columns(trained: Trained, rows: int, columns: int) -> None:
    with pytest.raises(UsageError, match="it takes a row and a column at least"):
        trained.mix(rows, columns)


def test_a_generator_without_styles_is_refused(train, registry) -> None:
    plain = ganzoo.load(train(steps=1), registry=registry)
    with pytest.raises(UsageError, match="The generator 'toy' has no styles to mix"):
        plain.mix()


@pytest.mark.parametrize("strength", [0.5, 1.0, 2.0])
def test_truncation_moves_the_styles_towards_their_mean(trained: Trained, strength: float) -> None:
    whole = rows_of(trained.sample(5, seed=1))
    near = rows_of(trained.sample(5, seed=1, truncation=strength))
    torch.testing.assert_close(near, 1 + strength * (whole - 1))


def test_a_truncation_of_styles_is_greater_than_0(trained: Trained) -> None:
    for strength in (0.0, -1.0, float("inf"), float("nan")):
        with pytest.raises(UsageError, match="The truncation must be greater than 0"):
            trained.sample(2, truncation=strength)


def test_many_are_mixed_and_truncated_in_pieces(trained: Trained, monkeypatch) -> None:
    table, samples = trained.mix(3, 4), trained.sample(9, truncation=0.5)
    monkeypatch.setattr("ganzoo.sampling.pieces.BATCH", 2)
    assert torch.equal(trained.mix(3, 4), table)
    assert torch.equal(trained.sample(9, truncation=0.5), samples)


def test_mixing_leaves_the_global_generator_alone(trained: Trained) -> None:
    before = torch.get_rng_state()
    trained.mix(2, 2)
    assert torch.equal(before, torch.get_rng_state())
