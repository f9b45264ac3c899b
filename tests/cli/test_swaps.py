"""``ganzoo train``: components swapped, options turned, and which setting wins."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ganzoo import Registry
from ganzoo.assembly.schedules import fixed
from ganzoo.assembly.variants import bound
from ganzoo.recipe import bare, to_dict

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
    found = config_of(Path("r"))["recipe"][kind]
    (part,) = found if kind == "game" else [found]
    plugin = "ganzoo" if kind == "game" else "vanilla-mlp"
    assert part["name"] == f"{plugin}:{bare(name)}"  # bound to its plugin


def test_a_swapped_loss_makes_another_generator(
    ganzoo: Ganzoo, images: Path, trained: Path
) -> None:
    ganzoo(*tiny(images, steps=20, out="r", loss="minimax"))
    assert not same_tensors(Path("r/generator.safetensors"), trained / "generator.safetensors")


def test_a_swapped_discriminator_starts_from_its_own_defaults(ganzoo: Ganzoo, images: Path) -> None:
    arguments = tiny(images, steps=1, out="r", discriminator="maxout")
    ganzoo(*[each for each in arguments if "discriminator.hidden" not in each])
    assert config_of(Path("r"))["recipe"]["discriminator"] == {"name": "vanilla-mlp:maxout"}


def test_a_component_of_a_one_file_plugin_runs_and_the_run_remembers_the_file(
    ganzoo: Ganzoo, images: Path
) -> None:
    file = Path("mine.py").absolute()
    file.write_text(PLUGIN)
    arguments = tiny(images, steps=5, out="r", loss="hinge-here", plugin=file)
    result = ganzoo(*arguments, "--set=loss.margin=2")
    assert config_of(Path("r"))["recipe"]["loss"] == {"name": "mine:hinge-here", "margin": 2.0}
    assert config_of(Path("r"))["plugins"]["mine"]["path"] == str(file)
    assert "D(x)" not in result.stdout  # its scores are no probabilities, and are not called so
    assert f"--plugin {file}" in ganzoo("resume", "r", "--steps=6", code=1).stderr
    ganzoo("resume", "r", "--steps=6", f"--plugin={file}")


@pytest.mark.parametrize(
    ("setting", "path", "value"),
    [
        ("generator.hidden=[24, 8]", "generator.hidden", [24, 8]),
        ("generator.batch_norm=true", "generator.batch_norm", True),
        ("generator.activation=silu", "generator.activation", "silu"),
        ("prior.dim=7", "prior.dim", 7),
        ("optimizer.d.lr=1e-4", "optimizer.d.lr", 1e-4),
        ("optimizer.g.name=sgd", "optimizer.g.name", "ganzoo:sgd"),
        ('optimizer.g.lr={"schedule":"linear","start":0.1}', "optimizer.g.lr.start", 0.1),
        ("batch_size=3", "batch_size", 3),
        ("ema=0", "ema", 0.0),
        ("loss=minimax", "loss.name", "vanilla-mlp:minimax"),
    ],
)
def test_an_option_is_set_and_config_says_so(
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
    registry = Registry.discover()
    own = to_dict(fixed(bound(registry.recipe("vanilla-mlp").replace(steps=7), registry), registry))
    assert recipe["loss"] == {"name": "vanilla-mlp:minimax"}
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
    assert recipe["loss"] == {"name": "vanilla-mlp:minimax"}  # config over recipe
    assert recipe["samples"] == 7
    assert recipe["steps"] == 6  # option over config
    assert recipe["batch_size"] == 5  # --set over option


def test_no_penalty_leaves_out_the_recipes_own(ganzoo: Ganzoo, images: Path) -> None:
    assert recipe_called("wgan-gp")["penalties"]
    options = tiny(images, steps=1)[2:]
    ganzoo("train", "wgan-gp", *options, "--out=none", "--no-penalty")
    assert config_of(Path("none"))["recipe"]["penalties"] == []
    ganzoo("train", "wgan-gp", *options, "--out=other", "--no-penalty", "--penalty=r1")
    (penalty,) = config_of(Path("other"))["recipe"]["penalties"]
    assert bare(penalty["name"]) == "r1"


def test_a_penalty_is_added_to_the_recipes_own(ganzoo: Ganzoo, images: Path) -> None:
    own = [part["name"] for part in recipe_called("wgan-gp")["penalties"]]
    ganzoo("train", "wgan-gp", *tiny(images, steps=1)[2:], "--out=r", "--penalty=r1")
    found = [bare(part["name"]) for part in config_of(Path("r"))["recipe"]["penalties"]]
    assert found == [*own, "r1"]
