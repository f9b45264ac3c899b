"""Several games in one recipe: their rules are stacked, the first one's before the next one's."""

from __future__ import annotations

import pytest
import torch

import ganzoo
from ganzoo import Batch, Game, Part, UsageError, Weight, hookimpl
from ganzoo.run import checkpoint

from .toy import TOY, ToyConditional, ToyPlugin, engine_of, game_of, registry_of


class Shifted(Game):
    """Adds a number to what is real and to what is fake."""

    def __init__(self, *args, shift: Weight = 1.0, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.shift = shift

    def real(self, batch: Batch) -> Batch:
        real = super().real(batch)
        return real.replace(x=real.x + self.shift)


class Doubled(Game):
    """Multiplies them, and draws a number of its own in every update of D."""

    def __init__(self, *args, factor: float = 2.0, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.factor = factor
        self.register_buffer("drawn", torch.zeros(()))

    def real(self, batch: Batch) -> Batch:
        real = super().real(batch)
        return real.replace(x=real.x * self.factor)

    def updated(self, losses) -> None:
        super().updated(losses)
        self.drawn += torch.rand(())


class Alone(Game):
    """Takes no further options, and so cannot stand before another."""

    def __init__(self, spec, prior, loss=None, penalties=(), augmentations=(), *, own: int = 1):
        super().__init__(spec, prior, loss, penalties, augmentations)


class Lifted(Game):
    """Has an option of the same name as another game, with another meaning."""

    def __init__(self, *args, shift: Weight = 9.0, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.shift = shift


class FirstCoder(Game):
    exclusive = ("encoder", "fakes")


class SecondCoder(Game):
    exclusive = ("encoder",)


class Games:
    @hookimpl
    def ganzoo_register(self, registry) -> None:
        registry.game("shifted", Shifted)
        registry.game("doubled", Doubled)
        registry.game("alone", Alone)
        registry.game("lifted", Lifted)
        registry.game("first-coder", FirstCoder)
        registry.game("second-coder", SecondCoder)
        registry.game("made", lambda spec, prior, **rest: Game(spec, prior, **rest))


@pytest.fixture
def registry():
    return registry_of(toy=ToyPlugin(), games=Games())


def stacked(*parts: Part) -> ganzoo.Recipe:
    return TOY.replace(game=parts)


@pytest.mark.parametrize(
    ("names", "expected"),
    [(("shifted", "doubled"), 3 * 2 + 1), (("doubled", "shifted"), (3 + 1) * 2)],
)
def test_the_first_ones_rules_come_before_the_next_ones(registry, names, expected: int) -> None:
    game = game_of(stacked(*map(Part, names)), registry)
    assert game.real(Batch(x=torch.tensor([3.0]))).x.item() == expected
    assert type(game).__name__ == " + ".join(names)


def test_each_has_its_own_options_and_those_that_all_have(registry) -> None:
    game = game_of(
        stacked(Part("shifted", {"shift": 5, "d_updates": 3}), Part("doubled", {"factor": 4})),
        registry,
    )
    assert (game.shift, game.factor) == (5.0, 4.0)
    assert [*game.updates(1)] == [("d",)] * 3 + [("g",)]


def test_a_game_that_another_derives_from_adds_nothing(registry) -> None:
    game = game_of(stacked(Part("standard", {"d_updates": 2}), Part("conditional")), registry,
                   classes=3)  # fmt: skip
    assert isinstance(game, ToyConditional)
    assert len([*game.updates(1)]) == 3


def test_an_option_of_a_stacked_game_may_be_scheduled(registry) -> None:
    shift = {"schedule": "linear", "start": 4.0, "end": 0.0, "until": 2}
    engine = engine_of(stacked(Part("shifted", {"shift": shift}), Part("doubled")), registry)
    shifts = []
    for _ in range(4):
        engine.advance()
        shifts.append(engine.game.shift)
    assert shifts == [4.0, 2.0, 0.0, 0.0]


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ((Part("shifted", {"factor": 1}), Part("shifted")), "'shifted' has no option 'factor'"),
        ((Part("shifted"), Part("made")), "The game 'made' cannot be stacked: it is no class of"),
        ((Part("alone"), Part("shifted", {"shift": 2})), "'alone . shifted'.*cannot be made with"),
        ((Part("shifted"), Part("lost")), "no game 'lost'"),
        (
            (Part("first-coder"), Part("doubled"), Part("second-coder")),
            "'first-coder' and 'second-coder' cannot be stacked: each has a rule of its own for "
            "the encoder, .* Leave one",
        ),
        (
            (Part("doubled"), Part("shifted"), Part("lifted")),
            "The games 'shifted' and 'lifted' cannot be stacked: both have an option 'shift', and",
        ),
    ],
)
def test_games_that_cannot_be_stacked_are_refused(registry, parts, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        game_of(stacked(*parts), registry)


def test_a_stack_is_trained_named_whole_and_resumed_exactly(registry, train) -> None:
    game = [{"name": "shifted", "shift": 0.5}, "doubled"]
    straight = train(steps=6, set={"game": game}, registry=registry)
    assert straight.config["recipe"]["game"] == [
        {"name": "games:shifted", "shift": 0.5},
        {"name": "games:doubled"},
    ]
    half = train(steps=3, set={"game": game}, registry=registry)
    ours = checkpoint.of_step(ganzoo.resume(half, steps=6, registry=registry))[0]
    theirs = checkpoint.of_step(straight)[0]
    assert theirs["game.drawn"] > 0
    assert [name for name in theirs if not torch.equal(ours[name], theirs[name])] == []
    assert type(ganzoo.load(straight, registry=registry).game).__name__ == "shifted + doubled"
