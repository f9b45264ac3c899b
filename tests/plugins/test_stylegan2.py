"""StyleGAN2: modulation, styles and their mixing, the deviation within a batch, and the recipes."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ganzoo import Batch, Data, Engine, Part, Registry, Scores, Spec, UsageError
from ganzoo.assembly.build import build, component
from ganzoo.assembly.overrides import adapted
from ganzoo.engine.arithmetic import Arithmetic
from ganzoo_regularisers.path_length import PathLength
from ganzoo_stylegan2.discriminator import BatchDeviation, StyleGAN2Discriminator
from ganzoo_stylegan2.generator import Mapping, StyleGAN2Generator
from ganzoo_stylegan2.layers import Conv, Linear, ModulatedConv, normalised
from ganzoo_stylegan2.resampling import Blur, enlarged

REGISTRY = Registry.discover()
RECIPES = ["stylegan2-ada", "stylegan2-small"]
SMALL = {"width": 4, "channels_max": 8, "w_dim": 6, "mapping_layers": 2}
SMALL_D = {"width": 4, "channels_max": 8}
SPEC = Spec((1, 16, 16), z_dim=5)


def generator(spec: Spec = SPEC, **options) -> StyleGAN2Generator:
    """A small generator with noise of some strength, in evaluation mode."""
    torch.manual_seed(0)
    made = StyleGAN2Generator(spec, **{**SMALL, **options})
    for name, weight in made.named_parameters():
        if name.endswith("strength"):
            nn.init.constant_(weight, 0.5)
    return made.eval()


def discriminator(spec: Spec = SPEC, **options) -> StyleGAN2Discriminator:
    torch.manual_seed(0)
    return StyleGAN2Discriminator(spec, **{**SMALL_D, **options})


# -- modulation ----------------------------------------------------------------------------------


@pytest.mark.parametrize("demodulate", [True, False])
@pytest.mark.parametrize("kernel", [1, 3])
def test_a_modulated_convolution_has_other_weights_for_each_sample(demodulate, kernel) -> None:
    """Equations 1 and 3 of the paper, by hand: the weights of each sample, scaled and divided by
    their norm, in a convolution of this sample alone."""
    torch.manual_seed(0)
    layer = ModulatedConv(3, 4, kernel, 5, (7, 6), demodulate=demodulate).double()
    x, style = torch.randn(3, 3, 7, 6).double(), torch.randn(3, 5).double()
    scales = layer.scales(style)
    for index, made in enumerate(layer(x, style)):
        weight = layer.weight / math.sqrt(3 * kernel**2) * scales[index, None, :, None, None]
        if demodulate:
            weight = weight / (weight.square().sum((1, 2, 3), keepdim=True) + 1e-8).sqrt()
        expected = F.conv2d(x[index : index + 1], weight, padding=kernel // 2)[0]
        torch.testing.assert_close(made, expected)


def test_demodulation_gives_every_channel_the_variance_1_for_any_style() -> None:
    torch.manual_seed(0)
    layer = ModulatedConv(16, 6, 3, 5, (40, 40))
    style = torch.randn(8, 5) * torch.logspace(-2, 2, 8)[:, None]
    made = layer(torch.randn(8, 16, 40, 40), style)[:, :, 1:-1, 1:-1]  # without the zeros around
    torch.testing.assert_close(made.std((2, 3)), torch.ones(8, 6), atol=0.1, rtol=0)


@pytest.mark.parametrize("size", [(8, 8), (9, 8), (8, 11), (15, 7)])
def test_an_enlarging_convolution_is_one_of_the_map_with_zeros_between_and_a_blur(size) -> None:
    torch.manual_seed(0)
    layer = ModulatedConv(2, 3, 3, 4, size, demodulate=False, up=True).double()
    nn.init.zeros_(layer.scales.weight)  # each style scales by 1
    x = torch.randn(2, 2, size[0] // 2, size[1] // 2).double()
    made = layer(x, torch.zeros(2, 4).double())
    spread = x.new_zeros(2, 2, 2 * x.shape[2] + 1, 2 * x.shape[3] + 1)
    spread[:, :, :-1:2, :-1:2] = x
    kernel = layer.weight.flip(2, 3) / math.sqrt(2 * 9)
    whole = F.conv2d(F.pad(spread, (2, 0, 2, 0)), kernel)
    taps = torch.tensor([1.0, 3, 3, 1]).double() / 4
    filters = torch.outer(taps, taps).expand(3, 1, 4, 4)
    expected = F.conv2d(F.pad(whole, (1, 3, 1, 3)), filters, groups=3)
    assert made.shape == (2, 3, *size)
    torch.testing.assert_close(made, expected[:, :, : size[0], : size[1]])


# -- blurs and the equalised learning rate -------------------------------------------------------


def test_the_blur_keeps_a_constant_and_is_the_filter_of_an_impulse() -> None:
    x = torch.zeros(1, 2, 9, 9)
    x[0, 1, 4, 4] = 64.0
    blurred = Blur(2, pad=2)(x)
    assert blurred.shape == (1, 2, 10, 10)
    taps = torch.tensor([1.0, 3, 3, 1])
    assert not blurred[0, 0].any()
    assert torch.equal(blurred[0, 1, 3:7, 3:7], torch.outer(taps, taps))
    inside = Blur(1, pad=1, stride=2)(torch.ones(1, 1, 10, 10))[0, 0, 1:-1, 1:-1]
    torch.testing.assert_close(inside, torch.ones(3, 3))


def test_an_enlarged_map_has_the_same_filter() -> None:
    x = torch.zeros(1, 1, 6, 6)
    x[0, 0, 3, 3] = 16.0
    taps = torch.tensor([1.0, 3, 3, 1])
    assert torch.equal(enlarged(x, (12, 12))[0, 0, 5:9, 5:9], torch.outer(taps, taps))


@pytest.mark.parametrize("lr", [1.0, 0.01])
def test_weights_are_scaled_by_their_fan_in_and_by_the_factor_of_the_rate(lr: float) -> None:
    torch.manual_seed(0)
    layer = Linear(400, 300, start=2.0, lr=lr)
    x = torch.randn(50, 400)
    expected = x @ (layer.weight * lr / 20).T + 2
    torch.testing.assert_close(layer(x), expected, atol=1e-4, rtol=1e-4)
    assert layer(x).std().item() == pytest.approx(1, rel=0.05)
    with torch.no_grad():
        before = layer(x)
        layer.bias += 0.1  # as a step of an optimizer
    torch.testing.assert_close(layer(x) - before, torch.full((50, 300), 0.1 * lr))


def test_a_convolution_keeps_the_variance() -> None:
    torch.manual_seed(0)
    made = Conv(32, 24, 3)(torch.randn(4, 32, 20, 20))[:, :, 1:-1, 1:-1]
    assert made.std().item() == pytest.approx(1, rel=0.1)


# -- the mapping network -------------------------------------------------------------------------


def test_the_length_of_z_does_not_matter() -> None:
    z = torch.randn(4, 5)
    torch.testing.assert_close(normalised(z).square().mean(1), torch.ones(4))
    mapping = Mapping(5, 6, 2, 0.01, classes=0)
    torch.testing.assert_close(mapping(z), mapping(7 * z), atol=1e-5, rtol=1e-5)


def test_a_label_changes_w() -> None:
    mapping = Mapping(5, 6, 2, 0.01, classes=3)
    z = torch.randn(1, 5).expand(3, -1)
    first, second, third = mapping(z, torch.arange(3))
    assert not torch.allclose(first, second)
    assert not torch.allclose(first, third)


# -- styles --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("size", "layers"), [((16, 16), 6), ((28, 28), 6), ((72, 96), 10), ((64, 64), 10)]
)
def test_each_size_has_two_layers_of_styles(size: tuple[int, int], layers: int) -> None:
    made = generator(Spec((3, *size), z_dim=5))
    styles = made.styles(torch.randn(2, 5))
    assert styles.shape == (2, layers, 6)
    assert torch.equal(styles, styles[:, :1].expand(-1, layers, -1))


def test_a_sample_is_made_from_its_styles() -> None:
    made, z = generator(), torch.randn(3, 5)
    assert torch.equal(made(z), made.synthesise(made.styles(z)))


def test_every_layer_of_styles_changes_the_sample() -> None:
    made = generator()
    styles = made.styles(torch.randn(2, 5)).clone()
    before = made.synthesise(styles)
    for layer in range(styles.shape[1]):
        changed = styles.clone()
        changed[:, layer] += 1
        assert not torch.allclose(made.synthesise(changed), before), layer


def test_mixing_in_training_takes_the_late_layers_from_another_sample() -> None:
    made = generator(mixing=1.0).train()
    z = torch.randn(40, 5)
    styles, own = made.styles(z), made.mapping(z)
    other = own.roll(1, 0)
    firsts = set()
    for index, layers in enumerate(styles):
        is_own = [torch.allclose(layer, own[index]) for layer in layers]
        first = is_own.index(False)
        firsts.add(first)
        assert not any(is_own[first:])
        assert all(torch.allclose(layer, other[index]) for layer in layers[first:])
    assert firsts == {1, 2, 3, 4, 5}  # each layer but the first may be where it begins


@pytest.mark.parametrize("mixing", [0.0, 0.3, 1.0])
def test_the_share_of_mixed_samples_is_the_probability(mixing: float) -> None:
    made = generator(mixing=mixing).train()
    styles = made.styles(torch.randn(4000, 5))
    mixed = (styles[:, 0] != styles[:, -1]).any(1).float().mean().item()
    assert mixed == pytest.approx(mixing, abs=0.03)


def test_equal_styles_are_not_changed_by_mixing() -> None:
    made = generator(mixing=1.0).train()
    z = torch.randn(1, 5).expand(8, -1)
    styles = made.styles(z)
    torch.testing.assert_close(styles, made.mapping(z)[:, None].expand_as(styles))


def test_the_mean_of_w_is_a_moving_average_over_the_training() -> None:
    made = generator().train()
    z = torch.randn(64, 5)
    expected = torch.zeros(6)
    for _ in range(3):
        made(z)
        expected = 0.995 * expected + 0.005 * made.mapping(z).mean(0)
    torch.testing.assert_close(made.mean_style(), expected)
    made.eval()(z)
    torch.testing.assert_close(made.mean_style(), expected)
    assert torch.equal(made.state_dict()["mean_of_w"], made.mean_style())


# -- noise ---------------------------------------------------------------------------------------


def test_noise_is_new_in_training_and_fixed_in_evaluation() -> None:
    made, z = generator(mixing=0.0), torch.randn(2, 5)
    assert torch.equal(made(z), made(z))
    made.train()
    assert not torch.allclose(made(z), made(z))
    quiet = generator(mixing=0.0, noise=False).train()
    assert torch.equal(quiet(z), quiet(z))


def test_a_sample_does_not_depend_on_the_others() -> None:
    made, z = generator(), torch.randn(5, 5)
    torch.testing.assert_close(made(z)[2:3], made(z[2:3]))


def test_the_noise_belongs_to_the_weights() -> None:
    """Another copy with the same state draws the same samples."""
    made, z = generator(), torch.randn(2, 5)
    torch.manual_seed(1)
    other = StyleGAN2Generator(SPEC, **SMALL).eval()
    assert not torch.allclose(other(z), made(z))
    other.load_state_dict(made.state_dict())
    assert torch.equal(other(z), made(z))


# -- shapes and ranges ---------------------------------------------------------------------------


@pytest.mark.parametrize("channels", [1, 3, 4])
@pytest.mark.parametrize(
    "size", [(8, 8), (28, 28), (30, 45), (72, 96), (17, 17), (9, 80), (64, 64), (256, 192)]
)
def test_images_of_any_height_and_width(size: tuple[int, int], channels: int) -> None:
    """Every pixel of the image has an influence on D's score, also at odd sides."""
    spec = Spec((channels, *size), z_dim=5)
    made, judge = generator(spec), discriminator(spec)
    x = made(torch.randn(2, 5))
    assert x.shape == (2, channels, *size)
    x = x.detach().requires_grad_()
    score = judge(x)
    assert score.shape == (2,)
    (slope,) = torch.autograd.grad(score.sum(), x)
    assert (slope != 0).any(1).all()


@pytest.mark.parametrize(("width", "most"), [(4, 8), (4, 64), (16, 8)])
def test_channels_double_at_each_half_size_up_to_a_maximum(width: int, most: int) -> None:
    spec = Spec((1, 64, 64), z_dim=5)
    expected = [min(width * 2**level, most) for level in range(5)]
    made = generator(spec, width=width, channels_max=most)
    assert [image.weight.shape[1] for image in made.images] == expected[::-1]
    judge = discriminator(spec, width=width, channels_max=most)
    assert [block.first.in_channels for block in judge.body] == expected[:-1]


@pytest.mark.parametrize(("low", "high"), [(-1.0, 1.0), (0.0, 1.0), (-3.0, 5.0)])
def test_samples_stay_in_the_range(low: float, high: float) -> None:
    made = generator(SPEC.replace(low=low, high=high))
    nn.init.constant_(made.images[-1].weight, 100.0)
    x = made(torch.randn(20, 5))
    assert low <= x.min() < x.max() <= high


def test_the_discriminator_sees_any_range_as_minus_one_to_one() -> None:
    unit, wide = (discriminator(SPEC.replace(low=low)) for low in (0.0, -1.0))
    x = torch.rand(3, 1, 16, 16)
    torch.testing.assert_close(unit(x), wide(2 * x - 1))


# -- the deviation within a batch ----------------------------------------------------------------


def test_the_deviation_of_a_group_by_hand() -> None:
    """Two groups of two: samples 0 and 2, 1 and 3. One channel of two pixels."""
    x = torch.tensor([[1.0, 2.0], [5.0, 5.0], [3.0, 8.0], [5.0, 9.0]]).reshape(4, 1, 1, 2)
    made = BatchDeviation(group=2)(x)
    assert made.shape == (4, 2, 1, 2)
    assert torch.equal(made[:, :1], x)
    first, second = (1 + 3) / 2, (0 + 2) / 2  # half the distance of the two, the mean over pixels
    expected = torch.tensor([first, second, first, second])
    torch.testing.assert_close(made[:, 1, 0, 0], expected, atol=1e-3, rtol=0)
    torch.testing.assert_close(made[:, 1, 0, 1], expected, atol=1e-3, rtol=0)


@pytest.mark.parametrize(("n", "group"), [(8, 4), (6, 3), (7, 1), (2, 2), (1, 1)])
def test_a_batch_is_split_into_groups_of_one_size(n: int, group: int) -> None:
    """The largest size up to 4 that divides the batch."""
    x = torch.randn(n, 3, 2, 2)
    made = BatchDeviation(group=4)(x)[:, 3, 0, 0]
    apart = x.reshape(group, n // group, -1).std(0, unbiased=False) if group > 1 else 0 * x[:, 0]
    expected = apart.flatten(1).mean(1).repeat(group)
    torch.testing.assert_close(made, expected, atol=1e-3, rtol=0)


def test_real_samples_and_fakes_are_not_in_one_group() -> None:
    assert not discriminator().joint_batch


def test_without_groups_a_score_is_the_samples_own() -> None:
    judge, x = discriminator(group=1), torch.randn(4, 1, 16, 16)
    torch.testing.assert_close(judge(x)[:1], judge(x[:1]))


# -- path length ---------------------------------------------------------------------------------


class OneGame:
    """The parts of a game that the penalty uses."""

    def __init__(self, made: StyleGAN2Generator) -> None:
        self.generator = made

    def styles(self, noise) -> Tensor:
        return self.generator.styles(noise.z)

    def synthesise(self, styles: Tensor) -> Tensor:
        return self.generator.synthesise(styles)


def test_path_length_is_that_of_the_jacobian_by_the_styles() -> None:
    """Against the whole Jacobian of one small image, by torch.func."""
    made = generator(Spec((1, 8, 8), z_dim=5)).double()
    z = torch.randn(2, 5).double()
    penalty = PathLength(weight=3.0, decay=0.5, shrink=1).double()
    torch.manual_seed(7)
    term = penalty(OneGame(made), None, Scores(torch.zeros(2), Batch(z=z)))
    torch.manual_seed(7)
    y = torch.randn(2, 1, 8, 8, dtype=torch.float64) / 8
    jacobians = [
        torch.func.jacrev(lambda w: made.synthesise(w[None])[0])(styles)
        for styles in made.styles(z)
    ]  # (1, 8, 8, layers, w_dim) each
    rows = [torch.einsum("chw,chwld->ld", *pair) for pair in zip(y, jacobians, strict=True)]
    lengths = torch.stack([row.square().sum(1).mean().sqrt() for row in rows])
    mean = lengths.mean() / 2  # from 0, with a decay of a half
    torch.testing.assert_close(term, 3 * (lengths - mean).square().mean(), atol=1e-6, rtol=1e-5)


# -- labels --------------------------------------------------------------------------------------


def labelled(**changes) -> Engine:
    recipe = REGISTRY.recipe("stylegan2-small").replace(
        generator=Part("stylegan2", {**SMALL, "labels": True}),
        discriminator=Part("stylegan2", {**SMALL_D, "labels": True}),
        batch_size=4,
        **changes,
    )
    data = Data(torch.randint(0, 256, (12, 1, 16, 16), dtype=torch.uint8), torch.arange(12) % 3, 3)
    torch.manual_seed(0)
    return Engine(build(recipe, data.spec(recipe.low, recipe.high), REGISTRY), data, recipe)


def test_labels_reach_both_networks() -> None:
    engine = labelled()
    assert engine.game.conditional
    engine.advance()
    game = engine.averaged.eval()
    same = game.noise(1, seed=0).z.expand(3, -1)
    x = game.generator(same, torch.arange(3))
    assert not torch.allclose(x[0], x[1])
    judge = engine.game.discriminator
    scores = judge(x[:1].expand(3, -1, -1, -1), torch.arange(3))
    assert scores.shape == (3,)
    assert not torch.allclose(scores[0], scores[1])


def test_labels_on_data_without_labels_are_refused() -> None:
    part = Part("stylegan2", {**SMALL, "labels": True})
    recipe = REGISTRY.recipe("stylegan2-small").replace(generator=part)
    with pytest.raises(UsageError, match="takes labels, and this data has none"):
        build(recipe, Spec((1, 16, 16)), REGISTRY)


def test_mixing_is_refused_where_z_holds_labels() -> None:
    recipe = REGISTRY.recipe("stylegan2-small").replace(game=(Part("concatenated-labels"),))
    with pytest.raises(UsageError, match=r"set generator\.mixing=0; or leave the game out"):
        build(recipe, Spec((1, 16, 16), classes=3), REGISTRY)
    apart = recipe.replace(generator=Part("stylegan2", {**SMALL, "mixing": 0.0}))
    game = build(apart, Spec((1, 16, 16), classes=3), REGISTRY)
    noise = game.noise(3)
    assert game.eval().styles(noise).shape == (3, 6, 6)
    assert torch.equal(game.synthesise(game.styles(noise)), game.generate(noise).x)


# -- the recipes ---------------------------------------------------------------------------------


def shrunk(name: str, **changes):
    recipe = REGISTRY.recipe(name)
    options = {"generator": SMALL, "discriminator": SMALL_D}
    parts = {
        kind: Part(part.name, {**part.options, **options[kind]})
        for kind, part in (("generator", recipe.generator), ("discriminator", recipe.discriminator))
    }
    penalties = tuple(Part(p.name, {**p.options, "interval": 2}) for p in recipe.penalties)
    return recipe.replace(**parts, penalties=penalties, batch_size=4, **changes)


def engine_of(name: str, steps: int) -> Engine:
    recipe = shrunk(name, steps=steps)
    torch.manual_seed(0)
    data = Data(torch.randint(0, 256, (16, 3, 18, 24), dtype=torch.uint8))
    return Engine(build(recipe, data.spec(recipe.low, recipe.high), REGISTRY), data, recipe)


@pytest.mark.parametrize("name", RECIPES)
def test_a_resumed_run_ends_where_an_unbroken_one_does(name: str) -> None:
    """With penalties, mixing, noise, the mean of w and ADA."""
    whole, first, rest = (engine_of(name, 6) for _ in range(3))
    torch.manual_seed(3)
    for _ in range(6):
        whole.advance()
    expected = whole.state()
    torch.manual_seed(3)
    for _ in range(3):
        first.advance()
    rest.restore(first.state(), step=3)
    for _ in range(3):
        rest.advance()
    state = rest.state()
    assert expected.keys() == state.keys()
    assert all(torch.equal(state[key], value) for key, value in expected.items())
    assert state["game.generator.mean_of_w"].any()


@pytest.mark.parametrize("name", RECIPES)
def test_a_recipe_plays_in_bf16(name: str) -> None:
    recipe = shrunk(name, steps=2)
    data = Data(torch.randint(0, 256, (16, 3, 18, 24), dtype=torch.uint8))
    game = build(recipe, data.spec(recipe.low, recipe.high), REGISTRY)
    engine = Engine(game, data, recipe, arithmetic=Arithmetic("bf16"))
    reports = [report for _ in range(2) for report in engine.advance()]
    assert all(scalar.isfinite() for report in reports for scalar in report.values())


@pytest.mark.parametrize("name", RECIPES)
@pytest.mark.parametrize("size", [(64, 64), (128, 96)])
def test_gamma_follows_the_number_of_pixels_and_the_batch(name: str, size) -> None:
    recipe = REGISTRY.recipe(name)
    game = build(shrunk(name, steps=4), Spec((3, *size)), REGISTRY)
    (r1,) = (penalty for penalty in game.penalties if hasattr(penalty, "by_size"))
    assert r1.weight(game) == pytest.approx(2e-4 * math.prod(size) / 4)
    assert recipe.penalties[0].name == "r1"


def test_lazy_penalties_make_no_further_updates() -> None:
    """Adam's rate and decays are therefore those without a correction."""
    engine = engine_of("stylegan2-ada", steps=4)  # with penalties in every second step
    for _ in range(4):
        engine.advance()
    for player in engine.optimizers.values():
        assert {int(state["step"]) for state in player.optimizer.state.values()} == {4}
    recipe = REGISTRY.recipe("stylegan2-ada")
    intervals = {part.name: part.options["interval"] for part in recipe.penalties}
    assert intervals == {"r1": 16, "path-length": 4}
    for part in recipe.optimizer.values():
        assert part.options == {"lr": 0.0025, "betas": (0.0, 0.99)}


def test_a_step_at_64_pixels_with_the_paper_networks() -> None:
    recipe = REGISTRY.recipe("stylegan2-ada")
    torch.manual_seed(0)
    data = Data(torch.randint(0, 256, (4, 3, 64, 64), dtype=torch.uint8))
    penalties = tuple(Part(p.name, {**p.options, "interval": 1}) for p in recipe.penalties)
    recipe = recipe.replace(batch_size=2, penalties=penalties)
    engine = Engine(build(recipe, data.spec(recipe.low, recipe.high), REGISTRY), data, recipe)
    reports = engine.advance()
    assert all(scalar.isfinite() for report in reports for scalar in report.values())
    assert reports[1]["path_length"] > 0


@pytest.mark.parametrize(("dataset", "width"), [("mnist", 16), ("cifar10", 8)])
def test_the_small_recipe_has_fewer_channels_on_larger_images(dataset: str, width: int) -> None:
    recipe = adapted(REGISTRY.recipe("stylegan2-small"), [("dataset", dataset)])
    assert [recipe.generator.options["width"], recipe.discriminator.options["width"]] == [width] * 2


# -- what does not fit ---------------------------------------------------------------------------


def test_weights_are_not_clipped_to_a_hundredth() -> None:
    """Each layer would scale its input by about 0.01, and no gradient would reach the generator."""
    recipe = shrunk("stylegan2-small").replace(penalties=(Part("weight-clip"),))
    with pytest.raises(UsageError, match=r"raise its limit \(penalties\.weight-clip\.limit=1\)"):
        build(recipe, SPEC, REGISTRY)
    build(recipe.replace(penalties=(Part("weight-clip", {"limit": 1.0}),)), SPEC, REGISTRY)


KINDS = pytest.mark.parametrize("kind", ["generator", "discriminator"])


@KINDS
@pytest.mark.parametrize("side", [1, 4, 7])
def test_a_side_below_8_pixels_is_refused(kind: str, side: int) -> None:
    with pytest.raises(UsageError, match=rf"8 pixels or more on each side, not of {side}x{side}"):
        component(kind, Part("stylegan2"), REGISTRY, spec=Spec((1, side, side), z_dim=5))


@KINDS
def test_vectors_are_refused(kind: str) -> None:
    with pytest.raises(UsageError, match=r"for images, not for samples of shape \(2,\)"):
        component(kind, Part("stylegan2"), REGISTRY, spec=Spec((2,), z_dim=5))


@pytest.mark.parametrize(
    ("kind", "options", "said"),
    [
        ("generator", {"width": 0}, "width of 'stylegan2' takes a whole number"),
        ("generator", {"w_dim": 0}, "w_dim of 'stylegan2' takes a whole number"),
        ("generator", {"mapping_layers": 0}, "mapping_layers of 'stylegan2' takes a whole number"),
        ("generator", {"mapping_lr": 0.0}, "mapping_lr of 'stylegan2'"),
        ("generator", {"mixing": 1.5}, "mixing of 'stylegan2'"),
        ("discriminator", {"channels_max": 0}, "channels_max of 'stylegan2' takes a whole number"),
        ("discriminator", {"group": 0}, "group of 'stylegan2' takes a whole number"),
    ],
)
def test_options_that_make_no_sense_are_refused(kind: str, options, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        component(kind, Part("stylegan2", options), REGISTRY, spec=SPEC)
