"""The example notebook: executed with a few steps on points, and as it is in the repository."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest

nbformat = pytest.importorskip("nbformat")
nbclient = pytest.importorskip("nbclient")
pytest.importorskip("ipykernel")

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "docs" / "examples" / "first-run.ipynb"
LARGEST = 500_000  # bytes

# The cells of the example then train for 4 steps on the points of a ring, and need no data.
CUT_SHORT = """
import ganzoo
train, evaluate = ganzoo.train, ganzoo.evaluate
def short(recipe, **request):
    return train("mixture", **{**request, "steps": 4, "batch_size": 16})
ganzoo.train = short
ganzoo.evaluate = lambda run, metrics, **request: evaluate(run, ["modes"], samples=50, repeats=2)
"""


def outputs(cell: Any) -> list[Any]:
    """The outputs of a cell, by kind of content; none of them may be an error."""
    found = [each for each in cell.get("outputs", []) if each.output_type != "stream"]
    assert not [each for each in found if each.output_type == "error"]
    return [each.data for each in found]


@pytest.fixture(scope="module")
def executed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Any]]:
    """The example, executed by a kernel: the outputs of each cell by its code."""
    folder = tmp_path_factory.mktemp("notebook")
    notebook = nbformat.read(EXAMPLE, as_version=4)
    notebook.cells.insert(0, nbformat.v4.new_code_cell(CUT_SHORT))
    grid = [cell for cell in notebook.cells if "ganzoo.grid" in cell.source]
    for cell in grid:
        cell.source = "ganzoo.grid(generator.sample(9), generator.spec)"
    environment = {**os.environ, "GANZOO_CACHE": str(folder / "cache"), "OMP_NUM_THREADS": "1"}
    client = nbclient.NotebookClient(
        notebook, timeout=300, kernel_name="python3", resources={"metadata": {"path": str(folder)}}
    )
    client.execute(env=environment)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    return {cell.source: outputs(cell) for cell in code}


def of(executed: dict[str, list[Any]], text: str) -> list[Any]:
    return next(found for source, found in executed.items() if text in source)


def test_a_training_shows_a_bar_and_its_newest_samples(executed: dict[str, list[Any]]) -> None:
    bar, picture = of(executed, 'out="runs/non-saturating"')
    assert "<progress" in bar["text/html"]
    assert "step 4 of 4" in bar["text/plain"]
    assert "data:image/png" in picture["text/html"]


def test_a_run_shows_its_samples_and_its_curves(executed: dict[str, list[Any]]) -> None:
    (shown,) = executed["run"]
    assert shown["text/html"].count("data:image/png") == 2
    assert shown["text/plain"] == "Run('runs/non-saturating', mixture on ring-8, 4 steps)"


@pytest.mark.parametrize("text", ["ganzoo.load", "ganzoo.grid"])
def test_a_generator_and_a_grid_are_pictures(executed: dict[str, list[Any]], text: str) -> None:
    (shown,) = of(executed, text)
    assert "image/png" in shown


def test_an_evaluation_shows_a_bar_and_a_table(executed: dict[str, list[Any]]) -> None:
    bar, table = of(executed, "ganzoo.evaluate(run")
    assert "100 %" in bar["text/plain"]
    assert "<table>" in table["text/html"]
    assert "Protocol(" not in table["text/plain"]


@pytest.mark.parametrize("text", ["ganzoo.compare", "ganzoo.runs"])
def test_runs_are_tables(executed: dict[str, list[Any]], text: str) -> None:
    (shown,) = of(executed, text)
    assert "minimax" in shown["text/html"]
    assert len(shown["text/plain"]) < 1000


def test_the_example_is_small_whole_and_of_no_machine() -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    assert len(text.encode()) < LARGEST
    notebook = nbformat.reads(text, as_version=4)
    nbformat.validate(notebook)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            assert outputs(cell), cell.source
    words = re.sub(r"base64,[A-Za-z0-9+/=]+", "", json.dumps(notebook))
    assert not re.search(r"/(tmp|home|root|work|Users)/", words)
