"""The table of mixed styles of a trained generator."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from ganzoo.errors import UsageError
from ganzoo.sampling.pieces import split
from ganzoo.sampling.styles import checked_layers, crossed, mixing_table

if TYPE_CHECKING:
    from ganzoo.sampling.trained import Trained


@torch.no_grad()
def mixed(
    trained: Trained,
    rows: int,
    columns: int,
    layers: tuple[int, int] | None,
    drawn: Mapping[str, Any],
) -> Tensor:
    """((rows + 1) * (columns + 1), *spec.shape): see ``Trained.mix``. ``drawn``: the arguments of
    ``Trained.noise``."""
    if rows < 1 or columns < 1:
        raise UsageError(f"{rows} rows of {columns}: it takes a row and a column at least.")
    game, spec = trained.game, trained.spec
    styles = game.styles(trained.noise(rows + columns, **drawn))
    if styles is None:
        raise UsageError(
            f"The generator {trained.recipe.generator.bare!r} has no styles to mix. Train "
            "a recipe whose generator has styles: `ganzoo list generator` says which ones have."
        )
    first, last = checked_layers(layers, styles.shape[1])
    own, others = (
        torch.cat([game.synthesise(piece).float() for piece in split(each)])
        for each in (styles, crossed(styles[:rows], styles[rows:], first, last))
    )
    empty = spec.low if spec.bounded else 0.0
    return mixing_table(own, others, rows, empty)
