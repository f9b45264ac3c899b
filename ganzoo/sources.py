"""Finding again what a run was made with: its components, by the plugins they came from."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from ganzoo.errors import GanzooError
from ganzoo.plugin_file import digest
from ganzoo.recipe import KIND_OF, PART_LISTS, PARTS, Part, Recipe, from_dict
from ganzoo.registry import Registry

if TYPE_CHECKING:
    from ganzoo.run import Run
    from ganzoo.types import Samples

# What drawing samples takes of a recipe; the rest is needed only to train on.
FOR_SAMPLING = ("generator", "prior", "game")


def recipe_of(config: dict[str, Any]) -> Recipe:
    """The recipe in a run's configuration. Raises GanzooError for one that has been damaged."""
    try:
        return from_dict(config["recipe"])
    except (msgspec.ValidationError, TypeError) as error:
        raise GanzooError(f"The recipe in this run's configuration is damaged: {error}.") from None


def registry_for(config: dict[str, Any], files: Sequence[str | Path] = ()) -> Registry:
    """What is installed, the one-file plugins named now, and those that a run was made with.

    Of the latter only what is still the very file that the run was made with: nothing else is run
    because a run says so. `resolved` tells of one that is missed.
    """
    named = {Path(file).name: Path(file) for file in files}
    for about in config["plugins"].values():
        path = Path(about.get("path") or "")
        if path.name in named:
            continue
        if _unchanged(path, about):
            named[path.name] = path
        elif about.get("path"):
            warnings.warn(
                f"The run was made with the plugin file {path}, which is gone or has changed, so "
                "it is not used: name it with --plugin.",
                stacklevel=3,
            )
    return Registry.discover(named.values())


def _unchanged(path: Path, about: dict[str, str]) -> bool:
    return path.is_absolute() and path.is_file() and digest(path) == about.get("sha256")


def check_data(run: Run, data: Samples) -> None:
    """Raises GanzooError where these are not the samples that a run was trained on."""
    was = run.config["dataset"]["checksum"]
    if was is not None and was != data.checksum:
        raise GanzooError(
            f"The data in {data.source} is not what {run.path} was trained on: its checksum is "
            f"{data.checksum}, and was {was}. Name the right place with --data-dir."
        )


def resolved(recipe: Recipe, config: dict[str, Any], registry: Registry, *fields: str) -> Recipe:
    """The recipe with those fields' components made sure of, all by default.

    A name that has become ambiguous is taken from the plugin it came from. Raises GanzooError that
    says what to install, or which file to name, for one that is not there.
    """
    changes: dict[str, Any] = {}
    for field in fields or (*PARTS, *PART_LISTS):
        value = getattr(recipe, field)
        if isinstance(value, Part):
            changes[field] = _part(value, KIND_OF[field], config, registry)
        else:
            changes[field] = tuple(_part(part, KIND_OF[field], config, registry) for part in value)
    return recipe.but(**changes)


def _part(part: Part, kind: str, config: dict[str, Any], registry: Registry) -> Part:
    matches = [e for e in registry.entries(kind) if part.name in (e.name, e.qualified)]
    source = config["components"].get(f"{kind}/{part.name}")
    if len(matches) > 1 and source:
        return Part(f"{source}:{part.name}", part.knobs)
    if matches or source is None:
        return part
    raise GanzooError(
        f"This run's {kind} {part.name!r} comes from plugin {source!r}, which is not in use here. "
        + _remedy(source, config["plugins"].get(source, {}), registry)
    )


def _remedy(source: str, about: dict[str, str], registry: Registry) -> str:
    for plugin in registry.plugins:
        if plugin.name == source and plugin.state != "loaded":
            return f"It is {plugin.state}: {plugin.reason}."
    if about.get("path"):
        changed = ", which has changed since" if Path(about["path"]).is_file() else ""
        return f"It was the file {about['path']}{changed}: name it with --plugin FILE.py."
    if about.get("distribution"):
        return f"Install it: pip install {about['distribution']}=={about['version']}"
    return "It was declared in a script or notebook: declare it again before loading the run."
