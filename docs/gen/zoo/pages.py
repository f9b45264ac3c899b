"""All generated pages of the zoo, and their places in the navigation."""

from __future__ import annotations

from typing import Any

from ganzoo.registry.kinds import KINDS
from gen.zoo import component, index, recipe
from gen.zoo.catalogue import PLURAL, page_path, registry

SECTION = "The zoo"  # of the navigation


def all_pages() -> dict[str, str]:
    """The pages by their paths: one for each component, and an index for each kind but the recipes,
    which zoo/index.md has."""
    pages = {
        page_path(entry): recipe.page(entry) if entry.kind == "recipe" else component.page(entry)
        for entry in registry().entries()
    }
    indexes = {f"zoo/{kind}/index.md": index.page(kind) for kind in _others()}
    return {**pages, **indexes}


def add_to(navigation: list[Any]) -> None:
    """Add the pages to the section of the zoo in a navigation, as in mkdocs.yml."""
    for item in navigation:
        if isinstance(item, dict) and SECTION in item:
            item[SECTION] += [
                {"Recipes": [page_path(entry) for entry in registry().entries("recipe")]},
                {"Components": [{PLURAL[kind]: _section(kind)} for kind in _others()]},
            ]
            return
    raise ValueError(f"mkdocs.yml has no section {SECTION!r} for the pages of the zoo.")


def _section(kind: str) -> list[str]:
    return [f"zoo/{kind}/index.md", *map(page_path, registry().entries(kind))]


def _others() -> list[str]:
    """The kinds that have components and are not the recipe."""
    return [kind for kind in KINDS if kind != "recipe" and registry().entries(kind)]
