"""Residual networks: conditional batch normalisation, self-attention, projection, BigGAN's z."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ganzoo import Part, Registry, Spec, UsageError
from ganzoo.assembly.build import build
from ganzoo_resnet.discriminator import ResNetDiscriminator
from ganzoo_resnet.generator import ResNetGenerator
from ganzoo_resnet.layers import Attention, Doubling, Halving, Norm

from .small import engine_of, images, shrunk

REGISTRY = Registry.discover()
SPEC = Spec((1, 16, 16), classes=3, z_dim=6)
SMALL = {"width": 4, "channels_max": 8}


def generator(spec: Spec = SPEC, **options: Any) -> ResNetGenerator:
    torch.manual_seed(0)
    return ResNetGenerator(spec, **SMALL, **options)


def discriminator(spec: Spec = SPEC, **options: Any) -> ResNetDiscriminator:
    torch.manual_seed(0)
    return ResNetDiscriminator(spec, **SMALL, **options)


def normal(*shape: int, seed: int = 0) -> Tensor:
    dice = torch.Generator().manual_seed(seed)
    return torch.randn(*shape, dtype=torch.float64, generator=dice)


# -- layers --------------------------------------------------------------------------------------


def test_conditional_batch_normalisation_by_hand() -> None:
    norm = Norm(2, lambda channels: nn.Embedding(3, channels)).double()
    x, y = normal(4, 2, 3, 5), torch.tensor([2, 0, 1, 2])
    made = norm(x, y)
    for sample, label in enumerate(y.tolist()):
        for channel in range(2):
            values = x[:, channel]
            variance = (values - values.mean()).square().mean()
            plain = (x[sample, channel] - values.mean()) / (variance + 1e-5).sqrt()
            gain, bias = norm.gain.weight[label, channel], norm.bias.weight[label, channel]
            torch.testing.assert_close(made[sample, channel], (1 + gain) * plain + bias)


def test_with_a_gain_of_1_and_a_bias_of_0_labels_have_no_effect() -> None:
    plain, conditional = generator(), generator(labels=True)
    conditional.load_state_dict(plain.state_dict(), strict=False)
    for module in conditional.modules():
        if isinstance(module, nn.Embedding):
            nn.init.zeros_(module.weight)
    z = torch.randn(6, 6)
    torch.testing.assert_close(conditional(z, torch.arange(6) % 3), plain(z))


def test_attention_by_hand() -> None:
    torch.manual_seed(0)
    layer = Attention(16).double()
    x = normal(2, 16, 4, 4)
    assert torch.equal(layer(x), x)  # gamma is 0
    nn.init.constant_(layer.gamma, 0.5)
    made = layer(x)
    pooled = {
        name: F.conv2d(x, getattr(layer, name).weight).unfold(2, 2, 2).unfold(3, 2, 2).amax((4, 5))
        for name in ("key", "value")
    }
    for row in range(4):
        for column in range(4):
            query = layer.query.weight[:, :, 0, 0] @ x[1, :, row, column]
            fits = torch.stack([query @ key for key in pooled["key"][1].flatten(1).T])
            shares = fits.exp() / fits.exp().sum()
            mean = sum(
                share * value
                for share, value in zip(shares, pooled["value"][1].flatten(1).T, strict=True)
            )
            expected = x[1, :, row, column] + 0.5 * layer.out.weight[:, :, 0, 0] @ mean
            torch.testing.assert_close(made[1, :, row, column], expected)


def test_a_doubling_block_is_the_one_of_the_paper() -> None:
    """The map is enlarged before the first convolution of the branch, and before the 1 x 1
    convolution beside it."""
    torch.manual_seed(0)
    block = Doubling(3, 4, (6, 7), None).double()
    x = normal(2, 3, 3, 3)
    branch = F.interpolate(F.batch_norm(x, None, None, training=True).relu(), (6, 7))
    branch = F.batch_norm(block.convolve(branch), None, None, training=True)
    expected = block.convolve_again(branch.relu()) + block.skip(F.interpolate(x, (6, 7)))
    torch.testing.assert_close(block(x, None), expected)


@pytest.mark.parametrize("size", [(8, 8), (7, 9)])
def test_a_halving_block_is_the_one_of_the_paper_and_leaves_no_pixel_out(size) -> None:
    torch.manual_seed(0)
    block = Halving(3, 4, size).double()
    x = normal(2, 3, *size).requires_grad_()
    made = block(x)
    assert made.shape == (2, 4, size[0] // 2, size[1] // 2)
    branch = block.convolve_again(block.convolve(x.relu()).relu())
    torch.testing.assert_close(made, block.halve(branch) + block.halve(block.skip(x)))
    (slope,) = torch.autograd.grad(made.sum(), x)
    assert slope.all()


# -- the generator -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"labels": True},
        {"labels": True, "embedding": 5, "split": True, "attention": True, "spectral_norm": True},
        {"labels": True, "split": True},
        {"split": True},
    ],
    ids=str,
)
def test_shapes_and_range(options: dict[str, Any]) -> None:
    spec = Spec((3, 19, 30), classes=3, z_dim=6, low=0.0)
    y = torch.tensor([2, 0])
    network = generator(spec, **options)
    x = network(torch.randn(2, 6), **({"y": y} if "labels" in options else {}))
    assert x.shape == (2, 3, 19, 30)
    assert x.min() >= 0
    assert x.max() <= 1


def test_each_block_of_biggan_has_a_part_of_z_and_the_label() -> None:
    """16 pixels are two blocks: z of 6 numbers has three parts, the first for the linear layer."""
    network = generator(labels=True, embedding=5, split=True)
    given: list[Tensor] = []
    network.first.register_forward_hook(lambda _, inputs, __: given.append(inputs[0]))
    for block in network.blocks:
        block.register_forward_hook(lambda _, inputs, __: given.append(inputs[1]))
    z, y = torch.randn(4, 6), torch.tensor([0, 1, 2, 1])
    network(z, y)
    label = network.embed(y)
    expected = [z[:, :2], torch.cat((label, z[:, 2:4]), 1), torch.cat((label, z[:, 4:]), 1)]
    for one, other in zip(given, expected, strict=True):
        assert torch.equal(one, other)


def test_a_z_that_is_shorter_than_the_number_of_blocks_is_used_more_than_once() -> None:
    network = generator(SPEC.replace(z_dim=2), split=True)
    assert [network._condition(torch.tensor([[1.0, 2.0]]), None, n).item() for n in (1, 2)] == [
        2,
        2,
    ]


# -- the discriminator ---------------------------------------------------------------------------


def test_the_score_of_a_projection_by_hand() -> None:
    network = discriminator(labels="projection").eval().double()
    x, y = normal(3, 1, 16, 16), torch.tensor([0, 2, 1])
    h = F.relu(network.body(x)).sum((2, 3))
    vectors = network.label.weight[y]
    expected = [
        (network.score.weight[0] + vector) @ row + network.score.bias[0]
        for row, vector in zip(h, vectors, strict=True)
    ]
    torch.testing.assert_close(network(x, y), torch.stack(expected))


def test_the_vectors_of_the_labels_have_spectral_norm_1() -> None:
    network = discriminator(labels="projection")
    for _ in range(30):
        network(torch.randn(2, 1, 16, 16), torch.tensor([0, 1]))
    network.eval()
    for layer in (network.label, network.score, network.body[0].convolve):
        largest = torch.linalg.matrix_norm(layer.weight.flatten(1), 2)
        assert largest.item() == pytest.approx(1, abs=1e-3)


def test_further_outputs() -> None:
    x, y = torch.randn(2, 1, 16, 16), torch.tensor([2, 0])
    score, further = discriminator(labels="class")(x)
    assert (score.shape, further["class"].shape) == ((2,), (2, 3))
    score, further = discriminator(labels="proxy", dim=7)(x, y)
    assert score.shape == (2,)
    assert further["embedding"].shape == further["proxy"].shape == (2, 7)
    for vectors in further.values():
        torch.testing.assert_close(vectors.norm(dim=1), torch.ones(2))
    assert discriminator()(x).shape == (2,)


@pytest.mark.parametrize("labels", ["projection", "class", "proxy"])
def test_data_without_labels_is_refused(labels: str) -> None:
    recipe = shrunk(REGISTRY.recipe("projection"))
    options = {**recipe.discriminator.options, "labels": labels}
    recipe = recipe.replace(
        generator=Part("resnet", {"width": 4}), discriminator=Part("resnet", options)
    )
    with pytest.raises(UsageError, match="this data has no"):
        build(recipe, Spec((1, 16, 16)), REGISTRY)


# -- the recipes ---------------------------------------------------------------------------------


def test_without_attention_and_with_equal_rates_sagan_is_projection_with_a_normalised_g() -> None:
    projection, sagan = (REGISTRY.recipe(name) for name in ("projection", "sagan"))
    assert sagan.generator.options == {
        **projection.generator.options,
        "attention": True,
        "spectral_norm": True,
    }
    assert sagan.discriminator.options == {**projection.discriminator.options, "attention": True}
    rate = {player: sagan.optimizer[player].options["lr"]["start"] for player in "dg"}
    assert rate["d"] == pytest.approx(4 * rate["g"])


def test_gamma_moves_from_0() -> None:
    engine = engine_of(shrunk(REGISTRY.recipe("biggan")), images(1, 16, 16, classes=3))
    engine.advance()
    engine.advance()
    game = engine.game
    for gamma in (game.generator.attend.gamma, game.discriminator.body[1].gamma):
        assert gamma.item() != 0
        assert math.isfinite(gamma.item())
