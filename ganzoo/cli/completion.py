"""Shell completion. Only the options of a component, after its dot, import torch."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from click import Argument, Context, Parameter
from click.shell_completion import CompletionItem

from ganzoo.assembly.types_in_words import choices
from ganzoo.cli.group import registry_of
from ganzoo.errors import GanzooError
from ganzoo.recipe import Recipe, to_dict
from ganzoo.registry.loggers import NONE

Completer = Callable[[Context, Parameter, str], list[CompletionItem]]

DEVICES = {
    "auto": "the fastest kind of device that is here",
    "cpu": "the processor",
    "cuda": "an NVIDIA or AMD GPU",
    "cuda:1": "the second of several GPUs",
    "mps": "the GPU of an Apple computer",
}


def names(kind: str) -> Completer:
    """Completes the name of a component of this kind."""

    def complete(ctx: Context, param: Parameter, incomplete: str) -> list[CompletionItem]:
        entries = registry_of().entries(kind)
        return _items(incomplete, {entry.name: entry.summary for entry in entries})

    return complete


def name_or_kind(ctx: Context, param: Parameter, incomplete: str) -> list[CompletionItem]:
    """Completes NAME or KIND/NAME. Before the first letter it offers the recipes only, since there
    are more than a hundred components."""
    entries = registry_of().entries(None if incomplete else "recipe")
    forms = {entry.name: entry.summary for entry in entries}
    if incomplete:
        forms |= {f"{entry.kind}/{entry.name}": entry.summary for entry in entries}
    return _items(incomplete, forms)


def loggers(ctx: Context, param: Parameter, incomplete: str) -> list[CompletionItem]:
    """Completes the name of a logger."""
    known = registry_of().loggers()
    summaries = {name: f"needs {logger.install}" for name, logger in known.items()}
    return _items(incomplete, {**summaries, NONE: "no logger"})


def devices(ctx: Context, param: Parameter, incomplete: str) -> list[CompletionItem]:
    return _items(incomplete, DEVICES)


def setting_paths(ctx: Context, param: Parameter, incomplete: str) -> list[CompletionItem]:
    """Completes the path of a setting of the recipe, or of the run's recipe, in this command, and
    after the = its values, where they are known. The path of a component is completed by all
    options that it has."""
    from ganzoo.assembly.setting_paths import setting_paths as paths_of

    try:
        recipe = _recipe(ctx)
    except GanzooError:  # there is no such recipe or run
        return []
    if recipe is None:
        return []
    if "=" in incomplete:
        path = incomplete.partition("=")[0]
        values = _values(recipe, path)
        return _items(incomplete, {f"{path}={value}": told for value, told in values.items()})
    paths = paths_of(to_dict(recipe)) | _options(recipe, incomplete.rpartition(".")[0])
    return _items(incomplete, {f"{path}=": _value(value) for path, value in paths.items()})


def _values(recipe: Recipe, path: str) -> dict[str, str]:
    """The values of a setting, each with its meaning: the names of the components of its kind, the
    choices of an option, or true and false."""
    places = {place: (kind, part) for kind, place, part in recipe.parts()}
    if path in places:
        entries = registry_of().entries(places[path][0])
        return {entry.name: entry.summary for entry in entries}
    head, _, name = path.rpartition(".")
    if head not in places:
        return {}
    from ganzoo.assembly.signature import options_of

    kind, part = places[head]
    option = options_of(registry_of().get(kind, part.name).load(), kind).get(name)
    return dict.fromkeys(choices(option.type) if option else (), "")


def labels(ctx: Context, param: Parameter, incomplete: str) -> list[CompletionItem]:
    """Completes the name of a class in the data of this command's run, or else its number."""
    from ganzoo.run import Run

    argument = next(each for each in ctx.command.params if isinstance(each, Argument))
    try:
        folder = argument.type.convert((ctx.args or [ctx.params["run"]])[0], argument, ctx)
        data = Run.open(folder).config["dataset"]
    except (GanzooError, KeyError, TypeError):  # there is no such run, or it is damaged
        return []
    found = data.get("labels") or map(str, range(data.get("classes", 0)))
    return _items(incomplete, dict.fromkeys(found, ""))


def _recipe(ctx: Context) -> Recipe | None:
    """The recipe that the first argument of the command names, or that of its run."""
    argument = next(each for each in ctx.command.params if isinstance(each, Argument))
    if not ctx.args:  # click leaves the arguments unread before an option without its value
        return None
    subject = argument.type.convert(ctx.args[0], argument, ctx)
    if argument.name == "recipe":
        return registry_of(ctx.params.get("plugin_files") or ()).recipe(subject)
    from ganzoo.run import Run
    from ganzoo.run.provenance import recipe_of

    return recipe_of(Run.open(subject).config)


def _options(recipe: Recipe, path: str) -> dict[str, Any]:
    """The options of the component at a path, with their defaults."""
    for kind, place, part in recipe.parts():
        if place == path:
            from ganzoo.assembly.optimizers import COMMON
            from ganzoo.assembly.signature import REQUIRED, options_of

            options = options_of(registry_of().get(kind, part.name).load(), kind)
            if kind == "optimizer":
                options |= COMMON
            return {
                f"{path}.{name}": None if option.default is REQUIRED else option.default
                for name, option in options.items()
                if name not in part.options
            }
    return {}


def _value(value: Any) -> str:
    return "" if value is None else json.dumps(value, default=str)


def _items(incomplete: str, summaries: Mapping[str, str]) -> list[CompletionItem]:
    return [
        CompletionItem(name, help=summary)
        for name, summary in summaries.items()
        if name.startswith(incomplete)
    ]
