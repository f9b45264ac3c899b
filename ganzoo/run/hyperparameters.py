"""The settings of a run as a flat table, for loggers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ganzoo.assembly.setting_paths import setting_paths
from ganzoo.recipe import PART_LISTS

OF_RUN = ("seed", "device", "precision")

Plain = str | int | float | bool


def of(config: Mapping[str, Any]) -> dict[str, Plain]:
    """The settings in a run's configuration, by dotted path. A schedule is in it as a whole, and by
    each of its settings."""
    recipe = config["recipe"]
    settings = {"recipe": recipe["name"], **{key: config[key] for key in OF_RUN}}
    settings |= setting_paths(recipe)
    settings |= {kind: " + ".join(settings[kind]) or "none" for kind in PART_LISTS}
    return {path: _plain(value) for path, value in settings.items()}


def _plain(value: Any) -> Plain:
    return value if isinstance(value, str | int | float | bool) else json.dumps(value)
