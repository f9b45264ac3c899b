"""What a search may choose from, as it is typed."""

from __future__ import annotations

import re
from typing import Any

import optuna
import pytest

from ganzoo import UsageError
from ganzoo.experiments.space import option


def suggested(text: str, count: int = 200) -> list[Any]:
    found = option(text)
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=0))
    return [found.suggest(study.ask()) for _ in range(count)]


def test_a_range_of_numbers() -> None:
    values = suggested("ema=0.9..0.99")
    assert min(values) >= 0.9
    assert max(values) <= 0.99
    assert sum(value < 0.945 for value in values) in range(70, 131)


def test_a_decay_near_1_is_not_rounded_to_1() -> None:
    values = suggested("ema=0.9999..0.99999")
    assert max(values) <= 0.99999
    assert min(values) >= 0.9999
    assert len({*values}) > 150


def test_even_in_the_logarithm() -> None:
    values = suggested("optimizer.g.lr=1e-5..1e-1:log")
    assert sum(value < 1e-3 for value in values) in range(70, 131)


def test_whole_numbers() -> None:
    assert {*suggested("batch_size=1..3")} == {1, 2, 3}
    assert {type(value) for value in suggested("batch_size=8..64:log")} == {int}


def test_values_are_read_as_settings_are() -> None:
    values = suggested("generator.hidden=[16],[32,32]")
    assert [*map(list, {*map(tuple, values)})] in ([[16], [32, 32]], [[32, 32], [16]])
    assert {*suggested("loss=minimax,hinge")} == {"minimax", "hinge"}


def test_the_first_is_one_that_it_may_have() -> None:
    firsts = [option(text).first for text in ("a=1..3", "a=1..2.5", "a=[1],2")]
    assert firsts == [1, 1.0, [1]]
    assert [type(first) for first in firsts] == [int, float, list]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("steps", "takes KEY=LOW..HIGH"),
        ("=1..2", "takes KEY=LOW..HIGH"),
        ("batch_size=a..b", "takes KEY=LOW..HIGH"),
        ("batch_size=1..2:lg", "takes KEY=LOW..HIGH"),
        ("batch_size=true..2", "takes KEY=LOW..HIGH"),
        ("batch_size=2..1", "LOW must be less than HIGH"),
        ("batch_size=1..1", "LOW must be less than HIGH"),
        ("lr=0..1:log", "LOW must be above 0"),
        ("lr=1", "two values or more"),
        ("lr=1,1", "two values or more"),
        ("lr=1,", "empty value"),
    ],
)
def test_a_mistake(text: str, told: str) -> None:
    with pytest.raises(UsageError, match=re.escape(told)):
        option(text)
