"""What a sweep is made of: values, combinations, names."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from ganzoo import Registry, UsageError
from ganzoo.assembly.settings import parse_setting
from ganzoo.experiments.task import setting, words
from ganzoo.experiments.trials import Trial, choices, trials, values_of

REGISTRY = Registry.discover()
VANILLA = REGISTRY.recipe("vanilla-mlp")


def made(seeds: int = 1, settings: tuple[str, ...] = (), **swaps: tuple[str, ...]) -> list[Trial]:
    return trials(VANILLA, [("steps", 7)], choices(swaps, settings), seeds, REGISTRY)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("1", ["1"]),
        ("1e-4,2e-4", ["1e-4", "2e-4"]),
        ("64, 128", ["64", "128"]),
        ("[256],[512,512]", ["[256]", "[512,512]"]),
        ('{"name": "a", "x": 1},b', ['{"name": "a", "x": 1}', "b"]),
        ('"a,b",c', ['"a,b"', "c"]),
        ("relu,gelu", ["relu", "gelu"]),
    ],
)
def test_values(text: str, values: list[str]) -> None:
    assert values_of(text) == values


@pytest.mark.parametrize("text", ["", ",", "1,", ",1", "1,,2"])
def test_an_empty_value(text: str) -> None:
    with pytest.raises(UsageError, match="empty value"):
        values_of(text)


def test_the_product_in_order_with_the_seeds_together() -> None:
    found = made(2, loss=("minimax", "hinge"), prior=("normal", "uniform"))
    assert [trial.name for trial in found] == [
        f"loss={loss},prior={prior},seed={seed}"
        for loss in ("minimax", "hinge")
        for prior in ("normal", "uniform")
        for seed in (0, 1)
    ]
    assert [(t.recipe.loss.bare, t.recipe.prior.bare, t.seed) for t in found[-2:]] == [
        ("hinge", "uniform", 0),
        ("hinge", "uniform", 1),
    ]
    assert {trial.recipe.steps for trial in found} == {7}


def test_without_choices_it_is_the_seeds() -> None:
    assert [trial.name for trial in made(3)] == ["seed=0", "seed=1", "seed=2"]


def test_the_request_for_a_training_and_its_words() -> None:
    (trial,) = made(loss=("hinge",), penalty=("r1+r2",), settings=("generator.hidden=[16,16]",))
    assert trial.request == {
        **{"loss": "hinge", "penalty": ["r1", "r2"], "seed": 0},
        "set": {"generator.hidden": [16, 16]},
        "without": [],
    }
    assert words(trial.request) == [
        *("--loss", "hinge", "--penalty", "r1", "--penalty", "r2"),
        *("--set", "generator.hidden=[16, 16]", "--seed", "0"),
    ]
    assert [part.bare for part in trial.recipe.penalties] == ["r1", "r2"]
    assert trial.recipe.generator.options["hidden"] == [16, 16]


def test_an_option_is_kept_whether_its_component_comes_before_or_after_it() -> None:
    lr, kinds = "optimizer.g.lr=1e-5,1e-3", "optimizer.g=lion,rmsprop"
    for settings in ((lr, kinds), (kinds, lr)):
        found = {repr(trial.recipe.optimizer["g"]) for trial in made(settings=settings)}
        assert len(found) == 4
    fixed = made(settings=("optimizer.g.lr=1e-5", kinds))
    assert {trial.recipe.optimizer["g"].options["lr"] for trial in fixed} == {1e-5}


def test_no_penalty() -> None:
    none, r1 = made(penalty=("none", "r1"))
    assert none.recipe.penalties == ()
    assert none.request["without"] == ["penalty"]
    assert words(none.request)[:1] == ["--no-penalty"]
    assert [part.bare for part in r1.recipe.penalties] == ["r1"]


def test_a_dataset_and_its_path(tmp_path: Path) -> None:
    one, other = made(dataset=(f"folder:{tmp_path}", "mnist"))
    assert one.recipe.dataset.options["path"] == str(tmp_path)
    assert other.recipe.dataset.bare == "mnist"


def test_what_has_one_value_is_no_part_of_the_name() -> None:
    settings = ("batch_size=64", "ema=0.9,0.99")
    names = [trial.name for trial in made(settings=settings, loss=("hinge",))]
    assert names == ["ema=0.9,seed=0", "ema=0.99,seed=0"]


def test_names_are_folders_and_tell_the_runs_apart() -> None:
    values = ("dataset.path=/a/b,/a_b", "generator.hidden=[16],[17]")
    found = trials(VANILLA, [("dataset", {"name": "folder"})], choices({}, values), 2, REGISTRY)
    names = [trial.name for trial in found]
    assert len({*names}) == 8
    assert all(re.fullmatch(r"[\w.,=+-]+", name) for name in names)
    long = made(settings=(f"generator.activation={'gelu' * 99},relu",))
    assert len(long[0].name) < 140


@pytest.mark.parametrize(
    ("settings", "swaps", "told"),
    [
        ((), {"loss": ("hinge", "hinge")}, "loss=hinge is given twice"),
        (("steps=1,1",), {}, "steps=1 is given twice"),
        (("loss=minimax",), {"loss": ("hinge",)}, "loss is varied twice"),
        (("steps=1", "steps=2"), {}, "steps is varied twice"),
        (("steps",), {}, "takes KEY=VALUE"),
        (("stepz=1,2",), {}, "Did you mean 'steps'"),
        (("steps=1,x",), {}, "expected a whole number"),
        ((), {"loss": ("hing",)}, "Did you mean 'hinge'"),
        ((), {"penalty": ("r1+r3",)}, "There is no penalty 'r3'"),
    ],
)
def test_a_mistake(settings: tuple[str, ...], swaps: dict[str, tuple[str, ...]], told: str) -> None:
    with pytest.raises(UsageError, match=re.escape(told)):
        made(settings=settings, **swaps)


@pytest.mark.parametrize(
    "value", ["relu", "5", "[1]", "true", 5, 1e-4, [1, 2], True, None, {"a": 1}]
)
def test_a_setting_is_read_as_the_value_that_it_was_made_from(value: Any) -> None:
    assert parse_setting(setting("a.b", value)) == ("a.b", value)
