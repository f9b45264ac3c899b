"""The reference plugin: its losses, its priors and its networks, each against its definition."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from ganzoo import Batch, Data, Registry, Scores, Spec, UsageError
from ganzoo.assembly.build import component
from ganzoo.recipe import Part
from ganzoo_vanilla_mlp.dropout import Dropout
from ganzoo_vanilla_mlp.losses import Minimax, NonSaturating
from ganzoo_vanilla_mlp.networks import Maxout, MaxoutDiscriminator, MLPDiscriminator, MLPGenerator
from ganzoo_vanilla_mlp.priors import Bernoulli, Normal, Uniform, UniformSphere

LOSSES = [NonSaturating, Minimax]
CPU = torch.device("cpu")
GRAY = Spec((1, 28, 28), z_dim=10)
COLOUR = Spec((3, 8, 6), z_dim=10, low=0.0, high=1.0)
VECTOR = Spec((2,), z_dim=10, low=-math.inf, high=math.inf)


def scores(*values: float) -> Scores:
    return Scores(torch.tensor(values, requires_grad=True), Batch())


def log(x: float) -> float:
    return math.log(x)


# -- losses --------------------------------------------------------------------------------------


@pytest.mark.parametrize("loss", LOSSES)
def test_the_discriminators_loss_by_hand(loss) -> None:
    """D(x) = 3/4 and 1/2, D(G(z)) = 1/4 and 1/2."""
    real, fake = scores(log(3), 0.0), scores(-log(3), 0.0)
    expected = -(log(3 / 4) + log(1 / 2)) / 2 - (log(3 / 4) + log(1 / 2)) / 2
    assert loss().discriminator(real, fake).item() == pytest.approx(expected)
    assert loss(d_scale=0.5).discriminator(real, fake).item() == pytest.approx(expected / 2)


def test_the_generators_losses_by_hand() -> None:
    """D(G(z)) = 1/4 and 1/2."""
    fake = scores(-log(3), 0.0)
    minimax = (log(3 / 4) + log(1 / 2)) / 2
    non_saturating = -(log(1 / 4) + log(1 / 2)) / 2
    assert Minimax().generator(None, fake).item() == pytest.approx(minimax)
    assert NonSaturating().generator(None, fake).item() == pytest.approx(non_saturating)
    assert NonSaturating(d_scale=0.5).generator(None, fake).item() == pytest.approx(non_saturating)


def test_at_the_equilibrium_the_value_of_the_game_is_minus_log_four() -> None:
    even = scores(0.0, 0.0)
    assert Minimax().discriminator(even, even).item() == pytest.approx(log(4))
    assert Minimax().generator(None, even).item() == pytest.approx(-log(2))


def cross_entropy(scores: Tensor, target: float) -> Tensor:
    return F.binary_cross_entropy_with_logits(scores, torch.full_like(scores, target))


@pytest.mark.parametrize("reach", [1.0, 10.0, 100.0])
def test_the_losses_are_torchs_cross_entropies_of_the_logits(reach: float) -> None:
    noise = torch.Generator().manual_seed(0)
    real, fake = (
        Scores(torch.empty(64).uniform_(-reach, reach, generator=noise), Batch()) for _ in range(2)
    )
    d = cross_entropy(real.score, 1) + cross_entropy(fake.score, 0)
    for loss in (NonSaturating(), Minimax()):
        torch.testing.assert_close(loss.discriminator(real, fake), d)
    ns, minimax = NonSaturating().generator(None, fake), Minimax().generator(None, fake)
    torch.testing.assert_close(ns, cross_entropy(fake.score, 1))
    torch.testing.assert_close(minimax, -cross_entropy(fake.score, 0))


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("logit", [100.0, -100.0, 1000.0, -1000.0])
def test_losses_and_gradients_are_finite_at_any_logit(loss, logit: float, dtype) -> None:
    score = torch.full((3,), logit, dtype=dtype, requires_grad=True)
    other = torch.full((3,), -logit, dtype=dtype, requires_grad=True)
    terms = [
        loss().discriminator(Scores(score, Batch()), Scores(other, Batch())),
        loss().generator(None, Scores(score, Batch())),
    ]
    for term in terms:
        assert torch.isfinite(term)
        for grad in torch.autograd.grad(term, [score, other], allow_unused=True):
            assert grad is None or torch.isfinite(grad).all()


def test_far_from_the_boundary_the_loss_is_the_logit_itself() -> None:
    sure = scores(100.0)
    assert NonSaturating().generator(None, scores(-100.0)).item() == pytest.approx(100)
    assert Minimax().generator(None, sure).item() == pytest.approx(-100)
    assert NonSaturating().discriminator(sure, scores(-100.0)).item() == pytest.approx(0)


def slope(loss, *values: float) -> list[float]:
    """The gradient of the generator's loss by the fakes' logits."""
    fake = scores(*values)
    (grad,) = torch.autograd.grad(loss.generator(None, fake), fake.score)
    return grad.tolist()


def test_the_minimax_generators_gradient_vanishes_where_the_discriminator_is_sure() -> None:
    """It is -D(G(z)) / N: 0 where D rejects with confidence (arXiv:1406.2661, section 3)."""
    n = 4
    grads = slope(Minimax(), -100.0, -20.0, 0.0, 100.0)
    assert grads == pytest.approx([0, 0, -1 / (2 * n), -1 / n], abs=1e-8)


def test_the_non_saturating_generators_gradient_does_not() -> None:
    """It is -(1 - D(G(z))) / N: strongest where D rejects with confidence."""
    n = 4
    grads = slope(NonSaturating(), -100.0, -20.0, 0.0, 100.0)
    assert grads == pytest.approx([-1 / n, -1 / n, -1 / (2 * n), 0], abs=1e-8)


def test_both_push_the_same_way_and_agree_at_one_half() -> None:
    scores = (-3.0, -0.5, 0.0, 2.0)
    minimax, non_saturating = slope(Minimax(), *scores), slope(NonSaturating(), *scores)
    assert all(grad < 0 for grad in minimax + non_saturating)
    assert minimax[2] == pytest.approx(non_saturating[2])
    ratios = [m / ns for m, ns in zip(minimax, non_saturating, strict=True)]
    assert ratios == pytest.approx([math.exp(score) for score in scores])  # D / (1 - D)


@pytest.mark.parametrize("loss", LOSSES)
def test_a_score_is_read_as_a_logit(loss) -> None:
    report = loss().report(scores(log(3), -1.0), scores(-log(3), -2.0))
    assert report["d_real"].item() == pytest.approx((3 / 4 + 1 / (1 + math.e)) / 2)
    assert report["d_fake"].item() == pytest.approx((1 / 4 + 1 / (1 + math.e**2)) / 2)
    assert report["d_accuracy"].item() == pytest.approx(3 / 4)


# -- priors --------------------------------------------------------------------------------------

PRIORS = {
    "normal": (Normal(dim=8), 0.0, 1.0),
    "normal-wide": (Normal(dim=8, std=3.0), 0.0, 9.0),
    "uniform": (Uniform(dim=8), 0.0, 1 / 3),
    "uniform-goodfellow": (Uniform(8, -math.sqrt(3), math.sqrt(3)), 0.0, 1.0),
    "uniform-unit": (Uniform(dim=8, low=0.0, high=1.0), 0.5, 1 / 12),
    "sphere": (UniformSphere(dim=8), 0.0, 1.0),
    "sphere-unit": (UniformSphere(dim=8, radius=1.0), 0.0, 1 / 8),
    "bernoulli": (Bernoulli(dim=8), 0.0, 1.0),
    "bernoulli-biased": (Bernoulli(dim=8, p=0.25), -0.5, 0.75),
}


def draw(prior, n: int = 4, seed: int = 0) -> Tensor:
    return prior.draw(n, device=CPU, generator=torch.Generator().manual_seed(seed)).z


@pytest.mark.parametrize(("prior", "mean", "variance"), PRIORS.values(), ids=PRIORS)
def test_a_priors_moments(prior, mean: float, variance: float) -> None:
    n = 40_000
    z = draw(prior, n)
    assert z.shape == (n, 8)
    assert z.dtype == torch.float32
    five_sigma = 5 * math.sqrt(variance / n)
    torch.testing.assert_close(z.mean(0), torch.full((8,), mean), atol=five_sigma, rtol=0)
    covariance = torch.eye(8) * variance
    torch.testing.assert_close(torch.cov(z.T), covariance, atol=0.04 * variance, rtol=0)


@pytest.mark.parametrize(("prior", "mean", "variance"), PRIORS.values(), ids=PRIORS)
def test_a_prior_draws_only_from_the_generator_it_is_given(prior, mean, variance) -> None:
    before = torch.get_rng_state()
    assert torch.equal(draw(prior, seed=3), draw(prior, seed=3))
    assert not torch.equal(draw(prior, 16, seed=3), draw(prior, 16, seed=4))
    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.parametrize("prior", [Normal(8), Uniform(8), UniformSphere(8), Bernoulli(8)])
def test_without_a_generator_it_draws_from_torchs_own(prior) -> None:
    torch.manual_seed(3)
    z = prior.draw(16, device=CPU).z
    torch.manual_seed(3)
    assert torch.equal(prior.draw(16, device=CPU).z, z)
    assert not torch.equal(prior.draw(16, device=CPU).z, z)


def test_uniform_stays_in_its_range_and_fills_it() -> None:
    z = draw(Uniform(8, -2.0, 1.0), 5000)
    assert -2 <= z.min() < -1.99
    assert 0.99 < z.max() < 1


@pytest.mark.parametrize(("radius", "norm"), [(None, math.sqrt(8)), (1.0, 1.0), (2.5, 2.5)])
def test_the_sphere_has_one_norm(radius: float | None, norm: float) -> None:
    z = draw(UniformSphere(8, radius), 500)
    torch.testing.assert_close(z.norm(dim=1), torch.full((500,), norm))


def test_bernoulli_tosses_coins() -> None:
    assert {*draw(Bernoulli(8), 100).flatten().tolist()} == {-1.0, 1.0}


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("normal", {"dim": 0}, "prior.dim of 'normal' takes a whole number"),
        ("normal", {"std": 0}, "prior.std of 'normal' takes a number"),
        ("uniform", {"low": 1}, "prior.low .* must be less than prior.high"),
        ("uniform", {"low": -3e38, "high": 3e38}, "are too far apart"),
        ("uniform-sphere", {"radius": -1}, "prior.radius of 'uniform-sphere' takes a number"),
        ("uniform-sphere", {"radius": 0}, "prior.radius of 'uniform-sphere' takes a number"),
        ("bernoulli", {"p": 1}, "prior.p of 'bernoulli' takes a number"),
    ],
)
def test_a_prior_that_makes_no_sense(name: str, options, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        component("prior", Part(name, options), Registry.discover())


# -- networks ------------------------------------------------------------------------------------


@pytest.mark.parametrize("output", ["tanh", "sigmoid"])
@pytest.mark.parametrize("spec", [GRAY, COLOUR, VECTOR], ids=["gray", "colour", "vector"])
def test_a_generator_makes_samples_of_the_spec(spec: Spec, output) -> None:
    x = MLPGenerator(spec, hidden=(8,), output=output)(50 * torch.randn(7, 10))
    assert x.shape == (7, *spec.shape)
    assert x.min() >= spec.low
    assert x.max() <= spec.high


@pytest.mark.parametrize("output", ["tanh", "sigmoid"])
def test_a_generator_reaches_both_ends_of_the_range_and_its_middle(output) -> None:
    generator = MLPGenerator(COLOUR.replace(low=-3.0, high=5.0), hidden=(), output=output)
    torch.nn.init.zeros_(generator.last.weight)
    for bias, value in ((-50.0, -3.0), (0.0, 1.0), (50.0, 5.0)):
        torch.nn.init.constant_(generator.last.bias, bias)
        x = generator(torch.randn(2, 10))
        torch.testing.assert_close(x, torch.full_like(x, value))


def test_on_data_without_bounds_nothing_squashes() -> None:
    generator = MLPGenerator(VECTOR, hidden=())
    torch.nn.init.constant_(generator.last.bias, 1000.0)
    assert generator(torch.zeros(1, 10)).tolist() == [[1000.0, 1000.0]]


def test_a_generators_layers_are_its_options() -> None:
    generator = MLPGenerator(GRAY, hidden=(5, 6), activation="silu", batch_norm=True)
    kinds = [type(module).__name__ for module in generator.body]
    assert kinds == ["Linear", "BatchNorm1d", "SiLU"] * 2
    widths = [m.out_features for m in generator.modules() if isinstance(m, torch.nn.Linear)]
    assert widths == [5, 6, 784]


@pytest.mark.parametrize("spec", [GRAY, COLOUR, VECTOR], ids=["gray", "colour", "vector"])
@pytest.mark.parametrize("network", [MLPDiscriminator, MaxoutDiscriminator])
def test_a_discriminator_gives_one_unbounded_score_a_sample(network, spec: Spec) -> None:
    discriminator = network(spec)
    assert discriminator(torch.randn(7, *spec.shape)).shape == (7,)
    assert discriminator.joint_batch
    torch.nn.init.constant_(discriminator.last.bias, -1000.0)
    assert discriminator(torch.zeros(1, *spec.shape)).item() < -900


def test_maxout_against_a_loop() -> None:
    torch.manual_seed(0)
    layer = Maxout(width=4, units=3, pieces=5)
    x = torch.randn(6, 4)
    out = layer(x)
    assert out.shape == (6, 3)
    weight, bias = layer.affine.weight, layer.affine.bias
    for n in range(6):
        for unit in range(3):
            pieces = [
                sum(weight[5 * unit + piece, i] * x[n, i] for i in range(4))
                + bias[5 * unit + piece]
                for piece in range(5)
            ]
            torch.testing.assert_close(out[n, unit], torch.stack(pieces).max())


@pytest.mark.parametrize("network", [MLPDiscriminator, MaxoutDiscriminator])
def test_dropout_is_there_in_training_and_gone_in_evaluation(network) -> None:
    torch.manual_seed(0)
    discriminator, x = network(VECTOR, input_dropout=0.3), torch.ones(4, 2)
    assert not torch.equal(discriminator(x), discriminator(x))
    discriminator.eval()
    assert torch.equal(discriminator(x), discriminator(x))


NETWORKS = [
    (MLPGenerator, {"hidden": (300, 300)}),
    (MLPDiscriminator, {"hidden": (300, 300)}),
    (MaxoutDiscriminator, {"units": (100, 100), "pieces": 3}),
]


@pytest.mark.parametrize(("network", "options"), NETWORKS)
def test_how_weights_start(network, options) -> None:
    torch.manual_seed(0)

    def layers(**init) -> list[torch.nn.Linear]:
        modules = network(COLOUR.replace(z_dim=100), **options, **init).modules()
        return [module for module in modules if isinstance(module, torch.nn.Linear)]

    for layer in layers(init="he"):  # normal with variance 2 / fan-in
        expected = math.sqrt(2 / layer.in_features)
        assert layer.weight.std().item() == pytest.approx(expected, rel=0.2)
        assert layer.weight.abs().max() > 2.2 * expected
        assert not layer.bias.any()
    for layer in layers(init="uniform", init_range=0.01):
        assert 0.009 < layer.weight.abs().max() <= 0.01
        assert not layer.bias.any()
    assert all(layer.bias.any() for layer in layers())


def images(shape: tuple[int, ...], seed: int = 0) -> Data:
    noise = torch.Generator().manual_seed(seed)
    x = torch.randint(0, 256, (50, *shape), dtype=torch.uint8, generator=noise)
    x[:, 0, 0, 0], x[:, 0, 0, 1] = 0, 255  # a pixel that is always black, and one always white
    return Data(x)


@pytest.mark.parametrize("output", ["tanh", "sigmoid"])
@pytest.mark.parametrize(("low", "high"), [(0.0, 1.0), (-1.0, 1.0)])
def test_a_bias_from_the_data_starts_at_the_mean_picture(output, low, high) -> None:
    data = images((3, 8, 6))
    spec = COLOUR.replace(low=low, high=high)
    generator = MLPGenerator(spec, hidden=(8,), output=output, bias_from_data=True)
    generator.prepare(data)
    torch.nn.init.zeros_(generator.last.weight)  # then z does not matter
    x = generator(torch.randn(5, 10))
    mean = data.x.double().mean(0) / 255 * (high - low) + low
    torch.testing.assert_close(x, mean.float().expand_as(x), atol=1e-5, rtol=1e-5)
    assert torch.isfinite(generator.last.bias).all()


def test_the_bias_is_the_logit_of_the_mean_clipped() -> None:
    generator = MLPGenerator(COLOUR, hidden=(), output="sigmoid", bias_from_data=True)
    generator.prepare(images((3, 8, 6)))
    bias = generator.last.bias.reshape(3, 8, 6)
    assert bias[0, 0, 0].item() == pytest.approx(math.log(1e-7), rel=1e-3)
    assert bias[0, 0, 1].item() == pytest.approx(-math.log(1e-7), rel=0.02)  # float32 near 1


def test_without_bias_from_data_preparing_changes_nothing() -> None:
    generator = MLPGenerator(COLOUR, hidden=(8,))
    before = generator.last.bias.clone()
    generator.prepare(images((3, 8, 6)))
    assert torch.equal(generator.last.bias, before)


@pytest.mark.parametrize(
    ("kind", "name", "options", "message"),
    [
        ("generator", "mlp", {"hidden": [8, 0]}, ">= 1"),
        ("generator", "mlp", {"hidden": 512}, "takes a list"),
        ("generator", "mlp", {"activation": "sine"}, "takes relu, leaky-relu"),
        ("generator", "mlp", {"bias_from_data": True}, "needs data with bounds"),
        ("discriminator", "mlp", {"hidden": [-5]}, ">= 1"),
        ("discriminator", "mlp", {"dropout": 2}, "<= 1"),
        ("discriminator", "maxout", {"units": [0]}, ">= 1"),
        ("discriminator", "maxout", {"pieces": 0}, ">= 1"),
        ("discriminator", "maxout", {"pieces": -2}, ">= 1"),
    ],
)
def test_a_network_that_makes_no_sense(kind: str, name: str, options, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        component(kind, Part(name, options), Registry.discover(), spec=VECTOR)


# -- dropout ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("share", [0.15, 0.5, 0.8])
def test_the_share_that_is_dropped_and_the_scale_of_the_rest(share: float) -> None:
    torch.manual_seed(0)
    x = torch.ones(1001, 999, requires_grad=True)  # no multiple of the four values of a number
    out = Dropout(share)(x)
    dropped = (out == 0).float().mean().item()
    assert dropped == pytest.approx(share, abs=5 * math.sqrt(share * (1 - share) / x.numel()))
    assert out[out != 0].unique().tolist() == pytest.approx([1 / (1 - share)])
    (gradient,) = torch.autograd.grad(out.sum(), x)
    torch.testing.assert_close(gradient, out.detach())


def test_neighbouring_values_are_dropped_independently() -> None:
    torch.manual_seed(0)
    kept = (Dropout(0.5)(torch.ones(1_000_000)) != 0).float() - 0.5
    for distance in (1, 2, 3, 4, 5):
        correlation = 4 * (kept[distance:] * kept[:-distance]).mean().item()
        assert abs(correlation) < 0.005


def test_dropout_follows_torchs_seed_and_leaves_evaluation_alone() -> None:
    dropout, x = Dropout(0.5), torch.ones(64)
    first, second, other = (seeded(dropout, x, seed) for seed in (1, 1, 2))
    assert torch.equal(first, second)
    assert not torch.equal(first, other)
    assert dropout.eval()(x) is x
    assert torch.equal(Dropout(1.0)(x), torch.zeros(64))
    assert Dropout(0.0)(x) is x


def seeded(dropout: Dropout, x: Tensor, seed: int) -> Tensor:
    torch.manual_seed(seed)
    return dropout(x)
