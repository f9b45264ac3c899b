"""The hinge loss, and spectral normalisation wherever a discriminator offers it."""

from __future__ import annotations

from itertools import product

import pytest
import torch
from torch import Tensor, nn

from ganzoo import Batch, Discriminator, Registry, Scores, Spec
from ganzoo.assembly.build import build, component
from ganzoo.assembly.signature import options_of
from ganzoo.recipe import Part
from ganzoo_hinge.losses import Hinge

# -- the loss ------------------------------------------------------------------------------------


def scores(*values: float) -> Scores:
    return Scores(torch.tensor(values, dtype=torch.float64, requires_grad=True), Batch())


def test_the_losses_by_hand() -> None:
    """Real scores 2, 0.5 and -1, fake scores -3, -0.5 and 1."""
    real, fake = scores(2.0, 0.5, -1.0), scores(-3.0, -0.5, 1.0)
    loss = Hinge().discriminator(real, fake).item()
    assert loss == pytest.approx((0 + 0.5 + 2) / 3 + (0 + 0.5 + 2) / 3)
    assert Hinge().generator(None, fake).item() == pytest.approx(2.5 / 3)
    assert not Hinge.g_needs_real


def test_the_discriminator_is_content_beyond_one_and_minus_one() -> None:
    real, fake = scores(1.5, 70.0, 0.5), scores(-1.5, -70.0, -0.5)
    loss = Hinge().discriminator(real, fake)
    slopes = torch.autograd.grad(loss, (real.score, fake.score))
    assert slopes[0].tolist() == pytest.approx([0, 0, -1 / 3])
    assert slopes[1].tolist() == pytest.approx([0, 0, 1 / 3])
    assert Hinge().discriminator(scores(1.0, 9.0), scores(-1.0, -9.0)).item() == 0


def test_another_margin_by_hand() -> None:
    """Real scores 2, 0.5 and -1, fake scores -3, -0.5 and 1, and a margin of 2."""
    loss = Hinge(margin=2.0).discriminator(scores(2.0, 0.5, -1.0), scores(-3.0, -0.5, 1.0))
    assert loss.item() == pytest.approx((0 + 1.5 + 3) / 3 + (0 + 1.5 + 3) / 3)
    assert Hinge(margin=2.0).undecided() == 4


def test_the_generators_gradient_is_the_same_at_every_score() -> None:
    fake = scores(-70.0, -1.0, 0.0, 70.0)
    (slope,) = torch.autograd.grad(Hinge().generator(None, fake), fake.score)
    assert slope.tolist() == [-1 / 4] * 4


def test_the_best_discriminator_says_which_of_the_two_is_likelier() -> None:
    """On points with p_data = 5/8, 3/8 and p_g = 1/8, 7/8 the least loss is 2 * sum min(p, q), at
    the scores sign(p - q) (arXiv:1705.02894, lemma 1)."""
    real, fake = torch.tensor([0] * 5 + [1] * 3), torch.tensor([0] + [1] * 7)
    steps = torch.linspace(-2, 2, 17, dtype=torch.float64)  # in quarters
    losses = {}
    for pair in product(steps.tolist(), repeat=2):
        score = torch.tensor(pair, dtype=torch.float64)
        losses[pair] = (
            Hinge()
            .discriminator(*(Scores(score[points], Batch()) for points in (real, fake)))
            .item()
        )
    best = min(losses, key=losses.__getitem__)
    assert best == (1.0, -1.0)
    assert losses[best] == pytest.approx(2 * (1 / 8 + 3 / 8))


def test_a_score_is_no_probability() -> None:
    report = Hinge().report(scores(2.0, 1.0), scores(-2.0, 1.0))
    told = {name: value.item() for name, value in report.items()}
    assert told == {"score_real": 1.5, "score_fake": -0.5}


# -- spectral normalisation ----------------------------------------------------------------------

REGISTRY = Registry.discover()
IMAGES = Spec((2, 8, 8))
NORMALISED = [
    entry.name
    for entry in REGISTRY.entries("discriminator")
    if "spectral_norm" in options_of(entry.load(), "discriminator")
]
SMALL = {"width": 4, "group": 4, "hidden": (8, 6), "units": (6, 4), "pieces": 2}
SMALL |= {"conditional": False}  # x alone, without the image that it translates


def made(name: str, spec: Spec = IMAGES, **options) -> Discriminator:
    torch.manual_seed(0)
    known = options_of(REGISTRY.get("discriminator", name).load(), "discriminator")
    small = {option: value for option, value in SMALL.items() if option in known}
    return component("discriminator", Part(name, {**small, **options}), REGISTRY, spec=spec)


def layers(network: nn.Module) -> list[nn.Module]:
    """The layers that a score comes from; a D may have decoders beside them."""
    kinds = nn.Linear | nn.modules.conv._ConvNd
    return [
        module
        for name, module in network.named_modules()
        if isinstance(module, kinds) and not name.startswith("decode")
    ]


def norms(network: nn.Module) -> Tensor:
    """The largest singular value of each layer's weights, a convolution's as (out, in * k * k)."""
    network.eval()  # or looking at a weight would be another power iteration
    return torch.stack(
        [torch.linalg.svdvals(layer.weight.detach().flatten(1))[0] for layer in layers(network)]
    )


def passed(network: Discriminator, passes: int) -> Discriminator:
    x = torch.randn(2, *network.spec.shape)
    network.train()
    with torch.no_grad():
        for _ in range(passes):
            network(x)
    return network


def test_these_discriminators_offer_it() -> None:
    assert {"mlp", "maxout", "dcgan", "r3gan", "fastgan"} <= {*NORMALISED}


@pytest.mark.parametrize("name", NORMALISED)
def test_every_layer_comes_to_have_a_largest_singular_value_of_one(name: str) -> None:
    plain = made(name, spectral_norm=False)
    assert norms(plain).sub(1).abs().max() > 0.1  # they are not so by themselves
    network = passed(made(name, spectral_norm=True), 300)
    assert len(layers(network)) == len(layers(plain)) >= 2
    torch.testing.assert_close(norms(network), torch.ones(len(layers(network))), atol=2e-3, rtol=0)


@pytest.mark.parametrize("name", NORMALISED)
def test_scores_and_gradients_are_finite_from_the_first_pass(name: str) -> None:
    network = made(name, spectral_norm=True)
    output = network(torch.randn(5, *IMAGES.shape))
    score = output[0] if isinstance(output, tuple) else output
    assert score.isfinite().all()
    score.sum().backward()
    weights = [weight for layer in layers(network) for weight in layer.parameters()]
    assert all(weight.grad.isfinite().all() for weight in weights)


@pytest.mark.parametrize("name", NORMALISED)
def test_it_has_no_say_unless_asked_for(name: str) -> None:
    without, normalised = (
        {*made(name, spectral_norm=asked).state_dict()} for asked in (False, True)
    )
    assert not [key for key in without if "parametrizations" in key]
    default = options_of(REGISTRY.get("discriminator", name).load(), "discriminator")
    asked = name == "resnet"  # its papers normalise
    assert default["spectral_norm"].default is asked
    assert {*made(name).state_dict()} == (normalised if asked else without)


@pytest.mark.parametrize("size", [1, 7])
def test_a_linear_discriminator_has_a_gradient_of_norm_one(size: int) -> None:
    network = passed(made("mlp", Spec((size,)), hidden=(), spectral_norm=True), 3).eval()
    x = torch.randn(4, size, requires_grad=True)
    (gradient,) = torch.autograd.grad(network(x).sum(), x)
    torch.testing.assert_close(gradient.norm(dim=1), torch.ones(4))


def test_a_network_of_rectifiers_is_one_lipschitz_however_large_its_weights() -> None:
    """Each layer is, and the rectifiers are."""
    network = made("mlp", Spec((5,)), hidden=(16, 16), spectral_norm=True)
    with torch.no_grad():
        for weight in network.parameters():
            weight.mul_(30)
    passed(network, 300).eval()
    x, y = 3 * torch.randn(2, 500, 5)
    steepness = (network(x) - network(y)).abs() / (x - y).norm(dim=1)
    assert 0.01 < steepness.max() <= 1.001


@pytest.mark.parametrize("name", NORMALISED)
def test_the_power_iteration_goes_on_in_training_and_rests_in_evaluation(name: str) -> None:
    network, x = made(name, spectral_norm=True), torch.randn(2, *IMAGES.shape)
    directions = {k: v for k, v in network.state_dict().items() if k.endswith("weight.0._u")}
    assert len(directions) == len(layers(network))
    start = {key: value.clone() for key, value in directions.items()}
    network.eval()(x)
    assert all(torch.equal(start[key], directions[key]) for key in start)
    network.train()(x)
    assert any(not torch.equal(start[key], directions[key]) for key in start)


# -- the recipes ---------------------------------------------------------------------------------


def test_sngan_normalises_every_layer_of_its_discriminator_and_no_batch() -> None:
    recipe = REGISTRY.recipe("sngan")
    assert recipe.loss == REGISTRY.recipe("hinge").loss == Part("hinge")
    assert recipe.prior == Part("normal", {"dim": 128})
    game = build(recipe, Spec((1, 28, 28)), REGISTRY)
    assert [*game.updates(1)] == [("d",), ("g",)]
    discriminator = game.discriminator
    assert all(nn.utils.parametrize.is_parametrized(m) for m in layers(discriminator))
    assert discriminator.joint_batch
    assert not any(nn.utils.parametrize.is_parametrized(m) for m in layers(game.generator))
