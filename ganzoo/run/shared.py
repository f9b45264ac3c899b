"""A run's configuration in a form to be shared: without the folders of this machine."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import PurePath
from typing import Any

# In an argument of the command line: the part of a path up to its last separator.
_FOLDERS = re.compile(r"""(^|[=:,"'\[(])(?:~[^/\\]*|\.{0,2}|[A-Za-z]:)[/\\].*[/\\]""")
_FIRST_FOLDER = re.compile(r"""(^|[=:,"'\[(])(?:~[^/\\]*|\.{0,2}|[A-Za-z]:)[/\\]""")
# The folders in NAME:PATH, where one letter is a drive, and in the option path=PATH.
_DATASET = re.compile(r"""(\b[\w-]{2,}:|\bpath["']?[=:]\s*["']?)[^"']*[/\\]""")
_PATHS = ("--out", "--config", "--data-dir", "--plugin", "--init-from")  # options


def without_places(config: Mapping[str, Any]) -> dict[str, Any]:
    """The configuration with only the last part of each path: of the data's folder, of the plugins'
    files, and of the paths in the command line. A shared file then does not show the user's
    folders."""
    recipe, dataset = config["recipe"], config["dataset"]
    options = {key: _own_name(value) for key, value in recipe["dataset"].items()}
    plugins = {
        name: {**about, "path": _own_name(about.get("path"))}
        for name, about in config["plugins"].items()
    }
    return {
        **config,
        "recipe": {**recipe, "dataset": options},
        "dataset": {**dataset, "source": _own_name(dataset.get("source"))},
        "plugins": plugins,
        "command": _without_folders(config.get("command", [])),
    }


def _own_name(value: Any) -> Any:
    """The last part of a path; another value is returned unchanged."""
    if not isinstance(value, str) or not re.search(r"[/\\]", value):
        return value
    return PurePath(value.replace("\\", "/")).name


def _without_folders(command: Sequence[str]) -> list[str]:
    shown = []
    for before, argument in zip(("", *command), command, strict=False):
        argument = argument.rstrip("/\\")
        option, equals, value = argument.partition("=")
        if option in _PATHS and equals:
            argument = f"{option}={_own_name(value)}"
        elif before in _PATHS:
            argument = _own_name(argument)
        elif "dataset" in (before + argument) or argument.startswith("folder:"):
            argument = _DATASET.sub(r"\1", argument)
        shown.append(_shortened(argument))
    return shown


def _shortened(argument: str) -> str:
    """An argument in which a path is reduced to its last part."""
    argument = _FOLDERS.sub(r"\1", argument)
    return _FIRST_FOLDER.sub(r"\1", argument)
