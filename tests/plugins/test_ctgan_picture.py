"""The view of a table: its pictures, and its words."""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import matplotlib.axes
import pytest
import torch
from PIL import Image

from ganzoo import Data
from ganzoo_ctgan.columns import Column, view_of_rows
from ganzoo_ctgan.rows import Rows

Labels = list[str]


def shown(columns: Sequence[Column], x: torch.Tensor) -> Image.Image:
    """A picture, in which a warning is an error."""
    view = Rows(Data(x, view=view_of_rows(columns)).spec(), tuple(columns))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return view.show(x, data=x)


@pytest.fixture
def labels(monkeypatch: pytest.MonkeyPatch) -> Labels:
    """The names under the bars of all plots, in order."""
    found: Labels = []
    draw = matplotlib.axes.Axes.set_xticks

    def noted(axes, ticks, names=None, **options):
        found.extend(names or [])
        return draw(axes, ticks, names, **options)

    monkeypatch.setattr(matplotlib.axes.Axes, "set_xticks", noted)
    return found


@pytest.mark.parametrize("text", ["$a$ $", "$_^$", r"$\frac$", "a_b^c", "\\", "年齢", "🍞", "\t{"])
def test_any_text_is_drawn_as_it_is(text: str) -> None:
    columns = (Column(text), Column("b", (text, "other")))
    assert shown(columns, torch.tensor([[0.5, 0.0], [1.5, 1.0]])).mode == "RGB"


def test_of_many_categories_the_most_frequent_have_a_bar(labels: Labels) -> None:
    names = tuple(f"c{k:03}" for k in range(300))
    x = torch.cat([torch.full((1 if k < 270 else 5,), float(k)) for k in range(300)])[:, None]
    shown((Column("a", names),), x)
    assert labels == [*names[270:289], "others"]


def test_a_few_categories_all_have_a_bar(labels: Labels) -> None:
    names = tuple(f"c{k:02}" for k in range(20))
    shown((Column("a", names),), torch.arange(20.0)[:, None])
    assert labels == [*names]


def test_rows_are_described_by_their_columns() -> None:
    columns = (Column("age"), Column("job", ("clerk", "nurse")), Column("pay"))
    view = Rows(Data(torch.zeros(1, 3)).spec(), columns)
    assert view.describe() == (
        "rows of 3 columns: 2 of numbers (age, pay), 1 of categories (job with 2)"
    )
    many = tuple(Column(f"n{k}") for k in range(25))
    assert Rows(Data(torch.zeros(1, 25)).spec(), many).describe().endswith("n19 and 5 more)")
