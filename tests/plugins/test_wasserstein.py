"""Wasserstein GANs: the loss, the two bounds on a critic, and the order of updates."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from ganzoo import (
    Batch,
    Data,
    Engine,
    Game,
    Part,
    Recipe,
    Registry,
    Scores,
    Spec,
    UsageError,
)
from ganzoo.assembly.build import build, component
from ganzoo.training.request import steps_of
from ganzoo_wasserstein.games import CriticFirst
from ganzoo_wasserstein.losses import Wasserstein
from ganzoo_wasserstein.penalties import GradientPenalty, between

from .scored_by import ScoredBy

REGISTRY = Registry.discover()
ADAM = Part("adam", {"lr": 1e-2})
LINEAR = Recipe(
    name="linear",
    generator=Part("mlp", {"hidden": []}),
    discriminator=Part("mlp", {"hidden": []}),  # D(x) = w . x + b
    loss=Part("wasserstein"),
    prior=Part("normal", {"dim": 2}),
    optimizer={"d": ADAM, "g": ADAM},
    steps=1,
)
CLIP, GP = Part("weight-clip"), Part("gradient-penalty")


def vectors(size: int) -> Spec:
    return Spec((size,), low=-math.inf, high=math.inf)


def made(*penalties: Part, size: int = 3, **changes) -> Game:
    torch.manual_seed(0)
    return build(LINEAR.replace(penalties=penalties, **changes), vectors(size), REGISTRY)


def losses(game: Game, players: tuple[str, ...] = ("d",), step: int = 1):
    torch.manual_seed(1)
    return game.losses(players, Batch(x=torch.randn(6, *game.spec.shape)), step)


def test_more_fakes_than_real_samples_share_these() -> None:
    """Each point is on the line from its fake to a real sample, whose label it has."""
    real = Batch(x=torch.tensor([[0.0, 1.0], [0.0, 2.0]]), y=torch.tensor([1, 2]))
    fake = Batch(x=torch.tensor([[4.0, 1.0], [5.0, 2.0], [6.0, 1.0], [7.0, 2.0]]))
    points = between(real, fake)
    assert points.y.tolist() == points.x[:, 1].tolist() == [1, 2, 1, 2]
    assert (points.x[:, 0] < fake.x[:, 0]).all()


# -- the loss ------------------------------------------------------------------------------------


def scores(*values: float) -> Scores:
    return Scores(torch.tensor(values, dtype=torch.float64, requires_grad=True), Batch())


def test_the_losses_by_hand() -> None:
    real, fake = scores(1.0, 2.0, 6.0), scores(-4.0, 0.0, 1.0)
    assert Wasserstein().discriminator(real, fake).item() == -1 - 3
    assert Wasserstein().generator(None, fake).item() == 1
    assert not Wasserstein.g_needs_real


def test_the_gradients_are_the_same_at_every_score() -> None:
    real, fake = scores(-50.0, 0.0), scores(50.0, -3.0)
    loss = Wasserstein()
    slopes = torch.autograd.grad(loss.discriminator(real, fake), (real.score, fake.score))
    assert [slope.tolist() for slope in slopes] == [[-0.5, -0.5], [0.5, 0.5]]
    (slope,) = torch.autograd.grad(loss.generator(None, fake), fake.score)
    assert slope.tolist() == [-0.5, -0.5]


def test_the_critic_may_add_any_constant_to_all_scores() -> None:
    one = Wasserstein().discriminator(scores(1.0, -2.0), scores(0.5, 3.0))
    assert Wasserstein().discriminator(scores(8.0, 5.0), scores(7.5, 10.0)) == one


def test_a_score_is_no_probability() -> None:
    told = Wasserstein().report(scores(2.0, 1.0), scores(-2.0, 1.0))
    assert {key: value.item() for key, value in told.items()} == {
        "score_real": 1.5,
        "score_fake": -0.5,
    }


# -- the gradient penalty ------------------------------------------------------------------------


def scored(x: Tensor) -> Scores:
    return Scores(torch.zeros(len(x)), Batch(x=x))


def penalty_at(w: Tensor, **options) -> Tensor:
    """Of D(x) = w . x + 7."""

    def score(batch: Batch) -> Scores:
        return Scores(batch.x @ w + 7, batch)

    torch.manual_seed(0)
    return GradientPenalty(**options)(
        ScoredBy(score), scored(torch.randn(5, 2)), scored(torch.randn(5, 2))
    )


@pytest.mark.parametrize(
    ("options", "expected", "slope"),
    [  # |w| = 5; the slope is by |w|
        ({}, 10 * 4**2, 10 * 2 * 4),
        ({"weight": 0.5}, 0.5 * 4**2, 0.5 * 2 * 4),
        ({"weight": 1.0, "target": 0.0}, 25, 2 * 5),
        ({"weight": 2.0, "target": 7.0}, 2 * 2**2, 2 * 2 * -2),
        ({"weight": 2.0, "one_sided": True}, 2 * 4**2, 2 * 2 * 4),
        ({"weight": 2.0, "target": 7.0, "one_sided": True}, 0, 0),
        ({"weight": 0.0}, 0, 0),
    ],
)
def test_on_a_linear_critic_it_is_the_squared_excess_of_its_norm(options, expected, slope) -> None:
    w = torch.tensor([3.0, -4.0], requires_grad=True)
    term = penalty_at(w, **options)
    assert term.item() == pytest.approx(expected, rel=1e-5)
    (gradient,) = torch.autograd.grad(term, w)  # along w / |w|
    assert gradient.tolist() == pytest.approx([slope * 0.6, slope * -0.8], rel=1e-5)


def test_the_norm_is_each_samples_own() -> None:
    """D(x) = x1² / 2 + 0 x2, whose gradient is (x1, 0): norms 1 and 3 where real equals fake."""
    x = torch.tensor([[1.0, 5.0], [3.0, -5.0]])

    def score(batch: Batch) -> Scores:
        return Scores(batch.x[:, 0].square() / 2, batch)

    term = GradientPenalty(weight=1.0)(ScoredBy(score), scored(x), scored(x))
    assert term.item() == pytest.approx((0**2 + 2**2) / 2)


def test_the_norm_is_over_all_of_an_image() -> None:
    """Of D(x) = 2 sum x it is twice the root of how many values there are."""
    x = torch.randn(5, 2, 3, 3)

    def score(batch: Batch) -> Scores:
        return Scores(2 * batch.x.sum((1, 2, 3)), batch)

    term = GradientPenalty(weight=1.0)(ScoredBy(score), scored(x), scored(-x))
    assert term.item() == pytest.approx((2 * math.sqrt(18) - 1) ** 2, rel=1e-5)


def test_it_is_finite_where_the_critic_is_flat() -> None:
    w = torch.zeros(2, requires_grad=True)
    term = penalty_at(w)
    assert term.item() == 10
    assert torch.autograd.grad(term, w)[0].isfinite().all()


@pytest.mark.parametrize("shape", [(2,), (3, 2, 2)])
def test_its_points_lie_on_the_lines_between_pairs_of_a_real_and_a_fake(shape) -> None:
    torch.manual_seed(0)
    n = 2000
    real, fake = torch.randn(2, n, *shape)
    labels = torch.arange(n)
    seen: list[Batch] = []

    def score(batch: Batch) -> Scores:
        seen.append(batch)
        return Scores(batch.x.flatten(1).sum(1), batch)

    GradientPenalty()(ScoredBy(score), Scores(real[:, 0], Batch(x=real, y=labels)), scored(fake))
    (batch,) = seen
    assert torch.equal(batch.y, labels)
    along, way = (batch.x - real).flatten(1), (fake - real).flatten(1)
    share = (along * way).sum(1) / way.square().sum(1)  # one for each pair
    torch.testing.assert_close(along, share[:, None] * way, atol=1e-5, rtol=1e-4)
    levels = (torch.arange(n) + 0.5) / n  # uniform on [0, 1]: Kolmogorov's distance
    assert (share.sort().values - levels).abs().max() < 2 / math.sqrt(n)
    assert -1e-5 <= share.min() < share.max() <= 1 + 1e-5


@pytest.mark.parametrize("players", [("d",), ("d", "g")])
@pytest.mark.parametrize("interval", [1, 3])
def test_it_is_due_every_so_many_steps_and_weighs_as_much_more(players, interval: int) -> None:
    options = {"weight": 5.0, "target": 2.0, "interval": interval}
    play = Part("standard", {"simultaneous": len(players) > 1})
    game, plain = made(Part("gradient-penalty", options), game=play), made(game=play)
    w = game.discriminator.last.weight
    for step in range(1, 7):
        with_it = losses(game, players, step).by_player
        without = losses(plain, players, step).by_player
        due = interval if step % interval == 0 else 0
        excess = w.norm() - 2
        torch.testing.assert_close(with_it["d"] - without["d"], due * 5 * excess.square())
        (slope,) = torch.autograd.grad(with_it["d"], w, retain_graph=True)
        (before,) = torch.autograd.grad(without["d"], plain.discriminator.last.weight)
        expected = due * 5 * 2 * excess * w / w.norm()
        torch.testing.assert_close(slope - before, expected, atol=1e-5, rtol=1e-5)


def test_the_generator_pays_nothing() -> None:
    torch.testing.assert_close(losses(made(GP), ("g",)).by_player, losses(made(), ("g",)).by_player)


# -- clipped weights -----------------------------------------------------------------------------


@pytest.mark.parametrize("limit", [0.01, 0.1])
def test_after_a_step_every_weight_of_the_critic_is_within_the_limit(limit: float) -> None:
    """Those of batch norm too, as in the paper's code; the generator's are as they were."""
    recipe = LINEAR.replace(
        generator=Part("dcgan", {"width": 4}),
        discriminator=Part("dcgan", {"width": 4}),
        penalties=(Part("weight-clip", {"limit": limit}),),
    )
    torch.manual_seed(0)
    game = build(recipe, Spec((1, 16, 16)), REGISTRY)
    with torch.no_grad():
        for weight in game.discriminator.parameters():
            weight.normal_()
    Engine(game, Data(torch.randn(64, 1, 16, 16)), recipe).advance()
    for weight in game.discriminator.parameters():
        assert weight.abs().max() <= limit + 1e-9
    assert max(weight.abs().max() for weight in game.discriminator.parameters()) > 0.99 * limit
    assert max(weight.abs().max() for weight in game.generator.parameters()) > 0.5


def test_clipping_adds_nothing_to_the_loss() -> None:
    torch.testing.assert_close(losses(made(CLIP)).by_player, losses(made()).by_player)


def test_weights_within_the_limit_are_left_alone() -> None:
    game = made(Part("weight-clip", {"limit": 0.3}))
    with torch.no_grad():
        game.discriminator.last.weight.copy_(torch.tensor([[0.1, -0.9, 0.4]]))
    game.updated(losses(game))
    assert game.discriminator.last.weight.flatten().tolist() == pytest.approx([0.1, -0.3, 0.3])


@pytest.mark.parametrize("name", ["mlp", "maxout", "dcgan", "r3gan"])
def test_with_a_spectral_norm_it_is_refused(name: str) -> None:
    """A projected weight that is divided by its norm again would not be bounded."""
    recipe = LINEAR.replace(
        discriminator=Part(name, {"spectral_norm": True}),
        penalties=(Part("r1"), CLIP),
    )
    said = r"'weight-clip' cannot clip weights .*--set discriminator\.spectral_norm=false"
    with pytest.raises(UsageError, match=said):
        build(recipe, Spec((1, 16, 16)), REGISTRY)


# -- the distance --------------------------------------------------------------------------------

DISTANCE = 1.5
CRITICS = {"linear": {"hidden": []}, "mlp": {"hidden": [16], "dropout": 0.0}}


def estimate(steps: int, *penalties: Part, lr: float = 0.01, **critic) -> float:
    """Minus the critic's loss, without penalties, when it was trained between the data, all at 2,
    and a generator that makes 0.5 of any noise: two distributions DISTANCE apart."""
    recipe = LINEAR.replace(
        discriminator=Part("mlp", critic or {"hidden": []}),
        penalties=penalties,
        game=Part("standard", {"g_updates": 0}),
        optimizer={"d": Part("adam", {"lr": lr}), "g": ADAM},
        batch_size=32,
    )
    torch.manual_seed(0)
    game = build(recipe, vectors(1), REGISTRY)
    with torch.no_grad():
        game.generator.last.weight.zero_()
        game.generator.last.bias.fill_(2 - DISTANCE)
        game.discriminator.last.weight.abs_()  # a line could not turn round: at 0 it is too flat
    data = Data(torch.full((32, 1), 2.0))
    engine = Engine(game, data, recipe)
    for _ in range(steps):
        engine.advance()
    losses = game.losses(("d",), Batch(x=data.x), steps)
    return -game.loss.discriminator(losses.real, losses.fake).item()


@pytest.mark.parametrize("critic", CRITICS.values(), ids=CRITICS)
def test_with_a_gradient_penalty_the_critic_tells_the_distance_of_two_points(critic) -> None:
    """It overshoots by a share: w d - weight * (w - 1)² is greatest at w = 1 + d / (2 * weight)."""
    told = estimate(300, Part("gradient-penalty", {"weight": 25.0}), lr=0.02, **critic)
    assert told == pytest.approx(DISTANCE, rel=0.05)
    if critic is CRITICS["linear"]:
        assert told == pytest.approx(DISTANCE * (1 + DISTANCE / 50), rel=2e-3)


def test_with_clipped_weights_a_linear_critic_tells_the_limit_times_the_distance() -> None:
    told = estimate(60, Part("weight-clip", {"limit": 0.2}))
    assert told == pytest.approx(0.2 * DISTANCE, rel=1e-4)


def test_without_a_bound_it_tells_ever_more() -> None:
    assert estimate(300, lr=0.02) > 3 * DISTANCE


# -- the order of updates --------------------------------------------------------------------------


def first(**options) -> Game:
    return made(game=Part("critic-first", options))


def critic_updates(game: Game, step: int) -> int:
    updates = [*game.updates(step)]
    assert updates == [("d",)] * (len(updates) - 1) + [("g",)]
    return len(updates) - 1


def test_a_hundred_updates_in_the_first_25_steps_and_each_500th() -> None:
    game = first(d_updates=5)
    many = [step for step in range(1, 2001) if critic_updates(game, step) == 100]
    assert many == [*range(1, 26), 500, 1000, 1500, 2000]
    assert {critic_updates(game, step) for step in range(1, 2001)} == {5, 100}


def test_its_options() -> None:
    game = first(d_updates=2, burst=7, warmup=1, again=3)
    assert [critic_updates(game, step) for step in range(1, 8)] == [7, 2, 7, 2, 2, 7, 2]
    game = first(d_updates=2, burst=7, warmup=0, again=0)
    assert {critic_updates(game, step) for step in range(1, 1001)} == {2}
    game = first(d_updates=3, g_updates=2, burst=4, warmup=1)
    assert [*game.updates(1)] == [("d",)] * 4 + [("g",)] * 2
    assert [*game.updates(2)] == [("d",)] * 3 + [("g",)] * 2


def test_a_burst_keeps_the_updates_of_further_players() -> None:
    class WithEncoder(Game):
        def updates(self, step: int):
            return [*super().updates(step), ("e",)]

    class Stack(CriticFirst, WithEncoder):
        pass

    game = first(burst=2, warmup=1)
    game.__class__ = Stack
    assert [*game.updates(1)] == [("d",), ("d",), ("g",), ("e",)]


@pytest.mark.parametrize("options", [{"burst": 0}, {"warmup": -1}, {"again": -1}])
def test_a_schedule_that_makes_no_sense_is_refused(options) -> None:
    with pytest.raises(UsageError, match=r"game\.\w+ of 'critic-first' takes a whole number"):
        first(**options)


@pytest.mark.parametrize(
    ("samples", "epochs", "steps"),
    [
        (1000, 1, 1),  # one step of 100 batches of 10 shows them all
        (1001, 1, 2),
        (1000, 25, 25),
        (1000, 26, 25 + 20),  # 100 more batches, 5 a step
        (1000, 49, 25 + 474 + 1),  # 2370 batches in 474 steps; the 500th shows 100 more
        (100, 1, 1),
    ],
)
def test_epochs_count_the_batches_of_each_step(samples, epochs, steps) -> None:
    recipe = LINEAR.replace(batch_size=10)
    assert steps_of(epochs, samples, recipe, first(d_updates=5)) == steps


def test_a_standard_games_epochs_are_as_before() -> None:
    recipe = LINEAR.replace(batch_size=10)
    for options, batches in ({}, 1), ({"d_updates": 5}, 5), ({"simultaneous": True}, 1):
        game = made(game=Part("standard", options))
        for samples in (1, 9, 10, 11, 1000):
            expected = math.ceil(3 * samples / (10 * batches))
            assert steps_of(3, samples, recipe, game) == expected
    needy = made(game=Part("standard", {"d_updates": 4}), loss=Part("relativistic"))
    assert steps_of(1, 1000, recipe, needy) == 20  # G's update reads a batch too


# -- the recipes ---------------------------------------------------------------------------------


def test_wgan_plays_as_the_paper_has_it() -> None:
    recipe = REGISTRY.recipe("wgan")
    assert recipe.loss == Part("wasserstein")
    (clip,) = recipe.penalties
    assert component("penalty", clip, REGISTRY).limit == 0.01
    assert {optimizer.name for optimizer in recipe.optimizer.values()} == {"rmsprop"}
    game = build(recipe, Spec((1, 28, 28)), REGISTRY)
    assert [len([*game.updates(step)]) for step in (1, 26, 500)] == [101, 6, 101]


def test_wgan_gp_has_the_papers_penalty_and_no_batch_norm() -> None:
    recipe = REGISTRY.recipe("wgan-gp")
    assert recipe.loss == Part("wasserstein")
    (penalty,) = recipe.penalties
    made = component("penalty", penalty, REGISTRY)
    assert (made.weight, made.target, made.one_sided, made.interval) == (10, 1, False, 1)
    game = build(recipe, Spec((1, 28, 28)), REGISTRY)
    assert [*game.updates(1)] == [("d",), ("g",)]  # the paper has five updates of the critic
    assert game.discriminator.joint_batch  # no batch norm: the penalty is each sample's own


@pytest.mark.parametrize(
    ("name", "options", "said"),
    [
        ("gradient-penalty", {"weight": -1}, r"penalty\.\w+ of 'gradient-penalty' takes"),
        ("gradient-penalty", {"target": -1}, r"penalty\.\w+ of 'gradient-penalty' takes"),
        ("gradient-penalty", {"interval": 0}, r"penalty\.\w+ of 'gradient-penalty' takes"),
        ("weight-clip", {"limit": 0}, r"penalty\.limit of 'weight-clip' takes a number"),
        ("weight-clip", {"limit": -1}, r"penalty\.limit of 'weight-clip' takes a number"),
    ],
)
def test_penalties_that_make_no_sense_are_refused(name: str, options, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        component("penalty", Part(name, options), REGISTRY)
