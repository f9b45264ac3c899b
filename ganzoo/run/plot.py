"""Plots of samples that have one or two coordinates, over the density of the data."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from ganzoo.types import Spec

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Points = NDArray[np.float64]  # (N, 1) or (N, 2)

SIDE = 600  # pixels
FRAME = (0.09, 0.06, 0.86, 0.86)  # of the axes in the figure: left, bottom, width, height
MARGIN = 0.25  # around the data, as a share of its extent
SAMPLES, INK, EDGE = "#e4572e", "#5f6b76", "#b8bfc6"
SHADES = ("#ffffff", "#c9d8e6", "#8fb0cd", "#5687b3", "#2b5c8a")  # of the data's density, low first


def drawable(spec: Spec) -> bool:
    """Whether samples are points on a line or in a plane."""
    return spec.shape in ((1,), (2,))


def drawn(samples: Tensor, data: Tensor | None = None) -> bytes:
    """Samples, (N, 1) or (N, 2), over the data, if it is given, as a PNG."""
    from matplotlib import style

    buffer = io.BytesIO()
    with style.context("default"):  # independent of the user's matplotlib settings
        figure(samples, data).savefig(buffer, format="png")
    return buffer.getvalue()


def figure(samples: Tensor, data: Tensor | None = None) -> Figure:
    """The plot, in a window around the data, or around the samples if there is no data. A corner
    shows how many samples are outside the window or not finite."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    points, behind = finite(samples), finite(samples[:0] if data is None else data)
    limits = window(behind if len(behind) else points)
    plot = Figure(figsize=(SIDE / 100, SIDE / 100), dpi=100)
    FigureCanvasAgg(plot)
    axes = plot.add_axes(FRAME)
    (_line if points.shape[1] == 1 else _plane)(axes, points, behind, limits)
    inside = ((limits[0] <= points) & (points <= limits[1])).all(1).sum()
    hidden = {"outside": len(points) - inside, "not finite": len(samples) - len(points)}
    note = ", ".join(f"{count:,} {reason}" for reason, count in hidden.items() if count)
    axes.text(0, 1.02, f"● {len(samples):,} samples", color=SAMPLES, transform=axes.transAxes)
    if len(behind):
        axes.text(0.3, 1.02, "● data", color=SHADES[3], transform=axes.transAxes)
    axes.text(1, 1.02, note, color=INK, ha="right", transform=axes.transAxes)
    _style(axes)
    return plot


def _style(axes: Axes) -> None:
    """Few and small tick labels, and a pale frame."""
    axes.tick_params(labelsize=8, color=EDGE, labelcolor=INK)
    axes.locator_params(nbins=6)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter("{x:.6g}")
    for spine in axes.spines.values():
        spine.set_color(EDGE)


def finite(x: Tensor) -> Points:
    """The rows without NaN or infinity."""
    rows: Points = x.detach().cpu().double().numpy()
    return rows[np.isfinite(rows).all(1)]


def window(points: Points) -> Points:
    """The corners of a square around all points, with a margin: (2, D), the lowest and the highest
    value of each coordinate."""
    low, high = (points.min(0), points.max(0)) if len(points) else (points.sum(0),) * 2
    centre, half = (low + high) / 2, (1 + MARGIN) * (high - low).max() / 2
    if half <= 1e-6 * abs(centre).max():  # all points are equal, up to rounding
        half = abs(centre).max() or 1.0
    return np.stack([centre - half, centre + half])


def _plane(axes: Axes, points: Points, behind: Points, limits: Points) -> None:
    """The samples as dots over the data's density. More samples have smaller and fainter dots."""
    from matplotlib.colors import LinearSegmentedColormap

    (left, bottom), (right, top) = limits
    axes.set(xlim=(left, right), ylim=(bottom, top))
    if len(behind):
        axes.imshow(
            density(behind, limits).T,
            LinearSegmentedColormap.from_list("data", SHADES),
            extent=(left, right, bottom, top),
            origin="lower",
            interpolation="bilinear",
        )
    axes.set_aspect("equal")
    root = max(len(points), 1) ** 0.5
    size, alpha = np.clip(200 / root, 2.5, 25), np.clip(18 / root, 0.15, 0.8)
    axes.scatter(points[:, 0], points[:, 1], s=size, alpha=alpha, color=SAMPLES, linewidths=0)


def density(points: Points, limits: Points) -> Points:
    """The smoothed density of the points on a grid of cells, as its square root, in [0, 1]. The
    square root makes regions of low density visible."""
    cells = int(np.clip(1.5 * len(points) ** 0.5, 100, 200))
    counts, _, _ = np.histogram2d(points[:, 0], points[:, 1], cells, limits.T.tolist())
    for axis in (0, 1):
        for shift in (1, 1, -1, -1):  # together the weights 1, 4, 6, 4, 1; the edge cells are empty
            counts = counts + np.roll(counts, shift, axis)
    root: Points = np.sqrt(counts / counts.max())
    return root


def _line(axes: Axes, points: Points, behind: Points, limits: Points) -> None:
    """The histogram of the samples as a line, over the histogram of the data."""
    min_samples = min(len(points), len(behind) or len(points))
    cells = int(np.clip(min_samples**0.5, 20, 100))
    edges = np.linspace(limits[0, 0], limits[1, 0], cells + 1)

    def heights(x: Points) -> Points:  # area 1 for all of x, so the visible area may be below 1
        density: Points = np.histogram(x, edges)[0] / (max(len(x), 1) * (edges[1] - edges[0]))
        return density

    real, fake = heights(behind), heights(points)
    axes.stairs(real, edges, fill=True, color=SHADES[1])
    axes.stairs(fake, edges, color=SAMPLES, linewidth=1.6)
    limit = 3 * real.max() if len(behind) else fake.max()  # a higher peak of the samples is cut off
    highest = max(real.max(), min(fake.max(), limit))
    axes.set(xlim=(edges[0], edges[-1]), ylim=(0, 1.1 * highest or 1))
