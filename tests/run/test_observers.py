"""Observers: the scalars that they add to the log, and what becomes of one that fails."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

import ganzoo
from ganzoo import hookimpl

from ..toy import TOY, ToyPlugin, registry_of


class Temperature:
    """Adds a scalar, and draws random numbers, which must not be the training's."""

    @hookimpl
    def ganzoo_report(self, step: int) -> dict[str, float]:
        torch.rand(3)
        return {"temperature": 20.0 + step}


class Wrong:
    @hookimpl
    def ganzoo_report(self) -> dict[str, str]:
        return {"temperature": "warm"}


def test_an_observer_adds_scalars_to_the_log_and_leaves_the_training_as_it_is(
    tmp_path: Path,
) -> None:
    plain = ganzoo.train(TOY, out=tmp_path / "plain", registry=registry_of(toy=ToyPlugin()))
    registry = registry_of(toy=ToyPlugin(), temperature=Temperature())
    run = ganzoo.train(TOY, out=tmp_path / "run", registry=registry)
    assert [line["temperature"] for line in run.metrics()] == [22, 24, 26]
    assert [a["loss_d"] for a in run.metrics()] == [b["loss_d"] for b in plain.metrics()]


def test_scalars_that_are_none_drop_the_observer_and_not_the_run(tmp_path: Path) -> None:
    registry = registry_of(toy=ToyPlugin(), wrong=Wrong())
    with pytest.warns(UserWarning, match="'wrong' was dropped from this run: ganzoo_report raised"):
        run = ganzoo.train(TOY, out=tmp_path / "run", registry=registry)
    assert "temperature" not in run.metrics()[-1]


def test_the_learning_rates_are_logged(tmp_path: Path) -> None:
    lr = {"schedule": "linear", "start": 0.01, "end": 0.0}
    run = ganzoo.train(
        TOY,
        set={"optimizer.d.lr": lr},
        out=tmp_path / "run",
        registry=registry_of(toy=ToyPlugin()),
    )
    rates = [line["lr_d"] for line in run.metrics()]
    assert rates == pytest.approx([0.01 * (1 - step / 6) for step in (1, 3, 5)])
    assert {line["lr_g"] for line in run.metrics()} == {0.01}
