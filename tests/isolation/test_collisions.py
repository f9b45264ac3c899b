"""Two plugins that want one name: of a plugin, or of a component."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from .place import Dist, Place
from .specimens import LOSS, NEIGHBOUR, registering

USURPER = """
from ganzoo import hookimpl

@hookimpl
def ganzoo_register(registry):
    registry.loss("non-saturating", "usurper.losses:Least")
    registry.loss("neighbourly", "usurper.losses:Least")
    registry.generator("mlp", "nonesuch:MLP")
    registry.prior("normal", "nonesuch:Normal")
    registry.game("standard", "nonesuch:Game")
    registry.dataset("tiny", "nonesuch:Tiny")
"""
TINY = ["--steps=2", "--batch-size=4", "--set=generator.hidden=[8]"]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A plugin that takes the names of others' components, and two that share a plugin name."""
    twins = (
        Dist(name, registering(name).code, {"losses": LOSS}, plugin="twin")
        for name in ("twin-a", "twin-b")
    )
    usurper = Dist("usurper", USURPER, {"losses": LOSS})
    return Place(tmp_path_factory.mktemp("collisions"), NEIGHBOUR, usurper, *twins)


def test_two_plugins_of_one_name_go_by_their_distributions(place: Place) -> None:
    plugins = place.plugins()
    assert "twin" not in plugins
    for name in ("twin-a", "twin-b"):
        assert plugins[name]["state"] == "loaded"
        assert plugins[name]["components"] == [f"loss/{name}"]


def test_nobody_wins_a_components_name(place: Place) -> None:
    done = place.ganzoo("show", "loss/neighbourly")
    assert done.code == 2
    assert done.sentence.endswith("Say which: neighbour:neighbourly or usurper:neighbourly.")
    shown = place.ganzoo("show", "loss/usurper:neighbourly", "--json").json
    assert shown["plugin"] == "usurper"


def test_listings_show_both(place: Place) -> None:
    listed = place.ganzoo("list", "loss", "--json").json
    both = [each["plugin"] for each in listed if each["name"] == "neighbourly"]
    assert both == ["neighbour", "usurper"]
    datasets = place.ganzoo("data", "list", "--json").json["datasets"]
    assert {"neighbour:tiny", "mnist"} <= {each["name"] for each in datasets}


def test_a_recipe_means_the_components_of_its_own_plugin(place: Place) -> None:
    """Or a plugin that takes a popular name would end the recipes of all others."""
    done = place.ganzoo(
        "train", "vanilla-mlp", "--dataset=neighbour:tiny", *TINY, "--json", "--out=run"
    )
    recipe = done.json["recipe"]
    assert recipe["generator"]["name"] == "vanilla-mlp:mlp"
    assert recipe["generator"]["hidden"] == [8]
    assert recipe["loss"] == {"name": "vanilla-mlp:non-saturating"}
    assert recipe["prior"]["name"] == "vanilla-mlp:normal"
    (game,) = recipe["game"]
    assert game["name"] == "ganzoo:standard"  # of the same distribution
    assert recipe["discriminator"]["name"] == "vanilla-mlp:mlp"
    config = json.loads((place.folder / "run" / "config.json").read_text())
    assert config["recipe"] == recipe


def test_what_a_person_asks_for_must_be_clear(place: Place) -> None:
    done = place.ganzoo("train", "vanilla-mlp", "--loss=neighbourly", *TINY, "--out=no-run")
    assert done.code == 2
    assert "Say which: neighbour:neighbourly or usurper:neighbourly." in done.sentence
    assert not (place.folder / "no-run").exists()


def test_one_twin_can_be_disabled_or_both(place: Place) -> None:
    for disabled, states in (
        ("twin-a", ("disabled", "loaded")),
        ("twin", ("disabled", "disabled")),
    ):
        plugins = place.plugins(GANZOO_DISABLE=disabled)
        assert (plugins["twin-a"]["state"], plugins["twin-b"]["state"]) == states


def test_a_plugin_without_metadata_is_still_a_plugin(tmp_path: Path) -> None:
    place = Place(tmp_path, NEIGHBOUR)
    (place.site / "neighbour-1.0.dist-info" / "METADATA").unlink()
    about = place.plugins()["neighbour"]
    assert (about["state"], about["version"]) == ("loaded", "")
