"""DCGAN's networks: shapes, range, layers, and how the weights start."""

from __future__ import annotations

import math

import pytest
import torch
from torch import nn

from ganzoo import Part, Registry, Spec, UsageError
from ganzoo.assembly.build import build, component
from ganzoo_dcgan.networks import DCGANDiscriminator, DCGANGenerator

GRAY = Spec((1, 28, 28), z_dim=10)
COLOUR = Spec((3, 32, 32), z_dim=10, low=0.0, high=1.0)
BATCH_NORM, INSTANCE_NORM = nn.BatchNorm1d | nn.BatchNorm2d, nn.InstanceNorm2d
LAYER_NORM = nn.LayerNorm | nn.GroupNorm


def square(side: int, channels: int = 1) -> Spec:
    return Spec((channels, side, side), z_dim=10)


def kinds(network: nn.Module) -> list[str]:
    names = [type(layer).__name__ for layer in network.body]
    return [name for name in names if name not in ("Identity", "Unflatten", "Flatten")]


# -- shapes and range ----------------------------------------------------------------------------

SIDES = {8: 1, 10: 1, 12: 1, 14: 1, 16: 2, 20: 2, 28: 2, 32: 3, 48: 3, 64: 4}


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize(("side", "halvings"), SIDES.items())
def test_shapes_and_depth_at_any_side_that_halves_to_four_to_seven(side, halvings, channels):
    spec = square(side, channels)
    generator, discriminator = DCGANGenerator(spec, width=2), DCGANDiscriminator(spec, width=2)
    x = generator(torch.randn(5, 10))
    assert x.shape == (5, channels, side, side)
    assert discriminator(x).shape == (5,)
    down = [m for m in discriminator.modules() if isinstance(m, nn.Conv2d)]
    up = [m for m in generator.modules() if isinstance(m, nn.ConvTranspose2d)]
    assert len(down) == len(up) == halvings
    for layer in (*down, *up):
        assert (layer.kernel_size, layer.stride, layer.padding) == ((4, 4), (2, 2), (1, 1))


@pytest.mark.parametrize(
    "size",
    [(16, 16), (17, 17), (30, 30), (100, 100), (72, 96), (96, 72), (45, 31), (9, 80), (256, 192)],
)
def test_images_of_any_height_and_width(size: tuple[int, int]) -> None:
    """Every pixel of the image has an influence on D's score, also at odd sides."""
    torch.manual_seed(0)
    spec = Spec((3, *size), z_dim=10)
    generator, discriminator = DCGANGenerator(spec, width=2), DCGANDiscriminator(spec, width=2)
    x = generator(torch.randn(2, 10))
    assert x.shape == (2, 3, *size)
    x = x.detach().requires_grad_()
    (slope,) = torch.autograd.grad(discriminator(x).sum(), x)
    assert (slope != 0).any(1).all()


@pytest.mark.parametrize(
    ("norm", "wanted"), [("batch", nn.BatchNorm1d), ("layer", nn.LayerNorm), ("instance", ())]
)
def test_fully_connected_hidden_layers_have_the_norm_unless_it_is_for_maps(norm, wanted) -> None:
    generator = DCGANGenerator(GRAY, width=2, norm=norm, hidden=(5, 3))
    discriminator = DCGANDiscriminator(GRAY, width=2, norm=norm, hidden=(5, 3))
    x = generator(torch.randn(4, 10))
    assert x.shape == (4, 1, 28, 28)
    assert discriminator(x).shape == (4,)
    for network, units in ((generator, [10, 5, 3, 196]), (discriminator, [196, 5, 3, 1])):
        linear = [m for m in network.modules() if isinstance(m, nn.Linear)]
        assert [layer.in_features for layer in linear] == units[:3]
        assert [layer.out_features for layer in linear] == units[1:]
        normalised = [m.weight.numel() for m in network.modules() if isinstance(m, wanted)]
        hidden = [units for units in units[1:] if units > 1]
        assert normalised == (hidden if wanted else [])


def test_there_are_no_hidden_layers_by_default() -> None:
    for network in (DCGANGenerator(GRAY, width=2), DCGANDiscriminator(GRAY, width=2)):
        assert len([m for m in network.modules() if isinstance(m, nn.Linear)]) == 1


@pytest.mark.parametrize("spec", [GRAY, COLOUR, COLOUR.replace(low=-3.0, high=5.0)])
def test_samples_stay_in_the_range_and_reach_both_ends(spec: Spec) -> None:
    generator = DCGANGenerator(spec, width=2)
    assert spec.low <= generator(100 * torch.randn(7, 10)).min()
    *_, last = [m for m in generator.modules() if isinstance(m, nn.ConvTranspose2d)]
    nn.init.zeros_(last.weight)
    for bias, value in ((-50.0, spec.low), (0.0, (spec.low + spec.high) / 2), (50.0, spec.high)):
        nn.init.constant_(last.bias, bias)
        x = generator(torch.randn(2, 10))
        torch.testing.assert_close(x, torch.full_like(x, value))


def test_scores_have_no_bounds() -> None:
    discriminator = DCGANDiscriminator(GRAY, width=2)
    nn.init.constant_(discriminator.body[-1].bias, -1000.0)
    assert discriminator(torch.zeros(1, 1, 28, 28)).item() < -900


# -- layers --------------------------------------------------------------------------------------


def test_the_generators_layers() -> None:
    """Batch norm everywhere but at the output, rectifiers everywhere but at the output (section 3's
    guidelines), twice as many channels at half the side."""
    generator = DCGANGenerator(square(32), width=4)
    assert kinds(generator) == [
        *("Linear", "BatchNorm1d", "ReLU"),
        *("ConvTranspose2d", "BatchNorm2d", "ReLU"),
        *("ConvTranspose2d", "BatchNorm2d", "ReLU"),
        "ConvTranspose2d",
    ]
    channels = [m.num_features for m in generator.modules() if isinstance(m, BATCH_NORM)]
    assert channels == [16 * 4 * 4, 8, 4]  # each unit of the first map by itself


def test_the_discriminators_layers() -> None:
    """Leaky rectifiers, and batch norm everywhere but at the input and the output."""
    discriminator = DCGANDiscriminator(square(32), width=4)
    assert kinds(discriminator) == [
        *("Conv2d", "LeakyReLU"),
        *("Conv2d", "BatchNorm2d", "LeakyReLU"),
        *("Conv2d", "BatchNorm2d", "LeakyReLU"),
        "Linear",
    ]
    slopes = {m.negative_slope for m in discriminator.modules() if isinstance(m, nn.LeakyReLU)}
    assert slopes == {0.2}
    channels = [m.num_features for m in discriminator.modules() if isinstance(m, BATCH_NORM)]
    assert channels == [8, 16]
    assert not discriminator.joint_batch


@pytest.mark.parametrize("network", [DCGANGenerator, DCGANDiscriminator])
@pytest.mark.parametrize(
    ("norm", "wanted"),
    [("batch", BATCH_NORM), ("layer", LAYER_NORM), ("instance", INSTANCE_NORM), ("none", ())],
)
def test_the_norm_is_an_option(network, norm, wanted) -> None:
    made = network(square(32), width=4, norm=norm)
    norms = [m for m in made.modules() if isinstance(m, BATCH_NORM | LAYER_NORM | INSTANCE_NORM)]
    maps = 2  # with a norm; the generator's first map comes from a fully connected layer
    dense = network is DCGANGenerator and norm != "instance"
    assert len(norms) == (maps + dense if wanted else 0)
    assert all(isinstance(m, wanted) and m.weight is not None for m in norms)


@pytest.mark.parametrize("network", [DCGANGenerator, DCGANDiscriminator])
@pytest.mark.parametrize(("norm", "normalised"), [("batch", True), ("none", False)])
def test_a_layer_has_a_bias_where_no_norm_takes_it_away(network, norm, normalised) -> None:
    made = network(square(32), width=4, norm=norm)
    affine = nn.Conv2d | nn.ConvTranspose2d | nn.Linear
    biases = [m.bias is not None for m in made.modules() if isinstance(m, affine)]
    without_norm = (-1,) if network is DCGANGenerator else (0, -1)
    wanted = [not normalised] * 4
    for place in without_norm:
        wanted[place] = True
    assert biases == wanted


@pytest.mark.parametrize("norm", ["layer", "instance", "none"])
def test_without_batch_norm_a_score_is_its_samples_own(norm: str) -> None:
    discriminator = DCGANDiscriminator(square(16), width=4, norm=norm)
    x = torch.randn(6, 1, 16, 16)
    assert discriminator.joint_batch
    torch.testing.assert_close(discriminator(x)[:2], discriminator(x[:2]))


# -- the start -----------------------------------------------------------------------------------


@pytest.mark.parametrize("network", [DCGANGenerator, DCGANDiscriminator])
def test_weights_start_normal_with_deviation_two_hundredths(network) -> None:
    """And biases at 0, the scales of the batch norms around 1."""
    torch.manual_seed(0)
    made = network(square(32, 3).replace(z_dim=100), width=32)
    affine = [
        m for m in made.modules() if isinstance(m, nn.Conv2d | nn.ConvTranspose2d | nn.Linear)
    ]
    assert len(affine) == 4
    for layer in affine:
        weight, n = layer.weight.detach(), layer.weight.numel()
        assert weight.std().item() == pytest.approx(0.02, rel=5 / math.sqrt(2 * n))
        assert abs(weight.mean().item()) < 5 * 0.02 / math.sqrt(n)
        assert weight.abs().max() > 2.5 * 0.02  # uniform weights would end at 1.7
        assert layer.bias is None or not layer.bias.any()
    norms = [m for m in made.modules() if isinstance(m, BATCH_NORM)]
    assert len(norms) >= 2
    for norm in norms:
        n = norm.weight.numel()
        assert norm.weight.mean().item() == pytest.approx(1, abs=5 * 0.02 / math.sqrt(n))
        assert norm.weight.std().item() == pytest.approx(0.02, rel=5 / math.sqrt(2 * n))
        assert not norm.bias.any()


# -- what does not fit ---------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["generator", "discriminator"])
@pytest.mark.parametrize("side", [1, 3, 4, 7])
def test_a_side_below_8_pixels_is_refused(kind: str, side: int) -> None:
    said = rf"8 pixels or more on each side, not of {side}x{side}: resize them.*dataset\.size=8`"
    with pytest.raises(UsageError, match=said):
        component(kind, Part("dcgan"), Registry.discover(), spec=square(side))


@pytest.mark.parametrize("kind", ["generator", "discriminator"])
@pytest.mark.parametrize("shape", [(2,), (784,), (28, 28)])
def test_samples_that_are_no_images_are_refused(kind: str, shape: tuple[int, ...]) -> None:
    spec = Spec(shape, z_dim=10)
    with pytest.raises(UsageError, match=r"for images, not for samples of shape \("):
        component(kind, Part("dcgan"), Registry.discover(), spec=spec)


# -- the recipe ----------------------------------------------------------------------------------


def test_its_recipe_is_the_papers_game() -> None:
    recipe = Registry.discover().recipe("dcgan")
    assert (recipe.generator.name, recipe.discriminator.name) == ("dcgan", "dcgan")
    assert recipe.loss == Part("non-saturating")
    assert recipe.penalties == recipe.extra_losses == ()
    assert recipe.prior == Part("uniform", {"dim": 100})
    game = build(recipe, GRAY, Registry.discover())
    assert [*game.updates(1)] == [("d",), ("g",)]
    assert not game.discriminator.joint_batch  # it has batch norm
