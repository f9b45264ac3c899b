"""Samples drawn in the terminal. A character shows two pixels, one above the other."""

from __future__ import annotations

from rich.color import Color
from rich.style import Style
from rich.text import Text
from torch import Tensor
from torch.nn import functional as F

from ganzoo.run import grid
from ganzoo.types import Spec

SIDE = 16  # pixels per side: the smallest size at which a digit is readable
ROWS = 2


def preview(samples: Tensor, spec: Spec, width: int) -> Text | None:
    """Two rows of samples, as many as fit into ``width`` columns; None if they are not images."""
    if not grid.drawable(spec):
        return None
    columns = max((width - 1) // (SIDE + 1), 1)
    small = F.adaptive_avg_pool2d(samples[: ROWS * columns].float(), SIDE)
    picture = grid.tile(grid.to_bytes(small, spec), columns, gap=1)[:, :-1, 1:-1]  # an even height
    if picture.shape[1] % 2:
        picture = F.pad(picture, (0, 0, 0, 1))
    colours = picture.expand(3, -1, -1).permute(1, 2, 0).tolist()
    text = Text(no_wrap=True)
    for upper, lower in zip(colours[0::2], colours[1::2], strict=True):
        for above, below in zip(upper, lower, strict=True):
            text.append("▀", Style(color=Color.from_rgb(*above), bgcolor=Color.from_rgb(*below)))
        text.append("\n")
    return text
