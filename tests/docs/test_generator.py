"""The parts that generated pages are made of: years of papers, docstrings as Markdown, plots."""

from __future__ import annotations

import re

import pytest

from .pages import DOCS


@pytest.fixture(autouse=True)
def importable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(DOCS))


@pytest.mark.parametrize(
    ("paper", "expected"),
    [
        ("arXiv:1406.2661, equation 1", 2014),
        ("the code of arXiv:1701.07875", 2017),
        ("LeCun and others, 1998", 1998),
        ("", None),
    ],
)
def test_the_year_of_a_paper(paper: str, expected: int | None) -> None:
    from gen.tables import year

    assert year(paper) == expected


def test_a_docstring_is_markdown_with_the_meanings_of_its_options() -> None:
    from gen.zoo.component import split_doc

    prose, meanings = split_doc(
        "A * B with ``c`` (arXiv:1406.2661).\n\nArgs:\n    low, high: the bounds,\n"
        "        in pixels.\n    dim: the length."
    )
    assert prose == "A \\* B with `c` ([arXiv:1406.2661](https://arxiv.org/abs/1406.2661))."
    bounds = "the bounds, in pixels."
    assert meanings == {"low": bounds, "high": bounds, "dim": "the length."}


@pytest.mark.parametrize("logarithmic", [False, True])
def test_a_plot_has_its_lines_inside_its_box(logarithmic: bool) -> None:
    from gen.svg import HEIGHT, LEFT, WIDTH, Line, plot

    points = [(0.0, 0.3), (50.0, 20.0), (200.0, 8.0)]
    figure = plot("Loss", [Line("D", "red", points)], along="steps", logarithmic=logarithmic)
    assert 'aria-label="Loss over steps: D from 0.3 to 8"' in figure
    path = re.search(r'd="M([^"]+)"', figure)[1]
    drawn = [tuple(map(float, point.split())) for point in path.split("L")]
    assert len(drawn) == len(points)
    assert all(LEFT <= x <= WIDTH and 0 <= y <= HEIGHT for x, y in drawn)
    assert drawn[1][1] < drawn[2][1] < drawn[0][1]  # the greatest value is the highest


def test_a_plot_of_a_constant_can_be_drawn() -> None:
    from gen.svg import Line, plot

    assert "<path" in plot("Loss", [Line("D", "red", [(1, 2.0), (2, 2.0)])], along="steps")
