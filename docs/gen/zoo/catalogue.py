"""The installed components, and the addresses of their pages: zoo/KIND/NAME.md, as in
``ganzoo show KIND/NAME``."""

from __future__ import annotations

import functools

import ganzoo
from ganzoo.recipe import Recipe, Variant
from ganzoo.registry.entries import Entry

# The kinds in the plural, as in headings and in the navigation.
PLURAL = {
    "recipe": "Recipes",
    "generator": "Generators",
    "discriminator": "Discriminators",
    "network": "Further networks",
    "loss": "Losses",
    "penalty": "Penalties",
    "augmentation": "Augmentations",
    "prior": "Priors",
    "game": "Games",
    "optimizer": "Optimizers",
    "schedule": "Schedules",
    "dataset": "Datasets",
    "view": "Views",
    "features": "Features",
    "metric": "Metrics",
}


@functools.cache
def registry() -> ganzoo.Registry:
    """The plugins that are installed where the site is built."""
    return ganzoo.Registry.discover()


@functools.cache
def recipe_of(qualified: str) -> Recipe:
    """A recipe with the names of its components bound to plugins."""
    from ganzoo.assembly.variants import bound

    return bound(registry().recipe(qualified), registry())


def variant_of(entry: Entry) -> Variant | None:
    """The variant that a recipe is written as, if it is one."""
    target = entry.load()
    return target if isinstance(target, Variant) else None


def file_name(entry: Entry) -> str:
    """The name of a page. A name that several plugins have is preceded by the plugin's."""
    same = [other for other in registry().entries(entry.kind) if other.name == entry.name]
    return entry.name if len(same) == 1 else f"{entry.plugin}.{entry.name}"


def page_path(entry: Entry) -> str:
    """The path of a component's page, from the folder of the docs."""
    return f"zoo/{entry.kind}/{file_name(entry)}.md"


def link(entry: Entry, base: str = "../") -> str:
    """A link to a component's page. base: the way from the linking page to the folder zoo."""
    return f"[{entry.name}]({base}{entry.kind}/{file_name(entry)}.md)"
