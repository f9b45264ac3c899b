"""Progressive growing: the levels, the fade, and the layers."""

from __future__ import annotations

import pytest
import torch
from torch.nn.functional import avg_pool2d, interpolate

from ganzoo import Batch, Part, Scores, Spec, UsageError
from ganzoo.assembly.schedules import fixed
from ganzoo_progressive.growth import BatchDeviation, Conv, Linear, PixelNorm, level
from ganzoo_progressive.networks import ProgressiveDiscriminator, ProgressiveGenerator
from ganzoo_progressive.penalties import Drift
from tests.plugins.small import PLAIN, REGISTRY, engine_of, images

SPEC = Spec((3, 16, 16), z_dim=4)  # of the sizes 4, 8 and 16
SMALL = PLAIN.replace(
    generator=Part("progressive", {"width": 4}),
    discriminator=Part("progressive", {"width": 4}),
    steps=10,
)


def network(kind, grown: float):
    torch.manual_seed(0)
    made = kind(SPEC, width=4)
    made.grown.fill_(grown)
    return made


def test_each_level_is_trained_alone_and_then_the_next_one_is_faded_in() -> None:
    """Three levels in 80 steps: two phases of 40."""
    expected = {0: 0, 10: 0, 20: 0, 30: 0.5, 40: 1, 60: 1, 65: 1.25, 80: 2, 100: 2}
    found = {step: level(step, 80, 3) for step in expected}
    assert found == pytest.approx(expected)
    assert level(1, 0, 3) == 2
    assert level(50, 80, 1) == 0


def test_a_generator_of_the_first_level_enlarges_its_small_image() -> None:
    generator, z = network(ProgressiveGenerator, 0.0), torch.randn(2, 4)
    small = generator.images[0](generator.first(z)).tanh()
    assert small.shape == (2, 3, 4, 4)
    assert torch.allclose(generator(z), interpolate(small, (16, 16)), atol=1e-6)


def test_the_fade_is_a_weighted_mean_of_two_levels() -> None:
    """Before the tanh."""
    z = torch.randn(2, 4)
    ends = [network(ProgressiveGenerator, grown)(z).atanh() for grown in (1.0, 2.0)]
    between = network(ProgressiveGenerator, 1.25)(z).atanh()
    assert torch.allclose(between, 0.75 * ends[0] + 0.25 * ends[1], atol=1e-4)
    assert not torch.allclose(ends[0], ends[1], atol=0.1)


@pytest.mark.parametrize(("grown", "factor"), [(0.0, 4), (1.0, 2), (2.0, 1)])
def test_a_discriminator_sees_only_what_its_levels_show(grown: float, factor: int) -> None:
    d, x = network(ProgressiveDiscriminator, grown), torch.rand(4, 3, 16, 16)
    smaller = interpolate(avg_pool2d(x, factor), (16, 16))
    assert torch.allclose(d(x), d(smaller), atol=1e-5)
    if factor < 4:
        coarser = interpolate(avg_pool2d(x, 2 * factor), (16, 16))
        assert not torch.allclose(d(x), d(coarser), atol=1e-3)


@pytest.mark.parametrize("grown", [0.0, 0.5, 1.0, 1.25, 2.0])
def test_a_training_on_a_cpu_skips_levels_without_a_share(grown: float) -> None:
    """The results are those of an evaluation, which computes all levels."""
    g, d = network(ProgressiveGenerator, grown), network(ProgressiveDiscriminator, grown)
    z = torch.randn(4, 4)
    x = g(z)
    score = d(x)
    score.sum().backward()
    for members in (g.blocks, d.blocks):
        used = [next(block.parameters()).grad is not None for block in members]
        assert used == [grown > 0, grown > 1]
    assert torch.equal(g.eval()(z), x)
    assert torch.equal(d.eval()(x), score)


def test_a_layer_divides_its_weights_by_the_root_of_its_inputs() -> None:
    x = torch.rand(1, 3, 4, 4)
    conv = Conv(3, 2, 3, gain=2.0)
    expected = torch.conv2d(x, conv.weight * 2 / 27**0.5, padding=1)
    assert torch.allclose(conv(x), expected)
    linear = Linear(4, 2, gain=3.0)
    assert torch.allclose(linear(x[0, 0]), x[0, 0] @ linear.weight.T * 3 / 2)


def test_the_norm_of_a_pixel_and_the_deviation_of_a_batch() -> None:
    assert torch.allclose(PixelNorm()(torch.tensor([[3.0, 1.0]])), torch.tensor([[3, 1]]) / 5**0.5)
    x = torch.tensor([1.0, 5.0])[:, None, None, None].expand(2, 1, 2, 2)  # a deviation of 2
    assert torch.allclose(BatchDeviation()(x)[:, 1], torch.full((2, 2, 2), 2.0))


def test_drift_by_hand() -> None:
    score = torch.tensor([1.0, -3.0])
    assert Drift(weight=0.5)(None, Scores(score, Batch()), Scores(score, Batch())).item() == 2.5


def test_the_network_and_its_average_grow_in_a_training() -> None:
    engine = engine_of(SMALL.replace(ema=0.9), images(3, 16, 16))
    levels = []
    for _ in range(10):
        engine.advance()
        averaged = engine.averaged.generator.grown
        assert averaged.equal(engine.game.generator.grown)
        assert averaged.equal(engine.game.discriminator.grown)
        levels.append(averaged.item())
    assert levels == pytest.approx([level(step, 6, 3) for step in range(1, 11)])
    assert levels[0] == 0
    assert levels[-1] == 2


def test_both_networks_must_grow_together() -> None:
    other = SMALL.replace(discriminator=Part("progressive", {"width": 4, "until": 0.5}))
    with pytest.raises(UsageError, match="grow together"):
        engine_of(other, images(3, 16, 16))


def test_networks_keep_their_pace_when_a_run_is_resumed_with_more_steps() -> None:
    """A run has its recipe with all moments in steps."""
    recipe = fixed(SMALL, REGISTRY)
    assert recipe.generator.options["until"] == recipe.discriminator.options["until"] == 6
    longer = engine_of(recipe.replace(steps=60), images(3, 16, 16))
    for step in range(1, 8):
        longer.advance()
        assert longer.game.generator.grown.item() == pytest.approx(level(step, 6, 3))
