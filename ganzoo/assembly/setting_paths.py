"""The paths of a recipe's settings, as ``--set`` takes them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ganzoo.recipe import PART_LISTS, PART_TABLES, PARTS, bare

# Of a recipe, not of a training.
ABOUT = ("name", "summary", "paper", "tuned_for", "elsewhere", "tuned_size")


def setting_paths(tree: Mapping[str, Any]) -> dict[str, Any]:
    """The value of each setting that a recipe names, by its dotted path. ``tree``: the recipe as
    plain data. For a component the value is its name. The options that the recipe leaves at their
    defaults are not among them."""
    return dict(_paths(tree))


def _paths(tree: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for field, value in tree.items():
        if field in PARTS:
            yield from _of_part(field, value)
        elif field in PART_TABLES:
            for key, part in value.items():
                yield from _of_part(f"{field}.{key}", part)
        elif field in PART_LISTS:
            yield field, [bare(part["name"]) for part in value]
            for part in value:
                yield from list(_of_part(f"{field}.{bare(part['name'])}", part))[1:]
        elif field not in ABOUT:
            yield from _of_option(field, value)


def _of_part(path: str, part: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    yield path, bare(part["name"])
    for option, value in part.items():
        if option != "name":
            yield from _of_option(f"{path}.{option}", value)


def _of_option(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    """An option; of a schedule also its settings."""
    yield path, value
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _of_option(f"{path}.{key}", inner)
