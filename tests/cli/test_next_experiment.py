"""The command that a training suggests at its end."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

import ganzoo
from ganzoo import Registry, Run
from ganzoo.cli.next_experiment import next_experiment

from .tools import NETWORKS, TINY


@pytest.fixture
def run(images: Path) -> Run:
    request = {**NETWORKS, "loss": "minimax", "batch_size": 4, "device": "cpu"}
    words = shlex.split("ganzoo train vanilla-mlp --loss minimax --out=r --batch-size 4 --profile")
    dataset = f"folder:{images}"
    return ganzoo.train(steps=1, set=TINY, out="r", dataset=dataset, command=words, **request)


def suggestion(run: Run, command: str) -> str | None:
    run.config["command"] = shlex.split(command)
    return next_experiment(run, Registry.discover())


def test_it_is_the_command_of_the_run_with_another_loss_of_its_plugin(run: Run) -> None:
    line = next_experiment(run, Registry.discover())
    assert line == "ganzoo train vanilla-mlp --batch-size 4 --loss non-saturating"


def test_a_name_with_spaces_is_quoted(run: Run) -> None:
    line = suggestion(run, "ganzoo train x --dataset 'folder:my images' --out 'a run'")
    assert line == "ganzoo train x --dataset 'folder:my images' --loss non-saturating"


@pytest.mark.parametrize(
    "command",
    [
        "python -c 'ganzoo.train(...)'",
        "ganzoo train vanilla-mlp --set loss.d_scale=2",
        "ganzoo train vanilla-mlp --set=loss=hinge",
        "",
    ],
)
def test_there_is_none_where_a_loss_cannot_be_exchanged_so(run: Run, command: str) -> None:
    assert suggestion(run, command) is None


def test_the_suggested_loss_fits(run: Run, images: Path) -> None:
    line = next_experiment(run, Registry.discover())
    loss = shlex.split(line or "")[-1]
    request = {**NETWORKS, "loss": loss, "batch_size": 4, "device": "cpu"}
    ganzoo.train(steps=1, set=TINY, out="other", dataset=f"folder:{images}", **request)
