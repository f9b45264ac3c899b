"""The game ``unrolled``: its gradient beside gradients that are written by hand."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor
from torch.nn.functional import leaky_relu, linear, softplus

from ganzoo import Batch, Engine, Game, Part, Registry, Scores, UsageError, build
from ganzoo_unrolled.losses import Saddle
from tests.plugins.small import (
    ADAM,
    PLAIN,
    REGISTRY,
    engine_of,
    images,
    shrunk,
    vectors,
    weights,
)

SGD = Part("sgd", {"lr": 0.3})
OTHER_ADAM = Part("adam", {"lr": 0.05, "betas": (0.6, 0.9), "eps": 1e-3})


def unrolled(
    *, d: Part = ADAM, game: str = "unrolled", loss: str = "non-saturating", **options: Any
) -> Engine:
    recipe = PLAIN.replace(
        loss=Part(loss),
        discriminator=Part("mlp", {"hidden": (5,), "dropout": 0.0}),
        game=(Part(game, options),),
        optimizer={"d": d, "g": ADAM},
    )
    return engine_of(recipe, vectors())


@pytest.fixture
def in_double(monkeypatch: pytest.MonkeyPatch) -> None:
    """The scores of every game keep their precision."""
    monkeypatch.setattr(Game, "scores", staticmethod(lambda out, batch: Scores(out, batch)))


def prepared(engine: Engine) -> tuple[Any, Tensor, Tensor]:
    """The game in double precision before its second step, with real samples and noise."""
    engine.advance()
    game = engine.game.double()
    game.at(2, 2)
    dice = torch.Generator().manual_seed(1)
    real, z = (torch.randn(4, n, dtype=torch.float64, generator=dice) for n in (2, 3))
    game.fake = lambda real: Batch(x=game.generator(z))
    return game, real, z


def score(w: list[Tensor], x: Tensor) -> Tensor:
    """The discriminator ``mlp`` with one hidden layer, whose weights are w."""
    return linear(leaky_relu(linear(x, w[0], w[1]), 0.2), w[2], w[3]).squeeze(1)


def loss_after_two_updates(engine: Engine, w: list[Tensor], real: Tensor, fake: Tensor) -> Tensor:
    """Both updates of D written out, and G's loss after them."""
    rate = engine.optimizers["d"].settings.options["lr"]
    for number in (2, 3):  # the first update was in the first step of the training
        d_loss = softplus(-score(w, real)).mean() + softplus(score(w, fake)).mean()
        slopes = torch.autograd.grad(d_loss, w, create_graph=True)
        if number == 2:
            states = [engine.optimizers["d"].optimizer.state[p] for p in w]
            first = [state.get("exp_avg", torch.zeros(())).double() for state in states]
            second = [state.get("exp_avg_sq", torch.zeros(())).double() for state in states]
        if "betas" in engine.optimizers["d"].settings.options:
            first = [0.6 * m + 0.4 * g for m, g in zip(first, slopes, strict=True)]
            second = [0.9 * v + 0.1 * g**2 for v, g in zip(second, slopes, strict=True)]
            slopes = [
                (m / (1 - 0.6**number)) / ((v / (1 - 0.9**number)) ** 0.5 + 1e-3)
                for m, v in zip(first, second, strict=True)
            ]
        w = [weight - rate * slope for weight, slope in zip(w, slopes, strict=True)]
    return softplus(-score(w, fake)).mean()


@pytest.mark.parametrize("d", [SGD, OTHER_ADAM], ids=["sgd", "adam"])
def test_the_gradient_is_that_of_two_updates_written_by_hand(d: Part, in_double: None) -> None:
    engine = unrolled(k=2, inner=d.name, d=d)
    game, real, z = prepared(engine)
    g_weights = list(game.generator.parameters())
    w = list(game.discriminator.parameters())

    found = game.losses(("g",), Batch(x=real), 2).by_player["g"]
    hand = loss_after_two_updates(engine, w, real, game.generator(z))
    assert found.item() == pytest.approx(hand.item(), rel=1e-7)
    slopes = torch.autograd.grad(found, g_weights)
    expected = torch.autograd.grad(hand, g_weights)
    # The averages of Adam are float32 until here.
    assert all(
        torch.allclose(a, b, rtol=1e-5, atol=1e-10) for a, b in zip(slopes, expected, strict=True)
    )
    # Without the path through D's updates it is another gradient.
    game.k = 0
    still = torch.autograd.grad(game.losses(("g",), Batch(x=real), 2).by_player["g"], g_weights)
    assert not any(torch.allclose(a, b, rtol=1e-2) for a, b in zip(slopes, still, strict=True))


def test_the_saddle_loss_is_minus_ds_loss_after_the_updates(in_double: None) -> None:
    engine = unrolled(k=2, inner="sgd", d=SGD, loss="saddle")
    game, real, z = prepared(engine)
    g_weights = list(game.generator.parameters())
    w, fake = list(game.discriminator.parameters()), game.generator(z)
    for _ in range(2):
        d_loss = softplus(-score(w, real)).mean() + softplus(score(w, fake)).mean()
        slopes = torch.autograd.grad(d_loss, w, create_graph=True)
        w = [weight - 0.3 * slope for weight, slope in zip(w, slopes, strict=True)]
    of_real, of_fake = softplus(-score(w, real)).mean(), softplus(score(w, fake)).mean()
    found = game.losses(("g",), Batch(x=real), 2).by_player["g"]
    slopes = torch.autograd.grad(found, g_weights, retain_graph=True)
    expected = torch.autograd.grad(-of_real - of_fake, g_weights, retain_graph=True)
    assert all(
        torch.allclose(a, b, rtol=1e-9, atol=1e-12) for a, b in zip(slopes, expected, strict=True)
    )
    # The scores of real samples depend on G, through D's updates.
    without = torch.autograd.grad(-of_fake, g_weights)
    assert not any(torch.allclose(a, b, rtol=1e-2) for a, b in zip(slopes, without, strict=True))


def test_without_updates_the_saddle_loss_has_the_gradients_of_minimax() -> None:
    trained = []
    for loss in ("saddle", "minimax"):
        engine = unrolled(k=0, loss=loss, simultaneous=True)
        engine.advance()
        engine.advance()
        trained.append(weights(engine))
    one, other = trained
    assert all(torch.allclose(one[name], other[name], atol=1e-6) for name in other)
    assert Saddle().undecided() == pytest.approx(2 * 0.6931471805599453)


def test_a_game_that_reads_real_scores_comes_after_the_updates() -> None:
    """BiGAN's loss of G reads the scores of real pairs, by the D after the updates."""
    recipe = shrunk(REGISTRY.recipe("bigan")).replace(
        discriminator=Part("mlp", {"hidden": (4,), "dropout": 0.0})
    )
    stack = recipe.replace(game=(Part("unrolled", {"inner": "sgd", "k": 2}), *recipe.game))
    game = engine_of(stack, images(1, 8, 8)).game
    game.at(1, 2)
    batch = Batch(x=torch.rand(4, 1, 8, 8))
    found = game.losses(("g",), batch, 1)
    ahead, fake = game._scores(
        game._weights_after(game._real, found.fake.batch), game._real, found.fake.batch
    )
    expected = softplus(-fake.score).mean() + softplus(ahead.score).mean()
    torch.testing.assert_close(found.by_player["g"], expected)
    with pytest.raises(UsageError, match="put 'unrolled' first"):
        engine_of(stack.replace(game=stack.game[::-1]), images(1, 8, 8))


@pytest.mark.parametrize("inner", ["sgd", "adam"])
def test_the_gradient_by_the_fakes_is_the_slope_of_the_loss(inner: str, in_double: None) -> None:
    game, real, z = prepared(unrolled(k=2, inner=inner, lr=0.5))
    game.at(2, 2)
    game.samples(("d",), Batch(x=real))

    def loss(x: Tensor) -> Tensor:
        return game.g_loss(None, Scores(torch.zeros(4), Batch(x=x)))

    assert torch.autograd.gradcheck(loss, game.generator(z).detach().requires_grad_())


def test_the_updates_are_those_that_the_optimizer_would_make() -> None:
    engine = unrolled(k=3, d=OTHER_ADAM)
    engine.advance()
    game, optimizer = engine.game, engine.optimizers["d"]
    real, fake = game.samples(("d",), Batch(x=vectors().x[:4]))
    game.at(2, 2)
    foreseen = game._weights_after(real, fake)
    for _ in range(3):
        game.d_loss(*game.score_both(real, fake)).backward(inputs=optimizer.parameters)
        optimizer.step(2)
    for name, weight in game.discriminator.named_parameters():
        assert torch.allclose(foreseen[name], weight, rtol=1e-4, atol=1e-6)


def test_an_infinite_gradient_which_ds_optimizer_leaves_out_is_left_out() -> None:
    engine = unrolled(k=2)
    engine.advance()
    game = engine.game
    before = [game.first.clone(), game.second.clone(), game.count.clone()]
    weights = list(game.discriminator.parameters())
    for weight in weights:
        weight.grad = torch.full_like(weight, torch.inf)
    game.gradients("d", weights, 2)
    for old, new in zip(before, (game.first, game.second, game.count), strict=True):
        assert torch.equal(old, new)


@pytest.mark.parametrize("simultaneous", [False, True])
def test_without_updates_it_is_the_standard_game(simultaneous: bool) -> None:
    trained = []
    for options in ({"k": 0}, {"game": "standard"}):
        engine = unrolled(**options, simultaneous=simultaneous)
        engine.advance()
        engine.advance()
        trained.append(weights(engine))
    one, other = trained
    assert all(torch.equal(one[name], other[name]) for name in other)


def test_gs_update_leaves_d_as_it_is() -> None:
    engine = unrolled(k=2)
    engine.advance()
    before = {name: t.clone() for name, t in engine.game.discriminator.state_dict().items()}
    engine.descend(("g",), Batch(x=vectors().x[:4]), 2)
    after = engine.game.discriminator.state_dict()
    assert all(torch.equal(before[name], after[name]) for name in before)


def test_adams_settings_are_those_of_ds_optimizer() -> None:
    with pytest.raises(UsageError, match="which is not Adam"):
        unrolled(k=2, d=SGD)
    with pytest.raises(UsageError, match="which is not Adam"):
        unrolled(k=2, d=Part("lion"))
    scheduled = Part("adam", {"lr": {"schedule": "linear", "start": 0.1, "end": 0.0}})
    engine = unrolled(k=1, d=scheduled)
    engine.advance()
    engine.advance()
    assert engine.game.rate.item() == pytest.approx(0.05)


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"weight_decay": 0.5}, "weight_decay"),
        ({"lr_scale": {"discriminator": 0.5}}, "lr_scale"),
        ({"betas": [{"schedule": "linear", "start": 0.5, "end": 0.1}, 0.9]}, "schedule of betas"),
    ],
)
def test_a_rule_of_ds_optimizer_that_the_k_updates_lack_is_refused(options, named: str) -> None:
    with pytest.raises(UsageError, match=named):
        unrolled(k=2, d=Part("adam", options))
    unrolled(k=0, d=Part("adam", options))
    unrolled(k=2, inner="sgd", d=Part("adam", options))


@pytest.mark.parametrize("inner", ["adam", "sgd"])
def test_a_game_for_sampling_keeps_no_averages(inner: str) -> None:
    recipe = PLAIN.replace(game=(Part("unrolled", {"inner": inner}),))
    game = build(recipe, vectors().spec(), Registry.discover(), training=False)
    assert game.state_dict().keys() == game.sampling_state().keys()
    assert game.generate(game.noise(2, seed=0)).x.shape == (2, 2)
