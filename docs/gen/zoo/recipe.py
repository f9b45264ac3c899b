"""The page of a recipe."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from ganzoo.assembly.setting_paths import setting_paths
from ganzoo.engine.drawing import SOURCE
from ganzoo.recipe import Part, Recipe, to_dict
from ganzoo.registry.entries import Entry
from gen.tables import cell, head, linked, year
from gen.zoo import curves, figures
from gen.zoo.catalogue import link, recipe_of, registry, variant_of
from gen.zoo.written import written


def page(entry: Entry) -> str:
    """The page of a recipe, as Markdown."""
    return "\n".join(_lines(entry))


def _lines(entry: Entry) -> Iterator[str]:
    recipe, text = recipe_of(entry.qualified), written(entry, registry())
    yield f"# {entry.name}\n"
    yield f"{figures.picture(recipe, '../../', '.zoo-grid width=320 height=320')}\n"
    # The recipe's own commands follow the command that trains it: most of them read a run.
    idea, fence, own = (text.idea or f"{entry.summary}.").partition("```sh")
    yield f"{idea.rstrip()}\n"
    command, call = _use(recipe)
    yield f"```sh\nganzoo train {entry.name}\n{command}\n```\n"
    yield f'In Python: `run = ganzoo.train("{entry.name}")`, then `ganzoo.load(run).{call}`.\n'
    if fence:
        heading = "With RUN, the folder of a run:" if "RUN" in own else "Other trainings:"
        yield f"{heading}\n\n{fence}{own}\n"
    yield from _glance(entry, recipe)
    yield "## Objective\n"
    yield from _objective(recipe, text.section("Objective"))
    yield "## Components\n"
    yield from _components(recipe)
    yield "## Figures\n"
    yield from figures.figures(recipe)
    if text.section("Figures"):
        yield f"{text.section('Figures')}\n"
    yield from curves.curves(entry.name)
    if text.section("Differences"):
        yield f"## What differs from the paper\n\n{text.section('Differences')}\n"
    if text.others:
        yield f"{text.others}\n"
    yield from _changes(entry)
    yield "## Settings\n"
    yield from _settings(recipe)


def _use(recipe: Recipe) -> tuple[str, str]:
    """What is done with a trained generator: the command, and the call in Python. A generator that
    takes an image to translate has no samples of noise alone."""
    if SOURCE in registry().get("generator", recipe.generator.name).load().takes:
        return "ganzoo translate latest", 'translate("my/images")'
    return "ganzoo sample latest", "sample(64)"


def _glance(entry: Entry, recipe: Recipe) -> Iterator[str]:
    """The facts that a reader compares recipes by."""
    images = recipe.steps * recipe.batch_size
    facts = {
        "Paper": linked(entry.paper),
        "Year": str(year(entry.paper) or ""),
        "Family": entry.plugin,
        "Variant of": _base(entry),
        "Data": link(_named("dataset", recipe.dataset)),
        "Training": f"{recipe.steps:,} steps of {recipe.batch_size}, {images:,} samples",
    }
    yield '<div class="glance" markdown="1">\n'
    for fact, value in facts.items():
        if value:
            yield f"- **{fact}** {value}"
    yield "\n</div>\n"


def _base(entry: Entry) -> str:
    variant = variant_of(entry)
    if variant is None:
        return ""
    name = variant.of
    own = [other for other in registry().entries("recipe") if other.plugin == entry.plugin]
    return link(next((e for e in own if e.name == name), None) or registry().get("recipe", name))


def _objective(recipe: Recipe, own: str) -> Iterator[str]:
    """The formulas of the loss and of the penalties, in the order in which they are added."""
    if own:
        yield f"{own}\n"
    terms = [("loss", recipe.loss), *(("loss", part) for part in recipe.extra_losses)]
    terms += [("penalty", part) for part in recipe.penalties]
    for number, (kind, part) in enumerate(terms):
        entry = _named(kind, part)
        word = {"loss": "Loss", "penalty": "Penalty"}[kind] if number == 0 or kind != "loss" else ""
        text = written(entry, registry()).section("Objective") or f"{entry.summary}."
        yield f"**{word or 'A further loss'} {link(entry)}**{_with(part)}\n\n{text}\n"
    if recipe.augmentations:
        names = ", ".join(link(_named("augmentation", part)) for part in recipe.augmentations)
        yield f"D sees real samples and fakes after {names}.\n"


def _with(part: Part) -> str:
    """The options that a recipe gives to a component, in a few words."""
    shown = (f"`{name}` = `{_plain(value)}`" for name, value in part.options.items())
    return f", with {', '.join(shown)}" if part.options else ""


def _components(recipe: Recipe) -> Iterator[str]:
    yield head("kind", "component", "options that differ from its defaults")
    for kind, path, part in recipe.parts():
        player = f" of {path.partition('.')[2]}" if kind == "optimizer" else ""
        options = ", ".join(f"`{key}={_plain(value)}`" for key, value in part.options.items())
        yield f"| {kind}{player} | {link(_named(kind, part))} | {cell(options)} |"
    yield ""


def _changes(entry: Entry) -> Iterator[str]:
    """The changes that make a variant of its base."""
    variant = variant_of(entry)
    if variant is None:
        return
    yield f"## Changes of {variant.of}\n"
    yield f"`{entry.name}` is {_base(entry)} with these settings:\n"
    yield head("setting", "value")
    for path, value in variant.changes.items():
        yield f"| `{path}` | `{cell(_plain(value))}` |"
    yield ""


def _settings(recipe: Recipe) -> Iterator[str]:
    yield (
        "The pages of the components have the options that the recipe leaves at their defaults.\n"
    )
    yield '<details markdown="1">'
    yield "<summary>All settings, as <code>--set</code> takes them</summary>\n"
    yield head("setting", "value")
    for path, value in setting_paths(to_dict(recipe)).items():
        if not isinstance(value, Mapping):  # a schedule, whose own settings follow
            yield f"| `{path}` | `{cell(_plain(value))}` |"
    yield "\n</details>\n"
    if recipe.tuned_for:
        names = ", ".join(link(registry().get("dataset", name)) for name in recipe.tuned_for)
        yield f"These settings were chosen on {names}."
    if recipe.elsewhere:
        pairs = (f"`{path}={_plain(value)}`" for path, value in recipe.elsewhere.items())
        yield f"On any other data the recipe takes {', '.join(pairs)}."
    yield ""


def _named(kind: str, part: Part) -> Entry:
    return registry().get(kind, part.name)


def _plain(value: Any) -> str:
    """A value as it is typed; a schedule in a few words."""
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping) and {"schedule", "start", "end"} <= value.keys():
        return f"{value['start']:g} to {value['end']:g} ({value['schedule']})"
    return json.dumps(value)
