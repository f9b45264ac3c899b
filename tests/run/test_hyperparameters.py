"""The settings of a run as a flat table."""

from __future__ import annotations

from ganzoo.assembly.overrides import adapted
from ganzoo.recipe import to_dict

from ..toy import TOY


def test_a_setting_is_named_as_set_names_it(train) -> None:
    changes = {
        "optimizer.g.lr": 0.25,
        "generator.width": 4,
        "penalties": [{"name": "toy", "gamma": 0.5}],
    }
    settings = train(set=changes, seed=3).hyperparameters()
    assert settings["optimizer.g.lr"] == 0.25
    assert settings["generator.width"] == 4
    assert settings["penalties.toy.gamma"] == 0.5
    assert settings["batch_size"] == TOY.batch_size
    assert (settings["seed"], settings["recipe"]) == (3, "toy")
    named = ("generator", "optimizer.g", "penalties", "game", "dataset", "augmentations")
    assert [settings[key] for key in named] == ["toy", "adam", "toy", "standard", "toy", "none"]
    assert {type(value) for value in settings.values()} <= {str, int, float, bool}
    paths = [path for path in settings if path not in ("recipe", "seed", "device", "precision")]
    recipe = adapted(TOY, changes.items())
    for path in paths:  # each is the path of a setting
        adapted(recipe, [(path, to_dict(recipe).get(path, settings[path]))])


def test_a_list_and_a_table_are_text(train) -> None:
    schedule = {"schedule": "linear", "start": 0.1, "end": 0.0}
    settings = train(set={"optimizer.d.lr": schedule}).hyperparameters()
    assert settings["optimizer.d.lr"].startswith('{"schedule": "')
