"""``ganzoo train``: components swapped, options turned, and which setting wins."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from .conftest import Ganzoo
from .tools import config_of, recipe_called, same_tensors, settings, tiny

PLUGIN = """
from ganzoo import Loss, hookimpl

class Hinge(Loss):
    def __init__(self, margin: float = 1.0):
        super().__init__()
        self.margin = margin

    def discriminator(self, real, fake):
        return (self.margin - real.score).relu().mean() + (self.margin + fake.score).relu().mean()

    def generator(self, real, fake):
        return -fake.score.mean()

@hookimpl
def ganzoo_register(registry):
    registry.loss("hinge-here", Hinge)
"""


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("loss", "minimax"),
        ("loss", "vanilla-mlp:minimax"),
        ("prior", "uniform"),
        ("prior", "uniform-sphere"),
        ("prior", "bernoulli"),
        ("game", "standard"),
    ],
)
def test_a_swapped_component_runs_and_config_says_so(
    ganzoo: Ganzoo, images: Path, kind: str, name: str
) -> None:
    ganzoo(*tiny(images, steps=2, out="r", **{kind: name}))
    assert config_of(Path("r"))["recipe"][kind]["name"] == name
    assert config_of(Path("r"))["components"][f"{kind}/{name}"]


def test_a_swapped_loss_makes_another_generator(
    ganzoo: Ganzoo, images: Path, trained: Path
) -> None:
    ganzoo(*tiny(images, steps=20, out="r", loss="minimax"))
    assert not same_tensors(Path("r/generator.safetensors"), trained / "generator.safetensors")


def test_a_swapped_discriminator_starts_from_its_own_defaults(ganzoo: Ganzoo, images: Path) -> None:
    arguments = tiny(images, steps=1, out="r", discriminator="maxout")
    ganzoo(*[each for each in arguments if "discriminator.hidden" not in each])
    assert config_of(Path("r"))["recipe"]["discriminator"] == {"name": "maxout"}


def test_a_component_of_a_one_file_plugin_runs_and_the_run_remembers_the_file(
    ganzoo: Ganzoo, images: Path
) -> None:
    file = Path("mine.py").absolute()
    file.write_text(PLUGIN)
    arguments = tiny(images, steps=5, out="r", loss="hinge-here", plugin=file)
    result = ganzoo(*arguments, "--set=loss.margin=2")
    assert config_of(Path("r"))["recipe"]["loss"] == {"name": "hinge-here", "margin": 2.0}
    assert config_of(Path("r"))["plugins"]["mine"]["path"] == str(file)
    assert "D(x)" not in result.stdout  # its scores are no probabilities, and are not called so
    ganzoo("resume", "r", "--steps=6")


@pytest.mark.parametrize(
    ("setting", "path", "value"),
    [
        ("generator.hidden=[24, 8]", "generator.hidden", [24, 8]),
        ("generator.batch_norm=true", "generator.batch_norm", True),
        ("generator.activation=silu", "generator.activation", "silu"),
        ("prior.dim=7", "prior.dim", 7),
        ("optimizer.d.lr=1e-4", "optimizer.d.lr", 1e-4),
        ("optimizer.g.name=sgd", "optimizer.g.name", "sgd"),
        ('optimizer.g.schedule={"name":"linear","end":9}', "optimizer.g.schedule.end", 9),
        ("batch_size=3", "batch_size", 3),
        ("ema=0", "ema", 0.0),
        ("loss=minimax", "loss.name", "minimax"),
    ],
)
def test_a_knob_is_turned_and_config_says_so(
    ganzoo: Ganzoo, images: Path, setting: str, path: str, value: object
) -> None:
    ganzoo(*tiny(images, steps=1, out="r"), f"--set={setting}")
    found = config_of(Path("r"))["recipe"]
    for key in path.split("."):
        found = found[key]
    assert found == value


TOML = """
loss = "minimax"
steps = 7
batch_size = 3

[generator]
hidden = [24]

[optimizer.d]
lr = 0.001
"""


@pytest.mark.parametrize("form", ["toml", "json"])
def test_a_config_file_is_laid_over_the_recipe(ganzoo: Ganzoo, images: Path, form: str) -> None:
    plain = {
        "loss": "minimax",
        "steps": 7,
        "batch_size": 3,
        "generator": {"hidden": [24]},
        "optimizer": {"d": {"lr": 0.001}},
    }
    file = Path(f"mine.{form}")
    file.write_text(TOML if form == "toml" else json.dumps(plain))
    ganzoo("train", "vanilla-mlp", "--config", file, f"--dataset=folder:{images}", "--out=r")
    recipe = config_of(Path("r"))["recipe"]
    own = recipe_called("vanilla-mlp")
    assert recipe["loss"] == {"name": "minimax"}
    assert (recipe["steps"], recipe["batch_size"]) == (7, 3)
    assert recipe["generator"] == {**own["generator"], "hidden": [24]}
    assert recipe["optimizer"]["d"] == {**own["optimizer"]["d"], "lr": 0.001}
    assert recipe["optimizer"]["g"] == own["optimizer"]["g"]


def test_a_config_of_a_run_runs_it_again(ganzoo: Ganzoo, trained: Path) -> None:
    ganzoo("train", "goodfellow-2014", "--config", trained / "config.json", "--out=r")
    assert config_of(Path("r"))["recipe"] == config_of(trained)["recipe"]
    assert same_tensors(Path("r/generator.safetensors"), trained / "generator.safetensors")


def test_recipe_gives_way_to_config_to_option_to_set(ganzoo: Ganzoo, images: Path) -> None:
    """Each takes one setting back from the one before it."""
    Path("mine.toml").write_text('loss = "minimax"\nsteps = 7\nbatch_size = 7\nsamples = 7\n')
    ganzoo(
        *("train", "vanilla-mlp", f"--dataset=folder:{images}", "--out=r", "--config=mine.toml"),
        *("--steps=6", "--batch-size=6"),
        *settings(batch_size=5, **{"generator.hidden": [16]}),
    )
    recipe = config_of(Path("r"))["recipe"]
    assert recipe["loss"] == {"name": "minimax"}  # config over recipe
    assert recipe["samples"] == 7
    assert recipe["steps"] == 6  # option over config
    assert recipe["batch_size"] == 5  # --set over option


def test_penalty_none_takes_the_recipes_penalties_away(ganzoo: Ganzoo, images: Path) -> None:
    ganzoo(*tiny(images, steps=1, out="r", penalty="none"))
    assert config_of(Path("r"))["recipe"]["penalty"] == []
