"""One step of a training, on an engine without files: batches, losses, optimizers, averages."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from ganzoo import (
    Batch,
    Component,
    Engine,
    Game,
    GanzooError,
    Loss,
    Part,
    Scores,
    Spec,
    UsageError,
    Weight,
    hookimpl,
)
from ganzoo.engine.arithmetic import Arithmetic

from .toy import (
    TOY,
    ToyGenerator,
    ToyImages,
    ToyLoss,
    ToyPlugin,
    engine_of,
    game_of,
    registry_of,
)

LINEAR = {"schedule": "linear", "start": 1.0, "end": 0.0}

STILL = TOY.replace(discriminator=Part("toy", {"dropout": 0.0}))  # the same scores every time
PLAIN = STILL.replace(generator=Part("toy", {"batch_norm": False}))  # no statistics of a batch


def sgd(lr: float = 1.0, **options) -> Part:
    return Part("sgd", {"lr": lr, **options})


def weights_of(module: nn.Module) -> list[Tensor]:
    return [weight.detach().clone() for weight in module.parameters()]


# -- updates -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "reports"),
    [
        ({}, [{"loss_d"}, {"loss_g"}]),
        ({"d_updates": 2}, [{"loss_d"}, {"loss_d"}, {"loss_g"}]),
        ({"g_updates": 0}, [{"loss_d"}]),
        ({"simultaneous": True}, [{"loss_d", "loss_g"}]),
    ],
)
def test_a_step_reports_each_of_its_updates(options, reports) -> None:
    engine = engine_of(TOY.replace(game=Part("standard", options)))
    losses = [{n for n in report if n.startswith("loss_")} for report in engine.advance()]
    assert losses == reports
    assert engine.step == 1


def test_the_loss_is_updated_once_with_every_update_of_the_discriminator() -> None:
    engine = engine_of(TOY.replace(game=Part("standard", {"d_updates": 3})))
    for _ in range(4):
        engine.advance()
    assert int(engine.game.loss.seen) == 12


@pytest.mark.parametrize(("d_updates", "read"), [(1, 16), (2, 32)])
def test_only_updates_that_read_data_take_a_new_batch(d_updates: int, read: int) -> None:
    engine = engine_of(TOY.replace(game=Part("standard", {"d_updates": d_updates})))
    engine.advance()  # the generator's update has the last batch of the discriminator's again
    assert int(engine.state()["data.next"]) == read


def test_a_player_moves_by_its_own_gradient_and_the_other_stays() -> None:
    recipe = PLAIN.replace(game=Part("standard", {"g_updates": 0}), optimizer={
        "d": sgd(0.5), "g": sgd(0.5)
    })  # fmt: skip
    engine = engine_of(recipe)
    batch = Batch(x=torch.rand(16, 1, 4, 4))
    d, g = weights_of(engine.game.discriminator), weights_of(engine.game.generator)
    torch.manual_seed(3)
    losses = engine.game.losses(("d",), batch, 1)
    gradients = torch.autograd.grad(losses.by_player["d"], engine.optimizers["d"].parameters)
    torch.manual_seed(3)
    engine.descend(("d",), batch, 1)
    after = weights_of(engine.game.discriminator)
    for old, gradient, new in zip(d, gradients, after, strict=True):
        torch.testing.assert_close(new, old - 0.5 * gradient)
    assert all(map(torch.equal, g, weights_of(engine.game.generator)))


def test_players_of_one_update_both_see_the_weights_from_before_it() -> None:
    """The generator's gradient is of the discriminator before its step, whoever steps first."""
    together = PLAIN.replace(
        game=Part("standard", {"simultaneous": True}), optimizer={"d": sgd(10.0), "g": sgd(1.0)}
    )
    engine, reference = engine_of(together), game_of(together)
    batch = Batch(x=torch.rand(16, 1, 4, 4))
    torch.manual_seed(3)
    loss = reference.losses(("d", "g"), batch, 1).by_player["g"]
    gradients = torch.autograd.grad(loss, [*reference.generator.parameters()])
    before = weights_of(engine.game.generator)
    torch.manual_seed(3)
    engine.descend(("d", "g"), batch, 1)
    after = weights_of(engine.game.generator)
    for old, gradient, new in zip(before, gradients, after, strict=True):
        torch.testing.assert_close(new, old - gradient)


def test_the_average_takes_in_the_weights_after_every_step() -> None:
    engine = engine_of()
    for step in range(1, 5):
        before = engine.averaged.generator.last.weight.clone()
        engine.advance()
        decay = (1 + step) / (10 + step)  # still less than the recipe's 0.9
        expected = decay * before + (1 - decay) * engine.game.generator.last.weight
        torch.testing.assert_close(engine.averaged.generator.last.weight, expected)


@pytest.mark.parametrize("deterministic", [False, True])
def test_losses_are_computed_by_deterministic_kernels_where_the_recipe_asks(deterministic) -> None:
    engine = engine_of(TOY.replace(deterministic=deterministic))
    seen, losses = [], engine.game.losses

    def watched(*arguments):
        seen.append(
            (torch.are_deterministic_algorithms_enabled(), torch.backends.cudnn.deterministic)
        )
        return losses(*arguments)

    engine.game.losses = watched
    engine.advance()
    assert seen == [(deterministic, deterministic)] * 2
    assert not torch.are_deterministic_algorithms_enabled()


def test_bf16_keeps_weights_in_float32() -> None:
    engine = engine_of(arithmetic=Arithmetic("bf16"))
    for _ in range(3):
        reports = engine.advance()
    assert engine.game.generator.last.weight.dtype == torch.float32
    assert all(value.isfinite() for report in reports for value in report.values())
    full = engine_of()
    full.advance()
    engine = engine_of(arithmetic=Arithmetic("bf16"))
    engine.advance()
    assert not torch.equal(engine.game.generator.last.weight, full.game.generator.last.weight)


# -- hooks of components -------------------------------------------------------------------------


class Clock(Loss):
    """A loss with a scheduled weight that records when ``at`` is called."""

    def __init__(self, weight: Weight = 1.0) -> None:
        super().__init__()
        self.weight, self.calls = weight, []

    def at(self, step: int, steps: int) -> None:
        self.calls.append((step, steps, self.weight))

    def discriminator(self, real: Scores, fake: Scores) -> Tensor:
        return self.weight * (fake.score - real.score).mean()

    def generator(self, real: Scores | None, fake: Scores) -> Tensor:
        return -self.weight * fake.score.mean()


class Centred(Game):
    """Sets every gradient of D to one half, and leaves G's as they are."""

    def gradients(self, player: str, parameters, step: int) -> None:
        for parameter in parameters if player == "d" else ():
            parameter.grad.fill_(0.5 * step)


class Parts:
    @hookimpl
    def ganzoo_register(self, registry) -> None:
        registry.loss("clock", Clock)
        registry.game("centred", Centred)


def parts_registry():
    return registry_of(toy=ToyPlugin(), parts=Parts())


def test_at_is_called_before_each_step_when_the_scheduled_options_are_set() -> None:
    weight = {"schedule": "linear", "start": 4.0, "end": 0.0, "until": 4}
    recipe = TOY.replace(loss=Part("clock", {"weight": weight}), steps=6)
    engine = engine_of(recipe, parts_registry())
    for _ in range(6):
        engine.advance()
    assert engine.game.loss.calls == [
        *((1, 6, 4.0), (2, 6, 3.0), (3, 6, 2.0), (4, 6, 1.0), (5, 6, 0.0), (6, 6, 0.0))
    ]


class Renamed(ToyLoss):
    """Keeps its scheduled option under another name."""

    def __init__(self, weight: Weight = 1.0) -> None:
        super().__init__()
        self.factor = weight


class Gained(ToyGenerator):
    def __init__(self, spec: Spec, gain: Weight = 1.0) -> None:
        super().__init__(spec)
        self.gain = gain


class Unscheduled:
    @hookimpl
    def ganzoo_register(self, registry) -> None:
        registry.loss("renamed", Renamed)
        registry.generator("gained", Gained)


@pytest.mark.parametrize(
    ("part", "said"),
    [
        ({"loss": Part("renamed", {"weight": LINEAR})}, "has no attribute of this name"),
        ({"generator": Part("gained", {"gain": LINEAR})}, "a copy of it, which would keep"),
    ],
)
def test_a_schedule_that_would_have_no_effect_is_refused(part, said: str) -> None:
    registry = registry_of(toy=ToyPlugin(), mine=Unscheduled())
    with pytest.raises(GanzooError, match=said):
        engine_of(TOY.replace(**part), registry)


def test_a_stack_has_one_value_of_an_option() -> None:
    class Other(Game):
        pass

    class Plugin:
        @hookimpl
        def ganzoo_register(self, registry) -> None:
            registry.game("other", Other)

    registry = registry_of(toy=ToyPlugin(), mine=Plugin())
    two = (Part("other", {"d_updates": 2}), Part("standard", {"d_updates": 1}))
    with pytest.raises(UsageError, match="two values for it, 2 and 1"):
        engine_of(TOY.replace(game=two), registry)


def test_no_fakes_are_kept_from_step_to_step() -> None:
    """A checkpoint has none, and a training that is resumed between the two updates makes its
    own."""
    engine = engine_of(PLAIN.replace(game=Part("standard", {"share_fakes": True, "g_updates": 0})))
    engine.advance()
    kept = engine.game._shared
    assert kept is not None
    engine.game._updates = [("g",)]
    seen = []
    samples = engine.game.samples
    engine.game.samples = lambda *given: seen.append(engine.game._shared) or samples(*given)
    engine.advance()
    assert seen == [None]


def test_at_is_called_of_components_inside_others_too() -> None:
    class Inner(Component):
        last = 0

        def at(self, step: int, steps: int) -> None:
            self.last = step

        def forward(self, x: Tensor) -> Tensor:
            return x

    game = game_of()
    game.discriminator.body.append(Inner())
    Engine(game, ToyImages().load(Path(), "train"), TOY).advance()
    assert game.discriminator.body[-1].last == 1


def test_a_game_may_change_the_gradients_before_its_player_steps() -> None:
    recipe = PLAIN.replace(game=Part("centred"), optimizer={"d": sgd(), "g": sgd(0.0)})
    engine = engine_of(recipe, parts_registry())
    before = weights_of(engine.game.discriminator)
    engine.advance()
    engine.advance()
    for old, new in zip(before, weights_of(engine.game.discriminator), strict=True):
        torch.testing.assert_close(new, old - 0.5 - 1.0)


# -- micro-batches -------------------------------------------------------------------------------


def accumulated(count: int, **changes):
    settings = {"accumulate": count}
    optimizer = {"d": sgd(**settings), "g": sgd(**settings)}
    recipe = PLAIN.replace(optimizer=optimizer, batch_size=64, ema=0.0, **changes)
    return engine_of(recipe, registry_of(toy=ToyPlugin()))


@pytest.mark.parametrize("players", [("d",), ("g",), ("d", "g")])
@pytest.mark.parametrize("penalty", [(), (Part("toy"),)])
def test_micro_batches_have_the_gradient_of_their_batch(players, penalty) -> None:
    """The same noise goes into both: the prior draws row by row from one generator."""
    whole, parted = (accumulated(count, penalties=penalty) for count in (1, 4))
    x = torch.rand(64, 1, 4, 4, generator=torch.Generator().manual_seed(1))
    noise = torch.randn(64, 3, generator=torch.Generator().manual_seed(2))
    losses = []
    for engine in (whole, parted):
        queue = noise
        prior = engine.game.prior

        def draw(n, *, device, generator=None):
            nonlocal queue
            drawn, queue = queue[:n], queue[n:]
            return Batch(z=drawn)

        prior.draw = draw
        losses.append(engine.descend(players, Batch(x=x), 1))
        assert not len(queue)
    for player in players:
        torch.testing.assert_close(
            losses[0].by_player[player], losses[1].by_player[player], rtol=0, atol=1e-6
        )
        ours, theirs = (engine.optimizers[player].parameters for engine in (whole, parted))
        for one, other in zip(ours, theirs, strict=True):  # sgd with a rate of 1: the gradients
            torch.testing.assert_close(one, other, rtol=0, atol=1e-6)
    assert torch.equal(losses[1].fake.batch.z, noise)


def test_the_micro_batches_of_one_update_count_as_one() -> None:
    engine = accumulated(4, penalties=(Part("toy"),))
    reports = engine.advance()
    assert len(reports) == 2
    assert int(engine.game.loss.seen) == int(engine.game.penalties[0].steps) == 1


def test_a_batch_that_does_not_divide_into_its_micro_batches_is_refused() -> None:
    with pytest.raises(UsageError, match="batch of 64 cannot be split into 7 equal micro-batches"):
        accumulated(7)


@pytest.mark.parametrize(("batch_size", "count"), [(1, 1), (4, 4)])
def test_micro_batches_of_one_sample_are_refused_with_batch_normalisation(
    batch_size: int, count: int
) -> None:
    optimizer = {player: sgd(accumulate=count) for player in ("d", "g")}
    recipe = PLAIN.replace(
        generator=Part("toy"), optimizer=optimizer, batch_size=batch_size, ema=0.0
    )
    said = "has 1: raise batch_size" if count == 1 else "of 4 is split into 4: raise batch_size, or"
    with pytest.raises(UsageError, match=f"batch normalisation.*{said}"):
        engine_of(recipe, registry_of(toy=ToyPlugin()))


# -- state ---------------------------------------------------------------------------------------

OPTIMIZERS = {
    "adam": Part("adam"),
    "adamw": Part("adamw"),
    "sgd": sgd(0.1, momentum=0.9),
    "rmsprop": Part("rmsprop", {"lr": 0.01, "momentum": 0.5}),
    "lion": Part("lion"),
    "by role and scheduled": Part(
        "adam",
        {
            "lr": {"schedule": "cosine", "start": 0.1},
            "betas": [{"schedule": "linear", "start": 0.5, "end": 0.9}, 0.99],
            "lr_scale": {"ROLE.last": 0.1},
            "clip_norm": 1.0,
        },
    ),
}


def for_role(optimizer: Part, role: str) -> Part:
    scales = optimizer.options.get("lr_scale", {})
    named = {path.replace("ROLE", role): scale for path, scale in scales.items()}
    return Part(optimizer.name, {**optimizer.options, "lr_scale": named})


@pytest.mark.parametrize("optimizer", OPTIMIZERS.values(), ids=OPTIMIZERS)
def test_an_engine_goes_on_from_the_state_of_another_bit_for_bit(optimizer: Part) -> None:
    roles = {"d": "discriminator", "g": "generator"}
    recipe = TOY.replace(
        optimizer={player: for_role(optimizer, role) for player, role in roles.items()},
        penalties=(Part("toy", {"interval": 3}),),
    )
    straight = engine_of(recipe)
    for _ in range(3):
        straight.advance()
    state = {name: tensor.clone() for name, tensor in straight.state().items()}
    for _ in range(4):
        straight.advance()
    expected = straight.state()

    resumed = engine_of(recipe)
    torch.manual_seed(99)
    resumed.restore(state, step=3)
    assert resumed.state().keys() == state.keys()
    assert all(torch.equal(tensor, state[name]) for name, tensor in resumed.state().items())
    for _ in range(4):
        resumed.advance()
    assert resumed.step == straight.step == 7
    actual = resumed.state()
    assert [name for name in expected if not torch.equal(expected[name], actual[name])] == []


def test_the_names_of_a_state_say_whose_it_is() -> None:
    engine = engine_of()
    engine.advance()
    starts = {name.partition(".")[0] for name in engine.state()}
    assert starts == {"game", "ema", "data", "rng", "optimizer"}
    assert {"game.generator.last.weight", "ema.generator.last.weight", "game.loss.seen"} <= {
        *engine.state()
    }
    assert {name.split(".")[1] for name in engine.state() if name.startswith("optimizer")} == {
        *("d", "g")
    }


def test_without_an_average_there_is_none_in_the_state() -> None:
    engine = engine_of(TOY.replace(ema=0.0))
    engine.advance()
    assert not [name for name in engine.state() if name.startswith("ema.")]
    assert torch.equal(engine.averaged.generator.last.weight, engine.game.generator.last.weight)
