"""Plots of points, pixel by pixel."""

from __future__ import annotations

import math
from pathlib import Path

import matplotlib
import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor

from ganzoo import Spec
from ganzoo.run import picture, plot
from ganzoo.run.views import Points

MODES = torch.tensor([[math.cos(a), math.sin(a)] for a in torch.arange(8) * math.pi / 4])


def around(centres: Tensor, count: int, sigma: float, seed: int = 0) -> Tensor:
    """``count`` points, spread evenly over the centres."""
    random = torch.Generator().manual_seed(seed)
    noise = torch.randn(count, centres.shape[1], generator=random)
    return centres[torch.arange(count) % len(centres)] + sigma * noise


RING = around(MODES, 4000, 0.01)
NORMAL = around(torch.zeros(1, 1), 4000, 1.0)


class Drawn:
    """A plot and its pixels, to be asked what is where."""

    def __init__(self, samples: Tensor, data: Tensor | None = None) -> None:
        self.figure = plot.figure(samples, data)
        self.axes = self.figure.axes[0]
        self.figure.canvas.draw()
        pixels = np.asarray(self.figure.canvas.buffer_rgba())[..., :3].astype(int)
        red, _, blue = pixels.transpose(2, 0, 1)
        self.white = pixels.min(2) > 250
        self.samples, self.data = red - blue > 60, blue - red > 25  # the colours of either

    @property
    def said(self) -> list[str]:
        return [text.get_text() for text in self.axes.texts]

    def near(self, mask: np.ndarray, x: float, y: float, radius: int = 8) -> np.ndarray:
        """The part of a mask within some pixels of a place in the plane."""
        column, height = self.axes.transData.transform((x, y))
        row, column = round(plot.SIDE - height), round(column)
        return mask[row - radius : row + radius + 1, column - radius : column + radius + 1]


def png(path: Path) -> np.ndarray:
    with Image.open(path) as image:
        assert image.format == "PNG"
        return np.asarray(image.convert("RGB"))


def written(path: Path, samples: Tensor, data: Tensor | None) -> Path:
    spec = Spec(tuple(samples.shape[1:]), low=-math.inf, high=math.inf)
    return picture.write(path, samples, Points(spec), data)


@pytest.mark.parametrize(
    ("samples", "data"), [(RING[:90], RING), (NORMAL[:90], NORMAL), (RING, None), (NORMAL, None)]
)
def test_a_plot_is_a_png_of_one_size(tmp_path: Path, samples: Tensor, data: Tensor | None) -> None:
    path = written(tmp_path / "a.png", samples, data)
    assert [*tmp_path.iterdir()] == [path]
    assert png(path).shape == (plot.SIDE, plot.SIDE, 3)
    assert png(path).std() > 1


# -- in the plane ------------------------------------------------------------------------------


def test_modes_and_samples_are_where_they_are() -> None:
    drawn = Drawn(around(MODES[:5], 300, 0.01), RING)
    for index, (x, y) in enumerate(MODES.tolist()):
        there = drawn.near(drawn.samples, x, y)
        assert there.any() == (index < 5)
        assert (there | drawn.near(drawn.data, x, y)).sum() > 40  # tight as they are, they show
    assert drawn.near(drawn.white, 0, 0, radius=100).all()


def test_modes_that_no_sample_hits_show() -> None:
    drawn = Drawn(torch.zeros(100, 2), RING)
    for x, y in MODES.tolist():
        assert drawn.near(drawn.data, x, y, radius=2).all()


def test_the_axes_are_not_mixed_up() -> None:
    drawn = Drawn(torch.tensor([[0.7, -0.3]]), around(torch.tensor([[0, 0], [1, 0.5]]), 900, 0.01))
    assert drawn.near(drawn.samples, 0.7, -0.3, radius=1).all()
    assert drawn.near(drawn.data, 1, 0.5, radius=2).all()
    for x, y in [(-0.3, 0.7), (0.7, 0.3), (0.5, 1), (1, -0.5)]:
        assert drawn.near(drawn.white, x, y, radius=2).all()


def test_the_window_is_the_datas_and_a_step_is_as_long_either_way() -> None:
    drawn = Drawn(torch.randn(100, 2) * 50, around(torch.tensor([[0.0, 0], [4, 1]]), 900, 0.01))
    (left, right), (bottom, top) = drawn.axes.get_xlim(), drawn.axes.get_ylim()
    assert (left, right) == pytest.approx((-0.5, 4.5), abs=0.1)
    assert (bottom, top) == pytest.approx((-2, 3), abs=0.1)
    (x, y), (x_one, y_one) = drawn.axes.transData.transform([(0, 0), (1, 1)])
    assert x_one - x == pytest.approx(y_one - y)


def test_density_is_softened_without_going_anywhere() -> None:
    limits = np.array([[-1.0, -1.0], [1.0, 1.0]])
    soft = plot.density(np.array([[0.305, -0.705]] * 50), limits)
    assert soft.shape == (100, 100)
    assert soft.max() == soft[65, 14] == 1
    assert np.argwhere(soft).min(0).tolist() == [63, 12]
    assert np.argwhere(soft).max(0).tolist() == [67, 16]
    assert np.array_equal(soft[63:68], soft[67:62:-1])


def test_thin_parts_show_beside_thick_ones() -> None:
    limits = np.array([[-1.0, -1.0], [1.0, 1.0]])
    soft = plot.density(np.array([[-0.505, 0.005]] * 100 + [[0.505, 0.005]]), limits)
    assert soft[24, 50] == 1
    assert soft[75, 50] == pytest.approx(0.1)


# -- on the line -------------------------------------------------------------------------------


def test_two_densities_in_the_same_bins() -> None:
    drawn = Drawn(0.5 * NORMAL[:1000] + 1, NORMAL)
    real, fake = (patch.get_data() for patch in drawn.axes.patches)
    assert np.array_equal(real.edges, fake.edges)
    for stairs, mean, deviation in ((real, 0, 1), (fake, 1, 0.5)):
        width = stairs.edges[1] - stairs.edges[0]
        centres = stairs.edges[:-1] + width / 2
        share = stairs.values * width
        assert share.sum() == pytest.approx(1)
        assert share @ centres == pytest.approx(mean, abs=0.1)
        assert share @ centres**2 == pytest.approx(mean**2 + deviation**2, abs=0.1)


def test_the_data_is_filled_and_the_samples_are_a_line() -> None:
    drawn = Drawn(0.5 * NORMAL[:1000] + 1, NORMAL)
    assert drawn.near(drawn.data, -0.5, 0.15).all()
    assert not drawn.near(drawn.white, 1, 0.1).any()
    assert drawn.near(drawn.white, 1, 0.5, radius=4).all()  # below the line, above the data
    assert drawn.near(drawn.white, -3, 0.4).all()
    column = drawn.near(drawn.samples, 1, 0.8, radius=60)
    assert 0 < column.mean() < 0.1


def test_samples_outside_are_missing_from_the_area() -> None:
    drawn = Drawn(torch.cat([NORMAL[:300], torch.full((100, 1), 99.0)]), NORMAL)
    stairs = drawn.axes.patches[1].get_data()
    assert stairs.values.sum() * (stairs.edges[1] - stairs.edges[0]) == pytest.approx(0.75)


def test_a_collapsed_generator_does_not_flatten_the_data() -> None:
    drawn = Drawn(torch.full((1000, 1), 0.5), NORMAL)
    assert drawn.axes.get_ylim()[1] < 4 * drawn.axes.patches[0].get_data().values.max()
    assert drawn.near(drawn.data, -1, 0.1).all()


# -- values that cannot be shown ----------------------------------------------------------------


def test_samples_outside_are_counted_in_the_corner() -> None:
    far = torch.tensor([[9.0, 0], [0, 9], [-9, 0], [0, -9], [0, 1.5]])
    drawn = Drawn(torch.cat([RING[:1995], far]), RING)
    assert drawn.said == ["● 2,000 samples", "● data", "5 outside"]
    assert Drawn(RING[:100], RING).said == ["● 100 samples", "● data", ""]
    assert Drawn(torch.tensor([[9.0], [0], [-9]]), NORMAL).said[-1] == "2 outside"


@pytest.mark.parametrize("data", [RING, None])
def test_samples_that_are_not_finite_are_counted(data: Tensor | None) -> None:
    broken = torch.tensor([[math.nan, 0], [0, math.inf], [-math.inf, math.nan]])
    drawn = Drawn(torch.cat([RING[:40], broken]), data)
    assert drawn.said[-1] == "3 not finite"
    assert drawn.axes.collections[0].get_offsets().shape == (40, 2)


@pytest.mark.parametrize("dim", [1, 2])
@pytest.mark.parametrize("row", [[math.nan] * 2, [3e38, -3e38], [1e-40] * 2, [1e6, 5], [0, 0], []])
@pytest.mark.filterwarnings("error")
def test_nothing_breaks_it(tmp_path: Path, row: list[float], dim: int) -> None:
    samples = torch.tensor([row] if row else []).reshape(-1, 2)[:, :dim]
    for behind in (RING[:, :dim], samples, None):
        path = written(tmp_path / "a.png", torch.cat([samples, -samples]), behind)
        assert png(path).shape == (plot.SIDE, plot.SIDE, 3)


def test_without_data_the_window_is_the_samples() -> None:
    samples = 7 + 0.1 * RING[:500]
    drawn = Drawn(samples)
    assert drawn.said == ["● 500 samples", ""]
    assert drawn.axes.get_xlim() == pytest.approx((6.875, 7.125), abs=0.01)
    assert not drawn.data.any()
    assert drawn.near(drawn.samples, 7.1, 7, radius=3).any()


# -- whoever draws it ----------------------------------------------------------------------------


def test_the_same_samples_make_the_same_bytes_whatever_the_users_style() -> None:
    one = plot.drawn(RING[:100], RING)
    with matplotlib.rc_context({"figure.facecolor": "black", "font.size": 20, "savefig.dpi": 50}):
        two = plot.drawn(RING[:100], RING)
        assert matplotlib.rcParams["font.size"] == 20
    assert one == two


def test_drawing_takes_no_random_numbers() -> None:
    torch.manual_seed(0)
    np.random.seed(0)
    before = torch.get_rng_state(), np.random.get_state()[1].copy()
    plot.drawn(RING[:100], RING)
    assert torch.equal(torch.get_rng_state(), before[0])
    assert np.array_equal(np.random.get_state()[1], before[1])
