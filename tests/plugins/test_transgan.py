"""TransGAN: attention within windows, positions by offset, patches of several sizes."""

from __future__ import annotations

import math
from itertools import product

import pytest
import torch
from torch import Tensor, nn

from ganzoo import Spec
from ganzoo_transgan.discriminator import Patches, TransGANDiscriminator
from ganzoo_transgan.generator import Doubling, TransGANGenerator
from ganzoo_transgan.layers import Attention, Block, TokenNorm


def attention(size: tuple[int, int], grid: int = 8, channels: int = 4) -> Attention:
    torch.manual_seed(0)
    layer = Attention(channels, size, head=2, grid=grid).double()
    nn.init.normal_(layer.bias)
    return layer


def by_hand(layer: Attention, x: Tensor) -> Tensor:
    """The attention between all pixels of one map (H, W, C), by the paper's formula."""
    pixels = list(product(range(x.shape[0]), range(x.shape[1])))
    rows, columns = layer.window
    table = layer.bias.view(layer.heads, 2 * rows - 1, 2 * columns - 1)
    parts = {at: layer.qkv(x[at]).view(3, layer.heads, -1) for at in pixels}
    made = torch.empty_like(x)
    for at in pixels:
        heads = []
        for head in range(layer.heads):
            query = parts[at][0, head]
            fits = torch.stack(
                [
                    query @ parts[other][1, head] / math.sqrt(len(query))
                    + table[head, at[0] - other[0] + rows - 1, at[1] - other[1] + columns - 1]
                    for other in pixels
                ]
            )
            shares = fits.exp() / fits.exp().sum()
            heads.append(shares @ torch.stack([parts[other][2, head] for other in pixels]))
        made[at] = layer.out(torch.cat(heads))
    return made


def test_the_norm_of_a_token() -> None:
    x = torch.tensor([[[[3.0, 1.0]]]])
    torch.testing.assert_close(TokenNorm()(x), x / 5**0.5)


def test_attention_by_hand() -> None:
    layer, x = attention((2, 3)), torch.randn(2, 2, 3, 4, dtype=torch.float64)
    assert layer.heads == 2
    for sample, made in zip(x, layer(x), strict=True):
        torch.testing.assert_close(made, by_hand(layer, sample))


@pytest.mark.parametrize(
    ("size", "window"), [((4, 6), (2, 3)), ((5, 4), (3, 2)), ((7, 3), (3, 3))], ids=str
)
def test_a_window_sees_its_own_pixels_only(size, window) -> None:
    """Also a window that reaches beyond the border: nothing is seen there."""
    layer = attention(size, grid=3)
    assert layer.window == window
    x = torch.randn(1, *size, 4, dtype=torch.float64)
    made = layer(x)[0]
    assert made.shape == (*size, 4)
    rows, columns = window
    for top, left in product(range(0, size[0], rows), range(0, size[1], columns)):
        place = (slice(top, top + rows), slice(left, left + columns))
        torch.testing.assert_close(made[place], by_hand(layer, x[0][place]))


def test_no_window_lies_wholly_beyond_the_border() -> None:
    for side, grid in product(range(1, 300), (1, 2, 3, 8, 14)):
        parts = math.ceil(side / grid)
        assert math.ceil(side / parts) * (parts - 1) < side


def test_a_block_adds_to_its_map_twice() -> None:
    torch.manual_seed(0)
    block, x = Block(4, (2, 2), head=2, grid=2), torch.randn(1, 2, 2, 4)
    between = x + block.attention(block.norm(x))
    torch.testing.assert_close(block(x), between + block.mlp(block.norm(between)))


@pytest.mark.parametrize("size", [(4, 6), (5, 7)])
def test_an_enlargement_before_the_linear_layer_is_the_same_function(size) -> None:
    torch.manual_seed(0)
    layer, x = Doubling(3, 2, size).double(), torch.randn(1, 2, 3, 3, dtype=torch.float64)
    nn.init.normal_(layer.change.bias)
    enlarged = nn.functional.interpolate(x.permute(0, 3, 1, 2), size, mode="bicubic")
    torch.testing.assert_close(layer(x), layer.change(enlarged.permute(0, 2, 3, 1)))


@pytest.mark.parametrize("shape", [(1, 28, 28), (3, 19, 30), (2, 8, 9)])
def test_shapes_and_range(shape) -> None:
    torch.manual_seed(0)
    spec = Spec(shape, z_dim=5, low=0.0)
    x = TransGANGenerator(spec, width=4, head=4, grid=5)(10 * torch.randn(2, 5))
    assert x.shape == (2, *shape)
    assert x.min() >= 0
    assert x.max() <= 1
    assert TransGANDiscriminator(spec, width=8, head=4, grid=5)(x).shape == (2,)


def test_larger_sizes_have_fewer_blocks() -> None:
    """28 pixels: 7, 14 and 28 in G, 14 and 7 in D."""
    spec = Spec((1, 28, 28), z_dim=5)
    g = TransGANGenerator(spec, width=4, blocks=2)
    d = TransGANDiscriminator(spec, width=4, blocks=2)
    count = {
        name: [sum(isinstance(layer, Block) for layer in stage) for stage in network.stages]
        for name, network in {"g": g, "d": d}.items()
    }
    assert count == {"g": [2, 1, 1], "d": [1, 2]}


@pytest.mark.parametrize(("count", "sides"), [((4, 4), (2, 2)), ((2, 3), (4, 4))])
def test_patches_leave_no_pixel_out(count, sides) -> None:
    torch.manual_seed(0)
    layer, x = Patches((1, 8, 8), count, 3), torch.randn(1, 1, 8, 8, requires_grad=True)
    made = layer(x)
    assert made.shape == (1, *count, 3)
    assert layer.embed.kernel_size == sides
    (slope,) = torch.autograd.grad(made.square().sum(), x)
    assert slope.all()


def test_the_discriminator_sees_each_pixel_at_each_size() -> None:
    torch.manual_seed(0)
    d = TransGANDiscriminator(Spec((1, 28, 28)), width=8, head=4)
    x = torch.rand(1, 1, 28, 28, requires_grad=True)
    (slope,) = torch.autograd.grad(d(x).sum(), x, create_graph=True)
    assert slope.all()
    slope.square().sum().backward()  # a gradient penalty can be computed
    assert all(p.grad is not None for p in d.stages.parameters())
