"""The origin of a run: its recipe, its data and its components, each from a plugin."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from ganzoo.assembly.types_in_words import reason
from ganzoo.errors import GanzooError
from ganzoo.recipe import Recipe, from_dict
from ganzoo.registry import Registry

if TYPE_CHECKING:
    from ganzoo.run import Run
    from ganzoo.types import Data

# The fields of a recipe that sampling needs; the other fields are needed only for training.
FOR_SAMPLING = ("generator", "prior", "game")


def recipe_of(config: dict[str, Any]) -> Recipe:
    """The recipe in a run's configuration. Raises GanzooError for a damaged recipe."""
    try:
        return from_dict(config["recipe"])
    except (msgspec.ValidationError, TypeError) as error:
        raise GanzooError(
            f"The recipe in this run's configuration is damaged: {reason(error)}."
        ) from None


def registry_for(files: Sequence[str | Path] = ()) -> Registry:
    """The registry of the installed plugins, the components that this process has declared, and the
    one-file plugins ``files``. A run never names code to execute: the configuration may come from
    another person."""
    return Registry.discover(map(Path, files))


def check_place(run: Run, recipe: Recipe) -> None:
    """Raises GanzooError if the folder of the run's data does not exist any more."""
    path = recipe.dataset.options.get("path")
    if isinstance(path, str) and not Path(path).expanduser().exists():
        raise GanzooError(
            f"{path} does not exist: the data of {run.path} was read from there. If it has moved, "
            f"give its new path with --dataset {_named(run)}:PATH."
        )


def _named(run: Run) -> str:
    return recipe_of(run.config).dataset.bare


def check_data(run: Run, data: Data) -> None:
    """Raises GanzooError if ``data`` differs from the data that the run was trained on."""
    was = run.config["dataset"]["checksum"]
    if was is not None and was != data.checksum:
        path = recipe_of(run.config).dataset.options.get("path")
        option = "--data-dir" if path is None else f"--dataset {_named(run)}:PATH"
        raise GanzooError(
            f"The data in {data.source} differs from the data that {run.path} was trained on: its "
            f"checksum is {data.checksum}, and was {was}. Name the right data with {option}."
        )
    labels = run.config["dataset"].get("labels", [])
    if list(data.labels) != list(labels):  # the same files may have other class numbers
        raise GanzooError(
            f"The classes of {data.source} differ from the classes that {run.path} was trained on: "
            f"they are {', '.join(data.labels) or 'none'}, and were {', '.join(labels) or 'none'}."
        )


def check_components(
    recipe: Recipe, config: dict[str, Any], registry: Registry, *fields: str
) -> None:
    """Raises GanzooError if the registry lacks a component of the run, or the view of its samples;
    the message names the package to install or the file to name. ``fields``: the fields of the
    recipe to check, by default all."""
    named = [
        (kind, part.name)
        for kind, path, part in recipe.parts()
        if not fields or path.partition(".")[0] in fields
    ]
    view = config.get("dataset", {}).get("view")
    if view is not None:
        named.append(("view", view["name"]))
    for kind, qualified in named:
        plugin, _, name = qualified.rpartition(":")
        if plugin and not any(entry.qualified == qualified for entry in registry.entries(kind)):
            about = config["plugins"].get(plugin, {})
            raise GanzooError(
                f"This run's {kind} {name!r} comes from plugin {plugin!r}, which is not loaded "
                f"here. {_remedy(plugin, about, registry)}"
            )


def _remedy(source: str, about: dict[str, str], registry: Registry) -> str:
    for plugin in registry.plugins:
        if plugin.name == source and plugin.state != "loaded":
            return f"It is {plugin.state}: {plugin.reason}."
    if about.get("path"):
        return (
            f"It was the file {about['path']}: if you trust it, name it with "
            f"--plugin {shlex.quote(about['path'])}."
        )
    if about.get("distribution"):
        return f"Install it: pip install {about['distribution']}=={about['version']}"
    return "It was declared in a script or notebook: declare it again before loading the run."
