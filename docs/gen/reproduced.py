"""The numbers of the GAN paper, measured again."""

from __future__ import annotations

from collections.abc import Iterator

from gen.files import read
from gen.tables import head


def parzen(form: str) -> Iterator[str]:
    """Table 1's row, measured by `ganzoo reproduce goodfellow-2014`, as ``curve`` or ``best``."""
    curves = read("reproduce/goodfellow-2014.json")["table_1"]
    rows = {"averaged": curves["averaged"], "not averaged": curves["not_averaged"]}
    if form == "curve":
        yield head("epoch", *rows)
        for points in zip(*rows.values(), strict=True):
            shown = (f"{point['parzen']:.1f} ± {point['stderr']:.1f}" for point in points)
            yield f"| {points[0]['epoch']:g} | {' | '.join(shown)} |"
    else:
        yield head("weights", "at the end", "at its best", "the paper")
        for name, points in rows.items():
            best = max(points, key=lambda point: point["parzen"])
            ends = (
                f"{point['parzen']:.1f} ± {point['stderr']:.1f} (epoch {point['epoch']:g})"
                for point in (points[-1], best)
            )
            yield f"| {name} | {' | '.join(ends)} | 225 ± 2 |"
    yield ""
