"""A generator's file, which is for sharing, tells nobody where things lie on this machine."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import ganzoo
from ganzoo.run import Run, checkpoint
from ganzoo.run.shared import without_places


def config(**changes: object) -> dict:
    return {
        "recipe": {"name": "toy", "dataset": {"name": "folder", "path": "/home/ada/my pets"}},
        "dataset": {"source": "/home/ada/my pets/train", "labels": ["T-shirt/top"]},
        "plugins": {
            "mine": {"path": "/home/ada/src/mine.py", "version": ""},
            "other": {"path": ""},
        },
        "command": ["ganzoo"],
        **changes,
    }


def test_paths_are_reduced_to_their_last_part() -> None:
    public = without_places(config())
    assert public["recipe"] == {"name": "toy", "dataset": {"name": "folder", "path": "my pets"}}
    assert public["dataset"] == {"source": "train", "labels": ["T-shirt/top"]}
    assert public["plugins"]["mine"] == {"path": "mine.py", "version": ""}
    assert public["plugins"]["other"] == {"path": ""}


def test_the_configuration_itself_stays_as_it_is() -> None:
    whole = config(command=["ganzoo", "/home/ada/x"])
    before = json.dumps(whole)
    without_places(whole)
    assert json.dumps(whole) == before


@pytest.mark.parametrize(
    ("argument", "kept"),
    [
        ("folder:/home/ada/pets", "folder:pets"),
        ("folder:/home/ada/pets/", "folder:pets"),
        ("folder:/home/ada/a b,c=d/pets", "folder:pets"),
        ("folder:my/own/pets", "folder:pets"),
        ("--dataset=folder:~/pets", "--dataset=folder:pets"),
        ("--dataset=videos:../of/ada/pets", "--dataset=videos:pets"),
        ("--set=dataset.path=/home/ada/pets", "--set=dataset.path=pets"),
        ('dataset.path="/home/ada/pets"', 'dataset.path="pets"'),
        ("/home/ada/mine.py", "mine.py"),
        ("--plugin=/mine.py", "--plugin=mine.py"),
        ("--data-dir=~ada/data", "--data-dir=data"),
        ("C:\\Users\\ada\\pets", "pets"),
        ("--out=C:/Users/ada/run", "--out=run"),
        ("--out=runs/of/ada", "--out=ada"),
        ("--config=conf/ada/a.toml", "--config=a.toml"),
        ("--dataset=table:data/ada/rows.csv", "--dataset=table:rows.csv"),
        ("--set=generator.hidden=[512,512]", "--set=generator.hidden=[512,512]"),
        ("--loss=wasserstein:hinge", "--loss=wasserstein:hinge"),
        ("0.5", "0.5"),
    ],
)
def test_the_command_line_too(argument: str, kept: str) -> None:
    assert without_places(config(command=["ganzoo", argument]))["command"] == ["ganzoo", kept]


@pytest.mark.parametrize(
    ("option", "value", "kept"),
    [
        ("--out", "runs/of/ada", "ada"),
        ("--init-from", "runs/of/ada", "ada"),
        ("--dataset", "table:data/ada/rows.csv", "table:rows.csv"),
        ("--log", "wandb:team/project", "wandb:team/project"),
        ("--set", "dataset.path=data/ada/pets", "dataset.path=pets"),
        (
            "--set",
            'dataset={"name":"folder","path":"of/ada/x"}',
            'dataset={"name":"folder","path":"x"}',
        ),
        ("--loss", "a/b", "a/b"),
    ],
)
def test_an_option_and_its_value_in_two_words(option: str, value: str, kept: str) -> None:
    assert without_places(config(command=[option, value]))["command"] == [option, kept]


def test_a_run_on_a_folder_keeps_the_path_and_its_generator_does_not(
    train, registry, tmp_path: Path
) -> None:
    images = tmp_path / "secret" / "pets"
    images.mkdir(parents=True)
    for index in range(4):
        Image.fromarray(np.full((4, 4), index * 40, np.uint8)).save(images / f"{index}.png")
    run = train(
        steps=1,
        dataset=f"folder:{images}",
        command=["ganzoo", "train", "toy", "--dataset", f"folder:{images}"],
    )
    kept = Run.open(run.path).config
    assert kept["recipe"]["dataset"]["path"] == kept["dataset"]["source"] == str(images)
    _, about = checkpoint.read(run.generator)
    assert about["config"]["recipe"]["dataset"]["path"] == "pets"
    assert "secret" not in json.dumps(about)
    assert ganzoo.load(run.generator, registry=registry).sample(2).shape == (2, 1, 4, 4)
    assert ganzoo.resume(run.path, steps=2, registry=registry).config["recipe"]["steps"] == 2
