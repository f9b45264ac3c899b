"""Every bad plugin at once, and a good one from ``ganzoo new`` that pip installed: every command
works for the others."""

from __future__ import annotations

import json

import pytest

from ganzoo.scaffold.write import write

from .place import Place
from .specimens import NEIGHBOUR, SPECIMENS, UNUSABLE

TINY = ["--dataset=tiny", "--steps=2", "--batch-size=4", "--set=generator.hidden=[8]"]


@pytest.fixture(scope="module")
def crowd(tmp_path_factory: pytest.TempPathFactory) -> Place:
    folder = tmp_path_factory.mktemp("crowd")
    dists = [each.dist for each in SPECIMENS.values() if each.name != "imports-torch"]
    place = Place(folder, NEIGHBOUR, *dists)
    place.pip(write("newly-made", "loss", folder))
    return place


def test_plugins_and_listings(crowd: Place) -> None:
    plugins = crowd.plugins()
    for specimen in SPECIMENS.values():
        if specimen.name != "imports-torch":
            assert plugins[specimen.name]["state"] == specimen.state
    new = plugins["newly-made"]
    assert (new["state"], new["version"]) == ("loaded", "0.1.0")
    assert new["components"] == ["loss/newly-made"]

    done = crowd.ganzoo("list")
    assert done.code == 0, done.err
    assert "[a, b] [/red] :x:" in done.out
    for unusable in UNUSABLE:
        assert f"Plugin {unusable.name} is {unusable.state}: " in done.err
        assert unusable.name not in done.out


def test_help_and_the_commands_of_plugins(crowd: Place) -> None:
    assert "greet " in crowd.ganzoo("--help").out
    done = crowd.ganzoo("greet")
    assert (done.code, done.out) == (0, "hello from the neighbour\n")
    assert "There is no command 'greett'. Did you mean 'greet'" in crowd.ganzoo("greett").err


@pytest.mark.parametrize("name", ["recipe/vanilla-mlp", "loss/module-prints"])
def test_show(crowd: Place, name: str) -> None:
    shown = crowd.ganzoo("show", name, "--json").json
    assert f"{shown['kind']}/{shown['name']}" == name


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("module-missing", "ModuleNotFoundError: No module named 'nonesuch_package'"),
        ("module-exits", "SystemExit: 0"),
    ],
)
def test_show_of_what_cannot_be_loaded(crowd: Place, name: str, reason: str) -> None:
    done = crowd.ganzoo("show", f"loss/{name}")
    assert done.code == 1
    assert done.out == ""
    last = done.err.splitlines()[-1]
    assert last.startswith(f"Error: The loss {name!r} of plugin {name!r} cannot be loaded")
    assert reason in last


def test_train_with_a_new_loss(crowd: Place) -> None:
    done = crowd.ganzoo("train", "vanilla-mlp", *TINY, "--loss=newly-made", "--json", "--out=run")
    assert done.json["recipe"]["loss"] == {"name": "newly-made:newly-made"}
    config = json.loads((crowd.folder / "run" / "config.json").read_text())
    assert config["plugins"]["newly-made"]["version"] == "0.1.0"
    assert not {each.name for each in UNUSABLE} & {*config["plugins"]}


def test_train_with_a_loss_that_cannot_be_loaded(crowd: Place) -> None:
    done = crowd.ganzoo("train", "vanilla-mlp", *TINY, "--loss=module-missing", "--out=no-run")
    assert done.code == 1
    assert "The loss 'module-missing' of plugin 'module-missing' cannot be loaded" in done.err
    assert "Traceback" not in done.err
    assert not (crowd.folder / "no-run").exists()


def test_datasets_are_listed_all_but_the_lost_ones(crowd: Place) -> None:
    done = crowd.ganzoo("data", "list", "--json", "--data-dir=nowhere")
    here = {each["name"]: each["here"] for each in done.json["datasets"]}
    assert here["tiny"] is True
    assert here["mnist"] is False
    assert "dataset-missing" not in here
    assert "'dataset-missing' of plugin 'dataset-missing' cannot be loaded" in done.err
    assert "'dataset-lost' failed to check its files: ZeroDivisionError" in done.err


def test_the_doctor_names_every_bad_plugin(crowd: Place) -> None:
    done = crowd.ganzoo("doctor", "--json", "--data-dir=nowhere")
    assert done.code == 1
    facts = json.loads(done.out)
    assert "tiny" in facts["datasets here"]
    for unusable in UNUSABLE:
        assert any(unusable.name in fault for fault in facts["faults"])
    assert any("'dataset-missing'" in fault for fault in facts["faults"])
