"""An optimizer, a schedule and an augmentation from one file, without touching the core."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from safetensors.torch import load_file

import ganzoo
from ganzoo import Run

from .conftest import Ganzoo

PLUGIN = '''
import torch
from ganzoo import Augmentation, Moment, Schedule, register

register("optimizer", "nadam", summary="Adam with Nesterov's momentum")(torch.optim.NAdam)


@register("schedule", "halving")
class Halving(Schedule):
    """Half of the number at each half of the time that is left."""

    def __init__(self, start: float, until: Moment = 1.0) -> None:
        self.start, self.until = start, until

    def value(self, step: int) -> float:
        left, number = self.until - step, self.start
        while 0 < left <= self.until / 2:
            left, number = left * 2, number / 2
        return number


@register("augmentation", "upside-down")
class UpsideDown(Augmentation):
    """Every sample turned around."""

    def forward(self, batch):
        return batch.replace(x=batch.x.flip(-1))
'''


@pytest.fixture
def plugin(tmp_path: Path) -> Path:
    path = tmp_path / "kinds.py"
    path.write_text(PLUGIN)
    return path


def halving(out: str) -> list[str]:
    table = json.dumps({"schedule": "halving", "start": 0.01})
    return [
        *("train", "mixture", "--augment", "upside-down", "--device", "cpu", "-q", "--out", out),
        *("--set", "optimizer.g=nadam", "--set", f"optimizer.g.lr={table}", "--set", "log_every=1"),
    ]


def test_they_train_and_resume_exactly(ganzoo: Ganzoo, plugin: Path) -> None:
    use = ["--plugin", plugin]
    ganzoo(*halving("whole"), "--steps", "8", *use)
    rates = [line["lr_g"] for line in Run.open("whole").metrics()]
    assert rates == [0.01, 0.01, 0.01, 0.01, 0.005, 0.005, 0.0025, 0.00125]
    recipe = Run.open("whole").config["recipe"]
    assert recipe["augmentations"] == [{"name": "kinds:upside-down"}]
    assert recipe["optimizer"]["g"]["name"] == "kinds:nadam"
    assert recipe["optimizer"]["g"]["lr"]["until"] == 8
    ganzoo(*halving("halves"), "--steps", "8", "--set", "checkpoint_every=4", *use)
    (Path("halves") / "checkpoints" / "step-000008.safetensors").unlink()
    ganzoo("resume", "halves", "-q", *use)
    whole, halves = (load_file(f"{run}/generator.safetensors") for run in ("whole", "halves"))
    assert all((halves[name] == tensor).all() for name, tensor in whole.items())


def test_an_augmentation_reaches_d_and_not_the_samples(ganzoo: Ganzoo, plugin: Path) -> None:
    ganzoo(*halving("with"), "--steps", "4", "--plugin", plugin)
    without = [word for word in halving("without") if word not in ("--augment", "upside-down")]
    ganzoo(*without, "--steps", "4", "--plugin", plugin)
    assert Run.open("with").metrics() != Run.open("without").metrics()


def test_they_are_listed_and_shown(ganzoo: Ganzoo, plugin: Path) -> None:
    for kind, name in (
        ("optimizer", "nadam"),
        ("schedule", "halving"),
        ("augmentation", "upside-down"),
    ):
        listed = ganzoo("list", kind, "--plugin", plugin).stdout
        assert name in listed
        assert f"{kind} {name}" in ganzoo("show", f"{kind}/{name}", "--plugin", plugin).stdout
    assert "momentum_decay" in ganzoo("show", "nadam", "--plugin", plugin).stdout


def test_a_name_that_there_is_not_has_its_near_matches(ganzoo: Ganzoo, plugin: Path) -> None:
    words = halving("run")
    words[words.index("--augment") + 1] = "upsidedown"
    said = ganzoo(*words, "--plugin", plugin, code=2).stderr
    assert "There is no augmentation 'upsidedown'. Did you mean 'upside-down'?" in said
    assert not Path("run").exists()


def test_the_python_api_takes_them_by_kind(plugin: Path, tmp_path: Path) -> None:
    run = ganzoo.train(
        "mixture", augment="upside-down", plugins=[plugin], steps=2, out=tmp_path / "run"
    )
    assert run.config["recipe"]["augmentations"] == [{"name": "kinds:upside-down"}]
