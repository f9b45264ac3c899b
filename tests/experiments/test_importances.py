"""The importances of searched settings."""

from __future__ import annotations

import pytest

optuna = pytest.importorskip("optuna", reason="pip install 'ganzoo[tune]'")

from ganzoo.experiments.study import FEW, importances  # noqa: E402


def study(value, trials: int = 2 * FEW):
    search = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=0))
    search.optimize(value, n_trials=trials)
    return search


def by_a(trial) -> float:
    return trial.suggest_float("a", 0, 1) + 0.01 * trial.suggest_int("b", 0, 3)


def test_the_setting_that_matters_is_the_important_one() -> None:
    found = importances(study(by_a))
    assert sum(found.values()) == pytest.approx(1)
    assert found["a"] > 0.8


def test_there_is_none_of_few_trials_of_one_setting_and_of_equal_trials() -> None:
    assert importances(study(by_a, FEW - 1)) == {}
    assert importances(study(lambda trial: trial.suggest_float("a", 0, 1))) == {}
    assert importances(study(lambda trial: 0 * by_a(trial))) == {}
