"""The curves of a recipe, where committed results have them."""

from __future__ import annotations

from collections.abc import Iterator


def curves(recipe: str) -> Iterator[str]:
    yield ""
