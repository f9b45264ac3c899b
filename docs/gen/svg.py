"""Plots of lines, as SVG within a page: they take the colours of the page, light or dark."""

from __future__ import annotations

import html
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 360, 190
LEFT, RIGHT, TOP, BOTTOM = 40, 10, 8, 22  # margins of the plot
TICKS = 4


@dataclass(frozen=True)
class Line:
    """A named line: its colour, and its points (x, y)."""

    name: str
    colour: str
    points: Sequence[tuple[float, float]]


def plot(title: str, lines: Sequence[Line], *, along: str) -> str:
    """A figure with a plot of the lines. along: the name and the unit of x. Lines of the same name
    are told once in the key."""
    known = {line.name: line.colour for line in lines}
    keys = " ".join(
        f'<span class="zoo-key" style="--key:{colour}">{html.escape(name)}</span>'
        for name, colour in known.items()
    )
    ends = ", ".join(
        f"{line.name} from {line.points[0][1]:.3g} to {line.points[-1][1]:.3g}" for line in lines
    )
    label = html.escape(f"{title} over {along}: {ends}")
    body = "".join(_drawn(lines))
    return (
        f"<figure><figcaption>{html.escape(title)} over {along}: {keys}</figcaption>"
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{label}">{body}</svg></figure>'
    )


def _drawn(lines: Sequence[Line]) -> Iterator[str]:
    xs = [x for line in lines for x, _ in line.points]
    ys = [y for line in lines for _, y in line.points]
    across, up = _ticks(0, max(xs)), _ticks(min(ys), max(ys))
    low, high = min(up[0], min(ys)), max(up[-1], max(ys))

    def at(x: float, y: float) -> tuple[float, float]:
        right = LEFT + (WIDTH - LEFT - RIGHT) * x / max(xs)
        down = TOP + (HEIGHT - TOP - BOTTOM) * (high - y) / (high - low)
        return round(right, 1), round(down, 1)

    for y in up:
        down = at(0, y)[1]
        yield f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{down}" y2="{down}"/>'
        yield f'<text x="{LEFT - 5}" y="{down + 4}" text-anchor="end">{y:g}</text>'
    for x in across:
        right = at(x, low)[0]
        anchor = "end" if right > WIDTH - 2 * RIGHT else "middle"
        yield f'<text x="{right}" y="{HEIGHT - 6}" text-anchor="{anchor}">{x:,.6g}</text>'
    for line in lines:
        path = "L".join("{} {}".format(*at(x, y)) for x, y in line.points)
        yield f'<path d="M{path}" stroke="{line.colour}"/>'


def _ticks(low: float, high: float) -> list[float]:
    """Round numbers from about the lowest value to the highest."""
    rough = (high - low or abs(high) or 1) / TICKS
    power = 10 ** math.floor(math.log10(rough))
    step = power * next(nice for nice in (1, 2, 5, 10) if nice * power >= rough)
    first, last = math.floor(low / step), math.ceil(high / step)
    ticks = [round(number * step, 10) for number in range(first, last + 1)]
    return [tick for tick in ticks if low - step < tick <= high + step / 100] or [low, high]
