"""FastGAN: skip-layer excitation, and a discriminator that reconstructs what it has seen."""

from __future__ import annotations

import itertools

import pytest
import torch
from torch import Tensor, nn

from ganzoo import Batch, Data, Engine, Part, Registry, Scores, Spec, UsageError
from ganzoo.assembly.build import build, component
from ganzoo_fastgan.discriminator import FastGANDiscriminator, Halving, windows
from ganzoo_fastgan.generator import FastGANGenerator, SkipExcitation
from ganzoo_fastgan.layers import GLU, Noise
from ganzoo_fastgan.penalties import Reconstruction, distance

REGISTRY = Registry.discover()
SHAPES = [
    *((1, 8, 8), (1, 28, 28), (3, 32, 32), (4, 30, 45), (3, 72, 96), (1, 9, 80), (3, 64, 64)),
    (3, 128, 96),
]


def sigmoid(x: Tensor) -> Tensor:
    return 1 / (1 + (-x).exp())


# -- the generator -------------------------------------------------------------------------------


def test_a_glu_by_hand() -> None:
    x = torch.tensor([2.0, -3.0, 0.0, 1.0]).reshape(1, 4, 1, 1)
    expected = torch.tensor([2.0 * 0.5, -3.0 / (1 + torch.tensor(-1.0).exp())])
    torch.testing.assert_close(GLU()(x).flatten(), expected)


def test_an_excitation_by_hand() -> None:
    """8 x 8 pixels are averaged by 2 x 2; what is left is linear layers, weights of channels."""
    torch.manual_seed(0)
    excite = SkipExcitation(3, 5, (8, 8)).double()
    small = torch.randn(2, 3, 8, 8, dtype=torch.float64)
    large = torch.randn(2, 5, 6, 7, dtype=torch.float64)
    convolve, weigh = (layer for layer in excite.weigh if isinstance(layer, nn.Conv2d))
    pooled = small.reshape(2, 3, 4, 2, 4, 2).mean((3, 5))
    hidden = torch.einsum("oiab,niab->no", convolve.weight, pooled) + convolve.bias
    hidden = torch.where(hidden > 0, hidden, 0.1 * hidden)
    weights = sigmoid(hidden @ weigh.weight[:, :, 0, 0].T + weigh.bias)
    torch.testing.assert_close(excite(small, large), large * weights[:, :, None, None])


@pytest.mark.parametrize("side", range(4, 20))
def test_every_pixel_of_a_small_map_counts_in_an_excitation(side: int) -> None:
    torch.manual_seed(0)
    excite = SkipExcitation(2, 2, (side, side + 1))
    small = torch.randn(1, 2, side, side + 1, requires_grad=True)
    (slope,) = torch.autograd.grad(excite(small, torch.ones(1, 2, 1, 1)).sum(), small)
    assert (slope != 0).all()


def test_noise_changes_in_training_and_is_fixed_in_evaluation() -> None:
    noise, x = Noise((4, 4)), torch.zeros(2, 3, 4, 4)
    assert torch.equal(noise(x), x)  # its weight starts at 0
    nn.init.ones_(noise.weight)
    first, second = noise(x), noise(x)
    assert not torch.equal(first, second)
    assert not torch.equal(first[0], first[1])
    assert torch.equal(first[:, :1].expand_as(first), first)  # all channels alike
    noise.eval()
    assert torch.equal(noise(x), noise.fixed.expand(2, 3, 4, 4))


@pytest.mark.parametrize("shape", SHAPES)
def test_images_of_any_shape(shape: tuple[int, int, int]) -> None:
    torch.manual_seed(0)
    spec = Spec(shape, z_dim=6)
    generator, discriminator = (
        network(spec, width=2, channels_max=8)
        for network in (FastGANGenerator, FastGANDiscriminator)
    )
    x = generator(torch.randn(3, 6))
    assert x.shape == (3, *shape)
    score, aux = discriminator(x.detach().requires_grad_())
    assert len(score) == 3
    assert {len(tensor) for tensor in aux.values()} == {3}
    for made, wanted in discriminator.reconstructions(aux):
        assert made.shape == wanted.shape
        assert made.shape[:2] == (3, shape[0])
        assert not wanted.requires_grad


def test_every_map_weighs_the_map_of_four_doublings_later() -> None:
    """As in figure 3 of the paper: 8 pixels weigh those of 128, and 16 those of 256."""
    generator = FastGANGenerator(Spec((3, 256, 256), z_dim=4), width=1, channels_max=16)
    channels = [16, 16, 16, 8, 4, 2, 1]  # at 4, 8, 16, 32, 64, 128 and 256 pixels
    pairs = [
        (excite.weigh[1].in_channels, excite.weigh[1].out_channels)
        for excite in generator.excitations
    ]
    assert pairs == [(channels[k], channels[k + 4]) for k in range(3)]


def test_a_sample_is_weighed_by_its_small_map() -> None:
    torch.manual_seed(0)
    generator = FastGANGenerator(Spec((1, 28, 28), z_dim=4), width=2).eval()
    assert len(generator.excitations) == 1  # 7 pixels weigh those of 28
    z = torch.randn(2, 4)
    before = generator(z)
    nn.init.constant_(generator.excitations[0].weigh[-2].bias, -50.0)
    after = generator(z)
    assert not torch.allclose(before, after)
    torch.testing.assert_close(after[0], after[1])  # the last map is 0


@pytest.mark.parametrize(("low", "high"), [(-1.0, 1.0), (0.0, 1.0), (-3.0, 5.0)])
def test_samples_stay_in_the_range(low: float, high: float) -> None:
    generator = FastGANGenerator(Spec((1, 8, 8), z_dim=4, low=low, high=high), width=2)
    nn.init.normal_(generator.last.weight, std=100.0)
    x = generator(torch.randn(9, 4))
    assert low <= x.min() < low + 0.1 * (high - low)
    assert high >= x.max() > high - 0.1 * (high - low)


# -- the discriminator ---------------------------------------------------------------------------


def test_a_halving_is_the_mean_of_its_branches() -> None:
    torch.manual_seed(0)
    halve, x = Halving(2, 3).eval(), torch.randn(2, 2, 6, 7)
    short = nn.functional.avg_pool2d(x, 2)
    short = torch.einsum("oi,nihw->nohw", halve.shallow[1].weight[:, :, 0, 0], short)
    short = nn.functional.leaky_relu(short / (1 + 1e-5) ** 0.5, 0.2)  # the norm as it starts
    torch.testing.assert_close(halve(x), (halve.deep(x) + short) / 2)


def test_each_patch_of_the_paper_has_a_score() -> None:
    discriminator = FastGANDiscriminator(
        Spec((3, 256, 256)), width=1, channels_max=4, decoder_width=1
    )
    score, aux = discriminator(torch.rand(2, 3, 256, 256))
    assert score.shape == (2, 5, 5)
    assert aux["map"].shape[2:] == (8, 8)
    assert aux["map_before"].shape[2:] == (16, 16)
    assert {made.shape[2:] for made, _ in discriminator.reconstructions(aux)} == {(128, 128)}


def test_windows_by_hand() -> None:
    x = torch.arange(2 * 3 * 5 * 6.0).reshape(2, 3, 5, 6)
    cut = windows(x, torch.tensor([0, 2]), torch.tensor([3, 1]), (2, 3))
    assert torch.equal(cut[0], x[0, :, 0:2, 3:6])
    assert torch.equal(cut[1], x[1, :, 2:4, 1:4])


def echo(seen: Tensor, side: int) -> dict[str, Tensor]:
    """What a discriminator would return whose map is the image, made smaller."""
    return {
        "seen": seen,
        "map_before": nn.functional.adaptive_avg_pool2d(seen, side),
        "map": nn.functional.adaptive_avg_pool2d(seen, side // 2),
    }


def test_the_window_of_the_target_is_that_of_the_map() -> None:
    """A decoder that only enlarges, on a map that is the image of 16 pixels for 64: what it makes
    of a window is the window of the image, and of the whole map the whole image."""
    discriminator = FastGANDiscriminator(Spec((1, 64, 64)), width=2)
    assert (discriminator.window, discriminator.part_scale, discriminator.scale) == ((8, 8), 4, 8)
    discriminator.decode = nn.Upsample(scale_factor=8)
    discriminator.decode_part = nn.Upsample(scale_factor=4)
    torch.manual_seed(0)
    coarse = torch.rand(50, 1, 8, 8)
    aux = echo(nn.functional.interpolate(coarse, 64), side=16)
    whole, part = discriminator.reconstructions(aux)
    torch.testing.assert_close(*whole)
    torch.testing.assert_close(*part)
    assert part[0].shape == (50, 1, 32, 32)
    repeated = discriminator.reconstructions(aux)[1][0]
    assert not torch.equal(part[0], repeated)  # the windows are drawn anew


def test_windows_reach_every_part_of_an_image() -> None:
    discriminator = FastGANDiscriminator(Spec((1, 64, 64)), width=2)
    discriminator.decode = nn.Upsample(scale_factor=8)
    discriminator.decode_part = nn.Upsample(scale_factor=4)
    torch.manual_seed(0)
    place = torch.arange(256.0).reshape(1, 1, 16, 16).expand(400, 1, 16, 16)
    aux = {
        "seen": torch.zeros(400, 1, 64, 64),
        "map_before": place,
        "map": torch.zeros(400, 1, 8, 8),
    }
    made = discriminator.reconstructions(aux)[1][0]
    assert len(made.unique()) == 256


def test_the_targets_are_in_minus_one_to_one_whatever_the_range() -> None:
    discriminator = FastGANDiscriminator(Spec((1, 16, 16), low=0.0, high=1.0), width=2)
    x = torch.rand(4, 1, 16, 16)
    _, aux = discriminator(x)
    torch.testing.assert_close(aux["seen"], 2 * x - 1)


# -- the penalty ---------------------------------------------------------------------------------


def test_a_distance_by_hand() -> None:
    """Columns of 1 and 0 beside zeros: the pixels differ by 1/2, their halves and quarters too."""
    made = torch.tensor([1.0, 0.0]).repeat(4).expand(1, 1, 8, 8)
    assert distance(made, torch.zeros(1, 1, 8, 8)).item() == pytest.approx(0.5)
    signs = 2 * made - 1  # their means are 0
    assert distance(signs, torch.zeros(1, 1, 8, 8)).item() == pytest.approx(1 / 3)
    assert distance(made, made) == 0


class Decoded:
    """A discriminator with given reconstructions."""

    def reconstructions(self, aux: dict[str, Tensor]) -> list[tuple[Tensor, Tensor]]:
        return [(aux["one"], aux["two"]), (3 * aux["one"], aux["one"])]


class Play:
    discriminator = Decoded()


def test_the_penalty_is_the_sum_over_the_decoders_of_real_images() -> None:
    ones = torch.ones(2, 1, 4, 4)
    real = Scores(torch.zeros(2), Batch(), {"one": ones, "two": 5 * ones})
    penalty = Reconstruction(weight=10.0)
    term = penalty(Play(), real, Scores(torch.zeros(2), Batch()))
    assert term.item() == pytest.approx(10 * (4 + 2))
    assert penalty.report()["reconstruction"].item() == pytest.approx(6)


def test_the_penalty_trains_the_decoders_and_the_maps_but_not_the_generator() -> None:
    torch.manual_seed(0)
    recipe = REGISTRY.recipe("fastgan-small")
    game = build(recipe, Spec((1, 28, 28), low=-1, high=1), REGISTRY)
    (penalty,) = game.penalties
    real = Batch(x=torch.rand(4, 1, 28, 28))
    term = penalty(game, game.score(real), None)
    named = dict(game.discriminator.named_parameters())
    slopes = torch.autograd.grad(term, list(named.values()), allow_unused=True)
    idle = {name for name, slope in zip(named, slopes, strict=True) if slope is None}
    assert {name.partition(".")[0] for name in idle} == {"score"}


def test_it_is_refused_beside_a_discriminator_without_decoders() -> None:
    recipe = REGISTRY.recipe("dcgan").replace(penalties=(Part("reconstruction"),))
    with pytest.raises(
        UsageError, match=r"of DCGANDiscriminator are: none. Choose --discr.* fastgan"
    ):
        build(recipe, Spec((1, 28, 28)), REGISTRY)


# -- what does not fit ---------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["generator", "discriminator"])
@pytest.mark.parametrize(
    ("options", "shape", "said"),
    [
        ({}, (1, 7, 7), "8 pixels or more on each side"),
        ({}, (784,), "for images, not for samples"),
        ({"width": 0}, (1, 28, 28), "width of 'fastgan' takes a whole number"),
        ({"channels_max": 0}, (1, 28, 28), "channels_max of 'fastgan' takes a whole number"),
    ],
)
def test_bad_input_is_refused(kind: str, options, shape, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        component(kind, Part("fastgan", options), REGISTRY, spec=Spec(shape, z_dim=4))


@pytest.mark.parametrize("window", [-0.1, 1.5])
def test_a_window_is_a_share(window: float) -> None:
    with pytest.raises(UsageError, match="window of 'fastgan' takes a number"):
        component(
            "discriminator", Part("fastgan", {"window": window}), REGISTRY, spec=Spec((1, 28, 28))
        )


def test_the_recipe_is_the_papers() -> None:
    recipe = REGISTRY.recipe("fastgan")
    assert (recipe.loss.name, recipe.batch_size, recipe.ema) == ("hinge", 8, 0.999)
    assert [part.name for part in recipe.augmentations] == ["diffaugment"]
    for name in itertools.chain(recipe.optimizer):
        assert recipe.optimizer[name].options == {"lr": 2e-4, "betas": (0.5, 0.999)}


# -- a training ----------------------------------------------------------------------------------


def engine() -> Engine:
    """On images of 12 x 20."""
    network = Part("fastgan", {"width": 2})
    recipe = REGISTRY.recipe("fastgan-small").replace(
        generator=network, discriminator=network, batch_size=4, steps=6
    )
    torch.manual_seed(0)
    data = Data(torch.randint(0, 256, (16, 3, 12, 20), dtype=torch.uint8))
    return Engine(build(recipe, data.spec(), REGISTRY), data, recipe)


def test_a_training_that_is_resumed_ends_where_an_unbroken_one_does() -> None:
    whole = engine()
    for _ in range(6):
        whole.advance()
    theirs = {name: tensor.clone() for name, tensor in whole.state().items()}
    first = engine()
    for _ in range(3):
        first.advance()
    halfway = {name: tensor.clone() for name, tensor in first.state().items()}
    rest = engine()
    rest.restore(halfway, step=3)
    for _ in range(3):
        rest.advance()
    ours = rest.state()
    assert ours.keys() == theirs.keys()
    assert [name for name in theirs if not torch.equal(ours[name], theirs[name])] == []


def test_a_traced_generator_gives_the_same_samples() -> None:
    trained = engine()
    trained.advance()
    generator = trained.ema.networks["generator"]
    traced = torch.jit.trace(generator, torch.randn(2, 256))
    z = torch.randn(5, 256)
    torch.testing.assert_close(traced(z), generator(z))
    assert torch.equal(generator(z), generator(z))  # the noise is fixed in evaluation
