"""R3GAN: the relativistic loss, and networks without normalisation that start as the identity."""

from __future__ import annotations

import math

import pytest
import torch
from torch import nn

from ganzoo import Batch, Data, Engine, Part, Registry, Scores, Spec, UsageError
from ganzoo.assembly.build import build, component
from ganzoo_r3gan.losses import Relativistic
from ganzoo_r3gan.networks import R3GANDiscriminator, R3GANGenerator, Residual

REGISTRY = Registry.discover()
SMALL = {"width": 4, "group": 4, "blocks": 1}
GAIN = math.sqrt(2 / (1 + 0.2**2))


def square(side: int, channels: int = 1, **changes) -> Spec:
    return Spec((channels, side, side), z_dim=10, **changes)


# -- the loss ------------------------------------------------------------------------------------


def scores(*values: float) -> Scores:
    return Scores(torch.tensor(values, dtype=torch.float64, requires_grad=True), Batch())


def test_the_losses_by_hand() -> None:
    """D(x) - D(G(z)) = log 3 and -log 7: the fake is told from its partner with probability 3/4 and
    1/8."""
    real, fake = scores(math.log(3) + 5, 2.0), scores(5.0, 2 + math.log(7))
    d, g = Relativistic().discriminator(real, fake), Relativistic().generator(real, fake)
    assert d.item() == pytest.approx(-(math.log(3 / 4) + math.log(1 / 8)) / 2)
    assert g.item() == pytest.approx(-(math.log(1 / 4) + math.log(7 / 8)) / 2)


def test_at_the_equilibrium_both_pay_log_two() -> None:
    even = scores(3.0, -1.0)
    assert Relativistic().discriminator(even, even).item() == pytest.approx(math.log(2))
    assert Relativistic().generator(even, even).item() == pytest.approx(math.log(2))


def test_only_differences_count() -> None:
    real, fake = scores(1.0, -2.0, 0.5), scores(0.5, 3.0, -1.0)
    shifted = scores(101.0, 98.0, 100.5), scores(100.5, 103.0, 99.0)
    for player in ("discriminator", "generator"):
        loss = getattr(Relativistic(), player)
        torch.testing.assert_close(loss(*shifted), loss(real, fake))


def test_more_fakes_than_real_samples_share_these() -> None:
    real, fake = scores(1.0, -2.0), scores(0.5, 3.0, -1.0, 4.0)
    twice = scores(1.0, -2.0, 1.0, -2.0)
    for player in ("discriminator", "generator"):
        loss = getattr(Relativistic(), player)
        torch.testing.assert_close(loss(real, fake), loss(twice, fake))
    assert Relativistic().report(real, fake)["pairs_in_order"] == 0.5


def test_a_fake_is_scored_against_its_own_partner() -> None:
    real, fake, swapped = scores(5.0, -5.0), scores(4.0, -6.0), scores(-6.0, 4.0)
    paired = Relativistic().discriminator(real, fake).item()
    assert paired == pytest.approx(math.log(1 + math.exp(-1)))
    apart = Relativistic().discriminator(real, swapped).item()
    assert apart == pytest.approx((math.log(1 + math.exp(-11)) + math.log(1 + math.exp(9))) / 2)


def test_the_generator_minimises_the_discriminators_loss_with_the_parts_swapped() -> None:
    real, fake = scores(1.0, -2.0), scores(0.5, 3.0)
    loss = Relativistic()
    assert loss.generator(real, fake) == loss.discriminator(fake, real)


def test_each_raises_its_own_scores_and_lowers_the_others() -> None:
    """By sigmoid(-difference) / N: little where the pair is told with confidence already."""
    real, fake = scores(50.0, 0.0), scores(-50.0, 0.0)
    d = torch.autograd.grad(Relativistic().discriminator(real, fake), (real.score, fake.score))
    g = torch.autograd.grad(Relativistic().generator(real, fake), (real.score, fake.score))
    slopes = [slope.tolist() for slope in (*d, *g)]
    expected = [[0, -0.25], [0, 0.25], [0.5, 0.25], [-0.5, -0.25]]
    assert slopes == [pytest.approx(pair) for pair in expected]


@pytest.mark.parametrize("apart", [1e3, -1e3])
def test_losses_are_finite_at_any_score(apart: float) -> None:
    real, fake = scores(apart), scores(-apart)
    for loss in (Relativistic().discriminator(real, fake), Relativistic().generator(real, fake)):
        assert loss.isfinite()
        assert all(s.isfinite() for s in torch.autograd.grad(loss, (real.score, fake.score)))


def test_what_it_reports() -> None:
    report = Relativistic().report(scores(1.0, 2.0, -3.0), scores(0.0, 3.0, -2.0))
    told = {name: value.item() for name, value in report.items()}
    assert told == pytest.approx({"score_real": 0, "score_fake": 1 / 3, "pairs_in_order": 1 / 3})


# -- shapes --------------------------------------------------------------------------------------


def channels_of(network: nn.Module) -> list[int]:
    return [m.widen.in_channels for m in network.modules() if isinstance(m, Residual)]


SIDES = {8: 2, 12: 3, 14: 3, 20: 3, 28: 4, 32: 4, 48: 5, 64: 5}


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize(("side", "levels"), SIDES.items())
def test_shapes_and_depth_at_any_side_that_halves_to_three_to_five(side, levels, channels):
    spec = square(side, channels)
    generator, discriminator = R3GANGenerator(spec, **SMALL), R3GANDiscriminator(spec, **SMALL)
    x = generator(torch.randn(5, 10))
    assert x.shape == (5, channels, side, side)
    assert discriminator(x).shape == (5,)
    widths = [4 * 2**level for level in range(levels)]
    assert channels_of(generator) == widths[::-1]
    assert channels_of(discriminator) == widths


@pytest.mark.parametrize(
    "size",
    [(16, 16), (17, 17), (30, 30), (100, 100), (72, 96), (96, 72), (45, 31), (9, 80), (256, 192)],
)
def test_images_of_any_height_and_width(size: tuple[int, int]) -> None:
    """Every pixel of the image has an influence on D's score, also at odd sides."""
    torch.manual_seed(0)
    spec = Spec((3, *size), z_dim=10)
    generator, discriminator = R3GANGenerator(spec, **SMALL), R3GANDiscriminator(spec, **SMALL)
    x = generator(torch.randn(2, 10))
    assert x.shape == (2, 3, *size)
    x = x.detach().requires_grad_()
    (slope,) = torch.autograd.grad(discriminator(x).sum(), x)
    assert (slope != 0).any(1).all()


@pytest.mark.parametrize("growth", [1, 3])
def test_how_channels_grow_and_how_many_there_are_are_options(growth: int) -> None:
    generator, discriminator = (
        network(square(28), **SMALL, growth=growth, channels_max=30)
        for network in (R3GANGenerator, R3GANDiscriminator)
    )
    widths = [min(4 * growth**level, 30) for level in range(4)]
    assert channels_of(generator) == widths[::-1]
    assert channels_of(discriminator) == widths
    x = generator(torch.randn(5, 10))
    assert x.shape == (5, 1, 28, 28)
    assert discriminator(x).shape == (5,)


RANGES = [(-1.0, 1.0), (0.0, 1.0), (-3.0, 5.0)]


@pytest.mark.parametrize(("low", "high"), RANGES)
def test_samples_stay_in_the_range_and_reach_both_ends(low: float, high: float) -> None:
    generator = R3GANGenerator(square(8, low=low, high=high), **SMALL)
    x = generator(1000 * torch.randn(7, 10))
    assert low <= x.min() < x.max() <= high
    nn.init.zeros_(generator.last.weight)
    for bias, value in ((-50.0, low), (0.0, (low + high) / 2), (50.0, high)):
        nn.init.constant_(generator.last.bias, bias)
        x = generator(torch.randn(2, 10))
        torch.testing.assert_close(x, torch.full_like(x, value))


def test_scores_have_no_bounds() -> None:
    torch.manual_seed(0)
    discriminator = R3GANDiscriminator(square(8), **SMALL)
    nn.init.constant_(discriminator.last.weight, 1000.0)
    assert discriminator(torch.ones(1, 1, 8, 8)).abs() > 100


def test_the_discriminator_sees_any_range_as_minus_one_to_one() -> None:
    torch.manual_seed(0)
    unit, wide = (
        R3GANDiscriminator(square(8, low=low, high=high), **SMALL)
        for low, high in ((0.0, 1.0), (-1.0, 1.0))
    )
    unit.load_state_dict(wide.state_dict())
    x = torch.rand(3, 1, 8, 8)
    torch.testing.assert_close(unit(x), wide(2 * x - 1))
    assert not torch.allclose(unit(x), wide(x))


# -- layers, and how they start ------------------------------------------------------------------


@pytest.mark.parametrize("network", [R3GANGenerator, R3GANDiscriminator])
def test_nothing_normalises_and_every_score_is_its_samples_own(network) -> None:
    made = network(square(16), **SMALL)
    kinds = {type(module).__name__ for module in made.modules()}
    assert not [kind for kind in kinds if "Norm" in kind]
    x = torch.randn(6, 10) if network is R3GANGenerator else torch.randn(6, 1, 16, 16)
    torch.testing.assert_close(made(x)[:2], made(x[:2]))


@pytest.mark.parametrize("network", [R3GANGenerator, R3GANDiscriminator])
def test_every_block_starts_as_the_identity_and_does_not_stay_it(network) -> None:
    made = network(square(16), width=4, group=4, blocks=2)
    blocks = [m for m in made.modules() if isinstance(m, Residual)]
    assert len(blocks) == 2 * 3
    for block in blocks:
        x = torch.randn(2, block.widen.in_channels, 4, 4)
        assert torch.equal(block(x), x)
        nn.init.ones_(block.narrow.weight)
        assert not torch.allclose(block(x), x)


def test_a_block_by_hand() -> None:
    """Two channels widened to four, convolved in two groups, narrowed again."""
    torch.manual_seed(0)
    block = Residual(2, expansion=2, group=2, branches=1).double()
    nn.init.normal_(block.narrow.weight)
    x = torch.randn(3, 2, 5, 5, dtype=torch.float64)

    def leaky(a: torch.Tensor) -> torch.Tensor:
        return torch.where(a > 0, a, 0.2 * a)

    widen, narrow = block.widen.weight[:, :, 0, 0], block.narrow.weight[:, :, 0, 0]
    inner = leaky(torch.einsum("oi,nihw->nohw", widen, x))  # biases start at 0
    windows = nn.functional.pad(inner, (1, 1, 1, 1)).unfold(2, 3, 1).unfold(3, 3, 1)
    halves = [
        torch.einsum("oiab,nihwab->nohw", weight, part)
        for weight, part in zip(block.convolve.weight.split(2), windows.split(2, 1), strict=True)
    ]
    expected = x + torch.einsum("oi,nihw->nohw", narrow, leaky(torch.cat(halves, 1)))
    torch.testing.assert_close(block(x), expected)


@pytest.mark.parametrize(
    ("expansion", "group", "groups"), [(2, 4, [4, 8]), (1, 4, [2, 4]), (3, 100, [1, 1])]
)
def test_groups_have_as_many_channels_as_asked_where_there_are_so_many(expansion, group, groups):
    made = R3GANDiscriminator(square(8), width=8, blocks=1, expansion=expansion, group=group)
    blocks = [m for m in made.modules() if isinstance(m, Residual)]
    assert [block.convolve.groups for block in blocks] == groups
    assert [block.convolve.in_channels for block in blocks] == [8 * expansion, 16 * expansion]


@pytest.mark.parametrize("network", [R3GANGenerator, R3GANDiscriminator])
def test_weights_start_normal_and_scaled_by_fan_in_and_depth(network) -> None:
    """Deviation gain / sqrt(fan-in): of a branch's two layers the rectifier's gain times the number
    of branches to the power of -1/4 (arXiv:1901.09321, section 2, with 3 layers), of the others
    1."""
    torch.manual_seed(0)
    made = network(square(16).replace(z_dim=64), width=32, blocks=2, group=16)
    branches = 2 * 3
    for name, layer in made.named_modules():
        if not isinstance(layer, nn.Conv2d | nn.Linear) or name.endswith("narrow"):
            continue
        inside = name.endswith(("widen", "convolve"))
        gain = GAIN * branches**-0.25 if inside else 1.0
        expected = gain / math.sqrt(layer.weight[0].numel())
        n = layer.weight.numel()
        assert layer.weight.std().item() == pytest.approx(expected, rel=5 / math.sqrt(2 * n)), name
        assert layer.bias is None or not layer.bias.any()
    if network is R3GANGenerator:
        assert made.basis.std().item() == pytest.approx(1, rel=0.1)
        assert made.basis.shape == (128, 4, 4)


def test_the_variance_neither_explodes_nor_vanishes_with_depth() -> None:
    torch.manual_seed(0)
    for blocks in (1, 8):
        generator = R3GANGenerator(square(16).replace(z_dim=64), width=16, blocks=blocks)
        assert 0.2 < generator(torch.randn(64, 64)).std() < 0.9  # 1 would be the range's ends
        score = R3GANDiscriminator(square(16), width=16, blocks=blocks)(torch.randn(64, 1, 16, 16))
        assert 0.1 < score.std() < 2


# -- what does not fit ---------------------------------------------------------------------------

KINDS = pytest.mark.parametrize("kind", ["generator", "discriminator"])


@KINDS
@pytest.mark.parametrize("side", [1, 3, 4, 7])
def test_a_side_below_8_pixels_is_refused(kind: str, side: int) -> None:
    said = rf"8 pixels or more on each side, not of {side}x{side}: resize them.*dataset\.size=8`"
    with pytest.raises(UsageError, match=said):
        component(kind, Part("r3gan"), REGISTRY, spec=square(side))


@KINDS
@pytest.mark.parametrize("shape", [(2,), (784,), (28, 28)])
def test_samples_that_are_no_images_are_refused(kind: str, shape: tuple[int, ...]) -> None:
    with pytest.raises(UsageError, match=r"for images, not for samples of shape \("):
        component(kind, Part("r3gan"), REGISTRY, spec=Spec(shape, z_dim=10))


@KINDS
@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"width": 0}, r"width of 'r3gan' takes a whole number"),
        ({"growth": 0}, r"growth of 'r3gan' takes a whole number"),
        ({"blocks": 0}, r"blocks of 'r3gan' takes a whole number"),
        ({"expansion": 0}, r"expansion of 'r3gan' takes a whole number"),
        ({"group": 0}, r"group of 'r3gan' takes a whole number"),
        ({"width": 7}, "2 inner channels cannot be divided into groups of 16"),
    ],
)
def test_options_that_make_no_sense_are_refused(kind: str, options, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        component(kind, Part("r3gan", options), REGISTRY, spec=square(28))


# -- the recipe ----------------------------------------------------------------------------------


def test_its_recipe_is_the_papers_game() -> None:
    recipe = REGISTRY.recipe("r3gan")
    assert recipe.loss == Part("relativistic")
    assert [part.name for part in recipe.penalties] == ["r1", "r2"]
    gammas = {component("penalty", part, REGISTRY).gamma for part in recipe.penalties}
    assert len(gammas) == 1
    game = build(recipe, square(28), REGISTRY)
    assert game.reads(("g",))  # G is shown fresh reals


# -- its schedules -------------------------------------------------------------------------------

SCHEDULED = "r3gan-scheduled"


def half_cosine(start: float, end: float, done: float) -> float:
    """As the authors' code has it: base_value + (1 - decay) * (final_value - base_value)."""
    decay = 0.5 * (1 + math.cos(math.pi * done))
    return start + (1 - decay) * (end - start)


def scheduled_engine(steps: int) -> Engine:
    recipe = REGISTRY.recipe(SCHEDULED).replace(
        generator=Part("r3gan", SMALL),
        discriminator=Part("r3gan", SMALL),
        steps=steps,
        batch_size=4,
    )
    torch.manual_seed(0)
    data = Data(torch.randint(0, 256, (16, 1, 8, 8), dtype=torch.uint8))
    game = build(recipe, data.spec(recipe.low, recipe.high), REGISTRY)
    return Engine(game, data, recipe)


def test_rate_beta2_and_both_gammas_follow_the_papers_cosines() -> None:
    steps = 4
    engine = scheduled_engine(steps)
    for step in range(steps):
        engine.advance()
        done = step / steps
        for optimizer in engine.optimizers.values():
            (group,) = optimizer.optimizer.param_groups
            assert group["lr"] == pytest.approx(half_cosine(2e-4, 5e-5, done))
            assert group["betas"] == pytest.approx((0.0, half_cosine(0.9, 0.99, done)))
        for penalty in engine.game.penalties:
            assert penalty.gamma == pytest.approx(half_cosine(1.0, 0.1, done))


def test_the_half_life_of_the_average_grows_to_a_fortieth_of_the_run() -> None:
    engine = scheduled_engine(400)
    decay = engine.ema.decay
    assert decay.value(0) == 0
    for step in (20, 100, 200, 399, 400, 900):
        half_life = half_cosine(0, 400 / 40, min(step / 400, 1))
        assert decay.value(step) ** half_life == pytest.approx(0.5)


def test_the_average_is_that_of_the_scheduled_decay() -> None:
    engine = scheduled_engine(400)
    name = next(name for name, _ in engine.game.generator.named_parameters())
    average = engine.game.generator.get_parameter(name).detach().clone()
    for step in range(3):
        engine.advance()
        decay = min(engine.ema.decay.value(step), (2 + step) / (11 + step))
        average = torch.lerp(engine.game.generator.get_parameter(name), average, decay)
        ours = engine.ema.networks["generator"].get_parameter(name)
        torch.testing.assert_close(ours, average)


def test_a_scheduled_run_that_is_resumed_ends_where_an_unbroken_one_does() -> None:
    whole = scheduled_engine(6)
    for _ in range(6):
        whole.advance()
    expected = whole.state()
    first = scheduled_engine(6)
    for _ in range(3):
        first.advance()
    halfway = first.state()
    rest = scheduled_engine(6)
    rest.restore(halfway, step=3)
    for _ in range(3):
        rest.advance()
    state = rest.state()
    assert expected.keys() == state.keys()
    assert all(torch.equal(state[name], value) for name, value in expected.items())
