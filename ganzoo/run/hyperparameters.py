"""The settings of a run as a flat table, for loggers."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from ganzoo.recipe import PART_LISTS, PART_TABLES, PARTS, bare

ABOUT = ("name", "summary", "paper", "tuned_for", "elsewhere")  # not settings
OF_RUN = ("seed", "device", "precision")

Plain = str | int | float | bool


def of(config: Mapping[str, Any]) -> dict[str, Plain]:
    """The settings in a run's configuration, by dotted path."""
    recipe = config["recipe"]
    settings = {"recipe": recipe["name"], **{key: config[key] for key in OF_RUN}}
    for field, value in recipe.items():
        if field not in ABOUT:
            settings |= _of_field(field, value)
    return {path: _plain(value) for path, value in settings.items()}


def _of_field(field: str, value: Any) -> Iterator[tuple[str, Any]]:
    if field in PARTS:
        yield from _of_part(field, value)
    elif field in PART_TABLES:
        for key, part in value.items():
            yield from _of_part(f"{field}.{key}", part)
    elif field in PART_LISTS:
        yield field, " + ".join(bare(part["name"]) for part in value) or "none"
        for part in value:
            _, *options = _of_part(f"{field}.{bare(part['name'])}", part)
            yield from options
    else:
        yield field, value


def _of_part(path: str, part: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """The name of a component, then its options."""
    yield path, bare(part["name"])
    yield from ((f"{path}.{option}", value) for option, value in part.items() if option != "name")


def _plain(value: Any) -> Plain:
    return value if isinstance(value, str | int | float | bool) else json.dumps(value)
