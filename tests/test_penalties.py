"""Penalties of any player, and the samples that they differentiate by; augmentations."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

import ganzoo
from ganzoo import Augmentation, Batch, Game, Part, Penalty, Scores, UsageError, Weight, hookimpl
from ganzoo.run import checkpoint

from .toy import TOY, ToyPlugin, engine_of, game_of, registry_of


class Brightness(Penalty):
    """The squared mean of the fakes, which G minimises."""

    player = "g"

    def __init__(self, gamma: Weight = 1.0, interval: int = 1) -> None:
        super().__init__()
        self.gamma, self.interval = gamma, interval
        self.register_buffer("projected", torch.tensor(0))
        self.register_buffer("updates", torch.tensor(0))
        self.calls: list[tuple[bool, int]] = []

    def forward(self, game, real: Scores | None, fake: Scores) -> Tensor:
        self.calls.append((real is None, len(fake.score)))
        return self.gamma * fake.batch.x.mean().square()

    def project(self, network: nn.Module) -> None:
        assert isinstance(network, ganzoo.Generator)
        self.projected += 1

    def updated(self, real: Scores | None, fake: Scores) -> None:
        assert not torch.is_grad_enabled()
        self.updates += 1

    def report(self) -> dict[str, Tensor]:
        return {"brightness_updates": self.updates.float()}


class R1(Penalty):
    """Equation 9 of arXiv:1801.04406, with a record of the gradients."""

    needs_gradient = True

    def forward(self, game, real: Scores, fake: Scores) -> Tensor:
        assert real.batch.x.is_leaf
        self.slopes = self.gradient(real.score, real.batch.x)
        return self.slopes.square().sum(1).mean()


class Halved(Augmentation):
    """Half of every sample, plus noise. ``updates`` counts D's updates."""

    def __init__(self, noise: Weight = 0.0) -> None:
        super().__init__()
        self.noise = noise
        self.register_buffer("updates", torch.tensor(0))
        self.sizes: list[int] = []

    def forward(self, batch: Batch) -> Batch:
        self.sizes.append(len(batch))
        return batch.replace(x=batch.x / 2 + self.noise * torch.randn_like(batch.x))

    def updated(self, real: Scores, fake: Scores) -> None:
        assert not torch.is_grad_enabled()
        self.updates += 1

    def report(self) -> dict[str, Tensor]:
        return {"halved_updates": self.updates.float()}


class Nobody(Penalty):
    player = "e"


class OfThirdPlayer(Brightness):
    player = "e"


class Parts:
    @hookimpl
    def ganzoo_register(self, registry) -> None:
        registry.penalty("brightness", Brightness)
        registry.penalty("r1", R1)
        registry.penalty("nobody", Nobody)
        registry.penalty("of-e", OfThirdPlayer)
        registry.augmentation("halved", Halved)


@pytest.fixture
def registry():
    return registry_of(toy=ToyPlugin(), parts=Parts())


STILL = TOY.replace(discriminator=Part("toy", {"dropout": 0.0}))


def images(n: int = 8) -> Batch:
    return Batch(x=torch.rand(n, 1, 4, 4, generator=torch.Generator().manual_seed(1)) * 2 - 1)


# -- of the generator ----------------------------------------------------------------------------


@pytest.mark.parametrize("players", [("d",), ("g",), ("d", "g")])
def test_a_penalty_of_the_generator_is_added_to_its_loss_alone(registry, players) -> None:
    both = [game_of(recipe, registry) for recipe in (
        STILL, STILL.replace(penalties=(Part("brightness", {"gamma": 3.0, "interval": 2}),))
    )]  # fmt: skip
    losses = []
    for game in both:
        torch.manual_seed(2)
        losses.append(game.losses(players, images(), 2))
    plain, penalised = losses
    if "d" in players:
        assert torch.equal(plain.by_player["d"], penalised.by_player["d"])
    if "g" in players:
        expected = 2 * 3.0 * penalised.fake.batch.x.mean().square()
        torch.testing.assert_close(penalised.by_player["g"], plain.by_player["g"] + expected)
        assert both[1].penalties[0].calls == [("d" not in players, 8)]
    else:
        assert both[1].penalties[0].calls == []


def test_a_penalty_of_the_generator_moves_it_and_projects_it(registry) -> None:
    heavy = STILL.replace(penalties=(Part("brightness", {"gamma": 1000.0}),))
    engine = engine_of(heavy, registry)
    means = []
    for _ in range(60):
        engine.advance()
        means.append(engine.game.generate(engine.game.noise(16)).x.mean().abs().item())
    assert sum(means[-10:]) < sum(means[:10]) / 2
    assert int(engine.game.penalties[0].projected) == 60


@pytest.mark.parametrize("d_updates", [1, 3])
def test_the_state_of_a_penalty_follows_the_updates_of_its_own_player(
    registry, d_updates: int
) -> None:
    recipe = STILL.replace(
        penalties=(Part("brightness"),),
        game=(Part("standard", {"d_updates": d_updates, "g_updates": 2}),),
    )
    engine = engine_of(recipe, registry)
    reports = engine.advance()
    assert int(engine.game.penalties[0].updates) == 2
    reported = [report.get("brightness_updates") for report in reports]
    assert reported == [None] * d_updates + [1, 2]


def test_a_penalty_of_nobody_is_refused(registry) -> None:
    with pytest.raises(UsageError, match=r"penalty Nobody is for a player 'e', who does not play"):
        game_of(STILL.replace(penalties=(Part("nobody"),)), registry)


class ThirdPlayer(Game):
    """The toy with a player e, who moves the generator too, by its penalties alone."""

    def players(self) -> dict[str, list[str]]:
        return {**super().players(), "e": ["generator"]}

    def updates(self, step: int) -> list[tuple[str, ...]]:
        return [("d",), ("g",), ("e",)]


def test_the_loss_of_a_further_player_may_be_its_penalties_alone() -> None:
    class WithThird(Parts):
        @hookimpl
        def ganzoo_register(self, registry) -> None:
            super().ganzoo_register(registry)
            registry.game("third", ThirdPlayer)

    recipe = STILL.replace(
        game=(Part("third"),),
        optimizer={**STILL.optimizer, "e": Part("sgd")},
        penalties=(Part("of-e", {"interval": 2}), Part("of-e")),
    )
    engine = engine_of(recipe, registry_of(toy=ToyPlugin(), parts=WithThird()))
    losses = engine.game.losses(("e",), images(), 2)
    assert set(losses.by_player) == {"e"}
    torch.testing.assert_close(losses.by_player["e"], (2 + 1) * losses.fake.batch.x.mean().square())
    assert "loss_e" in engine.advance()[2]


# -- by the samples before the augmentations -----------------------------------------------------


def test_a_penalty_differentiates_by_the_sample_before_augmentation(registry) -> None:
    augmented = STILL.replace(penalties=(Part("r1"),), augmentations=(Part("halved"),) * 2)
    game = game_of(augmented, registry)
    batch = images()
    losses = game.losses(("d",), batch, 1)
    assert torch.equal(losses.real.batch.x, batch.x)
    quarter = (batch.x / 4).requires_grad_()
    (by_view,) = torch.autograd.grad(game.discriminator(quarter).sum(), quarter)
    # The chain rule: the derivative of x / 4 by x is in it.
    torch.testing.assert_close(game.penalties[0].slopes, by_view.flatten(1) / 4)


# -- augmentations -------------------------------------------------------------------------------


def test_real_and_fake_have_one_draw_where_they_are_scored_together(registry) -> None:
    game = game_of(STILL.replace(augmentations=(Part("halved"),)), registry)
    game.losses(("d",), images(), 1)
    game.losses(("g",), images(), 1)
    assert game.augmentations[0].sizes == [16, 8]


def test_the_generators_gradients_pass_through_an_augmentation(registry) -> None:
    game = game_of(STILL.replace(augmentations=(Part("halved"),)), registry)
    losses = game.losses(("g",), images(), 1)
    losses.by_player["g"].backward()
    assert all(weight.grad.abs().sum() > 0 for weight in game.generator.last.parameters())


def test_the_state_of_an_augmentation_is_reported_checkpointed_and_resumed(registry, train) -> None:
    changes = {"game.d_updates": 2, "augmentations": [{"name": "halved", "noise": 0.1}]}
    straight = train(steps=6, set=changes, registry=registry)
    assert straight.metrics()[-1]["halved_updates"] == pytest.approx(10.5)  # of 9 to 12
    half = train(steps=3, set=changes, registry=registry)
    ours = checkpoint.of_step(ganzoo.resume(half, steps=6, registry=registry))[0]
    theirs = checkpoint.of_step(straight)[0]
    assert int(theirs["game.augmentations.0.updates"]) == 12
    assert [name for name in theirs if not torch.equal(ours[name], theirs[name])] == []


def test_samples_are_drawn_without_the_augmentation(registry, train) -> None:
    run = train(steps=2, augment="halved", registry=registry)
    without = registry_of(toy=ToyPlugin())
    assert ganzoo.load(run.generator, registry=without).sample(2).shape == (2, 1, 4, 4)


# -- chosen by name ------------------------------------------------------------------------------


def names_of(run, field: str) -> list[str]:
    return [part["name"] for part in run.config["recipe"][field]]


def test_named_ones_add_to_the_recipes_unless_these_are_left_out(registry, train) -> None:
    own = STILL.replace(penalties=(Part("toy"),), augmentations=(Part("halved"),))
    request = {"recipe": own, "registry": registry, "steps": 1}
    added = train(penalty="r1", augment=["halved"], **request)
    assert names_of(added, "penalties") == ["toy:toy", "parts:r1"]
    assert names_of(added, "augmentations") == ["parts:halved"] * 2
    swapped = train(penalty=["r1", "brightness"], without=["penalty", "augment"], **request)
    assert names_of(swapped, "penalties") == ["parts:r1", "parts:brightness"]
    assert names_of(swapped, "augmentations") == []
    with pytest.raises(UsageError, match=r"no component 'penalti' to choose.*'penalty'"):
        train(penalti="r1", **request)
    with pytest.raises(UsageError, match=r"no component 'loss' to choose.*penalty"):
        train(without=["loss"], **request)
