"""The table of modes: its trainings can be made, and the page shows them beside published ones."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks import modes
from ganzoo import Registry
from ganzoo.assembly.overrides import adapted

from .pages import DOCS

PUBLISHED = json.loads((DOCS / "zoo" / "modes-published.json").read_text(encoding="utf-8"))


def planned(**options: Any) -> list[modes.Task]:
    given = {
        "only": None,
        "dataset": None,
        "seeds": 2,
        "first_seed": 0,
        "steps": None,
        "device": "cpu",
        **options,
    }
    return modes.tasks(argparse.Namespace(**given))


def line(row: str, dataset: str, seed: int, **numbers: float) -> dict[str, Any]:
    plain = {"row": row, "dataset": dataset, "seed": seed, "recipe": "mgan", "changed": {}}
    about = {"steps": 10, "batch_size": 4, "averaged": False, "seconds": 65, "device": "cpu"}
    return {**plain, **about, **numbers}


def test_each_training_is_of_a_recipe_that_takes_its_changes() -> None:
    registry = Registry.discover()
    tasks = planned(seeds=1)
    assert {"PacGAN", "Unrolled GAN", "MGAN", "R3GAN"} <= {task.row for task in tasks}
    for task in tasks:
        recipe = registry.recipe(task.setting.recipe)
        changes = [("dataset", task.dataset), *task.setting.changes.items()]
        assert adapted(recipe, changes).dataset.bare == task.dataset


def test_a_part_of_the_table_can_be_asked_for() -> None:
    tasks = planned(only=["MGAN"], dataset=["ring-8"], steps=7)
    assert [(task.row, task.dataset, task.seed) for task in tasks] == [
        ("MGAN", "ring-8", 0),
        ("MGAN", "ring-8", 1),
    ]
    assert {task.steps for task in tasks} == {7}


def test_a_row_that_is_not_installed_is_left_out(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    other = {"other": (modes.Setting("of-nobody"), None), "MGAN": modes.ROWS["MGAN"]}
    monkeypatch.setattr(modes, "ROWS", other)
    assert {task.row for task in planned()} == {"MGAN"}
    assert "not installed: of-nobody" in capsys.readouterr().out


def test_a_training_takes_the_place_of_its_older_line(tmp_path: Path) -> None:
    table = tmp_path / "modes.json"
    for seed, found in ((1, 3.0), (0, 4.0), (1, 5.0)):
        modes.write(line("MGAN", "ring-8", seed, modes=found), table)
    kept = json.loads(table.read_text())
    assert [(one["seed"], one["modes"]) for one in kept] == [(0, 4.0), (1, 5.0)]


def test_published_rows_are_rows_of_the_table() -> None:
    assert {published["row"] for published in PUBLISHED} <= {*modes.ROWS}


def test_the_page_has_means_and_published_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(DOCS))
    from gen import files
    from gen import modes as page

    measured = [
        line("R3GAN", "ring-8", 0, modes=7.0, high_quality=0.5, kl=0.1),
        line("R3GAN", "ring-8", 1, modes=8.0, high_quality=0.7, kl=0.1),
        line("R3GAN", "stacked-mnist", 0, modes=1000.0, kl=0.0412),
    ]
    tables = {"zoo/modes.json": measured, "zoo/modes-published.json": PUBLISHED}
    monkeypatch.setattr(files, "read", tables.__getitem__)
    rows = "\n".join(page.modes()).splitlines()
    assert rows[2] == "| **R3GAN** | 7.50 ± 0.50 | 60 ± 10 |  |  | 1000 | 0.0412 |"
    assert rows[3] == "| *R3GAN, table 3* |  |  |  |  | 1000 | 0.029 |"
    trainings = "\n".join(page.trainings())
    assert "| R3GAN | ring-8 | [mgan](recipe/mgan.md) | 2 | 10 | 4 | no | 1:05, cpu |" in trainings
