"""Tables on terminals of 80 and of 120 columns, compared with files.

After a change of a table, write the files anew with `GANZOO_SNAPSHOTS=write pytest
tests/cli/test_snapshots.py`, and look at what git says of them.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ganzoo import Registry

from ..evaluated import make_run, make_sweep, result
from .terminal import on_terminal

SNAPSHOTS = Path(__file__).parent / "snapshots"
WIDTHS = (80, 120)

pytestmark = pytest.mark.parametrize("width", WIDTHS)


@pytest.fixture(autouse=True)
def _few_plugins(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a new component in another plugin changes no file."""
    others = {plugin.name for plugin in Registry.discover().plugins} - {"ganzoo", "vanilla-mlp"}
    monkeypatch.setenv("GANZOO_DISABLE", ",".join(sorted(others)))


def check(name: str, width: int, *arguments: str | Path) -> None:
    found = on_terminal(width, *arguments)
    file = SNAPSHOTS / f"{name}-{width}.txt"
    if os.environ.get("GANZOO_SNAPSHOTS") == "write":
        file.write_text(found, encoding="utf-8")
    assert found == file.read_text(encoding="utf-8")
    assert max(map(len, found.splitlines())) <= width


def test_list(width: int) -> None:
    check("list", width, "list")


@pytest.mark.parametrize("name", ["generator/mlp", "minimax"])
def test_show(width: int, name: str) -> None:
    check(f"show-{name.replace('/', '-')}", width, "show", name)


def test_compare_of_single_runs(width: int, tmp_path: Path) -> None:
    recipes = {"small": 3.0, "medium": 2.0, "large": 1.0}
    runs = [
        make_run(
            tmp_path / f"{name}-toy-20261126-06425{number}",
            result(value, stderr=0.1),
            result(1 - value / 10, "recall", lower=False, stderr=0.25),
            set={"recipe.name": name, "recipe.generator.hidden": [8] * (number + 1)},
        )
        for number, (name, value) in enumerate(recipes.items())
    ]
    check("compare-single", width, "compare", *runs)


def test_compare_of_a_sweep(width: int, tmp_path: Path) -> None:
    check("compare-sweep", width, "compare", *make_sweep(tmp_path))


def test_compare_of_many_settings(width: int, tmp_path: Path) -> None:
    runs = [
        make_run(
            tmp_path / f"lr={lr},seed={seed}",
            result(3 + 10 * lr + seed, "fd"),
            result(0.5 + lr, "recall", lower=False),
            seed=seed,
            set={"recipe.optimizer.d.lr": lr},
        )
        for lr in (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
        for seed in (0, 1)
    ]
    check("compare-many", width, "compare", *runs)
