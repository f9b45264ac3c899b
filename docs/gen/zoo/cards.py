"""The recipes of the zoo as cards, each with its samples: for the home pages."""

from __future__ import annotations

from collections.abc import Iterator

from gen.zoo import figures
from gen.zoo.catalogue import link, recipe_of, registry


def animals(base: str = "") -> Iterator[str]:
    """A card for each recipe with a picture. base: the way from the page to the folder of the
    docs."""
    yield '<ul class="animals" markdown="1">'
    for entry in registry().entries("recipe"):
        recipe = recipe_of(entry.qualified)
        attributes = ".animal width=121 height=121 loading=lazy"
        if thumb := figures.picture(recipe, base, attributes):
            yield f'<li markdown="span">{thumb} {link(entry, f"{base}zoo/")}</li>'
    yield "</ul>\n"
