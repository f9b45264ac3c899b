"""Schedules: their closed forms, their moments, and what they may stand for in a recipe."""

from __future__ import annotations

import json
import math
import warnings
from pathlib import Path

import pytest
import torch

import ganzoo
from ganzoo import Game, Moment, Part, Recipe, Registry, Schedule, UsageError, hookimpl
from ganzoo.assembly.build import build
from ganzoo.assembly.schedules import ends, fixed, schedule_of
from ganzoo.run import checkpoint
from ganzoo.training.learning_rates import warn_of_rates

from .cli.conftest import ganzoo_command
from .cli.tools import TINY, settings, write_images
from .toy import TOY, ToyPlugin, engine_of, game_of, registry_of

REGISTRY = registry_of(toy=ToyPlugin())


def scheduled(table: dict, steps: int = 100) -> Schedule:
    """The schedule of a table, as it is in a run of so many steps."""
    recipe = fixed(with_rate(table).replace(steps=steps), REGISTRY)
    return schedule_of(recipe.optimizer["d"].options["lr"], "optimizer.d.lr", REGISTRY)


def with_rate(lr, player: str = "d", **changes) -> Recipe:
    optimizer = {**TOY.optimizer, player: Part("adam", {"lr": lr})}
    return TOY.replace(optimizer=optimizer, **changes)


# -- closed forms --------------------------------------------------------------------------------

CLOSED = {
    "constant": ({"start": 3.0}, lambda t: 3.0),
    "linear": ({"start": 3.0, "end": 1.0}, lambda t: 3.0 - 2.0 * min(t / 100, 1)),
    "cosine": (
        {"start": 3.0, "end": 1.0},
        lambda t: 1.0 + 2.0 * (1 + math.cos(math.pi * min(t / 100, 1))) / 2,
    ),
    "exponential": (
        {"start": 3.0, "factor": 1.1, "floor": 0.01},
        lambda t: max(0.01, 3.0 * 1.1**-t),
    ),
    "step": (
        {"start": 3.0, "factor": 0.5, "at": [0.25, 60]},
        lambda t: 3.0 if t < 25 else 1.5 if t < 60 else 0.75,
    ),
    "warm-up": ({"end": 3.0, "until": 0.2}, lambda t: 3.0 * min(t / 20, 1)),
    "sequence": (
        {"parts": [
            {"schedule": "warm-up", "end": 3.0, "until": 0.2},
            {"schedule": "cosine", "start": 3.0, "end": 1.0},
        ]},
        lambda t: 3.0 * t / 20
        if t < 20
        else 2.0 + math.cos(math.pi * min((t - 20) / 80, 1)),
    ),
}  # fmt: skip


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"schedule": 3}, "The name of a schedule is a text"),
        ({"schedule": "sequence", "parts": []}, "are schedules themselves, one at least"),
        ({"schedule": "sequence", "parts": [0.1, 0.2]}, "are schedules themselves"),
        ({"schedule": "linear", "start": 1.0, "since": 0.9, "until": 0.1}, r"since \(9\) is after"),
    ],
)
def test_a_table_that_stands_for_no_schedule_is_refused(table, said: str) -> None:
    recipe = TOY.replace(optimizer={"d": Part("adam", {"lr": table}), "g": Part("adam")}, steps=10)
    with pytest.raises(UsageError, match=said):
        engine_of(recipe)


def test_every_shipped_schedule_has_a_closed_form_here() -> None:
    assert {entry.name for entry in REGISTRY.entries("schedule")} == {*CLOSED}


@pytest.mark.parametrize("name", CLOSED)
def test_a_schedule_is_its_closed_form(name: str) -> None:
    options, closed = CLOSED[name]
    schedule = scheduled({"schedule": name, **options})
    for step in (0, 1, 19, 20, 21, 24, 25, 50, 59, 60, 99, 100, 101, 10**6):
        assert schedule.value(step) == pytest.approx(closed(step), abs=1e-12), step


def test_a_schedule_may_begin_later_and_stays_where_it_ends() -> None:
    schedule = scheduled(
        {"schedule": "linear", "start": 0.5, "end": 0.7, "since": 0.1, "until": 30}
    )
    values = [schedule.value(step) for step in (0, 10, 15, 20, 30, 99)]
    assert values == pytest.approx([0.5, 0.5, 0.55, 0.6, 0.7, 0.7])


def test_a_part_of_a_sequence_that_says_when_it_begins_begins_then() -> None:
    warm_up = {"schedule": "warm-up", "end": 1.0, "until": 0.2}
    late = {"schedule": "linear", "start": 1.0, "since": 0.5}
    schedule = scheduled({"schedule": "sequence", "parts": [warm_up, late]})
    values = [schedule.value(step) for step in (10, 20, 50, 75, 100)]
    assert values == pytest.approx([0.5, 1.0, 1.0, 0.5, 0.0])


def test_an_exponential_schedule_lasts_for_any_number_of_steps() -> None:
    slow = {"schedule": "exponential", "start": 0.1, "factor": 1.000004, "floor": 1e-6}
    assert scheduled(slow).value(10**8) == 1e-6
    assert scheduled({"schedule": "exponential", "start": 0.1, "factor": 2.0}).value(5000) == 0


# -- moments -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("moment", "steps", "until"),
    [(1.0, 400, 400), (0.5, 400, 200), (1, 400, 400), (120, 400, 120), (0.001, 400, 2), (1, 1, 2)],
)
def test_a_moment_is_a_fraction_of_the_run_up_to_1_and_a_step_above(moment, steps, until) -> None:
    table = {"schedule": "linear", "start": 1.0, "until": moment}
    made = fixed(with_rate(table, steps=steps), REGISTRY)
    assert made.optimizer["d"].options["lr"]["until"] == until
    assert fixed(made.replace(steps=7), REGISTRY).optimizer == made.optimizer  # fixed once


def test_options_that_are_no_moments_are_left_as_they_are() -> None:
    table = {"schedule": "step", "start": 1.0, "factor": 0.5, "at": [0.5]}
    made = fixed(with_rate(table, steps=10), REGISTRY).optimizer["d"].options["lr"]
    assert made == {**table, "at": [5], "until": 10}


class Phased(Game):
    def __init__(
        self,
        *given,
        begin: Moment = 0.25,
        end: Moment | None = None,
        others: tuple[Moment, ...] = (0.5, 70),
        **options,
    ) -> None:
        super().__init__(*given, **options)
        self.begin, self.end, self.others = begin, end, others


class PhasedPlugin:
    @hookimpl
    def ganzoo_register(self, registry) -> None:
        registry.game("phased", Phased)


def test_moments_among_the_options_of_any_component_are_fixed() -> None:
    registry = registry_of(toy=ToyPlugin(), phased=PhasedPlugin())
    recipe = TOY.replace(game=(Part("phased", {"end": 30}),), steps=80)
    made = fixed(recipe, registry)
    assert made.game[0].options == {"begin": 20, "end": 30, "others": [40, 70]}
    assert fixed(made.replace(steps=7), registry).game == made.game
    game = game_of(recipe, registry)
    assert (game.begin, game.end, game.others) == (20, 30, (40, 70))


def test_settings_for_other_data_and_options_called_schedule_are_no_schedules() -> None:
    elsewhere = {"optimizer.d.lr": {"schedule": "linear", "start": 1.0}}
    recipe = TOY.replace(elsewhere=elsewhere, loss=Part("toy", {"schedule": "weekly"}))
    made = fixed(recipe, REGISTRY)
    assert made.elsewhere == elsewhere
    assert made.loss == recipe.loss


def test_the_ends_of_a_runs_schedules() -> None:
    sequence = {"schedule": "sequence", "parts": [
        {"schedule": "warm-up", "end": 1.0, "until": 0.2}, {"schedule": "linear", "start": 1.0},
    ]}  # fmt: skip
    assert sorted(ends(fixed(with_rate(sequence, steps=50), REGISTRY))) == [10, 50]


def test_fewer_steps_end_at_the_rate_that_the_recipe_ends_at(train) -> None:
    recipe = with_rate({"schedule": "cosine", "start": 1e-2, "end": 1e-4}, steps=600)
    run = train(recipe=recipe, steps=30)
    lr = run.config["recipe"]["optimizer"]["d"]["lr"]
    assert (lr["since"], lr["until"]) == (0.0, 30)
    last = 1e-4 + (1e-2 - 1e-4) * (1 + math.cos(math.pi * 29 / 30)) / 2
    assert run.metrics()[-1]["lr_d"] == pytest.approx(last)
    assert run.metrics()[-1]["lr_g"] == 1e-2


# -- resumed -------------------------------------------------------------------------------------

CHANGING = {
    "lr": {"optimizer.g.lr": {"schedule": "cosine", "start": 1e-2, "until": 40}},
    "betas": {"optimizer.d.betas": [
        {"schedule": "linear", "start": 0, "end": 0.9, "until": 40}, 0.9
    ]},
    "gamma": {"penalties": [
        {"name": "toy", "gamma": {"schedule": "linear", "start": 5.0, "end": 0.0, "until": 40}}
    ]},
}  # fmt: skip


@pytest.mark.parametrize("changes", CHANGING.values(), ids=CHANGING)
def test_twenty_steps_and_twenty_more_are_forty(train, registry, changes) -> None:
    rare = {"log_every": 40, "sample_every": 40, "checkpoint_every": 40}
    straight = train(steps=40, set={**changes, **rare})
    half = train(steps=20, set={**changes, **rare})
    ours = checkpoint.of_step(ganzoo.resume(half, steps=40, registry=registry))[0]
    theirs = checkpoint.of_step(straight)[0]
    assert all(torch.equal(ours[name], theirs[name]) for name in theirs)
    plain = checkpoint.of_step(train(steps=40, set=rare))[0]  # the schedule did something
    name = "game.generator.last.weight"
    assert not torch.equal(theirs[name], plain[name])


def test_a_penalty_weighs_as_its_schedule_says_in_that_step() -> None:
    gamma = {"schedule": "linear", "start": 8.0, "end": 0.0, "until": 4}
    engine = engine_of(TOY.replace(penalties=(Part("toy", {"gamma": gamma}),)))
    weights = []
    for _ in range(6):
        engine.advance()
        weights.append(engine.game.penalties[0].gamma)
    assert weights == [8.0, 6.0, 4.0, 2.0, 0.0, 0.0]


# -- refused -------------------------------------------------------------------------------------

REFUSED = {
    "below-range": (
        with_rate({"schedule": "linear", "start": 1.0, "end": -1.0}, steps=64),
        r"At step 34 of its schedule optimizer\.d\.lr takes a number >= 0, not -0\.0\d+",
    ),
    "beta-of-1": (
        TOY.replace(optimizer={**TOY.optimizer, "d": Part("adam", {
            "betas": [{"schedule": "linear", "start": 0.5, "end": 1.0}, 0.9]
        })}),
        "At step 7 of its schedule optimizer.d.betas takes",
    ),
    "penalty": (
        TOY.replace(penalties=(Part("toy", {
            "gamma": {"schedule": "linear", "start": 1.0, "end": -1.0}
        }),)),
        "of its schedule penalty.gamma of 'toy' takes a number >= 0, not",
    ),
    "not-scheduled": (
        TOY.replace(penalties=(Part("toy", {"interval": {"schedule": "linear", "start": 1.0}}),)),
        r"penalty\.interval of 'toy' is one value for the whole run and cannot be scheduled\. "
        r"Options that can: gamma\.",
    ),
    "none-scheduled": (
        TOY.replace(generator=Part("toy", {"width": {"schedule": "linear", "start": 1.0}})),
        r"generator\.width of 'toy' .*It has none that can\.",
    ),
    "unknown-schedule": (with_rate({"schedule": "liner", "start": 1.0}), "Did you mean 'linear'"),
    "unknown-option": (
        with_rate({"schedule": "linear", "start": 1.0, "stop": 0}), "linear.*no option 'stop'"
    ),
    "missing-option": (
        with_rate({"schedule": "linear"}),
        r"needs a value for 'start': --set optimizer\.d\.lr\.start=",
    ),
    "factor": (with_rate({"schedule": "exponential", "start": 1.0, "factor": 1.0}), "> 1"),
    "moment": (with_rate({"schedule": "linear", "start": 1.0, "until": -1}), ">= 0"),
}  # fmt: skip


@pytest.mark.parametrize(("recipe", "message"), REFUSED.values(), ids=REFUSED)
def test_a_schedule_that_does_not_fit_is_refused(recipe: Recipe, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        game_of(recipe)


def test_the_command_refuses_a_rate_below_0_with_exit_code_2(tmp_path: Path) -> None:
    images = write_images(tmp_path / "images")
    lr = {"schedule": "linear", "start": 1e-3, "end": -1e-3}
    words = [
        "train",
        "vanilla-mlp",
        "--dataset",
        f"folder:{images}",
        "--out",
        tmp_path / "run",
        "--steps",
        4,
    ]
    done = ganzoo_command(*words, *settings(**{**TINY, "optimizer.d.lr": lr}), code=2)
    assert "of its schedule optimizer.d.lr takes a number >= 0, not -" in done.output
    assert not (tmp_path / "run").exists()


# -- warnings of rates that end early ------------------------------------------------------------


def warned(recipe: Recipe, step: int = 0) -> list[str]:
    engine = engine_of(fixed(recipe, REGISTRY))
    engine.step = step
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        warn_of_rates(engine)
    return [str(warning.message) for warning in caught]


def test_a_rate_that_is_next_to_nothing_for_half_of_the_run_is_warned_of() -> None:
    (said,) = warned(with_rate({"schedule": "linear", "start": 1e-3, "until": 50}, steps=100))
    assert said.startswith("The learning rate is 0 for d (from step 50 on), of 100 steps in all")
    assert "optimizer.d.lr.until=1.0" in said


@pytest.mark.parametrize(
    "lr",
    [
        1e-3,
        {"schedule": "linear", "start": 1e-3},
        {"schedule": "linear", "start": 1e-3, "until": 51},
        {"schedule": "linear", "start": 1e-3, "end": 1e-4, "until": 10},
        {"schedule": "warm-up", "end": 1e-3},
    ],
)
def test_a_rate_that_lasts_is_not_warned_of(lr) -> None:
    assert warned(with_rate(lr, steps=100)) == []


def test_a_run_that_goes_on_beyond_its_schedule_says_at_which_rate() -> None:
    recipe = with_rate({"schedule": "linear", "start": 1e-3, "end": 1e-5, "until": 60}, steps=100)
    (said,) = warned(recipe, step=60)
    assert said.startswith("This run goes on beyond the end of its learning rates' schedule, at ")
    assert "at 1e-05 for d (from step 60 on). For another rate: --set optimizer.d.lr=" in said
    assert warned(recipe.replace(steps=60), step=30) == []


def test_a_schedule_of_a_plugin_is_one_like_any(tmp_path: Path) -> None:
    file = tmp_path / "sawtooth.py"
    file.write_text(SAWTOOTH)
    registry = Registry.discover([file])
    lr = {"schedule": "sawtooth", "start": 1.0, "teeth": 2}
    recipe = fixed(with_rate(lr, steps=8), registry)
    assert json.loads(json.dumps(recipe.optimizer["d"].options["lr"]))["until"] == 8
    schedule = schedule_of(recipe.optimizer["d"].options["lr"], "lr", registry)
    assert [schedule.value(step) for step in range(9)] == [
        *(1.0, 0.75, 0.5, 0.25, 1.0, 0.75, 0.5, 0.25, 1.0)
    ]


SAWTOOTH = '''
from ganzoo import Count, Moment, Schedule, register


@register("schedule", "sawtooth")
class Sawtooth(Schedule):
    """Down from start to 0, again and again."""

    def __init__(self, start: float, teeth: Count = 1, until: Moment = 1.0):
        self.start, self.teeth, self.until = start, teeth, until

    def value(self, step):
        return self.start * (1 - self.teeth * step / self.until % 1)
'''


def test_a_game_is_built_with_fractions_as_it_is_with_steps() -> None:
    lr = {"schedule": "linear", "start": 1.0}
    recipe = with_rate(lr, steps=10)
    settings_of = build(recipe, game_of().spec, REGISTRY).optimizers["d"]
    assert settings_of.schedules["lr"].until == 10
    assert settings_of.options["lr"] == 1.0


# -- of the averaged weights -----------------------------------------------------------------------


def test_the_average_of_a_run_with_a_scheduled_decay_is_resumed_exactly(train) -> None:
    decay = {"schedule": "linear", "start": 0.2, "end": 0.9}
    whole = train(steps=6, set={"ema": decay})
    assert whole.config["recipe"]["ema"]["until"] == 6
    half = train(steps=3, set={"ema": {**decay, "until": 6}})
    ours = checkpoint.of_step(ganzoo.resume(half, steps=6, registry=REGISTRY))[0]
    theirs = checkpoint.of_step(whole)[0]
    assert [name for name in theirs if not torch.equal(ours[name], theirs[name])] == []
    assert any(
        not torch.equal(tensor, theirs[name.replace("ema", "game", 1)])
        for name, tensor in theirs.items()
        if name.startswith("ema.")
    )


@pytest.mark.parametrize(
    ("ema", "message"),
    [
        ({"schedule": "lineer", "start": 0.5}, "no schedule 'lineer'.*Did you mean 'linear'"),
        (
            {"schedule": "linear", "start": 0.5, "end": 1.0},
            "At step .* ema takes a number >= 0 and < 1, not",
        ),
        ({"schedule": "linear", "begin": 0.5}, "ema: The schedule 'linear' has no option 'begin'"),
        ({"start": 0.5}, "ema takes a number, or a schedule such as"),
    ],
)
def test_a_decay_that_cannot_be_is_refused(ema, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        game_of(TOY.replace(ema=ema))
