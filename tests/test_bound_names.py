"""Names are bound to their plugin once, when a run is made, and recorded so."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch

import ganzoo
from ganzoo import GanzooError, Part, Recipe, UsageError, hookimpl
from ganzoo.recipe import KIND_OF, from_dict, to_dict
from ganzoo.run import checkpoint

from .cli.conftest import ganzoo_command
from .cli.tools import TINY, settings, write_images
from .test_penalties import Halved
from .toy import TOY, ToyLoss, ToyPlugin, registry_of


class Further:
    @hookimpl
    def ganzoo_register(self, registry) -> None:
        registry.augmentation("halved", Halved)


FULL = TOY.replace(
    extra_losses=(Part("toy"),),
    penalties=(Part("toy"), Part("toy", {"gamma": 2.0})),
    augmentations=(Part("halved"),),
    game=(Part("standard"), Part("conditional")),
    dataset=Part("toy", {"classes": 4}),
)


@pytest.fixture
def registry():
    return registry_of(toy=ToyPlugin(), further=Further())


def names_in(node: Any) -> list[str]:
    """Every component's name in a recipe as it is written."""
    if isinstance(node, list):
        return [name for part in node for name in names_in(part)]
    if "name" in node:
        return [node["name"]]
    return [name for part in node.values() for name in names_in(part)]


def test_the_configuration_of_a_run_has_every_component_with_its_plugin(train, registry) -> None:
    run = train(recipe=FULL, registry=registry, steps=1)
    recipe = run.config["recipe"]
    assert {field: names_in(recipe[field]) for field in KIND_OF} == {
        "generator": ["toy:toy"],
        "discriminator": ["toy:toy"],
        "loss": ["toy:toy"],
        "prior": ["toy:toy"],
        "dataset": ["toy:toy"],
        "extra_losses": ["toy:toy"],
        "penalties": ["toy:toy", "toy:toy"],
        "augmentations": ["further:halved"],
        "game": ["ganzoo:standard", "toy:conditional"],
        "optimizer": ["ganzoo:adam", "ganzoo:adam"],
    }
    assert recipe["name"] == "toy"
    assert run.config["dataset"]["name"] == "toy"


class Toys:
    """Another plugin with a loss and an optimizer of the same names."""

    @hookimpl
    def ganzoo_register(self, registry) -> None:
        registry.loss("toy", ToyLoss)
        registry.optimizer("adam", torch.optim.Adam)


def test_a_run_means_the_same_whatever_is_installed_later(train, registry) -> None:
    straight, half = (train(recipe=FULL, registry=registry, steps=n) for n in (4, 2))
    more = registry_of(toys=Toys(), toy=ToyPlugin(), further=Further())
    with pytest.raises(UsageError, match="Say which: toy:toy or toys:toy"):
        train(recipe=FULL, registry=more, steps=1)
    ours = checkpoint.newest(ganzoo.resume(half, steps=4, registry=more))[0]
    theirs = checkpoint.newest(straight)[0]
    assert [name for name in theirs if not torch.equal(ours[name], theirs[name])] == []
    assert torch.equal(
        ganzoo.load(straight, registry=more).sample(2),
        ganzoo.load(straight, registry=registry).sample(2),
    )


@pytest.mark.parametrize("bound", [True, False])
def test_a_recipe_is_read_from_a_file_with_bound_names_and_with_bare_ones(
    train, registry, tmp_path: Path, bound: bool
) -> None:
    first = train(recipe=FULL, registry=registry, steps=2)
    recipe = from_dict(first.config["recipe"]) if bound else FULL.replace(steps=2)
    config = tmp_path / "config.json"
    config.write_text(json.dumps({"recipe": to_dict(recipe)}))
    again = train(config=config, registry=registry)
    assert again.config["recipe"] == first.config["recipe"]
    ours, theirs = (checkpoint.newest(run)[0] for run in (again, first))
    assert [name for name in theirs if not torch.equal(ours[name], theirs[name])] == []


def test_a_run_whose_recipe_has_bare_names_is_still_read(train, registry) -> None:
    run = train(recipe=FULL, registry=registry, steps=2)
    run.config["recipe"] = to_dict(FULL.replace(steps=2))
    run.write_config()
    assert ganzoo.load(run.path, registry=registry).sample(2).shape == (2, 1, 4, 4)
    assert ganzoo.resume(run.path, steps=3, registry=registry).metrics()[-1]["step"] == 3


def test_a_plugin_that_is_gone_is_named_for_any_component(train, registry) -> None:
    run = train(recipe=FULL, registry=registry, steps=2)
    with pytest.raises(
        GanzooError, match=r"augmentation 'halved' comes from plugin 'further'.*declare it again"
    ):
        ganzoo.resume(run, steps=3, registry=registry_of(toy=ToyPlugin()))
    assert ganzoo.load(run, registry=registry_of(toy=ToyPlugin())).step == 2  # needs none of it


SIGN = '''
import torch

import ganzoo


@ganzoo.register("optimizer", "sign")
def sign(parameters, lr: float = 1e-3):
    """Signs of gradients."""
    return torch.optim.Rprop(parameters, lr=lr)
'''


def test_the_command_says_which_file_a_run_needs(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    images, file, run = write_images(tmp_path / "images"), tmp_path / "sign.py", tmp_path / "run"
    file.write_text(SIGN)
    words = ["train", "vanilla-mlp", "--dataset", f"folder:{images}", "--out", run, "--steps", 2]
    swap = settings(**TINY, **{"optimizer.d": "sign"})
    refused = ganzoo_command(*words, *swap, code=2).output
    assert "There is no optimizer 'sign'" in refused
    ganzoo_command(*words, *swap, "--plugin", file)
    refused = ganzoo_command("resume", run, "--steps", 3, code=1).output
    assert "optimizer 'sign' comes from plugin 'sign'" in refused
    assert f"--plugin {file}" in refused
    ganzoo_command("resume", run, "--steps", 3, "--plugin", file)
    assert [line["step"] for line in ganzoo.Run.open(run).metrics()] == [2, 3]


def test_a_recipe_object_may_name_a_plugin_itself(train, registry) -> None:
    recipe: Recipe = TOY.replace(loss=Part("toy:toy", {"nan_after": 100}))
    run = train(recipe=recipe, registry=registry, steps=1)
    assert run.config["recipe"]["loss"] == {"name": "toy:toy", "nan_after": 100}
